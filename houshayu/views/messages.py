from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from houshayu import clock, duties, kinds
from houshayu.duties import asking
from houshayu.http import Request
from houshayu.keyset import keyset_page
from houshayu.models import MailStatus, Message
from houshayu.models.messages import MessageQuerySet


def _chosen(request: Request, asked: QueryDict) -> tuple[MessageQuerySet, dict[str, Any]]:
    """The user's own messages of the kind and state that are asked for, and what these are."""
    own = Message.objects.for_user(request.user)
    every = [kind.code for kind in kinds.every()]
    kind = asked.get("kind", "") if asked.get("kind", "") in every else ""
    unread_only = asked.get("state") == "unread"
    if kind:
        own = own.filter(kind=kind)
    if unread_only:
        own = own.unread()
    return own, {"kind": kind, "unread_only": unread_only}


@require_safe
def inbox(request: Request) -> HttpResponse:
    """The user's own messages, the newest first."""
    own, chosen = _chosen(request, request.GET)
    page = keyset_page(request, own.for_rows(), order=["-created_at", "-id"])
    context = {"page": page, "kinds": kinds.every(), **chosen}
    return render(request, "houshayu/inbox.html", context)


@require_safe
def message_detail(request: Request, pk: int) -> HttpResponse:
    """One message with its lines, read from now on; what was done meanwhile says so."""
    own = Message.objects.for_user(request.user)
    message = get_object_or_404(own.for_rows().prefetch_related("lines"), pk=pk)
    own.filter(pk=pk).unread().update(read_at=clock.now())
    lines = list(message.lines.all())
    duty = duties.get(message.kind)
    abouts = {line.about_id for line in lines if line.about_id is not None}
    waits = asking.still_waiting(duty, abouts, clock.now()) if duty and abouts else {}
    context = {
        "message": message,
        "is_duty": duty is not None,
        "lines": [
            (line, duty is not None and (line.about_id, line.occurrence) not in waits)
            for line in lines
        ],
    }
    return render(request, "houshayu/message_detail.html", context)


@require_POST
def inbox_read(request: Request) -> HttpResponse:
    """Mark as read what the filter of the list shows, or the one message named."""
    own, chosen = _chosen(request, request.POST)
    if pk := request.POST.get("message", ""):
        own = Message.objects.for_user(request.user).filter(pk=int(pk) if pk.isdecimal() else 0)
    own.unread().update(read_at=clock.now())
    if request.htmx and pk:
        context = {"message": get_object_or_404(own.for_rows())}
        return render(request, "houshayu/_message_row.html", context)
    return redirect(reverse("inbox", query={"kind": chosen["kind"]} if chosen["kind"] else None))


@require_safe
@permission_required("houshayu.view_outbox", raise_exception=True)
def outbox(request: Request) -> HttpResponse:
    """What was sent by e-mail, waits to be, or would be if this were no demonstration."""
    mails = Message.objects.visible_to(request.user).select_related("recipient")
    status = request.GET.get("status", "")
    if status in MailStatus.values:
        mails = mails.filter(mail_status=status)
    mails = mails.for_rows().prefetch_related("lines")
    context = {
        "page": keyset_page(request, mails, order=["-created_at", "-id"]),
        "statuses": [choice for choice in MailStatus.choices if choice[0] != MailStatus.NONE],
        "status": status,
    }
    return render(request, "houshayu/outbox.html", context)


@require_POST
@permission_required("houshayu.view_outbox", raise_exception=True)
@transaction.atomic
def outbox_settle(request: Request, pk: int) -> HttpResponse:
    """Somebody decides about a message that was perhaps sent: once more, or let it be."""
    message = get_object_or_404(
        Message.objects.visible_to(request.user), pk=pk, mail_status=MailStatus.UNCERTAIN
    )
    uncertain = Message.objects.filter(pk=message.pk, mail_status=MailStatus.UNCERTAIN)
    if request.POST.get("decision") == "again":
        uncertain.give_back()
        messages.success(request, _("It will be sent again."))
    else:
        uncertain.settle(now=None)
        messages.success(request, _("It is treated as sent."))
    return redirect("outbox")
