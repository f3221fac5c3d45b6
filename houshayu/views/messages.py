from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock
from houshayu.http import Request
from houshayu.keyset import keyset_page
from houshayu.models import MailStatus, Message


@require_safe
def inbox(request: Request) -> HttpResponse:
    """The user's own messages, the newest first."""
    received = Message.objects.for_user(request.user)
    unread_only = request.GET.get("state") == "unread"
    if unread_only:
        received = received.unread()
    page = keyset_page(request, received, order=["-created_at", "-id"])
    return render(request, "houshayu/inbox.html", {"page": page, "unread_only": unread_only})


@require_POST
def inbox_read(request: Request) -> HttpResponse:
    """Mark everything as read, or the one message named."""
    own = Message.objects.for_user(request.user)
    if pk := request.POST.get("message", ""):
        own = own.filter(pk=int(pk) if pk.isdecimal() else 0)
    own.unread().update(read_at=clock.now())
    if request.htmx and pk:
        context = {"message": get_object_or_404(own)}
        return render(request, "houshayu/_message_row.html", context)
    return redirect("inbox")


@require_safe
@permission_required("houshayu.view_outbox", raise_exception=True)
def outbox(request: Request) -> HttpResponse:
    """What was sent by e-mail, waits to be, or would be if this were no demonstration."""
    mails = Message.objects.visible_to(request.user).select_related("recipient")
    status = request.GET.get("status", "")
    if status in MailStatus.values:
        mails = mails.filter(mail_status=status)
    context = {
        "page": keyset_page(request, mails, order=["-created_at", "-id"]),
        "statuses": [choice for choice in MailStatus.choices if choice[0] != MailStatus.NONE],
        "status": status,
    }
    return render(request, "houshayu/outbox.html", context)


@require_POST
@permission_required("houshayu.view_outbox", raise_exception=True)
def outbox_settle(request: Request, pk: int) -> HttpResponse:
    """Somebody decides about a message that was perhaps sent: once more, or let it be."""
    message = get_object_or_404(
        Message.objects.visible_to(request.user), pk=pk, mail_status=MailStatus.UNCERTAIN
    )
    again = request.POST.get("decision") == "again"
    Message.objects.filter(pk=message.pk, mail_status=MailStatus.UNCERTAIN).update(
        mail_status=MailStatus.QUEUED if again else MailStatus.SENT
    )
    messages.success(request, _("It will be sent again.") if again else _("It stays as sent."))
    return redirect("outbox")
