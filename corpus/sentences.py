"""Where German sentences end: every stop is judged by what stands before it and by the word behind it.

A full stop behind an ordinary word ends a sentence unless a small letter follows. Behind a number, a single letter, a
Roman numeral or an abbreviation it does so only where the next word shows a sentence's start, because German writes
nouns with a capital too: "12. Sitzung", "Kommune 07. Der …". A few abbreviations never end one ("z. B."), a few
mostly do ("usw."). List numbers stay with what they count; a short parenthesis that opens inside a sentence is not
cut; ":" and ";" do not part sentences, and neither does a stop before a small letter: "… gesehen. (siehe Anhang 4)"
is one sentence.

Measured with ``python -m benchmarks.sentences`` on the German Legal-SBD documents (Glaser, Moser, Matthes 2021),
column ``stops``, on the 136 documents of 269 that no rule or list was tuned on: F .977 (judgments .974, laws .975,
terms of service .984, privacy policies .981, Wikipedia .985), syntok 1.4.4 as it comes .862 in the same run.
Sentences that only one of the two ends, added or taken away, made it worse (tuning half: .979 alone, .871 union, .973
intersection), so syntok is not used. Time is linear in the length of the text.
"""

from __future__ import annotations

import re
from typing import Final

from corpus.types import Span

# In characters: how far a decision looks back, and how long a parenthesis may be that is not cut.
_WINDOW: Final = 80
_PARENTHESIS: Final = 400

_STOP: Final = re.compile(r"[.!?…]+")
_CLOSERS: Final = re.compile(r"""[)\]"'”“’»«‹›]*(?:\[\d{1,3}\]|[⁰¹²³⁴-⁹]{1,3}[)"”“’»«‹›]*)*""")
_FOLLOWING: Final = re.compile(r"""(\s*)([-–—•*]?\s?[(\[„"'‚»«›‹“]*)([^\W_]*)""")
_TOKEN: Final = re.compile(r"\S+$")
_OPENERS: Final = "([{„\"'‚»«›‹“–—-•*/"

_DOTTED: Final = re.compile(r"(?<!\w)(?:[^\W\d_]{1,7}\.\s{0,2}){0,5}[^\W\d_]{1,7}$")
_NUMBER: Final = re.compile(r"(?<![\w.,])\d{1,3}$")
_DAY_AND_MONTH: Final = re.compile(r"(?<![\w.,])\d{1,2}\.\s?\d{1,2}$")
_ENUMERATOR: Final = re.compile(r"(?:\d{1,3}(?:\.\d{1,3})*|[A-Za-z]|[a-z]{2}|[IVX]{1,5}|[ivx]{1,5})$")
_ROMAN: Final = re.compile(r"[IVXLC]{1,7}$")
_GLUED: Final = re.compile(r"[a-zäöüß]{3}$")
_ADDRESS: Final = re.compile(r"(?:/|@|www\.)\S*$")
_MONTH: Final = re.compile(r"(?:Jan|Feb|Mär|Apr|Mai|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jän)")
_LABELLED: Final = re.compile(
    r"(?<!\w)(?:§§?|Art|Artikeln?|Abs|Absatz|Absätzen?|Satz|Sätzen?|S|Seiten?|Nr|Nrn|Nummern?|Ziff|Ziffern?|Anlagen?|"
    r"Anhang|Anhängen?|Kommunen?|Punkte?n?|TOP|Kapiteln?|Abschnitte?n?|Rn|Rdn|Rdnr|Rdnrn|Rz|Tz|Tabellen?|Tab|Abb|"
    r"Abbildungen?|Phasen?|Stufen?|Teil|Gruppen?|Klassen?|Band|Zone|Bl|BA|Variante|Alternative|Buchstabe|Buchst|lit)"
    r"\.?\s?(?:\d{1,4}[a-z]?\.?\s?(?:,|/|und|bis|oder|bzw\.|–|-)\s?)*\d{1,4}$"
)


def _words(listing: str) -> frozenset[str]:
    return frozenset(listing.split())


_STARTERS: Final = _words(
    """
    ab aber alle allein allem allen allerdings alles als also am an andere anderenfalls andererseits anders
    anschließend auch auf aufgrund aus ausgehend außer außerdem bedauerlicherweise bei beide beim bereits besonders
    bevor bis bislang bitte da dabei dadurch dafür dagegen daher dahingestellt damit danach daneben dann daran darauf
    daraufhin daraus darin darüber darum darunter das dass davon dazu dein dem demgegenüber demgemäß demnach den denn
    dennoch der derartige deren derzeit des deshalb dessen deswegen dein die dies diese diesem diesen dieser dieses
    doch dort du durch ebenfalls ebenso ein eine einem einen einer eines einerseits einige entgegen entscheidend
    entsprechend er erst es euer falls ferner folglich für gegen gegenüber gemäß gerade gleiches gleichwohl
    gleichzeitig hat hätte hier hieran hierauf hieraus hierbei hierdurch hierfür hiergegen hiermit hiernach hiervon
    hierzu hinsichtlich hinzu ich ihm ihnen ihr ihre ihrem ihren ihrer im in indem indes infolge innerhalb
    insbesondere insgesamt insofern insoweit inzwischen ist je jede jedem jeden jeder jedes jedoch jene jetzt kann
    kein keine keinen keiner lediglich letztlich man mangels manche mein mit mithin nach nachdem nämlich neben nicht
    nichts noch nun nur ob obwohl oder ohne schließlich sein seine seinem seinen seiner seit seitdem selbst sie sind
    so sobald sodann sofern solange solche somit sondern sonst soweit sowohl statt stattdessen teilweise trotz
    trotzdem über überdies um und unbeschadet ungeachtet uns unser unter viele vielmehr vom von vor wann war warum was
    wegen weil weiter weiterhin weitere welche wenn wer werden weshalb wie wieso wir wird wo wobei während wurde zu
    zudem zuletzt zum zumal zunächst zur zusätzlich zwar zwischen zwischenzeitlich
    """
)
"""Words that, with a capital, show a sentence's start even behind a number or an abbreviation that may end one."""

_NEVER: Final = _words(
    """
    abk abschn abzgl allg anm arg aufl ausschl az begr beigef beil bek bekl beschl betr bez bezgl bgbl bsp bspw buchst
    bzgl bzw ca chr dgl dipl dr einschl entspr erg evtl exkl fa fam fl flnr fn frhr ggf ggfs ggü geb gem gez gl grds
    halbs hl hr hrsg hs idf idr ihv ing inkl insb insbes ird irv isd isv ivm jur kath kfm kto lfd lit max med mind mtl
    nachm nrn öff phil pos prof rd rdn rdnr rdnrn red rer resp rn rspr rz sen sog spez st städt stellv teilw tz urt v
    verf vf vgl vorl vorm vs wg zb ziff zit zs zuzgl zzgl zzt b.z.w d.f d.h d.j i.a i.d.f i.d.r i.d.s i.e i.e.s i.h.d
    i.h.v i.r.d i.r.v i.s i.s.d i.s.v i.ü i.v i.v.m i.w.s iv.m m.a.w o.g u.d u.g u.u u.z u.zw v.a z.b z.h z.hd
    """
)
"""Abbreviations that lead on to what follows: no sentence ends with them."""

_MOSTLY: Final = _words("usw usf etc u.s.w u.v.m u.v.a.m etc.pp")
"""Abbreviations behind which any capital starts a sentence, save in a parenthesis."""

_MAYBE: Final = _words(
    """
    a abb abs alt anh anl apr art aug ausf bayer bd bde bes bl co corp d dez drs ebd ebda ev f feb ff inc jan jh jhdt
    jr jul jun kap kg ltd mär med min mio mrd mwst nov nr okt sa sek sep sept sr std str tab tel tsd ust a.a a.a.o a.d
    a.f b.w e.v g.m.b.h i.g i.l m.a m.e m.w.h m.w.n n.chr n.f o.ä p.a p.m s.o s.u u.a u.ä u.dgl v.chr z.t z.zt
    """
)
"""Abbreviations behind which a sentence goes on, unless a starter follows."""

_ABBREVIATIONS: Final = _NEVER | _MOSTLY | _MAYBE


def split_sentences(text: str) -> list[Span]:
    """The sentences of one paragraph, heading or list item, in order, without the blanks between them."""
    spans: list[Span] = []
    pairs = _parentheses(text)
    pair = end = 0
    start = lead = _skip_blanks(text, 0)  # ``lead``: where the sentence begins behind its list number
    for stop in _STOP.finditer(text):
        closers = _CLOSERS.match(text, stop.end())
        end = closers.end() if closers else stop.end()
        following = _FOLLOWING.match(text, end)
        if following is None or (following.end() == len(text) and not (following[2].strip() or following[3])):
            break
        while pair < len(pairs) and pairs[pair][1] < stop.start():
            pair += 1
        opened, closed = pairs[pair] if pair < len(pairs) else (len(text), len(text))
        window_start = max(lead, stop.start() - _WINDOW)
        window = text[window_start : stop.start()]
        if start < opened < stop.start() and end <= closed:
            continue
        if window_start == lead and _ENUMERATOR.match(window.lstrip(_OPENERS)):
            lead = _skip_blanks(text, end)
        elif text[stop.end() : end] == ")" and closed != stop.end() and _ENUMERATOR.match(_last_token(window)):
            continue
        elif _ends_sentence(window, stop[0], following, inside=start < opened < stop.start()):
            spans.append(Span(start, end))
            start = lead = _skip_blanks(text, end)
    if start < len(text):
        spans.append(Span(start, len(text.rstrip())))
    return spans


def _skip_blanks(text: str, position: int) -> int:
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def _parentheses(text: str) -> list[tuple[int, int]]:
    """The outermost pairs of brackets that are short enough, in order."""
    open_at: list[int] = []
    pairs: list[tuple[int, int]] = []
    for match in re.finditer(r"[()\[\]]", text):
        if match[0] in "([":
            open_at.append(match.start())
        elif open_at:
            opened = open_at.pop()
            if match.start() - opened <= _PARENTHESIS:
                while pairs and pairs[-1][0] > opened:
                    pairs.pop()
                pairs.append((opened, match.start()))
    return pairs


def _last_token(window: str) -> str:
    token = _TOKEN.search(window)
    return token[0] if token else ""


def _ends_sentence(window: str, stop: str, following: re.Match[str], *, inside: bool) -> bool:
    """Whether a sentence ends between ``window`` + ``stop`` and ``following``; ``inside``: in a parenthesis."""
    blanks, opening, word = following.groups()
    if word[:1].islower() or not any(character.isalnum() for character in window):
        return False
    if not word and not opening.strip() and following.string[following.end()] in ",;:/%=+)]":
        return False
    starter = word[:1].isupper() and word.lower() in _STARTERS
    if not blanks:
        return starter and not opening and _GLUED.search(window) is not None and not _ADDRESS.search(window)
    if stop == ".":
        return _full_stop_ends_sentence(window, word, starter=starter, inside=inside)
    return starter or (("!" in stop or "?" in stop) and not inside)


def _full_stop_ends_sentence(window: str, word: str, *, starter: bool, inside: bool) -> bool:
    capital = word[:1].isupper()
    before = _last_token(window).lstrip(_OPENERS)
    listed = window[: len(window) - len(before)].rstrip(_OPENERS + " ")[-1:] in (",", ":", ";")
    abbreviation = _abbreviation(window)
    if _NUMBER.search(before):
        if _LABELLED.search(window):
            return starter or (capital and not _MONTH.match(word))
        return starter and not listed
    if abbreviation in _NEVER:
        return False
    if abbreviation in _MOSTLY:
        return starter or (capital and not inside)
    if len(before) == 1 or _ROMAN.match(before):
        return starter and not listed
    return starter or not (abbreviation or _DAY_AND_MONTH.search(window))


def _abbreviation(window: str) -> str:
    """The longest known abbreviation at the end, without blanks ("i.v.m"), or what looks like one, or nothing."""
    dotted = _DOTTED.search(window)
    if dotted is None:
        return ""
    parts = "".join(dotted[0].split()).lower().split(".")
    for first in range(len(parts)):
        known = ".".join(parts[first:])
        if known in _ABBREVIATIONS and (first == 0 or len(known) > 1):
            return known
    return parts[-1] if len(parts[-1]) == 1 or parts[-1].endswith("str") else ""
