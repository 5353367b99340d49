"""The session sheet: what one needs to know of a Vorlage before the session, each line with its proof."""

from __future__ import annotations

import pytest

from assistant.export import exported, sheet_paper
from assistant.holdings import Holdings
from assistant.sheet import SessionSheet, SheetMaker, has_sheet
from assistant.sheet.shape import PartName
from assistant.sheet.signs import leaves_open, tells_who_asked
from assistant.stance import side_asked_for, speaks_against, speaks_for
from corpus.analysis import dates
from corpus.records import Scope
from corpus.settings import Settings
from corpus.store import Store
from tests.conftest import Run

ANOTHER_VORLAGE = """Vorlage

Neubau der Feuerwache Süd

Beratungsfolge:

Bauausschuss, 14.02.2018, Vorberatung

Rat, 12.07.2018, Entscheidung

Beschlussvorschlag:

Der Rat beschließt den Neubau der Feuerwache Süd.

Sachverhalt:

Auf Antrag der Fraktion der Freien Wähler vom 3. März 2017 wurde auch die Sanierung der alten Wache geprüft. Nach dem \
Brandschutzgesetz vom 17. Dezember 2015 ist die Stadt für den Brandschutz zuständig. Die Baukosten werden auf 6,8 Mio. \
Euro geschätzt. Der Ausschuss hat im Februar 2018 mehrheitlich zugestimmt. Die Anlieger lehnen den Standort wegen des \
Lärms ab. Gegen die Zufahrt bestehen keine Bedenken. Ein Förderbescheid liegt noch nicht vor.
"""


@pytest.fixture(scope="module")
def store(akte_settings: Settings) -> Store:
    return Store(akte_settings.data)


@pytest.fixture(scope="module")
def sheet(store: Store) -> SessionSheet:
    return SheetMaker(store, Scope()).make(store.document("ki-vorlage"))


@pytest.fixture(scope="module")
def other(run: Run, tmp_path_factory: pytest.TempPathFactory) -> SessionSheet:
    """The sheet of a Vorlage that has nothing in common with the one in the repository."""
    folder = tmp_path_factory.mktemp("andere")
    (folder / "feuerwache.txt").write_text(ANOTHER_VORLAGE, encoding="utf-8")
    assert run("ingest", str(folder / "feuerwache.txt"), data=folder / "daten").code == 0
    store = Store(folder / "daten")
    (info,) = store.documents(Scope())
    assert has_sheet(info, store.sections(info.document))
    return SheetMaker(store, Scope()).make(info)


def markdown(sheet: SessionSheet) -> str:
    return exported(sheet_paper(sheet), "md").decode()


def quotes(sheet: SessionSheet, name: PartName) -> list[str]:
    by_number = {citation.number: citation.quote for citation in sheet.citations}
    return [by_number[line.citation] for line in sheet.part(name).lines]


def told(sheet: SessionSheet, name: PartName) -> list[str]:
    return [line.text for line in sheet.part(name).lines]


def test_only_papers_for_a_session_have_a_sheet(store: Store, akte_settings: Settings) -> None:
    holdings = Holdings(store, Scope(), akte_settings.data)
    assert [info.document for info in holdings.sheets()] == ["ki-vorlage"]
    assert store.sections_titled(["Beschlussvorschlag", "Anhäng"], Scope()).keys() == {"ki-vorlage"}


def test_every_line_is_proven_by_the_words_of_the_document(store: Store, sheet: SessionSheet) -> None:
    assert len(sheet.citations) > 20
    for citation in sheet.citations:
        assert store.text(citation.document)[citation.char_start : citation.char_end] == citation.quote


def test_the_proposal_is_quoted_whole_and_is_no_decision(sheet: SessionSheet) -> None:
    (proposal,) = quotes(sheet, "proposal")
    assert proposal.startswith("Der Kreisausschuss empfiehlt dem Kreistag")
    assert proposal.endswith("zuzustimmen.")
    assert proposal not in quotes(sheet, "for")


def test_the_session_is_the_line_that_names_it(sheet: SessionSheet) -> None:
    assert quotes(sheet, "session") == ["Zur Sitzung des Kreisausschusses am 17.03.2014"]


def test_the_order_of_events_is_that_of_the_days(sheet: SessionSheet) -> None:
    assert told(sheet, "timeline") == [
        "02.10.2012, 22.10.2012, 19.11.2012, 11.03.2013",
        "05.12.2013, 09.12.2013",
        "17.03.2014",
    ]


def test_both_motions_of_the_two_fractions_are_there(sheet: SessionSheet) -> None:
    assert [quote.count("CDU und Bündnis 90/Die Grünen") for quote in quotes(sheet, "asked")] == [1, 1]


def test_the_mayors_stand_on_the_other_side_and_a_sentence_with_both_sides_says_so(sheet: SessionSheet) -> None:
    assert any("Bürgermeister" in quote for quote in quotes(sheet, "against"))
    assert told(sheet, "against")[-1] == "teils dafür, teils dagegen"
    assert not set(quotes(sheet, "for")) & set(quotes(sheet, "against"))


def test_every_announced_attachment_is_listed_and_an_invented_one_does_not_pass_for_the_original(
    sheet: SessionSheet,
) -> None:
    attachments = told(sheet, "attachments")
    assert len(attachments) == 7
    assert all(state.endswith("Original liegt nicht vor, nur ein frei erfundenes Beispiel") for state in attachments)


def test_without_the_examples_the_attachments_are_announced_and_missing(store: Store) -> None:
    scope = Scope(examples=False)
    sheet = SheetMaker(store, scope).make(store.document("ki-vorlage"))
    assert [state.rpartition(" – ")[2] for state in told(sheet, "attachments")] == ["angekündigt, liegt nicht vor"] * 7
    assert {citation.origin for citation in sheet.citations} == {"original"}


def test_what_a_paper_does_not_say_is_said_to_be_missing(store: Store) -> None:
    sheet = SheetMaker(store, Scope()).make(store.document("ki-anhang-4"))
    assert sheet.part("proposal").lines == []
    assert "*Einen Beschlussvorschlag enthält das Dokument nicht.*" in markdown(sheet)


def test_another_vorlage_has_its_own_sheet(other: SessionSheet) -> None:
    assert quotes(other, "proposal") == ["Der Rat beschließt den Neubau der Feuerwache Süd."]
    assert quotes(other, "session") == ["Bauausschuss, 14.02.2018, Vorberatung", "Rat, 12.07.2018, Entscheidung"]
    assert [quote[:34] for quote in quotes(other, "asked")] == ["Auf Antrag der Fraktion der Freien"]
    assert told(other, "timeline") == ["03.03.2017", "Februar 2018", "14.02.2018", "12.07.2018"]
    assert told(other, "amounts") == ["6,8 Mio. Euro"]
    assert [quote[:12] for quote in quotes(other, "for")] == ["Der Ausschus", "Gegen die Zu"]
    assert [quote[:12] for quote in quotes(other, "against")] == ["Die Anlieger"]
    assert [quote[:12] for quote in quotes(other, "open")] == ["Ein Förderbe"]
    assert other.part("abbreviations").empty in markdown(other)


@pytest.mark.parametrize(
    ("sentence", "asked", "agrees", "refuses", "is_open"),
    [
        ("Die Karte wird auf Antrag verlängert.", False, False, False, False),
        ("Über die Anträge an den Fonds entscheidet ein Beirat.", False, False, False, False),
        ("Der Seniorenrat hat angeregt, auch sie einzubeziehen.", True, False, False, False),
        ("Der Auflösung der Löschgruppe stimmen wir nicht zu.", False, True, True, False),
        ("Gegen die Planung bestehen keine grundsätzlichen Bedenken.", False, True, False, False),
        ("Sie gibt zu bedenken, dass die Zeit knapp ist.", False, False, False, False),
        ("Der offene Ganztag beginnt um 8 Uhr.", False, False, False, False),
        ("Ob sie angenommen wird, ist noch offen.", False, False, False, True),
    ],
)
def test_signs_are_words_of_administration_in_their_context(
    sentence: str, asked: bool, agrees: bool, refuses: bool, is_open: bool
) -> None:
    assert tells_who_asked(sentence) is asked
    assert speaks_for(sentence) is agrees
    assert speaks_against(sentence) is refuses
    assert leaves_open(sentence) is is_open


@pytest.mark.parametrize(
    ("question", "side"),
    [
        ("Wer ist dagegen?", "against"),
        ("Und welche Kommunen lehnen das KI ab?", "against"),
        ("Von wem wird das KI abgelehnt?", "against"),
        ("Welche haben zugestimmt?", "for"),
        ("Wer ist dafür?", "for"),
        ("Wer ist dafür zuständig?", None),
        ("Warum sind die Bürgermeister dagegen?", None),
        ("Wer ist dafür und wer ist dagegen?", None),
        ("Was kostet das?", None),
    ],
)
def test_a_question_may_ask_who_takes_a_side(question: str, side: str | None) -> None:
    assert side_asked_for(question) == side


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("am 9.12.13 und am 17. März 2014", ["2013-12-09", "2014-03-17"]),
        ("im Dezember 2013, am 2014-03-17", ["2013-12", "2014-03-17"]),
        ("Abschnitt 4.2.10 auf 2.400 Seiten, § 7, 31.02.2014", []),
        ("im Jahr 2014", []),
    ],
)
def test_dates_are_found_where_they_stand(text: str, found: list[str]) -> None:
    assert [iso for iso, _ in dates(text)] == found
    assert all(text[span.start : span.end][0].isalnum() for _, span in dates(text))


def test_a_sheet_whose_lines_are_not_proven_cannot_be_made(sheet: SessionSheet) -> None:
    with pytest.raises(ValueError, match="lines cite"):
        SessionSheet.model_validate({**sheet.model_dump(), "citations": []})


def test_the_sheet_as_markdown_has_every_part_and_escapes_what_documents_say(sheet: SessionSheet) -> None:
    written = markdown(sheet)
    for part in sheet.parts:
        assert f"\n## {part.title}\n" in written
    assert "Künstliche Intelligenz" in written
