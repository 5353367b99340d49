"""``aktenkundig eval drafts [FILE]``: the fact check on labelled drafts."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path


class DraftsCommand:
    """Checks the drafts against what is ingested and scores the verdicts."""

    name = "drafts"
    help = "den Faktencheck an bewerteten Entwürfen messen"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The file, which of its halves, and what to write."""
        parser.add_argument("file", metavar="DATEI", type=Path, nargs="?", help="bewertete Entwürfe (JSON Lines)")
        parser.add_argument(
            "--split", choices=("calibration", "test"), default="test", help="welche Hälfte; voreingestellt ist test"
        )
        parser.add_argument("--json", metavar="AUSGABE", type=Path, help="die Kennzahlen als JSON schreiben")
        parser.add_argument("--failures", action="store_true", help="die falsch beurteilten Aussagen auflisten")

    def run(self, arguments: argparse.Namespace) -> int:
        """Check, score, print; 1 if a passage is not verbatim."""
        from assistant.assistant import Assistant
        from corpus.settings import load_settings
        from corpus.store import Store
        from eval.claims.drafts import DRAFTS, load_drafts
        from eval.claims.scoring import Score
        from eval.documents import StoredDocuments
        from eval.files import require_writable

        drafts = load_drafts(arguments.file or DRAFTS, arguments.split)
        if arguments.json is not None:
            require_writable([arguments.json], inputs=[])
        settings = load_settings()
        store = Store(settings.data)
        assistant = Assistant.open(settings)
        score, documents = Score(), StoredDocuments(store)
        try:
            for number, draft in enumerate(drafts, start=1):
                score.add(draft, assistant.check(draft.text), documents)
                if sys.stderr.isatty():
                    print(f"\r{number} von {len(drafts)} Entwürfen", end="", file=sys.stderr, flush=True)
        finally:
            assistant.close()
            store.close()
        figures = score.figures()
        for name, value in figures.items():
            print(f"{name:48} {'–' if value is None else f'{value:.3f}'}")
        if arguments.failures:
            for one in score.scored:
                if one.given != one.label.verdict:
                    print(f"{one.draft}: {one.given} statt {one.label.verdict}: {one.label.text}")
        if arguments.json is not None:
            content = {"file": (arguments.file or DRAFTS).name, "split": arguments.split, "figures": figures}
            arguments.json.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        return 0 if score.verbatim == score.quotes else 1
