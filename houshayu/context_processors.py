from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from houshayu import clock, menu
from houshayu.models import Message


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows; each is looked up only where a template reads it."""

    user = request.user

    def unread() -> int:
        return Message.objects.for_user(user).unread().count() if user.is_authenticated else 0

    return {
        "demonstration": settings.DEMONSTRATION,
        "domain_now": SimpleLazyObject(clock.now),
        "unread_messages": SimpleLazyObject(unread),
        "menu": SimpleLazyObject(lambda: menu.entries_for(user)),
        "search": SimpleLazyObject(lambda: menu.search_for(user)),
        "banners": menu.banners(),
        "interface_languages": [
            pair for pair in settings.LANGUAGES if pair[0] in settings.INTERFACE_LANGUAGES
        ],
    }
