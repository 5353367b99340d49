"""How many lies the proof lets through, and how many true sentences: on distorted sentences and on PAWS-X.

    python -m benchmarks.proof DATA_FOLDER [--sentences 500]

Every sentence is judged with itself as evidence, then its distortions (``eval/distortions.py``): sentences of the texts
written for training the reading network, and of the pages of OMoS-QA dev. PAWS-X (Yang et al., EMNLP 2019, German dev)
has pairs of nearly the same words: the second is judged by the first. They are translated from Wikipedia and full of
synonyms, of which the proof accepts few: what it cannot follow is shown as a quote.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from assistant.proof import Evidence, Prover
from assistant.proof.support import NetworkSupport
from assistant.proof.turning import whose_voice
from assistant.reader import open_network
from corpus.embedding import open_embedding
from corpus.sentences import split_sentences
from corpus.settings import load_settings
from corpus.types import Span
from eval.distortions import lies

SHORTEST = 6
"""Words; less is a heading."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--sentences", type=int, default=500, help="of each source, drawn at random")
    options = parser.parse_args(arguments)
    settings = load_settings()
    network = NetworkSupport(open_network(settings, open_embedding(settings)))
    chance = random.Random(1)  # noqa: S311
    for name, prover in (("rules", Prover()), ("rules and network", Prover(network))):
        print(f"{name}:")
        for source, found in (("written texts", written()), ("OMoS-QA dev", omos(options.data))):
            sentences = sorted(set(found))
            chance.shuffle(sentences)
            _distorted(source, sentences[: options.sentences], prover)
        _pairs(options.data / "pawsx-de" / "dev.tsv", prover)
    return 0


def written() -> Iterator[str]:
    """Sentences of the texts that were written for training the reading network."""
    for file in sorted(files("eval.training").joinpath("written").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".jsonl"):
            for line in file.read_text(encoding="utf-8").splitlines():
                yield from _whole(sentence for sentence in json.loads(line)["sentences"] if isinstance(sentence, str))


def omos(data: Path) -> Iterator[str]:
    """Sentences of the pages of OMoS-QA dev."""
    for line in (data / "omos-qa" / "dev_de.jsonl").read_text(encoding="utf-8").splitlines():
        context = json.loads(line)["context"]
        text = context if isinstance(context, str) else "\n".join(context)
        yield from _whole(text[span.start : span.end] for span in split_sentences(text))


def _whole(sentences: Iterator[str]) -> Iterator[str]:
    for sentence in sentences:
        told = " ".join(sentence.split())
        # What speaks of "wir" must not become the assistant's own words, so it is no true sentence here.
        if len(told.split()) >= SHORTEST and told.endswith(".") and not any(whose_voice(told)):
            yield told


def _evidence(text: str) -> Evidence:
    return Evidence(1, "text", Span(0, max(1, len(text))), text, "", "Text", "")


def _distorted(source: str, sentences: Sequence[str], prover: Prover) -> None:
    true = sum(prover.judge(sentence, [_evidence(sentence)]).proven for sentence in sentences)
    told: Counter[str] = Counter()
    passed: Counter[str] = Counter()
    for sentence in sentences:
        evidence = [_evidence(sentence)]
        for lie in lies(sentence):
            told[lie.kind] += 1
            passed[lie.kind] += prover.judge(lie.text, evidence).proven
    small = told.total() - told["addition"]
    through = passed.total() - passed["addition"]
    print(f"  {source}: true {true} of {len(sentences)} pass ({true / len(sentences):.1%})")
    added = f"additions {passed['addition']} of {told['addition']}"
    print(f"    lies {through} of {small} pass ({through / small:.1%}), {added}")
    print("    " + ", ".join(f"{kind} {passed[kind]}/{told[kind]}" for kind in told if kind != "addition"))


def _pairs(file: Path, prover: Prover) -> None:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) == 4]
    pairs = [(one, other, label) for _, one, other, label in rows if label in "01" and "NS" not in (one, other)]
    for label, name in (("1", "the same"), ("0", "something else")):
        here = [(one, other) for one, other, told in pairs if told == label]
        proven = sum(prover.judge(other, [_evidence(one)]).proven for one, other in here)
        print(f"  PAWS-X dev, pairs that say {name}: {proven} of {len(here)} pass ({proven / len(here):.1%})")


if __name__ == "__main__":
    sys.exit(main())
