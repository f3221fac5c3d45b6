from houshayu.models.attachments import Attachment
from houshayu.models.clock import ClockShift
from houshayu.models.jobs import Job, JobStatus
from houshayu.models.memberships import Membership
from houshayu.models.messages import MailStatus, Message, MessageLine
from houshayu.models.places import HOLDER_KINDS, HOME_KINDS, SITE_KINDS, Place, PlaceKind
from houshayu.models.posts import Post, WorkGroupKind
from houshayu.models.privacy import Reveal
from houshayu.models.reminders import Reminder, ReminderStatus
from houshayu.models.saved_views import SavedView
from houshayu.models.users import User
from houshayu.models.workorders import WorkOrder
from houshayu.roles import Role

__all__ = [
    "HOLDER_KINDS",
    "HOME_KINDS",
    "SITE_KINDS",
    "Attachment",
    "ClockShift",
    "Job",
    "JobStatus",
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
    "SavedView",
    "User",
    "WorkGroupKind",
    "WorkOrder",
]
