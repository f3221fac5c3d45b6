from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from houshayu import workorders
from houshayu.exceptions import Conflict
from houshayu.keeping import ORDERED, personal_fields
from houshayu.models.places import Place

if TYPE_CHECKING:
    from houshayu.models.users import User

OPEN = Q(done_at=None)


class WorkOrderDone(Conflict):
    """Somebody did this before the caller said so."""


class WorkOrderQuerySet(models.QuerySet["WorkOrder"]):
    def open(self) -> WorkOrderQuerySet:
        """Orders that wait to be done."""
        return self.filter(OPEN)

    def late(self, now: datetime) -> WorkOrderQuerySet:
        """Open orders whose time has come."""
        return self.filter(OPEN, due_at__lte=now)

    def visible_to(
        self, user: User, permission: str = "houshayu.view_workorder"
    ) -> WorkOrderQuerySet:
        """Orders at the user's places, and the user's own wherever they are."""
        return self.filter(Q(place__in=Place.objects.covered_by(user, permission)) | Q(owner=user))

    def finishable_by(self, user: User) -> WorkOrderQuerySet:
        """Orders, open or done, that are the user's to do."""
        return self.visible_to(user, "houshayu.finish_workorder")

    def for_rows(self, user: User) -> WorkOrderQuerySet:
        """With everything houshayu/_workorder_row.html reads but the links, in one query."""
        places = Place.objects.covered_by(user, "houshayu.finish_workorder")
        return self.select_related("place", "owner", "opened_by", "done_by").annotate(
            can_finish=OPEN & (Q(place__in=places.values("pk")) | Q(owner=user))
        )

    def open_order(
        self,
        *,
        kind: str,
        place: Place,
        text: str,
        due_at: datetime,
        by: User | None,
        now: datetime,
        owner: User | None = None,
        about: models.Model | None = None,
    ) -> WorkOrder:
        """The order that somebody at the place, or the owner, has to carry out.

        kind: the code of a registered kind. by: None where the program itself found it.
        due_at: after now. about: a saved row that the order is about.
        """
        return self.create(
            kind=workorders.kind_of(kind).code,
            place=place,
            text=text,
            due_at=due_at,
            opened_by=by,
            opened_at=now,
            owner=owner,
            about_model=about._meta.label_lower if about else "",
            about_id=about.pk if about else None,
        )


@personal_fields(
    ORDERED,
    "kind", "about_model", "about_id", "text", "due_at", "opened_at", "done_at", "result",
)  # fmt: skip
@pghistory.track()
class WorkOrder(models.Model):
    """A stored duty for what has no row of its own (工单): open, or done with its result."""

    kind = models.CharField(_("kind"), max_length=40)
    place = models.ForeignKey(
        Place, verbose_name=_("place"), on_delete=models.PROTECT, related_name="+"
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person in charge"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    about_model = models.CharField(max_length=80, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    text = models.CharField(_("what to do"), max_length=400)
    due_at = models.DateTimeField(_("due by"))
    opened_at = models.DateTimeField(_("given at"))
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("given by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("done by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    result = models.CharField(_("result"), max_length=200, blank=True)

    objects = WorkOrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("work order")
        verbose_name_plural = _("work orders")
        ordering = ["due_at", "pk"]
        permissions = [("finish_workorder", "Can carry out work orders")]
        constraints = [
            models.CheckConstraint(name="workorder_has_a_kind", condition=~Q(kind="")),
            models.CheckConstraint(name="workorder_says_what_to_do", condition=~Q(text="")),
            models.CheckConstraint(
                name="workorder_due_after_opened", condition=Q(due_at__gt=F("opened_at"))
            ),
            models.CheckConstraint(
                name="workorder_about_one_row",
                condition=Q(about_model="", about_id=None)
                | ~Q(about_model="") & Q(about_id__isnull=False),
            ),
            models.CheckConstraint(
                name="workorder_done_by_somebody_with_a_result",
                condition=Q(done_at=None, done_by=None, result="")
                | Q(done_at__isnull=False, done_by__isnull=False) & ~Q(result=""),
            ),
        ]
        indexes = [
            models.Index(name="workorder_open", fields=["due_at", "id"], condition=OPEN),
            models.Index(name="workorder_open_at", fields=["place", "due_at"], condition=OPEN),
            models.Index(name="workorder_open_of", fields=["owner", "due_at"], condition=OPEN),
            models.Index(name="workorder_done", fields=["-done_at", "-id"], condition=~OPEN),
        ]
        triggers = [
            pgtrigger.Protect(
                name="done_workorder_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__done_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("workorder_detail", args=[self.pk])

    @property
    def kind_label(self) -> str | Promise:
        """The kind, as its app calls it."""
        return workorders.kind_of(self.kind).label

    @property
    def is_open(self) -> bool:
        return self.done_at is None

    def done(self, *, by: User, now: datetime, result: str) -> None:
        """The order is done, with what came of it.

        Raises WorkOrderDone, with the name of the first, if somebody said so before.
        """
        won = WorkOrder.objects.filter(OPEN, pk=self.pk).update(
            done_at=now, done_by=by, result=result
        )
        self.refresh_from_db()
        if not won:
            raise WorkOrderDone(_now("%(name)s has done this already.") % {"name": self.done_by})


def link(orders: Sequence[WorkOrder], user: User) -> None:
    """Set `link` on each order: the address of what it is about, if the user may open it."""
    asked: dict[str, set[int]] = defaultdict(set)
    for order in orders:
        if order.about_id is not None:
            asked[order.kind].add(order.about_id)
    found = {kind: workorders.kind_of(kind).links(ids, user) for kind, ids in asked.items()}
    for order in orders:
        links = found.get(order.kind, {})
        order.link = links.get(order.about_id) if order.about_id is not None else None  # type: ignore[attr-defined]
