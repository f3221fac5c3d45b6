"""Who may do what, and where: a role at a place carries permissions there and below.

The permissions themselves are declared in the Meta of the models they guard, and who holds them
in the roles.py of each app. A queryset asks `Place.objects.covered_by(user, permission)`; a view
asks `permission_required`, which lets in whoever holds the permission anywhere, and then finds
only what lies in the covered places; a page asks `permissions_at` which of its buttons work there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend

from houshayu.roles import ROLE_PERMISSIONS

if TYPE_CHECKING:
    from houshayu.models import Place, User


def permissions_at(user: User, *places: Place | None) -> frozenset[str]:
    """What the user may do at any of the places, in the names of has_perm.

    A place carries its ancestors, so nothing more is queried once the user's grants are read. None,
    as the holder of a closed case, grants nothing.
    """
    if not user.is_authenticated:
        return frozenset()
    there = {above for place in places if place for above in place.ancestors}
    if user.is_superuser:
        return frozenset().union(*ROLE_PERMISSIONS.values()) if there else frozenset()
    return frozenset(
        permission for permission, held_at in user.grants.items() if there.intersection(held_at)
    )


def may_at(user: User, *places: Place | None) -> dict[str, bool]:
    """permissions_at for a page, which asks by codename alone: {% if may.release_case %}."""
    return {each.partition(".")[2]: True for each in permissions_at(user, *places)}


class MembershipBackend(ModelBackend):
    """Django's own password check; permissions come from the roles alone."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return set(user_obj.grants)

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return perm in self.get_all_permissions(user_obj, obj)
