"""Training the reading network: the data keep their labels, and an interrupted course ends as an undisturbed one."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
import torch

from assistant.reader.encoding import PassageEncoder
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.settings import Settings
from eval.training.batches import NO_SPAN, batched, collated, encoded
from eval.training.examples import Example, ExampleMaker
from eval.training.facts import FACTS
from eval.training.learning import Course, learn
from eval.training.negatives import Neighbours
from eval.training.network import ReadingNetwork
from eval.training.papers import invented_papers
from eval.training.sources import (
    Labelled,
    excluded_questions,
    page_ids,
    read_choices,
    read_headings,
    read_omos,
    read_pairs,
    read_selection,
    read_squad_like,
    read_squad_sample,
    read_yes_or_no,
)
from eval.training.swaps import Swaps
from eval.training.tables import invented_tables
from eval.training.written import written_questions

CONTEXT = "Der Rat tagt am Montag. Die Brücke kostet 3 Mio. Euro. Sie wird 2027 gebaut. Das Amt hat dienstags zu."


@pytest.fixture(scope="module")
def embedding(models_directory: Path) -> SentenceEmbedding:
    return open_embedding(Settings(models=models_directory))


def written(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


def qa(name: str, question: str, *answers: tuple[str, int]) -> dict[str, object]:
    return {"id": name, "question": question, "answers": [{"text": t, "answer_start": s} for t, s in answers]}


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    at = CONTEXT.index("3 Mio.")
    asked = [
        qa("1", "Was kostet die Brücke?", ("3 Mio. Euro", at), ("3 Mio. Euro", at), ("Die Brücke kostet", at - 18)),
        qa("2", "Was kostet die Schule?"),
        qa("3", "Wann tagt der Rat?", ("Montag", CONTEXT.index("Montag") + 1)),
    ]
    return written(
        tmp_path / "squad.json", {"data": [{"title": "Brücke", "paragraphs": [{"context": CONTEXT, "qas": asked}]}]}
    )


def test_the_usual_answer_marks_its_sentence_and_offsets_that_are_off_by_one_are_mended(squad: Path) -> None:
    cost, school, council = read_squad_like("x", squad, frozenset())
    assert cost.text.sentences[1] == "Die Brücke kostet 3 Mio. Euro."
    assert cost.holding == frozenset({1})
    assert cost.answer is not None
    assert CONTEXT[cost.answer.start : cost.answer.end] == "3 Mio. Euro"
    assert school.holding == school.belonging == frozenset()
    assert council.holding == frozenset({0})


def test_excluded_questions_are_left_out(squad: Path) -> None:
    (squad.parent / "EXCLUDE.tsv").write_text("file\tqa_id\tquestion\nsquad.json\t1\tWas kostet die Brücke?\n")
    excluded = excluded_questions(squad.parent, 1)
    assert [labelled.question for labelled in read_squad_like("x", squad, excluded)] == [
        "Was kostet die Schule?",
        "Wann tagt der Rat?",
    ]


def test_samples_choices_and_selections_mark_what_their_sets_mark(tmp_path: Path) -> None:
    sample = [
        {"context": CONTEXT, "qas": [{"question": "Wann?", "answer": "2027"}, {"question": "Wer?", "answer": "D"}]}
    ]
    (only,) = read_squad_sample("x", written(tmp_path / "sample.json", sample), frozenset())
    assert only.holding == frozenset({2})
    right = {"type": "Correct answer", "start": 14, "end": 22}
    choices = {"data": [{"context": CONTEXT, "question": "Wann tagt der Rat?", "choices": [right]}]}
    (chosen,) = read_choices("x", written(tmp_path / "choices.json", choices))
    assert chosen.holding == frozenset({0})
    row = {"article": "A", "section": "B", "question": "Was?", "candidates": ["Eins.", "", "Drei."], "answers": [2]}
    (selected,) = read_selection("x", written(tmp_path / "selqa-ass-dev.json", [row]), frozenset())
    assert selected.text.sentences == ["Eins.", "Drei."]
    assert selected.belonging == frozenset({1})


def test_pages_and_headings_mark_whole_answers_and_asked_pages_are_left_out(tmp_path: Path) -> None:
    line = {"id": 1, "pageId": 7, "question": "Wann?", "context": "Titel\n\nMontags.\nNur im Mai.", "answers": [2, 3]}
    path = written(tmp_path / "dev.jsonl", line)
    (asked,) = read_omos("x", path)
    assert asked.text.sentences == ["Titel", "Montags.", "Nur im Mai."]
    assert (asked.holding, asked.belonging) == (None, frozenset({1, 2}))
    content = (
        "<h2>Kosten</h2><p>Es kostet 5 Euro.</p><h2>Zeiten</h2><p>Montags. Dienstags nicht.</p><ul><li>Mai</li></ul>"
    )
    pages = written(
        tmp_path / "pages.json",
        [{"id": 7, "title": "A", "content": content}, {"id": 8, "title": "B", "content": content}],
    )
    (heading,) = read_headings("x", pages, page_ids(path))
    assert (heading.question, heading.text.title) == ("Kosten", "B")
    assert heading.belonging == frozenset({0})


@pytest.mark.parametrize("seed", range(12))
def test_a_passage_keeps_the_answer_and_its_counterpart_never_has_it(
    squad: Path, embedding: SentenceEmbedding, seed: int
) -> None:
    labelled = [one for one in read_squad_like("x", squad, frozenset()) if one.holding]
    other = Labelled(
        "x",
        "Wo?",
        labelled[0].text.__class__("o", "", "Im Park. Am See.", labelled[0].text.spans[:1]),
        frozenset(),
        frozenset(),
        None,
    )
    encoder = PassageEncoder(embedding.tokenizer)
    maker = ExampleMaker(encoder, Neighbours([labelled[0].text, other.text]), Swaps([], names=False), seed)
    for one in labelled:
        first, *others = maker.make(one)
        place = first.holding.index(1)
        assert first.sentences[place] == one.text.sentences[min(one.holding or ())]
        assert first.answer is not None
        number, start, end = first.answer
        assert one.answer is not None
        assert first.sentences[number][start:end] == one.text.text[one.answer.start : one.answer.end]
        assert first.answerable == 1
        for unanswered in others:
            assert unanswered.answerable == 0
            assert set(unanswered.holding) == {0}
            assert first.sentences[place] not in unanswered.sentences


def test_batches_are_no_larger_than_asked_and_spans_are_the_answers_tokens(embedding: SentenceEmbedding) -> None:
    encoder = PassageEncoder(embedding.tokenizer)
    sentences = ["Die Brücke kostet 3 Mio. Euro.", "Der Rat tagt."]
    examples = [
        Example("x", "Was kostet sie?" * (1 + number % 3), "", sentences, [1, 0], [1, -1], (0, 18, 29), 1)
        for number in range(9)
    ] + [Example("x", "Wer?", "", sentences, [0, 0], [0, 0], None, 0)]
    groups = batched(encoded(examples, encoder), tokens=120, seed=3)
    assert sum(map(len, groups)) == len(examples)
    unanswered = 0
    for group in groups:
        batch = collated(group)
        assert batch.ids.numel() <= 120 or len(group) == 1
        for row, item in enumerate(group):
            if not item.answerable:
                unanswered += 1
                assert int(batch.starts[row]) == NO_SPAN
                continue
            tokens = batch.ids[row, int(batch.starts[row]) : int(batch.ends[row]) + 1].tolist()
            assert embedding.tokenizer.decode(tokens) == "3 Mio. Euro"
    assert unanswered == 1


def test_a_yes_or_no_paragraph_is_kept_whole_and_nobody_knows_which_sentence_decides(
    tmp_path: Path, embedding: SentenceEmbedding
) -> None:
    row = {"question": "kostet die brücke etwas", "title": "Brücke", "passage": CONTEXT, "answer": True}
    path = tmp_path / "train.jsonl"
    path.write_text("\n".join(json.dumps(r) for r in (row, {**row, "question": "x"})), encoding="utf-8")
    (asked,) = read_yes_or_no("boolq", path, frozenset({("train", "1")}))
    encoder = PassageEncoder(embedding.tokenizer)
    maker = ExampleMaker(encoder, Neighbours([asked.text]), Swaps([], names=False), 1)
    example = maker.make(asked)[0]
    assert list(example.sentences) == asked.text.sentences
    assert set(example.holding) == set(example.belonging) == {-1}
    assert example.answerable == 1


def test_a_pair_says_the_same_or_something_else_and_stands_among_others(tmp_path: Path) -> None:
    rows = ["id\tsentence1\tsentence2\tlabel"]
    rows += [f'{n}\tDer Ort {n} liegt "am" See.\tAm See liegt der Ort {n}.\t{n % 2}' for n in range(12)]
    rows.append("12\tNS\tNS\t1")
    path = tmp_path / "dev.tsv"
    path.write_text("\n".join(rows), encoding="utf-8")
    pairs = list(read_pairs("pawsx", path))
    assert len(pairs) == 12
    for number, pair in enumerate(pairs):
        assert pair.question == f'Der Ort {number} liegt "am" See.'
        said = [pair.text.sentences[place] for place in pair.holding or ()]
        assert said == ([f"Am See liegt der Ort {number}."] if number % 2 else [])


def test_written_texts_mark_their_answers_and_some_questions_have_none() -> None:
    every = list(written_questions(10**6, seed=1))
    assert len(every) > 900
    assert [one.question for one in every] != [one.question for one in written_questions(10**6, seed=2)]
    assert 0.2 < sum(not one.belonging for one in every) / len(every) < 0.5
    for one in every:
        assert one.belonging is not None
        assert all(place < len(one.text.spans) for place in one.belonging)
        if one.answer is not None:
            (place,) = one.belonging
            assert one.text.spans[place].contains(one.answer)


@pytest.mark.parametrize("seed", range(20))
def test_an_exchanged_name_or_number_is_nowhere_in_the_passage(seed: int) -> None:
    text = "In 2016 the council of Bonn spent 300 Euro."
    asked = ["What did Bonn spend in 2016?", "Who lives in Cologne since 1999?", "How far is Paris?"]
    other = Swaps(asked, names=True).swapped(asked[0], text, random.Random(seed))
    assert other is not None
    assert other != asked[0]
    changed = set(re.findall(r"\w+", other)) - set(re.findall(r"\w+", asked[0]))
    assert changed
    assert not any(word in text for word in changed)


def test_a_question_without_names_and_numbers_of_the_passage_stays() -> None:
    swaps = Swaps(["Was kostet die Brücke?", "Wer hat 1999 gewonnen?"], names=False)
    assert swaps.swapped("Was kostet die Brücke?", "Die Brücke kostet 3 Euro.", random.Random(0)) is None


def test_an_invented_table_holds_the_cell_that_is_asked_for_or_does_not() -> None:
    tables = list(invented_tables(200, seed=4))
    assert [one.question for one in tables] == [one.question for one in invented_tables(200, seed=4)]
    answered = [one for one in tables if one.answer is not None]
    assert 80 < len(answered) < 160
    for one in answered:
        (row,) = one.holding or ()
        span = one.text.spans[row]
        assert one.answer is not None
        assert span.contains(one.answer)
        assert one.text.sentences[row].partition(":")[0] in one.question
    for one in tables:
        if one.answer is None:
            assert one.holding == one.belonging == frozenset()


def test_an_invented_paper_answers_in_the_marked_sentences_or_says_nothing_of_what_is_asked() -> None:
    papers = list(invented_papers(300, seed=4))
    assert [one.question for one in papers] == [one.question for one in invented_papers(300, seed=4)]
    assert 120 < sum(bool(one.belonging) for one in papers) < 250
    for one in papers:
        assert "{" not in one.question + one.text.text
        assert one.question[:1].isupper()
        if one.answer is not None:
            (sentence,) = one.holding or ()
            assert one.text.spans[sentence].contains(one.answer)
        if not one.belonging:
            assert one.holding == frozenset()
            assert one.answer is None


def test_what_a_paper_says_of_two_undertakings_is_asked_by_name() -> None:
    """Otherwise nobody could tell which of two sentences answers."""
    named = re.compile(rf"(?:{'|'.join(re.escape(case) for case in ('{nom}', '{acc}', '{dat}', '{gen}'))})")
    for fact in FACTS:
        if fact.named:
            asked = fact.asked(named=True)
            assert asked
            assert all(named.search(question) for question, _ in asked)
            assert all(any(named.search(sentence) for sentence in wording) for wording in fact.wordings)


@pytest.mark.slow
def test_an_interrupted_course_ends_with_the_same_weights(
    embedding: SentenceEmbedding, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from eval.training import learning

    monkeypatch.setattr(learning, "_CHECKPOINT", 0.0)
    encoder = PassageEncoder(embedding.tokenizer)
    examples = [
        Example("x", f"Was kostet Nummer {n}?", "", [f"Nummer {n} kostet {17 * n % 99} Euro."], [1], [1], None, 1)
        for n in range(4)
    ]
    groups = batched(encoded(examples, encoder), tokens=40, seed=1)
    course = Course(rate=1e-3, device="cpu")

    def trained(work: Path, stop_behind: int | None) -> dict[str, torch.Tensor]:
        work.mkdir(exist_ok=True)
        torch.manual_seed(0)
        network = ReadingNetwork(embedding.directory)
        stopped = False

        def check(step: int) -> None:
            if step == stop_behind:
                raise KeyboardInterrupt

        try:
            learn(network, groups, course, work, check)
        except KeyboardInterrupt:
            stopped = True
        assert stopped == (stop_behind is not None)
        return {name: value.detach().clone() for name, value in network.trained()}

    undisturbed = trained(tmp_path / "one", None)
    trained(tmp_path / "two", 3)
    resumed = trained(tmp_path / "two", None)
    assert undisturbed.keys() == resumed.keys()
    for name, value in undisturbed.items():
        assert torch.allclose(value, resumed[name], atol=1e-6), name
