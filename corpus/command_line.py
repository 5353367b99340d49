"""The command line ``aktenkundig``: finds the command, speaks German, turns expected failures into one sentence.

Commands are entry points of the group ``aktenkundig.commands``, so this module imports none of the packages above
``corpus``, and only the command that is called is loaded: ``aktenkundig ask`` never pays for the web chat.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from typing import NoReturn, Protocol

from corpus.errors import AktenkundigError

PROGRAM = "aktenkundig"
COMMANDS_GROUP = "aktenkundig.commands"

EXIT_USER_ERROR = 2
EXIT_INTERRUPTED = 130
"""128 + SIGINT, as shells report it."""
EXIT_BROKEN_PIPE = 141
"""128 + SIGPIPE, as ``cat`` leaves when ``head`` has read enough."""

# Kept here so that the list of commands needs no import of any of them. Its order is the order of the help.
COMMAND_HELP = {
    "ingest": "Dokumente einlesen",
    "ask": "eine Frage stellen",
    "check": "einen Entwurf gegen die Akten prüfen",
    "serve": "den Web-Chat starten",
    "mcp": "anderen Assistenten Auskunft geben (Model Context Protocol)",
    "documents": "die Dokumente auflisten",
    "visibility": "sagen, wer Dokumente sehen darf",
    "text": "den Text eines Dokuments ausgeben",
    "doctor": "den Datenbestand prüfen und reparieren",
    "backup": "den Datenbestand sichern",
    "restore": "eine Sicherung zurückspielen",
    "users": "Zugänge verwalten",
    "audit": "zeigen, wer wann welches Dokument gesehen hat",
    "eval": "die Güte messen",
}

# argparse's messages (Python 3.11 to 3.14) as patterns, and the German sentence for each.
_MESSAGES = (
    (r"the following arguments are required: (?P<names>.+)", "Es fehlt die Angabe {names}"),
    (r"unrecognized arguments: (?P<names>.+)", "Mit der Angabe „{names}“ kann der Befehl nichts anfangen"),
    (r"one of the arguments (?P<names>.+) is required", "Es fehlt eine dieser Angaben: {names}"),
    (r"ambiguous option: (?P<name>\S+) could match (?P<names>.+)", "„{name}“ ist mehrdeutig: {names}"),
    (r"argument (?P<name>.+?): expected one argument", "Nach „{name}“ fehlt ein Wert"),
    (r"argument (?P<name>.+?): expected at least one argument", "Nach „{name}“ fehlt mindestens ein Wert"),
    (r"argument (?P<name>.+?): expected at most one argument", "Nach „{name}“ steht mehr als ein Wert"),
    (r"argument (?P<name>.+?): expected (?P<count>\d+) arguments?", "Nach „{name}“ müssen {count} Werte stehen"),
    (
        r"argument (?P<name>.+?): invalid choice: (?P<value>.+?)(?:, maybe .+)? \(choose from (?P<names>.*)\)",
        "„{value}“ ist für „{name}“ nicht möglich; möglich sind {names}",
    ),
    (r"argument (?P<name>.+?): invalid int value: (?P<value>.+)", "„{value}“ ist für „{name}“ keine ganze Zahl"),
    (r"argument (?P<name>.+?): invalid float value: (?P<value>.+)", "„{value}“ ist für „{name}“ keine Zahl"),
    (r"argument (?P<name>.+?): invalid \S+ value: (?P<value>.+)", "„{value}“ ist für „{name}“ kein gültiger Wert"),
    (r"argument (?P<name>.+?): not allowed with argument (?P<other>.+)", "„{name}“ und „{other}“ schließen sich aus"),
    (r"argument (?P<name>.+?): ignored explicit argument (?P<value>.+)", "„{name}“ nimmt keinen Wert an"),
    (r"argument (?P<name>.+?): (?P<rest>.+)", "„{name}“: {rest}"),
)
_HEADINGS = {"positional arguments": "Argumente", "options": "Optionen", "optional arguments": "Optionen"}


class Command(Protocol):
    """What an entry point of ``aktenkundig.commands`` names: an object, ready to use and cheap to import.

    Heavy libraries belong into :meth:`run`, so that ``--help`` and a mistyped option answer at once.
    """

    @property
    def name(self) -> str:
        """The word after ``aktenkundig``."""
        ...

    @property
    def help(self) -> str:
        """One German line that says what the command does."""
        ...

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the arguments, with German ``help`` and ``metavar``."""
        ...

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it and return the exit code; raise :class:`AktenkundigError` for what the user can put right."""
        ...


class GermanArgumentParser(argparse.ArgumentParser):
    """An argument parser whose help and errors are German; parsers of subcommands inherit that."""

    def __init__(self, prog: str | None = None, description: str | None = None, **options: object) -> None:
        settings: dict[str, object] = {"formatter_class": _GermanHelpFormatter, "allow_abbrev": False, **options}
        wants_help = settings.pop("add_help", True)
        super().__init__(prog=prog, description=description, add_help=False, **settings)  # type: ignore[arg-type]
        if wants_help:
            self.add_argument("-h", "--help", action="help", help="diese Hilfe zeigen")

    def error(self, message: str) -> NoReturn:
        """Print one German sentence to stderr and exit with code 2."""
        self.exit(EXIT_USER_ERROR, f"{_in_german(message)} (Hilfe: {self.prog} --help).\n")


class _GermanHelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Translates the headings; descriptions keep their line breaks."""

    def add_usage(self, usage: str | None, actions: object, groups: object, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "Aufruf: " if prefix is None else prefix)  # type: ignore[arg-type]

    def start_section(self, heading: str | None) -> None:
        super().start_section(_HEADINGS.get(heading or "", heading))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that ``argv`` (without the program's name) names and return the exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    return _guarded(lambda: _dispatch(words))


def run_command(command: Command, argv: Sequence[str] | None = None) -> int:
    """Run one command with its arguments ``argv`` (default: the process's) and return the exit code.

    An :class:`AktenkundigError` is printed to stderr as its one sentence and gives 2, as does a wrong argument;
    Ctrl+C gives 130, a closed pipe 141, both without a word. Any other exception is a bug and keeps its traceback.
    """
    words = list(sys.argv[1:] if argv is None else argv)
    return _guarded(lambda: _run(command, words))


def _dispatch(words: list[str]) -> int:
    """Find the command by the first word, load it and run it with the others."""
    commands = {entry.name: entry for entry in entry_points(group=COMMANDS_GROUP)}
    # Only the first word is ours; the rest belongs to the command, whose parser knows it.
    arguments = _parse(_main_parser(commands), words[:1])
    if isinstance(arguments, int):
        return arguments
    if arguments.command not in commands:
        raise AktenkundigError(_unknown_command(arguments.command, commands))
    command: Command = commands[arguments.command].load()
    return _run(command, words[1:])


def _run(command: Command, words: list[str]) -> int:
    parser = GermanArgumentParser(prog=f"{PROGRAM} {command.name}", description=command.help)
    command.add_arguments(parser)
    arguments = _parse(parser, words)
    return arguments if isinstance(arguments, int) else command.run(arguments)


def _guarded(work: Callable[[], int]) -> int:
    """The exit code of ``work``, also where it ends with a failure that is the user's or nobody's."""
    _write_utf8()
    try:
        code = work()
        # Here and not at interpreter exit, where a closed pipe could no longer be caught.
        sys.stdout.flush()
    except AktenkundigError as error:
        print(error, file=sys.stderr)
        return EXIT_USER_ERROR
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _discard_stdout()
        return EXIT_BROKEN_PIPE
    return code


def _parse(parser: argparse.ArgumentParser, words: list[str]) -> argparse.Namespace | int:
    """The parsed arguments, or the exit code where the parser ended the program (help, version, error)."""
    try:
        return parser.parse_args(words)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 0


def _main_parser(commands: dict[str, EntryPoint]) -> GermanArgumentParser:
    """The parser of the first word, with the table of installed commands."""
    names = _in_help_order(commands)
    width = max(map(len, names), default=0)
    table = "\n".join(f"  {name:<{width}}  {COMMAND_HELP.get(name, '')}".rstrip() for name in names)
    parser = GermanArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} BEFEHL …",
        description="Beantwortet Fragen zu Ratsdokumenten und belegt jede Aussage mit der genauen Fundstelle.",
        epilog=f"Befehle:\n{table}\n\nMehr zu einem Befehl: {PROGRAM} BEFEHL --help",
    )
    parser.add_argument("command", metavar="BEFEHL", nargs="?", help="einer der Befehle unten")
    parser.add_argument("--version", action="version", version=_version(), help="die Version zeigen")
    return parser


def _in_help_order(commands: dict[str, EntryPoint]) -> list[str]:
    """The installed commands: ours in the order of :data:`COMMAND_HELP`, then those of others."""
    return [name for name in COMMAND_HELP if name in commands] + sorted(set(commands) - set(COMMAND_HELP))


def _unknown_command(name: str | None, commands: dict[str, EntryPoint]) -> str:
    """Say which commands there are instead of ``name`` (``None``: none was given)."""
    if not commands:
        return f"{PROGRAM} ist nicht installiert; bitte „make run“ oder „pip install -e .“ ausführen."
    problem = "Es fehlt ein Befehl" if name is None else f"Den Befehl „{name}“ gibt es nicht"
    return f"{problem}; bekannt sind {', '.join(_in_help_order(commands))} (Hilfe: {PROGRAM} --help)."


def _version() -> str:
    try:
        return f"{PROGRAM} {version(PROGRAM)}"
    except PackageNotFoundError:  # started from the source tree
        return f"{PROGRAM} (nicht installiert)"


def _in_german(message: str) -> str:
    """Translate argparse's English ``message`` into a German sentence, without its full stop."""
    for pattern, sentence in _MESSAGES:
        found = re.fullmatch(pattern, message, re.DOTALL)
        if found:
            # argparse quotes values as Python does; the sentence has its own quotation marks.
            parts = {
                key: re.sub(r"'([^']*)'", r"\1", value) if key != "rest" else value.rstrip(".")
                for key, value in found.groupdict().items()
            }
            return sentence.format(**parts)
    return f"Der Aufruf ist ungültig: {message}"


def _write_utf8() -> None:
    """Make stdout UTF-8, so that quotes leave the program as they stand in the document, whatever the locale is."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() not in {"utf-8", "utf8"}:
        sys.stdout.reconfigure(encoding="utf-8")


def _discard_stdout() -> None:
    """Point stdout at nothing, or the interpreter would report the closed pipe once more while it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
