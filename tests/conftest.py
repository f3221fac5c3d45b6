"""Each worker's database, and the cast of the suite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.models.signals import post_migrate

from houshayu.embedded import addresses
from houshayu.models import Place, Role, User
from returnees.models import Case
from tests import factories
from transfers.models import Handoff

# Checks and helpers that are no test modules say what differed, as those do.
pytest.register_assert_rewrite("tests.cases", "tests.forms")


def pytest_configure(config: pytest.Config) -> None:
    """Give each worker a cache of its own: whom one locks out, another must not let in.

    And a quick hash of passwords, of which the suite makes thousands: the real one is slow.
    """
    # How long an example takes says how busy the machine is.
    hypothesis.settings.register_profile("suite", deadline=None)
    hypothesis.settings.load_profile("suite")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0")
    settings.CACHES["default"]["LOCATION"] += f"?db={1 + int(worker.removeprefix('gw'))}"


@pytest.fixture(scope="session")
def django_db_setup(worker_id: str, django_db_blocker: object) -> Iterator[None]:
    """A database of this worker's own, copied from the migrated one."""
    var = Path(os.environ["HOUSHAYU_VAR"])
    name = f"test_{worker_id}"
    admin = psycopg2.connect(
        host=str(addresses.socket_folder(var)), user=addresses.USER, dbname="postgres"
    )
    admin.autocommit = True
    with admin.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{addresses.DATABASE}"')
    settings.DATABASES["default"]["NAME"] = name
    connections["default"].settings_dict["NAME"] = name
    # Tests that commit are followed by a flush, which takes the reference data too; it says so.
    post_migrate.connect(_load_reference_data, sender=apps.get_app_config("houshayu"))
    yield
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()
    admin.close()


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    return getattr(request.config, "workerinput", {}).get("workerid", "single")


def _load_reference_data(**kwargs: object) -> None:
    call_command("load_reference_data", verbosity=0)


@pytest.fixture
def community(db: None) -> Place:
    """Where the cast's people live."""
    return factories.real_place("houshayu-village")


@pytest.fixture
def hub(db: None) -> Place:
    return factories.real_place("ncie-hub")


@pytest.fixture
def hotel(db: None) -> Place:
    return factories.real_place("demo-hotel-jia")


@pytest.fixture
def sender(community: Place) -> User:
    """Works in the community that registers people, and offers them to the hub."""
    return factories.make_user(role=Role.COMMUNITY_WORKER, place=community, username="sender")


@pytest.fixture
def receiver(hub: Place) -> User:
    """Answers at the hub."""
    return factories.make_user(role=Role.TRANSFER_TEAM, place=hub, username="receiver")


@pytest.fixture
def hotel_worker(hotel: Place) -> User:
    return factories.make_user(role=Role.HOTEL_STAFF, place=hotel, username="hotel_worker")


@pytest.fixture
def stranger(db: None) -> User:
    """Does the sender's work in another community."""
    elsewhere = factories.real_place("gucheng")
    return factories.make_user(role=Role.COMMUNITY_WORKER, place=elsewhere, username="stranger")


@pytest.fixture
def coordinator(db: None) -> User:
    """Answers for the whole of Houshayu."""
    houshayu = factories.real_place("houshayu")
    return factories.make_user(role=Role.COORDINATOR, place=houshayu, username="coordinator")


@pytest.fixture
def case(community: Place, sender: User) -> Case:
    """Expected this afternoon and held by the community."""
    return factories.make_case(place=community, by=sender, community=community)


@pytest.fixture
def handoff(case: Case, hub: Place, sender: User) -> Handoff:
    """The case on offer to the hub."""
    return factories.make_handoff(case=case, to_place=hub, by=sender)


@pytest.fixture
def observed(community: Place, hotel: Place) -> Case:
    """In the hotel since NOW, on day 0 of fourteen."""
    return factories.make_observed_case(place=hotel, community=community)
