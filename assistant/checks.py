"""What ``aktenkundig doctor`` says about other servers; entry points of the group ``aktenkundig.checks``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.errors import AktenkundigError

if TYPE_CHECKING:
    from assistant.writing.connection import ModelReport
    from corpus.settings import Settings


def check_language_model(settings: Settings) -> list[tuple[bool, str]]:
    """Ask the language model one question; each finding says whether it is good, and a German sentence."""
    if settings.language_model == "none":
        return [(True, "Hinweis: kein Sprachmodell eingerichtet; geantwortet wird mit Zitaten")]
    from assistant.writing.connection import open_language_model

    try:
        model = open_language_model(settings)
        assert model is not None  # noqa: S101 - for mypy; one is set
        try:
            report = model.check()
        finally:
            model.close()
    except AktenkundigError as error:
        where = f" (Server {settings.language_model_url})" if settings.language_model_url else ""
        return [(False, f"{error}{where}")]
    speed = f"{_number(report.first_seconds)} Sekunden, dann {_number(report.tokens_per_second)} Token je Sekunde"
    return [
        (True, f"Sprachmodell „{report.name}“: erstes Wort nach {speed}"),
        _check_german(report),
        _check_context(report, settings.language_model_context),
    ]


def check_login_provider(settings: Settings) -> list[tuple[bool, str]]:
    """Ask the login provider for its addresses and keys; findings as of :func:`check_language_model`."""
    if not settings.oidc_issuer:
        return []
    from assistant.accounts.people import open_provider
    from assistant.accounts.provider import ProviderError

    try:
        keys = open_provider(settings).check()
    except ProviderError as error:
        return [(False, f"{error} (Anmeldedienst {settings.oidc_issuer}: {error.detail})")]
    except AktenkundigError as error:
        return [(False, str(error))]
    return [(True, f"der Anmeldedienst {settings.oidc_issuer} antwortet und nennt {keys} Schlüssel")]


def _check_german(report: ModelReport) -> tuple[bool, str]:
    if report.german:
        return True, "das Sprachmodell beantwortet eine deutsche Frage richtig"
    return False, f"das Sprachmodell nennt als Hauptstadt von Deutschland nicht Berlin, sondern „{report.answer[:200]}“"


def _check_context(report: ModelReport, wanted: int) -> tuple[bool, str]:
    """Whether the server lets the model read as much as we are going to give it."""
    if report.context is None:
        return True, f"Hinweis: ob das Sprachmodell {wanted} Token auf einmal liest, sagt der Server nicht"
    if report.context < wanted:
        return False, (
            f"das Sprachmodell liest nur {report.context} Token auf einmal, eingestellt sind {wanted}; "
            "bitte „language_model_context“ verkleinern"
        )
    return True, f"das Sprachmodell liest {wanted} Token auf einmal (möglich sind {report.context})"


def _number(number: float) -> str:
    return f"{number:.1f}".replace(".", ",")
