"""What is fuzzed of OParl: what a real server answers, read by a whole run."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.fuzzing.mutation import Mutator
from corpus.register import load_register
from ingest.oparl import Manners, Synchronisation
from ingest.oparl.values import (
    absolute,
    canonical,
    day,
    embedded,
    flag,
    identity,
    is_address,
    is_deleted,
    items,
    line,
    parse_json,
    text,
)
from ingest.report import Report
from tests.ingest.oparl.council import Council, Reply

_HASTY = Manners(pause=0, first_wait=0.0, longest_wait=0.0, timeout=5, longest_answer=10)
_JSON = {"Content-Type": "application/json"}


class Values:
    """Any JSON value, read as every kind of value that OParl has."""

    name = "values"
    seconds = 2.0

    def __init__(self, _folder: Path) -> None:
        with Council() as council:
            self._good = [*_meetings(council), *_papers(council), council.body]

    def make(self, mutator: Mutator) -> bytes:
        """An object with one or a few places changed, or a text that is hardly JSON."""
        value = mutator.random.choice(self._good)
        for _ in range(mutator.random.choice((1, 2, 4))):
            value = mutator.value(value)
        content = json.dumps(value).encode()
        return mutator.data(content) if mutator.random.random() < 0.2 else content

    def run(self, data: bytes) -> None:
        """Read it."""
        value = parse_json(data, "http://127.0.0.1/")
        for element in items(value):
            if isinstance(element, dict):
                canonical(absolute(element, "http://127.0.0.1/paper/1"))
                is_deleted(element)
                list(embedded(element, "mainFile", "consultation"))
            inner = element.values() if isinstance(element, dict) else [element]
            for one in inner:
                for read in (text, line, flag, day, is_address):
                    read(one)
                if isinstance(one, str):
                    identity(text(one) or "").encode()


class Servers:
    """A whole run over a server whose papers, meetings or lists are changed."""

    name = "oparl"
    seconds = 20.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = itertools.count()
        self._council = Council()
        self._council.__enter__()  # for as long as the process lives
        self._good = {
            "/papers": {"data": _papers(self._council), "pagination": {"totalElements": 2}, "links": {}},
            "/meetings": {"data": _meetings(self._council), "pagination": {"totalElements": 1}, "links": {}},
            "/organizations": {"data": self._council.organizations, "pagination": {}, "links": {"next": None}},
            "/body/1": self._council.body,
            "/system": {"id": self._council.system, "type": "System", "body": f"{self._council.url}/bodies"},
        }  # fmt: skip

    def make(self, mutator: Mutator) -> bytes:
        """A JSON object from paths to answers; addresses of the server are written as ``@``."""
        path = mutator.random.choice([*self._good, "/papers", "/meetings"])
        value: Any = self._good[path]
        for _ in range(mutator.random.choice((1, 1, 3))):
            value = mutator.value(value)
        content = json.dumps(value)
        return json.dumps({path: content.replace(self._council.url, "@")}).encode()

    def run(self, data: bytes) -> None:
        """Compare with an empty state; every register that is laid down can be read."""
        for path, good in self._good.items():
            self._council.answer(path, Reply(json.dumps(good).encode(), 200, _JSON))
        for path, content in json.loads(data).items():
            self._council.answer(path, Reply(content.replace("@", self._council.url).encode(), 200, _JSON))
        place = self._folder / f"rat-{next(self._number)}"
        try:
            Synchronisation(place, _read, manners=_HASTY).run(self._council.system)
        finally:
            self._council.requests.clear()
            shutil.rmtree(place, ignore_errors=True)


def _read(folders: Sequence[Path]) -> Report:
    for folder in folders:
        if any(folder.iterdir()) and folder.name != "akten":
            load_register(folder)
    return Report()


def _papers(council: Council) -> list[Any]:
    step = council.object(
        "consultation/1", "Consultation", meeting=f"{council.url}/meeting/1", agendaItem=f"{council.url}/item/1",
        organization=[f"{council.url}/organization/1"], authoritative=True, role="Entscheidung",
    )  # fmt: skip
    return [
        council.object(
            "paper/1", "Paper", name="Einrichtung eines Zentrums", reference="12/2014", date="2014-03-01",
            paperType="Vorlage", mainFile=council.add_text("a.txt", "Das Zentrum kostet 5 Euro.", "Vorlage"),
            auxiliaryFile=[council.add_text("b.txt", "Die Anlage nennt 7 Stellen.", "Anlage 1")], consultation=[step],
        ),
        council.object("paper/2", "Paper", name="Anfrage", date="2014-03-02", paperType="Anfrage"),
    ]  # fmt: skip


def _meetings(council: Council) -> list[Any]:
    item = council.object(
        "item/1", "AgendaItem", number="3", name="Zentrum", public=True, result="einstimmig beschlossen",
        resolutionText="Der Kreisausschuss beschließt.", consultation=f"{council.url}/consultation/1",
    )  # fmt: skip
    return [
        council.object(
            "meeting/1", "Meeting", name="12. Sitzung", start="2014-03-17T17:00:00+01:00", agendaItem=[item],
            organization=[f"{council.url}/organization/1"], location={"description": "Kreishaus"},
            invitation=council.add_text("c.txt", "Einladung zur Sitzung.", "Einladung"),
        )
    ]  # fmt: skip
