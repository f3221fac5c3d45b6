from typing import Any

from django.contrib.messages import get_messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme


def render_fragment(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """The fragment for an htmx swap, with the news for the page's message region.

    After an act the region shows its outcome alone. A fragment that was only read, as by a list
    that refreshes itself, leaves older news standing unless it brings some.
    """
    html = render_to_string(template, context, request)
    if request.method != "GET" or len(get_messages(request)):
        html += render_to_string("_messages_oob.html", {}, request)
    return HttpResponse(html, status=status)


def redirect_back(request: HttpRequest, otherwise: Any) -> HttpResponse:
    """After an act to the page it was done on, if that sent its address along as `next`."""
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else otherwise)
