from __future__ import annotations

from django import forms
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response

from houshayu import clock
from houshayu.api import Pages, Request
from houshayu.api_forms import from_json
from returnees import arrivals, correcting, lodging, releasing
from returnees.api import examples
from returnees.api.case_fields import CaseRowSerializer, CaseSerializer
from returnees.api.one_case import CONFLICT, NUMBER, OneCase, describe_act
from returnees.api.registration import RegistrationInput, read_registration
from returnees.filters import CaseFilter
from returnees.forms.arrivals import ArrivalMomentForm
from returnees.forms.cases import CloseForm, ReasonForm
from returnees.forms.rooms import LodgingForm
from returnees.models import Case
from returnees.registration import register
from returnees.revealing import PROTECTED


class RevealForm(ReasonForm):
    """Which number somebody needs to read, and why."""

    field = forms.ChoiceField(
        label=_("Number to show"), choices=[(name, name) for name in PROTECTED]
    )
    field_order = ["field", "reason"]


class RevealedSerializer(serializers.Serializer):
    field = serializers.ChoiceField(choices=list(PROTECTED))
    value = serializers.CharField()


@extend_schema_view(
    list=extend_schema(
        summary="Cases the user may see",
        description="Open ones, unless state, q or a day asks for others; newest first.",
    ),
    retrieve=extend_schema(summary="A case with its whole form", parameters=[NUMBER]),
)
class CaseResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, OneCase):
    """Cases, by their number."""

    needs = {
        "list": "returnees.view_case",
        "retrieve": "returnees.view_case",
        "create": "returnees.add_case",
        "arrive": "returnees.change_case",
        "room": "returnees.lodge_case",
        "release": "returnees.release_case",
        "take_back": "returnees.release_case",
        "close": "returnees.close_case",
        # Of a document number, its own permission besides.
        "reveal": "returnees.reveal_person",
    }
    filterset_class = CaseFilter
    pagination_class = Pages
    ordering = ["-opened_at", "-pk"]

    def get_serializer_class(self) -> type[serializers.BaseSerializer]:
        return CaseRowSerializer if self.action == "list" else CaseSerializer

    def get_queryset(self) -> QuerySet[Case]:
        if self.action == "list":
            return Case.objects.in_hands_of(self.request.user).for_rows()
        return super().get_queryset()

    @extend_schema(
        summary="Register a person's return",
        request=RegistrationInput,
        responses={201: CaseSerializer, **CONFLICT},
        examples=[
            OpenApiExample(
                "A family member back from Italy", value=examples.REGISTRATION, request_only=True
            )
        ],
    )
    def create(self, request: Request) -> Response:
        now = clock.now()
        place, registration = read_registration(request.data, by=request.user, now=now)
        case = register(registration, place=place, by=request.user, now=now)
        return self._response(case, status.HTTP_201_CREATED)

    @describe_act(
        "Confirm the arrival; the observation begins",
        ArrivalMomentForm,
        examples=[
            OpenApiExample(
                "Later than expected, the person was asked",
                value={
                    "arrived_at": "2020-03-21T03:40:00+08:00",
                    "sure_at": "2020-03-21T03:40:00+08:00",
                },
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def arrive(self, request: Request, number: str) -> Response:
        case = self._held(number)
        expected = None if case.arrived_at else case
        given = from_json(ArrivalMomentForm, request.data, case=expected).arrival
        arrivals.arrive(
            case, at=given.arrived_at, by=request.user, now=clock.now(), sure=given.sure
        )
        return self._response(case)

    @describe_act(
        "Set or change the room; an empty one takes the person out of theirs",
        LodgingForm,
        examples=[OpenApiExample("Into room 0812", value={"room": "0812"}, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def room(self, request: Request, number: str) -> Response:
        case = self._held(number)
        asked = from_json(LodgingForm, request.data).cleaned_data
        lodging.lodge(case, **asked, by=request.user, now=clock.now())
        return self._response(case)

    @describe_act("Release a case whose days are complete")
    @action(detail=True, methods=["post"])
    def release(self, request: Request, number: str) -> Response:
        case = self._held(number)
        releasing.release(case, by=request.user, now=clock.now())
        return self._response(case)

    @describe_act(
        "Take back a release of today",
        ReasonForm,
        examples=[
            OpenApiExample(
                "The wrong person", value={"reason": "The neighbour was meant."}, request_only=True
            )
        ],
    )
    @action(detail=True, methods=["post"], url_path="release/take-back")
    def take_back(self, request: Request, number: str) -> Response:
        now = clock.now()
        case = get_object_or_404(correcting.taken_back_by(request.user, now), number=number)
        reason = from_json(ReasonForm, request.data).cleaned_data["reason"]
        correcting.take_back_release(case, by=request.user, now=now, reason=reason)
        return self._response(case)

    @describe_act(
        "Close a case without release",
        CloseForm,
        examples=[
            OpenApiExample(
                "Never arrived",
                value={"outcome": "no_show", "note": "The flight was cancelled."},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def close(self, request: Request, number: str) -> Response:
        case = self._held(number)
        asked = from_json(CloseForm, request.data).cleaned_data
        releasing.close(
            case, asked["outcome"], by=request.user, now=clock.now(), note=asked["note"]
        )
        return self._response(case)

    @describe_act(
        "Read a protected number in full; who, why and when is kept",
        RevealForm,
        responses=RevealedSerializer,
        examples=[
            OpenApiExample(
                "To call back",
                value={"field": "phone_cn", "reason": "No answer at the door."},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def reveal(self, request: Request, number: str) -> Response:
        self._held(number)
        asked = from_json(RevealForm, request.data).cleaned_data
        field, reason = asked["field"], asked["reason"]
        protected = PROTECTED[field]
        held = Case.objects.held_by(request.user, protected.permission)
        case = get_object_or_404(held, number=number)
        value = protected.read(case, by=request.user, reason=reason, now=clock.now())
        return Response({"field": field, "value": value}, headers={"Cache-Control": "no-store"})
