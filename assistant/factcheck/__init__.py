"""The fact check: a draft's claims, each with its proof or its contradiction from the documents."""

from assistant.factcheck.checker import CheckWatch, FactChecker, check_draft, unobserved
from assistant.factcheck.deciding import Decider, load_decider
from assistant.factcheck.finding import Finder
from assistant.factcheck.network import open_claim_network
from assistant.factcheck.shapes import VERDICTS, CheckedClaim, Difference, FactCheck, Verdict

__all__ = [
    "VERDICTS",
    "CheckWatch",
    "CheckedClaim",
    "Decider",
    "Difference",
    "FactCheck",
    "FactChecker",
    "Finder",
    "Verdict",
    "check_draft",
    "load_decider",
    "open_claim_network",
    "unobserved",
]
