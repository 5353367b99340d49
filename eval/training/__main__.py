"""``python -m eval.training DATA_FOLDER``: train the reading network and write its weights and its model card.

One course takes about an hour and a half on two cores; it can be interrupted and goes on from its last checkpoint.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
from pathlib import Path
from typing import Final

import torch

from assistant.reader.encoding import PassageEncoder
from assistant.reader.network import NETWORK_FILE
from corpus.embedding import open_embedding
from corpus.settings import load_settings
from eval.training.batches import batched
from eval.training.checking import Check
from eval.training.examples import Example, ExampleMaker
from eval.training.learning import Course, learn
from eval.training.negatives import Neighbours
from eval.training.network import FROZEN_LAYERS, ReadingNetwork
from eval.training.plan import PLAN, hashes
from eval.training.swaps import Swaps
from eval.training.weights import read_weights, write_weights

_BATCH_TOKENS: Final = 2600
_log = logging.getLogger(__name__)


def main() -> int:
    """Make the examples, train, and write what was learnt."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the public data sets")
    parser.add_argument("--work", type=Path, default=Path(".cache/training"), help="checkpoints")
    parser.add_argument("--start", type=Path, help="weights to go on from, instead of the embedding model's own")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=8e-5)
    parser.add_argument("--share", type=float, default=1.0, help="how much of a course, to try something")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    options.work.mkdir(parents=True, exist_ok=True)
    settings = load_settings()
    embedding = open_embedding(settings)
    encoder = PassageEncoder(embedding.tokenizer)
    examples = make_examples(options.data, encoder, options.seed, options.share)
    groups = batched(examples, encoder, tokens=_BATCH_TOKENS, seed=options.seed)
    total = sum(len(item.passage.ids) for group in groups for item in group)
    _log.info("%d examples, %d tokens, %d steps", len(examples), total, len(groups))
    torch.manual_seed(options.seed)
    network = ReadingNetwork(embedding.directory)
    if options.start is not None:
        read_weights(network, options.start)
    check = Check(options.data, encoder, network, options.device)
    learn(network, groups, Course(options.rate, options.device), options.work, check)
    card = {
        "command": f"python -m eval.training DATA --seed {options.seed} --rate {options.rate} --share {options.share}",
        "base": embedding.identity,
        "frozen_layers": FROZEN_LAYERS,
        "steps": len(groups),
        "passages": len(examples),
        "tokens": total,
        "questions": {part.name: part.questions for part in PLAN},
        "data_sha256": hashes(options.data),
    }
    if options.start is not None:
        card["start_sha256"] = hashlib.sha256(options.start.read_bytes()).hexdigest()
    write_weights(network, options.work / NETWORK_FILE, card)
    _log.info("written: %s", options.work / NETWORK_FILE)
    return 0


def make_examples(data: Path, encoder: PassageEncoder, seed: int, share: float) -> list[Example]:
    """The passages of one course, in the order of the plan."""
    examples: list[Example] = []
    for part in PLAN:
        drawn = part.drawn(data, seed)
        neighbours = Neighbours(list({labelled.text.text: labelled.text for labelled in drawn}.values()))
        swaps = Swaps((labelled.question for labelled in drawn), names=part.names)
        maker = ExampleMaker(encoder, neighbours, swaps, seed)
        made = [example for labelled in drawn[: round(len(drawn) * share)] for example in maker.make(labelled)]
        _log.info("%s: %d questions, %d passages", part.name, len(drawn), len(made))
        examples += made
    return examples


if __name__ == "__main__":
    sys.exit(main())
