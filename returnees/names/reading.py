"""How hanzi names are read: surname, given name, and their pinyin."""

from __future__ import annotations

import unicodedata

from pypinyin import lazy_pinyin

from returnees.names.writing import NAME_LATIN

# Readings of a character that differ when it is a surname.
SURNAME_READINGS = {
    "单": "shan", "單": "shan", "仇": "qiu", "曾": "zeng", "解": "xie", "查": "zha", "任": "ren",
    "华": "hua", "華": "hua", "朴": "piao", "区": "ou", "區": "ou", "盖": "ge", "蓋": "ge",
    "缪": "miao", "繆": "miao", "乐": "yue", "樂": "yue", "翟": "zhai", "种": "chong",
    "繁": "po", "秘": "bi", "洗": "xian", "员": "yun", "員": "yun", "召": "shao", "覃": "qin",
    "阚": "kan", "闞": "kan", "黑": "he", "折": "she", "柏": "bai", "卜": "bu", "隗": "wei",
    "祭": "zhai", "句": "gou", "谌": "chen", "諶": "chen", "能": "nai", "都": "du", "訾": "zi",
    "薄": "bo", "郇": "xun", "藏": "zang", "乜": "nie",
}  # fmt: skip
_COMPOUND_SURNAMES = (
    "欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟 公孙 令狐 慕容 宇文 长孙 端木 夏侯 独孤 南宫 轩辕 "
    "闻人 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 仲孙 钟离 鲜于 闾丘 司空 百里 呼延 万俟 "
    "歐陽 司馬 諸葛 東方 尉遲 公孫 長孫 獨孤 南宮 軒轅 聞人 澹臺 濮陽 單于 仲孫 鍾離 鮮于 閭丘 "
    "萬俟"
)
COMPOUND_SURNAMES = frozenset(_COMPOUND_SURNAMES.split())
# Those whose reading the dictionary does not know in the traditional form.
COMPOUND_READINGS = {
    "尉遲": ["yu", "chi"],
    "澹臺": ["tan", "tai"],
    "單于": ["chan", "yu"],
    "萬俟": ["mo", "qi"],
}


def split_zh(name_zh: str) -> tuple[str, str]:
    """Surname and given name; two characters of surname where they are a known one."""
    length = 2 if name_zh[:2] in COMPOUND_SURNAMES and len(name_zh) > 2 else 1
    return name_zh[:length], name_zh[length:]


def suggest_latin(name_zh: str) -> tuple[str, str]:
    """Surname and given names as a Chinese passport writes them: OUYANG, XIUYING; LYU for 吕.

    Empty for a name with · in it, which is not spelled in pinyin, and for characters whose
    reading is not known.
    """
    surname, given = pinyin(name_zh)
    spelled = tuple(
        "".join(part).replace("v", "yu").upper() if part else "" for part in (surname, given)
    )
    if "·" in name_zh or not all(part == "" or NAME_LATIN.fullmatch(part) for part in spelled):
        return "", ""
    return spelled[0], spelled[1]


def pinyin(name_zh: str) -> tuple[list[str], list[str]]:
    """The syllables of surname and given name, without tones, ü as v."""
    surname, given = split_zh(unicodedata.normalize("NFKC", name_zh).replace("·", ""))
    if surname in SURNAME_READINGS:
        syllables = [SURNAME_READINGS[surname]]
    else:
        syllables = COMPOUND_READINGS.get(surname) or _read(surname)
    return syllables, _read(given)


def _read(hanzi: str) -> list[str]:
    """A syllable for each character, by the words it stands in; no tones, ü as v.

    Characters without a known reading stand for themselves.
    """
    return lazy_pinyin(hanzi)
