"""Answers as HTML: everything foreign is text, every citation can be opened, marks lie where the offsets say."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

from assistant.answer import Answer, Citation, HighlightBox, NotFound, PageReference, Statement, Turn
from assistant.web.answer_html import EXAMPLE, READING, Exchange, answer_html, conversation_html, pasteable

HOSTILE = '<script>alert(1)</script><img src=x onerror="alert(2)">\' " & </blockquote>'
QUOTE = "(Inzwischen haben 47 von insgesamt 54 Kreisen und kreisfreien Städten im Land NRW diese Chance genutzt.)"


class Reading(HTMLParser):
    """What a browser would see: elements with their attributes, and the text inside of them."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(markup)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag, "elements must nest"

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag: str, name: str = "") -> list[dict[str, str]]:
        named = [attrs for found, attrs in self.elements if found == tag]
        return [attrs for attrs in named if not name or name in attrs.get("class", "").split()]


def citation(number: int = 1, quote: str = QUOTE, **changes: object) -> Citation:
    values: dict[str, object] = {
        "number": number,
        "document": "ki-vorlage",
        "title": "Einrichtung eines Kommunalen Integrationszentrums",
        "kind": "Vorlage",
        "label": "Vorlage, Kreisausschuss 17.03.2014, S. 2",
        "origin": "original",
        "section": "Vorbemerkungen/Erläuterungen",
        "pages": [PageReference(index=1, printed="2")],
        "char_start": 100,
        "char_end": 100 + len(quote),
        "quote": quote,
        "boxes": [HighlightBox(page=1, x0=70.5, y0=240, x1=495, y1=250.25)],
        "stand": "17.03.2014",
    }
    return Citation.model_validate({**values, **changes})


def answer(citations: list[Citation], **changes: object) -> Answer:
    values: dict[str, object] = {
        "question": "Wie viele?",
        "standalone_question": "Wie viele?",
        "status": "answered",
        "text": " ".join(f"[{c.number}]" for c in citations),
        "short_answer": None,
        "statements": [
            Statement(text=f"„{c.quote}“", kind="quote", citations=[c.number], verification="verbatim")
            for c in citations
        ],
        "citations": citations,
        "not_found": None,
        "engine": "quotes",
        "confidence": 0.9,
        "timings_ms": {"total": 1.0},
        "settings": "hash",
    }
    return Answer.model_validate({**values, **changes})


def refusal(**changes: object) -> Answer:
    found = NotFound(searched=8, announced_but_missing=["Anhang 1: Kostenaufstellung"], nearest=[citation()])
    return answer([]).model_copy(update={"status": "not_found", "not_found": found, "text": "Nein.", **changes})


def assert_harmless(markup: str) -> Reading:
    page = Reading(markup)
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "img", "style", "iframe", "a"}
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    return page


def test_a_hostile_question_stays_text() -> None:
    page = assert_harmless(conversation_html([Exchange(HOSTILE)]))
    assert HOSTILE in page.texts["h3"][0]


@pytest.mark.parametrize("field", ["document", "title", "label", "section", "stand", "kind"])
def test_hostile_text_about_a_document_stays_text(field: str) -> None:
    assert_harmless(answer_html(answer([citation().model_copy(update={field: HOSTILE})])))


def test_a_hostile_quote_stays_text_and_is_shown_whole() -> None:
    page = assert_harmless(answer_html(answer([citation(quote=HOSTILE, short_start=103, short_end=109)])))
    assert page.texts["blockquote"][0] == f"„{HOSTILE}“"
    assert page.texts["mark"] == [HOSTILE[3:9]]
    assert page.all("button", "chip")[0]["title"] == HOSTILE


def test_hostile_statements_notices_and_refusals_stay_text() -> None:
    statements = [
        Statement(text=f"{HOSTILE} [1]", kind="generated", citations=[1], verification="supported"),
        Statement(text=HOSTILE, kind="notice", citations=[], verification=None),
    ]
    assert_harmless(answer_html(answer([citation()], statements=statements, short_answer=HOSTILE)))
    found = NotFound(searched=1, announced_but_missing=[HOSTILE], nearest=[citation(quote=HOSTILE)])
    assert_harmless(answer_html(refusal(not_found=found, standalone_question=HOSTILE, statements=statements[1:])))
    assert_harmless(conversation_html([Exchange("Frage", error=HOSTILE)]))


def test_the_short_answer_is_marked_where_its_offsets_are() -> None:
    start = QUOTE.index("47")
    page = Reading(answer_html(answer([citation(short_start=100 + start, short_end=100 + start + 19)])))
    assert page.texts["mark"] == ["47 von insgesamt 54"]


@pytest.mark.parametrize(("start", "end"), [(90, 105), (100, 5000), (None, 110), (110, None), (110, 110)])
def test_offsets_outside_of_the_quote_mark_nothing(start: int | None, end: int | None) -> None:
    page = Reading(answer_html(answer([citation(short_start=start, short_end=end)])))
    assert "mark" not in page.texts
    assert page.texts["blockquote"] == [f"„{QUOTE}“"]


def test_every_citation_has_a_chip_with_all_that_the_viewer_needs() -> None:
    cited = [citation(1), citation(2, "Zweite Stelle."), citation(3, "Dritte Stelle.")]
    statements = [
        Statement(text="Zwei gehören zusammen [1].", kind="generated", citations=[1, 2], verification="supported")
    ]
    chips = Reading(answer_html(answer(cited, statements=statements))).all("button", "chip")
    assert {chip["data-key"] for chip in chips} == {"1-1", "1-2", "1-3"}
    first = chips[0]
    assert first["data-document"] == "ki-vorlage"
    assert json.loads(first["data-pages"]) == [1]
    assert json.loads(first["data-boxes"]) == [[1, 70.5, 240, 495, 250.25]]
    assert first["data-label"] in first["aria-label"]
    assert first["type"] == "button"


def test_chips_of_different_answers_have_different_keys() -> None:
    exchanges = [Exchange("a", answer([citation()])), Exchange("b", answer([citation()]))]
    chips = Reading(conversation_html(exchanges)).all("button", "chip")
    assert {chip["data-key"] for chip in chips} == {"1-1", "2-1"}


def test_a_quote_is_shown_once_however_often_it_is_cited() -> None:
    twice = [Statement(text=QUOTE, kind="quote", citations=[1], verification="verbatim")] * 2
    page = Reading(answer_html(answer([citation()], statements=twice, short_answer="47")))
    assert page.texts["blockquote"] == [f"„{QUOTE}“"]
    assert "worded" not in str(page.elements)


def test_a_lead_that_is_no_quote_is_shown() -> None:
    lead = [Statement(text="Der Beschlussvorschlag lautet: [1]", kind="quote", citations=[1], verification="verbatim")]
    assert "Der Beschlussvorschlag lautet:" in Reading(answer_html(answer([citation()], statements=lead))).texts["p"]


def test_a_refusal_lists_what_was_searched_what_is_missing_and_what_comes_nearest() -> None:
    page = Reading(answer_html(refusal()))
    assert "Dazu enthalten die 8 durchsuchten Dokumente keine Angabe." in page.texts["p"]
    assert page.texts["li"] == ["Anhang 1: Kostenaufstellung"]
    assert page.texts["blockquote"] == [f"„{QUOTE}“"]
    assert page.all("figure", "near"), "a nearest passage must not look like a proof"


def test_a_refusal_names_what_is_missing_once() -> None:
    said = "Angekündigt ist Anhang 1 „Kostenaufstellung“ [1]; das Original liegt nicht vor."
    statements = [Statement(text=said, kind="notice", citations=[1], verification=None)]
    page = Reading(answer_html(refusal(statements=statements, citations=[citation()], text="Nein. [1]")))
    assert "li" not in page.texts
    assert page.texts["p"][0] == "Dazu enthalten die 8 durchsuchten Dokumente keine Angabe."
    assert page.all("button", "chip")


def test_an_answer_without_short_answer_begins_with_its_own_opening() -> None:
    text = f"Zur Begründung heißt es in der Vorlage:\n\n> „{QUOTE}“ [1]"
    assert Reading(answer_html(answer([citation()], text=text))).texts["p"][0] == text.partition("\n")[0]


def test_a_refusal_says_in_the_assistants_own_words_what_is_missing() -> None:
    notice = Statement(text="Dazu steht nichts in der Vorlage.", kind="notice", citations=[], verification=None)
    page = Reading(answer_html(refusal(statements=[notice])))
    assert page.texts["p"].count("Dazu steht nichts in der Vorlage.") == 1


def test_an_answer_that_rests_on_an_example_says_so_before_anything_else() -> None:
    page = Reading(answer_html(answer([citation(origin="example")], short_answer="47")))
    assert EXAMPLE in page.texts["p"][0]
    assert EXAMPLE in pasteable(citation(origin="example"))
    assert EXAMPLE in page.all("div", "answer")[0]["data-announce"]


def test_an_unsupported_sentence_is_not_shown_as_fact() -> None:
    claim = Statement(text="Das kostet 1 Mio. €. [1]", kind="generated", citations=[1], verification="unsupported")
    assert "Nicht belegt:" in Reading(answer_html(answer([citation()], statements=[claim]))).texts["strong"]


def test_square_brackets_of_a_document_are_no_markers() -> None:
    statements = [Statement(text=r"Siehe \[7\] dort [1].", kind="generated", citations=[1], verification="supported")]
    page = Reading(answer_html(answer([citation()], statements=statements)))
    assert any("Siehe [7] dort" in text for text in page.texts["p"])


def test_the_copied_passage_is_quote_and_source() -> None:
    buttons = Reading(answer_html(answer([citation(quote="Eine\n Stelle.")]))).all("button", "plain")
    assert buttons[0]["data-copy"] == "„Eine Stelle.“ (Vorlage, Kreisausschuss 17.03.2014, S. 2)"


def test_characters_that_reorder_text_are_dropped() -> None:
    assert "\u202e" not in conversation_html([Exchange("a\u202eb\x00c")])


def test_a_question_shows_at_once_while_it_is_read() -> None:
    page = Reading(conversation_html([Exchange("Wie viele?")]))
    assert page.all("section", "exchange")[0]["data-state"] == "reading"
    assert page.texts["p"] == [READING]


def test_history_holds_what_was_answered_and_nothing_else() -> None:
    chat = pytest.importorskip("assistant.web.chat")
    earlier = [Exchange("a", answer([citation()])), Exchange("b", error="Fehler."), Exchange("c", refusal())]
    assert chat.history_of(earlier) == [
        Turn(role="user", text="a"),
        Turn(role="assistant", text="[1]"),
        Turn(role="user", text="c"),
        Turn(role="assistant", text="Nein."),
    ]


def test_behind_the_short_answer_stand_only_passages_that_say_the_same() -> None:
    first = citation(1, "Es sind 47 Kreise.", short_start=108, short_end=110)
    second = citation(2, "Es sind 48 Kreise.", document="b", short_start=108, short_end=110)
    third = citation(3, "Rund 47 sind es.", document="c", short_start=105, short_end=107)
    page = answer_html(answer([first, second, third], short_answer="47"))
    headline = page[page.index('<p class="short">') :].partition("</p>")[0]
    assert re.findall(r">(\d)</button>", headline) == ["1", "3"]
    beside = page[page.index('<div class="differing">') :]
    assert beside.count("<figure") == page.count("<figure") == 3
