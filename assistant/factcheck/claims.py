"""Finds the claims of a draft: sentence by sentence, several in one apart, and what claims nothing set aside.

Every character that says something belongs to exactly one claim; offsets are those of the draft as it was given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from assistant.proof.facts import Fact, facts
from assistant.proof.lexicon import PAST
from corpus.analysis import STOP_WORDS, fold, words
from corpus.sentences import split_sentences
from corpus.types import Span

_BLANK_LINE: Final = re.compile(r"\n[^\S\n]*\n\s*")
_BULLET: Final = re.compile(r"\s*(?:[-–•*·]|\d{1,2}[.)]|[a-z]\))\s+")
_ENDED: Final = re.compile(r"[.!?:;“\"]\s*$")
_SHORT_LINE: Final = 0.6
"""A line that is that much shorter than the longest of its block ends one: the next begins something new."""

_JOINT: Final = re.compile(
    r"(?:(?P<mark>[;]|\s[–—]|,)|(?<!\s))\s++(?P<word>und|sowie|aber|jedoch|während|wobei|wenngleich|obwohl|obgleich|sondern"
    r"|doch)\s+"
    r"|;\s+|(?P<comma>,\s+)"
)
"""Where one claim of a sentence may end and the next begin."""
_GOES_ON: Final = re.compile(
    r"(?:(?:und )?zwar|das (?:sind|ist|wären|entspricht|macht)|davon|darunter|zusammen|also)\b", re.IGNORECASE
)
"""Begins a claim of its own behind a mere comma, even without a figure."""
_FINITE: Final = re.compile(
    r"\b(?:ist|sind|war|waren|wird|werden|wurde|wurden|hat|haben|hatte|hatten|kann|können|konnte|konnten|soll|sollen"
    r"|sollte|sollten|muss|müssen|musste|mussten|darf|dürfen|durfte|will|wollen|wollte|wollten|bleibt|bleiben|blieb"
    r"|gibt|gab|liegt|liegen|lag|steht|stehen|stand|kommt|kommen|kam|geht|gehen|ging|sieht|sehen|sah|trägt|tragen|trug"
    r"|hält|halten|hielt|lässt|lassen|ließ|beträgt|betragen|betrug|übernimmt|übernehmen|übernahm|erhält|erhalten"
    r"|erhielt"
    r"|entfällt|entfallen|entfiel|nimmt|nehmen|nahm|tritt|treten|trat|beschließt|beschloss|empfiehlt|empfahl"
    r"|spricht|fällt|fallen|fiel|teilen|sagen|lehnen|meinen"
    r"|sprach|findet|fand|beginnt|begann|schlägt|schlug|heißt|hieß|zählt|zählen"
    r"|(?!ge(?!hört|lingt|nügt|winnt|fällt|schieht|währt)\w+t\b)(?!(?:insgesamt|nicht|seit|mit|jetzt|erst|fast|samt|selbst|meist|zuletzt|oft|statt|damit|somit|laut|gut|recht|erste?n?"
    r"|\w*weit|\w*zeit|letzten?|gesamten?|zweiten?|dritten?|vierten?|meisten|bekannten?|guten?|alten?)\b)[a-zäöü]{2,}(?:t|te|ten))\b"
)
"""A finite verb, or what looks like one: the common irregular ones, and the endings of the others."""
_SUBORDINATING: Final = ("während", "wobei", "wenngleich", "obwohl", "obgleich")
_LEAST_WORDS: Final = 3

_GREETING: Final = re.compile(
    r"^\W*(?:sehr geehrte[rsn]?|liebe[rsn]?\b|meine (?:sehr (?:verehrten|geehrten) )?damen|guten (?:tag|morgen"
    r"|abend)|hallo|moin"
    r"|verehrte|werte[rn]?\b|mit (?:freundlichen|besten|kollegialen|herzlichen) gr|(?:viele|beste|herzliche"
    r"|freundliche|schöne) grüße"
    r"|(?:vielen|herzlichen|besten|schönen) dank|danke\b|glück ?auf|hochachtungsvoll|i\. ?a\.|gez\.|betreff\b"
    r"|an (?:den|die|das)\b[^.]{0,60}$)",
    re.IGNORECASE,
)
_OPINION: Final = re.compile(
    r"\b(?:ich|wir)\s+(?:\w+\s+){0,3}?(?:meine[n]?|finde[n]?|glaube[n]?|hoffe[n]?|wünsche[n]?|fordern?|fordere"
    r"|bitte[n]?"
    r"|begrüße[n]?|danke[n]?|appellieren?|appelliere|freue[n]? (?:mich|uns)|bedauern?|bedauere|halte[n]?|erwarte[n]?"
    r"|werbe[n]?|möchte[n]?|denke[n]?|schlage[n]? vor|lehne[n]?|kann|können|werde[n]?|sollte[n]?|müssen|dürfen"
    r"|wollen)\b"
    r"|\b(?:meine[n]?|finde[n]?|glaube[n]?|hoffe[n]?|wünsche[n]?|fordern?|fordere|bitte[n]?|begrüße[n]?|danke[n]?"
    r"|appellieren?"
    r"|appelliere|freue[n]?|bedauern?|bedauere|erwarte[n]?|werbe[n]?|möchte[n]?|denke[n]?|halte[n]?)\s+(?:ich|wir)\b"
    r"|\b(?:meines Erachtens|unseres Erachtens|m\. ?E\.|u\. ?E\.|aus (?:meiner|unserer) Sicht|(?:meiner"
    r"|unserer) (?:Meinung|Auffassung"
    r"|Ansicht|Überzeugung) nach|lassen Sie (?:uns|mich)|hoffentlich|leider|gut so|höchste Zeit|es wäre (?:schön"
    r"|gut|klug|fatal|ein)"
    r"|ein (?:guter|wichtiger|richtiger|falscher|großer|schlechter) (?:Schritt|Tag|Weg|Fehler|Erfolg)"
    r"|verdient (?:Anerkennung|Respekt)|nach (?:meiner|unserer) (?:Meinung|Auffassung|Ansicht|Überzeugung)"
    r"|(?:herzlich |alle )eingeladen|darf gespannt|bleibt zu hoffen|(?:wir|fraktion|gruppe"
    r"|partei) (?:beantrag(?:en|t)|stell(?:en|t) (?:den|folgenden) Antrag)"
    r"|(?:wir|(?:unsere|meine) (?:Fraktion|Gruppe|Partei)) schl(?:ägt|agen) [^.]{0,60}vor"
    r"|möge (?:bitte )?(?:\w+ ){0,12}\w+en)\b"
    r"|\b(?:das|dies|dieses? \w+) (?:ist|wäre|war) (?:für (?:mich|uns) )?(?:ein(?:e)? )?(?:\w+ )?"
    r"(?:Skandal|Armutszeugnis|Erfolg|Fehler|Chance|Gewinn|Trauerspiel|Irrweg|unverantwortlich|richtig|falsch|gut"
    r"|schlecht|peinlich"
    r"|wichtig|erfreulich|bedauerlich|ärgerlich|unverständlich|fair|unfair|überfällig)\b",
    re.IGNORECASE,
)
"""Who speaks of himself as meaning, wishing, asking or thanking asserts nothing about the documents."""
_REQUEST: Final = re.compile(
    r"^\W*(?:bitte\b|stimmen Sie|lehnen Sie|unterstützen Sie|melden Sie|prüfen Sie|geben Sie|schauen Sie)",
    re.IGNORECASE,
)
_MYSELF: Final = re.compile(r"\b(?:[Ii]ch|mich|mir)\b")
_OURSELVES: Final = re.compile(r"\b[Ww]ir\b")
_ADDRESS: Final = re.compile(
    r"^\W*(?:(?:sehr |meine |liebe |verehrte |werte |geehrte[rn]? )+[^,!.?]{3,60}|Herr \w+|Frau \w+"
    r"|Hallo[^,!.?]{0,30})[,!]\s+(?=\S+\s+\S+\s+\S+\s+\S+)",
    re.IGNORECASE,
)
"""Who is spoken to, before a sentence goes on."""
_BACK: Final = re.compile(
    r"^\W*(?:und |aber |denn |auch |so |zudem |außerdem |dabei )?(?:er|sie|es|dies(?:e[rsmn]?)?|das|dort"
    r"|dort(?:hin)?|davon|dazu|damit|daran"
    r"|darin|dafür|dagegen|dabei|beide|letztere[rs]?|(?:im|in der) (?:selben|gleichen) \w+|(?:der|die"
    r"|das) (?:Einrichtung|Vorhaben|Stelle"
    r"|Summe|Betrag|Rest|Förderung))\b",
    re.IGNORECASE,
)
"""A sentence that begins with one of these speaks of what stood before it."""
_SAME_YEAR: Final = re.compile(
    r"\b(?:im (?:selben|gleichen)|in (?:demselben|jenem|diesem)|desselben) Jahr(?:es)?\b", re.IGNORECASE
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LONGEST: Final = 2_000
"""Characters of a sentence; what goes on for longer without a stop (a table, a damaged file) is taken in pieces."""
_REMEMBERED: Final = 2
"""Sentences back that a pronoun may point to."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim, or what stands in its place.

    ``sentence`` is the sentence that it stands in, ``search`` the words to look for it with (what its pronouns point to
    included), ``context`` those of them that are not its own. ``offset`` is its place in the sentence,
    ``year`` the one that "im selben Jahr" means.
    """

    text: str
    span: Span
    sentence: str
    context: str
    checkable: bool
    offset: int = 0
    year: str | None = None

    @property
    def search(self) -> str:
        """What the documents are searched for."""
        return f"{self.context} {self.text}".strip()


def find_claims(draft: str) -> list[Claim]:
    """All claims of ``draft`` in order, those that cannot be checked included."""
    claims: list[Claim] = []
    before: list[str] = []
    year: str | None = None
    for block in _blocks(draft):
        for sentence in _sentences(draft, block):
            text = " ".join(draft[sentence.start : sentence.end].split())
            checkable = _is_checkable(text)
            context = " ".join(before[-_REMEMBERED:]) if checkable and _BACK.match(text) else ""
            meant = year if _SAME_YEAR.search(text) else None
            parts = _parts(draft, sentence) if checkable else [sentence]
            for part in parts:
                own = " ".join(draft[part.start : part.end].split())
                rest = "" if len(parts) == 1 else text
                before_it = " ".join(draft[sentence.start : part.start].split())
                around = " ".join(filter(None, (context, rest)))
                claims.append(Claim(own, part, text, around, checkable, len(before_it) + bool(before_it), meant))
            if checkable:
                before.append(text)
            years = _YEAR.findall(text)
            year = years[-1] if years else year
    return claims


def _blocks(draft: str) -> Iterator[Span]:
    """Paragraphs, list items and headings; lines that were only broken stay together."""
    start = 0
    for stop in [*_BLANK_LINE.finditer(draft), None]:
        end = len(draft) if stop is None else stop.start()
        yield from _lines(draft, start, end)
        start = end if stop is None else stop.end()


def _lines(draft: str, start: int, end: int) -> Iterator[Span]:
    lines = [Span(match.start(), match.end()) for match in re.finditer(r"[^\n]+", draft[start:end])]
    longest = max((len(line) for line in lines), default=0)
    begun: int | None = None
    last: Span | None = None
    for line in (Span(line.start + start, line.end + start) for line in lines):
        text = draft[line.start : line.end]
        new = last is None or (
            _BULLET.match(text) is not None
            or _ENDED.search(draft[last.start : last.end]) is not None
            or len(last) < _SHORT_LINE * longest
        )
        if new and begun is not None and last is not None:
            yield Span(begun, last.end)
        if new:
            begun = line.start
        last = line
    if begun is not None and last is not None:
        yield Span(begun, last.end)


def _sentences(draft: str, block: Span) -> Iterator[Span]:
    text = draft[block.start : block.end]
    bullet = _BULLET.match(text)
    lead = bullet.end() if bullet else 0
    for span in split_sentences(text[lead:]):
        told = text[lead + span.start : lead + span.end]
        address = _ADDRESS.match(told)
        skipped = address.end() if address is not None else 0
        found = Span(block.start + lead + span.start + skipped, block.start + lead + span.end)
        for piece in _pieces(draft, found):
            if any(character.isalnum() for character in draft[piece.start : piece.end]):
                yield piece


def _pieces(draft: str, sentence: Span) -> Iterator[Span]:
    """A sentence, or if it is too long to be one, pieces of it, parted at blanks where there are some."""
    start = sentence.start
    while sentence.end - start > _LONGEST:
        blank = draft.rfind(" ", start + 1, start + _LONGEST)
        end = blank if blank > 0 else start + _LONGEST
        yield _bare(draft, start, end)
        start = end
    yield _bare(draft, start, sentence.end)


def _bare(draft: str, start: int, end: int) -> Span:
    """A part of the draft without the blanks around it."""
    end = start + len(draft[start:end].rstrip())
    return Span(end - len(draft[start:end].lstrip()), end)


def _is_checkable(sentence: str) -> bool:
    """Whether a sentence asserts something that documents could say or deny."""
    if sentence.rstrip(' “"»)').endswith("?") or _GREETING.search(sentence) or _REQUEST.search(sentence):
        return False
    spoken = re.sub(r"„[^“]*“", "", sentence)
    if _OPINION.search(spoken) or (_speaks_for_itself(spoken) and not facts(spoken)):
        return False
    content = [word for word, _ in words(sentence) if fold(word) not in STOP_WORDS]
    if len(content) < _LEAST_WORDS and not facts(sentence):
        return False
    # A line without a verb and without a full stop is a heading, an address or a signature.
    if not _FINITE.search(sentence) and not re.search(r"[.!:]\W*$", sentence):
        return bool(facts(sentence)) and len(content) > _LEAST_WORDS
    return True


def _speaks_for_itself(spoken: str) -> bool:
    """Whether a sentence is about whoever speaks, now: "Ich melde mich", "Wir stehen dazu", "Stimmen wir zu!"."""
    if _MYSELF.search(spoken) or spoken.rstrip(' “"»)').endswith("!"):
        return True
    return _OURSELVES.search(spoken) is not None and PAST.search(spoken) is None


def _parts(draft: str, sentence: Span) -> list[Span]:
    """The claims of one sentence."""
    text = draft[sentence.start : sentence.end]
    found = facts(text)
    shut = [match.span() for match in re.finditer(r"„[^“]*“|\([^)]*\)", text)]
    parts: list[Span] = []
    start = 0
    for joint in _JOINT.finditer(text):
        if any(begin <= joint.start() < end for begin, end in shut) or joint.start() <= start:
            continue
        upcoming = next((other.start() for other in _JOINT.finditer(text, joint.end())), len(text))
        left, right = Span(start, joint.start()), Span(joint.end(), max(upcoming, joint.end() + 1))
        if _GOES_ON.match(text, joint.end()) and right.start < len(text) - 1:
            parts.append(left)
            start = joint.end()
            continue
        if _are_two(text, left, right, found, joint):
            parts.append(left)
            start = joint.end()
    parts.append(Span(start, len(text)))
    return [Span(sentence.start + part.start, sentence.start + part.end) for part in parts]


def _are_two(text: str, left: Span, right: Span, found: list[Fact], joint: re.Match[str]) -> bool:
    """Whether what stands on both sides of a joint are two claims: each has a verb, or each a figure of something."""
    sides = [text[side.start : side.end].rpartition(": ")[2] for side in (left, right)]
    content = [sum(fold(word) not in STOP_WORDS for word, _ in words(side)) for side in sides]
    verbs = [_FINITE.search(side) is not None for side in sides]
    own = [[fact for fact in found if side.contains(fact.span)] for side in (left, right)]
    figures = all(
        any(fact.counted or fact.unit or verb for fact in side) for side, verb in zip(own, verbs, strict=True)
    )
    if joint["comma"] is not None:
        # A mere comma also parts what is only listed or added.
        return figures and verbs[0] and min(content) >= 1
    if joint["word"] is None:
        return min(content) >= 2
    if joint["word"] in _SUBORDINATING:
        # "während der Bauzeit" is no clause: those stand behind a comma.
        if not (joint["mark"] or "").strip():
            return False
        return verbs[0] and content[1] >= _LEAST_WORDS
    return (figures and min(content) >= 2) or (all(verbs) and min(content) >= _LEAST_WORDS)
