from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
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
from rest_framework.decorators import action
from rest_framework.response import Response

from houshayu import clock
from houshayu.api import Pages, Request, Resource
from houshayu.api_forms import (
    FormInput,
    checked,
    errors_of,
    errors_of_parts,
    from_json,
    reading_json,
    refuse,
)
from houshayu.exceptions import Conflict
from returnees import correcting, rounds
from returnees.forms.corrections import CheckInCorrectionForm
from returnees.forms.rounds import MeasuredForm, SlotForm
from returnees.models import Case, CheckIn, Observation

MOST_READINGS = 500
NUMBER = OpenApiParameter("number", str, OpenApiParameter.PATH, description="The case number.")


CHECK_IN = OpenApiParameter(
    "id", int, OpenApiParameter.PATH, description="The number of the check-in."
)


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
            "id", "case", "day", "slot", "temperature", "method", "symptoms", "channel", "taken_at",
            "early_reason", "recorded_by", "needs_alert",
        ]  # fmt: skip
        read_only_fields = fields


class CheckInForm(MeasuredForm, SlotForm):
    """One check-in of the case in the address."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            self.check_time(early=self.early)
        return data


class LineForm(MeasuredForm):
    """One line of a round."""

    case = forms.CharField(label=gettext_lazy("Case number"), max_length=10)


class RoundInput(FormInput):
    """The check-ins of one slot: a floor, a hotel, a community."""

    form_class = SlotForm

    def get_fields(self) -> dict[str, serializers.Field]:
        lines = FormInput.of(LineForm)(many=True, allow_empty=False, max_length=MOST_READINGS)  # type: ignore[call-arg]
        return super().get_fields() | {"readings": lines}


class RecordedSerializer(serializers.Serializer):
    """What became of a round: written now, or written by somebody else before, which stays."""

    recorded = CheckInSerializer(many=True)
    already_there = serializers.ListField(child=serializers.CharField())


def _record(
    request: Request, lines: list[rounds.Reading], asked: SlotForm, now: datetime
) -> rounds.Recorded:
    which = asked.cleaned_data
    done = rounds.record(lines, on=which["on"], slot=which["slot"], by=request.user, now=now)
    if not done.recorded:
        raise CheckInTaken(_("This check-in has already been recorded; the recorded values stay."))
    return done


def _has_slot(observation: Observation, asked: SlotForm) -> bool:
    which = asked.cleaned_data
    return rounds.has_slot(observation, which["on"], which["slot"])


NO_SUCH_SLOT = gettext_lazy("The observation has no check-in in that slot on that day.")


@extend_schema_view(
    list=extend_schema(
        summary="The check-ins of a case", parameters=[NUMBER], responses=CheckInSerializer
    )
)
class CaseCheckInResource(mixins.ListModelMixin, Resource):
    """The check-ins of a case, two a day."""

    needs = {
        "list": "returnees.view_case",
        "create": "returnees.record_checkin",
        "correct": "returnees.record_checkin",
    }
    queryset = CheckIn.objects.none()
    serializer_class = CheckInSerializer
    pagination_class = Pages
    filter_backends = []
    ordering = ["taken_at", "pk"]
    lookup_value_regex = "[0-9]+"

    def get_queryset(self) -> QuerySet[CheckIn]:
        in_hands = Case.objects.in_hands_of(self.request.user)
        case = get_object_or_404(in_hands, number=self.kwargs["number"])
        return CheckIn.objects.filter(observation__case=case).select_related(
            "observation__case", "recorded_by"
        )

    @extend_schema(
        summary="Record one check-in",
        parameters=[NUMBER],
        request=FormInput.of(CheckInForm),
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
        now = clock.now()
        asked = from_json(CheckInForm, request.data, now=now)
        if not _has_slot(observation, asked):
            refuse({"slot": [str(NO_SUCH_SLOT)]})
        done = _record(request, [asked.reading_of(observation)], asked, now)
        return Response(CheckInSerializer(done.recorded[0]).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="Correct a check-in, or remove one that never was",
        description="Temperature and symptoms are both as they really were.",
        parameters=[NUMBER, CHECK_IN],
        request=FormInput.of(CheckInCorrectionForm),
        responses={200: CheckInSerializer, 204: None, 409: OpenApiTypes.OBJECT},
        examples=[
            OpenApiExample(
                "A slip of the key",
                value={"temperature": "36.5", "reason": "38.5 was typed."},
                request_only=True,
            ),
            OpenApiExample(
                "In the line of the neighbour",
                value={"not_measured": True, "reason": "It was the neighbour's."},
                request_only=True,
            ),
        ],
    )
    @action(detail=True, methods=["post"])
    def correct(self, request: Request, number: str, pk: int) -> Response:
        held = CheckIn.objects.held_by(request.user, self.needs["correct"])
        checkin = get_object_or_404(
            held.select_related("observation__case", "recorded_by"),
            observation__case__number=number,
            pk=pk,
        )
        asked = from_json(CheckInCorrectionForm, request.data).cleaned_data
        how = {"by": request.user, "now": clock.now(), "reason": asked["reason"]}
        if asked["not_measured"]:
            correcting.remove_checkin(checkin, **how)
            return Response(status=status.HTTP_204_NO_CONTENT)
        correcting.correct_checkin(
            checkin, temperature=asked["temperature"], symptoms=asked["symptoms"], **how
        )
        return Response(CheckInSerializer(checkin).data)


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
        now = clock.now()
        values = checked(RoundInput, request.data)
        lines = [reading_json(LineForm(line)) for line in values.pop("readings")]
        asked = reading_json(SlotForm(values, now=now))
        refuse(errors_of_parts({"readings": lines}) | errors_of(asked))
        done = _record(request, self._readings(request, asked, lines), asked, now)
        answer = RecordedSerializer(
            {
                "recorded": done.recorded,
                "already_there": [each.case.number for each in done.already_there],
            }
        )
        return Response(answer.data, status=status.HTTP_201_CREATED)

    def _readings(
        self, request: Request, asked: SlotForm, lines: list[LineForm]
    ) -> list[rounds.Reading]:
        """The lines with their observations; a line that has none stops the whole round."""
        held = Observation.objects.held_by(request.user, "returnees.record_checkin")
        numbers = [line.cleaned_data["case"] for line in lines]
        if len(set(numbers)) < len(numbers):
            refuse({"readings": [_("A case is listed twice.")]})
        observations = {
            each.case.number: each
            for each in held.filter(case__number__in=numbers).select_related("case")
        }
        readings, problems = [], []
        for number, line in zip(numbers, lines, strict=True):
            observation, problem = observations.get(number), {}
            if observation is None:
                problem = {"case": [_("Nobody under observation in your care has this number.")]}
            elif not _has_slot(observation, asked):
                problem = {"case": [str(NO_SUCH_SLOT)]}
            elif asked.early and not line.cleaned_data["early_reason"]:
                problem = {"early_reason": [str(rounds.SAY_WHY_EARLY)]}
            else:
                readings.append(line.reading_of(observation))
            problems.append(problem)
        if any(problems):
            refuse({"readings": problems})
        return readings
