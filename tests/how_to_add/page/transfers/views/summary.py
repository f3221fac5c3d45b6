from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from houshayu.http import Request
from transfers.models import Handoff


@require_safe
@permission_required("transfers.view_handoff", raise_exception=True)
def handoff_summary(request: Request) -> HttpResponse:
    """How many handoffs wait at the user's places."""
    waiting = Handoff.objects.open().visible_to(request.user).count()
    return render(request, "transfers/handoff_summary.html", {"waiting": waiting})
