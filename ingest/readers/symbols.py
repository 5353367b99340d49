"""Characters of the symbol fonts that office programs use for ticks, boxes, bullets and Greek letters.

These fonts are not encoded in Unicode: their glyphs have codes from 0x20 to 0xFF, in files mostly shifted to the
private use area (U+F020 to U+F0FF), and mean something only together with the font's name.
"""

from __future__ import annotations

import re

BOX = "☐"
TICKED_BOX = "☒"
BULLET = "•"

_PRIVATE = re.compile("[\uf020-\uf0ff]")
# Tick boxes get one form each, however the font draws the tick, so that one question finds them all.
_WINGDINGS = {
    0x28: "☎", 0x2A: "✉", 0x46: "☞", 0x6C: "●", 0x6D: "❍", 0x6E: "■", 0x6F: BOX, 0x70: BOX, 0x71: BOX, 0x72: BOX,
    0x73: "⬧", 0x74: "⧫", 0x75: "◆", 0x76: "❖", 0x77: "⬥", 0x78: TICKED_BOX, 0x9E: "·", 0x9F: BULLET, 0xA1: "○",
    0xA7: "▪", 0xA8: BOX, 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xF0: "⇨", 0xFB: "✗",
    0xFC: "✓", 0xFD: TICKED_BOX, 0xFE: TICKED_BOX,
}  # fmt: skip
_WINGDINGS_2 = {
    0x4F: "✗", 0x50: "✓", 0x51: TICKED_BOX, 0x52: TICKED_BOX, 0x53: TICKED_BOX, 0x54: TICKED_BOX, 0x97: BULLET,
    0xA2: "■", 0xA3: BOX,
}  # fmt: skip
_WINGDINGS_3 = {0x66: "←", 0x67: "→", 0x68: "↑", 0x69: "↓", 0x7D: "▶"}
_WEBDINGS = {0x61: "✓", 0x63: BOX, 0x67: "■", 0x72: "✗", 0x3D: BULLET}
_SYMBOL = {
    0xA2: "′", 0xA3: "≤", 0xA5: "∞", 0xAB: "↔", 0xAC: "←", 0xAD: "↑", 0xAE: "→", 0xAF: "↓", 0xB0: "°", 0xB1: "±",
    0xB2: "″", 0xB3: "≥", 0xB4: "×", 0xB7: BULLET, 0xB8: "÷", 0xB9: "≠", 0xBA: "≡", 0xBB: "≈", 0xBC: "…", 0xC5: "⊕",
    0xC6: "∅", 0xD6: "√", 0xD7: "·", 0xDB: "⇔", 0xDC: "⇐", 0xDE: "⇒", 0xE5: "∑",
} | dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True)) | dict(
    zip(range(0x61, 0x7B), "αβχδεφγηιφκλμνοπθρστυϖωξψζ", strict=True)
)  # fmt: skip
_FONTS = {
    "wingdings": _WINGDINGS,
    "wingdings 2": _WINGDINGS_2,
    "wingdings 3": _WINGDINGS_3,
    "webdings": _WEBDINGS,
    "symbol": _SYMBOL,
    # StarOffice's and OpenOffice's own symbol font has the bullets of Wingdings' neighbourhood in Unicode.
    "starsymbol": {},
    "opensymbol": {},
}


def is_symbol_font(font: str) -> bool:
    """Whether characters in ``font`` are codes of a symbol font and not Unicode."""
    return bool(_FONTS.get(font.strip().casefold()))


def symbol(font: str, code: int) -> str:
    """The Unicode character that ``font`` shows for ``code``, shifted or not; "" if it is not known."""
    code = code - 0xF000 if 0xF000 <= code <= 0xF0FF else code
    found = _FONTS.get(font.strip().casefold(), {}).get(code)
    if found is not None:
        return found
    # The Symbol font has digits and punctuation where ASCII has them.
    return chr(code) if font.strip().casefold() == "symbol" and 0x20 <= code < 0x7F else ""


def in_unicode(text: str, font: str) -> str:
    """``text`` set in ``font`` as Unicode; only shifted codes, and codes of a symbol font, become other characters."""
    if is_symbol_font(font):
        return "".join(_of_symbol_font(character, font) for character in text)
    return _PRIVATE.sub(_of_unknown_font, text)


def _of_symbol_font(character: str, font: str) -> str:
    # Beyond the font's codes the program takes another font, and the character is what it is.
    own = ord(character) <= 0xFF or _PRIVATE.match(character)
    return symbol(font, ord(character)) if own and not character.isspace() else character


def _of_unknown_font(match: re.Match[str]) -> str:
    # Shifted codes without a font's name are mostly of Wingdings, but U+F0B7, the usual bullet, is of Symbol.
    code = ord(match.group())
    return symbol("wingdings", code) or symbol("symbol", code) or match.group()
