"""The fact check on the real Akte, with real models."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path

import docx
import pytest

from assistant.assistant import Assistant
from assistant.factcheck import CheckedClaim, FactCheck
from assistant.factcheck.export import export
from assistant.factcheck.reading import read_draft
from corpus.embedding import open_embedding
from corpus.errors import DraftError
from corpus.settings import Settings
from corpus.store import Store
from tests.conftest import Run

DRAFT = """Sehr geehrter Herr Landrat, meine Damen und Herren!

Inzwischen haben 47 von insgesamt 54 Kreisen und kreisfreien Städten im Land NRW diese Chance genutzt.
Schon 48 von insgesamt 54 Kreisen und kreisfreien Städten im Land NRW haben diese Chance genutzt.
Am Mittwoch, dem 17.03.2014, berät der Kreisausschuss über das Kommunale Integrationszentrum.
Die Straßenbahnlinie 67 fährt künftig alle zehn Minuten bis zum Flughafen.
Warum zögern wir noch?
"""


@pytest.fixture(scope="module")
def assistant(whole_akte_settings: Settings) -> Iterator[Assistant]:
    opened = Assistant(whole_akte_settings, open_embedding(whole_akte_settings))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def check(assistant: Assistant) -> FactCheck:
    return assistant.check(DRAFT)


def claim_of(check: FactCheck, beginning: str) -> CheckedClaim:
    return next(claim for claim in check.claims if claim.text.startswith(beginning))


def test_each_sentence_gets_its_verdict(check: FactCheck) -> None:
    assert claim_of(check, "Inzwischen").verdict == "belegt"
    assert claim_of(check, "Schon 48").verdict == "weicht ab"
    assert claim_of(check, "Am Mittwoch").verdict == "weicht ab"
    assert claim_of(check, "Die Straßenbahnlinie").verdict == "nicht gefunden"
    assert claim_of(check, "Warum").verdict == "keine prüfbare Aussage"


def test_a_deviation_tells_both_wordings_and_where_they_stand(check: FactCheck, assistant: Assistant) -> None:
    claim = claim_of(check, "Schon 48")
    (difference,) = claim.differences
    assert (difference.draft, difference.document) == ("48", "47")
    assert DRAFT[difference.draft_start : difference.draft_end] == "48"
    (citation,) = claim.citations
    text = assistant.holdings.text(citation.document)
    assert text[difference.document_start : difference.document_end] == "47"


def test_a_weekday_is_set_right_by_the_calendar(check: FactCheck) -> None:
    (difference,) = claim_of(check, "Am Mittwoch").differences
    assert (difference.draft, difference.document, difference.citation) == ("Mittwoch", "Montag", None)


def test_claims_stand_where_they_say_and_quotes_are_verbatim(check: FactCheck, whole_akte_settings: Settings) -> None:
    store = Store(whole_akte_settings.data)
    for claim in check.claims:
        assert DRAFT[claim.start : claim.end] == claim.text
        for citation in claim.citations:
            assert store.text(citation.document)[citation.char_start : citation.char_end] == citation.quote
            assert citation.pages
    store.close()


def test_a_wrong_page_is_told_with_the_right_one(assistant: Assistant) -> None:
    sentence = (
        "Auf Seite 3 der Vorlage heißt es: „Inzwischen haben 47 von insgesamt 54 Kreisen und kreisfreien Städten“."
    )
    (claim,) = assistant.check(sentence).claims
    assert claim.verdict == "weicht ab"
    assert claim.differences[0].draft == "Auf Seite 3 der Vorlage"
    assert "S. 2" in claim.differences[0].document
    right = assistant.check(sentence.replace("Seite 3", "Seite 2")).claims[0]
    assert right.verdict == "belegt"


def test_a_quotation_with_another_word_is_no_quotation(assistant: Assistant) -> None:
    (claim,) = assistant.check(
        "In der Vorlage steht: „Inzwischen haben 47 von insgesamt 54 Gemeinden und kreisfreien Städten im Land NRW“."
    ).claims
    assert claim.verdict == "weicht ab"
    assert [(one.draft, one.document) for one in claim.differences] == [("Gemeinden", "Kreisen")]


def test_the_draft_is_told_how_far_it_is_and_can_be_called_off(assistant: Assistant) -> None:
    told: list[tuple[int, int]] = []
    assistant.check(DRAFT * 4, watch=lambda done, of: told.append((done, of)))
    assert told[0][0] == 0
    assert told[-1][0] == told[-1][1]
    assert len(told) > 3

    class CalledOffError(Exception):
        pass

    def call_off(done: int, of: int) -> None:  # noqa: ARG001
        if done:
            raise CalledOffError

    with pytest.raises(CalledOffError):
        assistant.check(DRAFT * 4, watch=call_off)


def test_an_empty_or_endless_draft_is_refused_in_german(assistant: Assistant) -> None:
    with pytest.raises(DraftError, match="leer"):
        assistant.check(" \n ")
    with pytest.raises(DraftError, match="zu lang"):
        assistant.check("x" * (assistant.settings.max_draft_length + 1))


def test_only_the_chosen_documents_prove_anything(assistant: Assistant) -> None:
    check = assistant.check(DRAFT, documents=["ki-anhang-5"])
    assert check.searched == 1
    assert {c.document for claim in check.claims for c in claim.citations} <= {"ki-anhang-5"}


def test_the_word_file_has_the_draft_and_a_comment_at_each_verdict(check: FactCheck) -> None:
    document = docx.Document(BytesIO(export(DRAFT, check, "docx")))
    told = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for line in filter(None, DRAFT.splitlines()):
        assert line in told
    comments = [comment.text for comment in document.comments]
    assert len(comments) == sum(claim.verdict != "keine prüfbare Aussage" for claim in check.claims)
    assert any("Im Entwurf steht „48“, in den Unterlagen „47“." in comment for comment in comments)


def test_the_protocol_names_date_documents_and_fundstellen(check: FactCheck) -> None:
    told = export(DRAFT, check, "md").decode()
    today = date.fromisoformat(check.checked_on)
    assert f"{today:%d.%m.%Y}" in told
    assert "Einrichtung eines Kommunalen Integrationszentrums" in told
    assert "S. 2" in told
    assert export(DRAFT, check, "pdf").startswith(b"%PDF")


def test_the_command_reads_files_and_writes_what_was_asked_for(run: Run, akte_data: Path, tmp_path: Path) -> None:
    (tmp_path / "rede.txt").write_text(DRAFT, encoding="utf-8")
    done = run("check", str(tmp_path / "rede.txt"), "--json", "--export", str(tmp_path / "r.docx"), data=akte_data)
    assert done.code == 0, done.err
    assert FactCheck.model_validate_json(done.out).counts()["weicht ab"] >= 2
    assert docx.Document(str(tmp_path / "r.docx")).comments
    word = run("check", str(tmp_path / "r.docx"), data=akte_data)
    assert "[weicht ab] Schon 48" in word.out
    gone = run("check", str(tmp_path / "nichts.txt"), data=akte_data)
    assert gone.code == 2
    assert "gibt es nicht" in gone.err
    kind = run("check", str(tmp_path / "rede.txt"), "--export", str(tmp_path / "r.exe"), data=akte_data)
    assert kind.code == 2


def test_a_file_in_another_encoding_is_read_and_rubbish_refused(tmp_path: Path) -> None:
    (tmp_path / "alt.txt").write_bytes("Über Größe".encode("cp1252"))
    assert read_draft(tmp_path / "alt.txt") == "Über Größe"
    (tmp_path / "bild.pdf").write_bytes(b"kein PDF")
    with pytest.raises(DraftError):
        read_draft(tmp_path / "bild.pdf")


def test_nothing_of_a_draft_stays_in_the_data_directory(assistant: Assistant, akte_data: Path) -> None:
    word = "Quarkkeulchenmarkt"
    assistant.check(f"Der {word} in Kommune 03 hat 2014 zwölf Stände.")
    for path in akte_data.rglob("*"):
        if path.is_file():
            assert word.encode() not in path.read_bytes()
            assert word.lower().encode() not in path.read_bytes()


@pytest.fixture(scope="module")
def two_documents(run: Run, tmp_path_factory: pytest.TempPathFactory, models_directory: Path) -> Settings:
    folder = tmp_path_factory.mktemp("uneins")
    (folder / "bericht.txt").write_text("Der Neubau der Turnhalle in Neudorf kostet 2,4 Mio. Euro.", encoding="utf-8")
    (folder / "plan.txt").write_text("Der Neubau der Turnhalle in Neudorf kostet 2,6 Mio. Euro.", encoding="utf-8")
    done = run("ingest", str(folder), data=folder / "daten")
    assert done.code == 0, done.err
    return Settings(data=folder / "daten", models=models_directory)


def test_documents_that_disagree_are_both_shown(two_documents: Settings) -> None:
    assistant = Assistant(two_documents, open_embedding(two_documents))
    (claim,) = assistant.check("Der Neubau der Turnhalle in Neudorf kostet 2,4 Mio. Euro.").claims
    assistant.close()
    assert claim.verdict == "belegt"
    assert [citation.document for citation in claim.citations] == ["bericht", "plan"]
    assert (
        claim.note
        == "Ein anderes Dokument sagt dazu „2,6 Mio. Euro“ statt „2,4 Mio. Euro“; die Unterlagen sind uneins."
    )


def test_what_is_not_public_proves_nothing_to_the_public(two_documents: Settings) -> None:
    assistant = Assistant(two_documents, open_embedding(two_documents), clearance="public")
    check = assistant.check("Der Neubau der Turnhalle in Neudorf kostet 2,6 Mio. Euro.")
    assistant.close()
    assert check.searched == 0
    assert check.documents == []
    assert check.claims[0].verdict == "nicht gefunden"
