"""One act on a page: what it asks, doing it once, and saying what became of it.

A view finds the object where the user may act on it, fills the form, and hands both to act_page
with the act itself; a button that asks nothing is act_button. A grave act says in one sentence what
will happen, and is done only after a second press (confirm=); that works without script. A refusal
(Conflict) comes back beside what was typed, in the same way everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.forms import BaseForm
from django.http import HttpResponse, QueryDict
from django.shortcuts import render, resolve_url
from django.utils.functional import Promise

from houshayu.exceptions import Conflict
from houshayu.http import Request
from houshayu.shortcuts import redirect_back

# What was done, in a sentence for the person who did it; or the page that shows it.
Act = Callable[[], str | HttpResponse]
# The field of the form that a kind of Conflict belongs to.
Beside = Mapping[type[Any], str]
# A fragment that shows the object as it is now; with the form if it needs another look.
Row = Callable[[BaseForm | None], HttpResponse]
# What a grave act will do, in one sentence, from the valid form; empty where it is not grave.
Confirm = str | Promise | Callable[[], str | Promise]
# What the second press sends along.
CONFIRMED = "confirmed"


def posted(request: Request) -> QueryDict | None:
    """What was typed, for the form of a view; None while the form is only shown."""
    return request.POST if request.method == "POST" else None


def act_page(
    request: Request,
    form: BaseForm,
    act: Act,
    *,
    title: str,
    button: str,
    back: Model | str,
    about: Model | None = None,
    beside: Beside | None = None,
    row: Row | None = None,
    confirm: Confirm = "",
    template: str = "act.html",
    **context: Any,
) -> HttpResponse:
    """Show the form (200), show it with its errors (422), or do the act and redirect.

    A grave act is asked about first (200), with what was typed kept; a form without a field shows
    nothing but that question.

    act: does it, once the form is valid, from its cleaned_data. back: where the reader goes
    after it, or without it. about: whom or what the act is about, shown above the form. beside:
    the field that a refusal belongs to; others stand above the form. row: shows the object
    instead of the whole page, after htmx sent the form from a row of a list. confirm: what a grave
    act will do. context: what the template reads besides.
    """
    asks: str | Promise = ""
    if not form.is_bound:
        asks = "" if form.fields else _sentence(confirm)
    elif form.is_valid():
        asks = "" if CONFIRMED in request.POST else _sentence(confirm)
    if form.is_bound and form.is_valid() and not asks:
        try:
            done = act()
        except Conflict as refusal:
            put_beside(form, refusal, beside or {})
            if row and request.htmx and not form.errors.keys() - {"__all__"}:
                # A row has no room above its form, and the form may be gone with the refusal.
                messages.warning(request, str(refusal))
        else:
            return _done(request, done, back, row)
    if row and request.htmx:
        return row(form)
    context |= {
        "form": form,
        "title": title,
        "button": button,
        "back": resolve_url(back),
        "about": about,
        "asks": asks,
        "typed": _typed(request) if asks else [],
        "next": request.POST.get("next", ""),
    }
    status = 422 if form.is_bound and not asks else 200
    return render(request, template, context, status=status)


def act_button(
    request: Request, act: Act, *, back: Model | str, row: Row | None = None
) -> HttpResponse:
    """Do or refuse the act of a button that asks nothing; the reader goes back with the news."""
    try:
        done = act()
    except Conflict as refusal:
        messages.warning(request, str(refusal))
        return row(None) if row and request.htmx else redirect_back(request, back)
    return _done(request, done, back, row)


def _sentence(confirm: Confirm) -> str | Promise:
    return confirm() if callable(confirm) else confirm


def _typed(request: Request) -> list[tuple[str, str]]:
    """What the first press sent, for the second to send it again."""
    return [
        (name, str(value))
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "next", CONFIRMED)
        for value in values
    ]


def put_beside(form: BaseForm, refusal: Conflict, beside: Beside) -> None:
    """The refusal stands beside the field that it belongs to, or above the form."""
    fields = (field for kind, field in beside.items() if isinstance(refusal, kind))
    form.add_error(next(fields, None), str(refusal))


def _done(
    request: Request, done: str | HttpResponse, back: Model | str, row: Row | None
) -> HttpResponse:
    if isinstance(done, HttpResponse):
        return done
    messages.success(request, done)
    return row(None) if row and request.htmx else redirect_back(request, back)
