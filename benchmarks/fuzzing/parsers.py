"""What is fuzzed inside of this process: the register, the settings, questions, drafts."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from assistant.answer import Turn
from assistant.factcheck.checker import check_draft
from assistant.factcheck.claims import find_claims
from assistant.factcheck.comparing import ToldClaim
from assistant.factcheck.figures import miscounts
from assistant.factcheck.quotations import changes, is_verbatim, quotations
from assistant.question import QuestionReader, check_question
from assistant.scope_words import find_scope
from assistant.tasks import task_of
from benchmarks.fuzzing.mutation import Mutator
from corpus.analysis import match_expression, query_terms
from corpus.register import REGISTER_FILE, load_register
from corpus.settings import SETTINGS_FILE, load_settings
from corpus.spelling import Vocabulary
from corpus.types import Abbreviation, DocumentInfo, Span

ROOT: Final = Path(__file__).parents[2]
_REGISTER: Final = ROOT / "corpus" / "akten" / "kommunales-integrationszentrum" / REGISTER_FILE
_LONGEST_QUESTION: Final = 2_000
_LONGEST_DRAFT: Final = 500_000
_SETTINGS: Final = (
    """
data = "daten"
host = "127.0.0.1"
port = 7860
examples = true
operating_point = "vorsichtig"
""",
    """
accounts = true
https = true
trusted_proxies = ["10.0.0.0/8", "::1"]
proxy_user_header = "X-Remote-User"
""",
    """
language_model = "openai"
language_model_url = "http://localhost:8000/v1"
language_model_name = "qwen"
language_model_seconds = 60.5
max_question_length = 2000
""",
    """
staff_key = "nur-fuer-Tests-und-lang-genug"
audit = true
audit_days = 90
upload_limit_mb = 100
contact = "Frau Muster"
metrics_port = 9100
log_format = "json"
""",
)
_ABBREVIATIONS: Final = (
    Abbreviation("KI", "Kommunales Integrationszentrum", Span(0, 2)),
    Abbreviation("MAIS", "Ministerium für Arbeit, Integration und Soziales", Span(5, 9)),
)
_KINDS: Final = ("Vorlage", "Konzeption", "Anhang 1", "Anhang 2", "Anlage 12")
_QUESTIONS: Final = (
    "Und wer ist dagegen?", "Was kostet es, und bis wann soll es fertig sein?", "Was steht laut Anhang 2 auf Seite 3?",
    "Wofür steht MAIS?", "Wie oft tagt der Ausschuss in der Sitzung am 17.03.2014?",
    "Vergleiche Anhang 1 und Anhang 2.",
    "Fasse die Vorlage in Einfacher Sprache zusammen!", "Wie hoch ist die Kreisumlage 2014 von Kommune 07?",
)  # fmt: skip


def packaged(folder: str, field: str) -> list[str]:
    """A field of all entries of the packaged JSON Lines in a folder."""
    return [
        str(json.loads(entry)[field])
        for path in sorted((ROOT / "eval" / folder).glob("*.jsonl"))
        for entry in path.read_text(encoding="utf-8").splitlines()
    ]


class Register:
    """``akte.toml`` beside files of the names that the good one has."""

    name = "register"
    seconds = 2.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "akte"
        self._good = _REGISTER.read_text(encoding="utf-8")
        for found in load_register(_REGISTER.parent).documents:
            for name in filter(None, (found.file, found.source)):
                (self._folder / name).parent.mkdir(parents=True, exist_ok=True)
                (self._folder / name).touch()

    def make(self, mutator: Mutator) -> bytes:
        """Text mostly, sometimes any bytes."""
        if mutator.random.random() < 0.1:
            return mutator.data(self._good.encode())
        return mutator.text(self._good, (self._good[:2000], "[" * 2000, "a = 1\n[b]\n")).encode(errors="surrogatepass")

    def run(self, data: bytes) -> None:
        """Read it; what is read lies in its folder."""
        (self._folder / REGISTER_FILE).write_bytes(data)
        akte = load_register(self._folder)
        for entry in akte.present():
            if not akte.path(entry).resolve().is_relative_to(self._folder.resolve()):
                raise AssertionError(f"{entry.file} lies outside")
        akte.missing()


class SettingsFile:
    """``aktenkundig.toml`` in the working directory."""

    name = "settings"
    seconds = 2.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "einstellungen"
        self._folder.mkdir()

    def make(self, mutator: Mutator) -> bytes:
        """One of some good ones, changed."""
        good = mutator.random.choice(_SETTINGS)
        return mutator.text(good, _SETTINGS).encode(errors="surrogatepass")

    def run(self, data: bytes) -> None:
        """Read them as a command does."""
        before = Path.cwd()
        os.chdir(self._folder)
        try:
            Path(SETTINGS_FILE).write_bytes(data)
            load_settings().fingerprint  # noqa: B018 - a property that computes
        finally:
            os.chdir(before)


class Questions:
    """Understanding a question with its history, without looking for anything."""

    name = "questions"
    seconds = 3.0

    def __init__(self, _folder: Path) -> None:
        words = (ROOT / "corpus/akten/kommunales-integrationszentrum/vorlage.txt").read_text(encoding="utf-8").split()
        self._reader = QuestionReader(_ABBREVIATIONS, Vocabulary({word: 1 for word in words if word.isalpha()}))
        self._documents = [_document(kind) for kind in _KINDS]
        self._good = [*packaged("fragen", "question"), *_QUESTIONS]

    def make(self, mutator: Mutator) -> bytes:
        """A JSON list: the question, then those before it."""
        asked = mutator.random.choices(self._good, k=mutator.random.choice((1, 1, 2, 5)))
        changed = [mutator.text(question, self._good)[: 2 * _LONGEST_QUESTION] for question in asked]
        return json.dumps(changed).encode()

    def run(self, data: bytes) -> None:
        """Everything that an assistant does before it searches."""
        question, *before = json.loads(data)
        check_question(question, _LONGEST_QUESTION)
        history = [Turn(role="user", text=text) for text in before]
        find_scope(question, self._documents)
        for part in self._reader.understand_parts(question, history):
            task_of(part.standalone, part.kind)
            match_expression(query_terms(part.search))


class Drafts:
    """Taking a draft apart, and all that is compared or computed without a model."""

    name = "drafts"
    seconds = 10.0

    def __init__(self, _folder: Path) -> None:
        self._good = packaged("entwuerfe", "text")

    def make(self, mutator: Mutator) -> bytes:
        """A paragraph or a whole draft."""
        good = mutator.random.choice(self._good)
        if mutator.random.random() < 0.8:
            good = mutator.random.choice(good.split("\n\n"))
        return mutator.text(good, self._good).encode(errors="surrogatepass")

    def run(self, data: bytes) -> None:
        """Claims lie in the draft, one after the other."""
        draft = data.decode(errors="surrogatepass")
        check_draft(draft, _LONGEST_DRAFT)
        end = 0
        for claim in find_claims(draft):
            if not end <= claim.span.start < claim.span.end <= len(draft):
                raise AssertionError(f"a claim at {claim.span} behind {end}")
            if claim.text != " ".join(draft[claim.span.start : claim.span.end].split()):
                raise AssertionError(f"{claim.text!r} does not stand at its place")
            end = claim.span.end
            miscounts(claim.sentence)
            ToldClaim(claim.text, claim.context)
            for quoted in quotations(claim.text):
                is_verbatim(claim.text[quoted.start : quoted.end], claim.sentence)
                list(changes(claim.text, quoted, claim.sentence))


def _document(kind: str) -> DocumentInfo:
    return DocumentInfo(
        kind.lower().replace(" ", "-"), kind, kind, "akte", "2014-03-17", None, None, None, None, "original", "public",
        f"{kind}.pdf", "0" * 64, "application/pdf", 3,
    )  # fmt: skip
