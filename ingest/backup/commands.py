"""The commands ``aktenkundig backup`` and ``aktenkundig restore``."""

from __future__ import annotations

import argparse
from pathlib import Path

from corpus.settings import load_settings


class Backup:
    """``aktenkundig backup TARGET``."""

    name = "backup"
    help = "den Datenbestand in eine Datei sichern, auch während gefragt und eingelesen wird"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where to."""
        parser.add_argument(
            "target", metavar="ZIEL", type=Path, help="neue Datei, oder Ordner für eine Datei mit Datum"
        )

    def run(self, arguments: argparse.Namespace) -> int:
        """Write it; 0 if it is whole, 1 if originals were missing already."""
        from ingest.backup.writing import write_backup

        written = write_backup(load_settings(), arguments.target)
        manifest = written.manifest
        size = f"{written.path.stat().st_size / 1e6:.1f}".replace(".", ",")
        print(f"Gesichert: {_counted(manifest.documents)} in „{written.path}“ ({size} MB).")
        if written.lost:
            print(f"Nicht dabei, weil ihr Original fehlt: {', '.join(written.lost)}; bitte neu einlesen.")
        return 1 if written.lost else 0


class Restore:
    """``aktenkundig restore FILE [--force]``."""

    name = "restore"
    help = "eine Sicherung in ein leeres Datenverzeichnis zurückspielen"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which one, and whether it may replace what is there."""
        parser.add_argument("file", metavar="SICHERUNG", type=Path, help="Datei von „aktenkundig backup“")
        parser.add_argument("--force", action="store_true", help="ersetzen, was im Datenverzeichnis liegt")

    def run(self, arguments: argparse.Namespace) -> int:
        """Check it, put it in place, and say what is there now."""
        from ingest.backup.restoring import restore_backup

        settings = load_settings()
        manifest = restore_backup(settings, arguments.file, force=arguments.force)
        made = f"{manifest.created.astimezone():%d.%m.%Y, %H:%M Uhr}"
        print(f"Zurückgespielt: {_counted(manifest.documents)}, Stand {made}, nach „{settings.data.resolve()}“.")
        return 0


def _counted(documents: int) -> str:
    return "1 Dokument" if documents == 1 else f"{documents} Dokumente"


backup = Backup()
restore = Restore()
