"""Names: read, written, found, and recognised."""

from __future__ import annotations

from returnees import names
from returnees.models import Person
from returnees.registration import likely_duplicates
from tests.cases import report
from tests.factories import make_case, make_person
from tests.forms import problems_of

FOREIGN = {"name_zh": "", "person_category": "foreign", "nationality": "DEU"}


def is_found(typed: str, **person: str) -> bool:
    stored = make_person(**FOREIGN | person)
    return Person.objects.named(typed).filter(pk=stored.pk).exists()


def is_hinted(known: dict[str, str], coming: dict[str, str]) -> bool:
    """Whether somebody who comes on the birthday of somebody known is taken for them."""
    case = make_case(person=known)
    latin = f"{coming.get('surname_latin', '')} {coming.get('given_names_latin', '')}".strip()
    found = likely_duplicates(
        document_type="passport", number="", birth_date=case.person.birth_date,
        name_zh=coming.get("name_zh", ""), name_latin=latin,
    )  # fmt: skip
    return case in found


def latin(surname: str, given: str) -> dict[str, str]:
    return FOREIGN | {"surname_latin": surname, "given_names_latin": given}


def signed(signer: str, **person: str) -> list[str]:
    """What the form says of the one who signs for the person."""
    changes = {f"person__{name}": value for name, value in person.items()}
    return problems_of("declaration.signed_relation", declaration__signed_by=signer, **changes)


@report("N12")
def an_apostrophe_is_found_with_it_and_without(db: None) -> None:
    for typed in ("O'Connor", "O’Connor", "OCONNOR", "o connor", "OʼConnor"):
        assert is_found(typed, surname_latin="OCONNOR", given_names_latin="ANN"), typed
        assert is_found(typed, surname_latin="O'CONNOR", given_names_latin="ANN"), typed


@report("N14")
def simplified_and_traditional_are_one(db: None) -> None:
    for stored, typed in (
        ("张三", "張三"),
        ("張三", "张三"),
        ("陳國強", "国强"),
        ("陈国强", "陳國"),
    ):
        assert is_found(typed, name_zh=stored, surname_latin="X"), typed
    assert is_hinted({"name_zh": "張三"}, {"name_zh": "张三"})


@report("N01")
def a_surname_is_read_as_a_surname() -> None:
    read = {
        "佴": "NAI", "粘": "NIAN", "么": "YAO", "单": "SHAN", "仇": "QIU", "查": "ZHA",
        "朴": "PIAO", "区": "OU", "盖": "GE", "缪": "MIAO", "翟": "ZHAI", "种": "CHONG",
        "乜": "NIE", "召": "SHAO", "谌": "CHEN", "阚": "KAN", "解": "XIE", "曾": "ZENG",
        "華": "HUA", "樂": "YUE", "覃": "QIN",
    }  # fmt: skip
    assert {each: names.suggest_latin(f"{each}小明")[0] for each in read} == read


TWO_CHARACTERS = """
赫连 西门 东郭 南门 东门 第五 完颜 纳兰 拓跋 司寇 亓官 颛孙 左丘 梁丘
谷梁 段干 欧阳 司马 上官 诸葛 司徒 东方 皇甫 尉迟 公孙 令狐 慕容 宇文
长孙 端木 夏侯 独孤 南宫 轩辕 闻人 澹台 公冶 宗政 濮阳 淳于 单于 太叔
申屠 仲孙 钟离 鲜于 闾丘 司空 百里 呼延 万俟 漆雕 乐正 壤驷 公羊 公西
公良 夹谷 宰父 羊舌 巫马 歐陽 諸葛 長孫 澹臺 鍾離 獨孤
"""


@report("N02")
def surnames_of_two_characters_are_known() -> None:
    two = TWO_CHARACTERS.split()
    assert [names.split_zh(f"{surname}勃") for surname in two] == [(each, "勃") for each in two]
    assert names.suggest_latin("赫连勃") == ("HELIAN", "BO")
    assert names.suggest_latin("乐正裘") == ("YUEZHENG", "QIU")


@report("N05")
def one_u_umlaut_is_another(db: None) -> None:
    for known in (latin("LV", "DASHAN"), {"name_zh": "吕大山", **latin("LYU", "DASHAN")}):
        for coming in (latin("LYU", "DASHAN"), {"name_zh": "吕大山"}, latin("LV", "DASHAN")):
            assert is_hinted(known | {"name_zh": known["name_zh"]}, coming), (known, coming)
    for typed in ("lv dashan", "LYU DASHAN", "lü dashan", "lu dashan"):
        assert is_found(typed, surname_latin="LV", given_names_latin="DASHAN"), typed
        assert is_found(typed, surname_latin="LYU", given_names_latin="DASHAN"), typed


@report("N07")
def who_signs_in_another_way_of_writing_is_the_same_person(db: None) -> None:
    chinese = {"person_category": "mainland", "nationality": "CHN", "surname_latin": "X"}
    for signer, person in (
        ("古丽米热・艾比布力", {"name_zh": "古丽米热·艾比布力", **chinese}),
        ("ＷＡＮＧ ＸＩＡＯＭＩＮＧ", latin("WANG", "XIAOMING")),
        ("Anna Müller", latin("MUELLER", "ANNA")),
        ("Anna O’Neill", latin("O'NEILL", "ANNA")),
        ("吳剛", {"name_zh": "吴刚", **chinese}),
    ):
        assert signed(signer, **person) == [], signer
    assert signed("Anna Möller", **latin("MUELLER", "ANNA")) != []


@report("N08")
def the_longest_name_can_be_signed(db: None) -> None:
    surname, given = "A" * 60, "B" * 80
    person = {f"person__{k}": v for k, v in latin(surname, given).items()}

    for signer in (f"{surname} {given}", f"{'A' * 39} {'B' * 53}"):
        assert problems_of("declaration.signed_by", declaration__signed_by=signer, **person) == []


@report("N13")
def joined_and_apart_is_one(db: None) -> None:
    for typed in ("Kim Min-su", "Kim Min Su", "Minsu Kim", "min‐su", "KIM MINSU"):
        for given in ("MINSU", "MIN-SU", "MIN SU"):
            assert is_found(typed, surname_latin="KIM", given_names_latin=given), (typed, given)
    assert not is_found("Kim Min-ho", surname_latin="KIM", given_names_latin="MINSU")


@report("N15")
def what_cannot_be_seen_is_no_part_of_a_name() -> None:
    assert names.clean_name_zh("王\u200b小明\ufeff") == "王小明"
    assert names.clean_name_latin("\u202aWANG\u202c XIAO\u2060MING") == "WANG XIAOMING"


@report("N17")
def rare_characters_are_found_and_said_to_be_unprintable(db: None) -> None:
    for rare in ("\U00031350", "\U000323af", "\U0002ebf0", "\U00020000", "㐀", "〇"):
        name = f"王{rare}"
        assert names.clean_name_zh(name) == name
        assert is_found(name, name_zh=name, surname_latin="WANG"), rare
        assert is_found(rare, name_zh=name, surname_latin="WANG"), rare


@report("N03")
def a_given_name_is_read_as_a_name() -> None:
    assert names.suggest_latin("陈晟") == ("CHEN", "SHENG")
    assert names.suggest_latin("晟明") == ("CHENG", "MING")
    assert names.suggest_latin("王晟睿") == ("WANG", "SHENGRUI")


@report("N11")
def a_name_may_begin_with_an_apostrophe() -> None:
    for typed in ("'t Hart", "’t Hart", "ʼT Hart", "‘t HART"):
        assert names.clean_name_latin(typed) == "'T HART"


@report("N16")
def how_a_character_is_drawn_is_no_part_of_it() -> None:
    assert names.clean_name_zh("葛\U000e0100小明") == "葛小明"
    assert names.clean_name_zh("辻\ufe00") == "辻"


@report("N18")
def letters_with_marks_are_recognised_however_they_are_spelled(db: None) -> None:
    assert is_hinted(latin("OSTERGARD", "ASA"), latin("OESTERGAARD", "AASA"))
    assert is_found("Åsa Östergård", surname_latin="OESTERGAARD", given_names_latin="AASA")
    assert is_found("Asa Ostergard", surname_latin="OESTERGAARD", given_names_latin="AASA")
