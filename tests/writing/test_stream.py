from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from assistant.writing.stream import SentenceStream, WrittenSentence

TEXT = (
    "Am 12. April tagte der Rat [1]. Er beriet z. B. den Radweg. [2][3] Die Kosten liegen bei 1,2 Mio. Euro [4, 5]!\n"
    "- **Kommune 07** lehnt ab [6].\n\nOhne Marke"
)
SENTENCES = [
    WrittenSentence("Am 12. April tagte der Rat.", (1,)),
    WrittenSentence("Er beriet z. B. den Radweg.", (2, 3)),
    WrittenSentence("Die Kosten liegen bei 1,2 Mio. Euro!", (4, 5)),
    WrittenSentence("Kommune 07 lehnt ab.", (6,)),
    WrittenSentence("Ohne Marke", ()),
]


def read(pieces: list[str]) -> list[WrittenSentence]:
    stream = SentenceStream()
    found = [sentence for piece in pieces for sentence in stream.feed(piece)]
    return [*found, *stream.rest()]


def test_a_text_at_once_comes_as_its_sentences_with_their_markers() -> None:
    assert read([TEXT]) == SENTENCES


@given(st.lists(st.integers(1, len(TEXT) - 1), max_size=30))
def test_it_does_not_matter_where_the_text_is_cut(cuts: list[int]) -> None:
    edges = [0, *sorted(set(cuts)), len(TEXT)]
    assert read([TEXT[a:b] for a, b in pairwise(edges)]) == SENTENCES


def test_a_sentence_comes_as_soon_as_the_next_has_begun() -> None:
    stream = SentenceStream()
    assert list(stream.feed("Der Rat tagt [1]. ")) == []
    assert list(stream.feed("Er berät")) == [WrittenSentence("Der Rat tagt.", (1,))]


@given(st.text(max_size=200))
def test_whatever_a_model_writes_is_read(text: str) -> None:
    read([text])


def test_what_never_ends_is_cut() -> None:
    stream = SentenceStream()
    assert any(list(stream.feed("und so weiter ")) for _ in range(200))
