from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.db import models, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import impersonal_model
from policy import Decision, Facts, InvalidRules, Rule, decide, read_rules

POLICIES = Path(__file__).resolve().parent / "data" / "policies.json"


class PolicyVersionQuerySet(models.QuerySet["PolicyVersion"]):
    def in_force_at(self, moment: datetime) -> PolicyVersion:
        """The version in force at a moment: the latest that took effect by then.

        Raises PolicyVersion.DoesNotExist before the first one.
        """
        try:
            return self.filter(effective_from__lte=moment).latest("effective_from")
        except self.model.DoesNotExist:
            raise self.model.DoesNotExist(
                f"No policy version is in force at {moment.isoformat()}."
            ) from None

    @transaction.atomic
    def load(self, path: Path = POLICIES) -> int:
        """Every version of the file is in the table as the file has it, by code.

        Returns how many there are. Raises InvalidRules, and changes nothing, if one of them
        can't be applied.
        """
        versions = json.loads(path.read_text(encoding="utf-8"))
        for version in versions:
            values = _checked(version)
            self.update_or_create(code=values.pop("code"), defaults=values)
        return len(versions)


def _checked(version: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a version as its fields take them; raises InvalidRules."""
    code = version.get("code")
    for name in ("code", "name_en", "name_zh_hans", "effective_from", "source", "rules"):
        if not version.get(name):
            raise InvalidRules(f"{code}: {name} is missing.")
    effective_from = datetime.fromisoformat(version["effective_from"])
    if effective_from.tzinfo is None:
        raise InvalidRules(f"{code}: effective_from names its offset, for Beijing +08:00.")
    read_rules(version["rules"])
    return {**version, "effective_from": effective_from}


@impersonal_model
class PolicyVersion(models.Model):
    """A dated set of rules; the one in force when a person arrives in Beijing decides."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    name = models.CharField(_("name"), max_length=200)
    effective_from = models.DateTimeField(_("in force from"), unique=True)
    rules = models.JSONField(_("rules"))
    restarts_on_violation = models.BooleanField(
        _("leaving home without permission restarts the count"), default=False
    )
    source = models.CharField(_("source"), max_length=200)

    objects = models.Manager.from_queryset(PolicyVersionQuerySet)()

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ["effective_from"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    def decide(self, facts: Facts) -> Decision:
        """What this version says about a person with these facts."""
        return decide(facts, code=self.code, rules=read_rules(self.rules))

    @property
    def usual(self) -> Rule:
        """The rule for everybody whom no exception fits: the last one."""
        return read_rules(self.rules)[-1]

    def rule_text(self, code: str) -> str:
        """The rule in words, in the reader's language; Chinese or English."""
        rule: dict[str, Any] = next((each for each in self.rules if each["code"] == code), {})
        suffix = "zh_hans" if (get_language() or "").startswith("zh") else "en"
        return str(rule.get(f"text_{suffix}", code))

    def day_zero_after_violation(self, started_on: date, moved_on: date) -> date:
        """Day 0 for somebody moved to a hotel after leaving home without permission.

        Ask the version in force on the day of the move, whatever the one at arrival: the rule
        of 16 April 2020 reached those already at home.
        """
        return moved_on if self.restarts_on_violation else started_on
