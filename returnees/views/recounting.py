from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import posted
from houshayu.http import Request
from returnees import observing
from returnees.acts import case_act, held_case
from returnees.forms.observing import PolicyForm, RestartForm
from returnees.observing import ContactToCome


@permission_required("returnees.change_observation", raise_exception=True)
def observation_restart(request: Request, number: str) -> HttpResponse:
    case = held_case(request, number, "returnees.change_observation")
    form = RestartForm(posted(request))

    def restart() -> str:
        observation = observing.restart(case, **form.cleaned_data, by=request.user, now=clock.now())
        return _("Day 0 is now %(day)s.") % {"day": observation.started_on.isoformat()}

    title = _("Restart the count of days")
    return case_act(
        request,
        case,
        form,
        restart,
        title=title,
        button=title,
        beside={ContactToCome: "last_contact_on"},
        confirm=_(
            "The days of observation can begin anew, in a hotel: the release moves with them."
        ),
    )


@permission_required("returnees.change_observation", raise_exception=True)
def policy_change(request: Request, number: str) -> HttpResponse:
    case = held_case(request, number, "returnees.change_observation")
    form = PolicyForm(posted(request))

    def change() -> str:
        observing.change_policy(case, **form.cleaned_data, by=request.user, now=clock.now())
        return _("The observation has been decided again.")

    title, button = _("Apply another policy version"), _("Change the version")
    return case_act(
        request,
        case,
        form,
        change,
        title=title,
        button=button,
        confirm=_(
            "The observation is decided anew by this version: its kind, its days and its tests "
            "can change."
        ),
    )
