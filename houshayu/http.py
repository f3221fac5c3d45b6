"""The request as views see it, behind the middleware that lets in only people who are logged in."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from houshayu.models import User


class Request(HttpRequest):
    """For annotations: somebody's request, with what htmx says of it."""

    user: User
    htmx: HtmxDetails
