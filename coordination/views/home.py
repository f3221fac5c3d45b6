from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from houshayu.http import Request


@require_safe
def home(request: Request) -> HttpResponse:
    """To the page the user works on: the dashboard, the round, or the inbox."""
    if request.user.has_perm("returnees.view_dashboard"):
        return redirect("coordination:dashboard")
    if request.user.has_perm("returnees.view_case"):
        return redirect("returnees:case_list")
    return redirect("inbox")


@require_safe
@login_not_required
def healthz(request: Request) -> HttpResponse:
    """For the balancer: this process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
