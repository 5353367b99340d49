"""A document that is removed or replaced leaves no byte in the data directory, and the others answer as before."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from numpy.typing import NDArray

from assistant.audit import AuditLog
from corpus.store import Store
from tests.conftest import STAFF_KEY, Run, finished, serving
from tests.traces import traces_of_vectors, traces_of_words

pytestmark = pytest.mark.slow

WORDS = {
    "name": "Quarvolimb",
    "title": "Zwyntrakel",
    "heading": "Brogvanitz",
    "text": "Xelmurdank",
    "table": "Jurpholast",
    "asked": "Wobzintrup",
}
"""Words that no other document, model or program has."""
PAGE = """<html><head><title>{title} 2015</title></head><body><h1>{heading}</h1>
<p>Der Neubau der Halle {text} kostet 2,4 Mio. € und beginnt am 4. Juni 2015.</p>
<p>Der Ausschuss {asked} berät am 9. Juli 2015.</p>
<table><tr><th>Maßnahme</th><th>Kosten</th></tr><tr><td>{table}</td><td>12.300 €</td></tr>
<tr><td>Zufahrt</td><td>800 €</td></tr></table></body></html>"""
AUDITED = {"AKTENKUNDIG_AUDIT": "true", "AKTENKUNDIG_AUDIT_QUESTIONS": "true"}
KEPT = "Die Brücke über die Sieg wird am 4. Juni 2015 gesperrt. Die Sperrung dauert drei Wochen."
QUESTION = "Wann wird die Brücke über die Sieg gesperrt?"


def vectors_of(data: Path) -> list[NDArray[np.float32]]:
    """The vectors of all passages and sentences that stand in a data directory now."""
    with closing(Store(data)) as store:
        found = list(store.vectors.of(sorted(store.passage_keys())).values())
        for info in store.documents():
            found += list(store.sentence_vectors(info.document)[1])
    return found


def asked(client: httpx.Client, question: str) -> tuple[dict[str, Any], str]:
    """The answer without what it cost, and the key under which it can be rated."""
    response = client.post("/ask", json={"question": question})
    answer: dict[str, Any] = response.json()
    del answer["timings_ms"]
    return answer, response.headers["Aktenkundig-Antwort"]


def rate(client: httpx.Client, key: str, comment: str = "") -> int:
    opinion = {"verdict": "down", "reasons": ["wrong"], "comment": comment}
    return client.post(f"/answers/{key}/feedback", json=opinion).status_code


@pytest.fixture
def served(run: Run, tmp_path: Path, clean_environment: dict[str, str]) -> Iterator[tuple[Path, httpx.Client]]:
    """A data directory with one public document, and a server over it in which staff may work."""
    note = tmp_path / "bruecke.txt"
    note.write_text(KEPT, encoding="utf-8")
    data = tmp_path / "daten"
    assert run("ingest", str(note), data=data, AKTENKUNDIG_DEFAULT_VISIBILITY="public").code == 0
    headers = {"Authorization": f"Bearer {STAFF_KEY}".encode()}
    with (
        serving(data, {**clean_environment, **AUDITED, "AKTENKUNDIG_STAFF_KEY": STAFF_KEY}, tmp_path) as address,
        httpx.Client(base_url=f"{address}/api/v1", headers=headers, timeout=60) as client,
    ):
        yield data, client


def test_an_uploaded_document_that_is_removed_leaves_no_byte_although_it_was_asked_and_rated(
    served: tuple[Path, httpx.Client],
) -> None:
    data, client = served
    kept_vectors, (before, kept) = vectors_of(data), asked(client, QUESTION)
    name = f"{WORDS['name']}.html"
    sent = client.post(
        "/staff/uploads", params={"name": name, "visibility": "public"}, content=PAGE.format(**WORDS).encode()
    )
    assert finished(client, sent)["state"] == "done"
    answer, key = asked(client, f"Was kostet der Neubau der Halle {WORDS['text']}?")
    assert answer["short_answer"] == "2,4 Mio. €"
    assert rate(client, key, f"{WORDS['text']} kostet mehr.") == 204
    # An answer that cites nothing of it, to a question with a word that only it has.
    assert rate(client, asked(client, f"Welche Farbe hat das Dach von {WORDS['asked']}?")[1]) == 204
    _, late = asked(client, f"Wann beginnt der Neubau der Halle {WORDS['text']}?")
    assert rate(client, kept) == 204

    # What looks for traces finds every word and vector while the document is there.
    removed = [v for v in vectors_of(data) if not any(np.allclose(v, other, atol=1e-3) for other in kept_vectors)]
    assert len(removed) >= 5
    for word in WORDS.values():
        assert traces_of_words(data, [word]), word
    for vector in removed:
        assert traces_of_vectors(data, [vector])

    (document,) = [entry for entry in client.get("/staff/documents").json() if entry["file"] == name]
    started = time.monotonic()
    change = finished(client, client.delete(f"/staff/documents/{document['document']}"))
    assert change["state"] == "done", change
    assert time.monotonic() - started < 30  # a process that loads PyTorch and Chroma, on a busy machine

    assert traces_of_words(data, WORDS.values()) == {}
    assert traces_of_vectors(data, removed) == set()
    assert asked(client, QUESTION)[0] == before
    # An answer that is still on somebody's screen cannot bring anything back.
    assert rate(client, late) == 404
    assert traces_of_words(data, WORDS.values()) == {}
    log = AuditLog(data, days=90, questions=True)
    assert [entry.question for entry in log.entries(document="bruecke")].count(QUESTION) >= 2
    # That somebody saw the removed one is still there for whoever knows what it was called.
    assert {entry.question for entry in log.entries(document=document["document"])} == {None}
    assert QUESTION in (data / "rueckmeldungen.jsonl").read_text(encoding="utf-8")
