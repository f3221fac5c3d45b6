from __future__ import annotations

from typing import TYPE_CHECKING

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from houshayu.keeping import impersonal_model

if TYPE_CHECKING:
    from houshayu.models.users import User


class PlaceKind(models.TextChoices):
    PROVINCE = "province", _("Province or city")
    DISTRICT = "district", _("District")
    SUBDISTRICT = "subdistrict", _("Sub-district")
    VILLAGE = "village", _("Village")
    COMMUNITY = "community", _("Community")
    COMPOUND = "compound", _("Housing compound")
    BUILDING = "building", pgettext_lazy("kind of place", "Building")
    HUB = "hub", _("Transfer hub")
    HOTEL = "hotel", _("Observation hotel")
    HOSPITAL = "hospital", _("Hospital")
    CHECKPOINT = "checkpoint", _("Checkpoint")


# Where a case at home belongs, and where a person lives.
HOME_KINDS = (PlaceKind.VILLAGE, PlaceKind.COMMUNITY)
SITE_KINDS = (PlaceKind.HUB, PlaceKind.HOTEL, PlaceKind.HOSPITAL)
# What can hold a case: the sites, the committees, and the areas others answer for.
HOLDER_KINDS = (
    *SITE_KINDS,
    *HOME_KINDS,
    PlaceKind.SUBDISTRICT,
    PlaceKind.DISTRICT,
    PlaceKind.PROVINCE,
)


class PlaceQuerySet(models.QuerySet["Place"]):
    def covered_by(self, user: User, permission: str) -> PlaceQuerySet:
        """Places at or below one where a role of the user carries the permission.

        permission: as in has_perm, for example "houshayu.change_post".
        """
        if user.is_superuser:
            return self.all()
        places = user.grants.get(permission) if user.is_authenticated else None
        if not places:
            return self.none()
        return self.filter(ancestors__overlap=places)

    def holders(self) -> PlaceQuerySet:
        """Places that can hold a case."""
        return self.filter(kind__in=HOLDER_KINDS, is_active=True)

    def homes(self) -> PlaceQuerySet:
        """The villages and communities that people live in."""
        return self.filter(kind__in=HOME_KINDS, is_active=True)


@impersonal_model
class Place(models.Model):
    """A place of the tree by administration, or a site that holds people or checks them.

    The parent is who administers it, which is not always what its statistical code says:
    several compounds that people call Houshayu are administered by Konggang.
    """

    code = models.SlugField(_("code"), max_length=40, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=PlaceKind)
    name = models.CharField(_("name"), max_length=80)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("administered by"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
    )
    # Ids from the root down to the place itself, kept by the trigger below.
    ancestors = ArrayField(models.BigIntegerField(), default=list, editable=False)
    statistical_code = models.CharField(_("statistical code"), max_length=12, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    phone = models.CharField(_("duty phone"), max_length=20, blank=True)
    rooms = models.PositiveSmallIntegerField(_("rooms"), null=True, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = models.Manager.from_queryset(PlaceQuerySet)()

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")
        permissions = [("administer", "Can administer users and places")]
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(name="place_kind_known", condition=Q(kind__in=PlaceKind.values)),
            models.CheckConstraint(
                name="place_rooms_only_in_hotels",
                condition=Q(rooms=None) | Q(kind=PlaceKind.HOTEL),
            ),
        ]
        indexes = [GinIndex(name="place_ancestors", fields=["ancestors"])]
        triggers = [
            pgtrigger.Trigger(
                name="place_knows_its_ancestors",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("parent_id", "ancestors"),
                declare=[("above", "bigint[]")],
                func="""
                    IF NEW.parent_id IS NULL THEN
                        NEW.ancestors := ARRAY[NEW.id];
                    ELSE
                        -- The lock lets two moves at once not close a circle.
                        SELECT ancestors INTO above
                            FROM houshayu_place WHERE id = NEW.parent_id FOR SHARE;
                        IF NEW.id = NEW.parent_id OR NEW.id = ANY(above) THEN
                            RAISE EXCEPTION 'place % cannot lie below itself', NEW.id
                                USING ERRCODE = 'check_violation', CONSTRAINT = 'place_is_a_tree';
                        END IF;
                        NEW.ancestors := above || NEW.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="place_moves_with_its_parent",
                when=pgtrigger.After,
                operation=pgtrigger.UpdateOf("ancestors", "parent_id"),
                condition=pgtrigger.Condition("OLD.ancestors IS DISTINCT FROM NEW.ancestors"),
                func="""
                    UPDATE houshayu_place SET ancestors = NEW.ancestors || id
                        WHERE parent_id = NEW.id;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.name
