from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from houshayu import clock
from houshayu.api import EVERYBODY, Pages, PlaceSerializer, Request, Resource
from houshayu.api_forms import FormInput, from_json
from houshayu.filters import MailFilter, MessageFilter
from houshayu.forms import SettleForm
from houshayu.models import Message, MessageLine


class LineSerializer(serializers.ModelSerializer):
    class Meta:
        model = MessageLine
        fields = ["text", "url"]


class MessageSerializer(serializers.ModelSerializer):
    """A message of the user, in their language."""

    place = PlaceSerializer(allow_null=True)
    subject = serializers.CharField()

    class Meta:
        model = Message
        fields = ["id", "kind", "place", "subject", "created_at", "read_at"]
        read_only_fields = fields


class WholeMessageSerializer(MessageSerializer):
    """A message with each of its lines."""

    lines = LineSerializer(many=True)

    class Meta(MessageSerializer.Meta):
        fields = [*MessageSerializer.Meta.fields, "lines"]
        read_only_fields = fields


class ReadSerializer(serializers.Serializer):
    """How many messages were unread before."""

    read = serializers.IntegerField()


@extend_schema_view(
    list=extend_schema(summary="The user's own messages, newest first"),
    retrieve=extend_schema(
        summary="A message with its lines", description="It stays unread until it is marked."
    ),
)
class MessageResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """The inbox: every user has one, and nobody else's."""

    needs = {
        "list": EVERYBODY,
        "retrieve": EVERYBODY,
        "read": EVERYBODY,
        "read_all": EVERYBODY,
    }
    queryset = Message.objects.none()
    serializer_class = WholeMessageSerializer
    filterset_class = MessageFilter
    pagination_class = Pages
    ordering = ["-created_at", "-pk"]
    lookup_value_regex = "[0-9]+"

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return MessageSerializer if self.action == "list" else WholeMessageSerializer

    def get_queryset(self) -> QuerySet[Message]:
        own = Message.objects.for_user(self.request.user).for_rows()
        return own if self.action == "list" else own.prefetch_related("lines")

    @extend_schema(
        summary="Mark one as read", request=None, responses={200: WholeMessageSerializer}
    )
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: int) -> Response:
        own = Message.objects.for_user(request.user).filter(pk=pk)
        get_object_or_404(own)
        own.mark_read(now=clock.now())
        return Response(self.get_serializer(self.get_queryset().get(pk=pk)).data)

    @extend_schema(
        operation_id="messages_read_all",
        summary="Mark as read all that the filters leave",
        request=None,
        filters=True,
        responses={200: ReadSerializer},
    )
    @action(detail=False, methods=["post"], url_path="read", pagination_class=None)
    def read_all(self, request: Request) -> Response:
        left: Any = self.filter_queryset(Message.objects.for_user(request.user))
        return Response({"read": left.mark_read(now=clock.now())})


class MailSerializer(serializers.ModelSerializer):
    """A message as it goes by e-mail."""

    recipient = serializers.CharField(source="recipient.name")
    subject = serializers.CharField()
    text = serializers.CharField(source="mail_preview")

    class Meta:
        model = Message
        fields = ["id", "recipient", "subject", "text", "created_at", "mail_status", "mail_sent_at"]
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(summary="E-mails to people who work at the user's places, newest first"),
    retrieve=extend_schema(summary="An e-mail"),
)
class MailResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """The outbox: what was sent by e-mail, waits to be, or would be in a demonstration."""

    needs = {
        "list": "houshayu.view_outbox",
        "retrieve": "houshayu.view_outbox",
        "settle": "houshayu.view_outbox",
    }
    queryset = Message.objects.none()
    serializer_class = MailSerializer
    filterset_class = MailFilter
    pagination_class = Pages
    ordering = ["-created_at", "-pk"]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Message]:
        mails = Message.objects.visible_to(self.request.user).select_related("recipient")
        return mails.for_rows().prefetch_related("lines")

    @extend_schema(
        summary="Say of one that was perhaps sent whether it leaves once more",
        request=FormInput.of(SettleForm),
        responses={200: MailSerializer, 409: OpenApiTypes.OBJECT},
        examples=[OpenApiExample("Once more", value={"decision": "again"}, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, pk: int) -> Response:
        mail = get_object_or_404(self.get_queryset(), pk=pk)
        from_json(SettleForm, request.data).settle(mail)
        return Response(self.get_serializer(self.get_queryset().get(pk=pk)).data)
