"""Synthetic returnees: invented names, unassigned numbers, real airports and flight forms."""

# ruff: noqa: E501  (a table of people reads best with a line each)

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from houshayu.calendar import beijing_date
from houshayu.models import Place
from policy import age_on
from returnees.documents import DocumentType
from returnees.documents.digits import mod_11_2
from returnees.forms.registration import ASKED
from returnees.models import (
    CarePreference,
    Case,
    CoResident,
    Declaration,
    HealthDeclaration,
    IdentityDocument,
    Journey,
    ObservationRequest,
    Person,
    TransitPoint,
    VisitedPlace,
)
from returnees.names import suggest_latin
from returnees.registration import Registration

MANY = 400


@dataclass(frozen=True)
class Origin:
    """Where a group of people comes from: names, home airport and language."""

    country: str
    city: str
    flights: tuple[str, ...]
    language: str
    surnames: tuple[str, ...]
    given: tuple[str, ...]


def _origin(
    country: str, city: str, flights: str, language: str, surnames: str, given: str
) -> Origin:
    return Origin(
        country,
        city,
        tuple(flights.split()),
        language,
        tuple(surnames.split()),
        tuple(given.split()),
    )


CHINESE_SURNAMES = [
    "王",
    "李",
    "张",
    "刘",
    "陈",
    "杨",
    "赵",
    "黄",
    "周",
    "吴",
    "徐",
    "孙",
    "马",
    "朱",
    "胡",
    "郭",
    "何",
    "林",
    "高",
    "罗",
    "欧阳",
    "单",
    "曾",
]
CHINESE_GIVEN = [
    "小明",
    "秀英",
    "伟",
    "芳",
    "娜",
    "敏",
    "静",
    "丽",
    "强",
    "磊",
    "军",
    "洋",
    "勇",
    "艳",
    "杰",
    "娟",
    "涛",
    "明",
    "超",
    "雨桐",
    "子涵",
    "浩然",
    "思远",
    "佳琪",
]
FOREIGN = [
    _origin("KOR", "Seoul", "CA124 KE855 OZ331", "ko", "KIM LEE PARK CHOI JUNG", "MINJUN SEOYEON JIHO YUNA HYUNWOO"),
    _origin("JPN", "Tokyo", "CA926 JL21 NH961", "ja", "SATO SUZUKI TANAKA WATANABE ITO", "HARUTO YUI SOTA AOI REN"),
    _origin("USA", "San Francisco", "CA986 UA888", "en", "MILLER JOHNSON WALKER YOUNG BAKER", "JAMES EMILY NOAH OLIVIA ETHAN"),
    _origin("DEU", "Frankfurt", "CA966 LH720", "de", "SCHMIDT WEBER FISCHER WAGNER BECKER", "LUKAS ANNA JONAS MARIE FELIX"),
    _origin("FRA", "Paris", "CA934 AF382", "fr", "MARTIN BERNARD DUBOIS MOREAU LAURENT", "LOUIS CAMILLE HUGO MANON JULES"),
    _origin("GBR", "London", "CA938 BA39", "en", "SMITH TAYLOR BROWN WILSON EVANS", "OLIVER AMELIA HARRY ISLA GEORGE"),
    _origin("ITA", "Rome", "CA940", "en", "ROSSI RUSSO FERRARI BIANCHI ROMANO", "LUCA GIULIA MARCO SOFIA ANDREA"),
    _origin("ESP", "Madrid", "CA908", "es", "GARCIA LOPEZ MARTINEZ SANCHEZ RUIZ", "PABLO LUCIA DIEGO CARMEN JAVIER"),
    _origin("RUS", "Moscow", "CA910 SU200", "ru", "IVANOV PETROVA SMIRNOV VOLKOVA ORLOV", "DMITRI ELENA SERGEI OLGA IVAN"),
    _origin("CAN", "Vancouver", "CA992 AC29", "en", "TREMBLAY CAMPBELL STEWART ROY FRASER", "LIAM CHLOE LOGAN ZOE OWEN"),
    _origin("AUS", "Sydney", "CA174 QF107", "en", "HARRIS KELLY RYAN MURPHY HUGHES", "JACK RUBY LACHLAN MIA COOPER"),
    _origin("ARE", "Dubai", "CA942 EK306", "ar", "ALMANSOORI ALHASHIMI ALKETBI", "AHMED FATIMA OMAR MARIAM"),
    _origin("EGY", "Cairo", "MS955", "ar", "HASSAN MAHMOUD IBRAHIM SALEH", "YOUSSEF NOUR KARIM SALMA"),
    _origin("SGP", "Singapore", "CA970 SQ802", "en", "TAN LIM NG WONG", "WEIMING HUIMIN JUNJIE XINYI"),
    _origin("MYS", "Kuala Lumpur", "CA872 MH360", "en", "ABDULLAH RAHMAN ISMAIL", "AISYAH HAFIZ NURUL FARID"),
    _origin("THA", "Bangkok", "CA980 TG614", "en", "SUKSAWAT CHAIYASIT WONGSUWAN", "SOMCHAI MALEE ANAN PIM"),
    _origin("IND", "New Delhi", "CA948", "en", "SHARMA PATEL GUPTA SINGH", "ARJUN PRIYA ROHAN ANANYA"),
    _origin("BRA", "Sao Paulo", "CA898", "es", "SILVA SANTOS OLIVEIRA COSTA", "PEDRO BEATRIZ LUCAS LARISSA"),
    _origin("MEX", "Mexico City", "HU7926", "es", "HERNANDEZ GONZALEZ RAMIREZ", "MATEO XIMENA EMILIO REGINA"),
    _origin("SWE", "Stockholm", "CA912", "en", "ANDERSSON JOHANSSON LINDBERG", "ERIK ELSA OSKAR MAJA"),
    _origin("NLD", "Amsterdam", "KL897", "en", "DE-VRIES JANSEN BAKKER", "DAAN SANNE LARS FLEUR"),
    _origin("CHE", "Zurich", "LX196", "de", "MEIER KELLER BRUNNER", "NICO LEA REMO NINA"),
    _origin("ETH", "Addis Ababa", "ET604", "en", "TADESSE BEKELE ALEMU", "ABEL HANNA DAWIT SARA"),
    _origin("GHA", "Accra", "ET604", "en", "MENSAH OWUSU BOATENG", "KOFI AMA KWAME ABENA"),
]  # fmt: skip
ABROAD = [(origin.country, origin.city, origin.flights) for origin in FOREIGN[:12]]


@dataclass(frozen=True)
class Coming:
    """Somebody who will be registered at a moment, by a community."""

    number: int
    registered_at: datetime
    arrives_at: datetime
    community: Place


def comings(communities: list[Place], first: datetime, last: datetime) -> list[Coming]:
    """Everybody who comes between two moments, in the order of their registration."""
    rng = Random(20200320)
    coming = []
    for number in range(MANY):
        arrives_at = first + (last - first) * rng.random()
        arrives_at = arrives_at.replace(minute=rng.choice([5, 20, 35, 50]), second=0, microsecond=0)
        registered_at = arrives_at - timedelta(hours=rng.randint(10, 70))
        coming.append(Coming(number, registered_at, arrives_at, rng.choice(communities)))
    return sorted(coming, key=lambda each: each.registered_at)


def _resident_id(birth: date, sequence: int) -> str:
    body = f"110199{birth:%Y%m%d}{sequence:03}"
    return body + mod_11_2(body)


def _birth(rng: Random) -> date:
    year = rng.choices([1942, 1958, 1975, 1986, 1996, 2004, 2012], [4, 8, 20, 28, 26, 8, 6])[0]
    return date(year, 1, 1) + timedelta(days=rng.randint(0, 360))


def _person(rng: Random, number: int) -> tuple[Person, IdentityDocument, str, str, str]:
    """A person and their document, and the country, city and flight they come from."""
    birth = _birth(rng)
    gender = "FM"[number % 2]
    common = {
        "gender": gender,
        "birth_date": birth,
        "phone_cn": f"199000000{number % 100:02}",
        "occupation": rng.choice(["Engineer", "Teacher", "Student", "Designer", "Accountant", ""]),
        "employer_or_school": rng.choice(
            ["", "International School of Beijing", "Airport logistics"]
        ),
    }
    if age_on(birth, date(2020, 3, 1)) < 18:
        common |= {"guardian_name": "Guardian", "guardian_phone": "19900000099"}
    if number % 100 < 62:
        country, city, flights = rng.choice(ABROAD)
        name = rng.choice(CHINESE_SURNAMES) + rng.choice(CHINESE_GIVEN)
        surname, given = suggest_latin(name)
        category, nationality, language = _chinese_category(number)
        person = Person(
            person_category=category, name_zh=name, surname_latin=surname,
            given_names_latin=given, nationality=nationality, preferred_language=language,
            needs_interpreter=False, **common,
        )  # fmt: skip
        document = _chinese_document(number, category, birth, gender)
    else:
        origin = FOREIGN[number % len(FOREIGN)]
        country, city, flights = origin.country, origin.city, origin.flights
        person = Person(
            person_category="foreign", surname_latin=rng.choice(origin.surnames),
            given_names_latin=rng.choice(origin.given), nationality=origin.country,
            preferred_language=origin.language, needs_interpreter=rng.random() < 0.4, **common,
        )  # fmt: skip
        document = IdentityDocument(
            document_type=DocumentType.PASSPORT,
            document_number=f"X{number:08}",
            document_expiry=date(2026, 6, 30),
            visa_type=rng.choice(["Z", "residence_permit", "S1", "X1", "M"]),
        )
    return person, document, country, city, rng.choice(flights)


def _chinese_category(number: int) -> tuple[str, str, str]:
    if number % 31 == 0:
        return "hong_kong", "HKG", "zh-hant"
    if number % 37 == 0:
        return "taiwan", "TWN", "zh-hant"
    if number % 41 == 0:
        return "overseas_chinese", "CHN", "zh-hans"
    return "mainland", "CHN", "zh-hans"


def _chinese_document(number: int, category: str, birth: date, gender: str) -> IdentityDocument:
    if category == "hong_kong":
        return IdentityDocument(
            document_type=DocumentType.HK_MACAO_TRAVEL_PERMIT, document_number=f"H{number:08}"
        )
    if category == "taiwan":
        return IdentityDocument(
            document_type=DocumentType.TAIWAN_TRAVEL_PERMIT, document_number=f"{number:08}"
        )
    if number % 3 == 0:
        sequence = 901 + (number % 98) // 2 * 2 - (gender == "F")
        return IdentityDocument(
            document_type=DocumentType.RESIDENT_ID,
            document_number=_resident_id(birth, max(902 - (gender == "M"), sequence)),
        )
    return IdentityDocument(
        document_type=DocumentType.PASSPORT_CHN,
        document_number=f"E{number:08}",
        document_expiry=date(2027, 1, 31),
    )


def registration_of(coming: Coming) -> Registration:
    """What the form says of somebody who comes; the same each time it is asked."""
    rng = Random(coming.number)
    person, document, country, city, flight = _person(rng, coming.number)
    if coming.number == 133:
        # A likely duplicate: born on the same day, and named alike, under another document.
        twin, *_rest = _person(Random(132), 132)
        person.name_zh, person.surname_latin = twin.name_zh, twin.surname_latin
        person.given_names_latin, person.birth_date = twin.given_names_latin, twin.birth_date
        document.document_type, document.document_number = DocumentType.PASSPORT, "X90000133"
    home = rng.random() < 0.45
    alone = rng.random() < 0.3
    age = age_on(person.birth_date, beijing_date(coming.arrives_at))
    grounds = [
        *(["age_70"] if age >= 70 else []),
        *(["minor"] if age < 18 else []),
        *(["lives_alone"] if alone else []),
    ]
    entry_date = beijing_date(coming.arrives_at)
    fever = rng.random() < 0.01
    return Registration(
        asked=ASKED,
        person=person,
        document=document,
        case=Case(
            community=coming.community,
            compound=rng.choice(["", "Yosemite", "River Garden", "Capital Paradise"]),
            building=str(rng.randint(1, 20)),
            unit=str(rng.randint(1, 4)),
            room=f"{rng.randint(1, 18)}0{rng.randint(1, 4)}",
            residence_kind=rng.choices(["owned", "rented", "employer", "relatives", "none"], [30, 45, 8, 12, 5])[0],
            emergency_contact_name="Zhao Min",
            emergency_contact_phone=f"199000000{(coming.number + 7) % 100:02}",
            emergency_contact_relation="friend",
            expected_arrival_at=coming.arrives_at,
            intake_channel=rng.choice(["self", "phone", "visit", "sweep"]),
        ),
        journey=Journey(
            departure_country=country,
            departure_city=city,
            transport_mode="air",
            flight_number=flight,
            seat_number=f"{rng.randint(11, 48)}{rng.choice('ABCDHJKL')}",
            entry_date=entry_date,
            entry_port="PEK",
            purpose=rng.choices(["return_home", "work", "study", "visit"], [50, 30, 15, 5])[0],
        ),
        health=HealthDeclaration(
            temperature=Decimal("37.6") if fever else Decimal(rng.randint(361, 369)) / 10,
            symptoms=["dry_cough"] if fever else [],
            symptom_onset=entry_date if fever else None,
            medicine_72h=False,
            contact_case=False,
            contact_fever=False,
            community_case=rng.random() < 0.2,
            cluster=False,
            tested_positive=False,
            medical_visit_14d=False,
        ),
        request=ObservationRequest(
            requested_mode="home" if home else "centralized",
            exception_grounds=grounds if home else [],
            applied_at=coming.registered_at,
            separate_room=home,
        ),
        care=CarePreference(
            diet=rng.choices(["none", "halal", "vegetarian", "no_pork"], [85, 6, 5, 4])[0],
            network_and_desk=rng.random() < 0.3,
        ),
        declaration=Declaration(
            truth_declaration=True,
            privacy_notice_read=True,
            privacy_notice_version="2020-03-01",
            privacy_notice_language=person.preferred_language,
            privacy_notice_read_at=coming.registered_at,
            sensitive_consent=True,
            signed_by=str(person),
            signed_at=coming.registered_at,
        ),
        co_residents=[] if alone else [CoResident(name="Li Hua", relation="spouse", age=38)],
        transits=[TransitPoint(country="ARE", city="Dubai", carrier="EK306")] if rng.random() < 0.15 else [],
        visited=[
            VisitedPlace(
                country=country, city=city,
                from_on=entry_date - timedelta(days=14), until_on=entry_date,
            )
        ],
    )  # fmt: skip
