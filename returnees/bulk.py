"""What staff do with many cases or alerts at once, from the lists of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django import forms
from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from houshayu.bulk import BulkAct, BulkActs, LeftOut
from houshayu.exceptions import Conflict
from houshayu.models import User
from returnees import arrivals, companions, lodging, observing, releasing
from returnees.forms.rooms import LodgingForm
from returnees.models import Alert, Case
from returnees.sheets.kinds import SheetKind


def family_left_out(cases: Sequence[Case], user: User) -> list[LeftOut]:
    """The companions of these cases that are not among them; those whom the user sees can still
    be chosen."""
    chosen = {case.pk for case in cases}
    groups = companions.of_groups({case.travel_group for case in cases}, user)
    return [
        LeftOut(str(each), each.case.number if each.sees else "")
        for group in groups.values()
        for each in group
        if each.case.pk not in chosen
    ]


CASES = BulkActs(
    page="returnees:case_list",
    address="returnees:case_bulk",
    visible=lambda user: Case.objects.visible_to(user).with_room().select_related("person"),
    key="number",
    name=lambda case: f"{case.number} {companions.called(case)}",
    left_out=family_left_out,
)
ALERTS = BulkActs(
    page="returnees:alert_list",
    address="returnees:alert_bulk",
    visible=lambda user: Alert.objects.visible_to(user).select_related("case__person"),
    name=lambda alert: f"{alert.case.number} {alert.case.person}: {alert}",
)


class HasArrived(Conflict):
    """The arrival was confirmed before."""


def confirm_arrival(case: Case, *, by: User, now: datetime) -> None:
    """They came as expected. Raises HasArrived, CaseClosed, ArrivalRefused and ArrivalDoubted:
    whoever came at another time is confirmed on their own page.
    """
    if case.arrived_at:
        raise HasArrived(_("The arrival has already been confirmed."))
    arrivals.arrive(case, by=by, now=now)


def lodge(case: Case, *, by: User, now: datetime, room: str, sharing_reason: str) -> None:
    """The chosen move into one room: a family, say. Raises RoomRefused, and CaseClosed."""
    lodging.lodge(case, room, by=by, now=now, sharing_reason=sharing_reason)


def lodging_form(typed: QueryDict | None, _now: datetime) -> BaseForm:
    form = LodgingForm(typed)
    form.fields["room"].required = True
    return form


class SheetForm(forms.Form):
    """Which sheet is printed of the chosen cases."""

    sheet = forms.ChoiceField(label=gettext_lazy("Sheet"), choices=SheetKind)


def sheet_form(typed: QueryDict | None, _now: datetime) -> BaseForm:
    return SheetForm(typed, auto_id="bulk_%s")


CASES.add(
    BulkAct(
        code="arrive",
        label=gettext_lazy("Confirm the arrival"),
        permission="returnees.change_case",
        rows=lambda user: Case.objects.held_by(user, "returnees.change_case"),
        act=confirm_arrival,
        question=gettext_lazy(
            "Have all of them come at the expected time? Their observation begins on that day; "
            "people who came at another time are confirmed one by one."
        ),
    ),
    BulkAct(
        code="lodge",
        label=gettext_lazy("Set the room"),
        permission="returnees.lodge_case",
        rows=lambda user: Case.objects.held_by(user, "returnees.lodge_case"),
        act=lodge,
        form=lodging_form,
    ),
    BulkAct(
        code="sample",
        label=gettext_lazy("Samples taken"),
        permission="returnees.record_labtest",
        rows=lambda user: Case.objects.held_by(user, "returnees.record_labtest"),
        act=observing.take_sample,
        question=gettext_lazy(
            "Of each person the sample of the test that is due was taken now; the results are "
            "entered when they come."
        ),
    ),
    BulkAct(
        code="release",
        label=gettext_lazy("Release from observation"),
        permission="returnees.release_case",
        rows=lambda user: Case.objects.held_by(user, "returnees.release_case"),
        act=releasing.release,
        question=gettext_lazy(
            "The people who are ready will be released, and nobody is responsible for them any "
            "more. This can be taken back today only."
        ),
    ),
    BulkAct(
        code="print",
        label=gettext_lazy("Print the chosen cases"),
        permission="returnees.print_case",
        form=sheet_form,
        view="returnees:print_many",
    ),
)
ALERTS.add(
    BulkAct(
        code="acknowledge",
        label=gettext_lazy("I am on it"),
        permission="returnees.handle_alert",
        rows=Alert.objects.handled_by,
        act=Alert.acknowledge,
    ),
)
