"""Acts on many rows of a list: chosen, done one by one, each with a result of its own.

A list names its BulkActs; each app adds the acts that it knows, in its AppConfig.ready. Each row is
committed by itself: one that is refused holds up no other, and the page that answers shows the
result of each.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
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
class Result:
    """What became of one row."""

    row: Model
    name: str
    refused: str = ""
    """Why it was not done; empty where it was."""

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
    """How a row is named in the results."""
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
    confirmed = "confirmed" in request.POST
    form = act.form(request.POST if confirmed else None, now) if act.form else None
    context: dict[str, Any] = {"act": act, "back": back, "form": form}
    asks = form is not None or act.question or len(chosen) > MANY
    if (asks and not confirmed) or (form is not None and not form.is_valid()):
        context |= {"chosen": [(getattr(row, acts.key), acts.name(row)) for row in chosen]}
        status = 422 if confirmed else 200
        return render(request, "bulk_confirm.html", context, status=status)
    data = form.cleaned_data if form is not None else {}
    results = list(_results(request, acts, act, chosen, data, now))
    context |= {"results": results, "refused": sum(bool(each.refused) for each in results)}
    context["done"] = len(results) - context["refused"]
    return render(request, "bulk_done.html", context)


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
    acts: BulkActs,
    act: BulkAct,
    chosen: Iterable[Any],
    data: dict[str, Any],
    now: datetime,
) -> Iterable[Result]:
    assert act.rows is not None and act.act is not None
    chosen = list(chosen)
    may = act.rows(request.user).filter(pk__in=[row.pk for row in chosen]).values_list("pk")
    allowed = {pk for (pk,) in may}
    for row in chosen:
        refused = ""
        if row.pk not in allowed:
            refused = _("You can't do this with it, or no longer can.")
        else:
            try:
                # A transaction of its own: what is shown as done is done, whatever follows.
                with transaction.atomic():
                    act.act(row, by=request.user, now=now, **data)
            except Conflict as refusal:
                refused = str(refusal)
            except DatabaseError:
                logger.exception("Bulk act %s was refused by the database", act.code)
                refused = _("This conflicts with what is stored now, so nothing was changed.")
        yield Result(row, acts.name(row), refused)


def _back(request: Request, acts: BulkActs) -> str:
    """The list as it was filtered, if the address is one of ours."""
    back = request.POST.get("back", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return back if safe else reverse(acts.page)
