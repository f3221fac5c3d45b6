"""Countries and regions by ISO 3166-1, named in the reader's language.

The choice is labelled "country or region" wherever it stands (glossary: 国家（地区）).
"""

from functools import cache

import pycountry
from babel import Locale
from django.utils.translation import get_language, to_locale
from pypinyin import lazy_pinyin

from returnees.names import fold

ALPHA2: dict[str, str] = {each.alpha_3: each.alpha_2 for each in pycountry.countries}
NUMERIC_TO_ALPHA3: dict[str, str] = {each.numeric: each.alpha_3 for each in pycountry.countries}

# How Chinese documents name these three; everything else is named as in the Unicode CLDR.
REGIONS: dict[str, tuple[str, str, str]] = {
    "zh-hans": ("中国香港", "中国澳门", "中国台湾"),
    "zh-hant": ("中國香港", "中國澳門", "中國臺灣"),
    "en": ("Hong Kong, China", "Macao, China", "Taiwan, China"),
    "ko": ("중국 홍콩", "중국 마카오", "중국 타이완"),
    "ja": ("中国香港", "中国マカオ", "中国台湾"),
    "fr": ("Hong Kong (Chine)", "Macao (Chine)", "Taïwan (Chine)"),
    "de": ("Hongkong (China)", "Macau (China)", "Taiwan (China)"),
    "es": ("Hong Kong (China)", "Macao (China)", "Taiwán (China)"),
    "ru": ("Гонконг (Китай)", "Макао (Китай)", "Тайвань (Китай)"),
    "ar": ("هونغ كونغ (الصين)", "ماكاو (الصين)", "تايوان (الصين)"),
}
# China, and the largest foreign groups of the 2010 census (domain reference, section 6).
FREQUENT = (
    "CHN", "HKG", "MAC", "TWN",
    "KOR", "USA", "JPN", "MMR", "VNM", "CAN", "FRA", "IND", "DEU", "AUS",
)  # fmt: skip


def country_name(alpha3: str, language: str | None = None) -> str:
    """The country or region in a language, the reader's own by default; the code if unknown."""
    return _names(language or get_language() or "en").get(alpha3, alpha3)


def country_choices(language: str | None = None) -> tuple[tuple[str, str], ...]:
    """Every country and region with its code, the frequent ones first, the rest in order of name.

    Pass it to a form field uncalled, so that each form is in its own reader's language.
    """
    return _choices(language or get_language() or "en")


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(to_locale(language)).territories
    names = {alpha3: territories.get(alpha2, alpha3) for alpha3, alpha2 in ALPHA2.items()}
    return names | dict(zip(("HKG", "MAC", "TWN"), REGIONS.get(language, ()), strict=False))


@cache
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    names = _names(language)
    sort_key = _pinyin if language.startswith("zh") else fold
    rest = sorted(names.keys() - set(FREQUENT), key=lambda alpha3: sort_key(names[alpha3]))
    return tuple((alpha3, f"{names[alpha3]} ({alpha3})") for alpha3 in (*FREQUENT, *rest))


def _pinyin(name: str) -> str:
    return " ".join(lazy_pinyin(name))
