"""What an address asks for, and addresses that ask for something.

A form or a FilterSet judges what stands behind the question mark, as it judges what was typed:
no view reads it by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, QueryDict


def asked(request: HttpRequest, *, typed: Sequence[str] = (), **otherwise: str) -> QueryDict:
    """What the address asks for, to be judged by the form that it is given to.

    typed: what a post that sends it along says better than the address. otherwise: what holds
    where the address says nothing.
    """
    query = request.GET.copy()
    for name in typed:
        if name in request.POST:
            query[name] = request.POST[name]
    for name, value in otherwise.items():
        query.setdefault(name, value)
    return query


def address(request: HttpRequest, path: str, **changed: str) -> str:
    """The path with all that the address of the request asks for, some of it changed."""
    query = request.GET.copy()
    for name, value in changed.items():
        query[name] = value
    return f"{path}?{query.urlencode()}" if query else path
