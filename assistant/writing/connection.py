"""The connection to the language model that an operator may set up; without one, answers are quotes.

Requests run in an event loop and a thread of their own: only so can a request be given up at any moment and its
connection be closed, so that the server stops writing what nobody waits for any more.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from assistant.writing.failures import broken_off, can_pass, expected, failure, never_arrived
from assistant.writing.local_server import LocalServer
from assistant.writing.servers import About, Address, Chunk, Message, OllamaServer, OpenAIServer, Server
from assistant.writing.steps import LOOK_SECONDS, ServerFailedError, in_steps
from assistant.writing.waiting_line import WaitingLine
from corpus.errors import LanguageModelError
from corpus.settings import Settings

__all__ = ["LanguageModel", "LanguageModelError", "Message", "ModelReport", "open_language_model"]

WAITING: Final = 4
"""Requests that wait for their turn; whoever comes then is answered with quotes sooner than with sentences."""
_PAUSE_SECONDS: Final = 0.5
"""Before a server in trouble is asked a second time."""
_DEATH_SECONDS: Final = 1.0
"""How long a process may take to end whose connections have gone."""
_CHARACTERS_PER_TOKEN: Final = 16
"""More than words of German have; a piece that is longer counts as several tokens."""
_CHUNKS_WITHOUT_TEXT: Final = 4
"""How many an honest answer may have: servers begin with one for the role and end with one for the bill."""
_TRIAL: Final = "Wie heißt die Hauptstadt von Deutschland? Antworte in einem kurzen deutschen Satz."
_TRIAL_WORD: Final = "Berlin"
_TRIAL_TOKENS: Final = 256


@dataclass(frozen=True, slots=True)
class ModelReport:
    """What a trial has shown.

    ``models`` are those that the server says it has and ``context`` the tokens that ours takes there, each ``None`` if
    it does not say; ``german`` tells whether the ``answer`` to a German question was right.
    """

    name: str
    models: tuple[str, ...] | None
    context: int | None
    answer: str
    german: bool
    first_seconds: float
    tokens_per_second: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may cost: seconds until its first word, seconds in all, and how many run at once."""

    first_seconds: float
    seconds: float
    at_once: int


class LanguageModel:
    """A language model on a server. Threads may share it.

    ``name`` is what the reader is shown, ``context`` how many tokens question and answer may have together, ``places``
    how many requests may run or wait.
    """

    def __init__(self, model: str, context: int, server: Server, place: Address | LocalServer, limits: Limits) -> None:
        self.name = model
        self.context = context
        self.places = limits.at_once + WAITING
        self._server = server
        self._place = place
        self._limits = limits
        self._line = WaitingLine(limits.at_once, WAITING)
        self._expected = expected()
        self._closed = False

    def stream(
        self, messages: Sequence[Message], *, most_tokens: int, watch: Callable[[], None]
    ) -> Generator[str, None, None]:
        """The answer, in pieces as they arrive.

        ``watch`` is called at least five times a second while something is awaited; whatever it raises ends the request
        and closes its connection, and so does closing the iterator. Raises :class:`LanguageModelError` for everything
        that goes wrong, also after some pieces: an answer that ends without an error is whole.
        """
        with self._line.passed(watch):
            pieces = self._attempt(messages, most_tokens, watch)
            try:
                with closing(pieces):
                    yield from pieces
                return
            except _TryAgainError as again:
                spent = again.spent
            _pause(watch)
            with closing(self._attempt(messages, most_tokens, watch, spent)) as pieces:
                yield from pieces

    def check(self) -> ModelReport:
        """Try it; raises :class:`LanguageModelError` if it does not answer."""
        about = self._about()
        start = time.monotonic()
        times: list[float] = []
        pieces: list[str] = []
        for piece in self.stream([Message("user", _TRIAL)], most_tokens=_TRIAL_TOKENS, watch=_unwatched):
            times.append(time.monotonic())
            pieces.append(piece)
        answer = "".join(pieces).strip()
        # The first piece also cost the reading of the question; a single one leaves nothing else to go by.
        per_second = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else 1 / (times[0] - start)
        german = _TRIAL_WORD in answer
        return ModelReport(self.name, about.models, about.context, answer, german, times[0] - start, per_second)

    def close(self) -> None:
        """End what was started for it; it answers no more."""
        self._closed = True
        if isinstance(self._place, LocalServer):
            self._place.close()

    def _about(self) -> About:
        try:
            return self._server.about(self._address(_unwatched), self.name)
        except self._expected as error:
            raise failure(error, self.name, begun=False) from None

    def _address(self, watch: Callable[[], None]) -> Address:
        if self._closed:
            raise LanguageModelError(f"Das Sprachmodell „{self.name}“ ist beendet.")
        return self._place.address(watch) if isinstance(self._place, LocalServer) else self._place

    def _attempt(
        self, messages: Sequence[Message], most_tokens: int, watch: Callable[[], None], spent: float | None = None
    ) -> Generator[str, None, None]:
        """Ask once; raises :class:`_TryAgainError` where nothing has come yet and asking again may help.

        ``spent`` are the seconds that an earlier attempt took; there are no more than two.
        """
        address = self._address(watch)
        count = _Count(self.name, self._limits, most_tokens, spent or 0.0)
        try:
            answer = self._server.chunks(address, self.name, messages, most_tokens)
            with closing(in_steps(answer, self._expected)) as chunks:
                for chunk in chunks:
                    watch()
                    count.require_time()
                    if chunk is None:
                        continue
                    count.add(chunk)
                    if chunk.text:
                        yield chunk.text
            count.require_end()
        except ServerFailedError as failed:
            if spent is None and not count.begun and (can_pass(failed.error) or self._has_died(failed.error, watch)):
                raise _TryAgainError(count.seconds) from None
            raise failure(failed.error, self.name, begun=count.begun) from None

    def _has_died(self, error: Exception, watch: Callable[[], None]) -> bool:
        """Whether it was our own server that went, which can be started again."""
        if not (never_arrived(error) and isinstance(self._place, LocalServer)):
            return False
        end = time.monotonic() + _DEATH_SECONDS
        while not self._place.died and time.monotonic() < end:
            watch()
            time.sleep(LOOK_SECONDS)
        return self._place.died


def open_language_model(settings: Settings) -> LanguageModel | None:
    """The language model that is set, not connected to yet; ``None`` if none is.

    Raises :class:`corpus.errors.SettingsError` if the file with its key cannot be read.
    """
    context = settings.language_model_context
    limits = Limits(
        settings.language_model_first_seconds, settings.language_model_seconds, settings.language_model_at_once
    )
    name = settings.language_model_name
    if settings.language_model == "none":
        return None
    if settings.language_model == "gguf":
        file = settings.language_model_file
        assert file is not None  # noqa: S101 - for mypy; settings without are refused
        local = LocalServer(file, name or file.stem, context, limits.at_once)
        return LanguageModel(name or file.stem, context, OpenAIServer(context), local, limits)
    address = Address(settings.language_model_url, settings.read_language_model_key())
    server: Server = OpenAIServer(context) if settings.language_model == "openai" else OllamaServer(context)
    return LanguageModel(name, context, server, address, limits)


class _TryAgainError(Exception):
    """Nothing has come in the seconds ``spent``, and the server may only have hiccuped."""

    def __init__(self, spent: float) -> None:
        super().__init__()
        self.spent = spent


class _Count:
    """What one request has cost so far, and the errors when it is too much."""

    def __init__(self, name: str, limits: Limits, most_tokens: int, spent: float) -> None:
        self.begun = False
        self._name = name
        self._limits = limits
        self._left = most_tokens + _CHUNKS_WITHOUT_TEXT
        self._start = time.monotonic() - spent
        self._end: str | None = None

    @property
    def seconds(self) -> float:
        """How long it has taken so far, with what an earlier attempt took."""
        return time.monotonic() - self._start

    def add(self, chunk: Chunk) -> None:
        """Count a chunk. One without text counts too: a model that only thinks is not to go on for ever."""
        self._end = chunk.end or self._end
        if chunk.text or chunk.end is None:
            self._left -= 1 + len(chunk.text) // _CHARACTERS_PER_TOKEN
        self.begun = self.begun or bool(chunk.text)
        if self._left < 0 or self._end == "length":
            raise LanguageModelError(
                f"Die Antwort des Sprachmodells „{self._name}“ wurde zu lang und deshalb abgebrochen."
            )

    def require_time(self) -> None:
        """Raise if the first word, or the whole answer, is overdue."""
        passed = self.seconds
        if passed > self._limits.seconds:
            raise LanguageModelError(
                f"Das Sprachmodell „{self._name}“ ist nicht rechtzeitig fertig geworden "
                f"({_in_words(self._limits.seconds)})."
            )
        if not self.begun and passed > self._limits.first_seconds:
            raise LanguageModelError(
                f"Das Sprachmodell „{self._name}“ hat nicht rechtzeitig zu antworten begonnen "
                f"({_in_words(self._limits.first_seconds)})."
            )

    def require_end(self) -> None:
        """Raise unless the model has said that it was done."""
        if not self.begun:
            raise LanguageModelError(f"Das Sprachmodell „{self._name}“ hat nichts geantwortet.")
        if self._end is None:
            raise broken_off(self._name)


def _pause(watch: Callable[[], None]) -> None:
    end = time.monotonic() + _PAUSE_SECONDS
    while time.monotonic() < end:
        watch()
        time.sleep(LOOK_SECONDS)


def _unwatched() -> None:
    """For who does not want to leave."""


def _in_words(seconds: float) -> str:
    return f"{seconds:g} Sekunden".replace(".", ",")
