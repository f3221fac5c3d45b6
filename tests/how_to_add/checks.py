"""Asked in the copy: is what was added really there? Copied there as tests/test_added.py."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from houshayu.duties import planning
from houshayu.models import MessageLine
from parcels.models import Parcel, ParcelHandedOut
from policy import ObservationKind, read_rules
from returnees import sheets
from returnees.models import Case, Observation
from tests.factories import NOW, make_case, make_observed_case, make_user, observation_of


@pytest.fixture
def worker(community):
    return make_user(role="community_worker", place=community)


@pytest.fixture
def parcel(community):
    return Parcel.objects.create(place=community, text="Room 302", arrived_at=NOW)


def test_the_app_has_a_list_an_act_and_a_route(client: Client, worker, parcel) -> None:
    client.force_login(worker)
    address = reverse("parcels:parcel_list")
    page = client.get(address).content.decode()
    assert parcel.text in page and f'href="{address}"' in page

    client.post(reverse("parcels:parcel_hand_out", args=[parcel.pk]))

    parcel.refresh_from_db()
    assert parcel.handed_out_by == worker
    with pytest.raises(ParcelHandedOut):
        parcel.hand_out(by=worker, now=NOW)
    [listed] = client.get(reverse("api:parcel-list")).json()["results"]
    assert (listed["id"], listed["handed_out_at"] is None) == (parcel.pk, False)


def test_the_duty_of_the_app_is_planned_sent_and_shown(
    client: Client, worker, parcel, monkeypatch
) -> None:
    planning.plan_and_send(NOW + timedelta(minutes=1))

    assert parcel.text in MessageLine.objects.get(recipient=worker).text
    monkeypatch.setattr("houshayu.clock.now", lambda: NOW)
    client.force_login(worker)
    assert parcel.text in client.get(reverse("coordination:my_day")).content.decode()


def test_the_field_is_on_the_page_in_the_api_and_on_the_sheet(client: Client, worker) -> None:
    case = make_case(place=worker.memberships.get().place, journey={"terminal": "T3-D"})
    client.force_login(worker)

    form = client.get(reverse("returnees:case_edit", args=[case.number])).content.decode()
    stored = client.get(reverse("api:case-detail", args=[case.number])).json()

    assert 'name="journey-terminal"' in form
    assert stored["journey"]["terminal"] == "T3-D"
    assert "T3-D" in sheets.registration_sheet(sheets.with_everything(Case.objects.all()).get())


def test_the_observation_kind_is_decided_and_kept(community) -> None:
    rule = {
        "code": "X",
        "text_en": "All.",
        "text_zh_hans": "全部。",
        "obligations": [{"kind": "village", "days": 7}],
    }
    kind = read_rules([rule])[0].obligations[0].kind
    case = make_observed_case(community=community)

    Observation.objects.filter(pk=observation_of(case).pk).update(kind=kind)

    assert ObservationKind(observation_of(case).kind).stays_in


def test_the_duty_kind_is_planned_and_sent(worker) -> None:
    case = make_case(place=worker.memberships.get().place)

    planning.plan_and_send(NOW + timedelta(minutes=1))

    lines = [line.text for line in MessageLine.objects.filter(recipient=worker)]
    assert lines == [f"Added: {case.number}"]


def test_the_page_answers(client: Client, worker) -> None:
    client.force_login(worker)

    assert client.get(reverse("transfers:handoff_summary")).status_code == 200


def test_the_sheet_is_printed_from_the_page_of_the_case(client: Client, worker) -> None:
    case = make_case(place=worker.memberships.get().place)
    client.force_login(worker)
    address = reverse("returnees:print_sheet", args=[case.number, "door"])

    assert address in client.get(case.get_absolute_url()).content.decode()
    assert client.get(address).content.startswith(b"%PDF")
