"""Who has which role, and who answers for what: what does not fit is shown beside the field."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from houshayu.models import Membership, Place, Post, Reveal, Role, User
from returnees.models import Case
from tests.factories import NOW, make_user

BACKEND = "houshayu.access.MembershipBackend"


def test_a_role_that_somebody_has_is_not_given_twice(client: Client, hotel: Place) -> None:
    member = make_user(role=Role.HOTEL_STAFF, place=hotel)
    client.force_login(make_user(role=Role.ADMINISTRATOR, place=hotel), BACKEND)

    answer = client.post(
        reverse("membership_add", args=[member.pk]),
        {"role": Role.HOTEL_STAFF, "place": hotel.pk},
    )

    assert (answer.status_code, len(answer.context["form"].non_field_errors())) == (422, 1)
    assert Membership.objects.filter(user=member).count() == 1


def test_another_role_is_given(client: Client, hotel: Place) -> None:
    member = make_user(role=Role.HOTEL_STAFF, place=hotel)
    client.force_login(make_user(role=Role.ADMINISTRATOR, place=hotel), BACKEND)

    client.post(
        reverse("membership_add", args=[member.pk]),
        {"role": Role.MEDICAL_MEMBER, "place": hotel.pk},
    )

    assert Membership.objects.filter(user=member).count() == 2


def test_the_first_password_is_shown_once_and_kept_by_no_browser(
    client: Client, hotel: Place
) -> None:
    client.force_login(make_user(role=Role.ADMINISTRATOR, place=hotel), BACKEND)
    typed = {"username": "li", "name": "李", "language": "en", "role": "hotel_staff"}

    answer = client.post(reverse("user_add"), typed | {"place": hotel.pk})

    assert "no-store" in answer.headers["Cache-Control"]
    assert User.objects.get(username="li").check_password(answer.context["password"])


def test_a_given_password_is_changed_before_anything_else(client: Client, hotel: Place) -> None:
    client.force_login(make_user(role=Role.ADMINISTRATOR, place=hotel), BACKEND)
    member = make_user(role=Role.HOTEL_STAFF, place=hotel, username="li")
    given = client.post(reverse("password_renew", args=[member.pk]), {"confirmed": "1"}).context[
        "password"
    ]
    theirs, own = Client(), "kapok-in-the-rain"
    credentials = {"username": "li", "password": given}

    refused = theirs.post(reverse("api:login"), credentials, "application/json")
    theirs.post(reverse("account_login"), {"login": "li", "password": given})
    sent_on = theirs.get(reverse("inbox")).headers["Location"]
    change = {"oldpassword": given, "password1": own, "password2": own}
    theirs.post(sent_on, change)

    assert (refused.status_code, sent_on) == (400, reverse("account_change_password"))
    assert theirs.get(reverse("inbox")).status_code == 200
    credentials["password"] = own
    assert theirs.post(reverse("api:login"), credentials, "application/json").status_code == 201


def test_a_group_has_one_lead_at_a_place(client: Client, hotel: Place) -> None:
    lead = Post.objects.create(place=hotel, task="组长", group="medical", is_lead=True)
    other = Post.objects.create(place=hotel, task="医生", group="medical")
    client.force_login(make_user(role=Role.COORDINATOR, place=hotel), BACKEND)

    answer = client.post(reverse("post_edit", args=[other.pk]), {"holder": "", "is_lead": "on"})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["is_lead"])
    again = client.post(reverse("post_edit", args=[lead.pk]), {"holder": "", "is_lead": "on"})
    assert again.status_code == 302


def test_somebody_who_forgot_their_password_gets_another_and_the_old_one_ends(
    client: Client, hotel: Place
) -> None:
    member = make_user(role=Role.HOTEL_STAFF, place=hotel, password="forgotten-long-ago")
    logged_in = Client()
    logged_in.force_login(member, BACKEND)
    client.force_login(make_user(role=Role.ADMINISTRATOR, place=hotel), BACKEND)

    answer = client.post(reverse("password_renew", args=[member.pk]), {"confirmed": "1"})

    member.refresh_from_db()
    assert member.check_password(answer.context["password"])
    assert not member.check_password("forgotten-long-ago")
    assert logged_in.get(reverse("inbox")).status_code == 302


def test_nobody_gives_themselves_a_role(client: Client, hotel: Place) -> None:
    administrator = make_user(role=Role.ADMINISTRATOR, place=hotel)
    client.force_login(administrator, BACKEND)

    answer = client.post(
        reverse("membership_add", args=[administrator.pk]),
        {"role": Role.COORDINATOR, "place": hotel.pk},
    )

    assert answer.context["form"].non_field_errors() == ["不能给自己分配角色，须由其他管理员办理。"]
    assert administrator.memberships.count() == 1


def test_a_login_in_another_spelling_is_the_same_login(client: Client, hotel: Place) -> None:
    make_user(username="wang")
    client.force_login(make_user(role=Role.ADMINISTRATOR, place=hotel), BACKEND)
    typed = {"username": "Wang", "name": "王", "language": "en", "role": "hotel_staff"}

    answer = client.post(reverse("user_add"), typed | {"place": hotel.pk})

    assert answer.context["form"].errors
    assert not User.objects.filter(username="Wang").exists()


def test_roles_given_and_taken_stay_in_the_history(hotel: Place) -> None:
    member = make_user(role=Role.HOTEL_STAFF, place=hotel)
    member.memberships.all().delete()

    history = Membership.pgh_event_models["insert"].objects  # type: ignore[attr-defined]
    kept = history.filter(user=member).order_by("pgh_id").values_list("pgh_label", "role")
    assert list(kept) == [("insert", "hotel_staff"), ("delete", "hotel_staff")]


def test_the_auditor_reads_who_looked_and_why_in_their_places_alone(
    client: Client, hotel: Place, hotel_worker: User, stranger: User, case: Case
) -> None:
    for user, reason in ((hotel_worker, "flight list"), (stranger, "curious")):
        Reveal.objects.record(by=user, subject=case.document, reason=reason, now=NOW)
    client.force_login(make_user(role=Role.PRIVACY_AUDITOR, place=hotel), BACKEND)

    page = client.get(reverse("reveal_list")).content.decode()

    assert "flight list" in page and "curious" not in page
    assert case.document.document_number not in page
