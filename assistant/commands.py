"""The commands ``aktenkundig ask``, ``check``, ``serve`` and ``mcp``."""

from __future__ import annotations

import argparse
import re
import sys
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from assistant.answer import Answer
from assistant.composing import unescaped
from corpus.errors import DraftError
from corpus.settings import load_settings

if TYPE_CHECKING:
    from assistant.factcheck import FactCheck
    from assistant.web.operations.metrics import Metrics
    from corpus.settings import Settings


class Ask:
    """``aktenkundig ask QUESTION [--json]``."""

    name = "ask"
    help = "eine Frage beantworten, mit Fundstellen"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The question, and ``--json`` for machines."""
        parser.add_argument("question", metavar="FRAGE", help="die Frage, in Anführungszeichen")
        parser.add_argument("--json", action="store_true", help="die ganze Antwort als JSON ausgeben")

    def run(self, arguments: argparse.Namespace) -> int:
        """Print the answer; a refusal is an answer too and gives 0."""
        from assistant.assistant import Assistant
        from assistant.question import check_question

        settings = load_settings()
        check_question(arguments.question, settings.max_question_length)
        assistant = Assistant.open(settings)
        try:
            answer = assistant.answer(arguments.question)
        finally:
            assistant.close()
        print(answer.model_dump_json(indent=2) if arguments.json else _readable(answer))
        return 0


class Check:
    """``aktenkundig check FILE [--json] [--export OUT]``."""

    name = "check"
    help = "einen Entwurf Satz für Satz gegen die Unterlagen prüfen"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """The draft, ``--json`` for machines, and a file to write."""
        parser.add_argument(
            "file", metavar="DATEI", type=Path, help="der Entwurf: Text, Markdown, Word, PDF; „-“ liest von der Eingabe"
        )
        parser.add_argument("--json", action="store_true", help="das ganze Ergebnis als JSON ausgeben")
        parser.add_argument(
            "--export",
            metavar="AUSGABE",
            type=Path,
            help="das Ergebnis schreiben: .docx mit Kommentaren, .pdf oder .md als Protokoll",
        )

    def run(self, arguments: argparse.Namespace) -> int:
        """Print the verdicts; a draft full of mistakes gives 0, too."""
        from assistant.assistant import Assistant
        from assistant.factcheck import check_draft, unobserved
        from assistant.factcheck.export import EXPORTS, export
        from assistant.factcheck.reading import read_draft

        target: Path | None = arguments.export
        if target is not None and target.suffix.lower().removeprefix(".") not in EXPORTS:
            raise DraftError(f"„{target.name}“ endet auf keine der Arten .docx, .pdf oder .md.")
        settings = load_settings()
        draft = sys.stdin.read() if str(arguments.file) == "-" else read_draft(arguments.file)
        check_draft(draft, settings.max_draft_length)
        assistant = Assistant.open(settings)
        try:
            check = assistant.check(draft, watch=_tell if sys.stderr.isatty() else unobserved)
        finally:
            assistant.close()
        if target is not None:
            try:
                target.write_bytes(export(draft, check, EXPORTS[target.suffix.lower().removeprefix(".")]))
            except OSError as error:
                raise DraftError(f"„{target}“ lässt sich nicht schreiben: {error.strerror}.") from error
        print(check.model_dump_json(indent=2) if arguments.json else _readable_check(check))
        return 0


class Serve:
    """``aktenkundig serve``."""

    name = "serve"
    help = "den Web-Chat starten"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Address and port win over the settings."""
        parser.add_argument("--host", metavar="ADRESSE", help="Adresse, an der der Web-Chat lauscht")
        parser.add_argument("--port", metavar="PORT", type=int, help="Port des Web-Chats; 0 wählt einen freien")

    def run(self, arguments: argparse.Namespace) -> int:
        """Serve until interrupted."""
        from assistant.web.operations.logs import set_up_logging
        from assistant.web.server import ended_by_signals

        overrides = {key: value for key in ("host", "port") if (value := getattr(arguments, key)) is not None}
        settings = load_settings(**overrides)
        set_up_logging(settings.log_format)
        with ended_by_signals():
            _serve(settings)
        return 0


def _serve(settings: Settings) -> None:
    from assistant.assistant import Assistant
    from assistant.web.operations.logs import tell
    from assistant.web.server import serve as serve_web

    metrics: Metrics | None = None
    if settings.metrics_port is not None:
        from assistant.web.operations.metrics import Metrics

        metrics = Metrics()
        metrics.count_incidents()
    began = monotonic()
    assistant = Assistant.open(settings, clearance="public", observer=metrics)
    assistant.warm_up()

    def announce(address: str) -> None:
        if settings.log_format == "text":
            print(f"Der Web-Chat läuft: {address} – beenden mit Strg+C", flush=True)
        seconds = monotonic() - began
        tell(
            "started",
            f"Der Web-Chat ist nach {seconds:.1f} s bereit.".replace(".", ",", 1),
            address=address,
            version=version("aktenkundig"),
            seconds=round(seconds, 1),
        )

    try:
        serve_web(assistant, host=settings.host, port=settings.port, announce=announce, metrics=metrics)
    finally:
        assistant.close()


class ServeTools:
    """``aktenkundig mcp``."""

    name = "mcp"
    help = "anderen Assistenten Auskunft geben (Model Context Protocol)"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """None: it speaks over standard input and output."""

    def run(self, arguments: argparse.Namespace) -> int:  # noqa: ARG002 - every command takes them
        """Serve until the other side ends it."""
        from assistant.assistant import Assistant
        from assistant.web.mcp_server import create_tools

        assistant = Assistant.open(load_settings(), clearance="public")
        try:
            create_tools(assistant).run("stdio")
        finally:
            assistant.close()
        return 0


def _tell(done: int, claims: int) -> None:
    print(f"\r{done} von {claims} Aussagen geprüft", end="\n" if done == claims else "", file=sys.stderr, flush=True)


def _readable_check(check: FactCheck) -> str:
    """The claims for a terminal, those that deviate with both wordings."""
    from assistant.factcheck.paper import remarks

    lines = []
    for claim in check.claims:
        if claim.verdict == "keine prüfbare Aussage":
            continue
        lines.append(f"[{claim.verdict}] {' '.join(claim.text.split())}")
        lines += [f"    {remark}" for remark in remarks(claim)]
        lines += [f"    „{' '.join(c.quote.split())}“\n    – {c.label}" for c in claim.citations]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in check.counts().items() if count)
    return "\n".join(
        [*lines, "", f"{len(check.claims)} Sätze und Teilsätze: {counts}. Durchsucht: {check.searched} Dokumente."]
    )


def _readable(answer: Answer) -> str:
    """The answer for a terminal: how the question was understood, the text, and what comes nearest to a refusal."""
    understood = (
        [f"Verstanden als: „{answer.standalone_question}“"] if answer.standalone_question != answer.question else []
    )
    near = answer.not_found.nearest if answer.not_found else []
    nearest = [f"    „{citation.quote}“\n    – {citation.label}" for citation in near]
    heading = ["Am nächsten kommt, ohne die Frage zu beantworten:"] if nearest else []
    return "\n\n".join([*understood, plain(answer.text), *heading, *nearest])


def plain(markdown: str) -> str:
    """Answer text for a terminal: without the marks of Markdown."""
    text = re.sub(r"(?<!\\)\*+", "", markdown)
    text = re.sub(r"^> ?", "    ", text, flags=re.MULTILINE)
    return unescaped(text)


ask = Ask()
check = Check()
serve = Serve()
mcp = ServeTools()
