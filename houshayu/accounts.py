"""Logging in: accounts are opened by an administrator, and some need a second step."""

from collections.abc import Callable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import MiddlewareNotUsed
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
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


def _is_setting_up(request: HttpRequest) -> bool:
    """Whether the page is for logging in or out, or for setting up how."""
    name = request.resolver_match.url_name if request.resolver_match else ""
    return (name or "").startswith(("account_", "mfa_", "set_language"))


class GivenPasswordMiddleware:
    """A user who was given a password chooses their own before anything else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if (
            not request.user.is_authenticated
            or not request.user.has_given_password
            or _is_setting_up(request)
        ):
            return None
        messages.info(request, _("You were given this password: please choose your own now."))
        return redirect("account_change_password")


class SecondStepMiddleware:
    """A user without the second step sets it up before anything else.

    So a lost telephone is replaced by switching the old one off and setting up the new one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.HOUSHAYU_REQUIRE_TOTP:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, _view: Callable[..., HttpResponse], _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        if (
            _is_setting_up(request)
            or not request.user.is_authenticated
            or not lacks_second_step(request.user)
        ):
            return None
        messages.info(request, _("Your role requires two-step login: please set it up now."))
        return redirect("mfa_activate_totp")
