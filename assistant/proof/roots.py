"""Word roots: what a German word has in common with its other forms and with the words made from it.

The index stems words (``corpus.analysis``), which is enough for finding. Whether a sentence says what its source says
must also see that "lehnt … ab", "abgelehnt" and "Ablehnung" are one word, and that "Beschluss" is what "beschlossen"
leads to. Wrongly joined words would let a false sentence pass, so only regular endings, the "ge" of participles and a
list of strong verbs are looked through.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from corpus.analysis import fold, stem

SEPARABLE: Final = tuple(
    """
    zurück zusammen gegenüber entgegen weiter wieder heraus herein hinaus hinein hinzu voran vorbei fort
    durch herab heran nach statt teil fest frei frei bei ein aus auf vor her hin mit weg los zu an ab um
    """.split()
)
"""Prefixes that stand at the end of a main clause: "lehnt … ab". The longer ones first."""
_INSEPARABLE: Final = ("unter", "über", "ver", "ent", "emp", "zer", "miss", "be", "er")
_NO_PARTICIPLE: Final = re.compile(
    r"ge(?:nehm|hor|wahr|nug|schaft|biet|setz|fahr|heim|lang|winn|stalt|sund|mein|gen|samt|meind)"
)

_STRONG: Final = """
    schliess schloss schluss | geb gab gib | komm kam | sprech sprach spric spruch sproch
    nehm nahm nimm nomm | trag trug | lieg lag leg | steh stand | steig stieg | sink sank sunk | fall fiel | halt hielt
    weis wies | schreib schrieb | tret trat tritt | treib trieb | zieh zog | biet bot | find fand fund | geh ging gang
    bring brach | denk dach | les las lies | helf half hilf holf | werb warb wirb worb | fehl fahl fiehl fohl
    schlag schlug | lad lud | bleib blieb | heiss hiess | ruf rief | bind band bund | sing sang | schein schien
    wachs wuchs | lass liess | fliess floss | verlier verlor | wend wand | kenn kann kannt | nenn nannt | send sand
    wiss wuss | scheid schied | greif griff | leid litt | reiss riss | streit stritt
    dring drang | spring sprang | zwing zwang | gewinn gewann gewonn | beginn begann begonn | treff traf troff triff
    brech brich | ess ass | mess mass miss | seh sah sieh | gescheh geschah | sitz sass | bitt bat bet | fahr fuhr
    grab grub | schieb schob | schaff schuf | wasch wusch | fang fing | hang hing | stoss stiess | lauf lief | rat riet
"""
"""Stems of strong verbs, as they look without umlauts; those of one verb stand in one group."""
_ENDINGS: Final = re.compile(
    r"(?<=\w{3})(?:ierung|ungen|ung|heit|keit|schaft|nis|lich|bar|end|ier|(?<=\w{5})ig|tion|t)$"
)
"""What is left behind the stemmer's inflections; taken off twice at most: "erarbeit-end", "genehm-ig-ung"."""
_SHORTEST: Final = 3


@lru_cache(maxsize=1)
def _strong_forms() -> dict[str, str]:
    forms: dict[str, str] = {}
    for line in _STRONG.strip().splitlines():
        for group in line.split("|"):
            alternants = group.split()
            for alternant in alternants:
                forms.setdefault(alternant, alternants[0])
    return forms


_PARTICIPLE: Final = re.compile(r"ge\w{3,}(?:t|te[nrsm]?|en|ene[nrsm]?)$")


def plain(word: str) -> str:
    """``word`` folded and without umlauts, however they are written."""
    return fold(word).replace("ä", "a").replace("ö", "o").replace("ü", "u")


@lru_cache(maxsize=100_000)
def root(word: str) -> str:
    """The root of one word; words of other roots differ in it, forms and derivations of one word mostly do not."""
    text = re.sub(r"[^\w]", "", plain(word))
    if not text.isalpha():
        return text
    prefix, rest = _split_prefix(text)
    if prefix in ("", *SEPARABLE) and _PARTICIPLE.match(rest) and not _NO_PARTICIPLE.match(rest):
        rest = rest[2:]
    if prefix in SEPARABLE and rest.startswith("zu") and len(rest) > 6 and rest.endswith("en"):
        rest = rest[2:]
    bare = _without_endings(rest)
    return prefix + _strong_forms().get(bare, bare)


def _split_prefix(text: str) -> tuple[str, str]:
    for prefix in (*SEPARABLE, *_INSEPARABLE):
        bare = plain(prefix)
        if text.startswith(bare) and len(text) - len(bare) >= _SHORTEST:
            return bare, text[len(bare) :]
    return "", text


def _without_endings(text: str) -> str:
    """Without its endings, as long as something is left that can be told apart."""
    text = plain(stem(text))
    for _ in range(2):
        if text in _strong_forms():
            return text
        text = _ENDINGS.sub("", text)
    return text


def covered(one: str, others: frozenset[str]) -> bool:
    """Whether a root is said by ``others``: by one of them, as a part of one, or put together out of several."""
    if one in others:
        return True
    for other in others:
        if len(one) >= 4 and other != one and len(other) > len(one) and (other.startswith(one) or other.endswith(one)):
            return True
        shorter = min(len(one), len(other))
        if shorter >= 5 and abs(len(one) - len(other)) <= 4 and _beginning(one, other) >= max(5, shorter - 1):
            return True
    return _put_together(one, others)


def _put_together(one: str, others: frozenset[str]) -> bool:
    """Whether a compound's parts are all said: "personalkost" by "personal" and "kost"."""
    if len(one) < 8:
        return False
    pieces = [other for other in others if len(other) >= 4 and other in one]
    reached = {0}
    for start in range(len(one)):
        if start not in reached:
            continue
        for piece in pieces:
            if one.startswith(piece, start):
                end = start + len(piece)
                reached |= {
                    end,
                    *(end + len(link) for link in ("s", "n", "en", "es", "er", "e") if one.startswith(link, end)),
                }
    return any(len(one) - end <= 3 for end in reached if end > 4)


def _beginning(one: str, other: str) -> int:
    """Letters that two words have in common at their beginning."""
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return length
