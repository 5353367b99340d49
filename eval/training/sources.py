"""The public data that the reading network learns from, in one form, with what each set asks to leave out.

Every set lies in a folder of its own, with an ``EXCLUDE.tsv`` where questions are to be left out (doubles, and what
shares text with published test sets). Sentences of running text are split as ingestion splits them, OMoS-QA's pages
and SelQA's sections as they come.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from corpus.sentences import split_sentences
from corpus.types import Span
from eval.tasks.files import read_text
from eval.tasks.omos import load_omos
from eval.tasks.squad import load_squad

_LINE: Final = re.compile(r"[^\r\n]+")
_LEAST_SENTENCE: Final = 4
"""Characters; PAWS-X has empty sentences and "NS"."""
_OTHERS: Final = 5


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph or page; ``spans`` are its sentences' places in ``text``, ``group`` is the document it is from."""

    group: str
    title: str
    text: str
    spans: Sequence[Span]

    @property
    def sentences(self) -> list[str]:
        """The sentences as they stand there."""
        return [self.text[span.start : span.end] for span in self.spans]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question about one text.

    ``holding`` are the numbers of the sentences that hold the answer, ``belonging`` of those that belong to what is
    asked about; ``None`` where the set does not say, both ``None`` where it only says that the text answers.
    ``answer`` is the short answer's place in the text. Where both are empty the text does not answer.
    """

    source: str
    question: str
    text: Text
    holding: frozenset[int] | None
    belonging: frozenset[int] | None
    answer: Span | None


def split_text(group: str, title: str, text: str) -> Text:
    """Running text, each line of it split into sentences."""
    spans = [
        Span(line.start() + span.start, line.start() + span.end)
        for line in _LINE.finditer(text)
        for span in split_sentences(line.group())
    ]
    return Text(group, title, text, spans)


def joined_text(group: str, title: str, sentences: Sequence[str], separator: str = " ") -> Text:
    """Sentences that come one by one, put together; ``separator`` is one character."""
    spans, length = [], 0
    for sentence in sentences:
        spans.append(Span(length, length + len(sentence)))
        length += len(sentence) + 1
    return Text(group, title, separator.join(sentences), spans)


def read_squad_like(source: str, path: Path, excluded: frozenset[str]) -> Iterator[Labelled]:
    """SQuAD's JSON; of several answers the one that most annotators gave, the shortest of equals."""
    questions, paragraphs = load_squad(path)
    texts: dict[int, Text] = {}
    for asked in questions:
        if str(asked.id) in excluded or asked.question in excluded:
            continue
        number, _, title = asked.group.partition(" ")
        # SQuADShifts calls all its reviews and threads by one name; that is no title.
        title = "" if "Filtered" in title else title.replace("_", " ")
        text = texts.get(asked.paragraph)
        if text is None:
            text = split_text(f"{path.stem} {number}", title, paragraphs[asked.paragraph])
            texts[asked.paragraph] = text
        answers = [(answer.strip(), start) for answer, start in asked.answers]
        placed = [_found(text.text, *answer) for answer in answers]
        known = [span for span in placed if span is not None and len(span)]
        if known:
            yield _answered(source, asked.question, text, _usual(known))
        elif not answers:
            yield Labelled(source, asked.question, text, frozenset(), frozenset(), None)


def read_squad_sample(source: str, path: Path, excluded: frozenset[tuple[str, str]]) -> Iterator[Labelled]:
    """Paragraphs whose answers have no offsets: those that occur exactly once."""
    for number, paragraph in enumerate(_json(path)):
        text = split_text(f"sample {number}", "", paragraph["context"])
        for place, qa in enumerate(paragraph["qas"]):
            answer = qa["answer"].strip()
            if (str(number), str(place)) in excluded or not answer or text.text.count(answer) != 1:
                continue
            start = text.text.index(answer)
            yield _answered(source, qa["question"], text, Span(start, start + len(answer)))


def read_choices(source: str, path: Path) -> Iterator[Labelled]:
    """SweQUAD-MC: the right one of several passages of the text."""
    for number, row in enumerate(_json(path)["data"]):
        text = split_text(f"{path.stem} {number}", "", row["context"])
        right = [choice for choice in row["choices"] if choice["type"] == "Correct answer"]
        if right:
            yield _answered(source, row["question"], text, Span(int(right[0]["start"]), int(right[0]["end"])))


def read_selection(source: str, path: Path, excluded: frozenset[tuple[str, str]]) -> Iterator[Labelled]:
    """SelQA: which sentences of a section answer."""
    split = path.stem.rpartition("-")[2]
    for number, row in enumerate(_json(path)):
        if (split, str(number)) in excluded:
            continue
        # A few candidates are empty.
        kept = [index for index, candidate in enumerate(row["candidates"]) if candidate.strip()]
        title = f"{row['article']} – {row['section']}"
        text = joined_text(row["article"], title, [row["candidates"][index] for index in kept])
        chosen = frozenset(kept.index(index) for index in row["answers"] if index in kept)
        yield Labelled(source, row["question"], text, chosen, chosen, None)


def read_omos(source: str, path: Path) -> Iterator[Labelled]:
    """OMoS-QA: which lines of a municipal page answer, if any do. That they *hold* the answer is only known of one."""
    questions, pages = load_omos(path)
    for asked in questions:
        page = pages[asked.page]
        lines = [Span(match.start(), match.end()) for match in re.finditer(r"[^\n]*\S[^\n]*", page)]
        wanted = {page.count("\n", 0, span.start): index for index, span in enumerate(lines)}
        chosen = frozenset(wanted[line] for line in asked.answers if line in wanted)
        text = Text(f"page {asked.page}", page.partition("\n")[0], page, lines)
        holding = chosen if len(chosen) < 2 else None
        yield Labelled(source, asked.question, text, holding, chosen, None)


def read_judgments(source: str, path: Path) -> Iterator[Labelled]:
    """LegalQuAD: long answers in whole judgments."""
    questions, texts = load_squad(path)
    split = [split_text(f"judgment {number}", "", text) for number, text in enumerate(texts)]
    for asked in questions:
        answer, start = asked.answers[0]
        found = _found(texts[asked.paragraph], answer.strip(), start)
        if found is None:
            continue
        touched = frozenset(_touched(split[asked.paragraph], found))
        if touched:
            yield Labelled(source, asked.question, split[asked.paragraph], None, touched, None)


def read_headings(source: str, path: Path, left_out: frozenset[str]) -> Iterator[Labelled]:
    """Headings of municipal pages as questions about the text below them; pages with these ids are left out."""
    from lxml import html

    for page in _json(path):
        if str(page["id"]) in left_out or not page["content"].strip():
            continue
        sections: list[tuple[str, list[str]]] = [("", [])]
        for element in html.fromstring(f"<div>{page['content']}</div>").iter("h1", "h2", "h3", "h4", "p", "li"):
            words = " ".join(element.text_content().split())
            if not words or (element.tag == "p" and element.getparent().tag == "li"):
                continue
            if element.tag.startswith("h"):
                sections.append((words, []))
            else:
                sections[-1][1].extend(words[span.start : span.end] for span in split_sentences(words))
        text = joined_text(
            f"page {page['id']}", page["title"], [sentence for _, below in sections for sentence in below]
        )
        first = 0
        for heading, below in sections:
            belonging = frozenset(range(first, first + len(below)))
            first += len(below)
            # A page that is all about it, or a section that fills it, teaches no difference.
            if heading and 0 < len(below) <= 8 and len(below) * 2 <= len(text.spans):
                yield Labelled(source, heading, text, None, belonging, None)


def read_yes_or_no(source: str, path: Path, excluded: frozenset[tuple[str, str]]) -> Iterator[Labelled]:
    """BoolQ: paragraphs that decide a question, without saying where."""
    for number, line in enumerate(read_text(path).splitlines()):
        row = json.loads(line)
        if (path.stem, str(number)) not in excluded:
            text = split_text(row["title"], row["title"], row["passage"])
            yield Labelled(source, row["question"], text, None, None, None)


def read_pairs(source: str, path: Path) -> Iterator[Labelled]:
    """PAWS-X: whether a sentence among others says what a statement says, or something else with the same words."""
    rows = list(csv.DictReader(read_text(path).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    rows = [row for row in rows if min(len(row["sentence1"]), len(row["sentence2"])) > _LEAST_SENTENCE]
    chance = random.Random(path.name)
    for number, row in enumerate(rows):
        others = [other["sentence2"] for other in chance.sample(rows, _OTHERS) if other is not row]
        place = chance.randrange(len(others) + 1)
        text = joined_text(f"pair {number}", "", [*others[:place], row["sentence2"], *others[place:]])
        chosen = frozenset({place}) if row["label"] == "1" else frozenset()
        yield Labelled(source, row["sentence1"], text, chosen, chosen, None)


def drawn_again(there: Sequence[Labelled], count: int, chance: random.Random) -> Iterator[Labelled]:
    """``count`` of the questions in random order; all of them before any a second time."""
    while count > 0:
        yield from chance.sample(there, min(len(there), count))
        count -= len(there)


def excluded_questions(folder: Path, column: int) -> frozenset[str]:
    """One column of a set's ``EXCLUDE.tsv``; empty where it has none."""
    return frozenset(row[column] for row in _excluded(folder) if len(row) > column)


def excluded_places(folder: Path) -> frozenset[tuple[str, str]]:
    """The first two columns of a set's ``EXCLUDE.tsv``."""
    return frozenset((row[0], row[1]) for row in _excluded(folder) if len(row) > 1)


def page_ids(path: Path) -> frozenset[str]:
    """The pages that an OMoS-QA file asks about."""
    return frozenset(str(json.loads(line)["pageId"]) for line in read_text(path).splitlines() if line.strip())


def _excluded(folder: Path) -> list[list[str]]:
    path = folder / "EXCLUDE.tsv"
    return [line.split("\t") for line in read_text(path).splitlines()] if path.is_file() else []


def _json(path: Path) -> Any:  # noqa: ANN401 - whatever the file holds
    return json.loads(read_text(path))


def _found(text: str, answer: str, start: int) -> Span | None:
    """Where an answer stands; a few sets are off by some characters."""
    for shift in (0, 1, -1, 2, -2):
        if answer and start + shift >= 0 and text.startswith(answer, start + shift):
            return Span(start + shift, start + shift + len(answer))
    return None


def _usual(spans: Sequence[Span]) -> Span:
    return min(spans, key=lambda span: (-spans.count(span), len(span), span.start))


def _touched(text: Text, answer: Span) -> list[int]:
    return [number for number, span in enumerate(text.spans) if span.start < answer.end and answer.start < span.end]


def _answered(source: str, question: str, text: Text, answer: Span) -> Labelled:
    touched = _touched(text, answer)
    if len(touched) == 1:
        return Labelled(source, question, text, frozenset(touched), None, answer)
    return Labelled(source, question, text, None, frozenset(touched), None)
