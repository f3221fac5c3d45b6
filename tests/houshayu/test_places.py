"""The tree of places, and the reveals, that nobody can bend by hand."""

from __future__ import annotations

import pytest
from django.db import InternalError, transaction

from houshayu.models import Membership, Place, Reveal, Role, User
from houshayu.reference import load_places
from tests.attacks import refused_by, sql
from tests.factories import NOW, make_place, make_user, real_place


def ancestors(place: Place) -> list[int]:
    place.refresh_from_db()
    return place.ancestors


def test_a_place_knows_every_place_above_it(db: None) -> None:
    compound = real_place("dragon-bay")

    assert [Place.objects.get(pk=each).code for each in compound.ancestors] == [
        "beijing",
        "shunyi",
        "houshayu",
        "xibaixinzhuang",
        "dragon-bay",
    ]


def test_what_lies_below_moves_along(db: None) -> None:
    village, konggang = real_place("xibaixinzhuang"), real_place("konggang")

    Place.objects.filter(pk=village.pk).update(parent=konggang)

    assert ancestors(village) == [*konggang.ancestors, village.pk]
    compound = real_place("dragon-bay")
    assert compound.ancestors == [*konggang.ancestors, village.pk, compound.pk]


@pytest.mark.parametrize("above", ["xibaixinzhuang", "dragon-bay"])
def test_no_place_lies_below_itself(db: None, above: str) -> None:
    with refused_by("place_is_a_tree"):
        Place.objects.filter(code="xibaixinzhuang").update(parent=real_place(above))


def test_no_place_is_made_below_itself(db: None) -> None:
    with refused_by("place_is_a_tree"):
        sql(
            "INSERT INTO houshayu_place (id, code, kind, name, parent_id, statistical_code,"
            " address, phone, is_active, ancestors)"
            " VALUES (900, 'loop', 'hub', '', 900, '', '', '', true, '{}')"
        )


def test_ancestors_follow_from_the_parents_alone(db: None) -> None:
    village = real_place("xibaixinzhuang")
    right = village.ancestors

    sql("UPDATE houshayu_place SET ancestors = '{}' WHERE id = %(id)s", id=village.pk)

    assert ancestors(village) == right


@pytest.mark.parametrize(
    ("constraint", "change"),
    [("place_kind_known", "kind = 'castle'"), ("place_rooms_only_in_hotels", "rooms = 12")],
)
def test_a_place_makes_sense(db: None, constraint: str, change: str) -> None:
    with refused_by(constraint):
        sql(f"UPDATE houshayu_place SET {change} WHERE code = 'ncie-hub'")


def test_loading_the_reference_data_again_changes_nothing_and_keeps_what_was_added(
    db: None,
) -> None:
    added = make_place(parent=real_place("xibaixinzhuang"))
    before = list(Place.objects.values())

    load_places()

    assert list(Place.objects.values()) == before
    assert added in Place.objects.all()


def test_a_role_covers_the_places_below_its_own_and_only_for_its_rights(db: None) -> None:
    worker = make_user(role=Role.COMMUNITY_WORKER, place=real_place("xibaixinzhuang"))
    covered = Place.objects.covered_by(worker, "returnees.view_case")

    assert [each.code for each in covered] == ["dragon-bay", "xibaixinzhuang"]
    assert not Place.objects.covered_by(worker, "returnees.view_dashboard").exists()
    assert not worker.has_perm("returnees.view_dashboard")


def test_rights_of_two_roles_stay_at_their_own_places(db: None) -> None:
    user = make_user(role=Role.COMMUNITY_WORKER, place=real_place("gucheng"))
    Membership.objects.create(user=user, role=Role.HOTEL_STAFF, place=real_place("demo-hotel-jia"))

    def where(permission: str) -> set[str]:
        return {each.code for each in Place.objects.covered_by(user, permission)}

    assert where("returnees.record_checkin") == {"gucheng", "merlin-champagne", "demo-hotel-jia"}
    assert where("returnees.add_case") == {"gucheng", "merlin-champagne"}


def test_somebody_who_left_the_service_covers_nothing(coordinator: User) -> None:
    User.objects.filter(pk=coordinator.pk).update(is_active=False)
    former = User.objects.get(pk=coordinator.pk)

    assert not Place.objects.covered_by(former, "returnees.view_case").exists()
    assert not former.has_perm("returnees.view_case")


@pytest.mark.parametrize(
    "attack", ["UPDATE houshayu_reveal SET reason = 'none'", "DELETE FROM houshayu_reveal"]
)
def test_what_was_revealed_to_whom_stays_written(db: None, attack: str) -> None:
    kept = Reveal.objects.record(
        by=make_user(), subject=make_user(), reason="A call from the hospital", now=NOW
    )

    with pytest.raises(InternalError, match="Cannot"), transaction.atomic():
        sql(attack)

    assert Reveal.objects.get() == kept


def test_a_reveal_has_its_reason(db: None) -> None:
    with refused_by("reveal_has_a_reason"):
        Reveal.objects.record(by=make_user(), subject=make_user(), reason="", now=NOW)
