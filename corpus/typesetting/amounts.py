"""Amounts of money in the examples: German notation, and shares that add up to the whole."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

MINUS = "\N{MINUS SIGN}"
CENT = Decimal("0.01")


def german(number: Decimal, places: int = 2) -> str:
    """The number as German offices write it: ``124.800,00``, ``−170.000,00`` with a minus sign and no hyphen.

    Raises:
        ValueError: the number has more places; nothing is rounded unseen.
    """
    text = f"{abs(number):,.{places}f}"
    if Decimal(text.replace(",", "")) != abs(number):
        raise ValueError(f"{number} has more than {places} places")
    return (MINUS if number < 0 else "") + text.translate(str.maketrans(",.", ".,"))


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Divide ``total`` units (cents, hundredths of a per cent) by ``weights`` so that the shares add up to it.

    The method of the largest remainder (Hare/Niemeyer); of equal remainders the earlier one is served first.
    """
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    remainders = [total * weight % whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda index: -remainders[index])
    for index in by_remainder[: total - sum(shares)]:
        shares[index] += 1
    return shares
