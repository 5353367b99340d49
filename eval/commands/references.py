"""``aktenkundig eval compare``, ``gate`` and ``accept``: hold a result against another one or the committed one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Final

from corpus.errors import AktenkundigError
from eval.commands.outputs import exit_code, progress
from eval.commands.packaged import OUT

if TYPE_CHECKING:
    from eval.results import StoredResult

EXIT_WORSE: Final = 1


class CompareCommand:
    """``aktenkundig eval compare BEFORE AFTER``."""

    name = "compare"
    help = "zwei Ergebnisse Frage für Frage vergleichen"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Two result files."""
        parser.add_argument("before", metavar="VORHER", type=Path, help="Ergebnisdatei (JSON)")
        parser.add_argument("after", metavar="NACHHER", type=Path, help="Ergebnisdatei (JSON)")

    def run(self, arguments: argparse.Namespace) -> int:
        """Print what changed, and whether by more than chance."""
        from eval.comparison import compare, render_comparison
        from eval.results import load_result

        print(render_comparison(compare(load_result(arguments.before), load_result(arguments.after))))
        return 0


class GateCommand:
    """``aktenkundig eval gate [FILE…]``: fails when a figure fell by more than its interval allows."""

    name = "gate"
    help = "prüfen, dass keine Kennzahl gegenüber dem hinterlegten Ergebnis gefallen ist"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Result files; without any, the packaged question sets are asked."""
        _add_results(parser, "werden die mitgelieferten Fragensammlungen gestellt")

    def run(self, arguments: argparse.Namespace) -> int:
        """Print what changed since the committed results; 1 if something is worse."""
        from eval.comparison import compare, render_comparison
        from eval.reference import reference

        results, code = (_named(arguments.files), 0) if arguments.files else _measured()
        for name, result in results.items():
            comparison = compare(reference(name), result)
            print(f"== {name}\n{render_comparison(comparison)}\n")
            for change in comparison.fallen:
                print(f"GEFALLEN: {change.figure.title} auf „{name}“, mehr als der Zufall erklärt.")
                code = EXIT_WORSE
        if not code:
            print("Keine Kennzahl ist gefallen.")
        return code


class AcceptCommand:
    """``aktenkundig eval accept [FILE…]``: results become what later ones are held against."""

    name = "accept"
    help = "Ergebnisse hinterlegen, an denen spätere gemessen werden, und sagen, um wie viel sie sich ändern"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Result files; without any, those of the last ``aktenkundig eval``."""
        _add_results(parser, "die der letzten Messung mit „aktenkundig eval“")

    def run(self, arguments: argparse.Namespace) -> int:
        """Print what changes, then move the references and the README's figures."""
        from corpus.settings import load_settings
        from eval.comparison import compare, render_comparison
        from eval.reference import accept, reference, update_readme

        files = arguments.files or sorted((load_settings().data / OUT).glob("*.json"))
        if not files:
            raise AktenkundigError("Es liegt noch keine Messung vor; bitte zuerst „aktenkundig eval“ aufrufen.")
        results = _named(files)
        for name, result in results.items():
            try:
                print(f"== {name}\n{render_comparison(compare(reference(name), result))}\n")
            except AktenkundigError as error:
                # Nothing to compare with: there is none, or it was made by a version that measured otherwise.
                print(f"== {name}: {error}\n")
            accept(name, result)
        print(f"Hinterlegt: {', '.join(results)}.")
        if update_readme():
            print("Die Zahlen in der README sind nachgezogen.")
        return 0


def _add_results(parser: argparse.ArgumentParser, otherwise: str) -> None:
    parser.add_argument(
        "files", metavar="ERGEBNIS", type=Path, nargs="*", help=f"Ergebnisdateien; sonst {otherwise}"
    )  # fmt: skip


def _named(files: list[Path]) -> dict[str, StoredResult]:
    """Results by the names of their files."""
    from eval.results import load_result

    return {path.stem: load_result(path) for path in files}


def _measured() -> tuple[dict[str, StoredResult], int]:
    """Results of the packaged question sets, and 1 if a quote was not verbatim."""
    import tempfile

    from corpus.settings import load_settings
    from eval.packaged import evaluate_packaged
    from eval.results import stored

    with tempfile.TemporaryDirectory(prefix="aktenkundig-") as folder:
        found = list(
            evaluate_packaged(load_settings(), Path(folder), baselines=False, performance=False, heard=progress())
        )
    results = {packaged.name: stored(evaluation) for packaged, evaluation in found}
    return results, exit_code([evaluation for _, evaluation in found])
