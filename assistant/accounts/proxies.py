"""Reverse proxies that the operator trusts: only they may say who somebody is, and from where they ask."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from starlette.requests import HTTPConnection

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class TrustedProxies:
    """Addresses and networks whose headers are believed; by default none."""

    def __init__(self, named: Sequence[str]) -> None:
        """``named`` are addresses ("127.0.0.1") and networks ("10.0.0.0/8"); raises :class:`ValueError`."""
        self._networks: list[Network] = [ipaddress.ip_network(name) for name in named]

    def speaks(self, connection: HTTPConnection) -> bool:
        """Whether the request comes directly from one of them."""
        return connection.client is not None and self._is_trusted(connection.client.host)

    def client(self, connection: HTTPConnection) -> str:
        """From where somebody asks: the last address of ``X-Forwarded-For`` that is no proxy of ours.

        Everything before it may be invented by whoever asks.
        """
        peer = connection.client.host if connection.client is not None else ""
        if not self._is_trusted(peer):
            return peer
        told = [part.strip() for line in connection.headers.getlist("X-Forwarded-For") for part in line.split(",")]
        return next((address for address in reversed(told) if address and not self._is_trusted(address)), peer)

    def _is_trusted(self, address: str) -> bool:
        try:
            ours = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(ours in network for network in self._networks)
