"""The command ``aktenkundig ingest``."""

from ingest.commands.ingest import ingest

__all__ = ["ingest"]
