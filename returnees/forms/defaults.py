"""What a registration says where an answer was left out, worked out from the other answers."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from babel.languages import get_official_languages
from django.conf import settings
from django.forms import ModelForm
from django.utils.translation import gettext_lazy as _

from houshayu.calendar import beijing_date
from policy import age_on
from returnees.countries import ALPHA2
from returnees.forms.between import REGIONS, kept, value
from returnees.models import BEIJING_PORTS, Declaration, VisitedPlace

if TYPE_CHECKING:
    from returnees.forms.registration import RegistrationForm

DAYS_BEFORE = timedelta(days=14)
SIGNS_ALONE_FROM = 14
LONGEST_SIGNATURE = Declaration._meta.get_field("signed_by").max_length


def fill_in(form: RegistrationForm) -> None:
    """Answers left out of a form whose parts were validated are those that its others suggest.

    The language is that of the nationality, the notice was read in it, the entry is the arrival,
    and the person signs, or for a child under 14 the guardian.
    """
    if nationality := value(form.person, "nationality"):
        _take(form.person, "preferred_language", language_of(nationality))
    _take(form.declaration, "privacy_notice_language", value(form.person, "preferred_language"))
    arrival = value(form.arrival, "expected_arrival_at")
    if arrival and value(form.journey, "entry_port") in BEIJING_PORTS:
        _take(form.journey, "entry_date", beijing_date(arrival))
    if not value(form.declaration, "signed_by"):
        _sign(form)


def _sign(form: RegistrationForm) -> None:
    born, arrival = value(form.person, "birth_date"), value(form.arrival, "expected_arrival_at")
    guardian = value(form.person, "guardian_name")
    is_child = born and arrival and age_on(born, beijing_date(arrival)) < SIGNS_ALONE_FROM
    if is_child and guardian:
        _take(form.declaration, "signed_by", guardian)
        _take(form.declaration, "signed_relation", str(_("Guardian")))
    elif not is_child:
        latin = (value(form.person, "surname_latin"), value(form.person, "given_names_latin"))
        name = value(form.person, "name_zh") or " ".join(filter(None, latin))
        _take(form.declaration, "signed_by", name[:LONGEST_SIGNATURE])


def _take(form: ModelForm, name: str, answer: Any) -> None:
    """The field has this answer, unless it has one, or an error."""
    if answer and not value(form, name) and name not in form.errors:
        form.cleaned_data[name] = answer
        setattr(form.instance, name, answer)


def language_of(nationality: str) -> str:
    """The language of the documents that most people of the country speak, or else English."""
    if nationality in REGIONS:
        return "zh-hant"
    offered = {code.partition("-")[0]: code for code, _name in reversed(settings.LANGUAGES)}
    spoken = get_official_languages(ALPHA2.get(nationality, ""), de_facto=True)
    return next((offered[each[:2]] for each in spoken if each[:2] in offered), "en")


def only_stay(form: RegistrationForm) -> list[VisitedPlace]:
    """The last 14 days in the place of departure, of a valid form that says so and lists none."""
    if kept(form.visited) or not value(form.arrival, "only_there"):
        return []
    last, left = value(form.journey, "entry_date"), value(form.journey, "departure_time")
    first = last - DAYS_BEFORE
    return [
        VisitedPlace(
            country=value(form.journey, "departure_country"),
            city=value(form.journey, "departure_city"),
            from_on=first,
            until_on=max(first, min(last, left.date())) if left else last,
        )
    ]
