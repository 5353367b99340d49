"""``python -m ingest``: the same as ``aktenkundig ingest``."""

import sys

from corpus.command_line import run_command
from ingest.commands import ingest

if __name__ == "__main__":
    sys.exit(run_command(ingest))
