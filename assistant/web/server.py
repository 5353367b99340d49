"""Runs the web chat until it is interrupted: what is under way may end, nothing new begins."""

from __future__ import annotations

import errno
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import monotonic
from typing import TYPE_CHECKING

import uvicorn

from assistant.web.app import create_app
from assistant.web.operations.lifecycle import Lifecycle
from assistant.web.operations.logs import tell
from corpus.errors import AktenkundigError

if TYPE_CHECKING:
    from assistant.assistant import Assistant
    from assistant.web.operations.metrics import Metrics

_THIS_MACHINE = ("127.0.0.1", "0.0.0.0", "::", "::1")  # noqa: S104 - compared with, not bound to
_PATIENCE_SECONDS = 1
"""Open pages hold a connection for good; waiting longer for them would only delay the end."""
EXIT_CUT_OFF = 1
"""Exit code of a server that ended before its work did."""


class _EndingServer(uvicorn.Server):
    """Says that it runs only once it accepts connections, and ends only once its work is done or time is over.

    Whoever reads the sentence may follow the link. While it ends, it still answers requests: those who watch it see
    that it is not ready, those who ask are told so.
    """

    def __init__(
        self, config: uvicorn.Config, lifecycle: Lifecycle, patience: float, announce: Callable[[], None]
    ) -> None:
        super().__init__(config)
        self._lifecycle = lifecycle
        self._patience = patience
        self._announce = announce
        self._ends_at: float | None = None
        self.cut_off = 0
        """Pieces of work that had not ended when the server did."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        await super().startup(sockets=sockets)
        if self.started and not self.should_exit:
            self._announce()

    async def on_tick(self, counter: int) -> bool:
        """Ten times a second: whether it is time to end; the signal that asks for it only sets ``should_exit``."""
        if not await super().on_tick(counter):
            return False
        if self._ends_at is None:
            self._ends_at = monotonic() + self._patience
            self._lifecycle.drain()
            left = self._lifecycle.under_way
            tell("stopping", f"Der Web-Chat wird beendet; in Arbeit: {left}.", under_way=left)
        return self.force_exit or self._lifecycle.under_way == 0 or monotonic() >= self._ends_at

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, without a traceback for each page that is still open."""
        self.cut_off = self._lifecycle.under_way
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets=sockets)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Let SIGTERM, which service managers send, end the program as Ctrl+C does: with everything in order.

    In a container the program may be process 1, which a signal without a handler does not reach at all.
    """
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def serve(
    assistant: Assistant, *, host: str, port: int, announce: Callable[[str], None], metrics: Metrics | None = None
) -> None:
    """Serve the web chat on ``host`` and ``port`` (0 picks a free one) until Ctrl+C.

    ``announce`` gets the address as soon as connections are accepted. Where work was left when its time was over, the
    process ends here. Raises :class:`corpus.errors.AktenkundigError` when an address cannot be used or the chat does
    not start.
    """
    settings = assistant.settings
    lifecycle = Lifecycle()
    with _listen(host, port) as listener, _figures(metrics, settings.metrics_host, settings.metrics_port):
        address = _address(host, listener.getsockname()[1])
        config = uvicorn.Config(
            create_app(assistant, lifecycle, metrics),
            log_config=None,
            log_level="error",
            access_log=False,
            server_header=False,
            # With accounts the proxies that are believed are those of the settings, not uvicorn's own.
            proxy_headers=not assistant.settings.accounts,
            timeout_graceful_shutdown=_PATIENCE_SECONDS,
        )
        server = _EndingServer(config, lifecycle, settings.shutdown_seconds, lambda: announce(address))
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            _say_goodbye(server.cut_off)
            return
        if not server.started:
            raise AktenkundigError("Der Web-Chat ließ sich nicht starten; die Meldungen darüber nennen den Grund.")


def _figures(metrics: Metrics | None, host: str, port: int | None) -> AbstractContextManager[None]:
    """The server of the figures, where there are any."""
    if metrics is None or port is None:
        return nullcontext()
    from assistant.web.operations.metrics import served

    return served(metrics, host, port)


def _say_goodbye(cut_off: int) -> None:
    """Log the end. Threads that still work would keep the process alive; nobody waits for them any more."""
    if not cut_off:
        tell("stopped", "Der Web-Chat ist beendet.", cut_off=0)
        return
    tell("stopped", f"Der Web-Chat ist beendet; abgebrochen: {cut_off}.", level=logging.WARNING, cut_off=cut_off)
    logging.shutdown()
    os._exit(EXIT_CUT_OFF)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket, bound before anything else is built: a taken port is reported at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise AktenkundigError(f"Die Adresse „{host}“ ist unbekannt; bitte die Einstellung host prüfen.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AktenkundigError(
                f"Port {port} ist schon belegt: Läuft der Web-Chat bereits? Sonst bitte mit AKTENKUNDIG_PORT einen "
                "anderen wählen."
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise AktenkundigError(f"Port {port} darf nicht benutzt werden; bitte einen ab 1024 wählen.") from error
        raise AktenkundigError(
            f"Auf {host}, Port {port}, kann der Web-Chat nicht erreichbar sein: {error.strerror}."
        ) from error
    return listener


def _address(host: str, port: int) -> str:
    """The link for people: the name they know for their own machine, brackets around IPv6."""
    shown = "localhost" if host in _THIS_MACHINE else host
    return f"http://[{shown}]:{port}" if ":" in shown else f"http://{shown}:{port}"
