"""Which arithmetic is fastest on this processor: measured at first use, then remembered.

bfloat16 halves the work of the matrix products where the processor multiplies it (avx512_bf16, AMX, Arm's bf16), and is
slower than float32 where it does not; so it is tried only there. Weights, residual stream and normalisation stay in
float32 (``torch.autocast``). int8 leaves a quarter of the work (:mod:`corpus.embedding.int8_encoder`). A less exact
precision is used only if it wins by a tenth.

Vectors of all precisions may stand in one store and be compared with a query's float32 vector: the cosine of the same
text's vectors is above .999 with bfloat16 and above .997 with int8; that of two passages of the example documents is
.85 in the median. Paragraph retrieval with either lay within chance of float32 (MLQA-de dev, 456 paragraphs, 512
questions: MRR@10 .7117 in float32, .7121 with bfloat16, .7116 with int8 passages, .7126 with int8 questions, too).
"""

from __future__ import annotations

import json
import logging
import os
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Literal, get_args

Precision = Literal["float32", "bfloat16", "int8"]
_PRECISIONS: tuple[Precision, ...] = get_args(Precision)

ROUNDS = 3
GAIN = 1.1
"""How many times faster a less exact precision must be; below that, timing noise would decide."""

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


def measuring_conditions(threads: int) -> dict[str, str]:
    """What the fastest precision depends on, told without loading PyTorch (which takes seconds)."""
    cards = sorted(path.name for path in Path("/dev").glob("nvidia[0-9]*"))
    return {
        "cpu": processor()[0],
        "threads": f"{threads} {os.environ.get('OMP_NUM_THREADS', '')}".strip(),
        "cards": " ".join([*cards, os.environ.get("CUDA_VISIBLE_DEVICES", "")]).strip(),
        "torch": version("torch"),
        "onnxruntime": version("onnxruntime"),
    }


def choose_precision(
    candidates: Sequence[Precision],
    seconds: Callable[[Precision], float],
    conditions: Mapping[str, str],
    file: Path | None,
) -> Precision:
    """The fastest of ``candidates``, which stand from the most to the least exact; the result goes into ``file``.

    ``seconds`` does the same piece of work in the given precision and returns how long it took. A ``file`` that cannot
    be written only means that the next process measures again.
    """
    best: dict[Precision, float] = {}
    # The first round warms up; they take turns, and the best of each counts, so that other work on the machine does
    # not decide.
    for round_number in range(ROUNDS + 1 if len(candidates) > 1 else 0):
        for precision in candidates:
            elapsed = seconds(precision)
            if round_number:
                best[precision] = min(elapsed, best.get(precision, elapsed))
    chosen = candidates[0]
    for precision in candidates[1:]:
        if best[precision] * GAIN <= best[chosen]:
            chosen = precision
    _log.info("Rechengenauigkeit %s gewählt: %s", chosen, best)
    _remember(chosen, best, conditions, file)
    return chosen


def remembered_precision(conditions: Mapping[str, str], file: Path | None) -> Precision | None:
    """What ``file`` says, if it was measured under ``conditions``."""
    if file is None:
        return None
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or content.get("conditions") != dict(conditions):
        return None
    return next((precision for precision in _PRECISIONS if content.get("precision") == precision), None)


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
