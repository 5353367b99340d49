"""The reading network: what it is shown, and that ONNX Runtime computes what was trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.factcheck.network import ToRelate, open_claim_network
from assistant.reader.encoding import MAX_TOKENS, OUTSIDE, PassageEncoder
from assistant.reader.network import PassageToRead, ReadingNetwork, network_weights, open_network
from corpus.embedding import SentenceEmbedding, open_embedding
from corpus.settings import Settings

QUESTION = "Was kostet das Integrationszentrum im Jahr?"
SENTENCES = [
    "Der Kreistag hat die Verwaltung am 9. Dezember 2013 beauftragt, eine Konzeption vorzulegen.",
    "Die Kosten des Integrationszentrums betragen 125.950 Euro im Jahr.",
    "Ansprechpartner ist das Sozialamt.",
]


@pytest.fixture(scope="module")
def embedding(models_directory: Path) -> SentenceEmbedding:
    return open_embedding(Settings(models=models_directory))


@pytest.fixture(scope="module")
def encoder(embedding: SentenceEmbedding) -> PassageEncoder:
    return PassageEncoder(embedding.tokenizer)


@pytest.fixture(scope="module")
def network(embedding: SentenceEmbedding, models_directory: Path) -> ReadingNetwork:
    return open_network(Settings(models=models_directory), embedding)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=st.text(max_size=400),
    context=st.text(max_size=200),
    sentences=st.lists(st.text(min_size=1, max_size=300), min_size=1, max_size=40),
)
def test_tokens_stand_where_they_say_in_their_sentence(
    encoder: PassageEncoder, question: str, context: str, sentences: list[str]
) -> None:
    encoded = encoder.encode(question, context, sentences)
    assert len(encoded.ids) <= MAX_TOKENS
    assert len(encoded.ids) == len(encoded.sentence) == len(encoded.starts) == len(encoded.ends)
    numbers = encoded.sentence[encoded.sentence != OUTSIDE]
    assert (np.diff(numbers) >= 0).all()
    assert encoded.complete <= len(sentences)
    for number, start, end in zip(encoded.sentence, encoded.starts, encoded.ends, strict=True):
        if number != OUTSIDE:
            assert 0 <= start <= end <= len(sentences[number])


def test_a_passage_that_is_too_long_is_read_as_far_as_it_goes(encoder: PassageEncoder, network: ReadingNetwork) -> None:
    many = [f"Satz {number} handelt von der Gebührensatzung der Kommune." for number in range(100)]
    encoded = encoder.encode(QUESTION, "", many)
    assert len(encoded.ids) == MAX_TOKENS
    assert 0 < encoded.complete < 100
    (reading,) = network.read(QUESTION, [PassageToRead("", many)])
    assert len(reading.holding) == 100
    assert (reading.holding[encoded.complete + 1 :] < -10).all()
    assert reading.short_answer(99) is None


def test_the_sentence_that_answers_comes_first_and_holds_the_short_answer(network: ReadingNetwork) -> None:
    (reading,) = network.read(QUESTION, [PassageToRead("Finanzen", SENTENCES)])
    assert int(reading.holding.argmax()) == 1
    found = reading.short_answer(1)
    assert found is not None
    start, end, _ = found
    assert "125.950" in SENTENCES[1][start:end]


def test_each_passage_gets_its_own_reading_whatever_is_read_beside_it(network: ReadingNetwork) -> None:
    passages = [PassageToRead("", SENTENCES), PassageToRead("", SENTENCES[:1]), PassageToRead("", SENTENCES[1:])]
    together = network.read(QUESTION, passages)
    for passage, reading in zip(passages, together, strict=True):
        (alone,) = network.read(QUESTION, [passage])
        assert alone.holding == pytest.approx(reading.holding)
        assert alone.answers == pytest.approx(reading.answers)


@pytest.mark.slow
@pytest.mark.parametrize(("precision", "tolerance"), [("float32", 1e-3), ("int8", 1.5)])
def test_onnx_runtime_computes_what_was_trained(
    embedding: SentenceEmbedding, precision: str, tolerance: float, tmp_path: Path
) -> None:
    import torch

    from eval.training.batches import collated, encoded
    from eval.training.examples import Example
    from eval.training.network import ReadingNetwork as TrainedNetwork
    from eval.training.weights import read_weights

    weights = tmp_path / "network.safetensors"
    weights.write_bytes(network_weights())
    trained = TrainedNetwork(embedding.directory).eval()
    read_weights(trained, weights)
    example = Example("", QUESTION, "Finanzen", SENTENCES, [0] * 3, [0] * 3, None, 0)
    batch = collated(encoded([example], PassageEncoder(embedding.tokenizer)))
    with torch.no_grad():
        expected = trained(batch.ids, batch.mask, batch.sentence, len(SENTENCES))
    network = ReadingNetwork(embedding.directory, embedding.tokenizer, network_weights, precision)  # type: ignore[arg-type]
    (reading,) = network.read(QUESTION, [PassageToRead("Finanzen", SENTENCES)])
    assert network.precision == precision
    assert reading.holding == pytest.approx(expected.sentences[0, :, 0].numpy(), abs=tolerance)
    assert reading.belonging == pytest.approx(expected.sentences[0, :, 1].numpy(), abs=tolerance)
    assert reading.answers == pytest.approx(float(expected.passages[0]), abs=tolerance)
    assert reading.starts == pytest.approx(expected.spans[0, :, 0].numpy(), abs=tolerance)


def test_the_networks_for_reading_and_for_checking_leave_each_others_files_alone(
    embedding: SentenceEmbedding, models_directory: Path
) -> None:
    """Each used to take the other's files for older ones of its own: both wrote them anew whenever they were opened."""

    def use_both() -> dict[str, int]:
        settings = Settings(models=models_directory)
        open_network(settings, embedding).read(QUESTION, [PassageToRead("", SENTENCES)])
        open_claim_network(settings, embedding).relate([ToRelate(SENTENCES[0], "", SENTENCES[1])])
        found = [*embedding.directory.glob("reader.*"), *embedding.directory.glob("claims.*")]
        return {file.name: file.stat().st_mtime_ns for file in found}

    first = use_both()
    assert {"reader", "claims"} == {name.partition(".")[0] for name in first}
    assert use_both() == first
