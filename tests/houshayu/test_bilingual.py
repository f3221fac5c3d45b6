"""One text in Chinese and in a second language."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext_lazy, override
from django.utils.translation.template import templatize

from houshayu.bilingual import Both, both
from houshayu.calendar import BEIJING
from houshayu.models import Place
from returnees.models import Person
from tests.factories import real_place

# Django's own messages, so that these tests hold before our catalogue is compiled.
YES = gettext_lazy("Yes")
NOON = datetime(2020, 3, 20, 12, 5, tzinfo=BEIJING)


def rendered(template: str, **context: object) -> str:
    return Template("{% load bilingual i18n %}" + template).render(Context(context))


@pytest.mark.parametrize(
    ("second", "text"),
    [
        ("en", "Yes"),
        ("zh-hant", "是"),
        ("ko", "예"),
        ("ja", "はい"),
        ("fr", "Oui"),
        ("de", "Ja"),
        ("es", "Sí"),
        ("ru", "Да"),
        ("ar", "نعم"),
    ],
)
def test_a_message_is_rendered_in_chinese_and_in_each_of_the_other_nine(
    second: str, text: str
) -> None:
    assert both(YES, second) == Both("是", text, second)


def test_the_active_language_is_neither_asked_nor_changed() -> None:
    with override("fr"):
        assert both(YES, "de") == Both("是", "Ja", "de")
        assert get_language() == "fr"


@pytest.mark.parametrize("second", ["", "xx", "it"])
def test_a_language_without_documents_is_refused(second: str) -> None:
    with pytest.raises(ValueError, match="is not one of the languages of the documents"):
        both(YES, second)


def test_what_is_not_yet_translated_is_rendered_in_english_and_not_in_chinese() -> None:
    waiting = gettext_lazy("A sentence that no translator has seen")

    assert both(waiting, "ko").second == "A sentence that no translator has seen"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2020, 3, 20), Both("2020年3月20日", "20 March 2020")),
        (NOON, Both("2020年3月20日 12:05", "20 March 2020 12:05")),
        (True, Both("是", "yes")),
        (None, Both("", "")),
        ("CA950", Both("CA950", "CA950")),
        (get_language, Both("zh-hans", "en")),
    ],
)
def test_values_are_written_as_each_language_writes_them(value: object, expected: Both) -> None:
    assert both(value) == expected


def test_both_stand_side_by_side_each_marked_with_its_language() -> None:
    assert both(YES).html() == (
        '<span class="bi"><span lang="zh-Hans">是</span> <span lang="en">Yes</span></span>'
    )
    assert both(YES, "ar").html() == (
        '<span class="bi"><span lang="zh-Hans">是</span>'
        ' <span lang="ar" dir="rtl">نعم</span></span>'
    )
    assert both(YES).html("td") == '<td lang="zh-Hans">是</td><td lang="en">Yes</td>'


def test_what_is_the_same_in_both_is_printed_once() -> None:
    assert both(YES, "zh-hant").html() == "是"
    assert str(both("CA950")) == "CA950"


def test_what_people_typed_is_escaped_and_markup_is_not() -> None:
    assert both("<b>CA950</b>").html() == "&lt;b&gt;CA950&lt;/b&gt;"
    assert both(mark_safe("<b>CA950</b>")).html() == "<b>CA950</b>"


def test_templates_tell_messages_choices_and_blocks_in_the_language_they_name() -> None:
    person = Person(gender="F", preferred_language="ko")

    assert "Oui" in rendered('{% both _("Yes") %}', second="fr")
    assert "Yes" in rendered('{% both _("Yes") %}')
    assert "Ja" in rendered('{% both _("Yes") second="de" %}', second="fr")
    assert "はい" in rendered('{{ answer|both:"ja" }}', answer=YES)
    assert rendered('{% both_choice person "preferred_language" %}', person=person) == "한국어"
    assert rendered(
        '{% twice "td" %}{% blocktranslate %}Until {{ day }}{% endblocktranslate %}{% endtwice %}',
        day=date(2020, 4, 3),
    ).endswith('<td lang="en">Until 3 April 2020</td>')


def test_a_block_keeps_its_markup_and_escapes_what_it_shows() -> None:
    assert rendered("{% twice %}<b>{{ name }}</b>{% endtwice %}", name="A & B") == (
        "<b>A &amp; B</b>"
    )


def test_messages_inside_the_tag_are_found_by_makemessages() -> None:
    found = templatize('{% both _("Name in Chinese") %}{% twice %}{% translate "Sex" %}')

    assert '_("Name in Chinese")' in found
    assert "gettext(u'Sex')" in found


@pytest.mark.django_db
def test_a_place_is_named_in_both_languages() -> None:
    place: Place = real_place("houshayu-village")

    assert both(place) == Both(place.name_zh_hans, place.name_en)  # type: ignore[attr-defined]
