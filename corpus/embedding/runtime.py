"""ONNX Runtime, kept from reporting home: the one place that imports it."""

from __future__ import annotations

import os
from typing import Any


def load_onnxruntime() -> Any:  # noqa: ANN401 - untyped library
    """The module ``onnxruntime``.

    Its official builds for Linux send events to their maker, and keep an identifier of the machine for it, unless this
    variable is set before it is loaded; its own function comes too late for the first event.
    """
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime  # type: ignore[import-untyped]

    return onnxruntime
