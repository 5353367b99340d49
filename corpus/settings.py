"""Settings from ``aktenkundig.toml`` and ``AKTENKUNDIG_*``; an unknown key is an error, never ignored."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
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
    def fingerprint(self) -> str:
        """A short hash of what can change an answer, kept with each answer (places and ports do not count)."""
        relevant = self.model_dump_json(
            include={"embedding_model", "embedding_precision", "operating_point", "examples"}
        )
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
    if name == "staff_key":  # a secret does not belong into a message
        return f"Die Einstellung „{name}“ braucht mindestens 12 Zeichen: Buchstaben ohne Umlaute, Ziffern, Satzzeichen."
    return (
        f"Die Einstellung „{name}“ kann nicht {first.get('input')!r} sein; "
        f"bitte in {SETTINGS_FILE} oder der Umgebung berichtigen."
    )
