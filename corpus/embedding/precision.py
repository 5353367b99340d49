"""Which arithmetic is faster on this processor: measured at first use, then remembered.

bfloat16 halves the work of the matrix products where the processor multiplies it (avx512_bf16, AMX, Arm's bf16), and is
slower than float32 where it does not; so it is tried only there and used only if it wins by a tenth. Weights, residual
stream and normalisation stay in float32 (``torch.autocast``), so that the vectors of both agree to a cosine of .9999
and may stand in one store. Dynamic int8 was faster still, but its vectors fell to a cosine of .993: not used.
"""

from __future__ import annotations

import json
import logging
import os
import platform
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

Precision = Literal["float32", "bfloat16"]

ROUNDS = 3
GAIN = 1.1
"""How many times faster bfloat16 must be; below that, timing noise would decide."""

_CPU_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
_log = logging.getLogger(__name__)


def processor() -> tuple[str, frozenset[str]]:
    """The processor's name and its feature flags; flags are known on Linux only, elsewhere empty."""
    name = platform.processor() or platform.machine()
    flags: frozenset[str] = frozenset()
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return name, flags
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            name = value.strip()
        elif key.strip() in {"flags", "Features"}:
            return name, frozenset(value.split())
    return name, flags


def multiplies_bfloat16(device: str) -> bool:
    """Whether ``device`` ("cpu", "cuda", …) has instructions for bfloat16 products."""
    if device == "cuda":
        import torch

        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    return device == "cpu" and not _CPU_FLAGS.isdisjoint(processor()[1])


def choose_precision(
    seconds: Callable[[Precision], float], device: str, conditions: Mapping[str, str], file: Path | None
) -> Precision:
    """The faster precision: from ``file`` where it was measured under the same ``conditions``, else measured now.

    ``seconds`` does the same piece of work in the given precision and returns how long it took. ``conditions`` is what
    the outcome depends on (processor, torch version, threads). A ``file`` that cannot be written only means that the
    next process measures again.
    """
    if not multiplies_bfloat16(device):
        return "float32"
    remembered = _remembered(conditions, file)
    if remembered is not None:
        return remembered
    precisions: tuple[Precision, ...] = ("float32", "bfloat16")
    best: dict[Precision, float] = {}
    # The first round warms up; the two take turns, and the best of each counts, so that other work on the machine
    # does not decide.
    for round_number in range(ROUNDS + 1):
        for precision in precisions:
            elapsed = seconds(precision)
            if round_number:
                best[precision] = min(elapsed, best.get(precision, elapsed))
    chosen: Precision = "bfloat16" if best["bfloat16"] * GAIN <= best["float32"] else "float32"
    _log.info("Rechengenauigkeit %s gewählt: %s", chosen, best)
    _remember(chosen, best, conditions, file)
    return chosen


def _remembered(conditions: Mapping[str, str], file: Path | None) -> Precision | None:
    """What ``file`` says, if it was measured under ``conditions``."""
    if file is None:
        return None
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("conditions") != dict(conditions):
        return None
    match content.get("precision"):
        case "float32":
            return "float32"
        case "bfloat16":
            return "bfloat16"
        case _:
            return None


def _remember(
    chosen: Precision, best: Mapping[Precision, float], conditions: Mapping[str, str], file: Path | None
) -> None:
    """Write ``file`` in one step, so that a reader never sees half of it."""
    if file is None:
        return
    content = {
        "precision": chosen,
        "conditions": dict(conditions),
        "seconds": {key: round(best[key], 4) for key in best},
    }
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(content, stream, ensure_ascii=False, indent=2)
        Path(draft).replace(file)
    except OSError as error:
        _log.warning("Die gemessene Rechengenauigkeit lässt sich nicht merken: %s", error)
