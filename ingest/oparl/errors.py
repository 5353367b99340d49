"""What can go wrong while a council information system is read; each is one German sentence."""

from __future__ import annotations

from corpus.errors import AktenkundigError


class OParlError(AktenkundigError):
    """The address is none of an OParl interface, or the interface cannot be read."""


class GoneError(OParlError):
    """The server says that it does not have this (any more): 404 or 410."""


class RefusedError(OParlError):
    """The server does not want to answer this request, now or ever."""


class UnavailableError(OParlError):
    """The server did not answer, or not as it should, also after some more tries; another time it may."""


class DownError(OParlError):
    """The server has not answered for so long that the run ends; what is stored stays."""


class ForbiddenAddressError(OParlError):
    """An address that is not to be contacted: no http, or inside of a network where the interface itself is not."""


class TooLargeError(OParlError):
    """An answer that is larger, or takes longer, than is allowed."""


class StoppedError(OParlError):
    """Somebody asked the run to end; what is stored stays, and the next run goes on there."""
