from collections.abc import Callable

import pghistory.middleware
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme

from houshayu import clock
from houshayu.exceptions import Conflict


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Changes made in a request are kept with their author, address and the domain's time."""

    def get_context(self, request: HttpRequest) -> dict[str, object]:
        return super().get_context(request) | {"at": clock.now().isoformat()}


class NulMiddleware:
    """An address with a NUL character, which Postgres does not take, is a bad request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.get_full_path():
            raise BadRequest("The address has a NUL character.")
        return self.get_response(request)


class PrivateMiddleware:
    """No browser keeps what a logged-in user has seen: PCs and telephones are shared."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store, private"
        return response


class LanguageMiddleware:
    """The page speaks the reader's own language, or before login the one picked, or Chinese."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        picked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        if request.user.is_authenticated:
            picked = request.user.language
        if picked not in settings.INTERFACE_LANGUAGES:
            picked = settings.LANGUAGE_CODE
        translation.activate(str(picked))
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response


class NotAllowedMiddleware:
    """Whoever opens the address of a button, as after a log-in, gets a page that says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET" and not response.content:
            page = render(request, "405.html", status=405)
            page.headers["Allow"] = response.headers["Allow"]
            return page
        return response


class ConflictMiddleware:
    """A Conflict that a view did not answer itself becomes a warning on the page before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Conflict):
            return None
        messages.warning(request, str(error))
        back = request.headers.get("Referer", "")
        safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        if getattr(request, "htmx", False):
            # The swap that was asked for no longer makes sense: show the page as it is now.
            return HttpResponse(status=200, headers={"HX-Refresh": "true"})
        return redirect(back if safe else "home")
