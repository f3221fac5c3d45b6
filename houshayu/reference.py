"""The places that exist before anybody is registered."""

import csv
from pathlib import Path

from django.db import transaction

from houshayu.models import Place

PLACES = Path(__file__).resolve().parent / "data" / "places.csv"


@transaction.atomic
def load_places(path: Path = PLACES) -> int:
    """Make the table hold what the file lists, by code; return how many places there are.

    A line stands below the line of its parent. Places that people added stay.
    """
    places: dict[str, Place] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            places[row["code"]], _created = Place.objects.update_or_create(
                code=row["code"],
                defaults={
                    "kind": row["kind"],
                    "name_zh_hans": row["name_zh_hans"],
                    "name_en": row["name_en"],
                    "parent": places.get(row["parent"]),
                    "statistical_code": row["statistical_code"],
                    "rooms": int(row["rooms"]) if row["rooms"] else None,
                },
            )
    return len(places)
