from __future__ import annotations

from functools import partial

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock, duties, naming
from houshayu.acts import act_page, posted
from houshayu.address import asked
from houshayu.bulk import bulk_page
from houshayu.duties import asking
from houshayu.filters import MailFilter, MessageFilter
from houshayu.forms import SettleForm
from houshayu.http import Request
from houshayu.listing import listing
from houshayu.many import MAILS, MESSAGES, uncertain_mails
from houshayu.models import Message, User
from houshayu.models.messages import MessageQuerySet
from houshayu.shortcuts import redirect_back


@require_safe
def inbox(request: Request) -> HttpResponse:
    """The user's own messages, the newest first."""
    own = MessageFilter(asked(request), _own(request).for_rows(), request=request)
    return listing(
        request,
        "houshayu/inbox.html",
        own,
        order=["-created_at", "-id"],
        bulk=MESSAGES,
        complete=partial(_name_people, user=request.user),
    )


def _name_people(messages: list[Message], user: User) -> None:
    """The subject of each says who it is about, where the user may know."""
    subjects = naming.named((message.first_text for message in messages), user)
    for message, text in zip(messages, subjects, strict=True):
        message.first_text = text


@require_POST
def inbox_bulk(request: Request) -> HttpResponse:
    """One act with the messages chosen on the list."""
    return bulk_page(request, MESSAGES)


@require_safe
def message_detail(request: Request, pk: int) -> HttpResponse:
    """One message with its lines, read from now on; what was done meanwhile says so."""
    own = _own(request)
    message = get_object_or_404(own.for_rows().prefetch_related("lines"), pk=pk)
    own.filter(pk=pk).mark_read(now=clock.now())
    lines = list(message.lines.all())
    _name_people([message], request.user)
    texts = naming.named((line.text for line in lines), request.user)
    duty = duties.get(message.kind)
    abouts = {line.about_id for line in lines if line.about_id is not None}
    waits = asking.still_waiting(duty, abouts, clock.now()) if duty and abouts else {}
    context = {
        "message": message,
        "is_duty": duty is not None,
        "lines": [
            (line, text, duty is not None and (line.about_id, line.occurrence) not in waits)
            for line, text in zip(lines, texts, strict=True)
        ],
    }
    return render(request, "houshayu/message_detail.html", context)


@require_POST
def inbox_read(request: Request) -> HttpResponse:
    """Mark as read all that the filters of the list leave; what it was filtered by stays."""
    left = MessageFilter(request.POST, _own(request), request=request)
    if left.is_valid():
        left.qs.mark_read(now=clock.now())
    return redirect_back(request, "inbox")


@require_POST
def message_read(request: Request, pk: int) -> HttpResponse:
    """Mark one message as read."""
    own = _own(request).filter(pk=pk)
    message = get_object_or_404(own)
    own.mark_read(now=clock.now())
    if request.htmx:
        message = own.for_rows().get()
        _name_people([message], request.user)
        context = {"message": message, "bulk": MESSAGES.offered_to(request.user)}
        return render(request, "houshayu/_message_row.html", context)
    return redirect_back(request, message)


def _own(request: Request) -> MessageQuerySet:
    return Message.objects.for_user(request.user)


@require_safe
@permission_required("houshayu.view_outbox", raise_exception=True)
def outbox(request: Request) -> HttpResponse:
    """What was sent by e-mail, waits to be, or would be if this were no demonstration."""
    mails = Message.objects.visible_to(request.user).select_related("recipient").for_rows()
    found = MailFilter(asked(request), mails.prefetch_related("lines"), request=request)
    # Where a person has nothing to decide, there is nothing to choose.
    bulk = MAILS if uncertain_mails(request.user).exists() else None
    return listing(request, "houshayu/outbox.html", found, order=["-created_at", "-id"], bulk=bulk)


@require_POST
@permission_required("houshayu.view_outbox", raise_exception=True)
def outbox_bulk(request: Request) -> HttpResponse:
    """One act with the e-mails chosen on the list."""
    return bulk_page(request, MAILS)


@permission_required("houshayu.view_outbox", raise_exception=True)
def outbox_settle(request: Request, pk: int) -> HttpResponse:
    """Somebody decides about a message that was perhaps sent: once more, or let it be."""
    mail = get_object_or_404(Message.objects.visible_to(request.user).for_rows(), pk=pk)
    form = SettleForm(posted(request))

    def settle() -> str:
        form.settle(mail)
        again = form.cleaned_data["decision"] == SettleForm.AGAIN
        return _("It will be sent again.") if again else _("It is treated as sent.")

    title, button = _("May have been sent: a person decides"), _("Save")
    return act_page(request, form, settle, title=title, button=button, back="outbox")
