"""Whom we trust when we contact a server by TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ssl import SSLContext


def certificates() -> SSLContext:
    """The system's certificates, which know an authority of the house, and those that Python's libraries carry."""
    import ssl

    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
