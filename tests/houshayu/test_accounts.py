"""Logging in: lock-out, the second step, and what is closed."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core.cache import cache
from django.test import Client
from django.urls import NoReverseMatch, reverse
from knox.models import AuthToken

from houshayu.models import Membership, Place, Role, User
from tests.factories import make_user

PASSWORD = "a-long-day-at-the-hub"


@pytest.fixture(autouse=True)
def _nobody_locked_out() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def log_in(client: Client, username: str, password: str = PASSWORD) -> bool:
    """Whether the login page let somebody in."""
    client.post(reverse("account_login"), {"login": username, "password": password})
    return "_auth_user_id" in client.session


@pytest.fixture
def worker(community: Place) -> User:
    return make_user(
        role=Role.COMMUNITY_WORKER, place=community, username="zhang", password=PASSWORD
    )


@pytest.fixture
def coordinator(community: Place) -> User:
    return make_user(role=Role.COORDINATOR, place=community, username="chen", password=PASSWORD)


# --- Lock-out -----------------------------------------------------------------------------------


def test_five_wrong_passwords_close_the_account_to_the_right_one(
    client: Client, worker: User
) -> None:
    for _attempt in range(5):
        assert not log_in(client, "zhang", "wrong")

    assert not log_in(client, "zhang")


def test_four_wrong_passwords_do_not(client: Client, worker: User) -> None:
    for _attempt in range(4):
        assert not log_in(client, "zhang", "wrong")

    assert log_in(client, "zhang")


def test_a_locked_account_locks_out_nobody_else(
    client: Client, worker: User, coordinator: User
) -> None:
    for _attempt in range(6):
        log_in(client, "zhang", "wrong")

    assert log_in(client, "chen")


def test_another_spelling_of_name_or_host_gives_no_further_tries(
    client: Client, worker: User
) -> None:
    for port, name in enumerate(["zhang", "ZHANG", "Zhang", " zhang", "zhang"], start=8000):
        wrong = {"login": name, "password": "wrong"}
        client.post(reverse("account_login"), wrong, headers={"Host": f"testserver:{port}"})

    assert not log_in(client, "zhang")


# --- Passwords and sessions -----------------------------------------------------------------------


def test_nobody_signs_up_or_resets_a_password_by_mail() -> None:
    for name in ("account_signup", "account_reset_password", "account_email"):
        with pytest.raises(NoReverseMatch):
            reverse(name)


def test_a_weak_new_password_is_refused(client: Client, worker: User) -> None:
    assert log_in(client, "zhang")

    client.post(
        reverse("account_change_password"),
        {"oldpassword": PASSWORD, "password1": "123456789012", "password2": "123456789012"},
    )

    worker.refresh_from_db()
    assert worker.check_password(PASSWORD)


def test_a_new_password_ends_the_sessions_elsewhere(client: Client, worker: User) -> None:
    elsewhere = Client()
    assert log_in(elsewhere, "zhang")
    assert log_in(client, "zhang")

    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": PASSWORD,
            "password1": "new-words-tonight",
            "password2": "new-words-tonight",
        },
    )

    assert client.get(reverse("inbox")).status_code == 200
    assert elsewhere.get(reverse("inbox")).status_code == 302


def test_a_new_password_ends_the_tokens_too(client: Client, worker: User) -> None:
    _stored, token = AuthToken.objects.create(user=worker)
    assert log_in(client, "zhang")

    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": PASSWORD,
            "password1": "new-words-tonight",
            "password2": "new-words-tonight",
        },
    )

    assert api_answers(token) == 401


def api_answers(token: str) -> int:
    """The status of the list of cases for whoever has the token."""
    headers = {"Authorization": f"Token {token}"}
    return Client().get(reverse("api:case-list"), headers=headers).status_code


def test_logging_out_takes_a_press_not_a_link(client: Client, worker: User) -> None:
    assert log_in(client, "zhang")

    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session

    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session


# --- The second step ------------------------------------------------------------------------------


@pytest.fixture
def required(settings: object) -> None:
    settings.HOUSHAYU_REQUIRE_TOTP = True  # type: ignore[attr-defined]


def code_of(secret: str) -> str:
    """What the authenticator app shows now."""
    counter = next(totp.yield_hotp_counters_from_time())
    return totp.format_hotp_value(totp.hotp_value(secret, counter))


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMINISTRATOR])
def test_a_role_that_needs_a_second_step_sets_it_up_first(
    required: None, client: Client, community: Place, role: Role
) -> None:
    make_user(role=role, place=community, username="wang", password=PASSWORD)
    assert log_in(client, "wang")
    set_up = reverse("mfa_activate_totp")
    assert client.get(reverse("inbox")).headers["Location"] == set_up

    confirm = client.get(set_up).headers["Location"]
    client.post(confirm, {"password": PASSWORD})
    secret = client.get(set_up).context["form"].secret
    done = client.post(set_up, {"code": code_of(secret)}, follow=True)

    assert len(done.context["unused_codes"]) == 10
    assert client.get(reverse("inbox")).status_code == 200


def test_other_roles_need_none(required: None, client: Client, worker: User) -> None:
    assert log_in(client, "zhang")

    assert client.get(reverse("inbox")).status_code == 200


def test_where_it_is_not_required_a_coordinator_needs_none(
    client: Client, coordinator: User
) -> None:
    assert log_in(client, "chen")

    assert client.get(reverse("inbox")).status_code == 200


def test_with_a_second_step_the_password_alone_does_not_let_in(
    required: None, client: Client, coordinator: User
) -> None:
    secret = totp.generate_totp_secret()
    stored = totp.TOTP.activate(coordinator, secret).instance.data
    assert secret not in str(stored)

    assert not log_in(client, "chen")

    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get(reverse("inbox")).status_code == 200


def test_a_token_older_than_the_role_does_not_do_without_the_second_step(
    required: None, community: Place, worker: User
) -> None:
    _stored, token = AuthToken.objects.create(user=worker)
    assert api_answers(token) == 200

    Membership.objects.create(user=worker, role=Role.COORDINATOR, place=community)
    assert api_answers(token) == 403

    totp.TOTP.activate(worker, totp.generate_totp_secret())
    assert api_answers(token) == 200


def test_a_recovery_code_lets_in_once(required: None, client: Client, coordinator: User) -> None:
    totp.TOTP.activate(coordinator, totp.generate_totp_secret())
    code = RecoveryCodes.activate(coordinator).get_unused_codes()[0]
    assert Authenticator.objects.filter(user=coordinator).count() == 2

    for lets_in in (True, False):
        visit = Client()
        assert not log_in(visit, "chen")
        visit.post(reverse("mfa_authenticate"), {"code": code})
        assert ("_auth_user_id" in visit.session) is lets_in
