"""The committed results: what a change is held against, what the README quotes, and how they are moved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from corpus.errors import AktenkundigError
from eval.files import write_whole
from eval.report.wording import GROUPS, bare, decimal, number
from eval.results import StoredResult, load_result
from eval.tasks.registry import figures_of

RESULTS: Final = Path(__file__).parent / "ergebnisse"
README: Final = Path(__file__).parent.parent / "README.md"
BEGIN: Final = "<!-- Zahlen: Anfang; geschrieben von „aktenkundig eval accept“ -->"
END: Final = "<!-- Zahlen: Ende -->"

_TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "questions": (
        "answer_accuracy", "evidence_hit", "evidence_precision", "page_accuracy", "page_coverage", "error_rate",
        "hallucination_rate", "refusal_precision", "refusal_recall", "auroc", "verbatim_rate",
    ),
    "squad": ("hit_at_1", "mrr_at_10", "quote_hit_1", "quote_hit_3", "f1_de"),
    "legalquad": ("hit_at_1", "ndcg_at_10", "quote_hit_1", "quote_hit_3"),
    "omos": ("selection_f", "none_f1", "per_question_f1", "first_choice"),
    "nomiracl": ("hallucination_rate", "error_rate", "auroc"),
}  # fmt: skip
"""What the README quotes of each task."""
_ORDER: Final = ("vorlage", "akte", "omos", "nomiracl", "mlqa", "legalquad")


def reference(name: str) -> StoredResult:
    """The committed result of a name; raises :class:`AktenkundigError` if there is none."""
    path = RESULTS / f"{name}.json"
    if not path.is_file():
        raise AktenkundigError(
            f"Für „{name}“ ist kein Ergebnis hinterlegt; „aktenkundig eval accept“ hinterlegt eines."
        )
    return load_result(path)


def accept(name: str, result: StoredResult) -> None:
    """Make a result the reference of its name."""
    write_whole(RESULTS / f"{name}.json", result.as_json())


def references() -> dict[str, StoredResult]:
    """All committed results by name, our own question sets first."""
    names = [path.stem for path in RESULTS.glob("*.json")]
    ranks = {name: rank for rank, name in enumerate(_ORDER)}
    return {name: reference(name) for name in sorted(names, key=lambda n: (ranks.get(n, len(ranks)), n))}


def update_readme(path: Path = README) -> bool:
    """Write the committed figures into the README; whether there was a place for them."""
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8")
    if BEGIN not in text or END not in text:
        return False
    head, rest = text.split(BEGIN, 1)
    write_whole(path, f"{head}{readme_block(references())}{rest.split(END, 1)[1]}")
    return True


def readme_block(results: Mapping[str, StoredResult]) -> str:
    """The README's figures in Markdown, between their marks, each table with the command that makes its figures."""
    parts = [BEGIN]
    for name, result in results.items():
        if result.task in _TABLES:
            parts.append(_table(name, result))
    return "\n\n".join([*parts, END])


def _table(name: str, result: StoredResult) -> str:
    figures = figures_of(result.task)
    estimates = result.figures[result.main]
    count = sum(1 for row in result.records.records() if result.main in {"all", row.split})
    baseline = result.baselines.get("llama-index")
    heads = [f"{result.title} ({count} Fragen{_split(result.main)})", "Wert", "95-%-Bereich"]
    heads += ["LlamaIndex (Anleitung)"] if baseline else []
    lines = [f"| {' | '.join(heads)} |", f"| {' | '.join(['---'] * len(heads))} |"]
    for key in _TABLES[result.task]:
        figure, estimate = figures[key], estimates[key]
        if estimate.value is None:
            continue
        interval = f"{bare(estimate.low, figure)}–{bare(estimate.high, figure)}"
        cells = [figure.title, number(estimate.value, figure), interval if estimate.low != estimate.high else ""]
        if baseline:
            cells.append(number(baseline.figures[key].value, figure) if key in baseline.figures else "")
        lines.append(f"| {' | '.join(cells)} |")
    waited = result.latency_ms
    told = f"Antwortzeit im Median {decimal(waited['p50'], 0)} ms, 95 % unter {decimal(waited['p95'], 0)} ms"
    if result.performance is not None:
        cold = decimal(result.performance.usual_cold_start_s, 1)
        told += f"; `aktenkundig ask` vom Start bis zur Antwort {cold} s, höchstens "
        told += f"{result.performance.peak_memory_mb:.0f} MB"
    cores = result.machine.get("cores")
    return "\n".join(lines) + f"\n\n{told} ({cores} Kerne). `{_command(name, result)}`"


def _split(main: str) -> str:
    return "" if main == "all" else f", {GROUPS[main]}"


def _command(name: str, result: StoredResult) -> str:
    if result.task == "questions":
        return "aktenkundig eval"
    return f"aktenkundig eval benchmark {result.task} {result.data.file} --json {name}.json"
