"""Mends what Tesseract regularly gets wrong in German office texts, where the picture proves it.

Its German data know neither "§" nor the long dash well and cannot tell a capital "I" from a small "l", which look
alike in most faces without serifs. How deep a sign reaches, how wide it is and what stands around it tells them apart.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ingest.readers.deskew import Grey, ink_level
from ingest.readers.recognised import Setting
from ingest.readers.tesseract import Word

_LONG_DASH = 0.36
"""Ems from which on a dash is long: hyphens are a quarter of an em wide, long dashes half an em."""
_LONGEST_DASH = 0.75
"""Ems from which on a stroke at the beginning of a word is no dash, or one that runs into the first letter."""
_LOW_SIGN, _TALL_SIGN = 0.06, 0.76
"""Ems that a "§" reaches below the baseline and is tall, at least; digits stand on it and are .65 to .73 tall."""
_SIGN_READ_AS = frozenset("8$&5S3")
"""What a "§" is taken for."""
_DASH_READ_AS = frozenset("-–—_")
_DASHES_INSIDE = str.maketrans("—‐‑", "–--")
_NUMBER = re.compile(r"\d+[a-z]?\b")
_CLOSING = re.compile("[‘’”\"'](?=[.,;:!?)]*$)")
"""What the closing mark of „…“ is read as."""
_CAPITALS_WITH_L = re.compile(r"(?<![^\W_])(?:l(?=[A-ZÄÖÜ])|[A-ZÄÖÜ])[A-ZÄÖÜl]*(?![^\W_])")
"""A piece of a word that consists of capitals and small "l" only, such as "Kl" in "Kl-Antrag", or "LAKl"."""
_DOUBLED = re.compile(r"lI|Il")
"""One stroke that was read twice; in Roman numerals several stand together."""
_ROMAN = frozenset("IVXLCMl")
_SPELT_SO = frozenset({"Al", "El", "Il", "Öl"})
"""What is spelt with a small "l" after one capital."""
_SHORT_FORM = re.compile(r"[A-Z]l\.$")
"""With a full stop and a number it is an abbreviation: "Kl. 5", "Bl. 12"."""


def mend_words(page: Grey, words: Sequence[Word], setting: Setting) -> list[Word]:
    """The words of a line on the straightened ``page``, whose type stands at ``setting``."""
    mended: list[Word] = []
    quoted = False
    for number, word in enumerate(words):
        following = words[number + 1].text if number + 1 < len(words) else ""
        text = _without_ligatures(word.text).translate(_DASHES_INSIDE)
        if _DASH_READ_AS.issuperset(word.text):
            text = "–" if word.box[2] - word.box[0] >= _LONG_DASH * setting.em else "-"
        elif text[0] in "-–":
            text = _first_dash(page, word, setting) + text[1:]
        elif _hides_sign(text, following) and _reaches_low(word, setting):
            text = "§" + text[1:]
        quoted = text.rfind("„") > text.rfind("“") or (quoted and "“" not in text)
        if quoted and _CLOSING.search(text):
            text, quoted = _CLOSING.sub("“", text), False
        mended.append(replace(word, text=_with_capital_i(text, following)))
    return mended


def _without_ligatures(text: str) -> str:
    """The text with its letters composed, and each of them by itself."""
    text = "".join(unicodedata.normalize("NFKC", sign) if "\ufb00" <= sign <= "\ufb06" else sign for sign in text)
    return unicodedata.normalize("NFC", text)


def _first_dash(page: Grey, word: Word, setting: Setting) -> str:
    """The dash that ``word`` begins with, by the width of its first stroke."""
    x0, _, x1, _ = (round(edge) for edge in word.box)
    baseline = setting.baseline(word.box[0])
    band = page[
        max(0, round(baseline - 0.45 * setting.em)) : max(1, round(baseline - 0.1 * setting.em)), max(0, x0) : x1
    ]
    if not band.size:
        return word.text[0]
    blank = np.flatnonzero(~(band < ink_level(band)).any(axis=0))
    after = blank[blank > 0.1 * setting.em]
    width = float(after[0]) / setting.em if len(after) else 0.0
    return "–" if _LONG_DASH <= width <= _LONGEST_DASH else "-"


def _hides_sign(text: str, following: str) -> bool:
    """Whether the word may be a "§" before a number, or begin with one."""
    return text[0] in _SIGN_READ_AS and bool(text[1:].isdecimal() or (len(text) == 1 and _NUMBER.match(following)))


def _reaches_low(word: Word, setting: Setting) -> bool:
    depth, height = word.box[3] - setting.baseline(word.box[0]), word.box[3] - word.box[1]
    return depth >= _LOW_SIGN * setting.em and height >= _TALL_SIGN * setting.em


def _with_capital_i(text: str, following: str) -> str:
    """The text with "I" for "l" where all letters around are capitals."""
    if "l" not in text or (_SHORT_FORM.match(text) and following[:1].isdigit()):
        return text

    def capital(piece: re.Match[str]) -> str:
        if piece[0] in _SPELT_SO:
            return piece[0]
        single = piece[0] if _ROMAN.issuperset(piece[0]) else _DOUBLED.sub("I", piece[0])
        return single.replace("l", "I")

    return _CAPITALS_WITH_L.sub(capital, text)
