"""Makes lines of recognised words: where their type stands and how large it is, and a box for each character.

Tesseract tells boxes of words. A word's width is divided among its characters in proportion to the advance widths of
the ordinary typeface – sans serif, serif or fixed-pitch – whose widths fit the words of the page best; measured, that
places characters better than Tesseract's own character boxes, whose cuts its network only guesses. All characters of a
line have boxes of one height, as in a text layer, so that marked text looks even.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.layout import Line
from ingest.readers.deskew import Grey, ink_level, scaled
from ingest.readers.tesseract import Word

_CAPITALS, _X_HEIGHT = 0.73, 0.53
"""Heights of capitals and small letters above the baseline as they are measured, in ems: what the ordinary faces
(Helvetica, Times, Frutiger, Garamond) have within a tenth, and half a pixel of blur."""
_ABOVE, _BELOW = 0.68, 0.19
"""How far the boxes of characters reach above and below the baseline, in ems: nearly over capitals and descenders, but
not so far that a word of small letters only fills less than half of its box."""
_DESCENDING = frozenset("gjpqyQJ,;()[]{}|/\\ß§@$ç„‚µ_")
_RISING = frozenset("bdfhklABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ß")
_LOW = frozenset("acemnorsuvwxz")
_SHORT_LINE = 4
"""Words standing on the baseline, fewer than which say nothing about a line's slope."""
_LEVEL = 0.02
"""The steepest slope of a baseline on a straightened page: paper curls by a degree."""
_WIDE_GAP, _VERY_WIDE_GAP = 1.0, 2.0
"""Ems between two words from which on they may stand, or do stand, in different columns."""
_UNEVEN = 2.2
"""A gap this many times as wide as the line's usual one was not stretched to fill the line."""
_SURE_DIRT = frozenset("|¦_~`´^\\<>°")
"""Characters that are specks, borders and ruling lines, if a word has no others."""
_DIRT = 0.6
"""Below this confidence a word without letters or digits is taken for dirt, unless it stands between two words."""
_NEAR = 1.0
"""Heights of a word within which the next one stands."""
_HOPELESS = 0.3
"""Below this confidence on the average, a line is a signature, a seal or a drawing,"""
_SOME_SURE = 0.6
"""unless one of its words is surer than this."""
_SAME_SIZE = 0.08
"""By this share measured type sizes of the same size differ from line to line."""
_BOLDER = 1.22
"""By this factor the strokes of bold type are thicker at least, measured along the lines: usual are 1.3 to 1.6."""
_ENOUGH_WIDTHS = 5
"""Words of which a typeface's widths can be judged."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a line's type stands, in pixels: at ``x`` its baseline is at ``height + slope * x``."""

    height: float
    slope: float
    em: float

    def baseline(self, x: float) -> float:
        """The height of the baseline at ``x``."""
        return self.height + self.slope * x


Mend = Callable[[Grey, Sequence[Word], Setting], list[Word]]
"""Corrects the words of a line of a page, knowing where its type stands."""


def make_lines(words: Iterable[Word], page: Grey, scale: float, mend: Mend | None = None) -> list[Line]:
    """The words of the straightened ``page``, in reading order, as segments of lines without wide gaps.

    ``scale`` is pixels per point; boxes come out in points of the straightened page.
    """
    rows = _rows(words)
    settings = _settings(rows)
    if mend is not None:
        rows = [mend(page, row, setting) for row, setting in zip(rows, settings, strict=True)]
    widths = _fitting_widths(rows, settings)
    sizes = _sizes(rows, settings, scale)
    bold = _bold(rows, settings, page < ink_level(page))
    lines: list[Line] = []
    baselines: list[float] = []
    for row, setting, size, heavy in zip(rows, settings, sizes, bold, strict=True):
        for segment in _segments(row, setting.em):
            line = _line(segment, setting, widths, scale)
            line.size, line.bold = size, heavy
            lines.append(line)
            baselines.append(setting.baseline(segment[0].box[0]) / scale)
    _set_gaps(lines, baselines)
    return lines


def _rows(words: Iterable[Word]) -> list[list[Word]]:
    """The words by line, from left to right, without dirt."""
    rows: dict[int, list[Word]] = {}
    for word in words:
        rows.setdefault(word.line, []).append(word)
    clean = (_without_dirt(sorted(row, key=lambda word: word.box[0])) for row in rows.values())
    return [row for row in clean if row and not _is_hopeless(row)]


def _without_dirt(row: Sequence[Word]) -> list[Word]:
    """The line without specks, borders and ruling lines; a sign between two words is part of the text."""
    return [word for number, word in enumerate(row) if word.letters or not _is_dirt(row, number)]


def _is_dirt(row: Sequence[Word], number: int) -> bool:
    word = row[number]
    if _SURE_DIRT.issuperset(word.text):
        return True
    before, after = row[max(0, number - 1)], row[min(len(row) - 1, number + 1)]
    near = _NEAR * max(before.box[3] - before.box[1], after.box[3] - after.box[1])
    between = word.box[0] - before.box[2] < near and after.box[0] - word.box[2] < near
    return word.confidence < _DIRT and not (before.letters and after.letters and between)


def _is_hopeless(row: Sequence[Word]) -> bool:
    """Whether a line is no writing at all. Every line that has one good word stays, whatever the others are."""
    weights = np.array([max(1, word.letters) for word in row])
    confidences = np.array([word.confidence for word in row])
    return bool((weights * confidences).sum() < _HOPELESS * weights.sum() and (confidences < _SOME_SURE).all())


def _settings(rows: Sequence[Sequence[Word]]) -> list[Setting]:
    """Where the type of each line stands; what a line does not show is taken from the page."""
    measured = [_measure(row) for row in rows]
    ems = [em for _, _, em in measured if em is not None]
    usual = float(np.median(ems)) if ems else 0.0
    settings: list[Setting] = []
    for row, (height, slope, em) in zip(rows, measured, strict=True):
        tallest = max(word.box[3] - word.box[1] for word in row)
        known = em or usual or tallest / _CAPITALS
        bottom = float(np.median([word.box[3] for word in row]))
        settings.append(Setting(bottom if height is None else height, slope, known))
    return settings


def _measure(row: Sequence[Word]) -> tuple[float | None, float, float | None]:
    """Height and slope of the baseline and the em, each as far as the letters of the line show it."""
    standing = [word for word in row if word.letters and _DESCENDING.isdisjoint(word.text)]
    slope = 0.0
    height: float | None = None
    if standing:
        middles = np.array([(word.box[0] + word.box[2]) / 2 for word in standing])
        bottoms = np.array([word.box[3] for word in standing])
        if len(standing) >= _SHORT_LINE:
            slope = float(np.clip(_median_slope(middles, bottoms), -_LEVEL, _LEVEL))
        height = float(np.median(bottoms - slope * middles))
    if height is None:
        return None, 0.0, None
    capitals: list[float] = []
    smalls: list[float] = []
    for word in row:
        rise = height + slope * (word.box[0] + word.box[2]) / 2 - word.box[1]
        letters = set(word.text)
        if letters & _RISING and not letters - _RISING - _LOW - frozenset("gpqyti.,-:"):
            capitals.append(rise)
        elif letters & _LOW and not letters - _LOW - frozenset("gpqy.,-"):
            smalls.append(rise)
    ems = [*(rise / _CAPITALS for rise in capitals), *(rise / _X_HEIGHT for rise in smalls if not capitals)]
    return height, slope, float(np.median(ems)) if ems and np.median(ems) > 0 else None


def _median_slope(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """The median of the slopes between all pairs (Theil 1950), which one wrong box does not move."""
    first, second = np.triu_indices(len(x), 1)
    apart = np.abs(x[second] - x[first]) > 1
    return float(np.median((y[second] - y[first])[apart] / (x[second] - x[first])[apart])) if apart.any() else 0.0


def _sizes(rows: Sequence[Sequence[Word]], settings: Sequence[Setting], scale: float) -> list[float]:
    """Type sizes in points. What differs from the usual size by no more than measuring does has the usual size."""
    if not rows:
        return []
    ems = np.array([setting.em for setting in settings]) / scale
    usual = _usual(ems, rows)
    return [round(usual if abs(em - usual) <= _SAME_SIZE * usual else em, 1) for em in ems.tolist()]


def _usual(values: NDArray[np.float64], rows: Sequence[Sequence[Word]]) -> float:
    """The median of what the lines have, each counting as many times as it has letters."""
    weights = np.array([sum(word.letters for word in row) for row in rows])
    order = np.argsort(values)
    middle = int(np.searchsorted(np.cumsum(weights[order]), weights.sum() / 2))
    return float(values[order[min(middle, len(order) - 1)]])


def _bold(rows: Sequence[Sequence[Word]], settings: Sequence[Setting], ink: NDArray[np.bool_]) -> list[bool]:
    """Which lines have thicker strokes, for their size, than most of the page."""
    if not rows:
        return []
    strokes = np.array([_stroke(row, ink) / setting.em for row, setting in zip(rows, settings, strict=True)])
    usual = _usual(strokes, rows)
    return [stroke > _BOLDER * usual for stroke in strokes.tolist()]


def _stroke(row: Sequence[Word], ink: NDArray[np.bool_]) -> float:
    """The mean length in pixels of what is inked without a gap along the rows of pixels."""
    inked = runs = 0
    for word in row:
        x0, y0, x1, y1 = (max(0, round(edge)) for edge in word.box)
        part = ink[y0:y1, x0:x1]
        inked += int(part.sum())
        runs += int((part[:, 1:] & ~part[:, :-1]).sum()) + int(part[:, :1].sum())
    return inked / max(runs, 1)


def _segments(row: Sequence[Word], em: float) -> list[list[Word]]:
    """The words of a line, parted at gaps that are no word spaces, stretched ones included."""
    gaps = np.array([right.box[0] - left.box[2] for left, right in pairwise(row)]) / max(em, 1e-6)
    usual = float(np.median(gaps)) if len(gaps) else 0.0
    segments = [[row[0]]]
    for word, gap in zip(row[1:], gaps.tolist(), strict=True):
        if gap > _VERY_WIDE_GAP or (gap > _WIDE_GAP and gap > _UNEVEN * usual):
            segments.append([word])
        else:
            segments[-1].append(word)
    return segments


def _line(words: Sequence[Word], setting: Setting, widths: dict[str, float], scale: float) -> Line:
    boxes: list[tuple[float, float, float, float]] = []
    confidences: list[float] = []
    nowhere = (float("nan"),) * 4
    for word in words:
        if boxes:
            boxes.append(nowhere)
            confidences.append(1.0)
        x0, _, x1, _ = word.box
        shares = np.array([_width(character, widths) for character in word.text])
        edges = x0 + (x1 - x0) * np.concatenate([[0.0], np.cumsum(shares)]) / shares.sum()
        for left, right in pairwise(edges.tolist()):
            baseline = setting.baseline((left + right) / 2)
            boxes.append((left, baseline - _ABOVE * setting.em, right, baseline + _BELOW * setting.em))
            confidences.append(word.confidence)
    return Line(
        text=" ".join(word.text for word in words),
        boxes=scaled(np.array(boxes, dtype=np.float64), scale),
        confidence=np.array(confidences, dtype=np.float32),
    )


def _set_gaps(lines: Sequence[Line], baselines: Sequence[float]) -> None:
    """Distances between neighbouring baselines in units of the page's usual line pitch."""
    steps = np.diff(np.array(baselines))
    sizes = np.array([max(line.size, 1.0) for line in lines[1:]])
    plausible = steps[(steps > 0.8 * sizes) & (steps < 2.5 * sizes)]
    if not len(steps):
        return
    pitch = float(np.median(plausible)) if len(plausible) else 1.2 * float(np.median(sizes))
    for line, step in zip(lines[1:], steps.tolist(), strict=True):
        line.gap = step / pitch


def _fitting_widths(rows: Sequence[Sequence[Word]], settings: Sequence[Setting]) -> dict[str, float]:
    """The advance widths of the typeface that explains best how wide the page's words are."""
    best: dict[str, float] = {}
    spread = float("inf")
    for widths in typefaces():
        ratios = [
            (word.box[2] - word.box[0]) / setting.em / sum(_width(character, widths) for character in word.text)
            for row, setting in zip(rows, settings, strict=True)
            for word in row
            if word.letters >= 4
        ]
        if len(ratios) < _ENOUGH_WIDTHS:
            return best or widths
        # Quartiles, because headings and misread words are wider or narrower than the rest.
        low, middle, high = np.percentile(ratios, [25, 50, 75])
        if (high - low) / middle < spread:
            best, spread = widths, float((high - low) / middle)
    return best


def _width(character: str, widths: dict[str, float]) -> float:
    """The advance width of a character in ems; a letter with an accent is as wide as without."""
    return widths.get(character) or widths.get(unicodedata.normalize("NFD", character)[0], 0.55)


@cache
def typefaces() -> tuple[dict[str, float], ...]:
    """Advance widths in ems of three kinds of type: as in Helvetica, in Times (Adobe's metrics), and all the same."""
    sans = {
        0.22: "ijl'|", 0.28: "ftI.,:;!/\\[]‚‘’", 0.33: "r()-„“”\"*°", 0.5: "ckvxyzsJ", 0.56: "abdeghnopquL_€§?#$–…",
        0.58: "+=<>«»", 0.61: "FTZß", 0.67: "ABEKPSVXY&", 0.72: "CDHNRUw", 0.78: "GOQ", 0.83: "mM", 0.89: "%",
        0.94: "W", 1.0: "@",
    }  # fmt: skip
    serif = {
        0.2: "'|", 0.26: ".,:;", 0.28: "ijlt/\\", 0.33: "fIr()-!‚‘’[]", 0.39: "sJ", 0.44: "acez?„“”\"*",
        0.5: "bdghknopquvxy_€§#$–ß", 0.56: "FPS+=<>«»", 0.61: "ELTZ", 0.67: "BCR", 0.72: "ADGHKNOQUVXYw", 0.78: "m&",
        0.83: "%", 0.89: "M", 0.94: "W@",
    }  # fmt: skip
    digits: dict[float, dict[str, float]] = {0.56: {}, 0.5: {}}
    for width, table, groups in ((0.56, digits[0.56], sans), (0.5, digits[0.5], serif)):
        table.update(dict.fromkeys("0123456789", width))
        for share, characters in groups.items():
            table.update(dict.fromkeys(characters, share))
    fixed = {chr(code): 0.6 for code in range(0x21, 0x17F)}
    return digits[0.56], digits[0.5], fixed
