"""The reader: which sentences answer a question, and whether any does."""

from __future__ import annotations

from assistant.reader.candidates import Candidate, Reading, Scored
from assistant.reader.linear import LinearReader, Reader, Weights, load_weights

__all__ = ["Candidate", "LinearReader", "Reader", "Reading", "Scored", "Weights", "load_weights"]
