"""Puts large initials back to the word that they begin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.readers.pdf.lines import Segment

_LARGER = 1.8
"""An initial is at least this many times as large as the text beside it."""
_NEAR = 1.5
"""Type sizes of the text that may lie between them."""


def join_initials(segments: Sequence[Segment]) -> list[Segment]:
    """The segments, with every single large capital joined to the first line that stands beside it.

    That line begins with a small letter: a numeral or a letter of a drawing stands beside anything.
    """
    initials = [s for s in segments if len(s.line.text) == 1 and s.line.text.isupper()]
    joined: dict[int, Segment] = {}
    taken: set[int] = set()
    for initial in initials:
        beside = [
            other
            for other in segments
            if other.line.text[:1].islower()
            and initial.size >= _LARGER * other.size
            and -0.5 * other.size <= other.u0 - initial.u1 <= _NEAR * other.size
            and initial.top - other.size <= other.v <= initial.v + 0.5 * other.size
        ]
        if beside:
            first = min(beside, key=lambda segment: segment.v)
            line = first.line
            joined[id(first)] = replace(
                first,
                line=replace(
                    line,
                    text=initial.line.text + line.text,
                    boxes=np.concatenate([initial.line.boxes, line.boxes]),
                    confidence=None,
                ),
                u0=initial.u0,
            )
            taken.add(id(initial))
    return [joined.get(id(segment), segment) for segment in segments if id(segment) not in taken]
