"""Requests that cannot be answered as they came, and the page or warning that says so."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from houshayu.exceptions import Conflict


class NulMiddleware:
    """An address with a NUL character, which Postgres does not take, is a bad request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.get_full_path():
            raise BadRequest("The address has a NUL character.")
        return self.get_response(request)


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
