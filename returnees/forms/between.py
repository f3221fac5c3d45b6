"""The rules between the sections of the registration form (domain reference, section 1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.forms import BaseForm
from django.utils.translation import gettext_lazy as _

from houshayu.calendar import beijing_date
from policy import ExceptionGround, ObservationKind, RequestedMode, age_on, read_rules
from returnees import decisions, names
from returnees.documents import DocumentType, InvalidDocumentNumber, check
from returnees.models import Gender, IdentityDocument, PersonCategory, Pickup

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

    from returnees.forms.registration import RegistrationForm

LATEST_ARRIVAL = timedelta(days=60)
# Every moment of a journey lies within this time; a moment before it is a slip of the year.
LONGEST_WAY = timedelta(days=365)
# So does every day of the last weeks; a positive test may be as old as the disease.
FIRST_KNOWN = date(2019, 12, 1)
# A document that expired earlier, or is valid for longer, exists nowhere.
LONGEST_EXPIRED = timedelta(days=20 * 366)
LONGEST_VALID = timedelta(days=50 * 366)
NAMED_IN_CHINESE = {
    PersonCategory.MAINLAND,
    PersonCategory.OVERSEAS_CHINESE,
    PersonCategory.HONG_KONG,
    PersonCategory.MACAO,
    PersonCategory.TAIWAN,
}
FOREIGN = {PersonCategory.FOREIGN, PersonCategory.FOREIGN_DESCENT}
# The three regions stand only beside their own category.
REGIONS = {
    "HKG": PersonCategory.HONG_KONG,
    "MAC": PersonCategory.MACAO,
    "TWN": PersonCategory.TAIWAN,
}
PASSPORTS = {DocumentType.PASSPORT, DocumentType.PASSPORT_CHN}
# When somebody might be fetched from the airport by private car (press conference of 2020-03-11).
PRIVATE_CARS_FROM, PRIVATE_CARS_UNTIL = date(2020, 3, 11), date(2020, 3, 15)


def value(form: BaseForm, name: str) -> Any:
    """What was typed there, if it is sound."""
    return getattr(form, "cleaned_data", {}).get(name)


def is_removed(row: BaseForm) -> bool:
    """Whether the row is ticked to be removed."""
    return row.is_bound and bool(row.data.get(row.add_prefix("DELETE")))


def require(form: BaseForm, name: str, problem: str | StrPromise) -> None:
    """The field is marked as missing, unless it has another error."""
    if not value(form, name) and name not in form.errors:
        form.add_error(name, problem)


def kept(rows: Iterable[BaseForm]) -> list[Any]:
    """The rows that say something and are not to be removed."""
    return [
        row
        for row in rows
        if not is_removed(row) and any(getattr(row, "cleaned_data", {}).values())
    ]


def _home_needs_a_ground(arrival: datetime) -> bool:
    """Whether no rule of the version in force then lets somebody be at home without a ground."""
    return not any(
        rule.obligations[0].kind is ObservationKind.HOME and "grounds" not in rule.when
        for rule in read_rules(decisions.version_for(arrival).rules)
    )


def check_all(form: RegistrationForm) -> None:
    """Put an error beside a field for every broken rule; each form was validated before."""
    _check_person(form)
    _check_age(form)
    _check_document(form)
    _check_arrival(form)
    _check_visited(form)
    _check_order_of_the_way(form)
    _check_request(form)
    _check_health(form)
    _check_who_else(form)


def _check_person(form: RegistrationForm) -> None:
    category = value(form.person, "person_category")
    if category in NAMED_IN_CHINESE:
        require(form.person, "name_zh", _("Please give the name in Chinese characters."))
    if value(form.document, "document_type") in PASSPORTS:
        require(form.person, "surname_latin", _("Please give the surname as in the passport."))
    region = value(form.person, "nationality")
    if region in REGIONS and category and category != REGIONS[region]:
        form.person.add_error(
            "nationality", _("Choose Hong Kong, Macao or Taiwan only with the matching category.")
        )
    if category in FOREIGN:
        require(form.document, "visa_type", _("Please choose the visa or permit."))


def _check_age(form: RegistrationForm) -> None:
    born = value(form.person, "birth_date")
    arrival = value(form.arrival, "expected_arrival_at")
    if born and born > beijing_date(form.now):
        form.person.add_error("birth_date", _("The date of birth is in the future."))
    elif born and arrival:
        age = age_on(born, beijing_date(arrival))
        guardian = value(form.person, "guardian_name")
        if age < 18:
            for name in ("guardian_name", "guardian_phone"):
                require(form.person, name, _("Required for a person under 18."))
        signer = value(form.declaration, "signed_by")
        if age < 14 and guardian and signer and not names.same_name(signer, guardian):
            form.declaration.add_error(
                "signed_by",
                _("The guardian signs for a child under 14: enter the guardian's name as above."),
            )


def _check_document(form: RegistrationForm) -> None:
    expiry, today = value(form.document, "document_expiry"), beijing_date(form.now)
    if expiry and not today - LONGEST_EXPIRED <= expiry <= today + LONGEST_VALID:
        form.document.add_error("document_expiry", _("Please check the year."))
    number = value(form.document, "document_number")
    kind = value(form.document, "document_type")
    if not number or not kind:
        return
    try:
        checked = check(
            kind,
            number,
            today=today,
            birth_date=value(form.person, "birth_date"),
            gender=value(form.person, "gender"),
        )
    except InvalidDocumentNumber as invalid:
        form.document.add_error("document_number", str(invalid.message))
        return
    document = form.document.instance
    document.document_number = checked.number
    document.needs_manual_check = checked.needs_manual_check
    if not form.person.errors and _is_of_somebody_else(form):
        form.document.add_error(
            "document_number",
            _(
                "A person with a different name and date of birth is registered with this "
                "number: please check it."
            ),
        )


def _is_of_somebody_else(form: RegistrationForm) -> bool:
    """Whether the document belongs to another known person than the form's.

    If the person is new, that is somebody with another birthday and another name: a slip
    in a number without check digits must not make two people one.
    """
    person, document = form.person.instance, form.document.instance
    document.person = person
    document.derive()
    known = IdentityDocument.objects.same_as(document).select_related("person").first()
    if known is None:
        return False
    if form.case:
        return known.pk != form.case.document_id
    holder = known.person
    return holder.birth_date != person.birth_date and not (
        (person.name_zh and names.same_name(person.name_zh, holder.name_zh))
        or names.similar(person.name_latin, holder.name_latin)
    )


def _check_arrival(form: RegistrationForm) -> None:
    arrival = value(form.arrival, "expected_arrival_at")
    if not arrival:
        return
    if arrival > form.now + LATEST_ARRIVAL:
        form.arrival.add_error(
            "expected_arrival_at", _("A person can be registered at most 60 days ahead.")
        )
    entry = form.journey.fields["entry_date"]
    require(form.journey, "entry_date", entry.error_messages["required"])
    on = beijing_date(arrival)
    for name, problem in (
        ("entry_date", _("The entry into China can't be after the arrival in Beijing.")),
        ("observed_elsewhere_until", _("This day is after the arrival in Beijing.")),
    ):
        day = value(form.journey, name)
        if day and day > on:
            form.journey.add_error(name, problem)
        elif day and day < beijing_date(form.now - LONGEST_WAY):
            form.journey.add_error(name, _("Please check the year."))
    by_car = value(form.journey, "pickup") == Pickup.PRIVATE_CAR
    if by_car and not PRIVATE_CARS_FROM <= on <= PRIVATE_CARS_UNTIL:
        form.journey.add_error(
            "pickup",
            _(
                "Private cars were allowed at the airport only from 11 to 15 March 2020: "
                "choose the hub."
            ),
        )


def _check_visited(form: RegistrationForm) -> None:
    if not kept(form.visited):
        if value(form.arrival, "only_there"):
            return
        problem = _("Please say where the person was in the last 14 days.")
        rows = [row for row in form.visited if not is_removed(row)]
        if not rows:
            form.journey.add_error(None, problem)
        elif not any(row.errors for row in rows):
            rows[0].add_error("country", problem)
        return
    last = value(form.journey, "entry_date")
    if not last:
        return
    first = last - timedelta(days=14)
    for row in form.visited:
        for name in ("from_on", "until_on"):
            day = value(row, name)
            if day and not first <= day <= last:
                row.add_error(
                    name,
                    _("Only the 14 days before the entry count: from %(first)s to %(last)s.")
                    % {"first": first.isoformat(), "last": last.isoformat()},
                )


def _check_order_of_the_way(form: RegistrationForm) -> None:
    """Departure, each transit point in and out, arrival: none before the one above it."""
    steps = [
        (form.journey, "departure_time"),
        *(
            (row, name)
            for row in form.transits
            if not is_removed(row)
            for name in ("arrived_at", "departed_at")
        ),
        (form.arrival, "expected_arrival_at"),
    ]
    before = None
    for part, name in steps:
        moment = value(part, name)
        if moment and moment < form.now - LONGEST_WAY:
            part.add_error(name, _("Please check the year."))
        elif moment and before and moment < before:
            part.add_error(name, _("This is earlier than the step of the journey above it."))
        elif moment:
            before = moment


def _check_request(form: RegistrationForm) -> None:
    if value(form.request, "requested_mode") != RequestedMode.HOME:
        return
    grounds = value(form.request, "exception_grounds") or []
    arrival = value(form.arrival, "expected_arrival_at")
    if not grounds and arrival and _home_needs_a_ground(arrival):
        form.request.add_error(
            "exception_grounds",
            _("The policy on the day of arrival requires a ground for home observation."),
        )
    if ExceptionGround.LIVES_ALONE in grounds and kept(form.co_residents):
        form.request.add_error(
            "exception_grounds", _("Somebody else is listed as living in the same dwelling.")
        )
    if ExceptionGround.UNDERLYING_DISEASE in grounds:
        require(
            form.health,
            "chronic_conditions",
            _("Please choose the condition: it is the ground given."),
        )
    if ExceptionGround.PREGNANT in grounds:
        require(form.health, "pregnant", _("Please tick this: it is the ground given."))


def _check_health(form: RegistrationForm) -> None:
    lately = beijing_date(form.now - LONGEST_WAY)
    for name, first in (
        ("symptom_onset", lately),
        ("contact_case_on", lately),
        ("tested_positive_on", FIRST_KNOWN),
    ):
        day = value(form.health, name)
        if day and day > beijing_date(form.now):
            form.health.add_error(name, _("This day is in the future."))
        elif day and day < first:
            form.health.add_error(name, _("Please check the year."))
    if value(form.person, "gender") == Gender.MALE:
        for name in ("pregnant", "pregnant_weeks"):
            if value(form.health, name):
                form.health.add_error(
                    name, _("The person is registered as male: please check this and the sex.")
                )
        if ExceptionGround.PREGNANT in (value(form.request, "exception_grounds") or []):
            form.request.add_error(
                "exception_grounds",
                _("The person is registered as male: please check this and the sex."),
            )


def _check_who_else(form: RegistrationForm) -> None:
    """The emergency contact, the one who signs, and who travels along."""
    latin = (value(form.person, "surname_latin"), value(form.person, "given_names_latin"))
    own_names = (value(form.person, "name_zh") or "", " ".join(filter(None, latin)))
    contact = value(form.dwelling, "emergency_contact_name") or ""
    if any(names.same_name(contact, own) for own in own_names):
        form.dwelling.add_error(
            "emergency_contact_name", _("Please name a person other than the traveller.")
        )
    signer = value(form.declaration, "signed_by")
    if signer and not any(names.same_name(signer, own) for own in own_names):
        require(
            form.declaration,
            "signed_relation",
            _("Please say how the signer is related to the person."),
        )
    if number := (value(form.arrival, "companion") or "").strip().upper():
        companion = form.companions.filter(number=number).first()
        if companion:
            form.arrival.instance.travel_group = companion.travel_group
        else:
            form.arrival.add_error("companion", _("No open case that you can see has this number."))
