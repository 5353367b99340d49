"""Each figure says what it claims to say: it moves when it should, and only then."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from assistant.answer import Answer, Citation, NotFound, PageReference, Statement
from eval.metrics import RATES, Outcome, baselines, figures, is_right, on_evidence, percentile, rate
from eval.normalisation import normalise, occurs
from eval.questions import EvaluationQuestion, load_questions, locate_evidence

QUESTIONS = Path(__file__).resolve().parents[2] / "eval" / "fragen" / "vorlage.jsonl"
TEXT = "Am 17.03.2014 tagt der Kreisausschuss. Der Kreis zahlt 50.000 € im Jahr. Das lehnen die Bürgermeister ab."


def cite(quote: str, number: int = 1, *, document: str = "vorlage", start: int | None = None) -> Citation:
    start = TEXT.find(quote) if start is None else start
    return Citation(
        number=number,
        document=document,
        title="Vorlage",
        kind="Vorlage",
        label="Vorlage, S. 1",
        origin="original",
        section="",
        pages=[PageReference(index=0, printed="1")],
        char_start=max(start, 0),
        char_end=max(start, 0) + len(quote),
        quote=quote,
        boxes=[],
    )


def answered(*quotes: str, short: str | None = None, extra: Sequence[Statement] = ()) -> Answer:
    citations = [cite(quote, number) for number, quote in enumerate(quotes, start=1)]
    said = [Statement(text=c.quote, kind="quote", citations=[c.number], verification="verbatim") for c in citations]
    return Answer(
        question="?",
        standalone_question="?",
        status="answered",
        text=" ".join(f"[{citation.number}]" for citation in citations),
        short_answer=short,
        statements=[*said, *extra],
        citations=citations,
        not_found=None,
        engine="quotes",
        confidence=0.9,
        timings_ms={},
        settings="",
    )


def refusal() -> Answer:
    return Answer(
        question="?",
        standalone_question="?",
        status="not_found",
        text="Dazu enthalten die Dokumente keine Angabe.",
        short_answer=None,
        statements=[],
        citations=[],
        not_found=NotFound(searched=1, announced_but_missing=[], nearest=[]),
        engine="quotes",
        confidence=0.9,
        timings_ms={},
        settings="",
    )


def asked(
    *answers: str, must: Sequence[str] = (), answerable: bool = True, quote: str = "Der Kreis zahlt"
) -> EvaluationQuestion:
    return EvaluationQuestion.model_validate(
        {
            "id": "f-1",
            "question": "Was zahlt der Kreis?",
            "answers": list(answers),
            "must_contain": list(must),
            "evidence": [{"document": "vorlage", "quote": quote}] if answerable else [],
            "kind": "fact",
            "answerable": answerable,
        }
    )


def outcome(**changes: object) -> Outcome:
    """A perfect answer to an answerable question, but for the changes."""
    perfect: dict[str, object] = {
        "id": "f-1", "kind": "fact", "split": "test", "answerable": True, "refused": False, "right": True,
        "evidence": 1, "covered": 1, "citations": 1, "fitting": 1, "quotes": 1, "verbatim": 1, "seconds": 0.1,
    }  # fmt: skip
    return Outcome(**{**perfect, **changes})  # type: ignore[arg-type]


def good_refusal() -> Outcome:
    return outcome(answerable=False, refused=True, evidence=0, covered=0, citations=0, fitting=0)


def moved(planted: Outcome, instead_of: Outcome) -> set[str]:
    """The rates that are not the same once one outcome of a perfect run is another."""
    perfect = [*[outcome()] * 3, *[good_refusal()] * 3]
    spoilt = list(perfect)
    spoilt[perfect.index(instead_of)] = planted
    return {name for name in RATES if rate(name, perfect).value != rate(name, spoilt).value}


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("17. März 2014", "17.03.2014"),
        ("17.3.2014", "17.03.2014"),
        ("17.03.14", "17.03.2014"),
        ("2014-03-17", "17.03.2014"),
        ("17. Mrz. 2014", "17.03.2014"),
        ("im Ma\u0308rz 2014", "im 03.2014"),
        ("am 9. Dezember", "am 09.12."),
        ("Montag, den 1. Mai 2023.", "montag, den 01.05.2023."),
        ("32.13.2014", "32.13.2014"),
        ("1.234,56 €", "1234,56 €"),
        ("1234,56 Euro", "1234,56 €"),
        ("EUR 1.234,56", "1234,56 €"),
        ("1\u202f234,56\u00a0€", "1234,56 €"),
        ("50.000,00 €", "50000 €"),
        ("50.000,– €", "50000 €"),
        ("50 T€", "50000 €"),
        ("50 TEUR", "50000 €"),
        ("2,5 Mio. €", "2500000 €"),
        ("2,5 Millionen Euro", "2500000 €"),
        ("3 Milliarden Euro", "3000000000 €"),
        ("10 Europäer", "10 europäer"),
        ("12,50 Prozent", "12,5 %"),
        ("12,5%", "12,5 %"),
        ("2025/0526", "2025/0526"),
        ("Straße  und\nWeg", "strasse und weg"),
        ("Zu\u00adgang – neu", "zugang - neu"),
        ("8. August", "08.08."),
        ("Anhang 6.) und § 7", "anhang 6.) und § 7"),
    ],
)
def test_dates_amounts_and_words_have_one_canonical_form(written: str, canonical: str) -> None:
    assert normalise(written) == canonical


@pytest.mark.parametrize("text", ["17. März 2014", "1.234,56 €", "2,5 Mio. €", "50.000,- €", "12,50 Prozent", "1. Mai"])
def test_the_canonical_form_of_a_canonical_form_is_itself(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("17.03.2014", "Sitzung am 17. März 2014."),
        ("17. März", "am 17. März 2014"),
        ("März 2014", "am 17. März 2014"),
        ("März", "am 17. März 2014"),
        ("2014", "am 17.03.2014 beraten"),
        ("19.11.2012", "22.10.2012,19.11.2012,11.03.2013"),
        ("50.000", "50.000 Euro"),
        ("47", "47 von insgesamt 54."),
        ("6.)", "6.) Stellungnahmen"),
        ("KI", "die KI-Strukturen"),
        ("bündnis 90/die grünen", "CDU und Bündnis 90/Die Grünen"),
    ],
)
def test_an_expected_string_is_found_however_it_is_written(expected: str, text: str) -> None:
    assert occurs(expected, text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("7", "47 von 54"),
        ("47", "473 Kreise"),
        ("50", "50.000 €"),
        ("000", "50.000 €"),
        ("234", "1.234,56 €"),
        ("1234", "1.234,56 €"),
        ("2,5", "2,5 Mio. €"),
        ("17", "am 17.03.2014"),
        ("3", "am 17.03.2014"),
        ("17.03.2014", "am 18.03.2014"),
        ("50.000 €", "500.000 €"),
        ("§ 7", "§ 70"),
        ("Kreis", "Kreistag"),
        ("wer", "Bewerber"),
    ],
)
def test_a_part_of_a_word_or_of_a_number_is_not_the_expected_string(expected: str, text: str) -> None:
    assert not occurs(expected, text)


def test_an_answerable_question_is_right_if_one_alternative_and_everything_required_occurs() -> None:
    answer = answered("Der Kreis zahlt 50.000 € im Jahr.")
    assert is_right(asked("50000 Euro", "gar nichts"), answer)
    assert is_right(asked("50000 Euro", must=["im Jahr", "Kreis"]), answer)
    assert is_right(asked(), answer)
    assert not is_right(asked("60.000 €"), answer)
    assert not is_right(asked("50.000 €", must=["im Jahr", "im Monat"]), answer)


def test_a_wrong_number_makes_the_answer_wrong() -> None:
    assert not is_right(asked("50.000 €"), answered("Der Kreis zahlt 500.000 € im Jahr."))
    assert not is_right(asked("50.000 €"), answered("Der Kreis zahlt 50 € im Jahr."))


def test_the_expected_string_may_stand_in_the_short_answer_but_not_across_two_quotes() -> None:
    assert is_right(asked("17. März 2014"), answered("Am 17.03.2014 tagt", short="17.03.2014"))
    assert not is_right(asked("der Kreis"), answered("sagt der", "Kreis zahlt"))


def test_notices_and_unproven_statements_do_not_make_an_answer_right() -> None:
    notice = Statement(text="50.000 €", kind="notice", citations=[], verification=None)
    unproven = Statement(text="50.000 €", kind="generated", citations=[], verification="unsupported")
    proven = Statement(text="50.000 €", kind="generated", citations=[], verification="supported")
    assert not is_right(asked("50.000 €"), answered("Das lehnen die Bürgermeister ab.", extra=[notice, unproven]))
    assert is_right(asked("50.000 €"), answered("Das lehnen die Bürgermeister ab.", extra=[proven]))


def test_refusing_is_right_for_unanswerable_questions_only() -> None:
    assert is_right(asked(answerable=False), refusal())
    assert not is_right(asked(answerable=False), answered("Der Kreis zahlt"))
    assert not is_right(asked("50.000 €"), refusal())


def test_a_partial_answer_counts_as_an_answer() -> None:
    partial = answered("Der Kreis zahlt 50.000 € im Jahr.").model_copy(update={"status": "partial"})
    assert is_right(asked("50.000 €"), partial)
    assert not is_right(asked(answerable=False), partial)


def test_every_packaged_question_is_right_if_its_evidence_is_quoted() -> None:
    wrong = [
        question.id
        for question in load_questions(QUESTIONS)
        if question.answerable and not is_right(question, answered(*(e.quote for e in question.evidence)))
    ]
    assert wrong == []


def test_a_citation_hits_evidence_that_it_overlaps_in_the_same_document() -> None:
    places = locate_evidence([asked("50.000 €", quote="Der Kreis zahlt 50.000 €")], {"vorlage": TEXT})["f-1"]
    assert on_evidence(cite("50.000 € im Jahr."), places) == [True]
    assert on_evidence(cite("Am 17.03.2014 tagt"), places) == [False]
    assert on_evidence(cite("50.000 € im Jahr.", document="anhang"), places) == [False]


def test_a_wrong_answer_moves_the_accuracy_alone() -> None:
    assert moved(outcome(right=False), outcome()) == {"answer_accuracy"}


def test_a_wrong_citation_moves_the_evidence_figures_alone() -> None:
    expected = {"evidence_hit", "evidence_coverage", "citation_precision"}
    assert moved(outcome(covered=0, fitting=0), outcome()) == expected


def test_one_wrong_citation_beside_a_right_one_moves_the_citation_precision_alone() -> None:
    assert moved(outcome(citations=2, quotes=2, verbatim=2), outcome()) == {"citation_precision"}


def test_a_piece_of_evidence_that_is_not_cited_moves_the_coverage_alone() -> None:
    assert moved(outcome(evidence=2), outcome()) == {"evidence_coverage"}


def test_a_quote_that_is_not_verbatim_moves_the_verbatim_rate_alone() -> None:
    assert moved(outcome(verbatim=0), outcome()) == {"verbatim_rate"}


def test_an_invented_refusal_moves_what_refusing_costs_and_no_hallucination() -> None:
    planted = outcome(refused=True, right=False, covered=0, citations=0, fitting=0)
    expected = {"answer_accuracy", "evidence_hit", "evidence_coverage"}
    assert moved(planted, outcome()) == expected | {"refusal_precision", "refusal_f1", "error_rate"}


def test_an_answered_unanswerable_moves_the_hallucination_rate_and_no_evidence() -> None:
    planted = outcome(answerable=False, right=False, evidence=0, covered=0, citations=0, fitting=0)
    expected = {"answer_accuracy", "refusal_recall", "refusal_f1", "hallucination_rate"}
    assert moved(planted, good_refusal()) == expected


def test_refusal_figures_are_those_of_a_confusion_matrix_counted_by_hand() -> None:
    wrongly_refused = outcome(refused=True, right=False)
    hallucinated = outcome(answerable=False, right=False)
    found = figures([*[good_refusal()] * 3, *[wrongly_refused] * 2, hallucinated, *[outcome()] * 4]).rates
    assert found["refusal_precision"].value == pytest.approx(3 / 5)
    assert found["refusal_recall"].value == pytest.approx(3 / 4)
    assert found["refusal_f1"].value == pytest.approx(2 * (3 / 5) * (3 / 4) / (3 / 5 + 3 / 4))
    assert found["hallucination_rate"].value == pytest.approx(1 / 4)
    assert found["error_rate"].value == pytest.approx(2 / 6)
    assert found["answer_accuracy"].value == pytest.approx(7 / 10)


def test_a_rate_without_anything_to_test_is_no_number() -> None:
    assert rate("hallucination_rate", [outcome()]).value is None
    assert rate("refusal_precision", [outcome()]).value is None
    assert figures([]).rates["answer_accuracy"].value is None
    assert figures([]).latency_p50 is None


def test_the_baselines_answer_or_refuse_everything() -> None:
    found = baselines([*[outcome()] * 3, good_refusal()])
    always, never = found["always_answer"], found["always_refuse"]
    assert (always["hallucination_rate"].value, always["error_rate"].value) == (1.0, 0.0)
    assert (always["refusal_precision"].value, always["refusal_recall"].value) == (None, 0.0)
    assert (never["hallucination_rate"].value, never["error_rate"].value) == (0.0, 1.0)
    assert (never["refusal_precision"].value, never["refusal_recall"].value) == (0.25, 1.0)


def test_the_interval_holds_the_value_repeats_and_narrows_with_more_questions() -> None:
    few = [*[outcome()] * 15, *[outcome(right=False)] * 5]
    found, again, more = (rate("answer_accuracy", outcomes) for outcomes in (few, few, few * 20))
    assert found == again
    assert None not in {found.low, found.value, found.high, more.low, more.high}
    assert found.low < 0.75 < found.high  # type: ignore[operator]
    # The bootstrap of a share comes near the binomial standard error: 0.75 ± 1.96 · sqrt(0.75 · 0.25 / 20).
    assert (found.low, found.high) == (pytest.approx(0.56, abs=0.06), pytest.approx(0.94, abs=0.06))
    assert more.high - more.low < (found.high - found.low) / 3  # type: ignore[operator]


def test_percentiles_are_values_that_occurred() -> None:
    assert percentile([5, 1, 4, 2, 3], 0.5) == 3
    assert percentile([1, 2, 3, 4], 0.5) == 2
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([7], 0.95) == 7
    assert percentile([], 0.5) is None
