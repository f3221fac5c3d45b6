"""No sheet falls back to English: whatever it can say, each of the ten languages says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import trans_real

from houshayu.models import Place
from houshayu.speaking import CHINESE, ENGLISH, speaking
from returnees import observing, releasing, sheets
from returnees.models import Case, HealthDeclaration, LabTest, ObservationRequest
from returnees.sheets import registration, words
from returnees.sheets.kinds import SheetKind
from tests.factories import (
    last_morning,
    make_handoff,
    make_observed_case,
    make_user,
    moment,
    observation_of,
    see_through,
)
from transfers import sheets as transfers_sheets
from transfers.models import Handoff

pytestmark = pytest.mark.django_db
OTHERS = ["zh-hant", "ko", "ja", "fr", "de", "es", "ru", "ar"]


@pytest.fixture
def unsaid(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """What a catalog was asked for and has not, from now on."""
    asked: set[str] = set()
    answer = trans_real.DjangoTranslation.gettext

    def gettext(self: trans_real.DjangoTranslation, message: str) -> str:
        known = message in self._catalog
        # English is what the messages are written in; of Chinese, every message is asked for.
        if message and not known and not self.to_language().startswith((ENGLISH, CHINESE)):
            asked.add(message)
        return answer(self, message)

    monkeypatch.setattr(trans_real.DjangoTranslation, "gettext", gettext)
    return asked


def loaded(case: Case) -> Case:
    return sheets.with_everything(Case.objects.filter(pk=case.pk)).get()


def fields() -> Iterator[tuple[type[models.Model], str]]:
    """Every field that the registration sheet, the certificate or the handoff record shows."""
    for part in registration.FORM:
        for path in part.rows.split():
            record, _dot, name = path.rpartition(".")
            if name != "masked_number":
                yield registration.RECORDS[record or part.record], name
        for table in part.tables:
            relation = registration.RECORDS[table.record]._meta.get_field(table.relation)
            model = relation.related_model
            assert isinstance(model, type)
            yield from ((model, name) for name in table.fields.split())
    yield LabTest, "result"
    for line in transfers_sheets.FIELDS:
        yield from ((Handoff, name) for name in line.split())


@pytest.mark.parametrize("language", OTHERS)
def test_every_label_and_choice_of_the_form_is_said_in_the_language(
    unsaid: set[str], language: str
) -> None:
    with speaking(language):
        for model, name in fields():
            words.label(model, name)
            field = model._meta.get_field(name)
            choices = field.base_field if isinstance(field, ArrayField) else field
            for _value, chosen in getattr(choices, "flatchoices", None) or ():
                str(chosen)
        for kind in SheetKind:
            str(kind.label)

    # What a test's result is called stands on no sheet; the certificate has words of its own.
    assert unsaid - {"result"} == set()


def complete(case: Case) -> Case:
    """The case with its negative results, released on the day that ends the observation."""
    ended_at = see_through(case)
    for test in observation_of(case).labtests.all():
        observing.record_test(test, "negative", by=make_user(), now=last_morning(case))
    releasing.release(case, by=make_user(), now=ended_at)
    return case


@pytest.fixture
def on_the_way_home(community: Place, hotel: Place) -> Handoff:
    """Somebody with a caregiver, on offer from the hotel to the community."""
    case = make_observed_case(place=hotel, community=community)
    case.request.caregiver_name = "KIM HYUNWOO"
    case.request.save()
    return make_handoff(case=case, to_place=community, now=last_morning(case))


@pytest.fixture
def monitored(community: Place, hotel: Place) -> Case:
    """Fourteen days complete, in the seven of health monitoring of the rules of 30 April."""
    arrived = moment("2020-04-30", "10:00")
    return complete(make_observed_case(place=hotel, community=community, arrived=arrived))


@pytest.mark.parametrize("language", OTHERS)
def test_every_sheet_is_said_in_the_language_whatever_it_says(
    unsaid: set[str], on_the_way_home: Handoff, monitored: Case, hotel: Place, language: str
) -> None:
    observed, released = make_observed_case(place=hotel), complete(make_observed_case(place=hotel))
    unsaid.clear()

    transfers_sheets.handoff_record(on_the_way_home, language)
    for case in (on_the_way_home.case, observed, released, monitored):
        for kind, sheet in sheets.SHEETS.items():
            if sheets.printable(Case.objects.filter(pk=case.pk), kind).exists():
                sheet(loaded(case), language)

    assert unsaid == set()


def test_under_health_monitoring_nobody_is_said_to_be_under_observation(monitored: Case) -> None:
    notice = sheets.observation_notice(loaded(monitored), ENGLISH)

    assert "Your medical observation has ended." in notice
    assert "您的医学观察已结束" in notice
    assert "The health monitoring lasts from 14 May 2020 until 21 May 2020." in notice
    assert "you will be under medical observation" not in notice
    assert "Days in a hotel" not in notice


def test_a_certificate_lets_go_out_only_whom_nothing_keeps(
    monitored: Case, community: Place, hotel: Place
) -> None:
    free = complete(make_observed_case(place=hotel, community=community))

    assert "you may go out" in sheets.release_certificate(loaded(free), ENGLISH)
    certificate = sheets.release_certificate(loaded(monitored), ENGLISH)
    assert "Please follow the notice of the health monitoring" in certificate
    assert "you may go out" not in certificate
    assert "正常出行" not in certificate


def test_sender_and_receiver_of_a_handoff_are_not_the_ends_of_a_stay(
    on_the_way_home: Handoff,
) -> None:
    record = transfers_sheets.handoff_record(on_the_way_home, "ru")

    for words_of_the_sides in ("移交单位", "接收单位", "Передающая сторона", "Принимающая сторона"):
        assert words_of_the_sides in record


def test_a_ground_is_a_statement_and_its_field_a_question() -> None:
    grounds = ObservationRequest._meta.get_field("exception_grounds").base_field
    with speaking(CHINESE):
        assert words.label(HealthDeclaration, "pregnant") == "是否孕产妇"
        assert str(dict(grounds.flatchoices)["pregnant"]) == "孕产妇"
