"""The command line speaks German, answers mistakes in one sentence, and loads only what is called."""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint, PackageNotFoundError, distribution
from types import ModuleType

import pytest

from corpus import command_line
from corpus.command_line import COMMANDS_GROUP, GermanArgumentParser, main, run_command
from corpus.errors import AktenkundigError


class Greet:
    """A small command with every kind of argument; ``action`` is what it does when it runs."""

    name = "gruss"
    help = "grüßt jemanden"

    def __init__(self, action: Callable[[argparse.Namespace], int] = lambda _: 0) -> None:
        self.action = action

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("person", metavar="NAME", help="wer gegrüßt wird")
        parser.add_argument("--mal", type=int, metavar="ZAHL", help="wie oft")
        parser.add_argument("--form", choices=["kurz", "lang"], help="wie ausführlich")
        parser.add_argument("--json", action="store_true", help="als JSON ausgeben")

    def run(self, arguments: argparse.Namespace) -> int:
        return self.action(arguments)


def raising(error: BaseException) -> Callable[[argparse.Namespace], int]:
    """An action that ends with ``error``."""

    def action(_: argparse.Namespace) -> int:
        raise error

    return action


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three installed commands: ``ask`` greets, ``serve`` cannot even be imported, ``fremd`` is someone else's."""
    module = ModuleType("commands_under_test")
    module.greet = Greet(lambda arguments: int(arguments.person))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    entries = [
        EntryPoint("serve", "no_such_module:serve", COMMANDS_GROUP),
        EntryPoint("fremd", "no_such_module:fremd", COMMANDS_GROUP),
        EntryPoint("ask", "commands_under_test:greet", COMMANDS_GROUP),
    ]
    monkeypatch.setattr(command_line, "entry_points", lambda group: entries if group == COMMANDS_GROUP else [])


def test_a_command_gets_its_arguments_and_its_exit_code_is_returned() -> None:
    seen: list[argparse.Namespace] = []

    def action(arguments: argparse.Namespace) -> int:
        seen.append(arguments)
        return 1

    assert run_command(Greet(action), ["Ada", "--mal", "3"]) == 1
    assert (seen[0].person, seen[0].mal) == ("Ada", 3)


def test_the_arguments_of_the_process_are_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["app.py", "7"])
    assert run_command(Greet(lambda arguments: int(arguments.person))) == 7


def test_the_help_of_a_command_is_german(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(Greet(), ["--help"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Aufruf: aktenkundig gruss ")
    for words in ("grüßt jemanden", "Argumente:", "Optionen:", "diese Hilfe zeigen", "wer gegrüßt wird"):
        assert words in shown
    for english in ("usage", "positional", "options:", "show this help"):
        assert english not in shown


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ([], "Es fehlt die Angabe NAME"),
        (["Ada", "--mla", "3"], "Mit der Angabe „--mla 3“ kann der Befehl nichts anfangen"),
        (["Ada", "--mal"], "Nach „--mal“ fehlt ein Wert"),
        (["Ada", "--mal", "drei"], "„drei“ ist für „--mal“ keine ganze Zahl"),
        (["Ada", "--form", "mittel"], "„mittel“ ist für „--form“ nicht möglich; möglich sind kurz, lang"),
        (["Ada", "--json=ja"], "„--json“ nimmt keinen Wert an"),
        (["Ada", "--js"], "Mit der Angabe „--js“ kann der Befehl nichts anfangen"),
    ],
)
def test_a_wrong_argument_gives_one_german_sentence_and_exit_code_2(
    argv: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(Greet(), argv) == 2
    written = capsys.readouterr()
    assert written.err == f"{sentence} (Hilfe: aktenkundig gruss --help).\n"
    assert written.out == ""


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("one of the arguments --a --b is required", "Es fehlt eine dieser Angaben: --a --b"),
        ("argument DATEI: expected at least one argument", "Nach „DATEI“ fehlt mindestens ein Wert"),
        ("argument --a: expected at most one argument", "Nach „--a“ steht mehr als ein Wert"),
        ("argument --a: expected 2 arguments", "Nach „--a“ müssen 2 Werte stehen"),
        ("argument --a: not allowed with argument --b", "„--a“ und „--b“ schließen sich aus"),
        ("argument --a: invalid float value: 'x'", "„x“ ist für „--a“ keine Zahl"),
        ("argument --a: invalid Path value: 'x'", "„x“ ist für „--a“ kein gültiger Wert"),
        ("argument --a: Das Datum liegt in der Zukunft.", "„--a“: Das Datum liegt in der Zukunft"),
        (
            "argument --a: invalid choice: 'kruz', maybe you meant 'kurz'? (choose from kurz, lang)",
            "„kruz“ ist für „--a“ nicht möglich; möglich sind kurz, lang",
        ),
        ("something new", "Der Aufruf ist ungültig: something new"),
    ],
)
def test_every_message_of_argparse_has_a_german_sentence(
    message: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        GermanArgumentParser(prog="aktenkundig").error(message)
    assert stop.value.code == 2
    assert capsys.readouterr().err == f"{sentence} (Hilfe: aktenkundig --help).\n"


def test_subcommands_of_a_command_are_german_too(capsys: pytest.CaptureFixture[str]) -> None:
    class Users(Greet):
        def add_arguments(self, parser: argparse.ArgumentParser) -> None:
            actions = parser.add_subparsers(metavar="AKTION", required=True)
            actions.add_parser("neu", help="anlegen").add_argument("person", metavar="NAME")

    assert run_command(Users(), ["neu", "--help"]) == 0
    assert capsys.readouterr().out.startswith("Aufruf: aktenkundig gruss neu ")
    assert run_command(Users(), ["neu"]) == 2
    assert capsys.readouterr().err.startswith("Es fehlt die Angabe NAME")


def test_an_expected_failure_is_one_line_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = "Die Datei „a.pdf“ ist leer; bitte eine andere angeben."
    assert run_command(Greet(raising(AktenkundigError(sentence))), ["Ada"]) == 2
    written = capsys.readouterr()
    assert written.err == f"{sentence}\n"
    assert written.out == ""


def test_a_bug_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError):
        run_command(Greet(raising(ZeroDivisionError())), ["Ada"])


def test_an_interruption_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(Greet(raising(KeyboardInterrupt())), ["Ada"]) == 130
    written = capsys.readouterr()
    assert (written.out, written.err) == ("", "")


WRITER = """
import sys
from corpus.command_line import run_command
class Write:
    name = help = "write"
    def add_arguments(self, parser): pass
    def run(self, arguments):
        print({text!r} * {times})
        return 0
sys.exit(run_command(Write(), []))
"""


@pytest.mark.parametrize("times", [1, 1_000_000])
def test_a_closed_pipe_is_quiet(times: int) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER.format(text="a", times=times)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 141


def test_quotes_leave_the_program_as_utf_8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "latin-1")
    done = subprocess.run([sys.executable, "-c", WRITER.format(text="„§“", times=1)], capture_output=True, check=True)
    assert done.stdout.decode("utf-8") == "„§“\n"


@pytest.mark.usefixtures("installed")
def test_only_the_called_command_is_loaded() -> None:
    assert main(["ask", "5"]) == 5
    with pytest.raises(ModuleNotFoundError):
        main(["serve"])


@pytest.mark.usefixtures("installed")
def test_the_list_of_commands_needs_none_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    table = lines[lines.index("Befehle:") + 1 :]
    assert table[:3] == ["  ask    eine Frage stellen", "  serve  den Web-Chat starten", "  fremd"]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("argv", "problem"),
    [
        (["frag", "--help"], "Den Befehl „frag“ gibt es nicht; bekannt sind ask, serve, fremd"),
        ([], "Es fehlt ein Befehl; bekannt sind ask, serve, fremd"),
        (["--json"], "Mit der Angabe „--json“ kann der Befehl nichts anfangen"),
    ],
)
def test_an_unknown_command_gives_one_german_sentence(
    argv: list[str], problem: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(argv) == 2
    written = capsys.readouterr()
    assert written.err == f"{problem} (Hilfe: aktenkundig --help).\n"
    assert written.out == ""


def test_without_an_installation_the_user_is_told_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command_line, "entry_points", lambda **_: [])
    assert main(["ask"]) == 2
    assert "nicht installiert" in capsys.readouterr().err


def is_installed() -> bool:
    """Whether the package is installed, so that its entry points are there."""
    try:
        distribution("aktenkundig")
    except PackageNotFoundError:
        return False
    return True


@pytest.mark.skipif(not is_installed(), reason="aktenkundig is not installed in this environment")
class TestInstalled:
    def test_every_entry_point_is_a_command_of_its_name_and_is_in_the_help(self) -> None:
        entries = distribution("aktenkundig").entry_points.select(group=COMMANDS_GROUP)
        assert entries
        for entry in entries:
            command = entry.load()
            assert command.name == entry.name
            assert entry.name in command_line.COMMAND_HELP

    def test_the_list_of_commands_imports_no_heavy_library(self) -> None:
        program = (
            "import sys; from corpus.command_line import main; code = main(['--help']);"
            "heavy = {'torch', 'gradio', 'chromadb', 'llama_index', 'ingest', 'assistant', 'eval'} & set(sys.modules);"
            "sys.exit(f'loaded: {heavy}' if heavy else code)"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")

    def test_a_command_is_cheap_to_import(self) -> None:
        for entry in distribution("aktenkundig").entry_points.select(group=COMMANDS_GROUP):
            module = entry.value.partition(":")[0]
            program = (
                f"import sys, {module}; heavy = {{'torch', 'gradio', 'chromadb'}} & set(sys.modules);"
                "sys.exit(f'loaded: {heavy}' if heavy else 0)"
            )
            done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, ""), module
