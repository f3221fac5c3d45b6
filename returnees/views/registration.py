from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db import IntegrityError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from houshayu import clock
from houshayu.address import asked
from houshayu.calendar import beijing_date
from houshayu.http import Request
from houshayu.language import remember, speak
from houshayu.models import HOME_KINDS, Place, PlaceKind
from houshayu.shortcuts import render_fragment
from returnees import documents, names
from returnees.arrivals import ArrivalRefused
from returnees.countries import PLACES, SPECIAL, STATELESS
from returnees.documents import DocumentType
from returnees.forms.countries import country_labels, nationality_labels
from returnees.forms.drafts import DraftForm
from returnees.forms.registration import MOST_ROWS, RegistrationForm
from returnees.models import Case, Custody, PersonCategory, RegistrationDraft
from returnees.registration import AlreadyRegistered, amend, likely_duplicates, register

# The fields that the machine-readable zone fills in the document's part of the form.
OF_THE_DOCUMENT = {"document_type", "document_number", "document_expiry"}
# Who holds a passport or card of these; of any other country, a foreign national.
CATEGORIES: dict[str, str | None] = {
    "HKG": PersonCategory.HONG_KONG,
    "MAC": PersonCategory.MACAO,
    "TWN": PersonCategory.TAIWAN,
    STATELESS: PersonCategory.STATELESS,
    # A refugee has a country or none; an organisation's passport does not say whose its holder is.
    **dict.fromkeys(SPECIAL.keys() - PLACES - {STATELESS}),
}
Context = dict[str, Any]


@permission_required("returnees.add_case", raise_exception=True)
def case_register(request: Request, number: str = "") -> HttpResponse:
    """The bilingual form; its helping buttons send it here too, and it comes back filled in.

    number: of the case of somebody of the same family, whose journey, dwelling and contacts the
    form begins with.
    """
    places = Place.objects.covered_by(request.user, "returnees.add_case").holders()
    like = (
        get_object_or_404(_held(request, "returnees.add_case"), number=number) if number else None
    )
    if request.method != "POST":
        return _begin(request, places, like)
    now = clock.now()
    context: Context = {"places": places, "draft_id": _draft_id(request.POST), "like": like}
    if request.POST.get("do", "save") != "save":
        return _help(request, context)
    place = _place(request, places)
    form = _form(request, request.POST, like=like)
    if not form.is_valid() or place is None:
        return _once_more(request, form, context | {"place_missing": place is None})
    duplicates = _duplicates(request, form)
    if duplicates and not request.POST.get("not_a_duplicate"):
        return _once_more(request, form, context | {"duplicates": duplicates})
    try:
        case = register(form.registration(), place=place, by=request.user, now=now)
    except AlreadyRegistered as known:
        context |= {"duplicates": _duplicates_shown(request, [known.case]), "certain": True}
        return _once_more(request, form, context)
    RegistrationDraft.objects.of(request.user).filter(pk=context["draft_id"]).delete()
    messages.success(
        request, _("Registered: %(number)s is in your hands.") % {"number": case.number}
    )
    for warning in form.warnings:
        messages.warning(request, str(warning))
    if case.journey.days_observed_elsewhere:
        messages.info(
            request, _("Please attach the certificate of the days already observed elsewhere.")
        )
    return redirect(case)


@permission_required("returnees.change_case", raise_exception=True)
def case_edit(request: Request, number: str) -> HttpResponse:
    """The form of a case to be corrected; the old values stay in the history with the reason."""
    case = get_object_or_404(_held(request, "returnees.change_case"), number=number)
    # With a NUL character the history would lose the reason, and who gave it.
    reason = request.POST.get("reason", "").replace("\0", "").strip()[:200]
    context: Context = {"case": case, "reason": reason}
    if request.method != "POST":
        return _page(request, _form(request, None, case=case), context)
    if request.POST.get("do", "save") != "save":
        return _help(request, context)
    form = _form(request, request.POST, case=case)
    if not form.is_valid() or not reason:
        return _page(request, form, context | {"reason_missing": not reason}, status=422)
    try:
        amend(case, form.registration(), by=request.user, now=clock.now(), reason=reason)
    except ArrivalRefused as refusal:
        form.arrival.add_error("expected_arrival_at", str(refusal))
        return _page(request, form, context, status=422)
    except IntegrityError:
        # Every other constraint was asked by the form; this one somebody else was faster with.
        form.document.add_error(
            "document_number", _("Another person was registered with this number just now.")
        )
        return _page(request, form, context, status=422)
    messages.success(request, _("Corrected; the old values are in the history."))
    return redirect(case)


@require_POST
@permission_required("returnees.add_case", raise_exception=True)
def draft_save(request: Request) -> HttpResponse:
    """Keep what is typed so far; asked by the page itself while somebody types."""
    _keep_draft(request, _draft_id(request.POST))
    return HttpResponse(status=204)


@require_POST
@permission_required("returnees.add_case", raise_exception=True)
def draft_delete(request: Request, pk: uuid.UUID) -> HttpResponse:
    """The user's own unfinished form is deleted; it may be gone already."""
    RegistrationDraft.objects.of(request.user).filter(pk=pk).delete()
    messages.success(request, _("The unfinished form has been deleted."))
    return redirect("returnees:case_register")


def _held(request: Request, permission: str) -> QuerySet[Case]:
    """The open cases that the user may do this with, with everything the form shows of one."""
    return Case.objects.held_by(request.user, permission).select_related(
        "person", "document", "journey", "health", "request", "care", "declaration", "community"
    )


def _keep_draft(request: Request, draft_id: uuid.UUID) -> None:
    typed = request.POST.copy()
    for name in ("csrfmiddlewaretoken", "do"):
        typed.pop(name, None)
    RegistrationDraft.objects.keep(draft_id, typed, by=request.user, now=clock.now())


def _once_more(request: Request, form: RegistrationForm, context: Context) -> HttpResponse:
    """The page with what needs another look; closing it loses nothing either."""
    _keep_draft(request, context["draft_id"])
    return _page(request, form, context, status=422)


def _begin(request: Request, places: QuerySet[Place], like: Case | None) -> HttpResponse:
    """An empty form, or the unfinished one that the address names."""
    drafts = RegistrationDraft.objects.of(request.user)
    form = DraftForm(asked(request))
    if not form.is_valid():
        raise Http404
    if not (wanted := form.cleaned_data["draft"]):
        context: Context = {
            "places": places, "draft_id": uuid.uuid4(), "drafts": drafts, "like": like,
            "is_new": True,
        }  # fmt: skip
        own = places[0] if len(places) == 1 else None
        home = own if own and own.kind in HOME_KINDS else None
        return _page(request, _form(request, None, like=like, home=home), context)
    draft = get_object_or_404(drafts, pk=wanted)
    typed = draft.data
    before = _held(request, "returnees.add_case").filter(number=typed.get("like", "")).first()
    if before and like is None:
        address = reverse("returnees:family_next", args=[before.number])
        return redirect(f"{address}?draft={draft.pk}")
    context = {
        "places": places,
        "draft_id": draft.pk,
        "drafts": drafts.exclude(pk=draft.pk),
        "mrz": typed.get("mrz", ""),
        "chosen_place": typed.get("place", ""),
        "asked": "draft",
        "like": like,
    }
    return _page(request, _form(request, typed, like=like).unjudged(), context)


def _form(request: Request, data: QueryDict | None, **begins_with: Any) -> RegistrationForm:
    """begins_with: case, like or home, as RegistrationForm takes them."""
    companions = Case.objects.visible_to(request.user).open()
    return RegistrationForm(data, now=clock.now(), companions=companions, **begins_with)


def _page(
    request: Request, form: RegistrationForm, context: Context, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        # The buttons of the languages send the form, which comes back in the other one.
        "language_form": "registration",
        "countries": country_labels(),
        "nationalities": nationality_labels(),
        "compounds": Place.objects.filter(kind=PlaceKind.COMPOUND, is_active=True),
        "mrz": request.POST.get("mrz", ""),
        "chosen_place": request.POST.get("place", ""),
        **context,
    }
    if request.htmx:
        return render_fragment(request, "returnees/_registration_form.html", context)
    return render(request, "returnees/registration.html", context, status=status)


def _place(request: Request, places: QuerySet[Place]) -> Place | None:
    """The place that registers: the chosen one, or the user's only one; None if none is chosen."""
    if chosen := request.POST.get("place", "").replace("\0", ""):
        return get_object_or_404(places, code=chosen)
    return places.get() if places.count() == 1 else None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _draft_id(typed: QueryDict) -> uuid.UUID:
    return _uuid(typed.get("draft", "")) or uuid.uuid4()


def _help(request: Request, context: Context) -> HttpResponse:
    """What a helping button asks for; nothing is saved.

    mrz reads the lines into the fields, pinyin suggests the latin name, latin does so while the
    name is typed, duplicates looks whether the person is registered already, the name of a list
    adds a row to it, and a language is what the form comes back in. context["case"] is the case
    whose form is corrected, if it is one, and context["like"] the one before of the family.
    """
    data = request.POST.copy()
    do = request.POST["do"]
    if do in settings.INTERFACE_LANGUAGES:
        speak(request, do)
        if draft_id := context.get("draft_id"):
            _keep_draft(request, draft_id)
    problems: list[documents.MrzProblem] = []
    if do == "mrz":
        problems = _fill_from_mrz(data)
    elif do == "pinyin" or (do == "latin" and _latin_is_open(data)):
        surname, given = names.suggest_latin(data.get("person-name_zh", ""))
        if surname:
            data["person-surname_latin"], data["person-given_names_latin"] = surname, given
    elif do in {"co_residents", "transits", "visited"}:
        total = data.get(f"{do}-TOTAL_FORMS", "")
        rows = int(total) if total.isdecimal() and len(total) < 5 else 0
        data[f"{do}-TOTAL_FORMS"] = str(min(rows + 1, MOST_ROWS))
    form = _form(request, data, case=context.get("case"), like=context.get("like"))
    if do == "duplicates":
        form.person.is_valid()
        form.document.is_valid()
        context["duplicates"] = _duplicates(request, form)
    form.unjudged()
    form.focus_new_row(do)
    for problem in problems:
        form.mark(problem)
    page = _page(request, form, context | {"asked": do, "mrz_problems": problems})
    if do in settings.INTERFACE_LANGUAGES:
        remember(page, do)
    return page


def _latin_is_open(data: QueryDict) -> bool:
    """Whether the latin name is empty, or was suggested for the beginning of the Chinese one."""
    latin = (data.get("person-surname_latin", ""), data.get("person-given_names_latin", ""))
    name = data.get("person-name_zh", "")[:50]
    return not any(latin) or latin in {
        names.suggest_latin(name[:length]) for length in range(1, len(name))
    }


def _fill_from_mrz(data: QueryDict) -> list[documents.MrzProblem]:
    """Put what the lines say into the fields; what does not fit is left out and listed."""
    fields, problems = documents.read(data.get("mrz", ""), today=beijing_date(clock.now()))
    for name, value in fields.items():
        data[f"{'document' if name in OF_THE_DOCUMENT else 'person'}-{name}"] = str(value)
    if not data.get("person-person_category") and (category := _category(fields)):
        data["person-person_category"] = category
    return problems


def _category(fields: dict[str, Any]) -> str | None:
    """Whom the document makes its holder; None where it does not say.

    China issues the passports of the mainland, of Hong Kong and of Macao: their numbers differ.
    """
    nationality = fields.get("nationality")
    if nationality == "CHN":
        if fields.get("document_type") == DocumentType.PASSPORT_CHN:
            return PersonCategory.MAINLAND
        nationality = documents.issued_for(fields.get("document_number", ""))
    return CATEGORIES.get(nationality, PersonCategory.FOREIGN) if nationality else None


def _duplicates(request: Request, form: RegistrationForm) -> list[Context]:
    """Open cases that may be this person's, as far as the form says who it is."""
    person, document = form.person.cleaned_data, form.document.cleaned_data
    latin = (person.get("surname_latin"), person.get("given_names_latin"))
    found = likely_duplicates(
        document_type=document.get("document_type", ""),
        number=document.get("document_number", ""),
        birth_date=person.get("birth_date"),
        name_zh=person.get("name_zh", ""),
        name_latin=" ".join(filter(None, latin)),
    )
    return _duplicates_shown(request, found.select_related("person"))


def _duplicates_shown(request: Request, cases: Iterable[Case]) -> list[Context]:
    """Cases the reader may see as they are; of others only who to ask."""
    cases = list(cases)
    visible = set(
        Case.objects.visible_to(request.user)
        .filter(pk__in=[case.pk for case in cases])
        .values_list("pk", flat=True)
    )
    return [
        {"case": case if case.pk in visible else None, "holder": Custody.objects.holder_of(case)}
        for case in cases
    ]
