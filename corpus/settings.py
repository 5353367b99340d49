"""Settings from ``aktenkundig.toml`` and ``AKTENKUNDIG_*``; an unknown key is an error, never ignored."""

from __future__ import annotations

import hashlib
import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings.exceptions import SettingsError as SourceError

from corpus.errors import SettingsError

PREFIX = "AKTENKUNDIG_"
SETTINGS_FILE = "aktenkundig.toml"
_LONGEST_SHOWN = 200
"""Characters of an impossible value that its message shows."""
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


def _sendable(key: SecretStr) -> SecretStr:
    """Browsers send a key in a header: visible ASCII only, and long enough that nobody guesses it."""
    if not re.fullmatch(r"[!-~]{12,}", key.get_secret_value()):
        raise ValueError("too short, or not sendable")
    return key


def _key_of_model(key: SecretStr) -> SecretStr:
    """A key goes into a header: visible ASCII only. Servers give them out, so their length is not ours to judge."""
    if not re.fullmatch(r"[!-~]+", key.get_secret_value()):
        raise ValueError("empty, or not sendable")
    return key


class Settings(BaseSettings):
    """Everything that an operator may set; the defaults are what ``make run`` uses.

    The environment wins over the file. Paths are relative to the working directory.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="forbid",
        frozen=True,
        toml_file=SETTINGS_FILE,
        hide_input_in_errors=True,  # a validation error would quote keys in its traceback
    )

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
    default_visibility: Literal["public", "non_public", "internal"] = Field(
        default="non_public", description="Sichtbarkeit von Dokumenten ohne Angabe"
    )
    chroma_url: str = Field(
        default="",
        description="Adresse eines Chroma-Servers, z. B. http://localhost:8000; ohne ihn liegt der Index hier",
    )
    chroma_token: Annotated[SecretStr, AfterValidator(_key_of_model)] | None = Field(
        default=None, description="Schlüssel für einen Proxy vor diesem Server"
    )
    host: str = Field(default="127.0.0.1", min_length=1, description="Adresse des Web-Chats")
    port: int = Field(default=7860, ge=0, le=65535, description="Port des Web-Chats; 0 wählt einen freien")
    log_format: Literal["text", "json"] = Field(
        default="text", description="Protokoll des Web-Chats: text für Menschen, json für Programme"
    )
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, description="Port der Kennzahlen für Prometheus; ohne ihn gibt es keine"
    )
    metrics_host: str = Field(default="127.0.0.1", min_length=1, description="Adresse der Kennzahlen")
    shutdown_seconds: float = Field(
        default=30, ge=0, le=600, description="Wie lange laufende Fragen beim Beenden noch Zeit haben, in Sekunden"
    )
    contact: str = Field(default="", max_length=300, description="An wen sich wendet, wer auf eine Barriere stößt")
    feedback: bool = Field(default=True, description="Rückmeldungen zu Antworten im Web-Chat annehmen")
    staff_key: Annotated[SecretStr, AfterValidator(_sendable)] | None = Field(
        default=None, description="Schlüssel der Verwaltung zum Hochladen; ohne ihn gibt es das nicht"
    )
    accounts: bool = Field(default=False, description="Zugänge mit Anmeldung; ohne sie sehen alle dasselbe")
    public_access: bool = Field(default=True, description="Mit Zugängen: auch ohne Anmeldung Öffentliches zeigen")
    https: bool = Field(
        default=False, description="Der Web-Chat ist nur verschlüsselt erreichbar, etwa hinter einem Proxy"
    )
    session_idle_minutes: int = Field(
        default=60, ge=1, le=1440, description="Minuten ohne Nutzung, nach denen eine Anmeldung endet"
    )
    session_hours: int = Field(default=12, ge=1, le=168, description="Stunden, nach denen eine Anmeldung endet")
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="Adressen und Netze der Proxys, deren Angaben gelten"
    )
    proxy_user_header: str = Field(
        default="", pattern=r"^[A-Za-z0-9-]*$", description="Kopf, in dem ein solcher Proxy den Zugang nennt"
    )
    oidc_issuer: str = Field(default="", description="Aussteller des Anmeldedienstes (OpenID Connect), eine Adresse")
    oidc_client_id: str = Field(default="", max_length=300, description="Kennung, die er dem Web-Chat gegeben hat")
    oidc_client_secret: Annotated[SecretStr, AfterValidator(_key_of_model)] | None = Field(
        default=None, description="Geheimnis dazu; ohne eines meldet sich der Web-Chat als öffentlicher Client"
    )
    oidc_client_secret_file: Path | None = Field(default=None, description="Datei, in der dieses Geheimnis steht")
    oidc_scopes: str = Field(default="openid profile", description="Was vom Anmeldedienst verlangt wird (scope)")
    oidc_label: str = Field(
        default="", max_length=80, description="Wie er auf der Anmeldeseite heißt: „Mit … anmelden“"
    )
    oidc_name_claim: str = Field(
        default="preferred_username", min_length=1, description="Angabe, in der der Name des Zugangs steht"
    )
    oidc_roles_claim: str = Field(default="", description="Angabe, in der Rollen stehen; ohne sie gelten die von hier")
    oidc_role_names: dict[str, Literal["mandat", "verwaltung", "administration"]] = Field(
        default={}, description="Welcher Wert darin welche Rolle ist; ohne Werte heißen sie wie hier"
    )
    oidc_gremien_claim: str = Field(
        default="", description="Angabe, in der Gremien stehen, etwa groups; ohne sie gelten die von hier"
    )
    oidc_gremium_names: dict[str, str] = Field(
        default={}, description="Welcher Wert darin welches Gremium ist; ohne Werte heißen sie wie hier"
    )
    oidc_new_accounts: bool = Field(
        default=False, description="Auch wer hier noch keinen Zugang hat, bekommt einen, wenn der Dienst ihn anmeldet"
    )
    audit: bool = Field(default=False, description="Protokollieren, wer wann welches Dokument gesehen hat")
    audit_days: int = Field(default=90, ge=1, le=3650, description="Tage, die das Protokoll aufbewahrt wird")
    audit_questions: bool = Field(default=False, description="Im Protokoll auch den Wortlaut der Fragen festhalten")
    upload_limit_mb: int = Field(default=100, ge=1, le=2000, description="Größte hochgeladene Datei in Megabyte")
    oparl_pause_seconds: float = Field(
        default=0.5, ge=0, le=60, description="Pause zwischen zwei Anfragen an ein Ratsinformationssystem in Sekunden"
    )
    oparl_file_limit_mb: int = Field(
        default=100, ge=1, le=2000, description="Größte Datei, die von dort geholt wird, in Megabyte"
    )
    max_question_length: int = Field(default=2000, ge=1, le=10_000, description="Längste Frage in Zeichen")
    max_draft_length: int = Field(
        default=500_000, ge=100, le=5_000_000, description="Längster Entwurf für den Faktencheck in Zeichen"
    )
    draft_minutes: int = Field(
        default=60, ge=1, le=1440, description="Minuten, nach denen ein geprüfter Entwurf gelöscht wird"
    )
    language_model: Literal["none", "openai", "ollama", "gguf"] = Field(
        default="none", description="Woher das Sprachmodell kommt; ohne eines wird mit Zitaten geantwortet"
    )
    language_model_url: str = Field(
        default="", description="Adresse seines Servers, z. B. http://localhost:8000/v1 oder http://localhost:11434"
    )
    language_model_name: str = Field(default="", max_length=200, description="Name des Sprachmodells auf dem Server")
    language_model_key: Annotated[SecretStr, AfterValidator(_key_of_model)] | None = Field(
        default=None, description="Schlüssel für den Server des Sprachmodells"
    )
    language_model_key_file: Path | None = Field(default=None, description="Datei, in der dieser Schlüssel steht")
    language_model_file: Path | None = Field(default=None, description="Sprachmodell als GGUF-Datei")
    language_model_context: int = Field(
        default=8192, ge=1024, description="Was das Sprachmodell auf einmal liest und schreibt, in Token"
    )
    language_model_seconds: float = Field(
        default=60, gt=0, le=3600, description="Längste Dauer einer Antwort des Sprachmodells in Sekunden"
    )
    language_model_first_seconds: float = Field(
        default=20, gt=0, le=3600, description="Längste Wartezeit auf ihr erstes Wort in Sekunden"
    )
    language_model_at_once: int = Field(
        default=2, ge=1, le=64, description="Anfragen an das Sprachmodell zur selben Zeit"
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        """Settings of the language model that cannot go together, each with its German sentence."""
        self._check_accounts()
        self._check_oidc()
        if self.language_model_key is not None and self.language_model_key_file is not None:
            raise ValueError("Von „language_model_key“ und „language_model_key_file“ darf nur eines gesetzt sein.")
        _require_file("language_model_key_file", self.language_model_key_file)
        _require_file("language_model_file", self.language_model_file)
        if self.language_model_url:
            _require_plain_address("language_model_url", self.language_model_url, "language_model_key")
        if self.chroma_url:
            _require_plain_address("chroma_url", self.chroma_url, "chroma_token")
        if self.language_model in {"openai", "ollama"}:
            for name in ("language_model_url", "language_model_name"):
                if not getattr(self, name):
                    raise ValueError(f"Zu „language_model = {self.language_model}“ fehlt die Einstellung „{name}“.")
        if self.language_model == "gguf" and self.language_model_file is None:
            raise ValueError("Zu „language_model = gguf“ fehlt die Einstellung „language_model_file“.")
        return self

    def _check_accounts(self) -> None:
        """Passwords must not cross a network readable, and only known proxies may name accounts."""
        for name in self.trusted_proxies:
            try:
                ip_network(name)
            except ValueError:
                raise ValueError(
                    f"In „trusted_proxies“ ist „{name}“ keine Adresse und kein Netz wie 10.0.0.0/8."
                ) from None
        if self.proxy_user_header and not (self.accounts and self.trusted_proxies):
            raise ValueError("Zu „proxy_user_header“ gehören die Einstellungen „accounts“ und „trusted_proxies“.")
        if self.accounts and not self.https and self.host not in _THIS_MACHINE:
            raise ValueError(
                "Mit „accounts“ gingen Passwörter unverschlüsselt durch das Netz; bitte den Web-Chat verschlüsselt "
                "ausliefern und „https = true“ setzen, oder „host“ auf 127.0.0.1 lassen."
            )

    def _check_oidc(self) -> None:
        """A provider says who somebody is, so nobody may speak in its place."""
        if not self.oidc_issuer:
            if self.oidc_client_id:
                raise ValueError("Zu „oidc_client_id“ fehlt die Einstellung „oidc_issuer“.")
            return
        _require_plain_address("oidc_issuer", self.oidc_issuer, "oidc_client_secret")
        parts = urlsplit(self.oidc_issuer)
        if parts.scheme != "https" and parts.hostname not in _THIS_MACHINE:
            raise ValueError("Die Einstellung „oidc_issuer“ muss mit https:// beginnen.")
        if not self.oidc_client_id:
            raise ValueError("Zu „oidc_issuer“ fehlt die Einstellung „oidc_client_id“.")
        if not self.accounts:
            raise ValueError("Zu „oidc_issuer“ gehört die Einstellung „accounts = true“.")
        if "openid" not in self.oidc_scopes.split():
            raise ValueError("In „oidc_scopes“ fehlt „openid“.")
        if self.oidc_client_secret is not None and self.oidc_client_secret_file is not None:
            raise ValueError("Von „oidc_client_secret“ und „oidc_client_secret_file“ darf nur eines gesetzt sein.")
        _require_file("oidc_client_secret_file", self.oidc_client_secret_file)

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
        if self.language_model != "none":
            file = self.language_model_file.name if self.language_model_file is not None else ""
            relevant = f"{relevant}\n{self.language_model}\n{self.language_model_name}\n{file}"
        return hashlib.sha256(relevant.encode()).hexdigest()[:12]

    def read_language_model_key(self) -> SecretStr | None:
        """The key for the language model's server, wherever it stands.

        Raises :class:`SettingsError` if its file cannot be read or holds no key.
        """
        return _secret("language_model_key_file", self.language_model_key_file, self.language_model_key)

    def read_oidc_client_secret(self) -> SecretStr | None:
        """The secret for the login provider, wherever it stands; raises as :meth:`read_language_model_key` does."""
        return _secret("oidc_client_secret_file", self.oidc_client_secret_file, self.oidc_client_secret)


def _secret(name: str, file: Path | None, given: SecretStr | None) -> SecretStr | None:
    """What is given, or what stands in the file of the setting ``name``."""
    if file is None:
        return given
    try:
        return _key_of_model(SecretStr(file.read_text(encoding="utf-8").strip()))
    except (OSError, ValueError):  # neither belongs into the message: the second has what stands in the file
        raise SettingsError(f"In der Datei „{file}“ („{name}“) steht kein lesbarer Schlüssel.") from None


def _require_file(name: str, file: Path | None) -> None:
    if file is not None and not file.is_file():
        raise ValueError(f"Die Datei „{file}“ der Einstellung „{name}“ gibt es nicht.")


def _require_plain_address(name: str, url: str, secret: str) -> None:
    """An address is shown in messages, so what may be secret in one is refused."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and parts.hostname is not None and parts.port != 0
    except ValueError:  # a host or port that is none
        usable, parts = False, urlsplit("")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError(f"In „{name}“ gehört nur die Adresse; ein Schlüssel gehört in „{secret}“.")
    if not usable:
        raise ValueError(f"Die Einstellung „{name}“ muss mit http:// oder https:// beginnen und einen Rechner nennen.")


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
    except (OSError, RecursionError) as error:
        raise SettingsError(
            f"Die Datei {SETTINGS_FILE} ist nicht lesbar oder zu tief verschachtelt; bitte prüfen."
        ) from error
    except (SourceError, ValueError) as error:
        raise SettingsError(
            f"Die Einstellungen sind nicht lesbar ({str(error)[:_LONGEST_SHOWN]}); bitte {SETTINGS_FILE} und die"
            " Umgebung prüfen."
        ) from error


def _sentence(error: ValidationError) -> str:
    """The first problem of a validation error as a German sentence."""
    first = error.errors(include_url=False)[0]
    name = ".".join(str(part) for part in first["loc"])[:_LONGEST_SHOWN]
    if first["type"] == "extra_forbidden":
        known = ", ".join(Settings.model_fields)
        return f"Die Einstellung „{name}“ in {SETTINGS_FILE} ist unbekannt; bekannt sind {known}."
    if name == "staff_key":  # a secret does not belong into a message
        return f"Die Einstellung „{name}“ braucht mindestens 12 Zeichen: Buchstaben ohne Umlaute, Ziffern, Satzzeichen."
    if name in ("language_model_key", "oidc_client_secret", "chroma_token"):  # likewise
        return f"Die Einstellung „{name}“ ist kein Schlüssel: Buchstaben ohne Umlaute, Ziffern, Satzzeichen."
    if not name:  # settings that do not go together; the sentence is ours
        return " ".join(str(first["ctx"]["error"]).split())
    given = repr(first.get("input"))
    shown = given if len(given) <= _LONGEST_SHOWN else f"{given[:_LONGEST_SHOWN]}…"
    return f"Die Einstellung „{name}“ kann nicht {shown} sein; bitte in {SETTINGS_FILE} oder der Umgebung berichtigen."
