"""What is a question about a decision, and what is not."""

from __future__ import annotations

import pytest

from assistant.decisions import asks_for_decision


@pytest.mark.parametrize(
    ("question", "decision"),
    [
        ("Hat der Kreistag schon zugestimmt?", True),
        ("Wie wurde abgestimmt?", True),
        ("Liegt der Beschluss schon vor?", True),
        ("Ist der Schwerpunkt mit dem Gesundheitsamt abgestimmt?", False),
        ("Wurde der Plan mit den Schulen abgestimmt und beschlossen?", True),
        ("Was kostet der Umbau?", False),
    ],
)
def test_what_is_agreed_with_somebody_was_not_voted_on(question: str, decision: bool) -> None:
    assert asks_for_decision(question) is decision
