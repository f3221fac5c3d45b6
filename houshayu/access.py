"""Who may do what, and where: a role at a place carries permissions there and below.

The permissions themselves are declared in the Meta of the models they guard. A queryset asks
`Place.objects.covered_by(user, permission)`; a view asks `permission_required`, which lets in
whoever holds the permission anywhere, and then finds only what lies in the covered places.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.contrib.auth.backends import ModelBackend

from houshayu.models.memberships import Membership, Role

if TYPE_CHECKING:
    from houshayu.models import User

LOOK = frozenset({"returnees.view_case", "transfers.view_handoff", "houshayu.view_post"})
OBSERVE = LOOK | {
    "returnees.record_checkin",
    "returnees.record_labtest",
    "transfers.offer_handoff",
    "transfers.answer_handoff",
    "returnees.print_case",
    "returnees.export_case",
    "returnees.reveal_identitydocument",
    "returnees.handle_alert",
}
COORDINATE = OBSERVE | {
    "returnees.add_case",
    "returnees.change_case",
    "returnees.assess_observation",
    "returnees.change_observation",
    "returnees.release_case",
    "returnees.close_case",
    "returnees.view_dashboard",
    "houshayu.change_post",
    "houshayu.view_outbox",
    "houshayu.move_clock",
}

ROLE_PERMISSIONS: dict[str, frozenset[str]] = {
    Role.COMMUNITY_WORKER: OBSERVE
    | {
        "returnees.add_case",
        "returnees.change_case",
        "returnees.assess_observation",
        "returnees.release_case",
        "returnees.close_case",
    },
    Role.HOTEL_STAFF: OBSERVE,
    Role.TRANSFER_TEAM: OBSERVE | {"returnees.change_case"},
    Role.DUTY_OFFICER: OBSERVE | {"returnees.view_dashboard"},
    Role.LANGUAGE_MEMBER: frozenset({"houshayu.view_post"}),
    Role.OUTREACH_EDITOR: frozenset({"houshayu.view_post"}),
    Role.CHECKPOINT_GUARD: frozenset(),
    Role.MEDICAL_MEMBER: LOOK
    | {
        "returnees.record_checkin",
        "returnees.record_labtest",
        "returnees.handle_alert",
        "returnees.assess_observation",
        "returnees.print_case",
    },
    Role.COORDINATOR: COORDINATE,
    Role.PRIVACY_AUDITOR: frozenset({"houshayu.view_reveal"}),
    Role.ADMINISTRATOR: frozenset(
        {
            "houshayu.view_post",
            "houshayu.change_post",
            "houshayu.administer",
            "houshayu.view_outbox",
        }
    ),
}


def roles_of(user: User) -> dict[str, list[int]]:
    """Each role of the user with the ids of its places, roots only; read once a request."""
    cached: dict[str, list[int]] | None = getattr(user, "_roles", None)
    if cached is None:
        cached = defaultdict(list)
        if user.is_active and user.is_authenticated:
            for role, place_id in Membership.objects.filter(user=user).values_list(
                "role", "place_id"
            ):
                cached[role].append(place_id)
        user._roles = cached  # type: ignore[attr-defined]
    return cached


def _grants(user: User) -> dict[str, list[int]]:
    """Each permission of the user with the ids of the places it holds at; read once a request."""
    cached: dict[str, list[int]] | None = getattr(user, "_grants", None)
    if cached is None:
        cached = defaultdict(list)
        for role, places in roles_of(user).items():
            for permission in ROLE_PERMISSIONS[role]:
                cached[permission] += places
        user._grants = cached  # type: ignore[attr-defined]
    return cached


def places_of(user: User, permission: str) -> list[int]:
    """Ids of the places where the user's roles carry the permission, roots only."""
    return _grants(user).get(permission, []) if user.is_authenticated else []


class MembershipBackend(ModelBackend):
    """Django's own password check; permissions come from the roles alone."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return set()
        return set(_grants(user_obj))

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return perm in self.get_all_permissions(user_obj, obj)
