from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVector, SearchVectorField
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from houshayu.keeping import personal
from houshayu.privacy.fields import EncryptedTextField, blind_index, masked
from houshayu.privacy.masking import mask_but_last, mask_document, mask_name, mask_phone
from returnees import names
from returnees.countries import country_name
from returnees.documents import DocumentType
from returnees.keeping import CONTACT, DOCUMENT, IDENTITY, LANGUAGE


class PersonCategory(models.TextChoices):
    MAINLAND = "mainland", _("Chinese mainland resident")
    OVERSEAS_CHINESE = "overseas_chinese", _("Overseas Chinese (PRC citizen living abroad)")
    HONG_KONG = "hong_kong", _("Hong Kong compatriot")
    MACAO = "macao", _("Macao compatriot")
    TAIWAN = "taiwan", _("Taiwan compatriot")
    FOREIGN_DESCENT = "foreign_descent", _("Foreign national of Chinese descent")
    FOREIGN = "foreign", _("Foreign national")
    STATELESS = "stateless", _("Stateless")


class Gender(models.TextChoices):
    MALE = "M", _("Male")
    FEMALE = "F", _("Female")
    UNSPECIFIED = "X", _("Unspecified")


class VisaType(models.TextChoices):
    """Ordinary visa letters of the 2013 regulations, and what stands in for a visa."""

    NONE = "none", _("None")
    C = "C", "C"
    D = "D", "D"
    F = "F", "F"
    G = "G", "G"
    J1 = "J1", "J1"
    J2 = "J2", "J2"
    L = "L", "L"
    M = "M", "M"
    Q1 = "Q1", "Q1"
    Q2 = "Q2", "Q2"
    R = "R", "R"
    S1 = "S1", "S1"
    S2 = "S2", "S2"
    X1 = "X1", "X1"
    X2 = "X2", "X2"
    Z = "Z", "Z"
    RESIDENCE_PERMIT = "residence_permit", _("Residence permit")
    APEC = "apec", "APEC"
    VISA_FREE = "visa_free", _("Visa-free")


class PersonQuerySet(models.QuerySet["Person"]):
    def named(self, text: str) -> PersonQuerySet:
        """Whose name matches hanzi, pinyin, initials or latin letters; nobody for no text."""
        if not (query := names.search_query(text)):
            return self.none()
        return self.filter(name_vector=SearchQuery(query, config="simple", search_type="raw"))

    def derive_again(self, *, at_once: int = 500) -> int:
        """What people are found and sorted by is as it would be worked out today.

        Returns how many were changed. No history is written: nobody changed anything. Rows are
        locked from read to write, at_once of them at most; it can be interrupted and repeated.
        """
        changed, last = 0, 0
        while True:
            with transaction.atomic(), pgtrigger.ignore():
                rows = self.select_for_update(no_key=True).filter(pk__gt=last).order_by("pk")
                people = list(rows[:at_once])
                stale = [person for person in people if person.derive()]
                self.bulk_update(stale, sorted(Person.DERIVED))
            if not people:
                return changed
            changed, last = changed + len(stale), people[-1].pk


@pghistory.track()
class Person(models.Model):
    """A human being, once, however often they return."""

    person_category = personal(
        IDENTITY, models.CharField(_("Category"), max_length=16, choices=PersonCategory)
    )
    name_zh = personal(IDENTITY, models.CharField(_("Name in Chinese"), max_length=50, blank=True))
    surname_latin = personal(
        IDENTITY, models.CharField(_("Surname (as in passport)"), max_length=60, blank=True)
    )
    given_names_latin = personal(
        IDENTITY, models.CharField(_("Given names (as in passport)"), max_length=80, blank=True)
    )
    name_sort_key = personal(IDENTITY, models.CharField(max_length=200, editable=False))
    name_tokens = personal(IDENTITY, models.TextField(editable=False))
    name_vector = personal(
        IDENTITY,
        models.GeneratedField(
            expression=SearchVector("name_tokens", config="simple"),
            output_field=SearchVectorField(),
            db_persist=True,
        ),
    )
    gender = personal(IDENTITY, models.CharField(_("Sex"), max_length=1, choices=Gender))
    birth_date = personal(IDENTITY, models.DateField(_("Date of birth")))
    nationality = personal(IDENTITY, models.CharField(_("Nationality (region)"), max_length=3))
    occupation = personal(IDENTITY, models.CharField(_("Occupation"), max_length=60, blank=True))
    employer_or_school = personal(
        IDENTITY, models.CharField(_("Employer or school"), max_length=120, blank=True)
    )
    preferred_language = personal(
        LANGUAGE,
        models.CharField(_("Preferred language"), max_length=10, choices=settings.LANGUAGES),
    )
    needs_interpreter = personal(LANGUAGE, models.BooleanField(_("Interpreter needed")))
    guardian_name = personal(
        CONTACT, models.CharField(_("Guardian"), max_length=names.FULL_NAME_LENGTH, blank=True)
    )
    guardian_phone = personal(
        CONTACT,
        EncryptedTextField(_("Guardian's phone"), mask=mask_phone, max_length=20, blank=True),
    )
    phone_cn = personal(
        CONTACT,
        EncryptedTextField(_("Mobile number in China"), mask=mask_phone, max_length=20, blank=True),
    )
    phone_cn_index = personal(CONTACT, models.CharField(max_length=64, blank=True, editable=False))
    phone_intl = personal(
        CONTACT,
        EncryptedTextField(_("Mobile number abroad"), mask=mask_phone, max_length=20, blank=True),
    )
    phone_intl_index = personal(
        CONTACT, models.CharField(max_length=64, blank=True, editable=False)
    )
    wechat_id = personal(CONTACT, models.CharField(_("WeChat ID"), max_length=20, blank=True))
    email = personal(CONTACT, models.EmailField(_("E-mail"), blank=True))

    objects = PersonQuerySet.as_manager()
    # What derive() works out.
    DERIVED = frozenset({"name_sort_key", "name_tokens", "phone_cn_index", "phone_intl_index"})

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        permissions = [("reveal_person", "Can reveal a phone number of or for a person")]
        constraints = [
            models.CheckConstraint(
                name="person_category_known",
                condition=Q(person_category__in=PersonCategory.values),
            ),
            models.CheckConstraint(
                name="person_gender_known", condition=Q(gender__in=Gender.values)
            ),
            models.CheckConstraint(
                name="person_language_known",
                condition=Q(preferred_language__in=[code for code, _name in settings.LANGUAGES]),
            ),
            models.CheckConstraint(
                name="person_has_a_name",
                condition=~Q(name_zh="") | ~Q(surname_latin=""),
                violation_error_message=_("A name is needed, in Chinese or in latin letters."),
            ),
            models.CheckConstraint(
                name="person_born_since_1900", condition=Q(birth_date__gte="1900-01-01")
            ),
        ]
        indexes = [
            GinIndex(name="person_names", fields=["name_vector"]),
            models.Index(name="person_birth_date", fields=["birth_date"]),
            models.Index(
                name="person_phone_cn", fields=["phone_cn_index"], condition=~Q(phone_cn_index="")
            ),
            models.Index(
                name="person_phone_intl",
                fields=["phone_intl_index"],
                condition=~Q(phone_intl_index=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name_zh or self.name_latin

    @property
    def name_latin(self) -> str:
        return f"{self.surname_latin} {self.given_names_latin}".strip()

    @property
    def masked_name(self) -> str:
        return mask_name(str(self))

    @property
    def nationality_name(self) -> str:
        return country_name(self.nationality)

    def derive(self) -> bool:
        """Work out again what is found and sorted by; call before a changed person is saved.

        Returns whether anything of it is other than before.
        """
        before = [getattr(self, name) for name in sorted(self.DERIVED)]
        parts = (self.name_zh, self.surname_latin, self.given_names_latin)
        self.name_sort_key = names.sort_key(*parts)
        self.name_tokens = names.search_tokens(*parts)
        self.phone_cn_index = self.phone_cn and blind_index(self.phone_cn, purpose="phone")
        self.phone_intl_index = self.phone_intl and blind_index(self.phone_intl, purpose="phone")
        return before != [getattr(self, name) for name in sorted(self.DERIVED)]


# Every country counts its own passports: two may give out the same number.
NUMBERED_BY_COUNTRY = frozenset({DocumentType.PASSPORT, DocumentType.OTHER})


class IdentityDocumentQuerySet(models.QuerySet["IdentityDocument"]):
    def with_number(self, document_type: str, number: str) -> IdentityDocumentQuerySet:
        """Documents of this type with this number, given as normalised by the check.

        One at most, but for passports, of which every country may have one.
        """
        return self.filter(
            document_type=document_type, number_index=blind_index(number, purpose="document")
        )

    def same_as(self, document: IdentityDocument) -> IdentityDocumentQuerySet:
        """The saved document that this one, derived, is; one at most."""
        return self.filter(
            document_type=document.document_type,
            number_index=document.number_index,
            issuing_country=document.issuing_country,
        )


@pghistory.track()
class IdentityDocument(models.Model):
    """A passport, permit or card of a person; the number is encrypted and shown masked."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="documents")
    document_type = personal(
        DOCUMENT, models.CharField(_("Document type"), max_length=30, choices=DocumentType)
    )
    document_number = personal(
        DOCUMENT, EncryptedTextField(_("Document number"), mask=mask_document, max_length=40)
    )
    number_index = personal(DOCUMENT, models.CharField(max_length=64, editable=False))
    # The nationality of the holder, where numbers are unique in one country only.
    issuing_country = personal(DOCUMENT, models.CharField(max_length=3, blank=True, editable=False))
    masked_number = personal(
        DOCUMENT, models.CharField(_("Document number"), max_length=24, editable=False)
    )
    document_expiry = personal(DOCUMENT, models.DateField(_("Valid until"), null=True, blank=True))
    document_note = personal(
        DOCUMENT, models.CharField(_("Name of the document"), max_length=80, blank=True)
    )
    visa_type = personal(
        DOCUMENT,
        models.CharField(
            _("Visa or residence permit"), max_length=16, choices=VisaType, blank=True
        ),
    )
    needs_manual_check = personal(
        DOCUMENT, models.BooleanField(_("To be checked by hand"), default=False)
    )

    objects = IdentityDocumentQuerySet.as_manager()
    # What derive() works out.
    DERIVED = frozenset({"issuing_country", "number_index", "masked_number"})

    class Meta:
        verbose_name = _("identity document")
        verbose_name_plural = _("identity documents")
        permissions = [("reveal_identitydocument", "Can reveal a document number")]
        constraints = [
            models.CheckConstraint(
                name="identitydocument_type_known",
                condition=Q(document_type__in=DocumentType.values),
            ),
            models.CheckConstraint(
                name="identitydocument_visa_known",
                condition=Q(visa_type__in=["", *VisaType.values]),
            ),
            models.UniqueConstraint(
                name="identitydocument_one_holder",
                fields=["document_type", "number_index", "issuing_country"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_document_type_display()} {self.masked_number}"

    @property
    def number_to_compare(self) -> str:
        """As much of the number as shows whether it is that of a document in one's hand."""
        return mask_but_last(self.document_number)

    def derive(self) -> None:
        """Work out again what is found and shown by.

        Call before a changed number is saved, or one of a person whose nationality changed.
        """
        by_country = self.document_type in NUMBERED_BY_COUNTRY
        self.issuing_country = self.person.nationality if by_country else ""
        self.number_index = blind_index(self.document_number, purpose="document")
        self.masked_number = masked(self, "document_number")
