from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from houshayu import menu
from houshayu.exceptions import Conflict
from houshayu.keeping import ACCOUNT, personal_fields
from houshayu.models.memberships import Membership
from houshayu.models.places import Place
from houshayu.models.users import User

if TYPE_CHECKING:
    from django.utils.functional import Promise


class NameTaken(Conflict):
    """The owner has another view of that name on the same list."""


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user: User) -> SavedViewQuerySet:
        """The user's own views and those shared where they work, of lists that they may open."""
        works_there = Membership.objects.filter(
            user=user, place__ancestors__contains=[OuterRef("shared_with")]
        )
        lists = [entry.view for entry in menu.entries_for(user)]
        return self.filter(Q(owner=user) | Exists(works_there), list__in=lists)

    def for_rows(self) -> SavedViewQuerySet:
        """With what a list of views shows, in one query, by list and name."""
        return self.select_related("owner", "shared_with").order_by("list", "name", "pk")

    def start_of(self, user: User) -> SavedView | None:
        """The view that the user begins with, if they may still open its list."""
        return self.visible_to(user).filter(owner=user, is_start=True).first()


@personal_fields(ACCOUNT, "list", "name", "query", "is_start")
class SavedView(models.Model):
    """A list's filters, columns and order under a name, its owner's or shared with a place."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views"
    )
    # The name of the list's view, which is an entry of the menu.
    list = models.CharField(max_length=80)
    name = models.CharField(_("name of the view"), max_length=60)
    # What stands behind the question mark; judged by the list each time it is opened.
    query = models.CharField(max_length=2000, blank=True)
    shared_with = models.ForeignKey(
        Place,
        verbose_name=_("shared with everybody who works at"),
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    is_start = models.BooleanField(_("my first page after logging in"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        permissions = [("share_savedview", "Can share a saved view with those who work at a place")]
        constraints = [
            models.CheckConstraint(name="savedview_has_a_name", condition=~Q(name="")),
            models.UniqueConstraint(
                name="savedview_name_once_per_list", fields=["owner", "list", "name"]
            ),
            models.UniqueConstraint(
                name="savedview_one_start_per_user", fields=["owner"], condition=Q(is_start=True)
            ),
        ]
        indexes = [
            models.Index(
                name="savedview_shared",
                fields=["shared_with"],
                condition=Q(shared_with__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("savedview_open", args=[self.pk])

    @property
    def list_label(self) -> str | Promise:
        """What the menu calls the list."""
        entry = menu.entry(self.list)
        return entry.label if entry else ""

    @property
    def address(self) -> str:
        """The list, narrowed, with its columns and in its order, as they were when it was kept."""
        return f"{reverse(self.list)}?{self.query}" if self.query else reverse(self.list)

    @transaction.atomic
    def keep(self) -> None:
        """The view is saved as it stands; as the start it takes the place of another one.

        Raises NameTaken.
        """
        # Whoever saves two at once is served one after the other.
        User.objects.select_for_update(no_key=True).get(pk=self.owner_id)
        others = SavedView.objects.filter(owner=self.owner).exclude(pk=self.pk)
        if others.filter(list=self.list, name=self.name).exists():
            raise NameTaken(gettext("You have a view of this name on this list already."))
        if self.is_start:
            others.filter(is_start=True).update(is_start=False)
        self.save()
