"""Which addresses may be contacted: what a server links to must not lead into somebody's own network.

A council information system names addresses of files and objects, and whoever can write into it could name one inside
of the network that this program runs in. So every connection, also that of a redirect, goes to an address that was
looked up and judged just before: the name is not resolved a second time.
"""

from __future__ import annotations

import ipaddress
import socket
from ssl import SSLContext
from typing import Final
from urllib.parse import urlsplit

import httpx

from ingest.oparl.errors import ForbiddenAddressError, OParlError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS: Final = {"http": 80, "https": 443}
_TRANSLATED: Final = ipaddress.ip_network("64:ff9b::/96")
"""IPv6 addresses that stand for IPv4 ones."""


def require_start(url: str) -> str:
    """The address that a user gave; raises :class:`OParlError` with what is wrong with it."""
    try:
        parts = urlsplit(url.strip())
        usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none
        usable, parts = False, urlsplit("")
    if not usable:
        raise OParlError(f"„{url}“ ist keine Adresse; sie muss mit https:// oder http:// beginnen.")
    if parts.username is not None or parts.password is not None:
        raise OParlError("In die Adresse gehören kein Name und kein Kennwort; OParl ist ohne Anmeldung lesbar.")
    return url.strip()


class AddressGuard:
    """Says where a name leads. The server of ``start`` may be anywhere, all others must be public ones."""

    def __init__(self, start: str) -> None:
        self._start = _server(httpx.URL(start))

    def addresses(self, url: httpx.URL) -> list[str]:
        """The addresses to try for a URL, in the system's order.

        Raises :class:`ForbiddenAddressError`, or ``httpx.ConnectError`` for a name that nobody knows.
        """
        if url.scheme not in _PORTS or not url.host:
            raise ForbiddenAddressError(f"Die Adresse „{url}“ ist keine für das Netz und wurde nicht aufgerufen.")
        try:
            found = socket.getaddrinfo(url.host, url.port or _PORTS[url.scheme], type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"unknown host {url.host}") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if _server(url) != self._start and not all(is_public(address) for address in addresses):
            raise ForbiddenAddressError(
                f"Die Adresse „{url}“ führt in ein internes Netz und wurde deshalb nicht aufgerufen."
            )
        return addresses


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet."""
    found: Address = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _TRANSLATED:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            found = inner
    return found.is_global and not found.is_multicast


class GuardedTransport(httpx.BaseTransport):
    """Connects to the addresses that a guard allows, with a connection for each server."""

    def __init__(self, guard: AddressGuard, certificates: SSLContext) -> None:
        self._guard = guard
        self._certificates = certificates
        self._servers: dict[tuple[str, int], httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; the name is kept for the ``Host`` header and for the certificate."""
        refused: httpx.ConnectError | None = None
        for address in self._guard.addresses(request.url):
            pinned = httpx.Request(
                request.method,
                request.url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": request.url.host},
            )
            try:
                return self._server(request.url).handle_request(pinned)
            except httpx.ConnectError as error:
                refused = error
        raise refused or httpx.ConnectError(f"no address for {request.url.host}")

    def close(self) -> None:
        """Close all connections."""
        for transport in self._servers.values():
            transport.close()

    def _server(self, url: httpx.URL) -> httpx.HTTPTransport:
        """Servers do not share connections: a certificate was checked for one name only."""
        key = _server(url)
        if key not in self._servers:
            limits = httpx.Limits(max_connections=1, max_keepalive_connections=1)
            self._servers[key] = httpx.HTTPTransport(verify=self._certificates, limits=limits, trust_env=False)
        return self._servers[key]


def _server(url: httpx.URL) -> tuple[str, int]:
    """Host and port; the two usual ports are one server, which may send from http to https."""
    port = url.port or _PORTS.get(url.scheme, 0)
    return url.host, 443 if port == 80 else port
