"""Looks for words of hidden documents in everything that a really running web chat gives to anybody.

    python -m benchmarks.leaks [--requests 5000] [--people 4] [--seed 20140317] [--keep DIRECTORY]

Reads an Akte into a temporary data directory, in which every document has words of its own, and starts ``aktenkundig
serve`` over it with accounts, audit log, figures and a log in JSON. Several people ask at once, each request as another
of six roles: pages, the API with its exports and its fact check, MCP, the chat's queue, suggestions, staff routes, the
figures, addresses at which databases and backups might lie, and requests that must fail. Meanwhile documents get
another access, are removed, replaced and uploaded, and roles are withdrawn and given back. Whatever comes back must
hold no word of a document that its reader could see at no moment of the request. Afterwards the log and the audit log
are searched. Prints the figures; exit code 1 if one word leaked, or if the server failed where it should not.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from assistant.accounts.store import AccountStore
from assistant.audit import AuditLog
from benchmarks.marked import (
    DOCUMENTS,
    MISSING,
    QUESTIONS,
    ROLES,
    WITHOUT_ID,
    Marked,
    leaked,
    may_see,
    places,
    words_of,
    write_akte,
)
from corpus.access import Access
from corpus.database import DATABASE_FILE
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.settings import Settings, load_settings
from corpus.store import Store
from corpus.vectors import VectorIndex
from ingest.backup.writing import write_backup
from ingest.pipeline import Ingestor
from ingest.upkeep import set_access
from ingest.writers_lock import writing_alone

PATIENCE_SECONDS = 300
STAFF_KEY = "nur-fuer-Messungen-und-lang-genug"
CHANGING = (
    Marked("wechselakte", "Tantalwerk", 'visibility = "internal"', frozenset()),
    Marked("wechselakte", "Iridiumpark", 'gremien = ["Bauausschuss"]', frozenset()),
)
"""One document that is now there, now not, and now another one under the same id."""
UPLOADED = Marked("eilsache-sieben", "Rheniumhafen", "", frozenset())
DAMAGED = Marked("schaden", "Ceriumturm", 'visibility = "internal"', frozenset(), "Hier wohnen Dohlen.")
"""One of which a part cannot be read: whoever quotes it meets an unexpected error."""
EVERYTHING = (*DOCUMENTS, *MISSING, *CHANGING, UPLOADED, DAMAGED)
ALL_WORDS = words_of(EVERYTHING)
ACCESSES = (
    Access("public"),
    Access("non_public", ("Bauausschuss",)),
    Access("non_public", ("Personalausschuss", "Ältestenrat")),
    Access("internal"),
)
DECLARED = {
    'visibility = "public"': Access("public"),
    'visibility = "non_public"': Access("non_public"),
    'visibility = "internal"': Access("internal"),
    'gremien = ["Bauausschuss"]': Access("non_public", ("Bauausschuss",)),
    'gremien = ["Personalausschuss"]': Access("non_public", ("Personalausschuss",)),
}
Json = dict[str, Any]


@dataclass(frozen=True)
class State:
    """Who might see what from ``begin`` to ``end`` (seconds since 1970)."""

    begin: float
    documents: dict[Marked, Access]
    roles: dict[str, set[str]]
    end: float = math.inf

    def hidden_from(self, who: str) -> frozenset[str]:
        """All words but those of documents that somebody sees."""
        roles = self.roles.get(who, set())
        seen = [marked for marked, access in self.documents.items() if may_see(who, roles, access)]
        return ALL_WORDS - words_of(seen)


class Timeline:
    """All states that there were; while one changes into another both are possible."""

    def __init__(self, documents: dict[Marked, Access], roles: dict[str, set[str]]) -> None:
        self._states = [State(0.0, documents, roles)]
        self._lock = threading.Lock()

    @property
    def now(self) -> State:
        """The newest state."""
        return self._states[-1]

    @contextmanager
    def changing(self, documents: dict[Marked, Access], roles: dict[str, set[str]]) -> Iterator[None]:
        """Something changes to this inside."""
        with self._lock:
            self._states.append(State(time.time(), documents, roles))
        yield
        with self._lock:
            self._states[-2] = replace(self._states[-2], end=time.time())

    def hidden_from(self, who: str, begin: float, end: float) -> frozenset[str]:
        """What somebody could see at no moment between the two."""
        with self._lock:
            states = [state for state in self._states if state.begin <= end and state.end >= begin]
        return frozenset.intersection(*(state.hidden_from(who) for state in states))

    def __len__(self) -> int:
        return len(self._states)


@dataclass
class Findings:
    """What was asked and what came out."""

    requests: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    leaks: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    lines: int = 0
    entries: int = 0
    seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True)
class Wish:
    """One request; ``address`` is that of the web chat unless it names another server."""

    kind: str
    method: str
    address: str
    body: Json | str | None = None
    follow: str | None = None

    @property
    def sent(self) -> str:
        """What somebody has said themselves."""
        return f"{self.address} {json.dumps(self.body, ensure_ascii=False)}"


class Installation:
    """A data directory with the Akte, its accounts, and the running web chat over it."""

    def __init__(self, directory: Path, models: Path, embedding: SentenceEmbedding) -> None:
        self.directory = directory
        self.data = directory / "daten"
        self.log = directory / "protokoll.jsonl"
        self.settings = Settings(data=self.data, models=models, accounts=True, audit=True)
        self._embedding = embedding
        self.ingest((*DOCUMENTS, DAMAGED, CHANGING[0]))
        self.accounts = AccountStore(self.data)
        for name, (roles, gremien) in ROLES.items():
            self.accounts.add(name, None, roles, gremien)
        self.tokens = {name: self.accounts.make_token(name, "", 1) for name in ROLES}
        write_backup(self.settings, directory / "sicherung.zip")
        self.address = self.figures = ""

    def ingest(self, documents: Sequence[Marked]) -> None:
        """Let the store hold just these documents."""
        folder = write_akte(self.directory / "akte", documents, MISSING, secrets=True)
        report = Ingestor(self.settings, self._embedding, patience=PATIENCE_SECONDS).ingest([folder])
        if not report.complete:
            raise RuntimeError(f"the Akte was not read: {report.lines}")

    def damage(self, marked: Marked) -> None:
        """Spoil a part of a document in the store, and lose the copy of its file."""
        with closing(sqlite3.connect(self.data / DATABASE_FILE)) as connection, connection:
            connection.execute(
                "UPDATE pages SET boxes = x'00' WHERE document_key = (SELECT key FROM documents WHERE document = ?)",
                (marked.document,),
            )
        for file in (self.data / "originale").rglob("*"):
            if file.is_file() and marked.mark.encode() in file.read_bytes():
                file.unlink()

    def set_access(self, marked: Marked, access: Access) -> None:
        """Say by command who may see a document."""
        with closing(Store(self.data)) as store, writing_alone(self.data, PATIENCE_SECONDS):
            set_access(store, VectorIndex(self.data), marked.document, access)

    @contextmanager
    def served(self) -> Iterator[None]:
        """The web chat runs inside, with its address and that of its figures."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AKTENKUNDIG_")}
        environment |= {
            "AKTENKUNDIG_DATA": str(self.data),
            "AKTENKUNDIG_MODELS": str(self.settings.models_directory),
            "AKTENKUNDIG_ACCOUNTS": "true",
            "AKTENKUNDIG_AUDIT": "true",
            "AKTENKUNDIG_METRICS_PORT": "0",
            "AKTENKUNDIG_LOG_FORMAT": "json",
            "AKTENKUNDIG_STAFF_KEY": STAFF_KEY,
        }
        with self.log.open("wb") as log:
            words = [sys.executable, "-m", "corpus.command_line", "serve", "--port", "0"]
            server = subprocess.Popen(words, stdout=log, stderr=log, cwd=self.directory, env=environment)
            try:
                self.address, self.figures = self._ports(server)
                yield
            finally:
                server.terminate()
                server.wait(timeout=60)

    def _ports(self, server: subprocess.Popen[bytes]) -> tuple[str, str]:
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until and server.poll() is None:
            told = self.log.read_text(encoding="utf-8")
            port, figures = re.search(r'"address": "\S+:(\d+)"', told), re.search(r'"port": (\d+)', told)
            if port and figures:
                return f"http://127.0.0.1:{port[1]}", f"http://127.0.0.1:{figures[1]}/metrics"
            time.sleep(0.1)
        raise RuntimeError(f"the web chat did not start: {self.log.read_text(encoding='utf-8')}")


def wish(chosen: random.Random, installation: Installation, asking: int) -> Wish:
    """Something that anybody may try."""
    marked = chosen.choice(EVERYTHING)
    named = f"Was kostet der {marked.mark}?"
    question = chosen.choice([*QUESTIONS, named, f"Wer bekommt den Auftrag für {marked.mark}?"])
    document, ours = marked.document, chosen.random() < 0.3
    some = {"question": question, **({"documents": [document]} if ours else {})}
    draft = f"Die Anlage kostet 999 Euro im Jahr. Der {marked.mark} ist am 5. Mai 2015 fertig."
    form = chosen.choice(["md", "docx", "pdf"])
    kinds: list[tuple[float, Callable[[], Wish]]] = [
        (40, lambda: Wish("document", "GET", chosen.choice([*places(document)]))),
        (14, lambda: Wish("page", "GET", chosen.choice(WITHOUT_ID))),
        (6, lambda: Wish("search", "GET", f"/api/v1/search?q={chosen.choice(['Kreistag', 'Firma', named])}&limit=50")),
        (5, lambda: Wish("ask", "POST", chosen.choice(["/api/v1/ask", "/api/v1/ask/stream"]), some)),
        (1, lambda: Wish("check", "POST", chosen.choice(["/api/v1/check", "/api/v1/check.md"]), {"text": draft})),
        (2, lambda: Wish("export", "POST", f"/api/v1/export.{form}", {"questions": [question]})),
        (5, lambda: _tool(chosen, document, question)),
        (3, lambda: _chat(question, asking, chosen)),
        (2, lambda: Wish("health", "GET", chosen.choice(["/healthz", "/readyz"]))),
        (2, lambda: Wish("figures", "GET", installation.figures)),
        (6, lambda: Wish("file", "GET", chosen.choice(FILES))),
        (5, lambda: _staff(chosen, document)),
        (6, lambda: _broken(chosen, document)),
    ]
    return chosen.choices([make for _, make in kinds], [weight for weight, _ in kinds])[0]()


FILES = tuple(
    f"{folder}{name}"
    for folder in ("/", "/web/", "/web/%2e%2e/%2e%2e/", "/gradio_api/file=", "/file=", "/original/", "/static/")
    for name in (
        "sicherung.zip", "zugaenge.sqlite", "zugriffe.sqlite", "aktenkundig.sqlite", "daten/aktenkundig.sqlite-wal",
        "originale/nur-intern.txt", "hochgeladen/intern/eilsache-sieben.md", "akte/nur-bau.txt", "akte/akte.toml",
        "protokoll.jsonl", "rueckmeldungen.jsonl",
    )
)  # fmt: skip
"""Where the files of an installation might lie, if the server gave any."""


def _tool(chosen: random.Random, document: str, question: str) -> Wish:
    name, arguments = chosen.choice(
        [
            ("frage", {"frage": question, "verlauf": []}),
            ("suche", {"woerter": "Kreistag Firma", "anzahl": 50}),
            ("dokumente", {}),
            ("zitat", {"dokument": document, "anfang": 0, "ende": 200}),
            ("sitzungsblatt", {"dokument": document}),
        ]
    )
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    return Wish("tool", "POST", "/mcp", call)


def _chat(question: str, asking: int, chosen: random.Random) -> Wish:
    session = f"gespraech-{asking}-{chosen.random()}"
    body = {"fn_index": asking, "data": [question, None, ""], "session_hash": session}
    return Wish("chat", "POST", "/gradio_api/queue/join", body, f"/gradio_api/queue/data?session_hash={session}")


def _staff(chosen: random.Random, document: str) -> Wish:
    return chosen.choice(
        [
            Wish("staff", "GET", "/api/v1/staff/documents"),
            Wish("staff", "GET", "/api/v1/staff/changes"),
            Wish("staff", "GET", "/api/v1/staff/changes/erfunden"),
            Wish("staff", "DELETE", "/api/v1/staff/documents/gibt-es-nicht"),
            Wish("staff", "PUT", f"/api/v1/staff/documents/{document}/sichtbar", {"visibility": "public"}),
        ]
    )


def _broken(chosen: random.Random, document: str) -> Wish:
    api = f"/api/v1/documents/{document}"
    return chosen.choice(
        [
            Wish("broken", "GET", f"{api}/citation?start=999999&end=1"),
            Wish("broken", "GET", f"/api/v1/documents/{DAMAGED.document}/citation?start=0&end=9"),
            Wish("broken", "GET", f"{api}/citation?start=-1&end=x"),
            Wish("broken", "GET", f"{api}/pages/99.png"),
            Wish("broken", "GET", f"/seiten/{document}/-1.png"),
            Wish("broken", "POST", "/api/v1/ask", "kein JSON"),
            Wish("broken", "POST", "/api/v1/ask", {"question": ""}),
            Wish("broken", "POST", "/api/v1/ask", {"question": "x" * 5000, "documents": [document]}),
            Wish("broken", "POST", "/api/v1/check", {"text": "\x00"}),
            Wish(
                "broken", "POST", "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "x"}}
            ),
            Wish("broken", "GET", f"/original/{document}"),
            Wish("broken", "POST", "/rueckmeldungen/erfunden", {"verdict": "wrong"}),
        ]
    )


class Asker:
    """Asks as everybody, until as many requests have been made as are wanted."""

    def __init__(self, installation: Installation, timeline: Timeline, findings: Findings, wanted: int) -> None:
        self._installation = installation
        self._timeline = timeline
        self._findings = findings
        self._wanted = wanted
        events = httpx.get(f"{installation.address}/config", timeout=PATIENCE_SECONDS).json()["dependencies"]
        (self._asking,) = [event["id"] for event in events if len(event["inputs"]) == len(event["outputs"]) == 3]

    def ask(self, seed: int) -> None:
        """Ask one request after the other."""
        chosen = random.Random(seed)  # noqa: S311 - draws requests, not secrets
        with httpx.Client(base_url=self._installation.address, timeout=PATIENCE_SECONDS) as client:
            while sum(self._findings.requests.values()) < self._wanted:
                who = chosen.choice(["niemand", *ROLES])
                self._ask(client, who, wish(chosen, self._installation, self._asking))

    def _ask(self, client: httpx.Client, who: str, wanted: Wish) -> None:
        headers = {"Accept": "application/json, text/event-stream"} if wanted.address == "/mcp" else {}
        if who != "niemand":
            headers["Authorization"] = f"Bearer {self._installation.tokens[who]}"
        body: Json = {"content": wanted.body} if isinstance(wanted.body, str) else {"json": wanted.body}
        begin = time.time()
        response = client.request(wanted.method, wanted.address, headers=headers, **body)
        answers = [response]
        if wanted.follow is not None and response.status_code == 200:
            answers.append(client.get(wanted.follow, headers=headers))
        hidden = self._timeline.hidden_from(who, begin, time.time())
        if wanted.kind == "staff" and DAMAGED.mark not in hidden:
            hidden -= {UPLOADED.document}  # staff are told of their own uploads and removals for a while
        with self._findings.lock:
            for answer in answers:
                told = answer.content + b"\n" + json.dumps(dict(answer.headers)).encode()
                found = leaked(answer.content, hidden, wanted.sent) | leaked(told, hidden, wanted.sent)
                self._findings.requests[wanted.kind] += 1
                self._findings.statuses[answer.status_code] += 1
                if found:
                    self._findings.leaks.append(f"{wanted.method} {wanted.address} as {who}: {sorted(found)}")
                if answer.status_code == 500 and DAMAGED.mark in hidden:
                    self._findings.failures.append(f"{wanted.method} {wanted.address}: {answer.text[:300]}")


class Changer:
    """Changes documents and roles, one change after the other."""

    def __init__(self, installation: Installation, timeline: Timeline, findings: Findings, seed: int) -> None:
        self._installation = installation
        self._timeline = timeline
        self._findings = findings
        self._chosen = random.Random(seed)  # noqa: S311 - draws changes, not secrets

    def change(self, *, read: bool) -> None:
        """One change; with ``read`` one for which files are read, which takes seconds."""
        if read:
            self._chosen.choice([self._replace, self._replace, self._replace, self._upload])()
        else:
            self._chosen.choice([self._reclassify, self._withdraw])()

    def _reclassify(self) -> None:
        now = self._timeline.now
        marked = self._chosen.choice([one for one in DOCUMENTS if one in now.documents])
        access = self._chosen.choice(ACCESSES)
        with self._timeline.changing({**now.documents, marked: access}, now.roles):
            self._installation.set_access(marked, access)
        self._findings.changes["access"] += 1

    def _withdraw(self) -> None:
        now = self._timeline.now
        name = self._chosen.choice(list(ROLES))
        held = [] if now.roles[name] and self._chosen.random() < 0.6 else ROLES[name][0]
        with self._timeline.changing(now.documents, {**now.roles, name: set(held)}):
            self._installation.accounts.set_roles(name, held, ROLES[name][1] if "council_member" in held else [])
        self._findings.changes["roles"] += 1

    def _replace(self) -> None:
        """The changing document goes, or comes as another one."""
        now = self._timeline.now
        there = [marked for marked in CHANGING if marked in now.documents]
        fresh = [] if there and self._chosen.random() < 0.5 else [self._chosen.choice(CHANGING)]
        kept = {marked: access for marked, access in now.documents.items() if marked not in there}
        with self._timeline.changing({**kept, **{marked: DECLARED[marked.access] for marked in fresh}}, now.roles):
            self._installation.ingest((*DOCUMENTS, DAMAGED, *fresh))
        self._findings.changes["replaced" if fresh else "removed"] += 1

    def _upload(self) -> None:
        """Staff upload a document through the web chat, or remove it there."""
        now = self._timeline.now
        there = UPLOADED in now.documents
        kept = {marked: access for marked, access in now.documents.items() if marked != UPLOADED}
        key = {"Authorization": f"Bearer {STAFF_KEY}"}
        with (
            httpx.Client(base_url=f"{self._installation.address}/api/v1/staff", headers=key, timeout=60) as client,
            self._timeline.changing(kept if there else {**kept, UPLOADED: Access("internal")}, now.roles),
        ):
            if there:
                known = client.get("/documents").json()
                (document,) = [one["document"] for one in known if UPLOADED.document in one["document"]]
                change = client.delete(f"/documents/{document}")
            else:
                name = {"name": f"{UPLOADED.document}.md", "visibility": "internal"}
                change = client.post("/uploads", params=name, content=_sent(UPLOADED).encode())
            change.raise_for_status()
            until = time.monotonic() + PATIENCE_SECONDS
            while (told := client.get(f"/changes/{change.json()['key']}").json())["state"] in ("waiting", "working"):
                if time.monotonic() > until:
                    raise RuntimeError("a change by staff does not end")
                time.sleep(0.2)
        if told["state"] == "failed":
            raise RuntimeError(f"a change by staff failed: {told['report']}")
        self._findings.changes["removed by staff" if there else "uploaded"] += 1


def _sent(marked: Marked) -> str:
    return f"# Vorlage {marked.mark}\n\nDen Auftrag für {marked.mark} bekommt die Firma {marked.secret}.\n"


def search_logs(installation: Installation, timeline: Timeline, findings: Findings) -> None:
    """Look for words in what the server has logged, and for documents that nobody could see in the audit log."""
    log = installation.log.read_bytes()
    findings.lines = log.count(b"\n")
    for word in (*ALL_WORDS, *QUESTIONS, *installation.tokens.values(), STAFF_KEY):
        if word.casefold() in log.decode("utf-8", "replace").casefold():
            findings.leaks.append(f"log: {word}")
    audit = AuditLog(installation.data, days=90)
    titles = {word for marked in EVERYTHING for word in (marked.mark, marked.secret)}
    kept = b"".join(path.read_bytes() for path in sorted(installation.data.glob(f"{audit.path.name}*")))
    findings.leaks += [f"audit log: {word}" for word in leaked(kept, titles)]
    for entry in audit.entries():
        findings.entries += 1
        if entry.question is not None:
            findings.leaks.append(f"audit log: a question of {entry.account}")
        seen = leaked(entry.document.encode(), timeline.hidden_from(entry.account, entry.at - 60, entry.at))
        if seen and entry.action != "change":
            findings.leaks.append(f"audit log: {entry.account or 'the public'} has seen {sorted(seen)}")


def measure(
    directory: Path,
    models: Path,
    embedding: SentenceEmbedding,
    *,
    requests: int,
    people: int = 4,
    seed: int = 20140317,
    reads_every: float = 15.0,
) -> Findings:
    """Ask as often as wanted while everything changes; files are read every so many seconds, at least once."""
    findings = Findings()
    installation = Installation(directory, models, embedding)
    installation.damage(DAMAGED)
    documents = {marked: DECLARED[marked.access] for marked in (*DOCUMENTS, *MISSING, CHANGING[0], DAMAGED)}
    timeline = Timeline(documents, {name: set(roles) for name, (roles, _) in ROLES.items()})
    with ExitStack() as stack:
        stack.enter_context(installation.served())
        asker = Asker(installation, timeline, findings, requests)
        changer = Changer(installation, timeline, findings, seed)
        began = last = time.monotonic()
        changer.change(read=False)
        threads = [_Thread(asker.ask, seed + number) for number in range(people)]
        for thread in threads:
            thread.start()
        first = True
        while any(thread.is_alive() for thread in threads):
            read = first or time.monotonic() - last > reads_every
            changer.change(read=read)
            if read:
                first, last = False, time.monotonic()
            time.sleep(0.1)
        for thread in threads:
            thread.end()
        findings.seconds = time.monotonic() - began
    search_logs(installation, timeline, findings)
    return findings


class _Thread(threading.Thread):
    """Its error is not lost."""

    def __init__(self, work: Callable[[int], None], seed: int) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._seed = seed
        self._error: BaseException | None = None

    def run(self) -> None:
        """Work, and keep what went wrong."""
        try:
            self._work(self._seed)
        except BaseException as error:  # noqa: BLE001 - raised again by :meth:`end`
            self._error = error

    def end(self) -> None:
        """Wait; raise what went wrong."""
        self.join()
        if self._error is not None:
            raise self._error


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the figures; exit code 1 if anything leaked or failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--requests", type=int, default=5000)
    parser.add_argument("--people", type=int, default=4, help="how many ask at once")
    parser.add_argument("--seed", type=int, default=20140317)
    parser.add_argument("--keep", type=Path, help="an empty directory in which everything stays")
    options = parser.parse_args(arguments)
    models = load_settings().models_directory.resolve()
    with ExitStack() as stack:
        directory = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        embedding = open_embedding(Settings(models=models))
        found = measure(
            directory.resolve(), models, embedding, requests=options.requests, people=options.people, seed=options.seed
        )
    print(f"{sum(found.requests.values())} requests in {found.seconds:.0f} s: {_told(found.requests)}")
    print(f"answers by status: {_told(found.statuses)}")
    print(f"meanwhile: {_told(found.changes)}")
    print(f"searched besides: {found.lines} lines of the log, {found.entries} entries of the audit log")
    for line in (*found.leaks, *found.failures):
        print(line)
    print(f"leaks: {len(found.leaks)}; unexpected errors: {len(found.failures)}")
    return 1 if found.leaks or found.failures else 0


def _told(counted: Counter[Any]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(counted.items(), key=str))


if __name__ == "__main__":
    sys.exit(main())
