"""The packaged question sets on the packaged Akte, measured in a store that holds this Akte and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.assistant import Assistant
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.errors import AktenkundigError
from corpus.settings import Settings
from corpus.store import Scope, Store
from eval.documents import StoredDocuments
from eval.evaluation import Data, Evaluation, documents_hash, evaluate
from eval.performance import measure
from eval.questions import EvaluationQuestion, load_questions
from eval.systems import side_by_side
from eval.tasks.base import Heard
from eval.tasks.question_set import QuestionSetTask
from eval.wordings import Wordings
from ingest.pipeline import Ingestor

FOLDER: Final = Path(__file__).parent
AKTEN: Final = FOLDER.parent / "corpus" / "akten"


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """``examples`` tells whether the example documents are searched: what they say would make other questions."""

    name: str
    title: str
    examples: bool

    @property
    def file(self) -> Path:
        """The file of the questions."""
        return FOLDER / "fragen" / f"{self.name}.jsonl"


VORLAGE: Final = QuestionSet("vorlage", "Fragen zur Vorlage, ohne die Beispieldokumente", examples=False)
AKTE: Final = QuestionSet("akte", "Fragen zur ganzen Akte, mit den Beispieldokumenten", examples=True)
PACKAGED: Final = (VORLAGE, AKTE)


def evaluate_packaged(
    settings: Settings,
    folder: Path,
    *,
    baselines: bool = True,
    performance: bool = True,
    heard: Heard | None = None,
) -> Iterator[tuple[QuestionSet, Evaluation]]:
    """Ingest the packaged Akte into ``folder`` and ask both question sets there.

    Raises :class:`AktenkundigError` if a page of the Akte could not be read: without Tesseract its scans cannot.
    """
    there = settings.model_copy(
        update={"data": folder / "daten", "models": settings.models_directory, "chroma_url": ""}
    )
    embedding = open_embedding(there)
    report = Ingestor(there, embedding).ingest([AKTEN])
    if not report.complete:
        raise AktenkundigError(
            "Die mitgelieferte Akte ließ sich nicht ganz einlesen; für ihre Scans braucht es Tesseract mit deutschen "
            "Sprachdaten (Debian: tesseract-ocr, tesseract-ocr-deu)."
        )
    measured = measure(there) if performance else None
    for packaged in PACKAGED:
        chosen = there.model_copy(update={"examples": packaged.examples})
        questions = load_questions(packaged.file)
        chunks = folder / f"chunks-{packaged.name}"
        evaluation = evaluate_questions(
            chosen,
            embedding,
            questions,
            title=packaged.title,
            file=packaged.file,
            chunks=chunks if baselines else None,
            heard=heard,
        )
        evaluation.performance = measured
        yield packaged, evaluation


def evaluate_questions(
    settings: Settings,
    embedding: SentenceEmbedding,
    questions: list[EvaluationQuestion],
    *,
    title: str,
    file: Path,
    chunks: Path | None,
    heard: Heard | None = None,
) -> Evaluation:
    """Ask ``questions`` of the assistant over the store of ``settings``.

    With a new folder ``chunks`` for LlamaIndex's index, the baselines are asked as well.
    """
    scope = Scope(examples=settings.examples)
    with ExitStack() as resources:
        store = Store(settings.data)
        resources.callback(store.close)
        documents = StoredDocuments(store, scope)
        task = QuestionSetTask(questions, documents)
        assistant = Assistant(settings, embedding)
        resources.callback(assistant.close)
        wordings = Wordings()
        evaluation = evaluate(
            task,
            side_by_side(assistant, store, embedding, documents, scope=scope, chunks=chunks, wordings=wordings),
            task.run,
            title=title,
            data=Data.of(file, len(questions)),
            settings=settings.fingerprint,
            documents=documents_hash(documents),
            heard=heard,
        )
        evaluation.wordings = wordings
        return evaluation
