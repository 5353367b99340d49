"""The commands ``aktenkundig ask`` and ``aktenkundig serve``."""

from __future__ import annotations

import argparse
import re

from assistant.answer import Answer
from assistant.composing import unescaped
from corpus.settings import load_settings


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
        from assistant.assistant import Assistant
        from assistant.web.server import serve as serve_web

        overrides = {key: value for key in ("host", "port") if (value := getattr(arguments, key)) is not None}
        settings = load_settings(**overrides)
        assistant = Assistant.open(settings, clearance="public")
        assistant.warm_up()
        serve_web(assistant, host=settings.host, port=settings.port, announce=lambda line: print(line, flush=True))
        return 0


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
serve = Serve()
mcp = ServeTools()
