"""The language model that an operator may set: an OpenAI-compatible server, Ollama, or a GGUF file of one's own.

LlamaIndex's classes speak to it; here is what they leave open: deadlines for the first word and for the whole answer,
an end to answers that do not end, calling off at any time, a queue with a limit, and one German sentence for each thing
that can go wrong. Only the address that is set is ever contacted: proxies of the environment do not count.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, Queue
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from assistant.turnstile import Turnstile
from corpus.errors import AktenkundigError
from corpus.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.llms import LLM

    from assistant.writing.local_server import LocalServer

_LOOK_SECONDS: Final = 0.1
_RETRY_SECONDS: Final = 0.5
_MOST_WAITING: Final = 8
_CHARACTERS_A_TOKEN: Final = 8
"""More than this a token does not have on average: a server that counts otherwise is stopped all the same."""
_SERVER_FAULT: Final = 500
_GRACE_SECONDS: Final = 5
"""By how much a library may wait longer than we do: which deadline has passed is for us to say."""


class LanguageModelError(AktenkundigError):
    """The language model did not answer as it should; one German sentence says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of what the model is told."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What a trial showed: whether it speaks German, and how many tokens (about four characters) it writes a second."""

    name: str
    german: bool
    tokens_a_second: float
    first_seconds: float
    context: int


class _Backend(Protocol):
    """Where a model is reached."""

    def open(self) -> tuple[LLM, Callable[[], None]]:
        """A LlamaIndex LLM for one request, and what ends it."""
        ...

    def close(self) -> None:
        """Release what was started."""
        ...


class LanguageModel:
    """One model; may be used from several threads. ``name`` is what people are shown, ``context`` counts tokens, and
    ``places`` how many may use it or wait for it."""

    def __init__(self, name: str, settings: Settings, backend: _Backend) -> None:
        self.name = name
        self.context = settings.language_model_context
        self._first_seconds = settings.language_model_first_seconds
        self._seconds = settings.language_model_seconds
        self._backend = backend
        self._turnstile = Turnstile(settings.language_model_at_once)
        self.places = settings.language_model_at_once + _MOST_WAITING
        self._inside = 0
        self._lock = Lock()

    def stream(self, messages: Sequence[Message], *, most_tokens: int, watch: Callable[[], None]) -> Iterator[str]:
        """The pieces of an answer as they come.

        ``watch`` is called several times a second, also while nothing comes; what it raises ends the request. Raises
        :class:`LanguageModelError`; a fault of the server is tried once more, unless something has come already.
        """
        with self._place(), self._turnstile.passed(lambda _: watch()):
            try:
                yield from self._once(messages, most_tokens, watch)
            except _ServerFaultError as fault:
                if fault.begun:
                    raise LanguageModelError(fault.sentence) from fault
                time.sleep(_RETRY_SECONDS)
                try:
                    yield from self._once(messages, most_tokens, watch)
                except _ServerFaultError as again:
                    raise LanguageModelError(again.sentence) from again

    def check(self) -> ModelReport:
        """Ask something small. Raises :class:`LanguageModelError` where no answer comes."""
        began = time.perf_counter()
        first, text = None, ""
        asked = [Message("user", "Antworte in einem deutschen Satz: Wie heißt die Hauptstadt von Deutschland?")]
        for piece in self.stream(asked, most_tokens=60, watch=lambda: None):
            first = first if first is not None else time.perf_counter() - began
            text += piece
        seconds = max(time.perf_counter() - began - (first or 0.0), 1e-3)
        german = "Berlin" in text and any(f" {word} " in f" {text} " for word in ("ist", "heißt", "lautet", "von"))
        return ModelReport(self.name, german, len(text) / 4 / seconds, first or seconds, self.context)

    def close(self) -> None:
        """Stop what was started for it."""
        self._backend.close()

    @contextmanager
    def _place(self) -> Iterator[None]:
        """A place among those who wait; there are few, because somebody else's answer takes long."""
        with self._lock:
            if self._inside >= self.places:
                raise LanguageModelError("Das Sprachmodell hat gerade zu viel zu tun.")
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    def _once(self, messages: Sequence[Message], most_tokens: int, watch: Callable[[], None]) -> Iterator[str]:
        llm, end = self._backend.open()
        told: Queue[str | BaseException | None] = Queue()
        worker = Thread(target=_read, args=(llm, messages, most_tokens, told), name="language-model", daemon=True)
        worker.start()
        began = time.perf_counter()
        count = characters = 0
        try:
            while True:
                watch()
                passed = time.perf_counter() - began
                if not count and passed > self._first_seconds:
                    raise LanguageModelError(f"Das Sprachmodell hat nach {self._first_seconds:.0f} Sekunden nicht begonnen.")
                if passed > self._seconds:
                    raise LanguageModelError(f"Das Sprachmodell war nach {self._seconds:.0f} Sekunden nicht fertig.")
                try:
                    piece = told.get(timeout=_LOOK_SECONDS)
                except Empty:
                    continue
                if piece is None:
                    return
                if isinstance(piece, BaseException):
                    raise _in_words(piece, self.name, begun=count > 0) from piece
                if not piece:
                    continue
                count, characters = count + 1, characters + len(piece)
                if count > 2 * most_tokens or characters > _CHARACTERS_A_TOKEN * most_tokens:
                    raise LanguageModelError("Das Sprachmodell hat nicht aufgehört zu schreiben.")
                yield piece
        finally:
            end()  # whoever does not wait any more hangs up, so that the server stops writing


def open_language_model(settings: Settings) -> LanguageModel | None:
    """The model that is set, or ``None``; nothing is contacted yet."""
    match settings.language_model:
        case "none":
            return None
        case "gguf":
            if settings.language_model_file is None:
                raise LanguageModelError("Für „gguf“ fehlt die Einstellung „language_model_file“.")
            from assistant.writing.local_server import LocalServer

            name = settings.language_model_name or settings.language_model_file.stem
            return LanguageModel(name, settings, _Local(settings, LocalServer(settings.language_model_file, settings)))
        case "openai":
            return LanguageModel(settings.language_model_name, settings, _OpenAi(settings))
        case "ollama":
            return LanguageModel(settings.language_model_name, settings, _Ollama(settings))


def _read(llm: LLM, messages: Sequence[Message], most_tokens: int, told: Queue[str | BaseException | None]) -> None:
    """Put the pieces of an answer into a queue, then ``None`` or what went wrong."""
    from llama_index.core.llms import ChatMessage, MessageRole

    try:
        chat = [ChatMessage(role=MessageRole(message.role), content=message.text) for message in messages]
        limit: dict[str, Any] = {} if type(llm).__name__ == "Ollama" else {"max_tokens": most_tokens}
        for response in llm.stream_chat(chat, **limit):
            told.put(response.delta or "")
    except Exception as error:  # noqa: BLE001 - whatever a library raises is told in words by who reads the queue
        told.put(error)
    else:
        told.put(None)


class _ServerFaultError(Exception):
    """The server failed; ``begun`` tells whether something had come before."""

    def __init__(self, sentence: str, *, begun: bool) -> None:
        super().__init__(sentence)
        self.sentence, self.begun = sentence, begun


def _in_words(error: BaseException, name: str, *, begun: bool) -> Exception:
    """What went wrong, without any address or key in it."""
    status = getattr(error, "status_code", None)
    if status in (401, 403):
        return LanguageModelError("Das Sprachmodell lehnt den Schlüssel ab; bitte die Einstellung „language_model_key“ prüfen.")
    if status == 404:
        return LanguageModelError(f"Das Sprachmodell „{name}“ gibt es auf dem Server nicht; bitte „language_model_name“ prüfen.")
    if status == 429:
        return LanguageModelError("Das Sprachmodell hat gerade zu viel zu tun.")
    if isinstance(status, int) and status < _SERVER_FAULT:
        return LanguageModelError(f"Das Sprachmodell hat die Anfrage abgelehnt (HTTP {status}).")
    if isinstance(status, int) or begun:
        return _ServerFaultError("Das Sprachmodell hat einen Fehler gemeldet.", begun=begun)
    return LanguageModelError("Das Sprachmodell ist nicht erreichbar; bitte „language_model_url“ und den Server prüfen.")


class _OpenAi:
    """An OpenAI-compatible server."""

    def __init__(self, settings: Settings, url: str = "", key: str = "") -> None:
        self._settings, self._url = settings, url or settings.language_model_url
        self._key = key or settings.language_model_secret or "ohne"

    def open(self) -> tuple[LLM, Callable[[], None]]:
        """A client of its own for each request: to close it is to hang up."""
        import httpx
        from llama_index.llms.openai_like import OpenAILike

        settings = self._settings
        client = httpx.Client(trust_env=False, timeout=settings.language_model_seconds + _GRACE_SECONDS)
        llm = OpenAILike(
            model=settings.language_model_name or "modell",
            api_base=self._url,
            api_key=self._key,
            temperature=0.0,
            is_chat_model=True,
            is_function_calling_model=False,
            context_window=settings.language_model_context,
            max_retries=0,
            timeout=settings.language_model_seconds + _GRACE_SECONDS,
            http_client=client,
        )
        return llm, _closing(client)

    def close(self) -> None:
        """Nothing was started."""


class _Ollama:
    """An Ollama server."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def open(self) -> tuple[LLM, Callable[[], None]]:
        """A client of its own for each request: to close it is to hang up."""
        from llama_index.llms.ollama import Ollama
        from ollama import Client

        settings = self._settings
        key = settings.language_model_secret
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        client = Client(
            host=settings.language_model_url,
            trust_env=False,
            timeout=settings.language_model_seconds + _GRACE_SECONDS,
            headers=headers,
        )
        llm = Ollama(
            model=settings.language_model_name,
            base_url=settings.language_model_url,
            temperature=0.0,
            context_window=settings.language_model_context,
            request_timeout=settings.language_model_seconds,
            is_function_calling_model=False,
            thinking=False,
            client=client,
        )
        return llm, _closing(client._client)  # noqa: SLF001 - Ollama's client has no way to hang up

    def close(self) -> None:
        """Nothing was started."""


class _Local:
    """A GGUF file in a process of its own, which speaks like an OpenAI-compatible server."""

    def __init__(self, settings: Settings, server: LocalServer) -> None:
        self._settings, self._server = settings, server

    def open(self) -> tuple[LLM, Callable[[], None]]:
        """Start the process where it does not run."""
        address, key = self._server.running()
        return _OpenAi(self._settings, address, key).open()

    def close(self) -> None:
        """End the process."""
        self._server.close()


def _closing(client: Any) -> Callable[[], None]:  # noqa: ANN401 - an httpx client, which is imported late
    def close() -> None:
        with suppress(RuntimeError):  # another thread may be reading from it
            client.close()

    return close
