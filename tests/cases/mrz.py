"""Machine-readable zones."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import QueryDict

from returnees.documents import read
from returnees.documents.digits import icao_731
from returnees.views.registration import _fill_from_mrz
from tests.cases import report

TODAY = date(2020, 3, 20)


def second_line(number: str, state: str, width: int = 44) -> str:
    """Born 1974-08-12, female, valid until 2028-04-15, with the right check digits."""
    line = number.ljust(9, "<")
    line += icao_731(line) + state + "7408122F280415" + icao_731("280415")
    if width == 36:
        line += "<" * 7
        return line + icao_731(line[:10] + line[13:20] + line[21:35])
    line += "<" * 15
    return line + icao_731(line[:10] + line[13:20] + line[21:43])


def td3(names: str, number: str = "L898902C3", state: str = "UTO", issuer: str = "") -> str:
    return f"{f'P<{issuer or state}{names}':<<44}\n{second_line(number, state)}"


def td2(names: str, number: str = "D23145890", state: str = "SVK") -> str:
    return f"{f'I<{state}{names}':<<36}\n{second_line(number, state, 36)}"


def filled(zone: str) -> tuple[dict[str, Any], set[str]]:
    """The fields, and the rules of what is marked."""
    fields, problems = read(zone, today=TODAY)
    return fields, {problem.rule for problem in problems}


def category(zone: str) -> str:
    data = QueryDict(mutable=True)
    data["mrz"] = zone
    _fill_from_mrz(data)
    return str(data.get("person-person_category", ""))


@report("M11")
def the_passport_of_a_region_makes_nobody_a_mainland_resident(db: None) -> None:
    assert category(td3("CHAN<<TAI<MAN", "K01234567", "CHN")) == "hong_kong"
    assert category(td3("CHAN<<TAI<MAN", "KJ0123456", "CHN")) == "hong_kong"
    assert category(td3("LEI<<KA<I", "MA0123456", "CHN")) == "macao"
    assert category(td3("WANG<<XIAOMING", "X01234567", "CHN")) == ""
    assert category(td3("WANG<<XIAOMING", "E12345678", "CHN")) == "mainland"


@report("M01")
def a_single_name_is_the_surname_wherever_it_stands() -> None:
    fields, problems = filled(td3("<<SAMPLE", state="IND"))

    assert (fields["surname_latin"], fields.get("given_names_latin")) == ("SAMPLE", None)
    assert not problems


@report("M05")
def a_name_that_fills_its_field_may_be_cut_off() -> None:
    names = "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K"
    fields, problems = filled(td3(names, state="THA"))

    assert fields["surname_latin"] == "NILAVADHANANANDA"
    assert problems == {"name_cut_off"}
    assert filled(td3(names[:-1], state="THA"))[1] == set()


@report("M09")
def what_is_no_country_is_filled_marked_and_can_be_chosen() -> None:
    from_list = {"RKS": "RKS", "UNK": "UNK", "UNO": "UNO", "XXA": "XXA", "XXB": "XXB", "XXC": "XXC"}
    for code, chosen in from_list.items():
        fields, problems = filled(td3("ERIKSSON<<ANNA", state=code))
        assert (fields["nationality"], problems) == (chosen, {"nationality_special"}), code
    fields, problems = filled(td3("ERIKSSON<<ANNA", state="XXK"))
    assert (fields["nationality"], problems) == ("RKS", {"nationality_special"})
    assert filled(td3("ERIKSSON<<ANNA", state="QQQ"))[1] == {"nationality"}


@report("M06")
def a_card_of_two_lines_is_read() -> None:
    fields, problems = filled(td2("SPECIMEN<<VZOR"))

    assert not problems
    assert (fields["surname_latin"], fields["given_names_latin"]) == ("SPECIMEN", "VZOR")
    assert (fields["document_number"], fields["nationality"]) == ("D23145890", "SVK")
    french = "IDFRABERTHIER<<<<<<<<<<<<<<<<<<<<<<<\n8806923102858CORINNE<<<<<<<6512068F6"
    assert filled(french) == ({}, {"french_card"})


@report("M13")
def what_cannot_be_seen_is_no_part_of_a_zone() -> None:
    zone = td3("ERIKSSON<<ANNA<MARIA", state="SWE")

    assert filled("\ufeff" + zone) == filled(zone)
    assert filled(zone.replace("ANNA", "AN\u200bNA") + "\u200b") == filled(zone)


@report("M14")
def a_word_above_or_below_the_zone_is_passed_over() -> None:
    zone = td3("ERIKSSON<<ANNA<MARIA", state="SWE")

    assert filled(f"PASSPORT\n{zone}") == filled(zone)
    assert filled(f"Passport / Passeport\n\n{zone}\nSignature of bearer") == filled(zone)
