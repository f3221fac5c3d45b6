"""What was changed about a case, by whom, when and why, from the history the database keeps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pghistory.models
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from houshayu.calendar import BEIJING
from houshayu.models import Place, User
from houshayu.privacy.fields import EncryptedTextField
from returnees.models import Case

# Worked out from other columns; a reader learns nothing from them.
DERIVED = {
    "name_tokens", "name_sort_key", "number_index", "issuing_country", "phone_cn_index",
    "phone_intl_index", "custody_id", "ended_on", "decision",
}  # fmt: skip
HIDDEN = _("(changed, not shown)")


@dataclass(frozen=True)
class Change:
    """One value of one thing that became another, or a thing that came or went whole."""

    at: datetime
    by: User | None
    thing: str
    field: str
    old: Any
    new: Any
    reason: str


def changes(case: Case) -> Iterator[Change]:
    """Every change of the case and of what belongs to it, the newest first.

    at is the domain's time where a request made the change. Encrypted values are not shown.
    """
    every = pghistory.models.Events.objects
    events = {
        event.pgh_slug: event
        for found in (
            every.references(case),
            every.references(case.journey),
            every.references(*case.observations.all()) if case.observations.exists() else [],
            every.tracks(case.person),
            every.tracks(case.document),
        )
        for event in found
    }
    in_order = sorted(
        events.values(),
        key=lambda event: (_moment(event), event.pgh_created_at, event.pgh_id),
        reverse=True,
    )
    values = _Values(in_order)
    authors = User.objects.in_bulk({_context(event).get("user") for event in in_order} - {None})
    for event in in_order:
        model = apps.get_model(event.pgh_obj_model)
        for field, old, new in _values_of(event, model, values):
            yield Change(
                at=_moment(event),
                by=authors.get(_context(event).get("user")),
                thing=str(model._meta.verbose_name),
                field=field,
                old=old,
                new=new,
                reason=_context(event).get("reason", ""),
            )


def _context(event: pghistory.models.Events) -> dict[str, Any]:
    return event.pgh_context or {}


def _moment(event: pghistory.models.Events) -> datetime:
    return parse_datetime(_context(event).get("at", "")) or event.pgh_created_at


def _values_of(
    event: pghistory.models.Events, model: type[models.Model], values: _Values
) -> Iterator[tuple[str, Any, Any]]:
    """Field, old and new value of each difference; of what came or went, what it is called."""
    if event.pgh_label == "insert":
        yield str(_("recorded")), None, values.name(event, model)
    elif event.pgh_label == "delete":
        yield str(_("removed")), values.name(event, model), None
    for name, (old, new) in (event.pgh_diff or {}).items():
        if name not in DERIVED:
            field: Any = model._meta.get_field(name)
            yield str(field.verbose_name), values.shown(field, old), values.shown(field, new)


class _Values:
    """What the values of the events are called in words."""

    def __init__(self, events: list[pghistory.models.Events]) -> None:
        ids = defaultdict(set)
        for event in events:
            ids[event.pgh_obj_model].add(event.pgh_obj_id)
        self._things: dict[str, dict[str, Any]] = {}
        for label, found in ids.items():
            model = apps.get_model(label)
            places = [f.name for f in model._meta.fields if f.related_model is Place]
            rows = model._default_manager.select_related(*places).filter(pk__in=found)
            self._things[label] = {str(row.pk): row for row in rows}
        self._related: dict[tuple[Any, Any], Any] = {}

    def name(self, event: pghistory.models.Events, model: type[models.Model]) -> str:
        """What the thing of the event is called: as it is, or as it was when it was removed."""
        if event.pgh_label == "insert":
            thing = self._things[event.pgh_obj_model].get(str(event.pgh_obj_id))
        else:
            thing = None
        return str(thing or model(**event.pgh_data))

    def shown(self, field: Any, value: Any) -> Any:
        if value in (None, "", []):
            return ""
        if isinstance(field, EncryptedTextField):
            return HIDDEN
        if field.is_relation:
            key = (field.related_model, value)
            if key not in self._related:
                self._related[key] = field.related_model._default_manager.filter(pk=value).first()
            return self._related[key] or value
        if isinstance(field, models.BooleanField):
            return _("Yes") if value else _("No")
        if isinstance(field, ArrayField):
            return ", ".join(str(self.shown(field.base_field, each)) for each in value)
        if field.choices:
            return dict(field.flatchoices).get(value, value)
        # The history hands moments and days out as text.
        if isinstance(field, models.DateTimeField):
            moment = parse_datetime(value)
            return moment and date_format(moment.astimezone(BEIJING), "DATETIME_FORMAT")
        if isinstance(field, models.DateField):
            day = parse_date(value)
            return day and date_format(day, "DATE_FORMAT")
        return value
