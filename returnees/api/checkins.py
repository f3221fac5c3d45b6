from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_view,
)
from rest_framework import mixins, serializers, status
from rest_framework.response import Response

from houshayu import clock
from houshayu.api import Pages, Request, Resource
from houshayu.calendar import beijing_date
from houshayu.exceptions import Conflict
from policy import COLDEST, HOTTEST, Slot
from returnees import rounds
from returnees.models import (
    Case,
    Channel,
    CheckIn,
    Observation,
    Symptom,
    TemperatureMethod,
)

MOST_READINGS = 500
NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="The case number.")


class CheckInTaken(Conflict):
    """Every one of these check-ins had been recorded, or its observation ended, before."""


class CheckInSerializer(serializers.ModelSerializer):
    """A check-in as it was recorded."""

    case = serializers.CharField(source="observation.case.number")
    recorded_by = serializers.CharField(source="recorded_by.name")
    needs_alert = serializers.BooleanField()

    class Meta:
        model = CheckIn
        fields = [
            "case", "day", "slot", "temperature", "method", "symptoms", "channel", "taken_at",
            "recorded_by", "needs_alert",
        ]  # fmt: skip
        read_only_fields = fields


class MeasuredSerializer(serializers.Serializer):
    """What was measured at one person."""

    temperature = serializers.DecimalField(
        label=gettext_lazy("Body temperature (°C)"),
        max_digits=3,
        decimal_places=1,
        min_value=COLDEST,
        max_value=HOTTEST,
    )
    symptoms = serializers.ListField(
        label=gettext_lazy("Symptoms"),
        child=serializers.ChoiceField(choices=Symptom.choices),
        required=False,
        max_length=len(Symptom),
    )
    method = serializers.ChoiceField(
        label=gettext_lazy("Method"),
        choices=TemperatureMethod.choices,
        default=TemperatureMethod.AXILLARY,
    )
    channel = serializers.ChoiceField(
        label=gettext_lazy("Channel"), choices=Channel.choices, default=Channel.STAFF
    )


class SlotSerializer(serializers.Serializer):
    """Which check-in: the calendar day in Beijing, morning or evening."""

    on = serializers.DateField(label=gettext_lazy("Day"))
    slot = serializers.ChoiceField(label=gettext_lazy("Slot"), choices=Slot.choices)

    def validate_on(self, on: date) -> date:
        if on > beijing_date(self.context["now"]):
            raise serializers.ValidationError(_("A check-in can't be recorded before its day."))
        return on


class CheckInInput(SlotSerializer, MeasuredSerializer):
    """One check-in of the case in the address."""


class ReadingInput(MeasuredSerializer):
    """One line of a round."""

    case = serializers.CharField(label=gettext_lazy("Case number"), max_length=10)


class RoundInput(SlotSerializer):
    """The check-ins of one slot: a floor, a hotel, a community."""

    readings = ReadingInput(many=True, allow_empty=False, max_length=MOST_READINGS)  # type: ignore[call-arg]

    def validate_readings(self, readings: list[dict[str, Any]]) -> list[dict[str, Any]]:
        numbers = [reading["case"] for reading in readings]
        if len(set(numbers)) < len(numbers):
            raise serializers.ValidationError(_("A case is listed twice."))
        return readings


class RecordedSerializer(serializers.Serializer):
    """What became of a round: written now, or written by somebody else before, which stays."""

    recorded = CheckInSerializer(many=True)
    already_there = serializers.ListField(child=serializers.CharField())


def _reading(observation: Observation, data: dict[str, Any]) -> rounds.Reading:
    temperature: Decimal = data["temperature"]
    return rounds.Reading(
        observation=observation,
        temperature=temperature,
        symptoms=tuple(data.get("symptoms", ())),
        method=data["method"],
        channel=data["channel"],
    )


def _record(request: Request, lines: list[rounds.Reading], data: dict[str, Any]) -> rounds.Recorded:
    done = rounds.record(lines, on=data["on"], slot=data["slot"], by=request.user, now=clock.now())
    if not done.recorded:
        raise CheckInTaken(_("This check-in is recorded already; what is there stays."))
    return done


NO_SUCH_SLOT = gettext_lazy("The observation has no such check-in on that day.")


@extend_schema_view(
    list=extend_schema(
        summary="The check-ins of a case", parameters=[NUMBER], responses=CheckInSerializer
    )
)
class CaseCheckInResource(mixins.ListModelMixin, Resource):
    """The check-ins of a case, two a day."""

    needs = {"list": "returnees.view_case", "create": "returnees.record_checkin"}
    queryset = CheckIn.objects.none()
    serializer_class = CheckInSerializer
    pagination_class = Pages
    filter_backends = []
    ordering = ["taken_at", "pk"]

    def get_queryset(self) -> QuerySet[CheckIn]:
        in_hands = Case.objects.in_hands_of(self.request.user)
        case = get_object_or_404(in_hands, number=self.kwargs["number"])
        return CheckIn.objects.filter(observation__case=case).select_related(
            "observation__case", "recorded_by"
        )

    @extend_schema(
        summary="Record one check-in",
        parameters=[NUMBER],
        request=CheckInInput,
        responses={201: CheckInSerializer, 409: OpenApiTypes.OBJECT},
        examples=[
            OpenApiExample(
                "A fever, which raises an alert",
                value={
                    "on": "2020-03-21",
                    "slot": "morning",
                    "temperature": "38.2",
                    "symptoms": ["fever", "dry_cough"],
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request, number: str) -> Response:
        held = Observation.objects.held_by(request.user, "returnees.record_checkin")
        observation = get_object_or_404(held.select_related("case"), case__number=number)
        asked = CheckInInput(data=request.data, context={"now": clock.now()})
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        if not rounds.has_slot(observation, data["on"], data["slot"]):
            raise serializers.ValidationError({"slot": [str(NO_SUCH_SLOT)]})
        done = _record(request, [_reading(observation, data)], data)
        return Response(CheckInSerializer(done.recorded[0]).data, status=status.HTTP_201_CREATED)


class RoundResource(Resource):
    """A round: the check-ins of many people for one slot, in one transaction."""

    needs = {"create": "returnees.record_checkin"}
    queryset = CheckIn.objects.none()
    serializer_class = RecordedSerializer

    @extend_schema(
        summary="Record a round",
        request=RoundInput,
        responses={201: RecordedSerializer, 409: OpenApiTypes.OBJECT},
        examples=[
            OpenApiExample(
                "Two rooms of a floor",
                value={
                    "on": "2020-03-21",
                    "slot": "evening",
                    "readings": [
                        {"case": "HSY-7K3M9Q", "temperature": "36.5"},
                        {"case": "HSY-0ZB4TC", "temperature": "36.8", "method": "forehead"},
                    ],
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Request) -> Response:
        asked = RoundInput(data=request.data, context={"now": clock.now()})
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        done = _record(request, self._readings(request, data), data)
        told = RecordedSerializer(
            {
                "recorded": done.recorded,
                "already_there": [each.case.number for each in done.already_there],
            }
        )
        return Response(told.data, status=status.HTTP_201_CREATED)

    def _readings(self, request: Request, data: dict[str, Any]) -> list[rounds.Reading]:
        """The lines with their observations; a line that has none stops the whole round."""
        held = Observation.objects.held_by(request.user, "returnees.record_checkin")
        numbers = [line["case"] for line in data["readings"]]
        observations = {
            each.case.number: each
            for each in held.filter(case__number__in=numbers).select_related("case")
        }
        lines, problems = [], []
        for line in data["readings"]:
            observation, problem = observations.get(line["case"]), {}
            if observation is None:
                problem = {"case": [_("Nobody under observation in your hands has this number.")]}
            elif not rounds.has_slot(observation, data["on"], data["slot"]):
                problem = {"case": [str(NO_SUCH_SLOT)]}
            else:
                lines.append(_reading(observation, line))
            problems.append(problem)
        if any(problems):
            raise serializers.ValidationError({"readings": problems})
        return lines
