"""Rows that make no sense are refused by the database, each for its own reason.

The rules of custody, observation and release have their own tests; these are the rest.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from houshayu.models import Membership, Place, Post, User
from returnees.models import (
    CarePreference,
    Case,
    CoResident,
    TransitPoint,
    VisitedPlace,
)
from returnees.sheets import batches
from tests.attacks import refused_by, sql
from tests.factories import NOW, make_case, make_certificate, make_order, make_user, tell_user
from tests.test_conventions import own_models


@pytest.fixture
def filled(case: Case, sender: User, community: Place) -> Case:
    """A case whose form has every section, and a row of each other kind beside it."""
    CarePreference.objects.create(case=case)
    journey = case.journey
    TransitPoint.objects.create(journey=journey, country="DEU", city="Munich", arrived_at=NOW)
    VisitedPlace.objects.create(
        journey=journey,
        country="ITA",
        city="Milan",
        from_on=date(2020, 3, 6),
        until_on=date(2020, 3, 19),
    )
    CoResident.objects.create(case=case, name="王大明", relation="父亲", age=70)
    Post.objects.create(place=community, task="登记", group="medical", is_lead=True)
    Post.objects.create(place=community, task="测温", group="medical")
    tell_user(sender, 2)
    tell_user(sender, kind="alert")
    Membership.objects.create(user=sender, place=community, role="duty_officer")
    batches.ask("registration", [case.number], by=sender, language="", now=NOW)
    make_order(place=community, by=sender)
    make_case(place=community, by=sender)
    return case


@pytest.mark.parametrize(
    ("constraint", "attack"),
    [
        ("person_category_known", "person SET person_category = 'martian'"),
        ("person_gender_known", "person SET gender = '?'"),
        ("person_language_known", "person SET preferred_language = 'tlh'"),
        ("person_has_a_name", "person SET name_zh = '', surname_latin = ''"),
        ("person_born_since_1900", "person SET birth_date = '1899-12-31'"),
        ("identitydocument_type_known", "identitydocument SET document_type = 'library_card'"),
        ("identitydocument_visa_known", "identitydocument SET visa_type = 'ZZ'"),
        (
            "identitydocument_one_holder",
            "identitydocument SET number_index = (SELECT max(number_index)"
            " FROM returnees_identitydocument)",
        ),
        ("case_residence_known", "case SET residence_kind = 'tent'"),
        ("case_intake_known", "case SET intake_channel = 'pigeon'"),
        ("healthdeclaration_temperature_range", "healthdeclaration SET temperature = 33.9"),
        ("healthdeclaration_temperature_range", "healthdeclaration SET temperature = 43"),
        ("healthdeclaration_method_known", "healthdeclaration SET temperature_method = 'hand'"),
        ("healthdeclaration_symptoms_known", "healthdeclaration SET symptoms = '{homesick}'"),
        (
            "healthdeclaration_conditions_known",
            "healthdeclaration SET chronic_conditions = '{lazy}'",
        ),
        ("journey_mode_known", "journey SET transport_mode = 'ufo'"),
        ("journey_port_known", "journey SET entry_port = 'XXX'"),
        ("journey_purpose_known", "journey SET purpose = 'shopping'"),
        ("journey_pickup_known", "journey SET pickup = 'bicycle'"),
        ("journey_days_observed", "journey SET days_observed_elsewhere = 31"),
        (
            "transitpoint_left_after_arrival",
            "transitpoint SET departed_at = arrived_at - interval '1 minute'",
        ),
        ("visitedplace_left_after_arrival", "visitedplace SET until_on = from_on - 1"),
        ("coresident_age", "coresident SET age = 131"),
        ("observationrequest_mode_known", "observationrequest SET requested_mode = 'spa'"),
        ("observationrequest_grounds_known", "observationrequest SET exception_grounds = '{rich}'"),
        ("observationrequest_result_known", "observationrequest SET assessment_result = 'maybe'"),
        (
            "observationrequest_two_assessors",
            "observationrequest SET assessment_result = 'approved', assessed_at = now(),"
            " community_assessor = '李', health_assessor = '李'",
        ),
        ("carepreference_diet_known", "carepreference SET diet = 'cake'"),
        ("carepreference_customs_known", "carepreference SET customs = '{karaoke}'"),
        ("declaration_true_and_notice_read", "declaration SET truth_declaration = false"),
        ("declaration_true_and_notice_read", "declaration SET privacy_notice_read = false"),
        ("declaration_language_known", "declaration SET privacy_notice_language = 'tlh'"),
    ],
)
def test_the_form_and_its_sheets_make_sense(filled: Case, constraint: str, attack: str) -> None:
    with refused_by(constraint):
        sql(f"UPDATE returnees_{attack}")


@pytest.mark.parametrize(
    ("constraint", "attack"),
    [
        ("user_language_known", "user SET language = 'fr'"),
        ("membership_role_known", "membership SET role = 'king'"),
        ("membership_once", "membership SET role = 'duty_officer'"),
        ("post_group_known", "post SET \"group\" = 'chess'"),
        ("post_one_lead_per_group", "post SET is_lead = true"),
        ("line_once_per_recipient", "messageline SET key = 'one'"),
        ("message_one_per_quarter", "message SET kind = 'alert'"),
        ("message_mail_status_known", "message SET mail_status = 'lost'"),
        ("workorder_has_a_kind", "workorder SET kind = ''"),
        ("workorder_says_what_to_do", "workorder SET text = ''"),
        ("workorder_due_after_opened", "workorder SET due_at = opened_at"),
        ("workorder_about_one_row", "workorder SET about_id = 1"),
        ("workorder_about_one_row", "workorder SET about_model = 'returnees.case'"),
        ("workorder_done_by_somebody_with_a_result", "workorder SET done_at = now()"),
        ("workorder_done_by_somebody_with_a_result", "workorder SET result = 'x'"),
        (
            "workorder_done_by_somebody_with_a_result",
            "workorder SET done_at = now(), done_by_id = opened_by_id",
        ),
        ("job_has_a_kind", "job SET kind = ''"),
        ("job_status_known", "job SET status = 'lost', finished_at = now()"),
        ("job_finished_at_iff_finished", "job SET finished_at = now()"),
        ("job_file_only_when_done_and_for_a_time", "job SET file = 'x', forget_at = now()"),
        (
            "job_file_only_when_done_and_for_a_time",
            "job SET file = 'x', status = 'done', finished_at = now()",
        ),
        ("job_problem_only_when_failed", "job SET problem = 'no'"),
        ("job_done_of_total", "job SET done = 2"),
    ],
)
def test_users_posts_messages_and_work_make_sense(
    filled: Case, constraint: str, attack: str
) -> None:
    with refused_by(constraint):
        sql(f"UPDATE houshayu_{attack}")


def test_a_login_is_one_persons_in_any_spelling(filled: Case) -> None:
    make_user(username="SENDERS")
    with refused_by("user_username_once_in_any_spelling"):
        sql("UPDATE houshayu_user SET username = 'SENDER' WHERE username = 'SENDERS'")


@pytest.mark.parametrize(
    ("constraint", "attack"),
    [
        ("attachment_has_a_kind", "kind = ''"),
        ("attachment_is_not_empty", "size = 0"),
        ("attachment_has_its_own_file", "stored_as = 'x'"),
    ],
)
def test_an_attachment_is_a_file_of_some_kind(
    filled: Case, sender: User, constraint: str, attack: str
) -> None:
    make_certificate(filled, by=sender)
    make_certificate(make_case(by=sender), by=sender)
    with refused_by(constraint):
        sql(f"UPDATE houshayu_attachment SET {attack}")


def test_a_task_of_a_place_is_one_post(filled: Case) -> None:
    with refused_by("post_once"):
        sql("UPDATE houshayu_post SET task = '登记'")


def test_there_is_one_clock(db: None) -> None:
    with refused_by("clock_shift_single"):
        sql("INSERT INTO houshayu_clockshift (id, shift) VALUES (2, interval '1 day')")


def test_every_constraint_is_tried_by_breaking_it() -> None:
    tried = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.rglob("test_*.py")
    )
    # An unknown result breaks labtest_result_after_sample first.
    with_another = {"labtest_result_known"}

    untried = {
        constraint.name
        for model in own_models()
        for constraint in model._meta.constraints
        # modeltranslation repeats a constraint for each language.
        if constraint.name not in tried and not constraint.name.endswith(("-zh-hans", "-en"))
    }

    assert untried - with_another == set()
