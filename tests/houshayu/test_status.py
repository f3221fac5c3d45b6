"""{% status %}: one mark-up for every status, by its mood."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import Context, Template
from django.utils.translation import override

from returnees.models import Whereabouts
from transfers.models import HandoffStatus


def rendered(tag: str, **context: Any) -> str:
    with override("en"):
        return Template(f"{{% load status %}}{tag}").render(Context(context))


def test_a_member_is_shown_by_its_mood_and_its_label() -> None:
    assert rendered("{% status it %}", it=HandoffStatus.DECLINED) == (
        '<span class="status status-refused">Declined</span>'
    )


def test_a_member_with_a_sign_of_its_own_keeps_it_beside_the_mood() -> None:
    assert rendered("{% status it %}", it=Whereabouts.IN_HOSPITAL) == (
        '<span class="status status-bad status-icon-hospital">In hospital</span>'
    )


def test_another_label_is_escaped_and_leaves_the_mood() -> None:
    assert rendered("{% status it label %}", it=HandoffStatus.OFFERED, label="<b>") == (
        '<span class="status status-wait">&lt;b&gt;</span>'
    )


def test_what_no_enum_says_is_named_by_its_mood() -> None:
    assert rendered('{% status "bad" 3 %}') == '<span class="status status-bad">3</span>'


def test_a_mood_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="offered"):
        rendered('{% status "offered" 3 %}')
