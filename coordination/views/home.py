from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from houshayu.http import Request


@require_safe
def home(request: Request) -> HttpResponse:
    """To what waits for the user: their day, or the inbox of those who work on no case."""
    works_on_cases = request.user.has_perm("returnees.view_case")
    return redirect("coordination:my_day" if works_on_cases else "inbox")


@require_safe
@login_not_required
def healthz(request: Request) -> HttpResponse:  # noqa: ARG001  (a view takes one)
    """For the balancer: this process answers and reaches its database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")
