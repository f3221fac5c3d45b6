"""Forms sent after the log-in has ended: what was typed comes back, to be sent again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import csrf

# Their forms hold passwords and codes, which go into no page.
SECRET = ("account_", "mfa_")


class LoginMiddleware(LoginRequiredMiddleware):
    """Sends strangers to the log-in, but for a form of ours, which is kept for them."""

    def process_view(
        self, request: HttpRequest, view_func: Callable[..., Any], args: Any, kwargs: Any
    ) -> Any:
        answer = super().process_view(request, view_func, args, kwargs)
        return _kept(request) if answer and _is_form_of_ours(request) else answer


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form once more with a fresh token if it came from one of our pages, else a refusal."""
    if _is_form_of_ours(request):
        return _kept(request)
    return csrf.csrf_failure(request, reason)


def _is_form_of_ours(request: HttpRequest) -> bool:
    """Whether a page of this site sent it; no other site can say so in the name of a browser."""
    match = request.resolver_match
    if request.method != "POST" or (match and (match.url_name or "").startswith(SECRET)):
        return False
    sender = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(urlsplit(sender).netloc == request.get_host())


def _kept(request: HttpRequest) -> HttpResponse:
    typed: list[tuple[str, Any]] = [
        (name, value)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
        for value in values
    ]
    context = {"typed": typed, "files": bool(request.FILES)}
    page = render(request, "houshayu/interrupted.html", context, status=403)
    page.headers["Cache-Control"] = "no-store, private"
    return page
