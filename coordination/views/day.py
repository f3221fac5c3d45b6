from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import day
from coordination.forms import DayForm
from houshayu import clock
from houshayu.address import asked
from houshayu.duties import asking
from houshayu.duties.reading import Reader
from houshayu.http import Request
from returnees.models import Case

# More than none is an error of the program; so many are enough to see which.
SHOWN = 100


@require_safe
@permission_required("returnees.view_case", raise_exception=True)
def my_day(request: Request) -> HttpResponse:
    """What waits for the user, or of all places they answer for: late first, one click away."""
    now = clock.now()
    form = DayForm(asked(request))
    form.is_valid()
    part = form.cleaned_data
    is_all = bool(part.get("all")) and request.user.has_perm(day.OVER)
    reader = Reader(request.user, over=day.OVER if is_all else "")
    kind, place = part.get("kind", ""), part.get("place", "")
    context = {
        "day": day.of(reader, now, kind=kind, place=place, after=part.get("after", "")),
        "now": now,
        "is_all": is_all,
        "kind": kind,
        "place": place,
    }
    return render(request, "coordination/my_day.html", context)


@require_safe
@permission_required("returnees.view_dashboard", raise_exception=True)
def nobody_lost(request: Request) -> HttpResponse:
    """The proof: each open case waits for something with a due time; those that don't, in red."""
    now = clock.now()
    open_cases = Case.objects.open().visible_to(request.user, day.OVER)
    lost = list(day.lost(open_cases, now).order_by("pk")[: SHOWN + 1])
    context = {
        "now": now,
        "open_cases": open_cases.count(),
        "lost": lost[:SHOWN],
        "is_cut": len(lost) > SHOWN,
        "groups": day.by_duty(asking.counts(Reader(request.user, over=day.OVER), now)),
    }
    return render(request, "coordination/nobody_lost.html", context)
