"""Repairs on single glyphs: accents drawn apart, letters drawn twice, ligatures with a wrong code, raised figures."""

from __future__ import annotations

import unicodedata

import numpy as np
from numpy.typing import NDArray

from ingest.readers.pdf.glyphs import Glyphs

_SPACING_ACCENTS = {
    0xA8: "\u0308", 0xB4: "\u0301", 0x60: "\u0300", 0x2C6: "\u0302", 0x5E: "\u0302", 0x2DC: "\u0303", 0x7E: "\u0303",
    0xAF: "\u0304", 0x2DA: "\u030a", 0xB0: "\u030a", 0x2C7: "\u030c", 0xB8: "\u0327", 0x2DD: "\u030b", 0x2D8: "\u0306",
}  # fmt: skip
"""Accents that stand on their own, with the combining mark that means the same over a letter."""
_SUPERSCRIPTS = dict(zip(b"0123456789", map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹"), strict=True))

_LIGATURES = ("ff", "fi", "fl", "ft", "tt", "ti", "tf", "ffi", "ffl", "tti", "fft")
_MISREAD = np.array([*range(0x180, 0x218), *range(0x21C, 0x250), 0x14C, 0x14D, 0x12A, 0x12B, 0x172, 0x173])
"""Letters of no European language that writes ä, ö, ü, ß (the Romanian ȘșȚț are left out): programs that number a
font's ligatures through without saying what they mean make readers see "öƯentlich" for "öffentlich"."""
_KNOWN = {0x1AF: "ff", 0x19F: "ti", 0x1A9: "tt", 0x14C: "ft"}
"""What these codes stand for in files that print drivers make of Word's, seen again and again; the width must agree."""
_SAME_WIDTH, _OTHER_WIDTH = 0.02, 0.012
"""Shares of the type size: by how much a ligature may be wider or narrower than its letters one after the other, and by
how much further off all others must be."""


def join_accents(glyphs: Glyphs) -> Glyphs:
    """Put accents that are glyphs of their own onto the letter that they are drawn over.

    ``a`` + U+0308 becomes ``ä``, and so does a free-standing diaeresis drawn over an ``a``, before it or after it (TeX
    sets umlauts in this way in its old fonts). The letter's box grows to hold the accent's.
    """
    combining = (glyphs.codes >= 0x300) & (glyphs.codes <= 0x36F)
    candidates = combining | np.isin(glyphs.codes, list(_SPACING_ACCENTS))
    if not candidates.any():
        return glyphs
    keep = np.ones(len(glyphs), dtype=np.bool_)
    for place in np.flatnonzero(candidates).tolist():
        letter = _accented_letter(glyphs, place, free=not combining[place])
        if letter is None:
            # A combining mark without a letter is nothing that can be read.
            keep[place] = not combining[place]
            continue
        code = int(glyphs.codes[place])
        mark = chr(code) if combining[place] else _SPACING_ACCENTS[code]
        glyphs.codes[letter] = ord(unicodedata.normalize("NFC", chr(glyphs.codes[letter]) + mark))
        box, accent = glyphs.boxes[letter], glyphs.boxes[place]
        glyphs.boxes[letter, 1] = min(box[1], accent[1]) if accent[3] > accent[1] else box[1]
        # The blank that was noted before the accent belongs before the letter that comes after it.
        if place == letter - 1:
            glyphs.blank[letter] |= glyphs.blank[place]
        keep[place] = False
    return glyphs.take(keep)


def _accented_letter(glyphs: Glyphs, place: int, *, free: bool) -> int | None:
    """The letter under the accent at ``place``: a neighbour in drawing order, else what lies below it on the page."""
    x0, y0, x1, _ = glyphs.boxes[place].tolist()
    middle, size = (x0 + x1) / 2, float(glyphs.sizes[place])
    mark = _SPACING_ACCENTS[int(glyphs.codes[place])] if free else chr(glyphs.codes[place])

    def takes(other: int) -> bool:
        letter = chr(glyphs.codes[other])
        return letter.isalpha() and len(unicodedata.normalize("NFC", letter + mark)) == 1

    def away(other: int) -> float:
        left, _, right, _ = glyphs.boxes[other].tolist()
        return float(abs(middle - (left + right) / 2))

    def is_over(other: int) -> bool:
        left, _, right, _ = glyphs.boxes[other].tolist()
        return bool(left - 0.1 * size <= middle <= right + 0.1 * size)

    neighbours = [other for other in (place - 1, place + 1) if 0 <= other < len(glyphs) and takes(other)]
    if over := [other for other in neighbours if is_over(other)]:
        return min(over, key=away)
    if not free:
        # What the file itself calls a combining mark belongs to the letter before it, wherever it is drawn.
        return place - 1 if place - 1 in neighbours else None
    # Raised accents of capitals come after their line.
    near = (np.abs(glyphs.boxes[:, :2] - (x0, y0)) <= (size, 0.5 * size)).all(axis=1)
    over = [other for other in np.flatnonzero(near).tolist() if takes(other) and is_over(other)]
    return min(over, key=away) if over else None


def share_boxes(glyphs: Glyphs) -> Glyphs:
    """Give each letter of a ligature its part of the ligature's box, which PDFium reports for all of them."""
    boxes = glyphs.boxes
    same = np.zeros(len(boxes) + 1, dtype=np.bool_)
    same[1:-1] = (boxes[1:] == boxes[:-1]).all(axis=1) & (glyphs.objects[1:] == glyphs.objects[:-1])
    for start in np.flatnonzero(~same[:-1] & same[1:]).tolist():
        end = start + 1
        while same[end]:
            end += 1
        direction = np.cos(glyphs.angles[start]), np.sin(glyphs.angles[start])
        axis = 0 if abs(direction[0]) >= abs(direction[1]) else 1
        edges = np.linspace(boxes[start, axis], boxes[start, axis + 2], end - start + 1)
        if direction[axis] < 0:
            edges = edges[::-1]
        boxes[start:end, axis] = np.minimum(edges[:-1], edges[1:])
        boxes[start:end, axis + 2] = np.maximum(edges[:-1], edges[1:])
    return glyphs


def spell_out_ligatures(glyphs: Glyphs) -> Glyphs:
    """Replace letters that stand for a ligature by the ligature's letters, where the widths prove it.

    Proof is that the glyph stands inside a word, is a letter that no neighbouring language has, and is as wide as
    the letters of a ligature set one after the other in the same type: of the one that the code is known for, or of
    exactly one.
    """
    places = np.flatnonzero(np.isin(glyphs.codes, _MISREAD))
    if not len(places):
        return glyphs
    spelt: dict[int, str] = {}
    for place in places.tolist():
        neighbours = [chr(code) for code in glyphs.codes[max(place - 1, 0) : place + 2].tolist()]
        letters = _by_width(glyphs, place) if sum(map(str.isalpha, neighbours)) > 1 else None
        if letters:
            spelt[place] = letters
    return _expand(glyphs, spelt)


def _by_width(glyphs: Glyphs, place: int) -> str | None:
    """The ligature whose letters are together as wide as the glyph at ``place``: a known one, else the only one."""
    size = float(glyphs.sizes[place])
    same_type = (np.abs(glyphs.sizes - size) < 0.01 * size) & (glyphs.bold == glyphs.bold[place])
    widths: dict[str, float] = {}
    for letter in "filt":
        found = np.flatnonzero(same_type & (glyphs.codes == ord(letter))).tolist()
        if found:
            widths[letter] = float(np.median([_advance(glyphs, other) for other in found]))
    wide = _advance(glyphs, place)
    away = {
        ligature: abs(sum(widths[letter] for letter in ligature) - wide) / size
        for ligature in _LIGATURES
        if set(ligature) <= widths.keys()
    }
    known = _KNOWN.get(int(glyphs.codes[place]))
    if known is not None and away.get(known, 1.0) <= _SAME_WIDTH:
        return known
    nearest = sorted(away, key=lambda ligature: away[ligature])[:2]
    if not nearest or away[nearest[0]] > _SAME_WIDTH or away[nearest[-1]] < away[nearest[0]] + _OTHER_WIDTH:
        return None
    return nearest[0]


def _advance(glyphs: Glyphs, place: int) -> float:
    """The advance width of a glyph; its box may be wider, because it also holds what hangs over, as in an "f"."""
    box = glyphs.boxes[place]
    after = place + 1
    if after < len(glyphs) and glyphs.objects[after] == glyphs.objects[place] and not glyphs.blank[after]:
        return float(glyphs.boxes[after, 0] - box[0])
    return float(box[2] - box[0])


def _expand(glyphs: Glyphs, spelt: dict[int, str]) -> Glyphs:
    """Several glyphs for one, each with its part of the box."""
    if not spelt:
        return glyphs
    counts = np.ones(len(glyphs), dtype=np.intp)
    for place, letters in spelt.items():
        counts[place] = len(letters)
    starts = np.cumsum(counts) - counts
    expanded = glyphs.take(np.repeat(np.arange(len(glyphs)), counts))
    for place, letters in spelt.items():
        x0, _, x1, _ = glyphs.boxes[place].tolist()
        edges = np.linspace(x0, x1, len(letters) + 1)
        for offset, letter in enumerate(letters):
            there = starts[place] + offset
            expanded.codes[there] = ord(letter)
            expanded.boxes[there, [0, 2]] = edges[offset], edges[offset + 1]
            expanded.blank[there] &= offset == 0
    return expanded


def raise_figures(codes: NDArray[np.uint32], raised: NDArray[np.bool_]) -> NDArray[np.uint32]:
    """``codes`` with the raised figures as superscript characters: footnote marks, "m²"."""
    places = np.flatnonzero(raised & (codes >= 0x30) & (codes <= 0x39))
    if not len(places):
        return codes
    changed = codes.copy()
    changed[places] = [_SUPERSCRIPTS[code] for code in codes[places].tolist()]
    return changed
