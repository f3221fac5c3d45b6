"""What somebody does with many of the kernel's own rows at once, from the lists of them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from houshayu.bulk import BulkAct, BulkActs
from houshayu.forms import ResultForm
from houshayu.models import MailStatus, Message, User, WorkOrder

MESSAGES = BulkActs(
    page="inbox",
    address="inbox_bulk",
    visible=lambda user: Message.objects.for_user(user).for_rows(),
    name=lambda message: message.subject,
)
MAILS = BulkActs(
    page="outbox",
    address="outbox_bulk",
    visible=lambda user: Message.objects.visible_to(user).select_related("recipient").for_rows(),
    name=lambda mail: f"{mail.recipient}: {mail.subject}",
)
WORK_ORDERS = BulkActs(
    page="workorder_list",
    address="workorder_bulk",
    visible=lambda user: WorkOrder.objects.visible_to(user).select_related("place"),
    name=lambda order: f"{order.place}: {order}",
)


def mark_as_read(message: Message, *, by: User, now: datetime) -> None:
    """The reader has read their message."""
    Message.objects.for_user(by).filter(pk=message.pk).mark_read(now=now)


def result_form(typed: QueryDict | None, _now: datetime) -> BaseForm:
    return ResultForm(typed)


def uncertain_mails(user: User) -> QuerySet[Message]:
    """E-mails of the user's places about which a person decides."""
    return Message.objects.visible_to(user).filter(mail_status=MailStatus.UNCERTAIN)


MESSAGES.add(
    BulkAct(code="read", label=_("Mark as read"), rows=Message.objects.for_user, act=mark_as_read),
)
MAILS.add(
    BulkAct(
        code="again",
        label=_("Send again"),
        permission="houshayu.view_outbox",
        rows=uncertain_mails,
        act=lambda mail, **_who_and_when: mail.send_again(),
    ),
    BulkAct(
        code="leave",
        label=_("Do not send"),
        permission="houshayu.view_outbox",
        rows=uncertain_mails,
        act=lambda mail, **_who_and_when: mail.leave_as_sent(),
    ),
)
WORK_ORDERS.add(
    BulkAct(
        code="done",
        label=_("Mark as done"),
        permission="houshayu.finish_workorder",
        rows=WorkOrder.objects.finishable_by,
        act=WorkOrder.done,
        form=result_form,
    ),
)
