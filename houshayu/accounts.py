"""Logging in: accounts are opened by an administrator, and some need a second step."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.http import HttpRequest
from django.utils.crypto import get_random_string
from knox.models import AuthToken

from houshayu.models import Role, User
from houshayu.privacy.fields import decrypt, encrypt

TWO_STEP_ROLES = (Role.COORDINATOR, Role.ADMINISTRATOR)


def lacks_second_step(user: User) -> bool:
    """The user's role asks for a one-time code at each login, and none is set up."""
    return (
        User.objects.filter(
            Q(is_superuser=True) | Q(memberships__role__in=TWO_STEP_ROLES), pk=user.pk
        )
        .exclude(authenticator__type=Authenticator.Type.TOTP)
        .exists()
    )


class AccountAdapter(DefaultAccountAdapter):
    """Nobody signs up: an administrator opens accounts."""

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def set_password(self, user: User, password: str) -> None:
        """A new password ends the tokens of the old one; Django ends its sessions."""
        user.has_given_password = False
        super().set_password(user, password)
        AuthToken.objects.filter(user=user).delete()

    def _get_login_attempts_cache_key(self, _request: HttpRequest, **credentials: Any) -> str:
        """Wrong passwords are counted by account.

        allauth puts the host of the request before it, port included: each made-up port would
        have five tries of its own.
        """
        return str(credentials.get("username", "")).lower()


class MFAAdapter(DefaultMFAAdapter):
    """The secret of a second step is stored encrypted, as personal data is."""

    def encrypt(self, text: str) -> str:
        return encrypt(text, bound_to=Authenticator._meta.db_table)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text, bound_to=Authenticator._meta.db_table)


def give_password(user: User) -> str:
    """Set and return a new password for a saved user, who gets it in person and changes it."""
    password = get_random_string(14)
    AccountAdapter().set_password(user, password)
    User.objects.filter(pk=user.pk).update(has_given_password=True)
    return password
