from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from coordination.demonstration import live, next_morning_after
from houshayu import clock
from houshayu.http import Request
from houshayu.models import ClockShift


@require_POST
@permission_required("houshayu.move_clock", raise_exception=True)
@transaction.atomic
def next_morning(request: Request) -> HttpResponse:
    """The staff of the demonstration work through to half past eight of the next day."""
    if not settings.DEMONSTRATION:
        raise Http404
    # The row lock makes a second press wait, and then live through a second day of its own.
    shift = ClockShift.objects.select_for_update().first()
    if shift is None:
        raise Http404
    now = clock.now()
    morning = next_morning_after(now)
    live(now, morning)
    ClockShift.set_to(morning)
    messages.success(
        request, _("It is the next morning, and the staff have done their work in the meantime.")
    )
    return redirect("home")
