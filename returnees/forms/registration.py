"""The whole registration form: its sections together, and the rules between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Model
from django.forms import BaseForm, formset_factory
from django.forms.formsets import BaseFormSet
from django.forms.utils import ErrorDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from houshayu.api_forms import reading_json
from houshayu.calendar import beijing_date
from houshayu.models import Place
from policy import RequestedMode
from returnees.documents import MrzProblem
from returnees.forms import between, defaults, health, journey, person, relevance, stops
from returnees.forms.between import is_removed, kept, value
from returnees.models import Case, IdentityDocument
from returnees.registration import Registration

PRIVACY_NOTICE = "2020-03-01"
MOST_ROWS = 20


def _rows(form: type[forms.ModelForm], *, extra: int = 0) -> type[BaseFormSet]:
    return formset_factory(
        form, extra=extra, max_num=MOST_ROWS, absolute_max=MOST_ROWS, can_delete=True
    )


def _asked(*parts: type[forms.ModelForm]) -> dict[type[Model], frozenset[str]]:
    """The columns that the forms fill, by model."""
    asked: dict[type[Model], frozenset[str]] = {}
    for part in parts:
        model, names = part._meta.model, part._meta.fields or ()
        columns = {each.attname for each in model._meta.concrete_fields if each.name in names}
        asked[model] = asked.get(model, frozenset()) | columns
    return asked


# What registering and correcting may write: the fields of the forms, and nowhere another list.
ASKED = _asked(
    person.PersonForm, person.DocumentForm, person.ContactForm, person.DwellingForm,
    person.CoResidentForm, person.OfficeForm, journey.ArrivalForm, journey.JourneyForm,
    stops.TransitForm, stops.VisitedForm, health.HealthForm, health.RequestForm,
    health.CareForm, health.DeclarationForm,
)  # fmt: skip
# The check of the number says it.
ASKED[IdentityDocument] |= {"needs_manual_check"}

CoResidents = _rows(person.CoResidentForm)
Transits = _rows(stops.TransitForm)
Visited = _rows(stops.VisitedForm, extra=1)
# What the next of a family has as the one before.
SHARED: dict[type[forms.ModelForm], tuple[str, ...]] = {
    person.PersonForm: ("nationality", "person_category", "preferred_language"),
    person.ContactForm: tuple(person.ContactForm.base_fields),
    person.DwellingForm: tuple(person.DwellingForm.base_fields),
    person.OfficeForm: tuple(person.OfficeForm.base_fields),
    journey.ArrivalForm: ("expected_arrival_at",),
    journey.JourneyForm: tuple(
        name for name in journey.JourneyForm.base_fields if name != "departure_offset"
    ),
}
SHARED_NUMBERS = (person.ContactForm, person.DwellingForm)


@dataclass(frozen=True)
class Section:
    """A lettered part of the form with its forms and rows, in the order of the page."""

    letter: str
    title: str | Promise
    forms: list[BaseForm]
    rows: list[tuple[str | Promise, Iterable[BaseForm]]] = field(default_factory=list)

    @property
    def all_forms(self) -> list[BaseForm]:
        """Its forms, and its rows that are not to be removed."""
        rows = [row for _title, rows in self.rows for row in rows if not is_removed(row)]
        return [*self.forms, *rows]


@dataclass(frozen=True)
class Amiss:
    """What of a section needs another look."""

    section: Section
    missing: list[forms.BoundField]
    """Fields that nobody filled in."""
    wrong: list[tuple[forms.BoundField | None, str]]
    """Each other error with its field, or None for one of a whole part."""


class RegistrationForm:
    """Every section, filled from one request; valid only as a whole.

    data: what a page posted, or, in_json, an object with an object for each section and a list
    of objects for each list of rows. now: aware, the domain's time. case: to correct it, with
    what it says now. like: one of the same family, whose journey, dwelling and contacts a new form
    begins with. home: the community it begins with. companions: the cases that may be named as
    travelling along.
    """

    def __init__(
        self,
        data: Any = None,
        *,
        now: datetime,
        case: Case | None = None,
        like: Case | None = None,
        home: Place | None = None,
        companions: Any = None,
        in_json: bool = False,
    ) -> None:
        self.now, self.case, self.is_bound = now, case, data is not None
        self.companions = Case.objects.none() if companions is None else companions
        before = case or like
        records: dict[str, Any] = _records(before) if before else {}

        def one(name: str, form: type[forms.ModelForm], **initial: Any) -> Any:
            if in_json:
                return reading_json(form(data.get(name, {})))
            record = records.get(name)
            if record and case:
                return form(data, prefix=name, instance=record)
            if record:
                initial |= {field: getattr(record, field) for field in SHARED.get(form, ())}
            shared = {"like": record} if record and form in SHARED_NUMBERS else {}
            return form(data, prefix=name, initial=initial, **shared)

        def rows(name: str, formset: type[BaseFormSet]) -> Any:
            if in_json:
                return [reading_json(formset.form(row)) for row in data.get(name, [])]
            initial = [
                {field: getattr(row, field) for field in formset.form._meta.fields}
                for row in (records.get(name, []) if case or data is None else [])
            ]
            return formset(data, prefix=name, initial=initial or None)

        self.person = one("person", person.PersonForm)
        self.document = one("document", person.DocumentForm)
        self.contact = one("contact", person.ContactForm)
        self.dwelling = one("dwelling", person.DwellingForm, community=home)
        self.arrival = one(
            "arrival",
            journey.ArrivalForm,
            companion=like.number if like else "",
            only_there=like is None,
        )
        self.journey = one("journey", journey.JourneyForm, entry_port="PEK")
        self.health = one("health", health.HealthForm)
        self.request = one("request", health.RequestForm, requested_mode=RequestedMode.CENTRALIZED)
        self.care = one("care", health.CareForm)
        self.declaration = one("declaration", health.DeclarationForm)
        self.office = one("office", person.OfficeForm, intake_channel="visit")
        self.co_residents = rows("co_residents", CoResidents)
        self.transits = rows("transits", Transits)
        self.visited = rows("visited", Visited)
        if case:
            # A group is formed when its members are registered, and the places are listed.
            for name in ("companion", "only_there"):
                del self.arrival.fields[name]
        if not in_json:
            self.visited.matters = relevance.of_rows("visited") if not case else ""
            for part in self.all_forms:
                relevance.mark(part, today=beijing_date(now))

    @property
    def sections(self) -> list[Section]:
        """The form as the page shows it, A to G and the office part."""
        return [
            Section("A", _("Person"), [self.person, self.document]),
            Section(
                "B", _("Contact and dwelling"), [self.contact, self.dwelling],
                [(_("People living in the same dwelling"), self.co_residents)],
            ),
            Section(
                "C", _("Journey"), [self.journey, self.arrival],
                [
                    (_("Transit points"), self.transits),
                    (_("Countries, regions and cities in the last 14 days"), self.visited),
                ],
            ),
            Section("D", _("Health declaration"), [self.health]),
            Section("E", _("Observation request"), [self.request]),
            Section("F", _("Personal needs (voluntary)"), [self.care]),
            Section("G", _("Declaration"), [self.declaration]),
            Section("O", _("For office use"), [self.office]),
        ]  # fmt: skip

    @property
    def parts(self) -> dict[str, Any]:
        """Every section, and every list of rows, by its name."""
        return {
            name: part
            for name, part in vars(self).items()
            if isinstance(part, BaseForm | BaseFormSet | list)
        }

    @property
    def formsets(self) -> list[BaseFormSet]:
        """The lists of rows of a page; in JSON a row stands for itself."""
        return [part for part in self.parts.values() if isinstance(part, BaseFormSet)]

    @property
    def all_forms(self) -> list[BaseForm]:
        """Every form and every row that is not to be removed, in the order of the page."""
        return [form for section in self.sections for form in section.all_forms]

    def is_valid(self) -> bool:
        """Whether every section is, and what stands between the sections too."""
        if not self.is_bound or not all(rows.management_form.is_valid() for rows in self.formsets):
            return False
        for form in self.all_forms:
            form.is_valid()
        for rows in self.formsets:
            rows.is_valid()
        defaults.fill_in(self)
        between.check_all(self)
        return not any(form.errors for form in self.all_forms)

    @property
    def errors(self) -> list[tuple[forms.BoundField | None, str]]:
        """Each error with its field, or None for one of a whole part."""
        return [each for section in self.sections for each in _errors_in(section)]

    @property
    def amiss(self) -> list[Amiss]:
        """What needs another look, by section; a field that is empty is missing, and no more."""
        found = []
        for section in self.sections:
            errors = _errors_in(section)
            missing = list({f.html_name: f for f, _error in errors if f and _is_empty(f)}.values())
            wrong = [(f, error) for f, error in errors if not f or not _is_empty(f)]
            if errors:
                found.append(Amiss(section, missing, wrong))
        return found

    def unjudged(self) -> RegistrationForm:
        """The same form with what was typed, and without any errors."""
        for form in (*self.all_forms, *(row for rows in self.formsets for row in rows)):
            form._errors = ErrorDict(renderer=form.renderer)
            form.cleaned_data = {}
        return self

    def focus_new_row(self, name: str) -> None:
        """The last row of the list is where to type next; nothing for another name."""
        for rows in self.formsets:
            if rows.prefix == name:
                first = next(iter(rows.forms[-1].fields.values()))
                first.widget.attrs["autofocus"] = True

    def mark(self, problem: MrzProblem) -> None:
        """Put the problem of the machine-readable zone beside the fields it spoils."""
        for form in (self.person, self.document):
            for name in problem.fields:
                if name in form.fields:
                    form.add_error(name, problem.message)

    @property
    def warnings(self) -> list[str | Promise]:
        """What does not stop the registration, of a valid form."""
        expiry = value(self.document, "document_expiry")
        arrival = value(self.arrival, "expected_arrival_at")
        if expiry and arrival and expiry < beijing_date(arrival):
            return [_("The document expires before the arrival.")]
        return []

    def registration(self) -> Registration:
        """What the form says, as unsaved rows; of a valid form.

        Without the separate consent the voluntary needs of section F are not collected.
        """
        traveller = self.person.instance
        for name, answer in self.contact.cleaned_data.items():
            setattr(traveller, name, answer)
        case = self.dwelling.instance
        case.travel_group = self.arrival.instance.travel_group
        case.expected_arrival_at = self.arrival.cleaned_data["expected_arrival_at"]
        for name, answer in self.office.cleaned_data.items():
            setattr(case, name, answer)
        request = self.request.instance
        request.applied_at = request.applied_at or self.now
        declaration = self.declaration.instance
        declaration.privacy_notice_version = declaration.privacy_notice_version or PRIVACY_NOTICE
        declaration.privacy_notice_read_at = declaration.privacy_notice_read_at or self.now
        declaration.signed_at = declaration.signed_at or self.now
        has_care = self.care.has_changed() or self.care.instance.pk
        return Registration(
            asked=ASKED,
            person=traveller,
            document=self.document.instance,
            case=case,
            journey=self.journey.instance,
            health=self.health.instance,
            request=request,
            care=self.care.instance if declaration.sensitive_consent and has_care else None,
            declaration=declaration,
            co_residents=[row.instance for row in kept(self.co_residents)],
            transits=[row.instance for row in kept(self.transits)],
            visited=[row.instance for row in kept(self.visited)] or defaults.only_stay(self),
        )


def _errors_in(section: Section) -> list[tuple[forms.BoundField | None, str]]:
    return [
        (bound, str(error))
        for form in section.all_forms
        for bound, errors in (
            (None, form.non_field_errors()),
            *((bound, bound.errors) for bound in form),
        )
        for error in errors
    ]


def _is_empty(bound: forms.BoundField) -> bool:
    """Whether nothing was typed or chosen there."""
    return not bound.data or not str(bound.data).strip()


def _records(case: Case) -> dict[str, Any]:
    """The rows of a case by the name of the form that shows them."""
    return {
        "person": case.person,
        "document": case.document,
        "contact": case.person,
        "dwelling": case,
        "arrival": case,
        "office": case,
        "journey": case.journey,
        "health": case.health,
        "request": case.request,
        "care": getattr(case, "care", None),
        "declaration": case.declaration,
        "co_residents": list(case.co_residents.all()),
        "transits": list(case.journey.transits.all()),
        "visited": list(case.journey.visited.all()),
    }
