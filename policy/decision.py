from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from policy.days import release_on
from policy.facts import Facts
from policy.rules import HOME_CONDITIONS, Obligation, Rule
from policy.vocabulary import ObservationKind


@dataclass(frozen=True)
class Decision:
    """What a policy version says about one person, and why."""

    policy: str
    """Code of the version."""
    rule: str
    """Code of the rule that decided."""
    facts: Mapping[str, Any]
    """The facts that decided, with their values: the rule's own, those that turned down the
    rules before it, and the date of arrival. They fit into JSON."""
    obligations: tuple[Obligation, ...]
    waiting_for: tuple[str, ...]
    """What is still missing before the person may be at home: assessment, negative_test."""
    home_eligible: bool
    """The rule lets the person be at home, once nothing is waited for."""
    nat_days: tuple[int, ...]
    """Days of the first observation on which a nucleic acid test is taken."""
    release_needs_negative_test: bool
    needs_guardian: bool
    """At home a guardian stays with the person."""

    def as_json(self) -> dict[str, Any]:
        """The decision as it is kept with a case."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Decision:
        """The decision that as_json wrote."""
        return cls(
            **{
                **kept,
                "obligations": tuple(
                    Obligation(ObservationKind(each["kind"]), each["days"])
                    for each in kept["obligations"]
                ),
                "waiting_for": tuple(kept["waiting_for"]),
                "nat_days": tuple(kept["nat_days"]),
            }
        )


# Of a case that is being registered, until its facts are there.
UNDECIDED = Decision(
    policy="",
    rule="",
    facts={},
    obligations=(),
    waiting_for=(),
    home_eligible=False,
    nat_days=(),
    release_needs_negative_test=False,
    needs_guardian=False,
)


def undecided() -> Decision:
    return UNDECIDED


@dataclass(frozen=True)
class PlannedObservation:
    """One obligation laid on the calendar of Asia/Shanghai."""

    kind: ObservationKind
    started_on: date
    """Day 0."""
    release_on: date
    """The last day, on which the person is released."""


def decide(facts: Facts, *, code: str, rules: Sequence[Rule]) -> Decision:
    """What follows for the person: the first rule all of whose conditions hold decides.

    code and rules are those of one version, as read_rules returns them. A person whose way
    home still waits for something is observed centrally until then; asked again with the new
    facts, the same rule lets them home with the same number of days, counted from the same
    day 0 (notice of 19 March 2020: the days are combined).
    """
    asked = set[str]()
    for rule in rules:
        refused_by = rule.refused_by(facts)
        if refused_by is None:
            break
        asked.add(refused_by)
    asked |= rule.when.keys() | {HOME_CONDITIONS[name] for name in rule.home_when}
    waiting_for = tuple(
        name for name in rule.home_when if not getattr(facts, HOME_CONDITIONS[name])
    )
    first, *following = rule.obligations
    if waiting_for:
        first = Obligation(ObservationKind.CENTRALIZED, first.days)
    return Decision(
        policy=code,
        rule=rule.code,
        facts={"arrived_on": facts.arrived_on.isoformat()}
        | {name: _plain(getattr(facts, name)) for name in sorted(asked)},
        obligations=(first, *following),
        waiting_for=waiting_for,
        home_eligible=rule.home_eligible,
        nat_days=rule.nat_days,
        release_needs_negative_test=rule.release_needs_negative_test,
        needs_guardian=rule.needs_guardian,
    )


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def schedule(decision: Decision, started_on: date) -> list[PlannedObservation]:
    """Every obligation on the calendar; the release day of one is day 0 of the next."""
    plan = []
    for obligation in decision.obligations:
        ends_on = release_on(started_on, obligation.days)
        plan.append(PlannedObservation(obligation.kind, started_on, ends_on))
        started_on = ends_on
    return plan
