"""The registration form on the screen: filled in, helped with, kept, sent and corrected."""

from __future__ import annotations

import re
import uuid
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from houshayu.models import ClockShift, Place, Role, User
from returnees import releasing
from returnees.models import Case, IdentityDocument, Person, RegistrationDraft
from returnees.names import suggest_latin
from returnees.registration import amend
from returnees.tasks import forget_old_drafts
from tests.factories import NOW, holder_of, make_case, make_user, moment, real_place
from tests.returnees.typed import a_row, typed

PAGE = "/cases/new/"
MRZ = "P<D<<MUSTER<<LENA<SOFIE<<<<<<<<<<<<<<<<<<<<<\nX000000012D<<8808084F2806309<<<<<<<<<<<<<<<2"
WITH_A_WRONG_BIRTHDAY = MRZ.replace("8808084", "8808094")


@pytest.fixture(autouse=True)
def morning(settings: Any, db: None) -> None:
    """The pages' clock stands at NOW."""
    settings.DEMONSTRATION = True
    ClockShift.set_to(NOW)


@pytest.fixture
def worker(client: Client, sender: User) -> Client:
    """The browser of somebody who registers people in the cast's community."""
    client.force_login(sender)
    return client


def sent(community: Place, **changes: Any) -> dict[str, Any]:
    return typed(dwelling__community=str(community.pk), **changes)


def value_of(page: Any, name: str) -> str:
    """What stands in a field of the page."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', page.content.decode())
    assert tag, name
    found = re.search(r'value="([^"]*)"', tag[0])
    return found[1] if found else ""


def chosen_in(page: Any, name: str) -> str:
    select = re.search(rf'<select[^>]*name="{name}".*?</select>', page.content.decode(), re.S)
    assert select, name
    found = re.search(r'value="([^"]*)" selected', select[0])
    return found[1] if found else ""


# --- Registering ------------------------------------------------------------------------------


def test_saving_opens_the_case_in_the_hands_of_the_community(
    worker: Client, community: Place, sender: User
) -> None:
    answer = worker.post(PAGE, sent(community))

    case = Case.objects.get()
    assert answer.headers["Location"] == case.get_absolute_url()
    assert (holder_of(case), case.registered_by) == (community, sender)
    assert str(case.person) == "MUSTER LENA SOFIE"
    assert case.policy.code == "P4"


def test_a_form_with_errors_comes_back_with_all_that_was_typed(
    worker: Client, community: Place
) -> None:
    page = worker.post(
        PAGE, sent(community, person__birth_date="", person__surname_latin="Muster", mrz="P<D<<")
    )

    assert page.status_code == 422
    assert value_of(page, "person-surname_latin") == "Muster"
    assert "P&lt;D&lt;&lt;</textarea>" in page.content.decode()
    assert 'href="#id_person-birth_date"' in page.content.decode()
    assert not Case.objects.exists()


def test_a_guess_at_another_places_code_is_not_found(worker: Client, community: Place) -> None:
    assert worker.post(PAGE, sent(community, place="gucheng")).status_code == 404
    assert worker.post(PAGE, sent(community, place=community.code)).status_code == 302


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"place": "houshayu\0-village"}, 302),
        ({"place": "\0"}, 302),
        ({"do": "transits", "transits__TOTAL_FORMS": "9" * 5000}, 200),
    ],
)
def test_what_no_browser_sends_breaks_nothing(
    worker: Client, community: Place, changes: dict[str, str], status: int
) -> None:
    assert worker.post(PAGE, sent(community, **changes)).status_code == status


def test_somebody_who_answers_for_several_places_chooses_the_one_that_registers(
    client: Client, coordinator: User, community: Place
) -> None:
    client.force_login(coordinator)

    without = client.post(PAGE, sent(community))
    client.post(PAGE, sent(community, place="gucheng"))

    assert without.status_code == 422 and 'id="place_error"' in without.content.decode()
    assert holder_of(Case.objects.get()) == real_place("gucheng")


def test_somebody_of_konggang_is_offered_there(worker: Client) -> None:
    worker.post(PAGE, sent(real_place("cofco-xiangyun")))

    handoff = Case.objects.get().handoffs.get()
    assert (handoff.to_place.code, handoff.status) == ("konggang", "offered")


def test_every_label_and_choice_is_shown_in_both_languages(worker: Client, sender: User) -> None:
    for language in ("zh-hans", "en"):
        User.objects.filter(pk=sender.pk).update(language=language)
        page = worker.get(PAGE).content.decode()
        for label, choice in [
            ("Flight number", '<option value="PVG">上海浦东 Shanghai Pudong</option>'),
            ("Category", '<option value="foreign">外籍人士 Foreign national</option>'),
            ("Village or community", "江山赋社区 Jiangshanfu Community</option>"),
        ]:
            assert f'<span lang="en">{label}</span>' in page
            assert choice in page
        assert '<option value="德国 Germany (DEU)">' in page


def test_without_a_script_every_field_is_in_sight(worker: Client) -> None:
    page = worker.get(PAGE).content.decode()
    form = page[page.index('id="registration"') :]

    assert not re.search(r"<(div|fieldset|section|details)[^>]*\shidden\b", form)
    assert re.search(r"<details[^>]*\sopen\b", form)


def test_the_page_is_light_and_asks_the_database_little(
    worker: Client, django_assert_num_queries: Any
) -> None:
    worker.get(PAGE)

    with django_assert_num_queries(13):
        page = worker.get(PAGE)

    assert len(page.content) < 150_000


# --- Helping ----------------------------------------------------------------------------------


def test_the_lines_of_a_passport_fill_the_form(worker: Client, community: Place) -> None:
    blank = {
        "person__surname_latin": "", "person__given_names_latin": "", "person__gender": "",
        "person__birth_date": "", "person__nationality": "", "document__document_type": "",
        "document__document_number": "", "person__person_category": "",
    }  # fmt: skip

    page = worker.post(PAGE, sent(community, do="mrz", mrz=MRZ, **blank))

    assert value_of(page, "person-surname_latin") == "MUSTER"
    assert value_of(page, "person-given_names_latin") == "LENA SOFIE"
    assert value_of(page, "person-birth_date") == "1988-08-08"
    assert value_of(page, "person-nationality") == "德国 Germany (DEU)"
    assert value_of(page, "document-document_number") == "X00000001"
    assert value_of(page, "document-document_expiry") == "2028-06-30"
    assert chosen_in(page, "person-gender") == "F"
    assert chosen_in(page, "person-person_category") == "foreign"
    assert chosen_in(page, "document-document_type") == "passport"
    assert value_of(page, "journey-flight_number") == "CA966"
    assert "error-summary" not in page.content.decode()


def test_what_does_not_fit_in_the_lines_is_marked_and_left(
    worker: Client, community: Place
) -> None:
    page = worker.post(
        PAGE, sent(community, do="mrz", mrz=WITH_A_WRONG_BIRTHDAY, person__birth_date="")
    )

    html = page.content.decode()
    assert value_of(page, "person-birth_date") == ""
    assert value_of(page, "document-document_number") == "X00000001"
    assert re.search(r'id="id_person-birth_date_error">出生日期的校验码不符。', html)
    assert 'id="id_document-document_number_error"' not in html


def test_pinyin_is_suggested_for_a_name_in_hanzi(worker: Client, community: Place) -> None:
    page = worker.post(PAGE, sent(community, do="pinyin", person__name_zh="欧阳秀英"))

    assert value_of(page, "person-surname_latin") == "OUYANG"
    assert value_of(page, "person-given_names_latin") == "XIUYING"


def test_pinyin_follows_a_name_while_it_is_typed_and_leaves_another_spelling(
    worker: Client, community: Place
) -> None:
    def suggested(surname: str, given: str) -> str:
        page = worker.post(
            PAGE,
            sent(
                community, do="latin", person__name_zh="欧阳秀英",
                person__surname_latin=surname, person__given_names_latin=given,
            ),
        )  # fmt: skip
        return value_of(page, "person-surname_latin")

    assert suggested("", "") == "OUYANG"
    assert suggested(*suggest_latin("欧阳秀")) == "OUYANG"
    assert suggested("AUYEUNG", "SAUYING") == "AUYEUNG"


def test_a_row_is_added_by_a_button_without_a_script(worker: Client, community: Place) -> None:
    page = worker.post(PAGE, sent(community, do="transits"))

    assert value_of(page, "transits-TOTAL_FORMS") == "2"
    assert "autofocus" in page.content.decode()
    assert value_of(page, "person-surname_latin") == "MUSTER"
    assert not Case.objects.exists()


def test_no_count_makes_the_page_endless(worker: Client, community: Place) -> None:
    for total in ("1000000", "²", ""):
        page = worker.post(PAGE, sent(community, do="transits", transits__TOTAL_FORMS=total))
        assert page.status_code == 200
        assert page.content.count(b'name="transits-') < 200


# --- Duplicates -------------------------------------------------------------------------------


def test_a_likely_duplicate_is_shown_before_saving(worker: Client, community: Place) -> None:
    known = make_case(
        place=community,
        person={
            "person_category": "foreign", "name_zh": "", "surname_latin": "MUSTER",
            "given_names_latin": "LENA", "birth_date": date(1988, 8, 8), "nationality": "DEU",
        },
    )  # fmt: skip

    while_typing = worker.post(PAGE, sent(community, do="duplicates"))
    saving = worker.post(PAGE, sent(community))
    insisting = worker.post(PAGE, sent(community, not_a_duplicate="1"))

    assert known.number in while_typing.content.decode()
    assert saving.status_code == 422 and known.number in saving.content.decode()
    assert insisting.status_code == 302
    assert Case.objects.count() == 2


def test_only_the_place_to_ask_is_shown_of_a_case_elsewhere(
    worker: Client, community: Place
) -> None:
    gucheng = real_place("gucheng")
    Place.objects.filter(pk=gucheng.pk).update(phone="010-80400000")
    known = make_case(
        place=gucheng,
        person={"person_category": "foreign", "name_zh": "", "surname_latin": "SECRET"},
        document={"document_type": "passport", "document_number": "X00000001"},
    )

    page = worker.post(PAGE, sent(community)).content.decode()

    assert "古城村" in page and "010-80400000" in page
    assert known.number not in page and "SECRET" not in page


def test_somebody_who_has_an_open_case_gets_no_second_one(worker: Client, community: Place) -> None:
    worker.post(PAGE, sent(community))

    again = worker.post(PAGE, sent(community, not_a_duplicate="1"))

    assert again.status_code == 422
    assert Case.objects.count() == 1


def test_somebody_who_comes_again_is_the_same_person(worker: Client, community: Place) -> None:
    worker.post(PAGE, sent(community))
    first = Case.objects.get()
    releasing.close(first, "no_show", by=make_user(), now=moment("2020-03-20", "10:00"), note="")

    worker.post(PAGE, sent(community, contact__phone_cn="19900000009"))

    assert Case.objects.count() == 2
    assert Person.objects.get().phone_cn == "19900000009"
    assert IdentityDocument.objects.get().person == Person.objects.get()


# --- Drafts -----------------------------------------------------------------------------------


def keep_draft(client: Client, **changes: Any) -> str:
    key = str(uuid.uuid4())
    answer = client.post(reverse("returnees:draft_save"), typed(draft=key, **changes))
    assert answer.status_code == 204
    return key


def test_a_draft_survives_a_closed_tab(worker: Client) -> None:
    key = keep_draft(worker, person__surname_latin="HALF", mrz="P<D<<HALF", **a_row(
        "transits", 1, city="Helsinki"
    ))  # fmt: skip

    assert f"?draft={key}" in worker.get(PAGE).content.decode()
    page = worker.get(PAGE, {"draft": key})

    assert value_of(page, "person-surname_latin") == "HALF"
    assert value_of(page, "transits-1-city") == "Helsinki"
    assert "P&lt;D&lt;&lt;HALF</textarea>" in page.content.decode()
    assert "error-summary" not in page.content.decode()


def test_a_draft_can_be_read_by_the_one_who_typed_it_alone(
    worker: Client, community: Place
) -> None:
    key = keep_draft(worker, document__document_number="X99999999")

    with connection.cursor() as cursor:
        cursor.execute("SELECT typed FROM returnees_registrationdraft")
        (stored,) = cursor.fetchone()
    colleague = Client()
    colleague.force_login(make_user(role=Role.COMMUNITY_WORKER, place=community))

    assert "X99999999" not in stored
    assert colleague.get(PAGE, {"draft": key}).status_code == 404
    assert key not in colleague.get(PAGE).content.decode()


def test_a_draft_is_dropped_on_saving_and_by_hand(worker: Client, community: Place) -> None:
    saved, thrown_away, left = (keep_draft(worker) for _ in range(3))

    worker.post(PAGE, sent(community, draft=saved))
    worker.post(reverse("returnees:draft_delete", args=[thrown_away]))

    assert [str(draft.pk) for draft in RegistrationDraft.objects.all()] == [left]


def test_a_form_that_needs_another_look_is_kept_as_a_draft(worker: Client) -> None:
    key = str(uuid.uuid4())

    worker.post(PAGE, typed(draft=key, person__surname_latin="HALF", person__birth_date=""))

    assert value_of(worker.get(PAGE, {"draft": key}), "person-surname_latin") == "HALF"


def test_a_draft_that_nobody_goes_on_with_is_forgotten(worker: Client, sender: User) -> None:
    old, recent = keep_draft(worker), keep_draft(worker)
    RegistrationDraft.objects.filter(pk=old).update(saved_at=moment("2020-02-18"))

    assert forget_old_drafts() == 1
    assert [str(draft.pk) for draft in RegistrationDraft.objects.all()] == [recent]


# --- The next of a family ---------------------------------------------------------------------


def next_of(case: Case) -> str:
    return reverse("returnees:family_next", args=[case.number])


def test_the_next_of_a_family_begins_with_what_is_the_same(
    worker: Client, community: Place
) -> None:
    worker.post(PAGE, sent(community, **a_row("transits", country="FIN", city="Helsinki")))
    first = Case.objects.get()

    assert next_of(first) in worker.get(first.get_absolute_url()).content.decode()
    page = worker.get(next_of(first))

    assert value_of(page, "arrival-companion") == first.number
    assert value_of(page, "journey-flight_number") == "CA966"
    assert value_of(page, "transits-0-city") == "Helsinki"
    assert value_of(page, "visited-0-city") == "Frankfurt"
    assert value_of(page, "dwelling-room") == "1201"
    assert chosen_in(page, "dwelling-community") == str(community.pk)
    for own in ("person-surname_latin", "person-birth_date", "document-document_number"):
        assert value_of(page, own) == ""
    for number in ("19900000001", "19900000002", "X00000001"):
        assert number not in page.content.decode()


def test_the_next_of_a_family_has_the_same_contacts_and_travels_along(
    worker: Client, community: Place
) -> None:
    worker.post(PAGE, sent(community))
    first = Case.objects.get()

    worker.post(
        next_of(first),
        sent(
            community, person__given_names_latin="KARL", document__document_number="X00000002",
            person__birth_date="1986-06-02", contact__phone_cn="",
            dwelling__emergency_contact_phone="", arrival__companion=first.number,
            declaration__signed_by="",
        ),
    )  # fmt: skip

    karl = Case.objects.exclude(pk=first.pk).get()
    assert karl.travel_group == first.travel_group
    assert karl.person.phone_cn == "19900000001"
    assert karl.emergency_contact_phone == "19900000002"
    for case, other in ((first, karl), (karl, first)):
        assert other.number in worker.get(case.get_absolute_url()).content.decode()


def test_a_closed_case_of_the_family_stays_in_sight(worker: Client, community: Place) -> None:
    first = make_case(place=community)
    second = make_case(place=community)
    Case.objects.filter(pk=second.pk).update(travel_group=first.travel_group)
    releasing.close(second, "no_show", by=make_user(), now=moment("2020-03-20", "10:00"), note="")

    assert second.number in worker.get(first.get_absolute_url()).content.decode()


def test_nobody_begins_with_a_case_in_other_hands(client: Client, community: Place) -> None:
    worker = make_user(role=Role.COMMUNITY_WORKER, place=real_place("gucheng"))
    client.force_login(worker)

    assert client.get(next_of(make_case(place=community))).status_code == 404


def test_a_draft_of_the_next_of_a_family_goes_on_as_one(worker: Client, community: Place) -> None:
    first = make_case(place=community)
    key = keep_draft(worker, like=first.number, dwelling__emergency_contact_phone="")

    answer = worker.get(PAGE, {"draft": key})

    assert answer.headers["Location"] == f"{next_of(first)}?draft={key}"
    assert worker.get(answer.headers["Location"]).status_code == 200


def test_a_draft_goes_on_without_the_case_it_was_begun_from(
    worker: Client, community: Place
) -> None:
    first = make_case(place=community)
    key = keep_draft(worker, like=first.number, person__surname_latin="HALF")
    releasing.close(first, "no_show", by=make_user(), now=moment("2020-03-20", "10:00"), note="")

    assert value_of(worker.get(PAGE, {"draft": key}), "person-surname_latin") == "HALF"


# --- The other language -----------------------------------------------------------------------


def test_the_language_switches_with_all_that_was_typed(
    worker: Client, community: Place, sender: User
) -> None:
    page = worker.post(PAGE, sent(community, do="en", person__surname_latin="HALF"))

    assert page.headers["Content-Language"] == "en"
    assert value_of(page, "person-surname_latin") == "HALF"
    assert "error-summary" not in page.content.decode()
    assert RegistrationDraft.objects.get().name == "HALF LENA SOFIE"
    sender.refresh_from_db()
    assert sender.language == "en"


def test_a_correction_switches_its_language_too(worker: Client, community: Place) -> None:
    worker.post(PAGE, sent(community))
    case = Case.objects.get()

    page = worker.post(edit(case), as_corrected(community, do="en", dwelling__room="77"))

    assert value_of(page, "dwelling-room") == "77"
    assert page.headers["Content-Language"] == "en"
    assert not RegistrationDraft.objects.exists()


def test_enter_saves_the_form_and_does_not_switch_its_language(worker: Client) -> None:
    page = worker.get(PAGE).content.decode()
    buttons = re.findall(r"<button[^>]*>", page)
    of_the_form = [each for each in buttons if 'form="registration"' in each]

    assert 'value="save"' in of_the_form[0]


# --- Few and grouped errors -------------------------------------------------------------------


def test_an_empty_form_comes_back_with_a_line_for_each_section(worker: Client) -> None:
    empty = {name: value for name, value in typed().items() if name.endswith("_FORMS")}

    page = worker.post(PAGE, empty).content.decode()

    summary = re.search(r'<div class="error-summary".*?</ul>', page, re.S)
    assert summary and summary[0].count("<li>") <= 8
    assert 'href="#id_person-gender"' in summary[0]


# --- Correcting -------------------------------------------------------------------------------


@pytest.fixture
def registered(worker: Client, community: Place) -> Case:
    row = a_row("transits", country="FIN", city="Helsinki", carrier="AY55")
    worker.post(PAGE, sent(community, care__diet="vegan", **row))
    return Case.objects.get()


def edit(case: Case) -> str:
    return reverse("returnees:case_edit", args=[case.number])


def as_corrected(community: Place, **changes: Any) -> dict[str, Any]:
    """As the page of the correction sends it: lists filled, stored numbers left as they are."""
    rows = a_row("transits", country="FIN", city="Helsinki", carrier="AY55")
    counts = {"transits__INITIAL_FORMS": "1", "visited__INITIAL_FORMS": "1"}
    kept = {
        "document__document_number": "", "contact__phone_cn": "",
        "dwelling__emergency_contact_phone": "", "care__diet": "vegan",
    }  # fmt: skip
    return sent(community, **(rows | counts | kept | changes))


def test_the_page_of_a_correction_shows_no_number_in_full(worker: Client, registered: Case) -> None:
    page = worker.get(edit(registered)).content.decode()

    for number in ("X00000001", "19900000001", "19900000002"):
        assert number not in page
    assert 'placeholder="X0*****01"' in page
    assert 'value="MUSTER"' in page and 'value="Helsinki"' in page


def test_a_correction_changes_what_was_wrong_and_nothing_else(
    worker: Client, registered: Case, community: Place
) -> None:
    answer = worker.post(
        edit(registered),
        as_corrected(community, person__birth_date="1988-08-09", reason="misread the passport"),
    )

    assert answer.status_code == 302
    registered.refresh_from_db()
    person = registered.person
    assert person.birth_date.isoformat() == "1988-08-09"
    assert (person.phone_cn, registered.document.document_number) == ("19900000001", "X00000001")
    assert registered.emergency_contact_phone == "19900000002"
    assert [t.city for t in registered.journey.transits.all()] == ["Helsinki"]
    assert [v.city for v in registered.journey.visited.all()] == ["Frankfurt"]
    assert registered.care.diet == "vegan"
    history = worker.get(reverse("returnees:case_history", args=[registered.number]))
    assert "misread the passport" in history.content.decode()
    assert "1988年8月8日" in history.content.decode()


def test_a_correction_needs_a_reason(worker: Client, registered: Case, community: Place) -> None:
    page = worker.post(edit(registered), as_corrected(community, person__birth_date="1988-08-09"))

    assert page.status_code == 422 and 'id="reason_error"' in page.content.decode()
    registered.person.refresh_from_db()
    assert registered.person.birth_date.isoformat() == "1988-08-08"


def test_a_reason_with_a_nul_character_stays_in_the_history(
    worker: Client, registered: Case, community: Place
) -> None:
    worker.post(edit(registered), as_corrected(community, dwelling__room="9", reason="mov\0ed"))

    history = worker.get(reverse("returnees:case_history", args=[registered.number]))
    assert "moved" in history.content.decode()


def test_a_hyphen_removes_a_number_that_is_not_needed(
    worker: Client, registered: Case, community: Place
) -> None:
    Person.objects.filter(pk=registered.person_id).update(phone_intl="+4915112345678")
    assert "填写连字符“-”则删除" in worker.get(edit(registered)).content.decode()

    both = as_corrected(community, contact__phone_cn="-", contact__phone_intl="-", reason="typing")
    assert worker.post(edit(registered), both).status_code == 422
    one = as_corrected(
        community, dwelling__emergency_contact_phone="-", contact__phone_intl="－", reason="typing"
    )
    worker.post(edit(registered), one)

    registered.refresh_from_db()
    assert (registered.person.phone_cn, registered.person.phone_intl) == ("19900000001", "")
    assert registered.emergency_contact_phone == "19900000002"


def test_a_text_with_a_phone_in_it_is_masked_and_kept_until_it_is_typed_anew(
    worker: Client, registered: Case, community: Place
) -> None:
    Case.objects.filter(pk=registered.pk).update(landlord_or_agent="老李 13700009876")
    assert 'placeholder="老李 137******76"' in worker.get(edit(registered)).content.decode()

    kept = as_corrected(community, person__birth_date="1988-08-09", reason="misread")
    worker.post(edit(registered), kept)
    registered.refresh_from_db()
    assert registered.landlord_or_agent == "老李 13700009876"

    worker.post(
        edit(registered),
        as_corrected(community, dwelling__landlord_or_agent="-", reason="moved out"),
    )
    registered.refresh_from_db()
    assert registered.landlord_or_agent == ""


def test_a_correction_takes_no_document_of_somebody_else(
    worker: Client, registered: Case, community: Place
) -> None:
    make_case(
        person={"nationality": "DEU"},
        document={"document_type": "passport", "document_number": "Y22222222"},
    )

    page = worker.post(
        edit(registered),
        as_corrected(community, document__document_number="Y22222222", reason="typing"),
    )

    assert page.status_code == 422
    assert "id_document-document_number_error" in page.content.decode()


def test_a_document_that_somebody_else_took_meanwhile_comes_back_beside_its_field(
    worker: Client, registered: Case, community: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(*args: Any, **kwargs: Any) -> None:
        make_case(
            person={"nationality": "DEU"},
            document={"document_type": "passport", "document_number": "Y22222222"},
        )
        amend(*args, **kwargs)

    monkeypatch.setattr("returnees.views.registration.amend", slowly)

    page = worker.post(
        edit(registered),
        as_corrected(community, document__document_number="Y22222222", reason="typing"),
    )

    assert page.status_code == 422
    assert "id_document-document_number_error" in page.content.decode()
    registered.refresh_from_db()
    assert registered.document.document_number == "X00000001"


def test_only_who_holds_the_case_corrects_it(
    client: Client, stranger: User, registered: Case, community: Place
) -> None:
    client.force_login(stranger)

    assert client.get(edit(registered)).status_code == 404
    assert client.post(edit(registered), as_corrected(community, reason="x")).status_code == 404
