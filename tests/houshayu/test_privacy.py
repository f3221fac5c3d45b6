"""What is encrypted stays closed to all but the program, and reading it leaves a mark."""

from __future__ import annotations

import base64
import os
from logging.config import DictConfigurator

import pytest
from django.conf import settings
from django.core.exceptions import FieldError
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings

from houshayu.checks import field_keys_are_sound
from houshayu.models import Reveal, User
from houshayu.privacy.fields import EncryptedTextField, Undecryptable, blind_index, decrypt, encrypt
from returnees.models import Case, IdentityDocument, Person
from tests.factories import NOW, make_person

COLUMN = "returnees_person.phone_cn"


def new_key() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def stored(column: str, person: Person) -> str:
    """What stands in the database, read past the field."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM returnees_person WHERE id = %s", [person.pk])
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_number_is_read_back_and_not_stored_as_it_is() -> None:
    person = make_person(phone_cn="13800138000")

    assert Person.objects.get(pk=person.pk).phone_cn == "13800138000"
    assert "13800138000" not in stored("phone_cn", person)
    assert decrypt(stored("phone_cn", person), bound_to=COLUMN) == "13800138000"


def test_a_protected_field_without_a_mask_can_not_be_declared() -> None:
    with pytest.raises(TypeError, match="mask"):
        EncryptedTextField()  # type: ignore[call-arg]


@pytest.mark.django_db
def test_an_empty_number_stays_empty() -> None:
    person = make_person(phone_cn="", phone_intl="+39021234567")

    assert stored("phone_cn", person) == ""
    assert Person.objects.get(pk=person.pk).phone_cn == ""


@pytest.mark.django_db
def test_ciphertext_moved_to_another_column_is_refused() -> None:
    person = make_person(phone_cn="13800138000")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE returnees_person SET phone_intl = phone_cn")

    with pytest.raises(Undecryptable, match=r"returnees_person\.phone_intl"):
        Person.objects.get(pk=person.pk)


@pytest.mark.parametrize("text", ["13800138000", "", "AAAA", "no base64 at all"])
def test_what_was_never_encrypted_is_not_taken_for_a_number(text: str) -> None:
    with pytest.raises(Undecryptable):
        decrypt(text, bound_to=COLUMN)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "lookup", ["phone_cn", "phone_cn__contains", "phone_cn__in", "phone_cn__lower"]
)
def test_an_encrypted_number_is_not_searched(lookup: str) -> None:
    with pytest.raises(FieldError, match=r"Person\.phone_cn is encrypted and can't be searched"):
        Person.objects.filter(**{lookup: ["13800138000"]}).exists()

    assert not Person.objects.filter(phone_cn__isnull=True).exists()


def test_an_old_key_still_reads_and_the_new_one_writes(settings: Settings) -> None:
    old, new = new_key(), new_key()
    settings.FIELD_KEYS = [old]
    before = encrypt("13800138000", bound_to=COLUMN)
    settings.FIELD_KEYS = [new, old]
    after = encrypt("13800138000", bound_to=COLUMN)

    assert decrypt(before, bound_to=COLUMN) == "13800138000"

    settings.FIELD_KEYS = [new]
    assert decrypt(after, bound_to=COLUMN) == "13800138000"
    with pytest.raises(Undecryptable):
        decrypt(before, bound_to=COLUMN)


@pytest.mark.django_db
def test_after_rotation_the_old_key_is_needed_nowhere(
    settings: Settings, case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = settings.FIELD_KEYS, new_key()
    Person.objects.filter(pk=case.person_id).update(phone_cn="13900139000")
    history = Person.pgh_event_models["update"].objects  # type: ignore[attr-defined]
    numbers = list(history.order_by("pgh_id").values_list("phone_cn", flat=True))
    assert numbers[-1] == "13900139000"

    settings.FIELD_KEYS = [new, *old]
    call_command("rotate_field_keys")
    settings.FIELD_KEYS = [new]

    assert Person.objects.get(pk=case.person_id).phone_cn == "13900139000"
    assert IdentityDocument.objects.get(pk=case.document_id).document_number.startswith("E")
    assert list(history.order_by("pgh_id").values_list("phone_cn", flat=True)) == numbers
    assert "returnees.Person: 1 rows" in capsys.readouterr().out


def test_a_blind_index_finds_the_same_value_for_the_same_purpose_only(
    settings: Settings,
) -> None:
    index = blind_index("E12345678", purpose="document")

    assert blind_index("E12345678", purpose="document") == index
    assert blind_index("E12345679", purpose="document") != index
    assert blind_index("E12345678", purpose="phone") != index
    settings.BLIND_INDEX_KEY = new_key()
    assert blind_index("E12345678", purpose="document") != index


@pytest.mark.django_db
def test_a_reveal_records_who_read_what_and_why(case: Case, sender: User) -> None:
    number = Reveal.objects.read(
        case.document, "document_number", by=sender, reason=" visa office asks ", now=NOW
    )

    assert number == case.document.document_number
    assert list(Reveal.objects.values_list("by", "subject", "subject_id", "reason", "at")) == [
        (sender.pk, "identitydocument", case.document_id, "visa office asks", NOW)
    ]


@pytest.mark.django_db
def test_without_a_reason_nothing_is_revealed(case: Case, sender: User) -> None:
    with pytest.raises(IntegrityError, match="reveal_has_a_reason"), transaction.atomic():
        Reveal.objects.read(case.document, "document_number", by=sender, reason=" ", now=NOW)

    assert not Reveal.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql", ["UPDATE houshayu_reveal SET reason = 'other'", "DELETE FROM houshayu_reveal"]
)
def test_a_reveal_is_not_changed_even_by_sql(case: Case, sender: User, sql: str) -> None:
    Reveal.objects.record(by=sender, subject=case.document, reason="visa office asks", now=NOW)

    with (
        pytest.raises(DatabaseError, match="Cannot update or delete rows from houshayu_reveal"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)

    assert Reveal.objects.get().reason == "visa office asks"


@pytest.mark.parametrize(
    ("keys", "index_key", "found"),
    [
        ([new_key(), new_key()], new_key(), []),
        ([""], new_key(), ["houshayu.E001"]),
        (["not base64"], new_key(), ["houshayu.E001"]),
        ([base64.b64encode(os.urandom(16)).decode()], new_key(), ["houshayu.E001"]),
        ([new_key(), base64.b64encode(bytes(32)).decode()], new_key(), ["houshayu.E001"]),
        ([new_key()], "short", ["houshayu.E002"]),
        ([new_key()], "password" * 5, ["houshayu.E002"]),
    ],
    ids=["sound", "empty", "no base64", "16 bytes", "all zero", "short index", "guessable index"],
)
def test_weak_keys_are_reported_before_anything_is_encrypted(
    settings: Settings, keys: list[str], index_key: str, found: list[str]
) -> None:
    settings.FIELD_KEYS, settings.BLIND_INDEX_KEY = keys, index_key

    assert [problem.id for problem in field_keys_are_sound()] == found


def test_the_log_does_not_quote_a_row_that_was_refused(case: Case) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Case.objects.filter(pk=case.pk).update(residence_kind="x")

    configured = dict(settings.LOGGING["formatters"]["line"])
    formatter = DictConfigurator(settings.LOGGING).configure_formatter(configured)
    line = formatter.formatException((refused.type, refused.value, refused.tb))

    assert "case_residence_known" in line and "王大明" not in line
