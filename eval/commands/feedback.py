"""``aktenkundig eval from-feedback``: complaints from the web chat become questions for a person to complete."""

from __future__ import annotations

import argparse
from contextlib import closing
from pathlib import Path

from corpus.errors import AktenkundigError


class FromFeedbackCommand:
    """``aktenkundig eval from-feedback [--out FILE]``."""

    name = "from-feedback"
    help = "Rückmeldungen aus dem Web-Chat zu Fragen machen, die jemand vervollständigt"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Where to write."""
        parser.add_argument(
            "--out", metavar="DATEI", type=Path, help="an diese Fragensammlung anhängen, statt die Fragen auszugeben"
        )

    def run(self, arguments: argparse.Namespace) -> int:
        """Print or append the drafts."""
        from assistant.feedback import FeedbackLog
        from corpus.settings import load_settings
        from corpus.store import Store
        from eval.feedback import as_lines, drafts
        from eval.files import require_writable, write_whole
        from eval.questions import load_questions

        settings = load_settings()
        known = []
        if arguments.out is not None:
            require_writable([arguments.out])
            known = load_questions(arguments.out, drafts=True) if arguments.out.is_file() else []
        with closing(Store(settings.data)) as store:
            found = drafts(FeedbackLog(settings.data).read(), store, known)
        if not found:
            raise AktenkundigError("Es gibt keine neue Beanstandung, aus der eine Frage werden könnte.")
        if arguments.out is None:
            print(as_lines(found), end="")
            return 0
        before = arguments.out.read_text(encoding="utf-8") if arguments.out.is_file() else ""
        separator = "" if not before or before.endswith("\n") else "\n"
        write_whole(arguments.out, f"{before}{separator}{as_lines(found)}")
        count = "1 Frage" if len(found) == 1 else f"{len(found)} Fragen"
        print(f"{count} an „{arguments.out}“ angehängt; bitte bei jeder „todo“ abarbeiten.")
        return 0
