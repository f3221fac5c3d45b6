from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.response import Response

from houshayu import clock
from houshayu.api import Pages, PlaceSerializer, Request, Resource
from houshayu.api_forms import FormInput, from_json
from returnees.alert_filters import AlertFilter
from returnees.api.one_case import CONFLICT
from returnees.forms.alerts import AlertStepForm, ResolutionForm
from returnees.models import Alert, AlertStep, AlertStepKind, Resolution


class AlertStepSerializer(serializers.ModelSerializer):
    """Something that was done about an alert, by whom and when."""

    step = serializers.ChoiceField(source="kind", choices=AlertStepKind.choices)
    taken_by = serializers.CharField(source="taken_by.name")

    class Meta:
        model = AlertStep
        fields = ["step", "taken_at", "taken_by"]
        read_only_fields = fields


class AlertSerializer(serializers.ModelSerializer):
    """An alert, who is on it, what came of it, and whether the user may act on it."""

    case = serializers.CharField(source="case.number")
    place = PlaceSerializer()
    acknowledged_by = serializers.CharField(
        source="acknowledged_by.name", allow_null=True, default=None
    )
    resolved_by = serializers.CharField(source="resolved_by.name", allow_null=True, default=None)
    # Said here, for of a field that is only read the description forgets that it may be empty.
    resolution = serializers.ChoiceField(
        choices=Resolution.choices, allow_blank=True, read_only=True
    )
    can_handle = serializers.BooleanField()
    steps = AlertStepSerializer(many=True, read_only=True)

    class Meta:
        model = Alert
        fields = [
            "id", "case", "place", "kind", "temperature", "raised_at", "acknowledged_by",
            "acknowledged_at", "resolved_by", "resolved_at", "resolution", "reading", "note",
            "steps", "can_handle",
        ]  # fmt: skip
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(
        summary="Alerts the user may see",
        description="Open ones, unless state asks for others; newest first.",
    ),
    retrieve=extend_schema(summary="An alert"),
)
class AlertResource(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    """Alerts: somebody is on one, takes steps, and settles it."""

    needs = {
        "list": "returnees.view_case",
        "retrieve": "returnees.view_case",
        "acknowledge": "returnees.handle_alert",
        "step": "returnees.handle_alert",
        "resolve": "returnees.handle_alert",
    }
    queryset = Alert.objects.none()
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    pagination_class = Pages
    ordering = ["-raised_at", "-pk"]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[Alert]:
        return Alert.objects.visible_to(self.request.user).for_rows(self.request.user)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # One alert by its number is found whether it is open or settled.
        return super().filter_queryset(queryset) if self.action == "list" else queryset

    def _response(self, alert: Alert) -> Response:
        return Response(self.get_serializer(self.get_queryset().get(pk=alert.pk)).data)

    @extend_schema(
        summary="Say that somebody is on it",
        request=None,
        responses={200: AlertSerializer, **CONFLICT},
    )
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: int) -> Response:
        alert = get_object_or_404(Alert.objects.handled_by(request.user), pk=pk)
        alert.acknowledge(by=request.user, now=clock.now())
        return self._response(alert)

    @extend_schema(
        summary="Note what was done about it",
        request=FormInput.of(AlertStepForm),
        responses={200: AlertSerializer, **CONFLICT},
        examples=[OpenApiExample("Isolated", value={"step": "isolated"}, request_only=True)],
    )
    @action(detail=True, methods=["post"])
    def step(self, request: Request, pk: int) -> Response:
        alert = get_object_or_404(Alert.objects.handled_by(request.user), pk=pk)
        asked = from_json(AlertStepForm, request.data).cleaned_data
        AlertStep.objects.take(alert, asked["step"], by=request.user, now=clock.now())
        return self._response(alert)

    @extend_schema(
        summary="Settle it",
        request=FormInput.of(ResolutionForm),
        responses={200: AlertSerializer, **CONFLICT},
        examples=[
            OpenApiExample(
                "Normal again",
                value={
                    "resolution": "remeasured_normal",
                    "reading": "36.6",
                    "note": "An hour later.",
                },
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: int) -> Response:
        alert = get_object_or_404(Alert.objects.handled_by(request.user), pk=pk)
        asked = from_json(ResolutionForm, request.data, alert=alert).cleaned_data
        alert.resolve(**asked, by=request.user, now=clock.now())
        return self._response(alert)
