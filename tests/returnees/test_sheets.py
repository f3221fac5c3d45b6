"""What the printed sheets say, to whom they are printed, and that many are printed once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pdfminer.high_level import extract_pages, extract_text

from houshayu import printing, tasks
from houshayu.models import Job, JobStatus, Membership, Place, Post, User
from houshayu.models.jobs import SILENCE
from houshayu.printing import qr_svg
from returnees import releasing, sheets
from returnees.models import CarePreference, Case, Person
from returnees.sheets import batches, registration
from tests.factories import (
    NOW,
    check_in,
    last_morning,
    make_case,
    make_handoff,
    make_observed_case,
    make_user,
    moment,
    observation_of,
    real_place,
    see_through,
)

pytestmark = pytest.mark.django_db
NUMBER = "L898902C3"
FOREIGNER = {
    "person": {
        "person_category": "foreign",
        "name_zh": "",
        "surname_latin": "KIM",
        "given_names_latin": "MINJI",
        "nationality": "KOR",
        "preferred_language": "ko",
        "phone_cn": "13812345678",
    },
    "document": {"document_type": "passport", "document_number": NUMBER},
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = tmp_path
    yield tmp_path


@pytest.fixture
def guest(community: Place, hotel: Place) -> Case:
    """A Korean guest of the hotel, on day 0 of fourteen."""
    return make_observed_case(place=hotel, community=community, room="1203", **FOREIGNER)


def read(pdf: bytes) -> tuple[int, str]:
    """The number of pages and the text, without the blanks that the layout breaks lines at."""
    return len(list(extract_pages(BytesIO(pdf)))), "".join(extract_text(BytesIO(pdf)).split())


def loaded(case: Case) -> Case:
    return sheets.with_everything(Case.objects.filter(pk=case.pk)).get()


def printed(sheet: str, case: Case, second: str = "") -> tuple[int, str]:
    return read(printing.pdf(sheets.SHEETS[sheet](loaded(case), second)))


def released(case: Case) -> Case:
    """The case after its last check-in, with its negative result, and released."""
    tests = observation_of(case).labtests
    tests.update(
        result="negative",
        sampled_at=NOW,
        result_at=moment("2020-04-02", "10:00"),
        recorded_by=make_user(),
    )
    releasing.release(case, by=make_user(), now=see_through(case))
    return case


# --- What they say --------------------------------------------------------------------------


def test_the_registration_sheet_has_every_field_of_the_form_in_both_languages(guest: Case):
    CarePreference.objects.create(case=guest, diet="halal", customs=["prayer_times", "fasting"])
    guest.co_residents.create(name="KIM JUN", relation="brother", age=30)
    guest.journey.transits.create(country="ARE", city="Dubai", carrier="EK306")
    guest.journey.visited.create(
        country="FRA", city="Paris", from_on=date(2020, 3, 6), until_on=date(2020, 3, 19)
    )

    pages, text = printed("registration", guest, "en")

    assert pages <= 2
    for both_languages in [
        ("境外返京人员信息登记表", "Registrationformforpersonsarrivingfromoverseas"),
        ("A.个人信息", "信息Person"),
        ("意大利", "Italy"),
        ("2020年3月20日", "20March2020"),
        ("阿拉伯联合酋长国", "UnitedArabEmirates"),
    ]:
        for words in both_languages:
            assert words in text
    for written in ["KIMJUN", "EK306", "Paris", "CA950", guest.number]:
        assert written in text


def test_no_field_of_the_form_is_forgotten_on_the_registration_sheet():
    asked = {
        (record, field.name)
        for record, model in registration.RECORDS.items()
        if record != "case"
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and field.name not in ("case", "person")
    }
    shown = {
        (record or part.record, name)
        for part in registration.FORM
        for record, _dot, name in (path.rpartition(".") for path in part.rows.split())
    }

    left_out = {
        # Masked on paper; a note of the office; who pressed the button of the assessment.
        ("document", "document_number"),
        ("document", "needs_manual_check"),
        ("request", "assessed_by"),
    }

    assert asked - shown == left_out


@pytest.mark.parametrize("sheet", ["registration", "notice", "commitment"])
@pytest.mark.parametrize("second", ["en", "de", "ru", "ar", "ko"])
def test_a_sheet_keeps_to_its_pages_and_hides_full_numbers(guest: Case, sheet: str, second: str):
    pages, text = printed(sheet, guest, second)

    assert pages <= (2 if sheet == "registration" else 1)
    assert "L8*****C3" in text
    assert NUMBER not in text
    assert "13812345678" not in text


@pytest.mark.parametrize("sheet", ["notice", "commitment"])
@pytest.mark.parametrize("second", ["de", "fr", "ru"])
def test_the_wordiest_languages_need_no_second_page_at_home_either(
    community: Place, guest: Case, sheet: str, second: str
):
    for task in ("Grid worker", "Handoff at the gate"):
        Post.objects.create(place=community, task=task, holder=make_user(phone="80491234"))
    guest.request.caregiver_name = "KIM HYUNWOO"
    guest.request.save()
    make_handoff(case=guest, to_place=community, now=last_morning(guest))

    assert printed(sheet, guest, second)[0] == 1


@pytest.mark.parametrize(
    ("own", "asked", "second"),
    [
        ("ko", "", "ko"),
        ("ko", "fr", "fr"),
        ("ko", "tlh", "ko"),
        ("zh-hant", "", "zh-hant"),
        ("zh-hans", "", "en"),
        ("zh-hans", "zh-hans", "en"),
    ],
)
def test_the_second_language_is_the_one_asked_for_then_the_persons_own_then_english(
    own: str, asked: str, second: str
):
    assert sheets.second_language(Person(preferred_language=own), asked) == second


def test_dates_stand_as_readers_of_the_language_write_them(guest: Case):
    _pages, text = printed("notice", guest)

    assert "2020年4月3日2020년4월3일" in text


def test_the_notice_says_period_rules_and_whom_to_ask(guest: Case, hotel: Place):
    hotel.phone = "80491234"
    hotel.save()

    _pages, text = printed("notice", guest, "en")

    for words in [
        "集中观察告知书",
        "Noticeofcentralizedobservation",
        "2020年3月20日",
        "2020年4月3日",
        "37.3°C",
        "示例酒店甲",
        "DemoHotelJia",
        "1203",
        "80491234",
        "12345",
    ]:
        assert words in text


def test_on_the_way_home_the_commitment_is_the_one_for_home(community: Place, guest: Case):
    assert "集中观察承诺书" in printed("commitment", guest)[1]

    make_handoff(case=guest, to_place=community, now=last_morning(guest))

    _pages, text = printed("commitment", guest, "en")
    assert "居家观察承诺书" in text
    assert "Homeobservationcommitmentletter" in text


def test_the_certificate_says_where_from_when_until_when_and_the_result(guest: Case):
    with pytest.raises(sheets.NoSuchSheet):
        sheets.release_certificate(loaded(guest))

    pages, text = printed("certificate", released(guest), "en")

    assert pages == 1
    for words in [
        "解除集中观察证明",
        "Certificateofreleasefromcentralizedobservation",
        "KIMMINJI",
        "*****02C3",
        "示例酒店甲",
        "20March2020–3April2020",
        "阴性",
        "Negative",
        "2April2020",
        f"{guest.number}-1",
    ]:
        assert words in text
    born = guest.person.birth_date
    assert f"{born.year}年{born.month}月{born.day}日" in text
    assert NUMBER not in text


def test_the_certificate_names_the_person_in_the_letters_of_its_reader(hotel: Place):
    chinese = make_observed_case(place=hotel)

    _pages, text = printed("certificate", released(chinese), "en")

    assert "兹证明王小明已完成" in text
    assert "certifythatWANGXIAOMINGcompleted" in text


def test_each_certificate_has_a_verification_code_of_its_own(guest: Case):
    observation = released(guest).observations.get()

    codes = [sheets.verification_code(number, observation) for number in ("A-1", "A-1", "A-2")]

    assert codes[0] == codes[1] != codes[2]


# --- For whom, and how many queries ---------------------------------------------------------


def sheet_url(case: Case, sheet: str = "registration") -> str:
    return reverse("returnees:print_sheet", args=[case.number, sheet])


def test_somebody_who_holds_the_case_prints_its_sheet(client: Client, sender: User, case: Case):
    client.force_login(sender)

    response = client.get(sheet_url(case))

    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{case.number}-registration.pdf"'
    assert response.content.startswith(b"%PDF")


def test_a_stranger_finds_no_sheet(client: Client, stranger: User, case: Case):
    client.force_login(stranger)

    assert client.get(sheet_url(case)).status_code == 404


def test_at_the_gate_a_printed_certificate_is_distinguished_from_a_false_one(
    client: Client, guest: Case
):
    text = printed("certificate", released(guest), "en")[1]
    code = re.search(r"[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}", text)
    assert code is not None
    client.force_login(make_user(role="checkpoint_guard", place=real_place("houshayu")))

    def answer(number: str, code: str) -> str:
        asked = {"number": number, "code": code}
        return client.post(reverse("returnees:certificate_verify"), asked).content.decode()

    genuine = answer(f"{guest.number.lower()}-1", code[0].replace("-", "").lower())
    assert "2020年4月3日" in genuine and "真实有效" in genuine
    assert "*****02C3" in genuine and NUMBER not in genuine
    assert "M***" in genuine and "MINJI" not in genuine
    for number, given in [
        (f"{guest.number}-1", "0000-0000-0000"),
        (f"{guest.number}-2", code[0]),
        (f"{guest.number}-²", code[0]),
        ("HSY-000000-1", code[0]),
        ("1", "密码"),
    ]:
        page = answer(number, given)
        assert "核验不通过" in page and "2020年4月3日" not in page


def certificate_of(case: Case) -> tuple[str, str]:
    """The number and the code that are printed on it."""
    number = f"{case.number}-1"
    return number, sheets.verification_code(number, case.observations.get())


def test_the_qr_code_of_a_certificate_answers_a_guard_at_once(client: Client, guest: Case):
    number, code = certificate_of(released(guest))
    html = sheets.release_certificate(loaded(guest))
    address = reverse("returnees:certificate_verify", query={"number": number, "code": code})
    qr = sheets.verification_qr(number, code)
    assert qr in html and qr_svg(settings.SITE_URL + address, meaning="x").split("<path")[1] in qr
    client.force_login(make_user(role="checkpoint_guard", place=real_place("houshayu")))

    page = client.get(address)

    assert (page.status_code, "真实有效" in page.content.decode()) == (200, True)


def test_a_stranger_must_log_in_to_verify_and_is_then_led_back(client: Client, guest: Case):
    number, code = certificate_of(released(guest))
    address = reverse("returnees:certificate_verify", query={"number": number, "code": code})

    answer = client.get(address)

    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [address]


@pytest.mark.parametrize(
    "typed",
    [
        lambda code: code.lower(),
        lambda code: code.replace("-", ""),
        lambda code: code.replace("-", " "),
        lambda code: f"  {code.replace('-', ' – ')} ",
        lambda code: code.replace("-", "—"),
        lambda code: code.replace("-", "－"),
        lambda code: code.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}),
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: code.replace("0", "o").replace("1", "l"),
    ],
)
def test_a_code_is_taken_however_people_type_it(guest: Case, typed: Callable[[str], str]):
    number, code = certificate_of(released(guest))

    assert sheets.certified(typed(number), typed(code)) == guest.observations.get()
    assert sheets.certified(typed(number.removeprefix("HSY-")), typed(code)) is not None
    assert sheets.certified(typed(number), typed(code[:-1])) is None


def test_there_is_no_certificate_of_an_observation_that_goes_on(
    client: Client, hotel_worker: User, guest: Case
):
    client.force_login(hotel_worker)

    assert client.get(sheet_url(guest, "notice")).status_code == 200
    assert client.get(sheet_url(guest, "certificate")).status_code == 404
    assert client.get(sheet_url(guest, "diploma")).status_code == 404


@pytest.mark.parametrize("n", [1, 3])
def test_the_queries_do_not_grow_with_the_sheets(
    hotel: Place, community: Place, n: int, django_assert_num_queries
):
    for _ in range(n):
        guest = make_observed_case(place=hotel, community=community)
        guest.journey.transits.create(country="ARE", city="Dubai")
        check_in(guest, day=0, slot="evening")

    with django_assert_num_queries(9):
        for case in sheets.with_everything(Case.objects.all()):
            for sheet in ("registration", "notice", "commitment"):
                sheets.SHEETS[sheet](case, "en")


# --- Many in one file -----------------------------------------------------------------------


def test_the_chosen_cases_are_printed_into_one_file_for_the_one_who_asked(
    client: Client, hotel_worker: User, hotel: Place, stranger: User,
    django_capture_on_commit_callbacks,
):  # fmt: skip
    guests = [make_observed_case(place=hotel) for _ in range(2)]
    elsewhere = make_case()
    client.force_login(hotel_worker)

    chosen = [case.number for case in (*guests, elsewhere)]
    with django_capture_on_commit_callbacks() as queued:
        response = client.post(
            reverse("returnees:print_many"), {"sheet": "notice", "chosen": chosen}
        )
    job = Job.objects.get()
    assert (response.status_code, len(queued)) == (302, 1)
    assert response.headers["Location"] == job.get_absolute_url()
    assert (job.asked_by, job.total) == (hotel_worker, 2)

    tasks.run_job(job.pk)

    file_url = reverse("job_file", args=[job.pk])
    assert file_url in client.get(job.get_absolute_url()).content.decode()
    response = client.get(file_url)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="notice-{job.pk}.pdf"'
    pages, text = read(b"".join(response.streaming_content))
    assert pages == 2
    assert [case.number in text for case in (*guests, elsewhere)] == [True, True, False]
    client.force_login(stranger)
    assert client.get(file_url).status_code == 404
    assert client.get(job.get_absolute_url()).status_code == 404


def test_a_batch_lies_in_the_order_of_the_rooms(sender: User, community: Place):
    rooms = ["1203", "805", "12A", "1201"]
    guests = {
        room: make_case(place=community, by=sender, community=community, room=room)
        for room in rooms
    }
    job = make_job(sender, *guests.values())

    tasks.run_job(job.pk)

    _pages, text = read(Job.objects.get().content())
    printed_at = {room: text.index(case.number) for room, case in guests.items()}
    assert sorted(rooms, key=lambda room: printed_at[room]) == ["12A", "805", "1201", "1203"]


RARE = "\U000323af"


def test_a_letter_that_can_not_be_printed_is_said_before_the_sheet_is(
    client: Client, sender: User, case: Case
):
    Person.objects.update(name_zh=f"王{RARE}")
    client.force_login(sender)

    page = client.get(sheet_url(case))

    assert page["Content-Type"].startswith("text/html")
    assert RARE in page.content.decode() and "U+323AF" in page.content.decode()
    anyway = client.get(f"{sheet_url(case)}?gaps=1")
    assert anyway["Content-Type"] == "application/pdf"
    assert "王＿" in read(anyway.content)[1]


def test_on_top_of_a_batch_lies_what_is_to_be_written_by_hand(sender: User, case: Case):
    other = make_case(place=case.community, by=sender, community=case.community)
    Person.objects.filter(cases=other).update(name_zh=f"王{RARE}")

    job = make_job(sender, case, other)
    tasks.run_job(job.pk)

    _pages, text = read(Job.objects.get().content())
    cover = text.split("1/1")[0]
    assert "U+323AF" in cover
    assert [each.number in cover for each in (case, other)] == [False, True]


def test_cases_without_the_sheet_make_no_job(client: Client, sender: User, case: Case):
    client.force_login(sender)

    response = client.post(
        reverse("returnees:print_many"), {"sheet": "certificate", "chosen": [case.number]}
    )

    assert response.headers["Location"] == reverse("returnees:case_list")
    assert not Job.objects.exists()


def make_job(by: User, *cases: Case) -> Job:
    numbers = [case.number for case in cases]
    return batches.ask("registration", numbers, by=by, language="en", now=NOW)


def test_the_page_says_how_far_the_job_is_and_asks_again_until_it_is_finished(
    client: Client, sender: User, case: Case
):
    job = make_job(sender, case)
    client.force_login(sender)

    def page() -> str:
        return client.get(job.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()

    assert 'hx-trigger="every 1s"' in page()
    assert client.get(reverse("job_file", args=[job.pk])).status_code == 404

    assert job.start()
    job.fail(now=NOW)

    assert "hx-trigger" not in page()
    assert "status-bad" in page()


def test_more_cases_than_a_job_prints_are_not_asked_for(
    client: Client, sender: User, case: Case, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(batches, "AT_MOST", 0)
    client.force_login(sender)

    client.post(reverse("returnees:print_many"), {"sheet": "registration", "case": [case.number]})

    assert not Job.objects.exists()


def test_what_may_no_longer_be_printed_is_left_out(sender: User, case: Case, hotel: Place):
    stays = make_case(place=case.community, by=sender, community=case.community)
    job = make_job(sender, case, stays)
    Membership.objects.create(user=sender, role="community_worker", place=real_place("gucheng"))
    sender.memberships.exclude(place__code="gucheng").delete()
    foreign = make_case(place=real_place("gucheng"))
    Job.objects.filter(pk=job.pk).update(
        parameters=job.parameters | {"numbers": [stays.number, case.number, foreign.number]}
    )

    tasks.run_job(job.pk)

    _pages, text = read(Job.objects.get().content())
    assert [each.number in text for each in (stays, case, foreign)] == [False, False, True]


def test_a_job_whose_worker_died_begins_again_and_a_finished_one_does_not(
    sender: User, case: Case, media: Path
):
    job = make_job(sender, case)
    assert job.start()
    Job.objects.update(alive_at=timezone.now() - SILENCE - timedelta(seconds=1))
    assert Job.objects.revive(now=NOW) == 1

    tasks.run_job(job.pk)
    first = Job.objects.get()
    tasks.run_job(job.pk)

    assert (first.status, first.done) == (JobStatus.DONE, 1)
    assert Job.objects.get().file == first.file
    assert len([path for path in media.glob("jobs/**/*") if path.is_file()]) == 1
    assert not any(path.stat().st_mode & 0o077 for path in media.rglob("*"))


def test_a_job_that_can_not_be_done_says_so(client: Client, sender: User, case: Case):
    job = make_job(sender, case)
    Job.objects.update(parameters=job.parameters | {"numbers": ["HSY-000000"]})

    with pytest.raises(ValueError):
        tasks.run_job(job.pk)

    job.refresh_from_db()
    assert (job.status, bool(job.file)) == (JobStatus.FAILED, False)


def test_the_file_is_deleted_after_a_day(sender: User, case: Case, media: Path):
    job = make_job(sender, case)
    assert job.start()
    job.finish(b"%PDF", now=NOW)

    assert Job.objects.forget_files(NOW + timedelta(hours=23)) == 0
    assert Job.objects.forget_files(NOW + timedelta(hours=24)) == 1
    assert not [path for path in media.glob("jobs/**/*") if path.is_file()]
