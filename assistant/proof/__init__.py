"""Proof: whether a sentence says what the passages say that it cites."""

from assistant.proof.evidence import Evidence
from assistant.proof.objection import Objection, Verdict
from assistant.proof.prover import Prover

__all__ = ["Evidence", "Objection", "Prover", "Verdict"]
