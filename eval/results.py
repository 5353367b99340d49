"""Results as files: figures with what they depend on, and the numbers of every question, so that runs can be compared.

Records are kept as rows under column names, one question a line: short, and readable in a diff.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from corpus.errors import UnreadableFileError
from eval.curves import reliability, risk_coverage
from eval.evaluation import ALL, OURS, Data, Evaluation, Performance
from eval.questions import Split
from eval.records import Record
from eval.statistics import LEVEL, RESAMPLES, SEED, Difference, Estimate

PACKAGES: Final = ("torch", "onnxruntime", "sentence-transformers", "llama-index-core", "chromadb", "ir-measures")
_DIGITS: Final = 4
_RECORD_DIGITS: Final = 6
_ROWS: Final = "@rows@"
_KEYS: Final = ("id", "group", "kind", "split")


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StoredBaseline(_Stored):
    """A baseline's figures at a glance on the main group, and what ours has more."""

    figures: dict[str, Estimate]
    more: dict[str, Difference]
    latency_ms: dict[str, float]


class StoredRecords(_Stored):
    """Rows of numbers; a ratio takes two columns, ``name`` and ``name/n``."""

    columns: list[str]
    rows: list[list[str | float | None]]

    @model_validator(mode="after")
    def _rows_are_as_long_as_columns(self) -> Self:
        if tuple(self.columns[: len(_KEYS)]) != _KEYS or any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("records need their columns")
        return self

    @classmethod
    def of(cls, records: Sequence[Record]) -> StoredRecords:
        """Records as rows."""
        ratios = list(dict.fromkeys(name for record in records for name in record.ratios))
        raw = list(dict.fromkeys(name for record in records for name in record.raw))
        columns = [*_KEYS, *(column for name in ratios for column in (name, f"{name}/n")), *(f"={n}" for n in raw)]
        rows: list[list[str | float | None]] = []
        for record in records:
            pairs = [record.ratios.get(name, (None, None)) for name in ratios]
            numbers = [_rounded(value) for pair in pairs for value in pair]
            numbers += [_rounded(record.raw.get(name)) for name in raw]
            rows.append([record.id, record.group, record.kind, record.split, *numbers])
        return cls(columns=columns, rows=rows)

    def records(self) -> list[Record]:
        """What the rows were made of."""
        return [self._record(row) for row in self.rows]

    def _record(self, row: Sequence[str | float | None]) -> Record:
        values = dict(zip(self.columns, row, strict=True))
        split: Split | None = {"calibration": "calibration", "test": "test"}.get(str(values["split"]))  # type: ignore[assignment]
        ratios = {
            name: (float(values[name] or 0), float(values[f"{name}/n"] or 0))
            for name in self.columns[len(_KEYS) :]
            if f"{name}/n" in values and values[name] is not None
        }
        raw = {name[1:]: float(value) for name, value in values.items() if name[0] == "=" and value is not None}
        return Record(str(values["id"]), str(values["group"]), str(values["kind"]), split, ratios, raw)


class StoredResult(_Stored):
    """A result file."""

    task: str
    title: str
    data: Data
    documents: str
    settings: str
    versions: dict[str, str | None]
    machine: dict[str, str | int | None]
    bootstrap: dict[str, float]
    main: str
    figures: dict[str, dict[str, Estimate]]
    kinds: dict[str, dict[str, Estimate]]
    baselines: dict[str, StoredBaseline]
    senseless: dict[str, dict[str, Estimate]]
    latency_ms: dict[str, float]
    performance: Performance | None
    risk_coverage: list[tuple[float, float, float]]
    reliability: list[tuple[float, float, int]]
    failures: dict[str, list[str]]
    records: StoredRecords

    def as_json(self) -> str:
        """Readable JSON: figures one a line, records one question a line."""
        content = self.model_dump(mode="json")
        content["records"]["rows"] = _ROWS
        rows = ",\n    ".join(json.dumps([_short(value) for value in row]) for row in self.records.rows)
        text = json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False)
        return text.replace(f'"{_ROWS}"', f"[\n    {rows}\n  ]") + "\n"


def stored(evaluation: Evaluation) -> StoredResult:
    """An evaluation as it is written."""
    main = evaluation.records(evaluation.main)
    return StoredResult.model_validate(
        {
            "task": evaluation.task,
            "title": evaluation.title,
            "data": asdict(evaluation.data),
            "documents": evaluation.documents,
            "settings": evaluation.settings,
            "versions": {"python": platform.python_version(), **{name: package_version(name) for name in PACKAGES}},
            "machine": {"system": platform.system(), "architecture": platform.machine(), "cores": os.cpu_count()},
            "bootstrap": {"level": LEVEL, "resamples": RESAMPLES, "seed": SEED},
            "main": evaluation.main,
            "figures": {group: _dumped(evaluation.estimates(group)) for group in evaluation.groups},
            "kinds": {kind: _dumped(evaluation.headline_estimates(kind)) for kind in evaluation.kinds},
            "baselines": {
                name: {
                    "figures": _dumped(evaluation.headline_estimates(evaluation.main, name)),
                    "more": _dumped(evaluation.differences(name)),
                    "latency_ms": evaluation.latencies_ms(name),
                }
                for name in evaluation.baselines
            },
            "senseless": {name: _dumped(estimates) for name, estimates in evaluation.senseless().items()},
            "latency_ms": evaluation.latencies_ms(OURS),
            "performance": asdict(evaluation.performance) if evaluation.performance is not None else None,
            "risk_coverage": [tuple(round(v, _DIGITS) for v in point) for point in risk_coverage(main)],
            "reliability": [
                (round(confidence, _DIGITS), round(share, _DIGITS), count)
                for confidence, share, count in reliability(main)
            ],
            "failures": {
                reason: [name for name, _ in failed] for reason, failed in evaluation.failures_by_reason.items()
            },
            "records": StoredRecords.of(evaluation.records(ALL)),
        }
    )


def load_result(path: Path) -> StoredResult:
    """Read a result file; raises :class:`UnreadableFileError` with one German sentence."""
    try:
        return StoredResult.model_validate_json(path.read_bytes())
    except OSError as error:
        raise UnreadableFileError(f"Die Ergebnisdatei „{path}“ fehlt oder ist nicht lesbar.") from error
    except ValidationError as error:
        raise UnreadableFileError(
            f"„{path}“ ist keine Ergebnisdatei von „aktenkundig eval“ dieser Fassung; bitte neu messen."
        ) from error


def _dumped(estimates: Mapping[str, object]) -> dict[str, object]:
    return {name: _rounded_all(asdict(estimate)) for name, estimate in estimates.items()}  # type: ignore[call-overload]


def _rounded_all(value: object) -> object:
    if isinstance(value, dict):
        return {name: _rounded_all(inner) for name, inner in value.items()}
    return round(value, _DIGITS) if isinstance(value, float) else value


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), _RECORD_DIGITS)


def _short(value: str | float | None) -> str | float | None:
    """Whole numbers without a point: most of them are 0 or 1."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def package_version(package: str) -> str | None:
    """The installed version of a package, or ``None``."""
    try:
        return version(package)
    except PackageNotFoundError:
        return None
