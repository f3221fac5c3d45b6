from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from houshayu.http import Request
from houshayu.models import Role, SavedView

# A permission, and the page where the work of those who have it begins: the first that fits.
FIRST_PAGES = [
    ("returnees.view_case", "coordination:my_day"),
    ("houshayu.administer", "membership_list"),
    ("houshayu.view_reveal", "reveal_list"),
]


@require_safe
def home(request: Request) -> HttpResponse:
    """To the view that the user begins with, or else to where their work begins.

    At a gate, which has no such permission, that is the certificates.
    Whoever is a member of the team in another way finds what is for them in the inbox.
    """
    if start := SavedView.objects.start_of(request.user):
        return redirect(start.address)
    for permission, page in FIRST_PAGES:
        if request.user.has_perm(permission):
            return redirect(page)
    at_a_gate = request.user.memberships.filter(role=Role.CHECKPOINT_GUARD).exists()
    return redirect("returnees:certificate_verify" if at_a_gate else "inbox")


@require_safe
@login_not_required
def healthz(request: Request) -> HttpResponse:  # noqa: ARG001  (a view takes one)
    """For the balancer: this process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
