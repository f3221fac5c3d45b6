"""The rules of a policy version, read from data and refused where they can't be applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from policy.facts import Facts
from policy.vocabulary import ExceptionGround, ObservationKind, Purpose, RequestedMode

# What a rule may ask, by name of the fact, and what it may compare the fact with.
NUMBERS = frozenset({"age", "days_observed_elsewhere", "days_since_observed_elsewhere"})
FLAGS = frozenset(
    {
        "applied_before_entry",
        "has_dwelling",
        "lives_alone",
        "test_negative_elsewhere",
        "through_beijing",
    }
)
CHOICES = {
    "purpose": frozenset(Purpose.values),
    "requested_mode": frozenset(RequestedMode.values),
}
SETS = {"grounds": frozenset(ExceptionGround.values)}
FACTS = NUMBERS | FLAGS | CHOICES.keys() | SETS.keys()
OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": lambda value, wanted: value == wanted,
    "in": lambda value, wanted: value in wanted,
    "has": lambda value, wanted: wanted in value,
    "at_least": lambda value, wanted: value is not None and value >= wanted,
    "at_most": lambda value, wanted: value is not None and value <= wanted,
}
# What must hold, beside the rule, before the person may be at home: the fact that shows it.
HOME_CONDITIONS = {"assessment": "approved", "negative_test": "test_negative"}
# As observation_days_range in the database.
LONGEST = 60


class InvalidRules(ValueError):
    """The data of a policy version can't be applied; str() names the rule and the fault."""


@dataclass(frozen=True)
class Obligation:
    """So many calendar days of one kind of observation."""

    kind: ObservationKind
    days: int
    """The day of release, counted from day 0."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Whoever meets all of `when` owes the obligations, one after another."""

    code: str
    text_en: str
    text_zh_hans: str
    obligations: tuple[Obligation, ...]
    when: Mapping[str, Mapping[str, Any]]
    """Fact name to operator to wanted value; empty takes everybody."""
    home_when: tuple[str, ...] = ()
    """Until these of HOME_CONDITIONS hold, the first obligation is met centrally."""
    nat_days: tuple[int, ...] = ()
    """Days of observation on which a nucleic acid test is taken."""
    release_needs_negative_test: bool = False
    needs_guardian: bool = False
    """At home a guardian stays with the person."""

    def refused_by(self, facts: Facts) -> str | None:
        """The first fact that does not meet its condition; None if the rule applies."""
        for name, tests in self.when.items():
            value = getattr(facts, name)
            if not all(OPERATORS[operator](value, wanted) for operator, wanted in tests.items()):
                return name
        return None

    @property
    def home_eligible(self) -> bool:
        return self.obligations[0].kind is not ObservationKind.CENTRALIZED


def read_rules(data: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """The rules in their order; the last one takes everybody, so one of them always decides.

    Raises InvalidRules for anything that could not be applied to every person.
    """
    rules = tuple(_read_rule(each) for each in data)
    if not rules or rules[-1].when:
        raise InvalidRules("The last rule must take everybody: it has no conditions.")
    codes = [rule.code for rule in rules]
    if repeated := sorted({code for code in codes if codes.count(code) > 1}):
        raise InvalidRules(f"{', '.join(repeated)}: each rule has a code of its own.")
    return rules


def _read_rule(data: Mapping[str, Any]) -> Rule:
    code = data.get("code")
    if not code or not isinstance(code, str):
        raise InvalidRules("A rule has no code.")
    if unknown := sorted(data.keys() - {field.name for field in fields(Rule)}):
        raise InvalidRules(f"{code}: a rule says nothing named {', '.join(unknown)}.")
    if not data.get("text_en") or not data.get("text_zh_hans"):
        raise InvalidRules(f"{code}: a rule needs a text in both languages.")
    for name, tests in data.get("when", {}).items():
        _check_condition(code, name, tests)
    if unknown := sorted(set(data.get("home_when", ())) - HOME_CONDITIONS.keys()):
        raise InvalidRules(f"{code}: home can't wait for {', '.join(unknown)}.")
    for flag in ("release_needs_negative_test", "needs_guardian"):
        if type(data.get(flag, False)) is not bool:
            raise InvalidRules(f"{code}: {flag} is true or false.")
    obligations = tuple(_read_obligation(code, each) for each in data.get("obligations", ()))
    if not obligations:
        raise InvalidRules(f"{code}: a rule says what follows.")
    nat_days = tuple(data.get("nat_days", ()))
    for day in nat_days:
        if type(day) is not int or not 0 <= day <= obligations[0].days:
            raise InvalidRules(f"{code}: no test can be taken on day {day!r}.")
    return Rule(
        **{
            **data,
            "when": data.get("when", {}),
            "home_when": tuple(data.get("home_when", ())),
            "nat_days": nat_days,
            "obligations": obligations,
        }
    )


def _read_obligation(code: str, data: Mapping[str, Any]) -> Obligation:
    kind, days = data.get("kind"), data.get("days")
    if data.keys() != {"kind", "days"} or kind not in ObservationKind.values:
        raise InvalidRules(f"{code}: there is no obligation like {data}.")
    if type(days) is not int or not 1 <= days <= LONGEST:
        raise InvalidRules(f"{code}: an obligation has 1 to {LONGEST} days, not {days!r}.")
    return Obligation(ObservationKind(kind), days)


def _check_condition(code: str, name: str, tests: Mapping[str, Any]) -> None:
    if name not in FACTS:
        raise InvalidRules(f"{code}: there is no fact named {name}.")
    if not tests:
        raise InvalidRules(f"{code}: nothing is asked of {name}.")
    for operator, wanted in tests.items():
        if operator not in OPERATORS:
            raise InvalidRules(f"{code}: there is no operator named {operator}.")
        if not _fits(name, operator, wanted):
            raise InvalidRules(f"{code}: {name} can't be compared with {operator} {wanted!r}.")


def _fits(name: str, operator: str, wanted: Any) -> bool:
    if name in NUMBERS:
        return operator in {"is", "at_least", "at_most"} and type(wanted) is int
    if name in FLAGS:
        return operator == "is" and type(wanted) is bool
    if name in SETS:
        return operator == "has" and wanted in SETS[name]
    if operator == "in":
        return isinstance(wanted, list) and CHOICES[name].issuperset(wanted)
    return operator == "is" and wanted in CHOICES[name]
