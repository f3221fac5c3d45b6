"""Write docs/keeping.md: what is kept, why and how long, as the models say it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import models
from django.utils.translation import override

from houshayu import keeping
from houshayu.bilingual import both
from houshayu.speaking import ENGLISH

PAGE = Path(settings.BASE_DIR, "docs", "keeping.md")
HEAD = """\
# What is kept, why and how long

`manage.py write_keeping_page` makes this page from the models, where each field stands beside its
purpose (`houshayu/keeping.py`). Days are calendar days. History tables keep a value as long as the
table they follow. The times are defaults of the sub-district.
"""


class Command(BaseCommand):
    help = "Writes docs/keeping.md: for what each personal field is kept, and for how long."

    def handle(self, *_args: Any, **_options: Any) -> None:
        PAGE.write_text(page(), encoding="utf-8")
        self.stdout.write(f"{PAGE.relative_to(settings.BASE_DIR)} is written.")


def page() -> str:
    """The page in Markdown."""
    with override(ENGLISH):
        parts = [_part(purpose, fields) for purpose, fields in keeping.kept().items()]
        return "\n".join([HEAD, *parts, "## About nobody\n", *_impersonal(), ""])


def _part(
    purpose: keeping.Purpose, fields: dict[type[models.Model], list[models.Field[Any, Any]]]
) -> str:
    """One purpose: on what ground, how long, and the fields that serve it."""
    rows = (
        f"| {model._meta.label} | {', '.join(f'`{field.name}`' for field in of_it)} |"
        for model, of_it in fields.items()
    )
    days = "1 day" if purpose.days == 1 else f"{purpose.days} days"
    return "\n".join(
        [
            f"## {both(purpose.label).second}",
            "",
            f"{both(purpose.label).first}",
            "",
            f"- Legal ground: {purpose.ground.label}",
            f"- Kept: {days} {purpose.since.label}; then {purpose.then.label}",
            "",
            "| model | fields |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


def _impersonal() -> Iterator[str]:
    """What says nothing about anybody: whole models, and single fields of others."""
    for model in keeping.own_models():
        columns = keeping.columns_of(model)
        names = [f"`{field.name}`" for field in columns if keeping.purpose_of(field) is None]
        if names:
            whole = len(names) == len(columns)
            yield f"- {model._meta.label}" + ("" if whole else f": {', '.join(names)}")
