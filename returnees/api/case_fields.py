"""What the API says of a case: a row of the list, or the case with its whole form."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from houshayu.api import PlaceSerializer
from returnees import decisions
from returnees.api import sections
from returnees.models import (
    Case,
    CaseOutcome,
    Custody,
    EndReason,
    Observation,
    RoomStay,
    Whereabouts,
)


class CaseRowSerializer(serializers.ModelSerializer):
    """One case in a list."""

    name_zh = serializers.CharField(source="person.name_zh")
    name_latin = serializers.CharField(source="person.name_latin")
    nationality = serializers.CharField(source="person.nationality")
    whereabouts = serializers.ChoiceField(choices=Whereabouts.choices)
    holder = PlaceSerializer(source="holding.place", allow_null=True, default=None)
    room = serializers.CharField(source="staying.room.number", default="", read_only=True)
    community = PlaceSerializer(allow_null=True)
    release_on = serializers.DateField(source="observed.release_on", allow_null=True, default=None)
    open_alerts = serializers.BooleanField()
    # Said here because the schema forgets that a read-only field may be empty.
    outcome = serializers.ChoiceField(
        label=_("outcome"), choices=CaseOutcome.choices, allow_blank=True, read_only=True
    )

    class Meta:
        model = Case
        fields = [
            "number", "name_zh", "name_latin", "nationality", "whereabouts", "holder", "room",
            "community",
            "expected_arrival_at", "arrived_at", "release_on", "open_alerts", "opened_at",
            "closed_at", "outcome",
        ]  # fmt: skip
        read_only_fields = fields


class CustodySerializer(serializers.ModelSerializer):
    place = PlaceSerializer()

    class Meta:
        model = Custody
        fields = ["place", "started_at", "ended_at"]


class StaySerializer(serializers.ModelSerializer):
    """Which room of its hotel the person was in, from when until when."""

    place = PlaceSerializer(source="room.place")
    room = serializers.CharField(source="room.number")

    class Meta:
        model = RoomStay
        fields = ["place", "room", "started_at", "ended_at", "sharing_reason"]


class ObservationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Observation
        fields = ["kind", "started_on", "days", "release_on", "ended_at", "end_reason"]


class DecisionSerializer(serializers.Serializer):
    """What the policy decided, by which version and rule, what holds by it and why, and what it
    still waits for."""

    policy = serializers.CharField(source="policy.code")
    rule = serializers.CharField(source="decision.rule")
    text = serializers.SerializerMethodField()
    holds = serializers.SerializerMethodField()
    waiting_for = serializers.SerializerMethodField()

    def get_text(self, case: Case) -> str:
        return str(case.policy.rule_text(case.decision.rule))

    def get_holds(self, case: Case) -> str:
        counted = [o for o in case.observations.all() if o.end_reason != EndReason.CORRECTED]
        last = list(case.custodies.all())[-1]
        return str(decisions.holds_sentence(case, counted[-1] if counted else None, last.place))

    def get_waiting_for(self, case: Case) -> list[str]:
        return [str(decisions.WAITING[name]) for name in case.decision.waiting_for]


class CaseSerializer(CaseRowSerializer):
    """A case with its whole form; numbers are masked."""

    person = sections.PersonSection()
    document = sections.DocumentSection()
    contact = sections.ContactSection(source="person")
    dwelling = sections.DwellingSection(source="*")
    co_residents = sections.CoResidentRow(many=True)
    journey = sections.JourneySection()
    transits = sections.TransitRow(source="journey.transits", many=True)
    visited = sections.VisitedRow(source="journey.visited", many=True)
    health = sections.HealthSection()
    request = sections.RequestSection()
    care = sections.CareSection(allow_null=True, default=None)
    declaration = sections.DeclarationSection()
    office = sections.OfficeSection(source="*")
    decision = DecisionSerializer(source="*")
    custodies = CustodySerializer(many=True)
    stays = StaySerializer(many=True)
    observations = ObservationSerializer(many=True)

    class Meta:
        model = Case
        fields = [
            *CaseRowSerializer.Meta.fields, "person", "document", "contact", "dwelling",
            "co_residents", "journey", "transits", "visited", "health", "request", "care",
            "declaration", "office", "decision", "custodies", "stays", "observations",
        ]  # fmt: skip
        read_only_fields = fields
