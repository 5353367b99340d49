"""``python -m eval``: the same as ``aktenkundig eval``."""

import sys

from corpus.command_line import run_command
from eval.commands import evaluate

if __name__ == "__main__":
    sys.exit(run_command(evaluate))
