"""Check digits, and dates of two digits a year."""

from __future__ import annotations

from datetime import date


def mod_11_2(digits: str) -> str:
    """The check character of ISO 7064 MOD 11-2 over seventeen digits."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return "10X98765432"[total % 11]


def icao_731(text: str) -> str:
    """The check digit of ICAO Doc 9303 over A-Z, 0-9 and <: weights 7, 3, 1; < is 0, A is 10."""
    values = (0 if character == "<" else int(character, 36) for character in text)
    return str(sum(value * (7, 3, 1)[i % 3] for i, value in enumerate(values)) % 10)


def past_date(yymmdd: str, today: date) -> date:
    """The latest date with these two digits of the year that is not in the future.

    Raises ValueError if there is no such date.
    """
    year, month, day = (int(yymmdd[i : i + 2]) for i in (0, 2, 4))
    latest = date(2000 + year, month, day)
    return latest if latest <= today else date(1900 + year, month, day)
