"""A sentence-transformers directory read without PyTorch: place, identity, tokenizer, prompts."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from corpus.embedding.conversion import ORIGIN_FILE
from corpus.errors import SettingsError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

_WEIGHTS = (".safetensors", ".bin")
_SAMPLE = 1 << 16
_SAMPLES = 64
_PLAIN_MODULES = {"Transformer", "Pooling", "Normalize"}


class ModelDirectory:
    """The files of one model; each is read once, when it is first asked for."""

    def __init__(self, path: Path, name: str) -> None:
        """``name`` is how the operator calls it. Raises :class:`SettingsError` where ``path`` holds no model."""
        if not (path / "config.json").is_file() and not (path / "modules.json").is_file():
            raise SettingsError(
                f"Das Verzeichnis „{path}“ enthält kein Einbettungsmodell; bitte embedding_model prüfen."
            )
        self.path = path
        self.name = name

    @cached_property
    def identity(self) -> str:
        """Name and hash: what makes two vectors comparable, whatever the machine and the precision.

        Configuration files count whole, weights by size and 64 evenly spread samples of 64 KiB: training changes all
        of them, and gigabytes need not be read at each start.
        """
        origin = self.path / ORIGIN_FILE
        digest = hashlib.sha256()
        if origin.is_file():
            digest.update(origin.read_bytes())
        else:
            for path in sorted(self.path.rglob("*")):
                relative = path.relative_to(self.path)
                if any(part.startswith(".") for part in relative.parts) or not path.is_file():
                    continue
                if path.suffix in _WEIGHTS:
                    digest.update(f"{relative.as_posix()} {path.stat().st_size}".encode())
                    _update_with_samples(digest, path)
                elif path.suffix == ".json":
                    digest.update(relative.as_posix().encode() + path.read_bytes())
        return f"{self.name}@{digest.hexdigest()[:16]}"

    @cached_property
    def tokenizer(self) -> Tokenizer:
        """The fast tokenizer, without truncation and padding. Raises :class:`SettingsError` where there is none."""
        from tokenizers import Tokenizer

        path = next((path for path in self._module_files("tokenizer.json") if path.is_file()), None)
        if path is None:
            raise SettingsError(f"Das Einbettungsmodell „{self.name}“ hat keinen schnellen Tokenizer (tokenizer.json).")
        tokenizer = Tokenizer.from_file(str(path))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def max_tokens(self) -> int:
        """Tokens the model reads at most, prompt and marks included."""
        candidates = [
            self._json("sentence_bert_config.json").get("max_seq_length"),
            self._json("tokenizer_config.json").get("model_max_length"),
            self._json("config.json").get("max_position_embeddings"),
        ]
        # Tokenizers without a limit give an absurdly large number.
        return next((int(number) for number in candidates if number and number < 1_000_000), 512)

    @cached_property
    def padding(self) -> int:
        """The id of the padding token."""
        return int(self._json("config.json").get("pad_token_id") or 0)

    @cached_property
    def plain_dimension(self) -> int | None:
        """Length of the vectors where it can be read off, ``None`` where a further module changes it."""
        modules = json.loads((self.path / "modules.json").read_text()) if (self.path / "modules.json").is_file() else []
        width = self._json("config.json").get("hidden_size")
        plain = all(str(module.get("type", "")).rpartition(".")[2] in _PLAIN_MODULES for module in modules)
        return int(width) if plain and width else None

    @cached_property
    def prompts(self) -> tuple[str, str]:
        """The words that the model expects before a question and before a passage; empty where it expects none."""
        known = self._json("config_sentence_transformers.json").get("prompts") or {}
        query = known.get("query") or ""
        passage = known.get("passage") or known.get("document") or ""
        # The E5 family was published without naming its prompts, and is much worse without them.
        if not query and not passage and "e5-" in self.name.lower() and "instruct" not in self.name.lower():
            return "query: ", "passage: "
        return query, passage

    def _module_files(self, name: str) -> tuple[Path, Path]:
        return self.path / name, self.path / "0_Transformer" / name

    def _json(self, name: str) -> dict[str, Any]:
        """The content of a JSON file, empty where it is missing or unreadable."""
        for path in self._module_files(name):
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                continue
            if isinstance(content, dict):
                return content
        return {}


def find_directory(name: str) -> Path:
    """The directory that ``name`` means: itself, or the copy of a Hugging Face model, downloaded where it is missing.

    Raises :class:`SettingsError` with one German sentence where there is none, the hub being offline included.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        return path
    failure = SettingsError(
        f"Das Einbettungsmodell „{name}“ ist weder ein Verzeichnis noch von Hugging Face zu laden; "
        "bitte embedding_model und die Netzverbindung prüfen."
    )
    if path.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise failure
    import httpx
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    repository = name if "/" in name else f"sentence-transformers/{name}"
    patterns = ["*.json", "*.txt", "*.model", "*.safetensors"]
    excluded = ["onnx/*", "openvino/*"]
    try:
        try:
            found = snapshot_download(
                repository, allow_patterns=patterns, ignore_patterns=excluded, local_files_only=True
            )
        except LocalEntryNotFoundError:
            found = snapshot_download(repository, allow_patterns=patterns, ignore_patterns=excluded)
    except (HfHubHTTPError, HFValidationError, httpx.HTTPError, OSError, ValueError) as error:
        raise failure from error
    return Path(found)


def _update_with_samples(digest: hashlib._Hash, path: Path) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        for index in range(_SAMPLES):
            file.seek(max(0, size - _SAMPLE) * index // (_SAMPLES - 1))
            digest.update(file.read(_SAMPLE))
