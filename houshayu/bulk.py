"""Acts on many rows of a list: chosen, done one by one, each with a result of its own.

A list names its BulkActs; each app adds the acts that it knows, in its AppConfig.ready. Each row is
committed by itself: one that is refused holds up no other, and the page that answers shows the
result of each. Where an act asks something of each row, the rows that were refused stay on the page
with what was typed, and the others are done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.db.models import Model, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from houshayu import clock
from houshayu.acts import Beside, put_beside
from houshayu.exceptions import Conflict
from houshayu.http import Request

if TYPE_CHECKING:
    from houshayu.models import User

logger = logging.getLogger(__name__)

# More rows than this are asked about first, with how many they are.
MANY = 10
# What one request does; a page of a list has fewer rows.
AT_MOST = 200


@dataclass(frozen=True, kw_only=True)
class BulkAct:
    """One act that a list offers for the rows chosen on it."""

    code: str
    """What the pressed button sends; unique in its list."""
    label: str | Promise
    permission: str = ""
    """Empty for what everybody may do who sees the list."""
    rows: Callable[[User], QuerySet[Any]] | None = None
    """The rows with which the user may do it; other chosen rows are refused."""
    act: Callable[..., object] | None = None
    """Does it with one row: act(row, by=, now=, **what the form says). Raises Conflict."""
    form: Callable[[QueryDict | None, datetime], BaseForm] | None = None
    """The form it asks first, once for all rows: made from what was typed, and now."""
    fill: Callable[[Any, Sequence[Any]], None] | None = None
    """Fills the empty form in from the chosen rows."""
    row_form: Callable[[Any, QueryDict | None, str], BaseForm] | None = None
    """The form of each row: made from the row, what was typed, and the prefix of its names."""
    says: Callable[[Any], dict[str, Any]] = attrgetter("cleaned_data")
    """What a valid row_form says to act."""
    beside: Beside = field(default_factory=dict)
    """The field of row_form that a refusal belongs to; others stand above the row."""
    question: str | Promise = ""
    """The question asked first, where the act can't be undone."""
    view: str = ""
    """Another page that takes all chosen rows at once, instead of rows and act; its form stands
    beside the button."""

    def may_be_done_by(self, user: User) -> bool:
        """Whether the user may do it with rows somewhere."""
        return not self.permission or user.has_perm(self.permission)

    def fields(self) -> BaseForm | None:
        """The empty form of an act with a view of its own."""
        return self.form(None, clock.now()) if self.form and self.view else None


@dataclass(frozen=True)
class LeftOut:
    """What belongs to the chosen rows and was not chosen with them."""

    name: str
    key: str = ""
    """By which it can be chosen still; empty where the act can't be done with it."""


@dataclass(frozen=True)
class Asked:
    """A chosen row on the page that asks."""

    row: Any
    key: str
    name: str
    form: BaseForm | None


@dataclass(frozen=True)
class Result:
    """What became of one row."""

    row: Model
    name: str
    refused: str = ""
    """Why it was not done; empty where it was."""
    again: bool = False
    """Whether its form is shown again, with what was typed and why it was refused."""

    @property
    def url(self) -> str:
        """Where the row is shown; empty where it has no page of its own."""
        found = getattr(self.row, "get_absolute_url", None)
        return found() if found else ""


@dataclass(frozen=True)
class Offer:
    """The acts that a list offers to one reader, and where they are sent."""

    acts: list[BulkAct]
    url: str


@dataclass
class BulkActs:
    """The acts of one list, in the order in which they were added."""

    page: str
    """The view of the list, to which its reader returns."""
    address: str
    """The view that does them, by bulk_page."""
    visible: Callable[[User], QuerySet[Any]]
    """The rows that a user may choose from."""
    key: str = "pk"
    """The field by whose value a row is chosen."""
    name: Callable[[Any], str] = str
    """How a row is named on the page that asks, and in the results."""
    left_out: Callable[[Sequence[Any], User], Sequence[LeftOut]] = lambda _rows, _user: ()
    """What belongs to these rows and is not among them: one of a family, say."""
    acts: dict[str, BulkAct] = field(default_factory=dict)

    def add(self, *acts: BulkAct) -> None:
        """Offer these as well; called in AppConfig.ready."""
        self.acts.update({act.code: act for act in acts})

    def offered_to(self, user: User) -> Offer | None:
        """What the user may do with rows somewhere; None if nothing."""
        acts = [act for act in self.acts.values() if act.may_be_done_by(user)]
        return Offer(acts, reverse(self.address)) if acts else None


def bulk_page(request: Request, acts: BulkActs) -> HttpResponse:
    """Ask what the pressed act needs to know, or do it with each chosen row and show the results.

    Chosen rows that the user does not see are as if they were not there.
    """
    act = acts.acts.get(request.POST.get("act", ""))
    if act is None or act.act is None:
        raise Http404
    if not act.may_be_done_by(request.user):
        raise PermissionDenied
    back, now = _back(request, acts), clock.now()
    chosen = _chosen(request, acts)
    if not chosen or len(chosen) > AT_MOST:
        sentence = _("Please choose at least one row.")
        if chosen:
            sentence = _("Please choose at most %(count)d rows at a time.") % {"count": AT_MOST}
        messages.warning(request, sentence)
        return redirect(back)
    typed = request.POST if "confirmed" in request.POST else None
    form = act.form(typed, now) if act.form else None
    if form is not None and act.fill:
        act.fill(form, chosen)
    asked = [_asked(acts, act, row, typed) for row in chosen]
    asks = form is not None or act.row_form or act.question or len(chosen) > MANY
    if (asks and typed is None) or (form is not None and not form.is_valid()):
        return _ask(request, acts, act, asked, back=back, form=form)
    data = form.cleaned_data if form is not None else {}
    results = list(_results(request, act, asked, data, now))
    if again := {result.row for result in results if result.again}:
        left = [each for each in asked if each.row in again]
        settled = [result for result in results if not result.again]
        return _ask(request, acts, act, left, back=back, form=form, results=settled)
    refused = sum(bool(each.refused) for each in results)
    context = {"act": act, "back": back, "results": results, "refused": refused}
    return render(request, "bulk_done.html", context | {"done": len(results) - refused})


def _asked(acts: BulkActs, act: BulkAct, row: Any, typed: QueryDict | None) -> Asked:
    key = str(getattr(row, acts.key))
    form = act.row_form(row, typed, f"row-{key}") if act.row_form else None
    return Asked(row, key, acts.name(row), form)


def _ask(
    request: Request,
    acts: BulkActs,
    act: BulkAct,
    asked: Sequence[Asked],
    *,
    back: str,
    form: BaseForm | None,
    results: Sequence[Result] = (),
) -> HttpResponse:
    """The page that asks, of all chosen rows, or of those that were refused beside the results."""
    context = {
        "act": act,
        "back": back,
        "form": form,
        "chosen": asked,
        "results": results,
        "left_out": acts.left_out([each.row for each in asked], request.user),
    }
    status = 422 if "confirmed" in request.POST else 200
    return render(request, "bulk_confirm.html", context, status=status)


def _chosen(request: Request, acts: BulkActs) -> list[Any]:
    """The rows that were chosen and that the user sees, in the order of their list."""
    rows = acts.visible(request.user)
    field = rows.model._meta.pk if acts.key == "pk" else rows.model._meta.get_field(acts.key)
    keys = {each for each in request.POST.getlist("chosen")[: AT_MOST + 1] if "\0" not in each}
    if field.get_internal_type() != "CharField":
        keys = {each for each in keys if each.isdecimal() and len(each) < 19}
    found = {str(getattr(row, acts.key)): row for row in rows.filter(**{f"{acts.key}__in": keys})}
    return [found[each] for each in dict.fromkeys(request.POST.getlist("chosen")) if each in found]


def _results(
    request: Request,
    act: BulkAct,
    asked: Sequence[Asked],
    data: Mapping[str, Any],
    now: datetime,
) -> Iterable[Result]:
    """Do it with each row whose form is filled in; a refusal also stands in the form."""
    assert act.rows is not None and act.act is not None
    rows = act.rows(request.user).filter(pk__in=[each.row.pk for each in asked])
    allowed = {pk for (pk,) in rows.values_list("pk")}
    for each in asked:
        refused = ""
        # What is not allowed becomes so by nothing that could be typed.
        again = each.form is not None and each.row.pk in allowed
        if each.row.pk not in allowed:
            refused = _("You can't do this with it, or no longer can.")
        elif each.form is not None and not each.form.is_valid():
            refused = _("Please check what was typed.")
        else:
            said = act.says(each.form) if each.form is not None else {}
            try:
                # A transaction of its own: what is shown as done is done, whatever follows.
                with transaction.atomic():
                    act.act(each.row, by=request.user, now=now, **data, **said)
            except Conflict as refusal:
                refused = str(refusal)
                if each.form is not None:
                    put_beside(each.form, refusal, act.beside)
            except DatabaseError:
                logger.exception("Bulk act %s was refused by the database", act.code)
                refused = _("This conflicts with what is stored now, so nothing was changed.")
                if each.form is not None:
                    each.form.add_error(None, refused)
        yield Result(each.row, each.name, refused, again=again and bool(refused))


def _back(request: Request, acts: BulkActs) -> str:
    """The list as it was filtered, if the address is one of ours."""
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if safe else reverse(acts.page)
