"""Who works here, and what each role may do at its places and below them.

An app says in its own roles.py who holds its permissions, a line each and a column per role, and
grants that table in its AppConfig.ready.
"""

from collections.abc import Collection, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member does at a place and below it."""

    COMMUNITY_WORKER = "community_worker", _("Community worker")
    HOTEL_STAFF = "hotel_staff", _("Hotel staff")
    TRANSFER_TEAM = "transfer_team", _("Hub and transfer team")
    DUTY_OFFICER = "duty_officer", _("Duty officer")
    LANGUAGE_MEMBER = "language_member", _("Language team member")
    OUTREACH_EDITOR = "outreach_editor", _("Outreach editor")
    CHECKPOINT_GUARD = "checkpoint_guard", _("Checkpoint guard")
    MEDICAL_MEMBER = "medical_member", _("Medical group member")
    COORDINATOR = "coordinator", _("Coordinator")
    PRIVACY_AUDITOR = "privacy_auditor", _("Privacy auditor")
    ADMINISTRATOR = "administrator", _("Administrator")


# As the tables name them, so that a line has room for all.
WORKER = Role.COMMUNITY_WORKER
HOTEL = Role.HOTEL_STAFF
HUB = Role.TRANSFER_TEAM
DUTY = Role.DUTY_OFFICER
LANGUAGE = Role.LANGUAGE_MEMBER
EDITOR = Role.OUTREACH_EDITOR
GUARD = Role.CHECKPOINT_GUARD
MEDIC = Role.MEDICAL_MEMBER
COORD = Role.COORDINATOR
AUDITOR = Role.PRIVACY_AUDITOR
ADMIN = Role.ADMINISTRATOR

Table = Mapping[str, Collection[Role]]

# fmt: off
MAY: Table = {
    "houshayu.view_post":   [WORKER, HOTEL, HUB, DUTY, MEDIC, LANGUAGE, EDITOR, COORD, ADMIN],
    "houshayu.view_workorder":   [WORKER, HOTEL, HUB, DUTY, MEDIC, LANGUAGE, EDITOR, GUARD, COORD],
    "houshayu.finish_workorder": [WORKER, HOTEL, HUB, DUTY, MEDIC, LANGUAGE, EDITOR, GUARD, COORD],
    "houshayu.add_workorder":    [                                                          COORD],
    "houshayu.change_post": [                                                   COORD, ADMIN],
    "houshayu.share_savedview": [                                              COORD, ADMIN],
    "houshayu.view_outbox": [                                                   COORD, ADMIN],
    "houshayu.move_clock":  [                                                   COORD       ],
    "houshayu.administer":  [                                                          ADMIN],
    "houshayu.view_reveal": [AUDITOR],
}
# fmt: on

# What was granted so far: the permissions of each role, as has_perm names them.
ROLE_PERMISSIONS: dict[str, set[str]] = {role: set() for role in Role}


def grant(table: Table) -> None:
    """The roles of each line hold its permission from now on, besides what they hold already."""
    for permission, roles in table.items():
        for role in roles:
            ROLE_PERMISSIONS[role].add(permission)
