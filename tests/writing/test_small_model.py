"""A real small language model behind a real llama.cpp server: what it gets wrong is caught.

Runs where ``AKTENKUNDIG_TEST_GGUF`` names a GGUF file; the tests of the local server take it out of the environment,
because settings refuse names that they do not know.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from corpus.embedding import open_embedding
from corpus.settings import Settings
from eval.packaged import AKTE, evaluate_questions
from eval.questions import load_questions
from tests.assistant.test_local_server import GGUF

if GGUF is not None:
    KINDS = ("why", "list", "order", "multi-document")
    QUESTIONS = int(os.environ.get("GGUF_QUESTIONS", "6"))

    @pytest.mark.slow
    @pytest.mark.timeout(3600)
    def test_a_small_model_makes_answers_no_less_accurate(akte_data: Path, models_directory: Path) -> None:
        settings = Settings(
            data=akte_data,
            models=models_directory,
            language_model="gguf",
            language_model_file=Path(GGUF),
            language_model_context=4096,
            language_model_seconds=180,
            language_model_first_seconds=120,
            language_model_at_once=1,
        )
        asked = [q for q in load_questions(AKTE.file) if q.split == "calibration" and q.answerable and q.kind in KINDS]
        evaluation = evaluate_questions(
            settings, open_embedding(settings), asked[:QUESTIONS], title="Akte", file=AKTE.file, chunks=None
        )
        assert evaluation.wordings is not None
        assert evaluation.wordings.asked > 0
        quotes = evaluation.estimates("all")
        worded = evaluation.estimates("all", "worded")
        for figure in ("answer_accuracy", "evidence_hit"):
            mine, theirs = worded[figure].value, quotes[figure].value
            assert mine is not None
            assert theirs is not None
            assert mine >= theirs
        assert worded["verbatim_rate"].value == 1.0
