"""Looks for what a removed document may have left in the files of a data directory, byte by byte."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.analysis import analyse

_SHORTEST = 6
"""Letters. Indexes write a word without the letters that it shares with the one before, so the end of it is a trace."""
_LOOKED_AT = 64
"""Numbers of a vector that are compared; among 64 no two texts are alike by chance."""
_ALIKE = 0.9995


def traces_of_words(data: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """The files that have any of these invented words, whole or their ends, in any spelling and encoding.

    File names count, and so does what is compressed.
    """
    needles = {
        piece.encode(encoding)
        for word in words
        for form in {word, word.lower(), word.upper(), word.casefold(), *analyse(word)}
        for piece in {form, *(form[start:] for start in range(1, len(form) - _SHORTEST + 1))}
        for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    }
    found: dict[str, set[str]] = {}
    for path in sorted(data.rglob("*")):
        content = str(path.relative_to(data)).encode() + b"\n"
        if path.is_file() and "modelle" not in path.parts:
            content += path.read_bytes()
        hits = {needle for haystack in (content, *_inflated(content)) for needle in needles if needle in haystack}
        if hits:
            found[str(path.relative_to(data))] = {hit.decode("utf-8", "replace") for hit in hits}
    return found


def traces_of_vectors(data: Path, vectors: Iterable[NDArray[np.float32]]) -> set[str]:
    """The files that have any of these vectors as float32 or float16, also rounded or scaled, at any offset."""
    wanted = np.array([vector[:_LOOKED_AT] / np.linalg.norm(vector[:_LOOKED_AT]) for vector in vectors])
    return {
        str(path.relative_to(data))
        for path in data.rglob("*")
        if path.is_file()
        for numbers in _as_numbers(path.read_bytes())
        if _has_vector(numbers, wanted)
    }


def _inflated(content: bytes) -> Iterator[bytes]:
    """Whatever in a file is a zlib, gzip or raw deflate stream (the last as ZIP files have it), unpacked."""
    zlib_heads = [(b"\x78" + level, 15, 0) for level in (b"\x01", b"\x5e", b"\x9c", b"\xda")]
    for head, window, skip in (*zlib_heads, (b"\x1f\x8b", 31, 0), (b"PK\x03\x04", -15, 30)):
        start = content.find(head)
        while start >= 0:
            names = int.from_bytes(content[start + 26 : start + 28], "little") if skip else 0
            extra = int.from_bytes(content[start + 28 : start + 30], "little") if skip else 0
            with suppress(zlib.error):
                yield zlib.decompressobj(window).decompress(content[start + skip + names + extra :], 10_000_000)
            start = content.find(head, start + 1)


def _as_numbers(content: bytes) -> Iterator[NDArray[np.float32]]:
    for kind in (np.float32, np.float16):
        size = np.dtype(kind).itemsize
        for offset in range(size):
            usable = (len(content) - offset) // size * size
            if usable >= size * _LOOKED_AT:
                with np.errstate(all="ignore"):
                    numbers = np.frombuffer(content, kind, usable // size, offset).astype(np.float32)
                    yield np.where(np.abs(numbers) < 2, numbers, 0)


def _has_vector(numbers: NDArray[np.float32], wanted: NDArray[np.float32]) -> bool:
    windows = np.lib.stride_tricks.sliding_window_view(numbers, _LOOKED_AT)
    for start in range(0, len(windows), 50_000):
        some = windows[start : start + 50_000]
        lengths = np.sqrt(np.einsum("ij,ij->i", some, some))
        alike = (some @ wanted.T) > _ALIKE * lengths[:, None]
        if (alike & (lengths[:, None] > 0.01)).any():
            return True
    return False
