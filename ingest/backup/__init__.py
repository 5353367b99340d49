"""Backups: one file with all of a data directory that cannot be made again, and the way back."""

from ingest.backup.manifest import Manifest
from ingest.backup.restoring import finish_restoring, restore_backup
from ingest.backup.writing import Written, write_backup

__all__ = ["Manifest", "Written", "finish_restoring", "restore_backup", "write_backup"]
