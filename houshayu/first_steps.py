"""What a user does before anything else: choose a password, set up the second step."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from houshayu.accounts import lacks_second_step


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
