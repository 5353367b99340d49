"""``python -m eval.training DATA_FOLDER``: train the reading network and write its weights and its model card.

Takes minutes on a graphics processor and many hours without; it can be interrupted and goes on from its last
checkpoint.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch

from assistant.reader.encoding import PassageEncoder
from assistant.reader.network import NETWORK_FILE
from corpus.embedding import open_embedding
from corpus.settings import load_settings
from eval.training.batches import EncodedExample, batched, encoded
from eval.training.checking import Check
from eval.training.examples import ExampleMaker
from eval.training.learning import Course, learn
from eval.training.negatives import Neighbours
from eval.training.network import ReadingNetwork
from eval.training.plan import PLAN, Part, hashes
from eval.training.swaps import Swaps
from eval.training.weights import average_weights, read_weights, write_weights

_log = logging.getLogger(__name__)


def main() -> int:
    """Make the examples, train, and write what was learnt."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="folder of the public data sets")
    parser.add_argument("--work", type=Path, default=Path(".cache/training"), help="checkpoints")
    parser.add_argument("--start", type=Path, help="weights to go on from, instead of the embedding model's own")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--passes", type=int, default=4, help="each cuts the texts anew and draws other passages")
    parser.add_argument("--batch", type=int, default=24_000, help="tokens of a step")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument(
        "--share", nargs="+", type=_share, default=[("", 1.0)], help="how much of each set; NAME=SHARE for one of them"
    )
    parser.add_argument(
        "--average",
        type=float,
        default=1.0,
        help="share of what is learnt now in the weights that are written; the rest stays as in --start",
    )
    parser.add_argument("--frozen", type=int, default=0, help="lowest layers that stay as they are")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    options.work.mkdir(parents=True, exist_ok=True)
    settings = load_settings()
    embedding = open_embedding(settings)
    encoder = PassageEncoder(embedding.tokenizer)
    shares = dict(options.share)
    groups: list[list[EncodedExample]] = []
    seeds = range(options.seed, options.seed + options.passes)
    for seed, examples in zip(seeds, make_examples(options.data, encoder, seeds, shares), strict=True):
        groups += batched(examples, tokens=options.batch, seed=seed)
    total = sum(len(item.ids) for group in groups for item in group)
    _log.info("%d tokens, %d steps", total, len(groups))
    torch.manual_seed(options.seed)
    network = ReadingNetwork(embedding.directory, options.dropout)
    if options.start is not None:
        read_weights(network, options.start)
    network.freeze(options.frozen)
    check = Check(options.data, encoder, network, options.device)
    learn(network, groups, Course(options.rate, options.device), options.work, check)
    if options.start is not None and options.average < 1:
        average_weights(network, options.start, options.average)
        network.eval()
        check(len(groups))
    card = {
        "command": f"python -m eval.training DATA --seed {options.seed} --rate {options.rate}"
        f" --passes {options.passes} --batch {options.batch} --dropout {options.dropout}"
        f" --average {options.average} --frozen {options.frozen}"
        f" --share {' '.join(f'{name}={share}' if name else str(share) for name, share in options.share)}",
        "base": embedding.identity,
        "steps": len(groups),
        "passages": sum(len(group) for group in groups),
        "tokens": total,
        "questions_a_pass": {part.name: part.wanted(_share_of(part, shares)) for part in PLAN},
        "data_sha256": hashes(options.data),
    }
    if options.start is not None:
        card["start_sha256"] = hashlib.sha256(options.start.read_bytes()).hexdigest()
    write_weights(network, options.work / NETWORK_FILE, card)
    _log.info("written: %s", options.work / NETWORK_FILE)
    return 0


def make_examples(
    data: Path, encoder: PassageEncoder, seeds: Sequence[int], shares: Mapping[str, float]
) -> list[list[EncodedExample]]:
    """The passages of each pass, in the order of the plan; every pass has a seed.

    ``shares`` tells by its name how much of a set each takes, under "" of all others.
    """
    passes: list[list[EncodedExample]] = [[] for _ in seeds]
    for part in PLAN:
        drawn = [part.drawn(data, seed, _share_of(part, shares)) for seed in seeds]
        every = [labelled for asked in drawn for labelled in asked]
        neighbours = Neighbours(list({labelled.text.text: labelled.text for labelled in every}.values()))
        swaps = Swaps((labelled.question for labelled in every), names=part.names)
        for seed, asked, examples in zip(seeds, drawn, passes, strict=True):
            maker = ExampleMaker(encoder, neighbours, swaps, seed)
            examples.extend(encoded((example for labelled in asked for example in maker.make(labelled)), encoder))
        _log.info("%s: %d questions, now %d passages", part.name, len(every), sum(map(len, passes)))
    return passes


def _share(told: str) -> tuple[str, float]:
    name, _, share = told.rpartition("=")
    return name, float(share)


def _share_of(part: Part, shares: Mapping[str, float]) -> float:
    return shares.get(part.name, shares.get("", 1.0))


if __name__ == "__main__":
    sys.exit(main())
