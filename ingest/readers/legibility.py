"""Tells whether the text layer of a page can be used or its picture has to be read.

A text layer may be missing (a scan) or say something else than what is seen: fonts without a table from glyphs to
Unicode give private codes, question marks or a shifted alphabet ("%HVFKOXVV" for "Beschluss"), files that went through
the wrong code page give "fÃ¼r" or "f¸r", and some programs lose the umlauts. Each of these breaks a habit that all
ordinary text has, whatever its language; only such habits are asked for. Numbers and abbreviations prove nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from ingest.layout import Line

_PICTURE = 0.05
"""Share of the page from which on a picture on a page without any text may be one of text; a smaller one is a logo."""
_MOSTLY_PICTURE = 0.5
"""Share from which on a page is taken for a scan if little text lies on it."""
_LITTLE_TEXT = 100
"""Characters: a file number, a page number and a mark like "Abschrift", printed onto a scan, have fewer."""
_BROKEN_CODES = 0.15
"""Share of characters without meaning that makes a text unusable. Bullets and ticks of symbol fonts stay below .05."""
_LEAST_BROKEN = 8
"""As many of them are more than a few ornaments."""
_NAMED_GLYPH = re.compile(r"\(cid:\d+\)|/(?:g|glyph|cid)\d{1,5}\b")
"""How programs write glyphs that they cannot name."""
_MOJIBAKE = re.compile(r"[ÃÂâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|\ufffd")
"""The two bytes of an umlaut, a "§" or a dash in UTF-8, each read as Windows-1252; no language writes these pairs."""
_TORN = re.compile(r"[^\W\d_][¸‰ˆ˜¨¬÷³ƒ‹›¤¦¶¼½¾?^~{}\[\]\\<>=#$%†§€„”™Ÿ▀▄][^\W\d_]")
"""A sign inside a word where none belongs: umlauts of Macintosh or DOS read as those of Windows, and the other way
round ("f¸r", "l‰uft", "fŸr", "m”glich", "f³r"), or none at all ("f?r"). "|" is none: recognised text has it for "l"."""
_ADDRESS = re.compile(r"(?<!\S)\S*(?:://|www\.)\S*")
"""Web addresses have signs of all kinds."""
_LEAST_MISREAD, _MISREAD_WORDS = 3, 0.03
"""Torn words needed, and their share; of German words a twelfth has an umlaut or "ß"."""
_WORD = re.compile(r"[^\W\d_]+")
_MUTILATED = re.compile(
    r"(?<![\w.@-])(?:fr|knnen|knnte|mssen|mssten|wrden?|drfen|drfte|mgliche?|mglichkeit|whrend|ffentliche?n?|zustndig|"
    r"gehren|gehrt|durchgefhrt|gefhrt|durchfhrung|ausfhrung|einfhrung|grnden?|zurck|fnf|zwlf|knftig|zuknftig|bentigt|"
    r"besttigt|frhere?|untersttz(?:t|en|ung)|nchsten?|lndern?|stdten?|tglich|jhrlich|unabhngig|zustzlich|erklrung|"
    r"nderung(?:en)?|brger|brgermeister|bevlkerung|beschlsse|huser|pltze|prf(?:t|en|ung)|hhe|gre)(?![\w-])",
    re.IGNORECASE,
)
"""Frequent German words without their umlauts, of which none is a word; "fr" is France in an address."""
_UMLAUTS = frozenset("äöüßÄÖÜ")
_LEAST_MUTILATED, _MUTILATED_WORDS = 3, 0.005
"""Such words needed, and their share; of German words "für" alone is a hundredth. Two of them have to differ, because
"fr" is Friday in a timetable."""
_WORDS_TO_JUDGE = 60
_LONE_LETTERS = 0.5
"""Share of words of one letter that only spaced-out text has."""
_RUN_ON, _LETTERS_TO_JUDGE = 20, 300
"""Letters of the average word that only text without blanks has, and letters to tell by; German words have 6."""
_MIXED_WORDS = 0.1
"""Share of words in more than one script that no text has, whatever it quotes."""
_JAPANESE = frozenset({"CJK", "HIRAGANA", "KATAKANA"})
_COMMON_PAIRS = (
    "a:bcdgilmnorstuv b:aeilor c:aehiko d:aeio e:acdegilmnrst f:aeior g:aeirs h:aeiot i:acdegklmnorstv j:aeo k:aeio "
    "l:aeilostu m:aeiop n:acdeginost o:cdlmnprstu p:aeiloru q:u r:abdeimnostu s:aceikopstu t:aehiorstu u:elnrst v:aeio "
    "w:aeio z:aeiu"
)
"""Pairs of letters, without their accents, that are frequent in the languages of Europe: the 150 most frequent ones of
German, English, French, Portuguese, Swedish and Norwegian texts, weighted alike, and a few that Slavic ones have more
of. They make up two thirds of the pairs and more in running text, uppercase or not, a tenth in a shifted alphabet, a
quarter in random letters."""
_COMMON_SHARE = 0.45
"""Half way between the two."""
_PAIRS = 30
"""Pairs of letters by which a stretch of text is judged, most of a line: with so few, chance moves the share by .08."""
_STRETCHES = 2
"""As many illegible stretches are no coincidence."""
_ILLEGIBLE = 0.3
"""Share of the stretches: a page whose body is broken is unusable even if its head is set in another font."""
_ODD_SIGNS = 0.25
"""Share of signs that text hardly uses, from which on a text of signs is a broken alphabet."""
_ORDINARY_SIGNS = frozenset(".,:;!?-–—…·•()[]/%€§&+*=\"'„“”‚‘’«»›‹@_°²³½¼¾×□☐☑☒■●○▪✓✔→ ")
_SIGNS_TO_JUDGE = 60


def needs_recognition(lines: Sequence[Line], image_share: float) -> bool:
    """Whether the page's picture has to be read because its text layer is missing or unusable.

    ``lines`` are those of the text layer, ``image_share`` is the share of the page that images cover, 0 to 1.
    """
    text = "\n".join(line.text for line in lines)
    visible = sum(not character.isspace() for character in text)
    if not visible:
        return image_share >= _PICTURE
    if visible < _LITTLE_TEXT and image_share >= _MOSTLY_PICTURE:
        return True
    return not is_legible(text)


def is_legible(text: str) -> bool:
    """Whether ``text``, from a page's text layer, says what is seen; too little of it counts as legible."""
    characters = [character for character in text if not character.isspace()]
    words = _WORD.findall(text)
    return not (
        _has_broken_codes(text, characters)
        or _has_misread_letters(text, len(words))
        or _lost_umlauts(text, words)
        or _has_no_words(words)
        or _is_of_odd_signs(characters)
        or _mixes_scripts(words)
        or _is_gibberish(text)
    )


def _has_broken_codes(text: str, characters: Sequence[str]) -> bool:
    """Codes that mean nothing: private, undefined or control codes, and glyphs by number."""
    broken = sum(unicodedata.category(character) in {"Co", "Cn", "Cs", "Cc"} for character in characters)
    broken += text.count("\ufffd") + sum(len(match) for match in _NAMED_GLYPH.findall(text))
    return broken >= _LEAST_BROKEN and broken >= _BROKEN_CODES * len(characters)


def _has_misread_letters(text: str, words: int) -> bool:
    """Letters read by the wrong code page."""
    misread = len(_MOJIBAKE.findall(text)) + len(_TORN.findall(_ADDRESS.sub(" ", text)))
    return misread >= _LEAST_MISREAD and misread >= _MISREAD_WORDS * words


def _lost_umlauts(text: str, words: Sequence[str]) -> bool:
    """German words that have lost their umlauts. Text that spells them "ae" or has no "ß" has no such words."""
    mutilated = _MUTILATED.findall(text)
    if len(mutilated) < max(_LEAST_MUTILATED, _MUTILATED_WORDS * len(words)) or len(set(mutilated)) < 2:
        return False
    return len(mutilated) > sum(not _UMLAUTS.isdisjoint(word) for word in words)


def _has_no_words(words: Sequence[str]) -> bool:
    """Letters that stand each by itself, or all together."""
    latin = [word for word in words if _is_latin(word)]
    letters = sum(map(len, latin))
    if len(latin) >= _WORDS_TO_JUDGE and sum(len(word) == 1 for word in latin) > _LONE_LETTERS * len(latin):
        return True
    return letters >= _LETTERS_TO_JUDGE and letters > _RUN_ON * len(latin)


def _is_latin(word: str) -> bool:
    return _plain(word[0]).isascii()


def _is_of_odd_signs(characters: Sequence[str]) -> bool:
    """Signs where letters should be."""
    odd = sum(not character.isalnum() and character not in _ORDINARY_SIGNS for character in characters)
    return len(characters) >= _SIGNS_TO_JUDGE and odd > _ODD_SIGNS * len(characters)


def _mixes_scripts(words: Sequence[str]) -> bool:
    """Words of letters from several scripts."""
    scripts = [_scripts(word) for word in words if len(word) >= 3]
    mixed = sum(len(found) > 1 and not found <= _JAPANESE for found in scripts)
    return mixed >= _LEAST_BROKEN and mixed > _MIXED_WORDS * len(scripts)


def _scripts(word: str) -> frozenset[str]:
    """The scripts of the word's letters, by the first words of their names in Unicode."""
    return frozenset(
        "LATIN" if character <= "\u024f" else unicodedata.name(character, "UNKNOWN").split()[0] for character in word
    )


def _is_gibberish(text: str) -> bool:
    """Letters that do not follow one another as they do in languages."""
    stretches = [stretch.illegible for stretch in _stretches(text)]
    return sum(stretches) >= _STRETCHES and sum(stretches) >= _ILLEGIBLE * len(stretches)


@dataclass(slots=True)
class _Stretch:
    """Some lines of text, as pairs of neighbouring letters."""

    pairs: int = 0
    common: int = 0

    @property
    def illegible(self) -> bool:
        return self.common < _COMMON_SHARE * self.pairs


def _stretches(text: str) -> Iterator[_Stretch]:
    """The text in pieces that can be judged; words of one or two letters and other scripts are left out.

    A piece ends with its line if it can, because a line is seldom set in two fonts. A word counts once: what a table
    repeats in each row is no further evidence.
    """
    common = _common_pairs()
    stretch = _Stretch()
    seen: set[str] = set()
    for line in text.splitlines():
        for word in _WORD.findall(line):
            letters = _plain(word)
            if len(letters) < 3 or not letters.isascii() or letters in seen:
                continue
            seen.add(letters)
            for start in range(len(letters) - 1):
                stretch.pairs += 1
                stretch.common += letters[start : start + 2] in common
        if stretch.pairs >= _PAIRS:
            yield stretch
            stretch = _Stretch()


def _plain(word: str) -> str:
    """The word in small letters without accents."""
    decomposed = unicodedata.normalize("NFD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


@cache
def _common_pairs() -> frozenset[str]:
    groups = (group.split(":") for group in _COMMON_PAIRS.split())
    return frozenset(first + second for first, seconds in groups for second in seconds)
