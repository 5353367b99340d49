"""The REST API ``/api/v1``: ask, search, read documents and cite them, for other programs."""

from __future__ import annotations

from assistant.web.api.app import API_PATH, create_api

__all__ = ["API_PATH", "create_api"]
