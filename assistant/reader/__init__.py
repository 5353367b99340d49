"""The reader: which sentences answer a question, and whether any does."""

from __future__ import annotations

from assistant.reader.candidates import Candidate, Reading, Scored
from assistant.reader.models import OperatingPoint, Weights, load_weights, unfitted_weights
from assistant.reader.network import ReadingNetwork, open_network
from assistant.reader.reader import NetworkFindings, TrainedReader

__all__ = [
    "Candidate",
    "NetworkFindings",
    "OperatingPoint",
    "Reading",
    "ReadingNetwork",
    "Scored",
    "TrainedReader",
    "Weights",
    "load_weights",
    "open_network",
    "unfitted_weights",
]
