from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from coordination import dashboard as figures
from coordination import day
from houshayu import clock
from houshayu.duties import asking
from houshayu.duties.reading import Reader
from houshayu.http import Request


@require_safe
@permission_required("returnees.view_dashboard", raise_exception=True)
def dashboard(request: Request) -> HttpResponse:
    """Where things stand; asked again by the page itself every half minute."""
    now = clock.now()
    chart = figures.arrivals_and_releases(request.user, now)
    context = {
        "now": now,
        "tiles": figures.tiles(request.user, now),
        "groups": day.by_duty(asking.counts(Reader(request.user, over=day.OVER), now)),
        "handoffs": figures.waiting_handoffs(request.user, now),
        "waiting": figures.waiting_by_place(request.user, now),
        "chart": {key: value for key, value in chart.items() if key != "rows"},
        "chart_rows": chart["rows"],
    }
    template = "coordination/_dashboard.html" if request.htmx else "coordination/dashboard.html"
    return render(request, template, context)
