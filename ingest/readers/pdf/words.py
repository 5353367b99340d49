"""Where words begin: by the gaps between the glyphs, not by the blanks that a file happens to hold.

A gap is measured between the advance widths of neighbouring glyphs, in type sizes. In ordinary type it is about zero
inside words and .2 to .35 between them (a third of the type size in justified lines and more). Files of TeX hold no
blanks at all; files that switch fonts within words have gaps, sometimes even blanks, before umlauts; spaced-out
headings have wide gaps everywhere. So the usual gaps of the line and of the page decide.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_USUAL = 0.25
"""A word space where nothing else is known: that of most typefaces."""
_CANDIDATE = 0.12
_SURE = 0.155
"""A gap that parts words in any line, however widely it is set."""
_BEHIND_BLANK = 0.05
"""A gap that the file also writes a blank into needs to be no more than visible."""
_UNSAID, _UNEXPECTED = 0.55, 0.7
"""The least gap that parts words without a blank, as a share of the line's usual word space: in a file that writes no
blanks, and in one that otherwise does."""
_SPACED_OUT = 0.08
"""A line in which nearly all gaps are wider than this is spaced out."""
_SPACED_LETTERS = 5
_SPACED_RUN = 4
"""As many single letters in a row, inside a line, are a spaced-out word; German has no words of one letter."""


def word_starts(
    codes: NDArray[np.uint32],
    u0: Floats,
    u1: Floats,
    sizes: Floats,
    blank: NDArray[np.bool_],
    segments: NDArray[np.intp],
    rows: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """For glyphs sorted by segment and position: whether a word begins at each.

    ``blank`` tells where the file writes a blank before the glyph; ``segments`` and ``rows`` are the numbers of each
    one's segment and row, from 0.
    """
    count = len(codes)
    gaps = np.zeros(count)
    gaps[1:] = (u0[1:] - u1[:-1]) / np.maximum(np.minimum(sizes[1:], sizes[:-1]), 0.1)
    inner = np.zeros(count, dtype=np.bool_)
    inner[1:] = segments[1:] == segments[:-1]
    lengths = np.bincount(segments)
    # Dots that lead to a page number are far apart, too, but say nothing about the words before them.
    drawn = _is_letter(codes) | ((codes >= 0x30) & (codes <= 0x39))
    telling = inner & drawn & np.append(False, drawn[:-1])
    usual = _medians(gaps, telling, segments)
    # The words of a line may be so far apart that each is a segment; short ones then are spaced out as the line is.
    row_of = rows[np.cumsum(lengths) - 1]
    usual = np.where(lengths >= _SPACED_LETTERS, usual, np.minimum(usual, _medians(gaps, telling, rows)[row_of]))
    # Nearly all of its letters are apart; in a line with one spaced-out word many are not.
    closest = _medians(gaps, telling, segments, share=0.25)
    spaced = (np.where(lengths >= _SPACED_LETTERS, closest, usual) > _SPACED_OUT) & (
        _are_words(codes, segments) | _are_words(codes, rows)[row_of]
    )
    spaced &= (lengths >= _SPACED_LETTERS) | (np.bincount(rows)[row_of] >= 2 * _SPACED_LETTERS)
    # Widths that the file gives too large make all glyphs overlap a little; that says nothing about words.
    gaps = gaps - np.where((usual < -0.03) & (lengths >= _SPACED_LETTERS), usual, 0.0)[segments]
    candidates = inner & (gaps > _CANDIDATE) & ~spaced[segments]
    written = int(np.count_nonzero(candidates & blank))
    of_page = float(np.median(gaps[candidates])) if candidates.any() else _USUAL
    enough = np.bincount(segments, weights=candidates) >= 3
    of_line = np.where(enough, _medians(gaps, candidates, segments), of_page)
    expected = written * 5 >= 3 * max(int(np.count_nonzero(candidates)), 1)
    least = np.clip((_UNEXPECTED if expected else _UNSAID) * of_line, 0.13, _SURE)
    starts = inner & ((gaps > least[segments]) | (blank & (gaps > _BEHIND_BLANK)))
    if spaced.any():
        wide = np.maximum(usual + 0.12, np.minimum(1.5 * usual + 0.11, 1.75 * usual))
        starts = np.where(spaced[segments], inner & (gaps > wide[segments]), starts)
    return _close_up(starts, codes, gaps, segments)


def _medians(values: Floats, chosen: NDArray[np.bool_], segments: NDArray[np.intp], share: float = 0.5) -> Floats:
    """The median of the chosen values of each segment, or another quantile; 0 where none is chosen."""
    medians = np.zeros(int(segments[-1]) + 1 if len(segments) else 0)
    places = np.flatnonzero(chosen)
    if not len(places):
        return medians
    of = segments[places]
    ordered = values[places][np.lexsort((values[places], of))]
    numbers, first, counts = np.unique(of, return_index=True, return_counts=True)
    medians[numbers] = ordered[first + (counts * share).astype(np.intp)]
    return medians


def _are_words(codes: NDArray[np.uint32], segments: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each segment is mostly of letters, and not of the same one over and over, like crosses in a form."""
    lengths = np.bincount(segments)
    letters = np.bincount(segments, weights=_is_letter(codes))
    changes = np.bincount(segments[1:], weights=codes[1:] != codes[:-1], minlength=len(lengths))
    are_words: NDArray[np.bool_] = (letters >= 0.6 * lengths) & (changes * 3 >= lengths)
    return are_words


def _is_letter(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Latin letters with and without accents."""
    lower = codes | 0x20
    letters: NDArray[np.bool_] = (lower >= 0x61) & (lower <= 0x7A)
    letters |= (codes >= 0xC0) & (codes <= 0x24F) & (codes != 0xD7)
    return letters


def _close_up(
    starts: NDArray[np.bool_], codes: NDArray[np.uint32], gaps: Floats, segments: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Join single letters that follow one another at even distances: a word spaced out inside an ordinary line."""
    first = starts.copy()
    first[1:] |= segments[1:] != segments[:-1]
    first[0] = True
    single = _is_letter(codes)
    single &= first & np.append(first[1:], True)
    if int(np.count_nonzero(single)) < _SPACED_RUN:
        return starts
    # A run ends where a glyph is no single letter, and with its segment.
    edges = np.flatnonzero(
        np.diff(single, prepend=False, append=False) | np.append(np.diff(segments, prepend=0) > 0, True)
    )
    for start, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        if not single[start] or end - start < _SPACED_RUN or len(set(codes[start:end].tolist())) < 3:
            continue
        inside = gaps[start + 1 : end]
        starts[start + 1 : end] = inside > 1.6 * float(np.median(inside))
    return starts
