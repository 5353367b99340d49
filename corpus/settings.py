"""Settings from ``aktenkundig.toml`` and ``AKTENKUNDIG_*``; an unknown key is an error, never ignored."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError as SourceError

from corpus.errors import SettingsError

PREFIX = "AKTENKUNDIG_"
SETTINGS_FILE = "aktenkundig.toml"


def _sendable(key: SecretStr) -> SecretStr:
    """Browsers send a key in a header: visible ASCII only, and long enough that nobody guesses it."""
    if not re.fullmatch(r"[!-~]{12,}", key.get_secret_value()):
        raise ValueError("too short, or not sendable")
    return key


_NO_URL = "„language_model_url“ braucht eine Adresse, die mit http:// oder https:// beginnt"
_NO_NAME = "„language_model_name“ muss sagen, welches Modell des Servers gemeint ist"
_NO_FILE = "„language_model_file“ muss eine GGUF-Datei nennen, die es gibt"
_TWO_KEYS = "„language_model_key“ und „language_model_key_file“ können nicht beide gelten"


class Settings(BaseSettings):
    """Everything that an operator may set; the defaults are what ``make run`` uses.

    The environment wins over the file. Paths are relative to the working directory.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, toml_file=SETTINGS_FILE)

    data: Path = Field(default=Path("data"), description="Datenverzeichnis")
    models: Path | None = Field(default=None, description="Verzeichnis der umgewandelten Modelle; sonst data/modelle")
    embedding_model: str = Field(
        default="multilingual-e5-small", min_length=1, description="Einbettungsmodell: Name oder Verzeichnis"
    )
    embedding_precision: Literal["auto", "float32", "bfloat16", "int8"] = Field(
        default="auto", description="Rechengenauigkeit der Einbettung; auto misst beim ersten Mal"
    )
    operating_point: Literal["vorsichtig", "ausgewogen"] = Field(
        default="ausgewogen", description="Wie sicher eine Antwort sein muss; vorsichtig lehnt öfter ab"
    )
    examples: bool = Field(default=True, description="Beispieldokumente in Antworten verwenden")
    default_visibility: Literal["public", "non_public"] = Field(
        default="non_public", description="Sichtbarkeit von Dokumenten ohne Angabe"
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Adresse des Web-Chats")
    port: int = Field(default=7860, ge=0, le=65535, description="Port des Web-Chats; 0 wählt einen freien")
    contact: str = Field(default="", max_length=300, description="An wen sich wendet, wer auf eine Barriere stößt")
    feedback: bool = Field(default=True, description="Rückmeldungen zu Antworten im Web-Chat annehmen")
    staff_key: Annotated[SecretStr, AfterValidator(_sendable)] | None = Field(
        default=None, description="Schlüssel der Verwaltung zum Hochladen; ohne ihn gibt es das nicht"
    )
    upload_limit_mb: int = Field(default=100, ge=1, le=2000, description="Größte hochgeladene Datei in Megabyte")
    language_model: Literal["none", "openai", "ollama", "gguf"] = Field(
        default="none", description="Sprachmodell, das Antworten formuliert; ohne eines wird nur zitiert"
    )
    language_model_url: str = Field(default="", description="Adresse des Servers, etwa http://localhost:8000/v1")
    language_model_name: str = Field(default="", max_length=200, description="Name des Modells auf dem Server")
    language_model_key: SecretStr | None = Field(default=None, description="Schlüssel für den Server")
    language_model_key_file: Path | None = Field(default=None, description="Datei, in der dieser Schlüssel steht")
    language_model_file: Path | None = Field(default=None, description="GGUF-Datei für „gguf“")
    language_model_context: int = Field(default=8192, ge=2048, description="Länge des Kontexts in Tokens")
    language_model_first_seconds: float = Field(default=20, gt=0, description="Längste Wartezeit auf das erste Wort")
    language_model_seconds: float = Field(default=60, gt=0, description="Längste Zeit für eine ganze Antwort")
    language_model_at_once: int = Field(default=2, ge=1, le=64, description="Anfragen an das Sprachmodell zugleich")
    max_question_length: int = Field(default=2000, ge=1, le=10_000, description="Längste Frage in Zeichen")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Constructor arguments, then the environment, then the settings file; nothing else is read."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def models_directory(self) -> Path:
        """Where converted models lie: shared between data directories when set."""
        return self.models if self.models is not None else self.data / "modelle"

    @property
    def language_model_secret(self) -> str:
        """The key for the language model's server, from the setting or its file; empty if there is none.

        Raises :class:`SettingsError` if the file cannot be read.
        """
        if self.language_model_key is not None:
            return self.language_model_key.get_secret_value()
        if self.language_model_key_file is None:
            return ""
        try:
            return self.language_model_key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"Die Datei „{self.language_model_key_file}“ mit dem Schlüssel des Sprachmodells ist nicht lesbar."
            ) from error

    @model_validator(mode="after")
    def _language_model_is_complete(self) -> Self:
        match self.language_model:
            case "openai" | "ollama" if not re.fullmatch(r"https?://[^\s/]+(?:/\S*)?", self.language_model_url):
                raise ValueError(_NO_URL)
            case "openai" | "ollama" if not self.language_model_name:
                raise ValueError(_NO_NAME)
            case "gguf" if self.language_model_file is None or not self.language_model_file.is_file():
                raise ValueError(_NO_FILE)
        if self.language_model_key is not None and self.language_model_key_file is not None:
            raise ValueError(_TWO_KEYS)
        return self

    @property
    def fingerprint(self) -> str:
        """A short hash of what can change an answer, kept with each answer (places and ports do not count)."""
        relevant = self.model_dump_json(
            include={"embedding_model", "embedding_precision", "operating_point", "examples"}
        )
        if self.language_model != "none":
            file = self.language_model_file.name if self.language_model_file is not None else ""
            relevant += f"{self.language_model} {self.language_model_name} {file}"
        return hashlib.sha256(relevant.encode()).hexdigest()[:12]


def load_settings(**overrides: object) -> Settings:
    """Read the settings; raise :class:`SettingsError` with one German sentence when one is unknown or impossible."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"Die Einstellung {unknown[0]} ist unbekannt; bekannt sind {', '.join(sorted(known))}.")
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from error
    except (SourceError, ValueError) as error:
        raise SettingsError(
            f"Die Einstellungen sind nicht lesbar ({error}); bitte {SETTINGS_FILE} und die Umgebung prüfen."
        ) from error


def _sentence(error: ValidationError) -> str:
    """The first problem of a validation error as a German sentence."""
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        known = ", ".join(Settings.model_fields)
        return f"Die Einstellung „{name}“ in {SETTINGS_FILE} ist unbekannt; bekannt sind {known}."
    if first["type"] == "value_error" and not name:
        return f"Die Einstellungen passen nicht zusammen: {first['ctx']['error']}."
    if name == "staff_key":  # a secret does not belong into a message
        return f"Die Einstellung „{name}“ braucht mindestens 12 Zeichen: Buchstaben ohne Umlaute, Ziffern, Satzzeichen."
    return (
        f"Die Einstellung „{name}“ kann nicht {first.get('input')!r} sein; "
        f"bitte in {SETTINGS_FILE} oder der Umgebung berichtigen."
    )
