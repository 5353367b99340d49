"""The web chat: a Gradio conversation beside the pages that it quotes."""

from assistant.web.app import create_app
from assistant.web.server import serve

__all__ = ["create_app", "serve"]
