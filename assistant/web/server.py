"""Runs the web chat until it is interrupted, quietly."""

from __future__ import annotations

import errno
import logging
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import uvicorn

from assistant.web.app import create_app
from corpus.errors import AktenkundigError

if TYPE_CHECKING:
    from assistant.assistant import Assistant

_THIS_MACHINE = ("127.0.0.1", "0.0.0.0", "::", "::1")  # noqa: S104 - compared with, not bound to
_PATIENCE_SECONDS = 1
"""Open pages hold a connection for good; waiting longer for them would only delay the end."""


class _AnnouncingServer(uvicorn.Server):
    """Says that it runs only once it accepts connections: whoever reads the sentence may follow the link."""

    def __init__(self, config: uvicorn.Config, announce: Callable[[], None]) -> None:
        super().__init__(config)
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then announce."""
        await super().startup(sockets=sockets)
        if self.started and not self.should_exit:
            self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, without a traceback for each page that is still open."""
        logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
        await super().shutdown(sockets=sockets)


def serve(assistant: Assistant, *, host: str, port: int, announce: Callable[[str], None]) -> None:
    """Serve the web chat on ``host`` and ``port`` (0 picks a free one) until Ctrl+C.

    ``announce`` gets one German sentence with the address as soon as connections are accepted. Raises
    :class:`corpus.errors.AktenkundigError` when the address cannot be used or the chat does not start.
    """
    with _listen(host, port) as listener:
        address = _address(host, listener.getsockname()[1])
        config = uvicorn.Config(
            create_app(assistant),
            log_level="error",
            access_log=False,
            server_header=False,
            # With accounts the proxies that are believed are those of the settings, not uvicorn's own.
            proxy_headers=not assistant.settings.accounts,
            timeout_graceful_shutdown=_PATIENCE_SECONDS,
        )
        server = _AnnouncingServer(config, lambda: announce(f"Der Web-Chat läuft: {address} – beenden mit Strg+C"))
        try:
            server.run(sockets=[listener])
        except KeyboardInterrupt:
            return
        if not server.started:
            raise AktenkundigError("Der Web-Chat ließ sich nicht starten; die Meldungen darüber nennen den Grund.")


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
