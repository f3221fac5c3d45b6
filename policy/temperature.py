"""Body temperatures, in °C: what is a fever, and what nobody alive has."""

from decimal import Decimal

# Guidance of 2020 says both "above" and "at or above"; the stricter reading counts.
FEVER = Decimal("37.3")
COLDEST, HOTTEST = Decimal("34.0"), Decimal("42.9")


def is_fever(temperature: Decimal) -> bool:
    return temperature >= FEVER
