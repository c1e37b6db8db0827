"""The registers staff fill and the tables of institutions and initials: their shape, and what can be known of them."""

import re
from datetime import date

import polars as pl
import pytest

from core import ministry, reference

REGISTERS = {
    "authorisations": ["institution", "level", "kind", "discipline"],
    "majors_on_record": ["institution", "major"],
    "enrolment": ["institution", "level", "year", "number"],
    "signatories": ["institution", "role", "name"],
    "secrecy_register": ["institution", "student_no", "certificate_no", "classified_on", "declassified_on"],
    "revocations": ["certificate_no", "institution", "person", "level", "kind", "decision_no", "effective_on"],
}
DATED = ["valid_from", "valid_to", "source"]


@pytest.fixture(scope="module")
def institutions() -> pl.DataFrame:
    return reference.load().table("institutions")


@pytest.fixture(scope="module")
def initials() -> dict[str, set[str]]:
    rows = reference.load().table("surname_initials").select("character", "initials").iter_rows()
    return {character: set(letters.split("|")) for character, letters in rows}


@pytest.mark.parametrize("name", REGISTERS)
def test_a_register_has_its_columns_and_no_invented_rows(name):
    register = reference.load().table(name)

    assert register.columns == [*REGISTERS[name], *DATED]
    assert register.is_empty()


def test_the_table_of_institutions_has_its_columns(institutions):
    assert institutions.columns == (
        "code name name_en province kind status parent successor established_on closed_on identifier synthetic".split() + DATED
    )
    assert set(institutions["kind"]) == {"school", "independent", "institute", "army"}
    assert set(institutions["status"]) <= {"open", "merged", "closed", "converted"}
    assert institutions["code"].str.contains(r"^\d{5}$").all()


def test_an_independent_college_has_a_parent_whose_name_it_bears(institutions):
    names = dict(institutions.select("name", "code").iter_rows())
    colleges = institutions.filter(pl.col("kind") == "independent")

    assert 150 <= colleges.height <= 170
    for name, parent in colleges.select("name", "parent").iter_rows():
        assert parent in names.values()
        assert any(name.startswith(other) for other, code in names.items() if code == parent), name
    assert institutions.filter(pl.col("kind") != "independent", pl.col("parent").is_not_null()).is_empty()
    assert dict(colleges.select("name", "parent").iter_rows())["厦门大学嘉庚学院"] == names["厦门大学"]


def test_a_successor_is_in_the_table_and_no_one_succeeds_himself(institutions):
    followed = institutions.filter(pl.col("successor").is_not_null())

    assert set(followed["successor"]) <= set(institutions["code"])
    assert (followed["successor"] != followed["code"]).all()


def test_an_identifier_ends_in_the_code_and_holds_the_province(institutions):
    """But for the corps (65 in identifiers), a school that moved, and two that were adult schools (42…)."""
    real = institutions.filter(pl.col("synthetic") == "0")
    built = pl.format("41{}0{}", pl.col("province").replace("66", "65"), "code")

    assert real["identifier"].str.contains(r"^4[12]\d{2}0\d{5}$").all()
    assert (real["identifier"].str.tail(5) == real["code"]).all()
    assert set(real.filter(pl.col("identifier") != built)["code"]) == {"12802", "51189", "51721"}
    assert institutions.filter(pl.col("synthetic") == "1")["identifier"].null_count() == 11


@pytest.mark.parametrize(
    ("code", "day", "name"),
    [
        ("10354", date(2022, 1, 10), "嘉兴学院"),
        ("10354", date(2024, 1, 10), "嘉兴大学"),
        ("10632", date(2015, 4, 27), "泸州医学院"),
        ("10632", date(2015, 7, 1), "四川医科大学"),
        ("10632", date(2021, 9, 30), "西南医科大学"),
        ("10277", date(2023, 6, 5), "上海体育学院"),
        ("10277", date(2023, 6, 6), "上海体育大学"),
        ("10477", date(2021, 9, 30), "信阳师范学院"),
    ],
)
def test_a_renamed_school_has_the_name_of_the_day(institutions, code, day, name):
    then = institutions.filter(
        pl.col("code") == code,
        pl.col("valid_from").fill_null(date.min) <= day,
        pl.col("valid_to").fill_null(date.max) >= day,
    )

    assert then["name"].to_list() == [name]


def test_the_last_row_of_a_code_has_its_latest_name(institutions):
    last = institutions.unique("code", keep="last")

    assert last["valid_to"].null_count() == last.height


def test_every_school_had_one_name_on_the_day_of_the_list(institutions):
    day = date(2021, 9, 30)
    then = institutions.filter(
        pl.col("synthetic") == "0",
        pl.col("valid_from").fill_null(date.min) <= day,
        pl.col("valid_to").fill_null(date.max) >= day,
    )

    assert then.height == then["code"].n_unique() == 1270


def test_the_coverage_of_institutions_is_what_its_list_can_vouch_for(institutions):
    coverage = reference.load().table("coverage")
    mine = coverage.filter(pl.col("table") == "institutions")
    real = institutions.filter(pl.col("synthetic") == "0").unique("code")

    assert coverage.columns == ["table", "key", *DATED]
    assert mine.drop("source").equals(ministry.coverage(real, date(2021, 9, 30)).drop("source"))


def test_coverage_names_tables_there_are_for_days_in_order():
    tables = reference.load()
    coverage = tables.table("coverage")

    assert set(coverage["table"]) <= set(tables.tables)
    assert coverage.select("table", "key", "source").null_count().sum_horizontal().item() == 0
    assert coverage["valid_from"].null_count() == 0
    assert coverage.filter(pl.col("valid_to") < pl.col("valid_from")).is_empty()
    empty = [name for name in set(coverage["table"]) if tables.table(name).is_empty()]
    assert empty == []


@pytest.mark.parametrize(
    ("characters", "letters"),
    [
        ("张", "Z"),
        ("曾", "ZC"),
        ("单單", "SDC"),
        ("仇", "QC"),
        ("查", "ZC"),
        ("解", "XJ"),
        ("区", "OQ"),
        ("朴", "P"),
        ("翟", "ZD"),
        ("缪繆", "M"),
        ("盖蓋", "G"),
        ("尉", "WY"),
        ("吕呂", "L"),
        ("女", "N"),
        ("俞", "Y"),
        ("万萬", "WM"),
        ("冼", "X"),
        ("种", "CZ"),
        ("覃", "QT"),
        ("乐", "YL"),
        ("长", "CZ"),
        ("欧", "O"),
        ("安", "A"),
        ("鄂", "E"),
        ("〇", "L"),
        ("䶮𬭎㛃", ""),
    ],
)
def test_the_initials_of_a_surname_hold_every_reading(initials, characters, letters):
    for character in characters:
        assert set(letters) <= initials[character]


def test_initials_are_capitals_that_begin_a_syllable_and_a_character_stands_once(initials):
    table = reference.load().table("surname_initials")

    assert table.columns == ["character", "initials", *DATED]
    assert table["character"].is_unique().all()
    assert (table["character"].str.len_chars() == 1).all()
    assert all(re.fullmatch(r"[A-HJ-TW-Z](\|[A-HJ-TW-Z])*", letters) for letters in table["initials"])
    assert sum("\u4e00" <= character <= "\u9fff" for character in initials) > 20_900
    assert initials["张"] == {"Z"} and initials["吕"] == {"L"}
