"""What somebody types into the registration form."""

from __future__ import annotations

from typing import Any

ROWS = ("co_residents", "transits", "visited")


def typed(**changes: Any) -> dict[str, Any]:
    """The form of a healthy German engineer on CA966, who rents a flat; as a browser sends it.

    changes: by the name of the field, person__name_zh for person-name_zh; None leaves it out.
    """
    values = {
        "person-person_category": "foreign",
        "person-surname_latin": "MUSTER",
        "person-given_names_latin": "LENA SOFIE",
        "person-gender": "F",
        "person-birth_date": "1988-08-08",
        "person-nationality": "DEU",
        "person-preferred_language": "de",
        "person-needs_interpreter": "no",
        "document-document_type": "passport",
        "document-document_number": "X00000001",
        "document-visa_type": "Z",
        "contact-phone_cn": "19900000001",
        "dwelling-residence_kind": "rented",
        "dwelling-compound": "Yosemite",
        "dwelling-building": "3",
        "dwelling-room": "1201",
        "dwelling-emergency_contact_name": "Zhao Min",
        "dwelling-emergency_contact_phone": "19900000002",
        "dwelling-emergency_contact_relation": "friend",
        "arrival-expected_arrival_at": "2020-03-20T16:05",
        "journey-departure_country": "DEU",
        "journey-departure_city": "Frankfurt",
        "journey-transport_mode": "air",
        "journey-flight_number": "CA966",
        "journey-entry_date": "2020-03-20",
        "journey-entry_port": "PEK",
        "journey-purpose": "work",
        "journey-pickup": "hub",
        "visited-0-country": "DEU",
        "visited-0-city": "Frankfurt",
        "visited-0-from_on": "2020-03-06",
        "visited-0-until_on": "2020-03-19",
        "health-temperature": "36.5",
        "health-temperature_method": "axillary",
        "health-medicine_72h": "no",
        "health-contact_case": "no",
        "health-contact_fever": "no",
        "health-community_case": "no",
        "health-cluster": "no",
        "health-tested_positive": "no",
        "health-medical_visit_14d": "no",
        "request-requested_mode": "centralized",
        "care-diet": "none",
        "declaration-truth_declaration": "on",
        "declaration-privacy_notice_read": "on",
        "declaration-privacy_notice_language": "de",
        "declaration-sensitive_consent": "yes",
        "declaration-signed_by": "Lena Sofie Muster",
        "office-intake_channel": "visit",
    }
    for name in ROWS:
        values |= {f"{name}-TOTAL_FORMS": "1", f"{name}-INITIAL_FORMS": "0"}
    values |= {name.replace("__", "-"): value for name, value in changes.items()}
    return {name: value for name, value in values.items() if value is not None}


def a_row(rows: str, index: int = 0, /, **values: Any) -> dict[str, Any]:
    """One line of a list, with the count that makes the form read it."""
    return {f"{rows}__{index}__{field}": value for field, value in values.items()} | {
        f"{rows}__TOTAL_FORMS": str(index + 1)
    }
