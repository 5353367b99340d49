"""Texts of a benchmark in a temporary store: ingested and searched as files of users are.

Each text becomes an HTML page with a paragraph for each of its lines, as the web pages were that these data sets were
made of. Offsets of the data set are mapped to those of the canonical text, and back: quotes are given in the data set's
own characters.
"""

from __future__ import annotations

import html
import tempfile
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Self

from assistant.answer import Citation
from assistant.assistant import Assistant
from assistant.reader import Weights
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.records import EVERYTHING
from corpus.settings import Settings
from corpus.store import Store
from corpus.types import Span
from eval.documents import StoredDocuments
from eval.questions import Place
from eval.systems import System, side_by_side
from eval.wordings import Wordings
from ingest.pipeline import Ingestor


@dataclass(frozen=True, slots=True)
class AlignedText:
    """A text of the data set and the canonical text that was made of it.

    ``positions`` holds the offset in the canonical text of each character that both have, ``origins`` its offset in the
    source; both ascend. ``lost`` is how many characters of the source were not read.
    """

    source: str
    document: str
    positions: Sequence[int]
    origins: Sequence[int]
    lost: int = 0

    def in_source(self, span: Span) -> Span | None:
        """Where a span of the canonical text stands in the source, or ``None`` for one of blanks only."""
        first, last = bisect_left(self.positions, span.start), bisect_left(self.positions, span.end) - 1
        if first > last:
            return None
        end = self.origins[last] + 1
        # A letter may be written with a combining mark after it in the source.
        while end < len(self.source) and unicodedata.combining(self.source[end]):
            end += 1
        return Span(self.origins[first], end)

    def quote(self, span: Span) -> str:
        """A span of the canonical text in the source's own characters."""
        found = self.in_source(span)
        return self.source[found.start : found.end] if found is not None else ""


def align(source: str, document: str, canonical: str) -> AlignedText:
    """Align a source with its canonical text; both have the same characters but for blanks, dashes and composition.

    What the reader took for furniture, such as a number alone on the last line, is missing in the canonical text.
    """
    ours, theirs = _letters(canonical), _letters(source)
    blocks = [(0, 0, len(ours))]
    if [letter for letter, _ in ours] != [letter for letter, _ in theirs]:
        matcher = SequenceMatcher(
            None, [letter for letter, _ in ours], [letter for letter, _ in theirs], autojunk=False
        )
        blocks = [(block.a, block.b, block.size) for block in matcher.get_matching_blocks()]
    return AlignedText(
        source,
        document,
        [offset for first, _, size in blocks for _, offset in ours[first : first + size]],
        [offset for _, first, size in blocks for _, offset in theirs[first : first + size]],
        len(theirs) - sum(size for _, _, size in blocks),
    )


def _letters(text: str) -> list[tuple[str, int]]:
    """The characters that count, composed, each with the offset at which it begins."""
    found: list[tuple[str, int]] = []
    start = 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        found += [
            (character, start)
            for character in unicodedata.normalize("NFC", text[start:end])
            if not character.isspace() and unicodedata.category(character) not in {"Pd", "Cf", "Cc"}
        ]
        start = end
    return found


class IngestedTexts:
    """A temporary store over texts; a context manager, because it owns a folder, a store and an assistant.

    ``folder`` keeps files and store for the next run, which then embeds nothing anew. ``weights`` replace the reader's
    stored ones, for calibrating.
    """

    def __init__(
        self, texts: Sequence[str], settings: Settings, *, folder: Path | None = None, weights: Weights | None = None
    ) -> None:
        self._texts = texts
        self._pages = [_page(text) for text in texts]
        first: dict[str, str] = {}
        self._names = [first.setdefault(page, f"text-{number:05}") for number, page in enumerate(self._pages)]
        self._numbers: dict[str, list[int]] = {}
        for number, name in enumerate(self._names):
            self._numbers.setdefault(name, []).append(number)
        self._base = settings
        self._folder = folder
        self._weights = weights
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as resources:
            self._scratch = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="aktenkundig-")))
            folder = self._folder or self._scratch
            self.settings = self._base.model_copy(
                update={
                    "data": folder / "daten",
                    "models": self._base.models_directory,
                    "examples": True,
                    "chroma_url": "",  # nothing of it is to stay on a server
                }
            )
            self.embedding: SentenceEmbedding = open_embedding(self.settings)
            self._ingest(folder / "texte")
            self.store = Store(self.settings.data)
            resources.callback(self.store.close)
            self.assistant = Assistant(self.settings, self.embedding, weights=self._weights)
            resources.callback(self.assistant.close)
            self.documents = StoredDocuments(self.store)
            self.aligned = [
                align(text, document, self.documents.get(document, ""))
                for text, document in zip(self._texts, self._names, strict=True)
            ]
            self._resources = resources.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._resources.close()

    def systems(self, *, baselines: bool) -> list[System]:
        """The assistant, and with ``baselines`` what plain pipelines do over the same documents."""
        chunks = self._scratch / "chunks" if baselines else None
        return side_by_side(
            self.assistant,
            self.store,
            self.embedding,
            self.documents,
            scope=EVERYTHING,
            chunks=chunks,
            wordings=Wordings(),
        )

    def notice(self) -> str | None:
        """A sentence on what was not read, and so cannot be found; ``None`` if all was."""
        lost = [text for text in self.aligned if text.lost]
        if not lost:
            return None
        letters = sum(text.lost for text in lost)
        return (
            f"Nicht ganz eingelesen: {len(lost)} von {len(self.aligned)} Texten ({letters} Zeichen); was fehlt, kann "
            "nicht gefunden werden."
        )

    def document(self, number: int) -> str:
        """The id of the document that holds a text; texts that are the same share one."""
        return self._names[number]

    def numbers(self, document: str) -> list[int]:
        """The texts that a document holds."""
        return self._numbers[document]

    def quote(self, place: Place | Citation) -> str:
        """What stands at a place, in the data set's own characters."""
        span = Span(place.char_start, place.char_end) if isinstance(place, Citation) else place.span
        return self.aligned[self._numbers[place.document][0]].quote(span)

    def short_answer(self, citation: Citation) -> str | None:
        """The short answer inside a citation, in the data set's own characters."""
        if citation.short_start is None or citation.short_end is None:
            return None
        return self.quote(Place(citation.document, Span(citation.short_start, citation.short_end)))

    def _ingest(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        wanted = {folder / f"{name}.html": page for name, page in zip(self._names, self._pages, strict=True)}
        for path in set(folder.glob("text-*.html")) - set(wanted):
            path.unlink()
        for path, page in wanted.items():
            if not path.is_file() or path.read_text(encoding="utf-8") != page:
                path.write_text(page, encoding="utf-8")
        Ingestor(self.settings, self.embedding).ingest([folder])


def _page(text: str) -> str:
    paragraphs = "".join(f"<p>{html.escape(line)}</p>\n" for line in text.split("\n") if line.strip())
    head = '<!doctype html>\n<html lang="de">\n<head><meta charset="utf-8"></head>\n'
    return f"{head}<body>\n{paragraphs}</body>\n</html>\n"
