"""The report on a question set: a German table to read, and the same figures as JSON."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from eval.metrics import RESAMPLES, SEED, Figures, Outcome, Rate, baselines, figures
from eval.runner import Result

_PACKAGES = ("torch", "sentence-transformers", "llama-index-core", "chromadb")
_SPLITS = {"calibration": "Kalibrierung", "test": "Test"}
_ALL = "alle"
_KINDS = {
    "fact": "Tatsache",
    "date": "Datum",
    "number": "Zahl",
    "who": "Wer",
    "why": "Warum",
    "list": "Aufzählung",
    "negation": "Verneinung",
    "definition": "Begriff",
    "order": "Reihenfolge",
    "false-premise": "falsche Annahme",
    "plain-language": "Alltagssprache",
    "typo": "Tippfehler",
    "follow-up": "Nachfrage",
    "abbreviation": "Abkürzung",
    "yes-no": "Ja/Nein",
    "proposal-vs-decision": "Vorschlag/Beschluss",
    "unanswerable": "unbeantwortbar",
}
_BASELINES = {"always_answer": "immer antworten", "always_refuse": "immer ablehnen"}
_HEAD = [
    "",
    "n",
    "Antwortgenauigkeit",
    "Fundstelle getroffen",
    "Abl.-Präzision",
    "Abl.-Recall",
    "Abl.-F1",
    "Halluzinationsrate",
    "Fehlerrate",
    "Latenz p50",
    "p95",
]
_NOTHING = "–"

Row = list[str]


def render(results: Sequence[Result], *, failures: bool = False) -> str:
    """The tables, per split and per kind, with the baselines; ``failures`` adds each question that failed."""
    splits, kinds = _groups(results)
    rows = [_HEAD, *(_row(_SPLITS.get(name, name), figures(_outcomes(group))) for name, group in splits.items())]
    rows += [_row(_BASELINES[name], None, rates) for name, rates in baselines(_outcomes(results)).items()]
    proofs = [["", "Belege abgedeckt", "Zitate auf Beleg", "Zitate wörtlich"]]
    for name, group in splits.items():
        rates = figures(_outcomes(group)).rates
        keys = ("evidence_coverage", "citation_precision", "verbatim_rate")
        proofs.append([_SPLITS.get(name, name), *(_interval(rates[key]) for key in keys)])
    by_kind = [_HEAD, *(_row(_KINDS.get(kind, kind), figures(_outcomes(group))) for kind, group in kinds.items())]
    parts = [
        _table(rows),
        "In Klammern: 95-%-Vertrauensbereich (Bootstrap über die Fragen). Abl.: Ablehnung. „–“: nichts zu messen.",
        _table(proofs),
        _table(by_kind),
    ]
    failed = [result for result in results if result.failures]
    summary = f"Verfehlt: {len(failed)} von {len(results)} Fragen."
    if failures:
        summary = "\n".join([summary, *(_failure(result) for result in failed)])
    return "\n\n".join([*parts, summary])


def figures_as_json(results: Sequence[Result], *, questions: Path, settings: str) -> dict[str, object]:
    """All figures with what they depend on: question file, settings and versions; rates are shares of 1."""
    splits, kinds = _groups(results)
    return {
        "questions": {
            "file": str(questions),
            "sha256": hashlib.sha256(questions.read_bytes()).hexdigest(),
            "count": len(results),
        },
        "settings": settings,
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}},
        "bootstrap": {"level": 0.95, "resamples": RESAMPLES, "seed": SEED},
        "splits": {"all" if name == _ALL else name: _as_json(group) for name, group in splits.items()},
        "kinds": {name: _as_json(group) for name, group in kinds.items()},
        "baselines": {
            name: {key: asdict(rate) for key, rate in rates.items()}
            for name, rates in baselines(_outcomes(results)).items()
        },
        "failures": [
            {"id": result.question.id, "reasons": list(result.failures)} for result in results if result.failures
        ],
    }


def _groups(results: Sequence[Result]) -> tuple[dict[str, list[Result]], dict[str, list[Result]]]:
    """The results by split (calibration, test, all) and by kind, in the order of the question set."""
    splits = {name: [result for result in results if result.question.split == name] for name in _SPLITS}
    kinds: dict[str, list[Result]] = {}
    for result in results:
        kinds.setdefault(result.question.kind, []).append(result)
    return {name: group for name, group in splits.items() if group} | {_ALL: list(results)}, kinds


def _outcomes(results: Sequence[Result]) -> list[Outcome]:
    return [result.outcome for result in results]


def _as_json(results: Sequence[Result]) -> dict[str, object]:
    found = figures(_outcomes(results))
    return {
        "n": found.questions,
        "answerable": found.answerable,
        **{name: asdict(rate) for name, rate in found.rates.items()},
        "latency_ms": {"p50": _milliseconds(found.latency_p50), "p95": _milliseconds(found.latency_p95)},
    }


def _row(name: str, found: Figures | None, rates: dict[str, Rate] | None = None) -> Row:
    """One line of the table; a baseline has only the rates of its refusals."""
    known = found.rates if found is not None else rates or {}
    nothing = Rate(None, None, None)
    cells = [name, str(found.questions) if found is not None else ""]
    cells += [_interval(known[key]) if key in known else "" for key in ("answer_accuracy", "evidence_hit")]
    for key in ("refusal_precision", "refusal_recall", "refusal_f1", "hallucination_rate", "error_rate"):
        cells.append(_percent(known.get(key, nothing).value))
    for seconds in (found.latency_p50, found.latency_p95) if found is not None else ():
        cells.append(f"{seconds * 1000:.0f} ms" if seconds is not None else _NOTHING)
    return cells


def _table(rows: Sequence[Row]) -> str:
    """The rows in columns, the first to the left, the others to the right."""
    width = max(map(len, rows))
    full = [[*row, *[""] * (width - len(row))] for row in rows]
    widths = [max(len(row[column]) for row in full) for column in range(width)]
    lines = [
        row[0].ljust(widths[0]) + "".join(f"  {cell:>{size}}" for cell, size in zip(row[1:], widths[1:], strict=True))
        for row in full
    ]
    return "\n".join(line.rstrip() for line in [lines[0], "─" * len(lines[0]), *lines[1:]])


def _failure(result: Result) -> str:
    answer = result.answer
    given = answer.short_answer or (answer.citations[0].quote if answer.citations else "")
    shown = "abgelehnt" if result.outcome.refused else f"„{' '.join(given.split())}“"
    return f"  {result.question.id}: {', '.join(result.failures)} – {result.question.question} → {shown}"


def _interval(found: Rate) -> str:
    if found.value is None or found.low is None or found.high is None:
        return _NOTHING
    return f"{_percent(found.value)} [{_number(found.low)}; {_number(found.high)}]"


def _percent(value: float | None) -> str:
    return _NOTHING if value is None else f"{_number(value)} %"


def _number(value: float) -> str:
    """A share as a percentage; 100,0 means exactly all, so that one wrong quote in thousands stays visible."""
    percentage = 99.9 if 0.999 <= value < 1 else value * 100
    return f"{percentage:.1f}".replace(".", ",")


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
