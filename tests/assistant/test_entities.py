"""What a sentence can answer: numbers that count something, and none that only name something."""

from __future__ import annotations

import pytest

from assistant.reader.entities import numbers_without_dates


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("Inzwischen haben 47 von insgesamt 54 Kreisen diese Chance genutzt.", ["47", "54"]),
        ("Der Ausschuss tagt am 22.10.2012 nach § 7.", []),
        ("(siehe beigefügte Anhänge 4 und 5).", []),
        ("Bündnis 90/Die Grünen beantragen 3,5 Stellen.", ["3,5"]),
        ("2.) Verteilung auf zwei Kommunen", ["zwei"]),
    ],
)
def test_only_numbers_that_count_something_are_numbers(text: str, numbers: list[str]) -> None:
    assert [match.group() for match in numbers_without_dates(text)] == numbers
