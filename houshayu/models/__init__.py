from houshayu.models.clock import ClockShift
from houshayu.models.memberships import Membership, Post, WorkGroupKind
from houshayu.models.messages import MailStatus, Message
from houshayu.models.places import HOLDER_KINDS, HOME_KINDS, SITE_KINDS, Place, PlaceKind
from houshayu.models.privacy import Reveal
from houshayu.models.users import User
from houshayu.roles import Role

__all__ = [
    "HOLDER_KINDS",
    "HOME_KINDS",
    "SITE_KINDS",
    "ClockShift",
    "MailStatus",
    "Membership",
    "Message",
    "Place",
    "PlaceKind",
    "Post",
    "Reveal",
    "Role",
    "User",
    "WorkGroupKind",
]
