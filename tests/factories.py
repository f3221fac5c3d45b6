"""The people, places and cases of the tests, made by the program's own operations.

Everything happens at NOW unless a test says when; what a test does not care about has an
ordinary value. Cases are registered, handed over and observed as staff do it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any

from houshayu import attachments, telling
from houshayu.calendar import BEIJING, beijing_date
from houshayu.models import Membership, Place, PlaceKind, Role, User, WorkOrder
from houshayu.telling import Line
from returnees import rounds
from returnees.forms.registration import ASKED
from returnees.models import (
    Alert,
    Case,
    CheckIn,
    Custody,
    Declaration,
    HealthDeclaration,
    IdentityDocument,
    Journey,
    Observation,
    ObservationCertificate,
    ObservationRequest,
    Person,
    Room,
)
from returnees.models.certificates import OBSERVATION_CERTIFICATE
from returnees.registration import Registration, register
from transfers.models import Handoff

# Where the demonstration's clock starts, too: a Friday, under the rules of 19 March 2020 (P4).
NOW = datetime(2020, 3, 20, 8, 30, tzinfo=BEIJING)

_numbers = count(1)


def moment(day: str, clock: str = "12:00") -> datetime:
    """An aware moment in Beijing."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=BEIJING)


def real_place(code: str) -> Place:
    """A place of the reference data."""
    return Place.objects.get(code=code)


def make_place(
    *,
    kind: str = PlaceKind.COMMUNITY,
    parent: Place | None = None,
    code: str = "",
    **fields: Any,
) -> Place:
    """A place in Houshayu, unless it lies elsewhere."""
    code = code or f"{kind}-{next(_numbers)}"
    made = Place.objects.create(
        **{
            "code": code,
            "kind": kind,
            "parent": parent or real_place("houshayu"),
            "name_zh_hans": f"示例{code}",
            "name_en": f"Example {code}",
            **fields,
        }
    )
    made.refresh_from_db()  # its ancestors come from a trigger
    return made


def make_user(*, role: str = "", place: Place | None = None, **fields: Any) -> User:
    """A user, with a role at a place if both are given."""
    username = fields.pop("username", f"user{next(_numbers)}")
    user = User.objects.create_user(
        **{"username": username, "name": username, "password": None, **fields}
    )
    if role and place:
        Membership.objects.create(user=user, role=role, place=place)
    return user


def make_registration(
    *,
    expected_arrival_at: datetime = NOW + timedelta(hours=6),
    person: Mapping[str, Any] | None = None,
    document: Mapping[str, Any] | None = None,
    journey: Mapping[str, Any] | None = None,
    health: Mapping[str, Any] | None = None,
    request: Mapping[str, Any] | None = None,
    **case: Any,
) -> Registration:
    """A filled-in form that nobody has saved: somebody healthy of 40 who rents a flat.

    Each section takes the values that matter to the test; the rest goes to the case.
    """
    number = next(_numbers)
    return Registration(
        asked=ASKED,
        person=Person(
            **{
                "person_category": "mainland",
                "name_zh": "王小明",
                "surname_latin": "WANG",
                "given_names_latin": "XIAOMING",
                "gender": "M",
                "birth_date": date(1980, 1, 1),
                "nationality": "CHN",
                "preferred_language": "zh-hans",
                "needs_interpreter": False,
                "phone_cn": f"138{number:08}",
                **(person or {}),
            }
        ),
        document=IdentityDocument(
            **{
                "document_type": "passport_chn",
                "document_number": f"E{number:08}",
                **(document or {}),
            }
        ),
        case=Case(
            **{
                "residence_kind": "rented",
                "emergency_contact_name": "王大明",
                "emergency_contact_phone": "13900000000",
                "emergency_contact_relation": "父亲",
                "intake_channel": "phone",
                "expected_arrival_at": expected_arrival_at,
                **case,
            }
        ),
        journey=Journey(
            **{
                "departure_country": "ITA",
                "departure_city": "Milan",
                "flight_number": "CA950",
                "entry_date": beijing_date(expected_arrival_at),
                "entry_port": "PEK",
                "purpose": "return_home",
                **(journey or {}),
            }
        ),
        health=HealthDeclaration(
            **{
                "temperature": Decimal("36.5"),
                "medicine_72h": False,
                "contact_case": False,
                "contact_fever": False,
                "community_case": False,
                "cluster": False,
                "tested_positive": False,
                "medical_visit_14d": False,
                **(health or {}),
            }
        ),
        request=ObservationRequest(
            **{
                "requested_mode": "home",
                "applied_at": expected_arrival_at - timedelta(days=2),
                **(request or {}),
            }
        ),
        declaration=Declaration(
            truth_declaration=True,
            privacy_notice_read=True,
            privacy_notice_version="2020-03",
            privacy_notice_language="zh-hans",
            privacy_notice_read_at=expected_arrival_at - timedelta(days=2),
            sensitive_consent=True,
            signed_by="王小明",
            signed_at=expected_arrival_at - timedelta(days=2),
        ),
    )


def make_person(**fields: Any) -> Person:
    """Somebody known who has no case."""
    person = make_registration(person=fields).person
    person.derive()
    person.save()
    return person


def make_case(
    *,
    place: Place | None = None,
    arrived: datetime | None = None,
    by: User | None = None,
    now: datetime | None = None,
    **form: Any,
) -> Case:
    """A case that the place registered, and holds.

    arrived: since when the person is in Beijing; without it they are expected this afternoon.
    now: when it was registered: at the arrival, or at NOW. form: as make_registration takes it.
    """
    place = place or make_place()
    if arrived:
        form["expected_arrival_at"] = arrived
    return register(
        make_registration(**form),
        place=place,
        by=by or make_user(role=Role.COMMUNITY_WORKER, place=place),
        now=now or arrived or NOW,
    )


def make_handoff(
    *,
    case: Case | None = None,
    to_place: Place | None = None,
    by: User | None = None,
    now: datetime = NOW,
    **fields: Any,
) -> Handoff:
    """An offer of the case to a place, the hub if none is named, that waits for its answer."""
    case = case or make_case()
    holder = holder_of(case)
    assert holder is not None
    return Handoff.objects.offer(
        case=case,
        to_place=to_place or real_place("ncie-hub"),
        by=by or make_user(role=Role.COMMUNITY_WORKER, place=holder),
        now=now,
        **fields,
    )


def accept(handoff: Handoff, *, by: User, now: datetime, **noted: Any) -> Custody:
    """The handoff answered by somebody who met the person, who came as expected or just now."""
    arrived = min(now, handoff.case.expected_arrival_at)
    return handoff.accept(by=by, now=now, arrived_at=arrived, sure=True, **noted)


def hand_over(case: Case, to_place: Place, *, now: datetime, room: str = "") -> Handoff:
    """The handoff by which the case got there, offered and accepted at once; into the room, which
    is there for them if it was not before."""
    handoff = make_handoff(case=case, to_place=to_place, now=now)
    receiver = make_user(role=Role.TRANSFER_TEAM, place=to_place)
    if room and not Room.objects.filter(place=to_place, number=room).exists():
        make_room(room, place=to_place)
    accept(handoff, by=receiver, now=now, room=room, commitment_signed=True)
    return handoff


def make_observed_case(
    *, place: Place | None = None, arrived: datetime = NOW, room: str = "", **form: Any
) -> Case:
    """A case in a hotel, handed over by its community at the arrival: day 0 of fourteen."""
    community = form.pop("community", None) or make_place()
    case = make_case(place=community, now=arrived, arrived=arrived, community=community, **form)
    hotel = place or make_place(kind=PlaceKind.HOTEL)
    hand_over(case, hotel, now=arrived + timedelta(hours=1), room=room)
    case.refresh_from_db()
    return case


def make_room(number: str = "0812", *, place: Place | None = None, **fields: Any) -> Room:
    """A room of the hotel, demo hotel Jia if none is named, with one bed and nobody in it."""
    place = place or real_place("demo-hotel-jia")
    return Room.objects.create(**{"place": place, "number": number, "floor": number[:-2], **fields})


def holder_of(case: Case) -> Place | None:
    """The place that holds the case now; None once it is closed."""
    return Custody.objects.holder_of(case)


def observation_of(case: Case) -> Observation:
    """The observation that is going on; there must be one."""
    observation = Observation.objects.current_of(case)
    assert observation is not None
    return observation


def check_in(
    case: Case,
    *,
    day: int,
    slot: str,
    temperature: str = "36.5",
    symptoms: tuple[str, ...] = (),
    by: User | None = None,
) -> CheckIn:
    """The check-in of one slot, as a round writes it."""
    observation = observation_of(case)
    on = observation.started_on + timedelta(days=day)
    reading = rounds.Reading(
        observation=observation, temperature=Decimal(temperature), symptoms=symptoms
    )
    recorded = rounds.record(
        [reading],
        on=on,
        slot=slot,
        by=by or make_user(),
        now=moment(on.isoformat(), "08:00" if slot == "morning" else "16:00"),
    )
    return recorded.recorded[0]


def make_order(
    *, place: Place | None = None, by: User | None = None, now: datetime = NOW, **fields: Any
) -> WorkOrder:
    """A directive to count the masks, due this evening."""
    return WorkOrder.objects.open_order(
        **{
            "kind": "directive",
            "place": place or real_place("demo-hotel-jia"),
            "text": "清点口罩",
            "due_at": now + timedelta(hours=10),
            "by": by or make_user(role=Role.COORDINATOR, place=real_place("houshayu")),
            "now": now,
            **fields,
        }
    )


# Whole, and the smallest there is: what a reader looks for is its beginning and its end.
PDF = b"%PDF-1.7\n% two weeks in Tianjin\nstartxref\n0\n%%EOF\n"


def make_certificate(case: Case, *, by: User, content: bytes = PDF) -> ObservationCertificate:
    """The certificate of the days observed elsewhere, attached to the case's journey."""
    file = attachments.read(content, OBSERVATION_CERTIFICATE)
    return ObservationCertificate.objects.attach(case.journey, file, by=by, now=NOW)


def make_alert(case: Case) -> Alert:
    """An open alert: 38.5 °C on the first evening."""
    return check_in(case, day=0, slot="evening", temperature="38.5").alerts.get()


def last_morning(case: Case) -> datetime:
    """The release day of the observation that is going on, at 09:00."""
    return moment(observation_of(case).release_on.isoformat(), "09:00")


def see_through(case: Case) -> datetime:
    """Let the last check-in of the observation be taken, normal; return the moment after it."""
    check_in(case, day=observation_of(case).days, slot="morning")
    return last_morning(case)


def tell_user(user: User, many: int = 1, *, now: datetime = NOW, kind: str = "checkin") -> None:
    """That many lines in the user's inbox, which are one message."""
    telling.tell(
        (
            Line(
                kind=kind,
                place=None,
                key=f"{kind}:{next(_numbers)}",
                text=partial(str, f"Check-in missing: HSY-00000{number}"),
                url=f"/cases/HSY-00000{number}/",
                recipients=[user],
            )
            for number in range(many)
        ),
        now=now,
    )
