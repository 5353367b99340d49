"""The vector index on a real Chroma server: the same answers, and a clear word while it is away."""

from __future__ import annotations

import gc
import shutil
from contextlib import closing
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import psutil
import pytest
from pydantic import SecretStr

from assistant import Assistant
from corpus.access import Access, Clearance
from corpus.chroma_server import ChromaServer
from corpus.errors import IndexAwayError, SettingsError, StoreError
from corpus.records import EVERYTHING
from corpus.settings import load_settings
from corpus.store import Scope, Store
from corpus.vectors import VectorIndex
from ingest.backup import restore_backup, write_backup
from ingest.examination import examine_data
from ingest.index_check import check_index
from ingest.pipeline import Ingestor
from ingest.repair import repair_data
from ingest.report import Progress, ReportLine
from ingest.upkeep import rebuild_vectors, set_access
from tests.chroma.running import RunningChroma
from tests.places import BRIDGE, QUESTIONS, Place

COLLECTIONS = "/api/v2/tenants/default_tenant/databases/default_database/collections"
NEW = "Die Bücherei wird am 9. September 2015 eröffnet."


def index_of(place: Place) -> VectorIndex:
    return VectorIndex(place.data, ChromaServer(place.chroma_url))


def assert_in_step(place: Place, documents: set[str]) -> None:
    """Store and server hold exactly these documents."""
    with closing(Store(place.data)) as store:
        assert {info.document for info in store.documents()} == documents
        assert store.passage_keys("indexing") == set()
        assert index_of(place).keys() == store.passage_keys()
    assert check_index(place.data, ChromaServer(place.chroma_url)).sound


def collections(chroma: RunningChroma) -> set[str]:
    return {str(collection["name"]) for collection in httpx.get(f"{chroma.url}{COLLECTIONS}").json()}


def answers(assistant: Assistant) -> list[dict[str, object]]:
    return [assistant.answer(question).model_dump(exclude={"timings_ms"}) for question in QUESTIONS]


@pytest.mark.slow
def test_answers_and_citations_are_those_of_the_embedded_index(embedded_place: Place, place: Place) -> None:
    expected = embedded_place.answers()
    assert [answer["status"] for answer in expected] == ["answered"] * 3
    assert place.answers() == expected
    assert list(place.data.glob("chroma*")) == []  # the old index has gone
    assert_in_step(place, {"bruecke", "halle", "freibad"})


@pytest.mark.slow
def test_no_word_of_a_document_is_sent_to_the_server(place: Place, chroma: RunningChroma) -> None:
    key = min(index_of(place).keys())
    files = [path.read_bytes() for path in chroma.folder.rglob("*") if path.is_file()]
    assert any(key.encode() in content for content in files)
    for word in ("Sperrung", "Turnhalle", "Eintritt"):
        assert not any(word.encode() in content for content in files)


@pytest.mark.slow
def test_while_the_server_is_away_everybody_is_told_and_afterwards_answered_without_a_restart(
    place: Place, chroma: RunningChroma
) -> None:
    assistant = Assistant(place.settings, place.embedding)
    assistant.warm_up()
    before = answers(assistant)
    assert assistant.unfit() == []
    chroma.kill()
    for question in QUESTIONS:  # never in words alone
        with pytest.raises(IndexAwayError, match="gerade nicht erreichbar"):
            assistant.answer(question)
    assert assistant.unfit() == ["vectors"]
    late = Assistant(place.settings, place.embedding)  # starts all the same
    (place.folder / "buecherei.txt").write_text(NEW, encoding="utf-8")
    with pytest.raises(IndexAwayError):
        place.ingest()
    assert any(not good and chroma.url in sentence for good, sentence in examine_data(place.settings))
    chroma.start()
    assert answers(assistant) == answers(late) == before
    assert assistant.unfit() == []
    place.ingest()
    assert assistant.answer("Wann wird die Bücherei eröffnet?").short_answer == "9. September 2015"


class _Kills(Progress):
    """Kills the server as soon as the first document is stored."""

    def __init__(self, chroma: RunningChroma) -> None:
        self._chroma = chroma

    def finished(self, line: ReportLine) -> None:
        if line.outcome == "read":
            self._chroma.kill()


@pytest.mark.slow
def test_an_ingestion_under_which_the_server_was_killed_is_completed_by_the_next_run(
    place: Place, chroma: RunningChroma
) -> None:
    before = place.answers()
    for name in ("a-buecherei", "b-buecherei", "c-buecherei"):
        (place.folder / f"{name}.txt").write_text(f"{name}: {NEW}", encoding="utf-8")
    with pytest.raises(IndexAwayError):
        Ingestor(place.settings, place.embedding, progress=_Kills(chroma)).ingest([place.folder])
    with closing(Store(place.data)) as store:
        assert store.passage_keys("indexing")
    chroma.start()
    assert [answer["short_answer"] for answer in place.answers()] == [answer["short_answer"] for answer in before]
    place.ingest()
    assert_in_step(place, {"bruecke", "halle", "freibad", "a-buecherei", "b-buecherei", "c-buecherei"})


@pytest.mark.slow
def test_a_removed_document_is_gone_from_the_server_with_the_collection_that_had_it(
    place: Place, chroma: RunningChroma
) -> None:
    reader, old = index_of(place), collections(chroma)
    vector = place.embedding.get_query_embedding("Wann öffnet das Freibad?")
    assert reader.search(vector, 5, Scope(documents=frozenset({"freibad"})))
    (place.folder / "freibad.txt").unlink()
    assert place.ingest().erased
    assert_in_step(place, {"bruecke", "halle"})
    # Who had it open before notices.
    assert reader.search(vector, 5, Scope(documents=frozenset({"freibad"}))) == []
    assert len(reader.search(vector, 5, EVERYTHING)) > 0
    assert len(collections(chroma)) == len(old)
    assert len(collections(chroma) - old) == 1


def test_searches_show_what_may_be_seen_only(place: Place) -> None:
    council = Clearance.of(["council_member"], ["Bauausschuss"])
    vector = place.embedding.get_query_embedding(BRIDGE)
    index = index_of(place)

    def seen(scope: Scope) -> bool:
        return any(key in bridge for key, _ in index.search(vector, 50, scope))

    with closing(Store(place.data)) as store:
        bridge = {
            key
            for key, found in store.passages(sorted(index.keys()), EVERYTHING).items()
            if found.document == "bruecke"
        }
        assert bridge
        set_access(store, index, "bruecke", Access("non_public", ("Bauausschuss",)))
        assert not seen(Scope(public_only=True))
        assert not seen(Scope(clearance=Clearance.of(["council_member"], ["Schulausschuss"])))
        assert seen(Scope(clearance=council))
        set_access(store, index, "bruecke", Access("internal"))
        assert not seen(Scope(clearance=council))
        set_access(store, index, "bruecke", None)
        assert seen(Scope(public_only=True))


def test_an_index_that_the_server_lost_is_told_and_built_again(place: Place, chroma: RunningChroma) -> None:
    reader = index_of(place)
    (lost,) = [name for name in collections(chroma) if name in (place.data / "vektoren.stand").read_text()]
    assert httpx.delete(f"{chroma.url}{COLLECTIONS}/{lost}").status_code == 200
    with pytest.raises(StoreError, match="liegt kein Vektorindex"):
        reader.keys()
    with pytest.raises(StoreError, match="liegt kein Vektorindex"):
        index_of(place)
    assert not reader.is_readable()
    assert any("neu aufgebaut" in sentence for sentence in repair_data(place.settings))
    assert reader.is_readable()
    assert_in_step(place, {"bruecke", "halle", "freibad"})


def test_what_an_interrupted_rebuilding_left_on_the_server_goes_with_the_next_run(
    place: Place, chroma: RunningChroma, tmp_path: Path
) -> None:
    before = collections(chroma)
    with closing(Store(place.data)) as store:
        # As a restoring does that is killed before its result counts.
        rebuild_vectors(store_elsewhere(store, tmp_path), ChromaServer(chroma.url), made_for=place.data)
    assert len(collections(chroma) - before) == 1
    assert any("alte Vektorindexe" in sentence for _, sentence in examine_data(place.settings))
    place.ingest()
    assert collections(chroma) == before


def store_elsewhere(store: Store, folder: Path) -> Store:
    (folder / "daneben").mkdir()
    store.copy_to(folder / "daneben" / "aktenkundig.sqlite")
    return Store(folder / "daneben")


@pytest.mark.slow
def test_a_backup_comes_back_on_the_server_and_nothing_stays_of_what_it_replaces(
    place: Place, chroma: RunningChroma, tmp_path: Path
) -> None:
    written = write_backup(place.settings, tmp_path / "sicherung.zip")
    (place.folder / "buecherei.txt").write_text(NEW, encoding="utf-8")
    place.ingest()
    before = collections(chroma)
    restore_backup(place.settings, written.path, force=True)
    assert_in_step(place, {"bruecke", "halle", "freibad"})
    assert len(collections(chroma)) == len(before)
    # Elsewhere, it gets an index of its own.
    other = replace(place, root=tmp_path / "anderswo")
    restore_backup(other.settings, written.path)
    assert_in_step(other, {"bruecke", "halle", "freibad"})
    assert len(collections(chroma)) == len(before) + 1


def test_a_copied_data_directory_does_not_touch_the_index_of_the_original(place: Place, tmp_path: Path) -> None:
    (tmp_path / "kopie").mkdir()
    copy = place.copy(tmp_path / "kopie")
    with pytest.raises(StoreError, match="liegt kein Vektorindex"):
        index_of(copy)
    (copy.folder / "freibad.txt").unlink()
    copy.ingest()
    assert_in_step(copy, {"bruecke", "halle"})
    assert_in_step(place, {"bruecke", "halle", "freibad"})


def test_a_moved_data_directory_keeps_its_index(place: Place, chroma: RunningChroma, tmp_path: Path) -> None:
    before = collections(chroma)
    moved = replace(place, root=tmp_path / "umgezogen")
    moved.root.mkdir()
    shutil.move(place.data, moved.data)
    shutil.move(place.folder, moved.folder)
    assert index_of(moved).keys()
    assert check_index(moved.data, ChromaServer(chroma.url)).sound
    assert collections(chroma) == before


def test_without_the_setting_an_index_on_a_server_is_not_taken_for_an_empty_one(place: Place) -> None:
    with pytest.raises(StoreError, match="„chroma_url“ ist aber leer"):
        VectorIndex(place.data)
    back = replace(place, chroma_url="")
    assert not check_index(back.data).sound
    back.ingest()
    assert check_index(back.data).sound
    assert VectorIndex(back.data).is_readable()


class _Guarded(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Let nobody in."""
        self.server.seen = dict(self.headers)  # type: ignore[attr-defined]
        self.send_response(401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Be quiet."""


def test_the_token_goes_with_each_request_and_a_refusal_is_told(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), _Guarded) as guard:
        Thread(target=guard.serve_forever, daemon=True).start()
        try:
            server = ChromaServer(f"http://127.0.0.1:{guard.server_port}", SecretStr("geheim-und-lang"))
            with pytest.raises(StoreError, match="„chroma_token“ prüfen") as refusal:
                VectorIndex(tmp_path, server)
            assert "geheim" not in str(refusal.value)
            assert guard.seen["Authorization"] == "Bearer geheim-und-lang"  # type: ignore[attr-defined]
        finally:
            guard.shutdown()


@pytest.mark.slow
def test_an_index_that_nobody_uses_any_more_has_closed_its_connections(place: Place, chroma: RunningChroma) -> None:
    def connections() -> int:
        gc.collect()  # what would be closed here by Python only is a warning, which fails the test
        port = httpx.URL(chroma.url).port
        return sum(bool(one.raddr) and one.raddr.port == port for one in psutil.Process().net_connections("tcp"))

    before = connections()
    index = index_of(place)
    assert index.keys()
    assert connections() > before
    del index
    assert connections() == before


@pytest.mark.parametrize("url", ["localhost:8000", "http://name:wort@localhost:8000", "ftp://localhost"])
def test_an_impossible_address_is_told_without_being_shown(url: str) -> None:
    with pytest.raises(SettingsError, match="„chroma_url“") as refusal:
        load_settings(chroma_url=url)
    assert "wort" not in str(refusal.value)
