from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.views.decorators.http import require_safe

from houshayu.address import asked
from houshayu.filters import RevealFilter
from houshayu.http import Request
from houshayu.listing import listing
from houshayu.models import Reveal


@require_safe
@permission_required("houshayu.view_reveal", raise_exception=True)
def reveal_list(request: Request) -> HttpResponse:
    """Who read which protected value, when and why: readers who work in the auditor's places."""
    reveals = Reveal.objects.visible_to(request.user).select_related("by")
    found = RevealFilter(asked(request), reveals, request=request)
    return listing(request, "houshayu/reveal_list.html", found, order=["-at", "-id"])
