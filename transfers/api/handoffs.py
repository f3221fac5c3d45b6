from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from houshayu import clock
from houshayu.api import Pages, PlaceSerializer, Request, Resource
from houshayu.models import Place
from policy import COLDEST, HOTTEST
from returnees.models import Case
from transfers.filters import HandoffFilter
from transfers.forms.handoffs import check_plan
from transfers.models import Handoff

CONFLICT = {409: OpenApiTypes.OBJECT}


class HandoffSerializer(serializers.ModelSerializer):
    """A handoff, and whether the user may answer it or take it back."""

    case = serializers.CharField(source="case.number")
    from_place = PlaceSerializer()
    to_place = PlaceSerializer()
    offered_by = serializers.CharField(source="offered_by.name")
    closed_by = serializers.CharField(source="closed_by.name", allow_null=True, default=None)
    can_answer = serializers.BooleanField()
    can_cancel = serializers.BooleanField()

    class Meta:
        model = Handoff
        fields = [
            "id", "case", "from_place", "to_place", "status", "offered_by", "offered_at",
            "planned_at", "due_at", "closed_by", "closed_at", "reason", "vehicle_plate", "driver",
            "escort", "luggage_pieces", "temperature", "remarks", "can_answer", "can_cancel",
        ]  # fmt: skip
        read_only_fields = fields


class OfferInput(serializers.ModelSerializer):
    """To whom a case is offered, and what is known of the way."""

    case = serializers.CharField(label=gettext_lazy("Case number"), max_length=10)
    to_place = serializers.SlugRelatedField(
        label=gettext_lazy("Hand over to"), slug_field="code", queryset=Place.objects.holders()
    )

    class Meta:
        model = Handoff
        fields = [
            "case", "to_place", "planned_at", "vehicle_plate", "driver", "escort",
            "luggage_pieces", "remarks",
        ]  # fmt: skip

    def validate_planned_at(self, planned_at: datetime | None) -> datetime | None:
        check_plan(planned_at, self.context["now"])
        return planned_at


class AcceptInput(serializers.Serializer):
    """What the receiving side notes when it takes the person over."""

    room = serializers.RegexField(
        r"^[0-9A-Z-]{1,8}$",
        label=gettext_lazy("Hotel room"),
        required=False,
        error_messages={
            "invalid": gettext_lazy("A room is up to eight digits and capitals, like 0812.")
        },
    )
    temperature = serializers.DecimalField(
        label=gettext_lazy("Temperature at handoff (°C)"),
        required=False,
        max_digits=3,
        decimal_places=1,
        min_value=COLDEST,
        max_value=HOTTEST,
    )
    luggage_pieces = serializers.IntegerField(
        label=gettext_lazy("Luggage pieces"), required=False, min_value=0, max_value=99
    )
    commitment_signed = serializers.BooleanField(
        label=gettext_lazy("The commitment letter is signed"),
        required=False,
        help_text=gettext_lazy("Needed once, to be observed at home."),
    )


class DeclineInput(serializers.Serializer):
    reason = serializers.CharField(label=gettext_lazy("Reason"), max_length=200)


class CancelInput(serializers.Serializer):
    reason = serializers.CharField(
        label=gettext_lazy("Reason"), max_length=200, required=False, default=""
    )


@extend_schema_view(
    list=extend_schema(summary="Handoffs in and out of the user's places, newest first"),
    retrieve=extend_schema(summary="A handoff"),
)
class HandoffResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Handoffs: offered by who holds the case, answered by who shall hold it next."""

    needs = {
        "list": "transfers.view_handoff",
        "retrieve": "transfers.view_handoff",
        "create": "transfers.offer_handoff",
        "accept": "transfers.answer_handoff",
        "decline": "transfers.answer_handoff",
        "cancel": "transfers.offer_handoff",
    }
    queryset = Handoff.objects.none()
    serializer_class = HandoffSerializer
    filterset_class = HandoffFilter
    pagination_class = Pages
    ordering = ["-offered_at", "-pk"]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Handoff]:
        user = self.request.user
        return Handoff.objects.visible_to(user).for_rows(user, clock.now())

    def _told(self, handoff: Handoff, status: int = status.HTTP_200_OK) -> Response:
        told = self.get_serializer(self.get_queryset().get(pk=handoff.pk))
        return Response(told.data, status=status)

    @extend_schema(
        summary="Offer a case to another place",
        request=OfferInput,
        responses={201: HandoffSerializer, **CONFLICT},
        examples=[
            OpenApiExample(
                "To the hub, this afternoon",
                value={
                    "case": "HSY-7K3M9Q",
                    "to_place": "ncie-hub",
                    "planned_at": "2020-03-20T16:00:00+08:00",
                    "luggage_pieces": 2,
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        now = clock.now()
        asked = OfferInput(data=request.data, context={"now": now})
        asked.is_valid(raise_exception=True)
        offer = asked.validated_data
        held = Case.objects.held_by(request.user, "transfers.offer_handoff")
        case = get_object_or_404(held, number=offer.pop("case"))
        handoff = Handoff.objects.offer(case=case, by=request.user, now=now, **offer)
        return self._told(handoff, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take the case over",
        request=AcceptInput,
        responses={200: HandoffSerializer, **CONFLICT},
        examples=[
            OpenApiExample(
                "Into room 0812",
                value={"room": "0812", "temperature": "36.6", "luggage_pieces": 2},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        handoff = get_object_or_404(Handoff.objects.answerable_by(request.user), pk=pk)
        asked = AcceptInput(data=request.data)
        asked.is_valid(raise_exception=True)
        handoff.accept(by=request.user, now=clock.now(), **asked.validated_data)
        return self._told(handoff)

    @extend_schema(
        summary="Refuse the case; it stays with the sender",
        request=DeclineInput,
        responses={200: HandoffSerializer, **CONFLICT},
        examples=[
            OpenApiExample("No room", value={"reason": "No room is free."}, request_only=True)
        ],
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: int) -> Response:
        handoff = get_object_or_404(Handoff.objects.answerable_by(request.user), pk=pk)
        asked = DeclineInput(data=request.data)
        asked.is_valid(raise_exception=True)
        handoff.decline(by=request.user, now=clock.now(), reason=asked.validated_data["reason"])
        return self._told(handoff)

    @extend_schema(
        summary="Take an offer back",
        request=CancelInput,
        responses={200: HandoffSerializer, **CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        handoff = get_object_or_404(Handoff.objects.offered_by(request.user), pk=pk)
        asked = CancelInput(data=request.data)
        asked.is_valid(raise_exception=True)
        handoff.cancel(by=request.user, now=clock.now(), reason=asked.validated_data["reason"])
        return self._told(handoff)
