"""Word against word: a sentence that copies its source but for a few words must not change those that matter."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Final

from assistant.proof import lexicon
from assistant.proof.evidence import Evidence
from assistant.proof.roots import root

_TOKEN: Final = re.compile(r"\d+(?:[.,:/]\d+)*|[^\W\d_]+|[§%€]")
_COPY: Final = 0.8
"""Share of words in the same order from which on a sentence is a copy."""
_FORMS: Final = """
    wird werden würde würden wurde wurden worden war waren ist sind hat haben hatte hatten
    soll sollen sollte sollten kann können könnte könnten muss müssen musste mussten darf dürfen will wollen
"""
_VERBS: Final = frozenset(_FORMS.split())
_SAME: Final = tuple(
    frozenset(group.split())
    for group in "wird werden|würde würden|wurde wurden worden war waren|ist sind|hat haben|hatte hatten"
    "|soll sollen|sollte sollten"
    "|kann können|könnte könnten|muss müssen|musste mussten|darf dürfen|will wollen".split("|")
)
_TURNING: Final = frozenset(
    "über unter vor nach mit ohne für gegen bis ab seit nicht kein keine keinen keiner nie niemals auch nur "
    "mindestens höchstens "
    "wenigstens maximal mehr weniger genau rund etwa alle einige jede keine beide viele wenige einstimmig "
    "mehrheitlich".split()
)
"""Small words of which each turns what is said."""


def changed_words(sentence: str, cited: Sequence[Evidence]) -> Iterator[str]:
    """Objections to words that were exchanged in a copy, put into it or left out of it."""
    mine = _TOKEN.findall(sentence)
    if len(mine) < 4:
        return
    for one in cited:
        theirs = _TOKEN.findall(one.text)
        matcher = SequenceMatcher(None, [w.lower() for w in mine], [w.lower() for w in theirs], autojunk=False)
        inside = sum(block.size for block in matcher.get_matching_blocks())
        if inside < _COPY * len(mine):
            continue
        for kind, a, b, c, d in matcher.get_opcodes():
            put, left = mine[a:b], theirs[c:d]
            if kind == "equal" or (kind == "insert" and d - c > _LONG) or ((b == len(mine) or a == 0) and not put):
                continue  # a part at the edge, or a whole clause, may be left out
            if _matters(put, left):
                yield f"„{' '.join(put or left)}“ weicht vom Wortlaut der genannten Stelle ab."
                return
        return


_LONG: Final = 4


def _matters(put: Sequence[str], left: Sequence[str]) -> bool:
    new = [w for w in put if w.lower() not in {o.lower() for o in left}]
    gone = [w for w in left if w.lower() not in {o.lower() for o in put}]
    for word in (*new, *gone):
        if word.lower() in _TURNING or lexicon.NEGATION.fullmatch(word):
            return True
    verbs, were = [w.lower() for w in new if w.lower() in _VERBS], [w.lower() for w in gone if w.lower() in _VERBS]
    if verbs and were and not any(verb in group and were[0] in group for group in _SAME for verb in verbs[:1]):
        return True
    numbers, others = [w for w in new if w[0].isdigit()], [w for w in gone if w[0].isdigit()]
    if numbers and others and numbers != others and not _joined(put, left):
        return True
    nouns, instead = [w for w in new if w[0].isupper()], [w for w in gone if w[0].isupper()]
    return bool(nouns and instead) and {root(w) for w in nouns}.isdisjoint({root(w) for w in instead})


def _joined(put: Sequence[str], left: Sequence[str]) -> bool:
    """Whether the same digits are only written otherwise: 09.12.2013 and 9. Dezember 2013, 1.500.000 and 1,5 Mio."""
    return len(put) != len(left) or any(not w[0].isdigit() and w[0].isupper() for w in (*put, *left))
