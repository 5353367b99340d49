"""Starts the web chat: the same as ``aktenkundig serve``."""

import sys

from assistant.commands import serve
from corpus.command_line import run_command

if __name__ == "__main__":
    sys.exit(run_command(serve))
