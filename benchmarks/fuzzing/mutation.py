"""Makes bad input out of good: seeded, and aware of what the good is made of (words, TOML, JSON, archives, PDF)."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Sequence
from typing import Any

ODD = (
    "", " ", "\0", "\ud800", "\ufeff", "\u202e", "\u200d", "e\u0301\u0302", "ß", "ſ", "İ", "ﬁ", "٣", "²", "Ⅻ",
    "😀", "\r\n", "\x85", "\u2028", "-", "–", "„", "“", "«", "(", ")", "[", "]]>", "<", "&amp;", "&#0;",
    "&#xD800;", "§", "§§ 1,2,3", "%00", "../../etc/passwd", "NaN", "1e999", "-1", "0", "00", "1" * 30,
    "1" * 5000, "9" * 400 + ",5", "1.1.2014", "31.02.2014", "99.99.9999", "2014-02-30", "0000-00-00",
    "5 Mio. €", "tausend", "hundertdreiundzwanzig", "jedes vierte", "ein Drittel", "Montag, den 1.1.2014",
    "insgesamt", "und", ", ", "; ", "auf Seite 3", "laut Anhang 2", "in der Sitzung am 1.1.2014", "http://[",
    "http://a:99999/", "https://a/%zz", "//[", "null", "true", "{{", "${a}", "' OR 1=1 --", "\"\"\"", "'''",
    "[[", "a.b.c.d", "inf", "0x1F", "07:32:00", "1979-05-27T07:32:00Z",
)  # fmt: skip
"""Pieces that parsers stumble over."""
_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
_DATA_TOKEN = re.compile(rb"[0-9]+|[A-Za-z]+|\s+|[^\sA-Za-z0-9]")
_MANY = (2, 3, 10, 100, 1000)
_NUMBERS = (b"0", b"-1", b"65536", b"2147483648", b"99999999999999999999", b"0.0000001")
_LARGEST = 200_000
"""Characters or bytes that a text grows to: what is longer is refused before anything looks at it."""
_MARKUP = (".xml", ".rels", ".html", ".htm")


class Mutator:
    """All that is drawn comes from one seeded source."""

    def __init__(self, source: random.Random) -> None:
        self.random = source

    def text(self, text: str, others: Sequence[str] = ()) -> str:
        """Text with some of its pieces removed, repeated, moved, or replaced by odd ones or by those of others."""
        for _ in range(self.random.choice((1, 1, 2, 3, 5))):
            text = self._text_once(text, others)
        return text[:_LARGEST]

    def data(self, data: bytes) -> bytes:
        """The same for bytes; numbers and names are pieces, too, so that a PDF stays nearly one."""
        for _ in range(self.random.choice((1, 1, 2, 4, 8))):
            data = self._data_once(data)
        return data

    def value(self, value: Any) -> Any:  # noqa: ANN401, PLR0911 - JSON; one way each
        """A JSON value in which one place is another type, missing, doubled, odd or deep."""
        if isinstance(value, dict) and value and self.random.random() < 0.85:
            key = self.random.choice(list(value))
            rest = {name: inner for name, inner in value.items() if name != key}
            match self.random.randrange(8):
                case 0:
                    return rest
                case 1:
                    return {**rest, self.random.choice(ODD): value[key]}
                case 2:
                    return {**value, self.random.choice(ODD): self._scalar()}
                case _:
                    return {**value, key: self.value(value[key])}
        if isinstance(value, list) and value and self.random.random() < 0.8:
            place = self.random.randrange(len(value))
            match self.random.randrange(6):
                case 0:
                    return value[:place] + value[place + 1 :]
                case 1:
                    return value * self.random.choice((2, 3, 50))
                case _:
                    return [*value[:place], self.value(value[place]), *value[place + 1 :]]
        if isinstance(value, str) and self.random.random() < 0.6:
            return self.text(value)
        return self._scalar()

    def archive(self, data: bytes) -> bytes:
        """A zip archive (Word, OpenDocument) with one of its members changed, removed or doubled; or changed bytes."""
        if self.random.random() < 0.1:
            return self.data(data)
        made = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
            names = old.namelist()
            chosen = self.random.choice([name for name in names if name.endswith(_MARKUP)] or names)
            way = self.random.randrange(12)
            for name in names:
                content = old.read(name)
                if name == chosen and way == 0:
                    continue
                if name == chosen:
                    content = self.markup(content) if way < 10 else self.data(content)
                new.writestr(name, content)
        return made.getvalue()

    def markup(self, data: bytes) -> bytes:
        """XML or HTML with elements removed, doubled, nested, with other attributes or other text."""
        text = data.decode("utf-8", errors="replace")
        for _ in range(self.random.choice((1, 2, 3))):
            tags = list(re.finditer(r"<[^<>]+>", text))
            if not tags or self.random.random() < 0.2:
                text = self.text(text)
                continue
            one, other = sorted(self.random.choices(tags, k=2), key=lambda tag: tag.start())
            part = text[one.start() : other.end()]
            match self.random.randrange(6):
                case 0:
                    text = text[: one.start()] + text[one.end() :]
                case 1:
                    text = text[: one.start()] + part * self.random.choice((2, 5)) + text[other.end() :]
                case 2:
                    text = text[: one.start()] + one.group() * self.random.choice((2, 20, 2000)) + text[one.end() :]
                case 3:
                    text = text[: one.start()] + other.group() + text[one.end() :]
                case 4:
                    text = text[: one.start()] + self._attributes(one.group()) + text[one.end() :]
                case _:
                    text = text[: one.start()] + text[other.end() :]
        return text[: 20 * _LARGEST].encode("utf-8", errors="surrogatepass")

    def _attributes(self, tag: str) -> str:
        odd = self.random.choice(ODD)
        return re.sub(r'"[^"]*"', lambda _: f'"{odd}"', tag, count=self.random.choice((0, 1, 2)))

    def _scalar(self) -> Any:  # noqa: ANN401 - JSON
        nested: Any = []
        for _ in range(self.random.choice((1, 90, 400))):
            nested = [nested] if self.random.random() < 0.5 else {"id": nested}
        odd = self.random.choice(ODD)
        return self.random.choice(
            (None, True, False, 0, -1, 2**70, 1.5, 1e308, odd, odd * 100, [], {}, [odd], {odd: odd}, nested)
        )

    def _text_once(self, text: str, others: Sequence[str]) -> str:
        tokens = _TOKEN.findall(text)
        if not tokens:
            return self.random.choice(ODD)
        place = self.random.randrange(len(tokens))
        stop = min(len(tokens), place + self.random.choice((1, 1, 2, 5, 40)))
        piece, odd = tokens[place:stop], self.random.choice(ODD)
        match self.random.randrange(9):
            case 0:
                piece = []
            case 1:
                piece = piece * self.random.choice(_MANY)
            case 2:
                piece = [odd]
            case 3:
                piece = [*piece, odd * self.random.choice(_MANY)]
            case 4:
                piece = piece[::-1]
            case 5 if others:
                piece = _TOKEN.findall(self.random.choice(others))
            case 6:
                return "".join(tokens[:place])
            case 7:
                piece = ["".join(piece).swapcase()]
            case _:
                piece = [*piece, odd, *self.random.choices(tokens, k=3)]
        return "".join([*tokens[:place], *piece, *tokens[stop:]])

    def _data_once(self, data: bytes) -> bytes:  # noqa: PLR0911 - one way each
        if not data:
            return b"\0"
        at = self.random.randrange(len(data))
        window = data[at : at + 400]
        token = self.random.choice(list(_DATA_TOKEN.finditer(window)) or [re.match(b".", b"x")])
        start, end = at + token.start(), at + token.end()
        odd = self.random.choice(ODD).encode("utf-8", errors="surrogatepass")
        match self.random.randrange(9):
            case 0:
                return data[:start] + data[end:]
            case 1:
                return data[:start] + self.random.choice(_NUMBERS) + data[end:]
            case 2:
                return data[:start] + data[start:end] * self.random.choice((2, 10, 1000)) + data[end:]
            case 3:
                return data[:start] + odd + data[end:]
            case 4:
                return data[:start]
            case 5:
                further = self.random.randrange(len(data))
                return data[:start] + data[further : further + 300] + data[end:]
            case 6:
                return data[:start] + data[min(len(data), start + 2000) :]
            case _:
                at = min(start, len(data) - 1)
                return data[:at] + bytes([data[at] ^ (1 << self.random.randrange(8))]) + data[at + 1 :]
