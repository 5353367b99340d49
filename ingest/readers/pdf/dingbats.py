"""What the glyphs of symbol fonts mean in a PDF file: tick boxes, bullets, arrows.

Word and LibreOffice set list bullets and tick boxes in Wingdings or Symbol. Their PDF files give such a glyph a code of
the private-use area (U+F000 + the font's own code) or just the font's own code, so that a ticked box reads as "þ".
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.readers.symbols import symbol

_FONTS: Final = ("", "wingdings", "wingdings 2", "wingdings 3", "webdings", "symbol")
_NAME: Final = re.compile(
    r"(?:[A-Z]{6}\+)?(?P<name>wingdings|webdings|symbol)[ _-]?(?P<number>[23]?)(?:-?regular|mt|ps)*(?:[,-].*)?",
    re.IGNORECASE,
)
"""PostScript names: "ABCDEF+Wingdings-Regular", "SymbolMT", "Wingdings2"; not "SegoeUISymbol", which is in Unicode."""
_PRIVATE: Final = 0xF000


def symbol_font(name: str) -> int:
    """Which symbol font a font's PostScript name tells of, as :func:`plain_codes` takes it; 0 for all others."""
    match = _NAME.fullmatch(name)
    known = f"{match['name'].lower()} {match['number']}".strip() if match else ""
    return _FONTS.index(known) if known in _FONTS else 0


def plain_codes(codes: NDArray[np.uint32], fonts: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """``codes`` with those of symbol fonts replaced by the characters that the glyphs show; unknown ones stay."""
    private = (codes >= _PRIVATE + 0x20) & (codes <= _PRIVATE + 0xFF)
    concerned = np.flatnonzero(private | ((fonts > 0) & (codes < 0x100)))
    if not len(concerned):
        return codes
    plain = codes.copy()
    for place in concerned.tolist():
        plain[place] = _plain(int(codes[place]), int(fonts[place]))
    return plain


def _plain(code: int, font: int) -> int:
    # A font whose name tells nothing: U+F0B7 is Word's usual bullet, of Symbol; the other codes are Wingdings' mostly.
    names = (_FONTS[font],) if font else ("wingdings", "symbol")
    return next((ord(found) for name in names if (found := symbol(name, code))), code)
