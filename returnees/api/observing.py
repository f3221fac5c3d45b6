from __future__ import annotations

from drf_spectacular.utils import OpenApiExample
from rest_framework.decorators import action
from rest_framework.response import Response

from houshayu import clock
from houshayu.api import Request
from houshayu.api_forms import from_json
from returnees import arrivals, observing
from returnees.api.one_case import OneCase, describe_act
from returnees.forms.arrivals import ArrivalCorrectionForm
from returnees.forms.observing import AssessmentForm, PolicyForm, RestartForm


class ObservingResource(OneCase):
    """What decides how and how long the person of a case is observed."""

    needs = {
        "arrival": "returnees.change_case",
        "commitment": "returnees.change_case",
        "assess": "returnees.assess_observation",
        "restart": "returnees.change_observation",
        "policy": "returnees.change_observation",
    }

    @describe_act(
        "Correct the arrival, and day 0 with it",
        ArrivalCorrectionForm,
        examples=[
            OpenApiExample(
                "An hour after midnight",
                value={
                    "arrived_at": "2020-03-20T01:10:00+08:00",
                    "reason": "The flight was late.",
                },
                request_only=True,
            ),
            OpenApiExample(
                "Confirmed by mistake",
                value={"not_arrived": True, "reason": "Another person of this name."},
                request_only=True,
            ),
        ],
    )
    @action(detail=True, methods=["post"])
    def arrival(self, request: Request, number: str) -> Response:
        case = self._held(number)
        form = from_json(ArrivalCorrectionForm, request.data)
        at, reason = form.cleaned_data["arrived_at"], form.cleaned_data["reason"]
        arrivals.correct(
            case, at, by=request.user, now=clock.now(), reason=reason, sure=form.is_sure
        )
        return self._response(case)

    @describe_act("Note that the commitment letter is signed")
    @action(detail=True, methods=["post"])
    def commitment(self, request: Request, number: str) -> Response:
        case = self._held(number)
        observing.sign_commitment(case, by=request.user, now=clock.now())
        return self._response(case)

    @describe_act(
        "Assess the request for home observation",
        AssessmentForm,
        examples=[
            OpenApiExample(
                "Both say yes",
                value={
                    "result": "approved",
                    "community_assessor": "Li Na",
                    "health_assessor": "Dr Wang",
                },
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def assess(self, request: Request, number: str) -> Response:
        case = self._held(number)
        asked = from_json(AssessmentForm, request.data).cleaned_data
        observing.assess(case, **asked, by=request.user, now=clock.now())
        return self._response(case)

    @describe_act(
        "Restart the count of days",
        RestartForm,
        examples=[
            OpenApiExample(
                "A close contact", value={"last_contact_on": "2020-03-22"}, request_only=True
            ),
            OpenApiExample("Left home without permission", value={}, request_only=True),
        ],
    )
    @action(detail=True, methods=["post"])
    def restart(self, request: Request, number: str) -> Response:
        case = self._held(number)
        asked = from_json(RestartForm, request.data).cleaned_data
        observing.restart(case, **asked, by=request.user, now=clock.now())
        return self._response(case)

    @describe_act(
        "Let another version of the policy decide",
        PolicyForm,
        examples=[
            OpenApiExample(
                "As the district asks",
                value={"version": "P4", "reason": "Decided by the district on 21 March."},
                request_only=True,
            )
        ],
    )
    @action(detail=True, methods=["post"])
    def policy(self, request: Request, number: str) -> Response:
        case = self._held(number)
        asked = from_json(PolicyForm, request.data).cleaned_data
        observing.change_policy(case, **asked, by=request.user, now=clock.now())
        return self._response(case)
