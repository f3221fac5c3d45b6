"""Countries and regions, named for every reader."""

import pytest
from django.conf import settings
from django.utils import translation

from returnees.countries import ALPHA2, NUMERIC_TO_ALPHA3, country_choices, country_name

LANGUAGES = [code for code, _name in settings.LANGUAGES]


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("zh-hans", ["德国", "韩国", "中国香港", "中国澳门", "中国台湾"]),
        ("zh-hant", ["德國", "南韓", "中國香港", "中國澳門", "中國臺灣"]),
        ("en", ["Germany", "South Korea", "Hong Kong, China", "Macao, China", "Taiwan, China"]),
        (
            "fr",
            ["Allemagne", "Corée du Sud", "Hong Kong (Chine)", "Macao (Chine)", "Taïwan (Chine)"],
        ),
    ],
)
def test_a_country_or_region_is_named_in_the_readers_language(language, names):
    codes = ["DEU", "KOR", "HKG", "MAC", "TWN"]

    with translation.override(language):
        assert [country_name(code) for code in codes] == names
    assert [country_name(code, language) for code in codes] == names


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_every_country_and_region(language):
    names = {country_name(code, language) for code in ALPHA2}

    assert len(names) == len(ALPHA2)
    assert not names & set(ALPHA2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hong_kong_macao_and_taiwan_are_never_shown_without_china(language):
    china = country_name("CHN", language)[:2]

    assert all(china in country_name(code, language) for code in ("HKG", "MAC", "TWN"))


def test_a_code_that_is_no_country_stands_for_itself():
    assert country_name("UTO", "en") == "UTO"


@pytest.mark.parametrize(
    ("language", "beginning", "end"),
    [
        ("zh-hans", ["阿尔巴尼亚 (ALB)", "阿尔及利亚 (DZA)"], "中非共和国 (CAF)"),
        ("en", ["Afghanistan (AFG)", "Åland Islands (ALA)"], "Zimbabwe (ZWE)"),
        ("de", ["Afghanistan (AFG)", "Ägypten (EGY)"], "Zypern (CYP)"),
    ],
)
def test_a_choice_offers_the_frequent_first_and_the_rest_in_the_readers_order(
    language, beginning, end
):
    with translation.override(language):
        choices = country_choices()

    assert [code for code, _label in choices[:5]] == ["CHN", "HKG", "MAC", "TWN", "KOR"]
    assert [label for _code, label in choices[14:16]] == beginning
    assert choices[-1][1] == end
    assert sorted(code for code, _label in choices) == sorted(ALPHA2)


def test_the_numbers_on_permanent_resident_cards_name_countries():
    assert [NUMERIC_TO_ALPHA3[number] for number in ("124", "682", "410", "276", "840", "004")] == [
        "CAN",
        "SAU",
        "KOR",
        "DEU",
        "USA",
        "AFG",
    ]
