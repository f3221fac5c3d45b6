from houshayu.models.clock import ClockShift
from houshayu.models.memberships import Membership, Post, Role, WorkGroupKind
from houshayu.models.messages import MailStatus, Message, MessageLine
from houshayu.models.places import HOLDER_KINDS, HOME_KINDS, SITE_KINDS, Place, PlaceKind
from houshayu.models.privacy import Reveal
from houshayu.models.reminders import Reminder, ReminderStatus
from houshayu.models.users import User

__all__ = [
    "HOLDER_KINDS",
    "HOME_KINDS",
    "SITE_KINDS",
    "ClockShift",
    "MailStatus",
    "Membership",
    "Message",
    "MessageLine",
    "Place",
    "PlaceKind",
    "Post",
    "Reminder",
    "ReminderStatus",
    "Reveal",
    "Role",
    "User",
    "WorkGroupKind",
]
