"""What can go wrong between us and the server of a language model, as German sentences.

Servers quote keys and prompts in their own messages, so these are neither shown nor kept as the cause of an error.
"""

from __future__ import annotations

import logging
from typing import Final

from corpus.errors import LanguageModelError

_LOG: Final = logging.getLogger(__name__)
_OF_CONTENT: Final = (ValueError, KeyError, IndexError, TypeError, AttributeError)
"""What reading an answer raises that is not what the protocol says: the libraries do not look first."""


def status_of(error: Exception) -> int | None:
    """The HTTP status with which a server refused, if ``error`` says that; the libraries differ in how."""
    import httpx

    status = error.response.status_code if isinstance(error, httpx.HTTPStatusError) else None
    status = status or getattr(error, "status_code", None)
    return status if isinstance(status, int) and status >= 300 else None


def is_content(error: Exception) -> bool:
    """Whether what came could not be read."""
    return isinstance(error, _OF_CONTENT)


def can_pass(error: Exception) -> bool:
    """Whether asking again may help: a server in trouble, or one that has only just gone."""
    status = status_of(error)
    return status is not None and status >= 500


def never_arrived(error: Exception) -> bool:
    """Whether no connection came about, or it broke."""
    import httpx
    import openai

    return isinstance(error, openai.APIConnectionError | httpx.TransportError | ConnectionError)


def expected() -> tuple[type[Exception], ...]:
    """What the libraries raise because of a server, and not because of a mistake of ours."""
    import httpx
    import ollama
    import openai

    return (openai.OpenAIError, ollama.ResponseError, httpx.HTTPError, httpx.InvalidURL, ConnectionError, *_OF_CONTENT)


def failure(error: Exception, name: str, *, begun: bool) -> LanguageModelError:
    """The sentence for an error of :func:`expected`; ``begun`` tells that a part of the answer had come."""
    status = status_of(error)
    _LOG.info("language model %s failed: %s, status %s", name, type(error).__name__, status)
    who = f"Das Sprachmodell „{name}“"
    if status is not None:
        return LanguageModelError(_refused(status, who, str(error)))
    if begun:
        return broken_off(name)
    if is_content(error):
        _LOG.info("what came could not be read", exc_info=error)
        return LanguageModelError(f"{who} antwortet nicht in der erwarteten Form; bitte „language_model_url“ prüfen.")
    if never_arrived(error):
        return LanguageModelError(
            f"{who} ist nicht erreichbar; bitte prüfen, ob es läuft und „language_model_url“ stimmt."
        )
    return LanguageModelError(f"{who} meldet einen Fehler; bitte später noch einmal.")


def broken_off(name: str) -> LanguageModelError:
    """The connection or the model ended in the middle of an answer."""
    return LanguageModelError(f"Die Antwort des Sprachmodells „{name}“ brach mittendrin ab.")


def _refused(status: int, who: str, said: str) -> str:
    match status:
        case 401 | 403:
            return f"{who} nimmt den Schlüssel nicht an; bitte „language_model_key“ prüfen."
        case 404:
            return f"{who} kennt der Server nicht; bitte „language_model_name“ und „language_model_url“ prüfen."
        case 429:
            return f"{who} ist ausgelastet oder das Kontingent erschöpft; bitte später noch einmal."
        case 400 | 413 if "context" in said.lower():
            return f"{who} kann so viel nicht auf einmal lesen; bitte „language_model_context“ verkleinern."
        case _ if status >= 500:
            return f"{who} meldet einen Fehler ({status}); bitte später noch einmal."
    return f"{who} lehnt die Anfrage ab ({status}); bitte „language_model_url“ und „language_model_name“ prüfen."
