from __future__ import annotations

from django import forms
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
from houshayu.api_forms import FormInput, from_json
from houshayu.models import Place
from returnees.models import Case
from transfers.filters import HandoffFilter
from transfers.forms.handoffs import AcceptForm, CancelForm, DeclineForm, OfferForm
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


class OfferOfCaseForm(OfferForm):
    """Which case is offered, to whom, and what is known of the way."""

    case = forms.CharField(label=gettext_lazy("Case number"), max_length=10)
    field_order = ["case"]


@extend_schema_view(
    list=extend_schema(summary="Handoffs in and out of the user's places, newest first"),
    retrieve=extend_schema(summary="A handoff"),
)
class HandoffResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Handoffs: the place that holds a case offers it, the place that is to hold it answers."""

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

    def _response(self, handoff: Handoff, status: int = status.HTTP_200_OK) -> Response:
        shown = self.get_serializer(self.get_queryset().get(pk=handoff.pk))
        return Response(shown.data, status=status)

    @extend_schema(
        summary="Offer a case to another place",
        request=FormInput.of(OfferOfCaseForm),
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
        places = Place.objects.holders()
        offer = from_json(OfferOfCaseForm, request.data, places=places, now=now).cleaned_data
        held = Case.objects.held_by(request.user, "transfers.offer_handoff")
        case = get_object_or_404(held, number=offer.pop("case"))
        handoff = Handoff.objects.offer(case=case, by=request.user, now=now, **offer)
        return self._response(handoff, status.HTTP_201_CREATED)

    @extend_schema(
        summary="Take the case over",
        request=FormInput.of(AcceptForm),
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
        form = from_json(
            AcceptForm, request.data, to_place=handoff.to_place, case=handoff.case_to_arrive
        )
        handoff.accept(by=request.user, now=clock.now(), **form.noted)
        return self._response(handoff)

    @extend_schema(
        summary="Refuse the case; it stays with the sender",
        request=FormInput.of(DeclineForm),
        responses={200: HandoffSerializer, **CONFLICT},
        examples=[
            OpenApiExample("No room", value={"reason": "No room is free."}, request_only=True)
        ],
    )
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: int) -> Response:
        handoff = get_object_or_404(Handoff.objects.answerable_by(request.user), pk=pk)
        asked = from_json(DeclineForm, request.data).cleaned_data
        handoff.decline(by=request.user, now=clock.now(), reason=asked["reason"])
        return self._response(handoff)

    @extend_schema(
        summary="Take an offer back",
        request=FormInput.of(CancelForm),
        responses={200: HandoffSerializer, **CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        handoff = get_object_or_404(Handoff.objects.offered_by(request.user), pk=pk)
        asked = from_json(CancelForm, request.data).cleaned_data
        handoff.cancel(by=request.user, now=clock.now(), reason=asked["reason"])
        return self._response(handoff)
