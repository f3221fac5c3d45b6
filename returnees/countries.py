"""Countries and regions by ISO 3166-1, and what stands for one in a passport: named for a reader.

The choice is labelled "country or region" wherever it stands (glossary: 国家（地区）).
"""

from __future__ import annotations

import gettext
import re
from functools import cache

import pycountry
from babel import Locale
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy, to_locale
from pypinyin import lazy_pinyin

from returnees.names import fold, fold_hanzi

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
STATELESS = "XXA"
_ORGANISATION = pgettext_lazy("nationality", "International organisation")
# What a passport may say for a nationality besides (ICAO Doc 9303 part 3, section 5, parts B to
# D), named by the CLDR's code of a territory or by a text of ours.
SPECIAL: dict[str, str | Promise] = {
    STATELESS: pgettext_lazy("nationality", "Stateless"),
    "XXB": pgettext_lazy("nationality", "Refugee (Convention of 1951)"),
    "XXC": pgettext_lazy("nationality", "Refugee (not of the Convention)"),
    "XXX": pgettext_lazy("nationality", "Nationality not stated"),
    "RKS": "XK", "UNK": "XK", "UNO": "UN", "UNA": "UN", "EUE": "EU",
    "GBD": "GB", "GBN": "GB", "GBO": "GB", "GBP": "GB", "GBS": "GB",
    "XOM": pgettext_lazy("nationality", "Sovereign Order of Malta"),
    "XPO": "Interpol",
    **dict.fromkeys(
        ("XBA", "XIM", "XCC", "XCE", "XCO", "XDC", "XEC", "XES", "XMP"), _ORGANISATION
    ),
}  # fmt: skip
CODES = frozenset(ALPHA2.keys() | SPECIAL.keys())
# Kosovo is a place to come from; the others are no places.
PLACES = frozenset(ALPHA2.keys() | {"RKS"})
# Codes that some papers and programs use for the same.
SYNONYMS = {"XKX": "RKS", "XXK": "RKS", "ROM": "ROU", "ZAR": "COD", "TMP": "TLS", "D": "DEU"}
# What people call countries and regions that no dictionary calls them.
USUAL_NAMES = {
    "GBR": "UK, 英, Great Britain, Britain, England, Scotland, Wales, 英格兰, 苏格兰, 大不列颠",
    "USA": "America, the States, 美, 美利坚",
    "KOR": "Korea, ROK, 南韩, 大韩民国",
    "PRK": "DPRK, 北朝鲜, 北韩",
    "ARE": "UAE, Emirates, 阿联酋",
    "NLD": "Holland, 尼德兰",
    "MMR": "Burma",
    "CZE": "Czech, Czech Republic, 捷克共和国",
    "COD": "DRC, Congo Kinshasa, DR Congo, Zaire, 民主刚果, 扎伊尔",
    "COG": "Congo Brazzaville",
    "LAO": "Laos",
    "BIH": "Bosnia, 波黑",
    "CIV": "Ivory Coast, 象牙海岸, 科特迪瓦",
    "PSE": "Palestine, 巴勒斯坦",
    "VAT": "Vatican, Holy See, 梵蒂冈, 教廷",
    "MKD": "Macedonia, FYROM, 马其顿",
    "SWZ": "Swaziland, 斯威士兰",
    "CPV": "Cape Verde, 佛得角",
    "TLS": "East Timor, 东帝汶",
    "TUR": "Turkey, Turkiye",
    "PNG": "PNG, 巴新",
    "NZL": "NZ, 新西兰, 纽西兰",
    "SAU": "KSA, Saudi, 沙特",
    "ZAF": "RSA, 南非",
    "CAF": "CAR, 中非",
    "DOM": "多米尼加共和国",
    "BLR": "Byelorussia, 白俄",
    "AUS": "澳洲",
    "LKA": "Ceylon",
    "KHM": "Kampuchea",
    "HKG": "Hong Kong, HK, 香港",
    "MAC": "Macao, Macau, 澳门",
    "TWN": "Taiwan, 台湾, Chinese Taipei, 中华台北",
    "CHN": "PRC, Mainland China, China mainland, 中国大陆, 中国内地",
    "RUS": "Russia, 俄国",
    "MYS": "大马",
    "THA": "泰",
    STATELESS: "无国籍, 无国籍人",
}

# Where pycountry's catalogs go by another name than our languages.
CATALOGS = {"zh-hans": "zh_CN", "zh-hant": "zh_TW"}
# What a long name is made of: Myanmar (Burma), Bosnia and Herzegovina, 中国香港特别行政区.
PARTS = re.compile(r"[()（）\[\],，&]|\band\b|\bSAR\b|特别行政区")


def country_name(alpha3: str, language: str | None = None) -> str:
    """The country or region in a language, the reader's own by default; the code if unknown."""
    return _names(language or get_language() or "en").get(alpha3, alpha3)


def country_choices(language: str | None = None) -> tuple[tuple[str, str], ...]:
    """Every country and region with its code, the frequent ones first, the rest in order of name.

    Pass it to a form field uncalled, so that each form is in its own reader's language.
    """
    return _choices(language or get_language() or "en")


def country_code(typed: str) -> str | None:
    """The code of what somebody typed: a code, or a name in one of the languages, as they know it.

    Accents, points, blanks, what stands in brackets, and traditional characters make no
    difference. None for what is no country, or names more than one.
    """
    return _codes().get(_key(typed))


@cache
def _names(language: str) -> dict[str, str]:
    territories = Locale.parse(to_locale(language)).territories
    names = {alpha3: territories.get(alpha2, alpha3) for alpha3, alpha2 in ALPHA2.items()}
    with translation.override(language):
        names |= {code: territories.get(str(name), str(name)) for code, name in SPECIAL.items()}
    return names | dict(zip(("HKG", "MAC", "TWN"), REGIONS.get(language, ()), strict=False))


@cache
def _choices(language: str) -> tuple[tuple[str, str], ...]:
    names = _names(language)
    sort_key = _pinyin if language.startswith("zh") else fold
    rest = sorted(ALPHA2.keys() - set(FREQUENT), key=lambda alpha3: sort_key(names[alpha3]))
    return tuple((alpha3, f"{names[alpha3]} ({alpha3})") for alpha3 in (*FREQUENT, *rest))


def _pinyin(name: str) -> str:
    return " ".join(lazy_pinyin(name))


def _key(text: str) -> str:
    """Letters alone: Cote d'Ivoire is Côte d’Ivoire, 緬甸 is 缅甸, U.K. is UK."""
    plain = fold(fold_hanzi(text.replace("&", " and ")))
    key = re.sub(r"[\W_]", "", re.sub(r"\b(the|of)\b", " ", re.sub(r"\bst\b", "saint", plain)))
    return key or re.sub(r"[\W_]", "", plain)


@cache
def _codes() -> dict[str, str]:
    """The code by each way to write it. What two go by is the one's whose name it is."""
    codes = {_key(code): code for code in CODES}
    codes |= {_key(alpha2): alpha3 for alpha3, alpha2 in ALPHA2.items()}
    for of_one in (_own_names(), _other_names()):
        ambiguous = {key for key, found in of_one.items() if len(found) > 1}
        codes |= {
            key: min(found)
            for key, found in of_one.items()
            if key not in ambiguous and key not in codes
        }
    return codes | {_key(synonym): code for synonym, code in SYNONYMS.items()}


def _by_key(names: list[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for text, code in names:
        found.setdefault(_key(text), set()).add(code)
    found.pop("", None)
    return found


def _own_names() -> dict[str, set[str]]:
    """What the interface calls each in any of its languages, and what people do."""
    languages = [code for code, _name in settings.LANGUAGES]
    # Of several codes with one name the first counts, as RKS does for Kosovo.
    firsts = {name: code for code, name in reversed(SPECIAL.items())}
    named = [
        (country_name(code, language), code)
        for language in languages
        for code in (*ALPHA2, *firsts.values())
    ]
    usual = [(name, code) for code, names in USUAL_NAMES.items() for name in names.split(", ")]
    return _by_key([*named, *usual])


def _other_names() -> dict[str, set[str]]:
    """Official and common names in every language, and the parts that they are made of."""
    names: list[tuple[str, str]] = []
    for language, _name in settings.LANGUAGES:
        names += [(country_name(alpha3, language), alpha3) for alpha3 in ALPHA2]
        named = gettext.translation(
            "iso3166-1", pycountry.LOCALES_DIR, [CATALOGS.get(language, language)], fallback=True
        )
        for country in pycountry.countries:
            for kind in ("name", "official_name", "common_name"):
                if text := getattr(country, kind, ""):
                    names += [(text, country.alpha_3), (named.gettext(text), country.alpha_3)]
    for text, alpha3 in list(names):
        names += [(part, alpha3) for part in PARTS.split(text)]
        if turned := re.fullmatch("(.+), (.+)", text):
            names.append((f"{turned[2]} {turned[1]}", alpha3))
    return _by_key(names)
