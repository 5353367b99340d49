"""HTML as a flat list of tags and texts.

Parsed with lxml (libxml2, whose tokeniser follows the HTML standard since 2.14) as events, without a tree: on two cores
100,000 paragraphs take 1.3 s, with BeautifulSoup over the same parser 12 s, with html5lib 23 s; and a tree would lose
what is nested deeper than libxml2 allows (2048), without a word.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from corpus.errors import UnreadableFileError

_CHUNK = 2**16
_MOST_EVENTS = 3_000_000
"""Tags and texts of a page; the longest pages that people write have a tenth of it."""
_META_WITHIN = 1024
"""HTML standard 13.2.3.2: the declaration of the encoding stands in the first 1024 bytes."""
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"""<(?:meta\s[^>]*?charset|\?xml\s[^>]*?encoding)\s*=\s*["']?\s*([\w:.-]+)""", re.IGNORECASE)
_NO_ATTRIBUTES: dict[str, str] = {}
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_TRUSTED = re.compile(r"iso8859-(?:[2-9]|1\d)|cp\d+|mac-\w+|koi8-\w")
"""Python's names of the encodings that a page may declare beside UTF-8 and Windows-1252."""


class Event(NamedTuple):
    """A start tag (with ``attributes``, even if empty), an end tag (``tag`` only) or a text."""

    tag: str = ""
    text: str = ""
    attributes: dict[str, str] | None = None


@dataclass(slots=True)
class Events:
    """The events of a page; ``ends`` gives the position of each start tag's end tag."""

    events: list[Event] = field(default_factory=list)
    ends: dict[int, int] = field(default_factory=dict)

    def attributes(self, position: int) -> dict[str, str]:
        """The attributes of the start tag at ``position``; empty for others."""
        return self.events[position].attributes or {}

    def text(self, start: int, end: int) -> str:
        """All text between two positions."""
        return "".join(event.text for event in self.events[start:end])

    def starts(self, *tags: str) -> Iterator[int]:
        """The positions of all start tags with one of these names."""
        return (
            position for position, event in enumerate(self.events) if event.attributes is not None and event.tag in tags
        )


class _Target:
    """Hears lxml's parser; its method names are lxml's."""

    def __init__(self) -> None:
        self.page = Events()
        self._open: list[int] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._open.append(len(self.page.events))
        self.page.events.append(Event(tag, "", dict(attributes) if attributes else _NO_ATTRIBUTES))

    def end(self, tag: str) -> None:
        if self._open:
            self.page.ends[self._open.pop()] = len(self.page.events)
            self.page.events.append(Event(tag))

    def data(self, text: str) -> None:
        self.page.events.append(Event("", text))

    def close(self) -> Events:
        while self._open:
            self.end(self.page.events[self._open[-1]].tag)
        return self.page


def parse_html(path: Path, text: str) -> Events:
    """The events of a page. Raises :class:`UnreadableFileError` for a page that is far too large.

    Whatever the page looks like, start and end tags match.
    """
    from lxml import etree

    target = _Target()
    # Encoded again, because lxml refuses text that declares an encoding of its own.
    parser = etree.HTMLParser(target=target, encoding="utf-8", huge_tree=True, no_network=True)
    data = text.replace("\0", "").encode()
    for start in range(0, len(data), _CHUNK):
        parser.feed(data[start : start + _CHUNK])
        if len(target.page.events) > _MOST_EVENTS:
            raise UnreadableFileError(f"„{path.name}“ ist zu groß; bitte die Datei aufteilen.")
    if data.strip():
        parser.close()
    return target.page


def decode_html(data: bytes) -> str:
    """The text of an HTML file: by its byte order mark, its own declaration, as UTF-8 or as Windows-1252.

    Declarations of Latin-1, which means Windows-1252 (Encoding standard 4.2), and of UTF-8 are often wrong; so these
    two are told apart by the bytes.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.removeprefix(codecs.BOM_UTF8).decode(encoding, errors="replace")
    declared = _DECLARED.search(data[:_META_WITHIN])
    if declared:
        try:
            name = codecs.lookup(declared.group(1).decode("ascii", "replace")).name
            if _TRUSTED.fullmatch(name) and name != "cp1252":
                return data.decode(name)
        except (LookupError, UnicodeDecodeError):
            pass  # An encoding that does not exist or does not fit says nothing.
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    # One broken byte, say at the end of a file that was cut, does not make UTF-8 of a whole page wrong.
    whole = len(_NOT_ASCII.findall(text)) - broken
    return text if broken == 0 or broken < whole else data.decode("cp1252", errors="replace")
