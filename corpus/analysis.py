"""German analysis: from text to the terms of the full-text index, the same way for passages and for questions.

The index is SQLite FTS5 with two columns. The first holds whole words (:func:`analyse`): case folded, reduced to
their stem by the Snowball stemmer for German (https://snowballstem.org/algorithms/german/stemmer.html), without the
commonest function words; dates, amounts and paragraphs get one spelling each. The second holds pieces of words
(:func:`parts`), so that "Kosten" finds "Kostenaufstellung"; German writes compounds as one word, and character n-grams
do at least as well there as splitting them (McNamee and Mayfield, Information Retrieval 7, 2004; our own figures:
``python -m benchmarks.analysis``). Pieces carry a mark that no word has, so a query needs no column filter.

Terms hold letters, digits and the characters of :data:`TERM_MARKS` only; :data:`FTS5_TOKENIZE` keeps each one whole.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Final

from snowballstemmer.german_stemmer import GermanStemmer

from corpus.dates import full_year, is_outline_number
from corpus.types import Span

TERM_MARKS: Final = "§,._/"
"""What terms hold beside letters and digits; see :data:`FTS5_TOKENIZE`."""

FTS5_TOKENIZE: Final = f"unicode61 remove_diacritics 0 tokenchars '{TERM_MARKS}'"
"""The ``tokenize`` option for the index: terms are stored joined by blanks and come back as they were."""

COLUMN_WEIGHTS: Final = (1.0, 0.05)
"""The weights for ``bm25(table, words, parts)``."""

GRAM_LENGTH: Final = 4
"""The length of the pieces in the second column."""

# Articles, pronouns, auxiliaries, prepositions, conjunctions and question words that stand in nearly every passage.
# Negations (nicht, kein, ohne, nie) decide what a sentence says and stay; so do gegen, vor and nach.
_FUNCTION_WORDS: Final = """
der die das den dem des ein eine einer eines einem einen
ich du er sie es wir ihr mich dich sich uns euch ihm ihn ihnen mir dir man
mein meine meiner meinem meinen dein deine sein seine seiner seines seinem seinen
ihre ihrer ihres ihrem ihren unser unsere unserer unserem unseren
dies diese dieser dieses diesem diesen jene jener jenes jenem jenen
welche welcher welches welchem welchen was wer wem wen wessen wie wo wann warum wieso weshalb woher wohin
und oder aber denn sondern als wenn dass weil ob auch noch nur so da dann doch schon
in im ins an am ans auf aus bei beim bis durch für mit um von vom zu zum zur über unter zwischen
bin bist ist sind seid war waren wäre sei gewesen habe hast hat haben hatte hatten
werde wirst wird werden wurde wurden worden kann kannst können soll sollen muss müssen darf dürfen
hier dort dazu dabei davon daran darauf gibt s
fuer ueber koennen muessen duerfen waere
"""

STOP_WORDS: Final = frozenset(_FUNCTION_WORDS.split())
"""Words that never become terms, casefolded."""

_MONTH_NAMES: Final = (
    ("januar", "jänner", "jan"),
    ("februar", "feber", "feb"),
    ("märz", "maerz", "mär", "mrz"),
    ("april", "apr"),
    ("mai",),
    ("juni", "jun"),
    ("juli", "jul"),
    ("august", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "okt"),
    ("november", "nov"),
    ("dezember", "dez"),
)
_MONTHS: Final = {name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names}
_SIGNS: Final = {"%": "prozent", "€": "euro", "eur": "euro"}

_INVISIBLE: Final = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
# A footnote's mark behind a word is no part of it; behind a unit ("m²") it is.
_NOTE_MARK: Final = re.compile("(?<=[^\\W\\d_]{3})[⁰¹²³⁴-⁹]+")
# A word of text as it comes: letters may be followed by combining marks (decomposed umlauts) and hold soft hyphens.
# What is matched once is not tried again in another way (possessive quantifiers): a word of a thousand letters or
# combining marks would take for ever.
_WORD: Final = r"[^\W_]++(?:[\u00AD\u0300-\u036F]++[^\W_]*+)*+"
_BLANK: Final = r"[^\S\n]*+(?:\n[^\S\n]*+)?+"
_YEAR: Final = r"(?:1[5-9]|20|21)\d\d"
_MONTH: Final = "|".join(
    sorted({spelt for name in _MONTHS for spelt in (name, unicodedata.normalize("NFD", name))}, key=len, reverse=True)
)
_TOKEN: Final = re.compile(
    rf"""
    (?<![^\W_])(?:
      (?P<iso>(?P<iy>{_YEAR})-(?P<im>\d\d)-(?P<id>\d\d)) (?![^\W_]|-\d)
    | (?P<numeric>(?P<nd>\d\d?)\.{_BLANK}(?P<nm>\d\d?)\.{_BLANK}(?P<ny>{_YEAR}|\d\d)) (?![^\W_]|[.,]\d)
    | (?P<written>(?:(?P<wd>\d\d?)\.?{_BLANK})?(?P<wm>{_MONTH})\.?{_BLANK}(?P<wy>{_YEAR})) (?![^\W_]|[.,]\d)
    | (?P<amount>\d{{1,3}}(?:[.\u00A0\u2009\u202F]\d{{3}})+(?:,\d+)?|\d+,\d+) (?![^\W_]|[.,/]\d)
    | (?P<outline>\d+(?:\.\d+)+) (?![^\W_]|[,/]\d)
    | (?P<reference>(?>[^\W_]*\d[^\W_]*)(?:/[^\W_]++)+|[^\W_]++(?:/[^\W_]++){{0,8}}/\d[^\W_]*+) (?![^\W_])
    | (?P<paragraph>(?:§{{1,2}}|paragra(?:ph|f)(?:en)?){_BLANK}(?P<pn>\d+[a-z]?)) (?![^\W_])
    | (?P<gendered>(?P<gm>{_WORD})(?:[*:]|/-?)in(?:nen)?) (?![^\W_])
    )
    | (?P<compound>{_WORD}(?:[-\u2010\u2011'\u2019]{_WORD})+)
    | (?P<word>{_WORD})
    | (?P<sign>[%€])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_DATES: Final = ("iso", "numeric", "written")
"""The notations of dates in ``_TOKEN``; their groups begin with the same letter."""
_SIMPLE: Final = re.compile(_WORD)
_NO_TERM: Final = re.compile(rf"[^\w{re.escape(TERM_MARKS)}]")
# Plurals in -en of Latin words in -um (Gremium/Gremien, Zentrum/Zentren), which the stemmer leaves apart.
_LATIN: Final = re.compile(r"(?<=i)um$|(?<=zentr)um$|(?<=muse)um$|(?<=[aeiou]t)um$")
# "Schülerinnen und Schüler": both are the same people for the index, and the short forms (Schüler*innen) join them.
_FEMININE: Final = re.compile(r"(?<=[^\W\d_]{3}er)in(?:nen)?$")


def words(text: str) -> list[tuple[str, Span]]:
    """The words and numbers of ``text`` as written, each with its place; compounds with hyphens are one word."""
    unmarked = _NOTE_MARK.sub(lambda mark: " " * len(mark.group()), text)
    return [(match.group(), Span(*match.span())) for match in _TOKEN.finditer(unmarked) if match["sign"] is None]


def dates(text: str) -> list[tuple[str, Span]]:
    """The dates of ``text`` that name at least month and year, as "2014-03-17" or "2014-03", each with its place."""
    found = []
    for match in _TOKEN.finditer(text):
        if match.lastgroup in _DATES and not is_outline_number(text, match.start()):
            prefix = match.lastgroup[0]
            when = _when(match, prefix)
            if when is not None:
                found.append((f"{when:%Y-%m-%d}" if match[f"{prefix}d"] else f"{when:%Y-%m}", Span(*match.span())))
    return found


def analyse(text: str) -> list[str]:
    """The terms of the first column in the order of the text, as often as they occur, stop words left out."""
    composed = unicodedata.normalize("NFC", _NOTE_MARK.sub(" ", _INVISIBLE.sub("", text)))
    return [term for match in _TOKEN.finditer(composed) for term in _terms(match)]


def parts(text: str) -> list[str]:
    """The terms of the second column: the pieces of the words of ``text``, disjoint from every :func:`analyse`."""
    return [piece for term in analyse(text) for piece in grams(term)]


def query_terms(text: str) -> list[str]:
    """What a question asks the index for: the different terms of both columns."""
    terms = list(dict.fromkeys(analyse(text)))
    return terms + list(dict.fromkeys(piece for term in terms for piece in grams(term)))


def match_expression(terms: Sequence[str]) -> str:
    """An FTS5 ``MATCH`` expression that asks for any of ``terms``; empty when nothing is left to ask for.

    Each term is a quoted string (https://www.sqlite.org/fts5.html#fts5_strings), so no operator can come from it.
    """
    quoted = (term.replace("\0", "").replace('"', '""') for term in dict.fromkeys(terms))
    return " OR ".join(f'"{term}"' for term in quoted if term)


@lru_cache(maxsize=100_000)
def stem(word: str) -> str:
    """The index term of one word: ``Bürgermeistern``, ``Buergermeister`` and ``Bürgermeisterin`` give the same.

    Umlauts need no care here: since 3.0 Snowball's German stemmer reads ae, oe and ue as umlauts (but "que" and "eue"
    as they are) and ends without them.
    """
    folded = _FEMININE.sub("", fold(word))
    # A new stemmer each time: the object holds the word that it works on, and threads share this function.
    stemmed = str(GermanStemmer().stemWord(folded))
    return _LATIN.sub("", _plain(stemmed))


def fold(word: str) -> str:
    """``word`` in the one spelling that comparison uses: composed, without soft hyphens, lower case, ß as ss."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", word)).casefold()
    return unicodedata.normalize("NFC", folded)


@lru_cache(maxsize=100_000)
def grams(term: str, length: int = GRAM_LENGTH) -> tuple[str, ...]:
    """The character n-grams of a term of letters, each marked by ``_``; numbers and shorter terms have none."""
    if not term.isalpha():
        return ()
    return tuple("_" + term[start : start + length] for start in range(len(term) - length + 1))


def canonical_number(text: str) -> str:
    """A number in German notation in one spelling: no thousands separators, no zeros after the last decimal.

    "1.234,50", "1234,5" and "01234,5" are the same number, and so are "170.000" and "170.000,00".
    """
    whole, _, decimals = re.sub(r"[.\s]", "", text).partition(",")
    whole, decimals = whole.lstrip("0") or "0", decimals.rstrip("0")
    return f"{whole},{decimals}" if decimals else whole


def _terms(match: re.Match[str]) -> Iterator[str]:
    text = match.group()
    match match.lastgroup:
        case "word" | "sign":
            yield from _word_term(text)
        case "compound":
            yield from _hyphenated_terms(_SIMPLE.findall(text))
        case notation if notation in _DATES:
            yield from _date_terms(match, str(notation)[0])
        case "amount":
            yield canonical_number(text)
        case "outline":
            yield text
        case "reference":
            yield from (term for piece in text.split("/") for term in _word_term(piece))
            yield _plain(fold(text))
        case "paragraph":
            yield "§" + match["pn"].lower()
        case "gendered":
            yield from _word_term(match["gm"])


def _hyphenated_terms(pieces: list[str]) -> Iterator[str]:
    for piece in pieces:
        yield from _word_term(piece)
    if not all(piece.isdecimal() for piece in pieces):
        # "E-Mail" is also written "Email", and "Rhein-Sieg-Kreis" is one name: without its hyphens it is one word, too.
        yield from _word_term("".join(pieces))


@lru_cache(maxsize=100_000)
def _word_term(word: str) -> tuple[str, ...]:
    """The term of one word, or none for a stop word."""
    folded = fold(word)
    if folded in STOP_WORDS:
        return ()
    if folded.isdecimal():
        return (folded.lstrip("0") or "0",)
    term = _SIGNS.get(folded) or stem(word)
    return (term,) if term else ()


def _date_terms(match: re.Match[str], prefix: str) -> Iterator[str]:
    """Day, month, name of the month and year, whatever the notation; plain words where it is no date after all."""
    when = _when(match, prefix)
    if when is None:
        for piece in _SIMPLE.findall(match.group()):
            yield from _word_term(piece)
        return
    if match[f"{prefix}d"] is not None:
        yield f"d{when:%Y%m%d}"
    yield f"m{when:%Y%m}"
    yield stem(_MONTH_NAMES[when.month - 1][0])
    yield str(when.year)


def _when(match: re.Match[str], prefix: str) -> date | None:
    """The date that the groups with this prefix give; the first of the month where no day is named."""
    day, month, year = match[f"{prefix}d"], match[f"{prefix}m"], match[f"{prefix}y"]
    try:
        return date(full_year(year), int(month) if month.isdecimal() else _MONTHS[fold(month)], int(day or 1))
    except (ValueError, KeyError):
        return None


def _plain(term: str) -> str:
    """``term`` without accents and without anything that the index would split at."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", term) if not unicodedata.combining(c))
    return _NO_TERM.sub("", bare)
