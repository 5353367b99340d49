"""Where a Chroma server with the vector index is; without one, the index lies in the data directory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from pydantic import SecretStr

    from corpus.settings import Settings


@dataclass(frozen=True, slots=True)
class ChromaServer:
    """The address of a Chroma server, and a token for whoever guards it."""

    url: str
    token: SecretStr | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """The server of the settings; ``None`` where the index lies in the data directory."""
        return cls(settings.chroma_url.rstrip("/"), settings.chroma_token) if settings.chroma_url else None

    @property
    def headers(self) -> dict[str, str]:
        """What goes with each request: the header that proxies know, and the one that Chroma's own service wants."""
        if self.token is None:
            return {}
        secret = self.token.get_secret_value()
        return {"Authorization": f"Bearer {secret}", "X-Chroma-Token": secret}
