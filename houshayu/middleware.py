from collections.abc import Callable

import pghistory.middleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from houshayu import clock


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Changes made in a request are kept with their author, address and the domain's time."""

    def get_context(self, request: HttpRequest) -> dict[str, object]:
        return super().get_context(request) | {"at": clock.now().isoformat()}


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
