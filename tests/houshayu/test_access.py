from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from houshayu.access import may_at, permissions_at
from houshayu.models import Membership, Place, User
from houshayu.roles import ROLE_PERMISSIONS, Role
from tests.factories import make_user, real_place


@pytest.fixture
def worker(hotel: Place, community: Place) -> User:
    """Hotel staff in the hotel, and a coordinator in a community."""
    user = make_user(role=Role.HOTEL_STAFF, place=hotel)
    Membership.objects.create(user=user, place=community, role=Role.COORDINATOR)
    return user


def test_a_place_carries_the_permissions_of_the_roles_there_alone(
    worker: User, hotel: Place, community: Place, hub: Place
) -> None:
    assert permissions_at(worker, hotel) == ROLE_PERMISSIONS[Role.HOTEL_STAFF]
    assert permissions_at(worker, community) == ROLE_PERMISSIONS[Role.COORDINATOR]
    assert permissions_at(worker, hub) == set()


def test_a_role_covers_what_lies_below(coordinator: User, community: Place) -> None:
    assert permissions_at(coordinator, community) == ROLE_PERMISSIONS[Role.COORDINATOR]
    assert permissions_at(coordinator, real_place("shunyi")) == set()


def test_each_of_several_places_counts_and_no_place_is_nowhere(
    worker: User, hotel: Place, hub: Place
) -> None:
    assert permissions_at(worker, hub, hotel, None) == ROLE_PERMISSIONS[Role.HOTEL_STAFF]
    assert permissions_at(worker, None) == set()


def test_a_superuser_may_everything_and_nobody_nothing(hotel: Place) -> None:
    superuser = User.objects.create_superuser("root", name="root")

    assert permissions_at(superuser, hotel) == set().union(*ROLE_PERMISSIONS.values())
    assert permissions_at(AnonymousUser(), hotel) == set()


def test_once_the_grants_are_read_no_place_costs_a_query(
    worker: User, hotel: Place, community: Place, django_assert_num_queries: object
) -> None:
    permissions_at(worker, hotel)

    with django_assert_num_queries(0):  # type: ignore[operator]
        permissions_at(worker, hotel, community)


def test_a_page_asks_by_codename(worker: User, hotel: Place, community: Place) -> None:
    assert "release_case" not in may_at(worker, hotel)
    assert may_at(worker, community)["release_case"]
