"""The command ``aktenkundig visibility``: who may see documents, whatever their files and registers say of them."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import Final

from corpus.access import VISIBILITIES, Access, gremium_name, in_words
from corpus.errors import SettingsError
from corpus.settings import load_settings

_AS_DECLARED: Final = "declared"


class SetVisibility:
    """``aktenkundig visibility STUFE DOKUMENT… [--gremium NAME]…``."""

    name = "visibility"
    help = "sagen, wer Dokumente sehen darf"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The level, the documents, and the Gremien that see a non-public one."""
        parser.add_argument(
            "level",
            metavar="STUFE",
            choices=[*VISIBILITIES, _AS_DECLARED],
            help="public: alle; non_public: die Verwaltung und genannte Gremien; internal: nur die Verwaltung; "
            "declared: wieder, was Datei und Register sagen",
        )
        parser.add_argument(
            "documents", metavar="DOKUMENT", nargs="+", help="Kennung, wie „aktenkundig documents“ sie zeigt"
        )
        parser.add_argument(
            "--gremium",
            metavar="NAME",
            action="append",
            default=[],
            help="Gremium, dessen Mitglieder es sehen; mehrmals für mehrere",
        )

    def run(self, arguments: argparse.Namespace) -> int:
        """Change all documents or, where one is unknown, none; print what is in force now."""
        from corpus.chroma_server import ChromaServer
        from corpus.store import Store
        from corpus.vectors import VectorIndex
        from ingest.upkeep import align_access, set_access
        from ingest.writers_lock import writing_alone

        rule = _rule(arguments.level, arguments.gremium)
        settings = load_settings()
        data = settings.data
        # Before the lock, which would make a file in a directory that is none of ours.
        with closing(Store(data)) as store, writing_alone(data):
            for document in arguments.documents:
                store.document(document)
            vectors = VectorIndex(data, ChromaServer.of(settings))
            align_access(store, vectors)
            for document in dict.fromkeys(arguments.documents):
                print(f"{document}: {in_words(set_access(store, vectors, document, rule))}")
        return 0


def _rule(level: str, gremien: list[str]) -> Access | None:
    """Raises :class:`SettingsError` for Gremien where there is nothing to name them for."""
    names = tuple(filter(None, map(gremium_name, gremien)))
    if len(names) < len(gremien):
        raise SettingsError("Ein Gremium braucht einen Namen.")
    if names and level != "non_public":
        raise SettingsError("Gremien lassen sich nur für nichtöffentliche Dokumente (non_public) nennen.")
    visibility = next((known for known in VISIBILITIES if known == level), None)
    return Access(visibility, names) if visibility is not None else None


set_visibility = SetVisibility()
