"""The shipped tables: complete enough to check with, unambiguous, dated and sourced."""

import re
from datetime import date

import polars as pl
import pytest

from core import errors, reference

TABLES = [
    "areas",
    "bachelor_majors",
    "countries",
    "degrees",
    "disciplines",
    "ethnic_groups",
    "id_documents",
    "institutions",
    "political_statuses",
    "provinces",
    "sexes",
]
NAMES_REPEAT = {"areas", "bachelor_majors", "disciplines"}
"""Lists in which one name may rightly stand twice."""


@pytest.fixture(scope="module")
def tables() -> reference.Reference:
    return reference.load()


@pytest.mark.parametrize("name", TABLES)
def test_every_row_has_a_code_a_source_and_one_meaning_on_any_day(tables, name):
    table = tables.table(name)

    assert table["code"].null_count() == 0
    assert table["source"].null_count() == 0
    assert table.schema["valid_from"] == pl.Date
    in_time = table.select(
        "code", since=pl.col("valid_from").fill_null(date.min), until=pl.col("valid_to").fill_null(date.max)
    ).sort("code", "since")
    assert in_time.filter(pl.col("since") <= pl.col("until").shift(1).over("code")).is_empty()


@pytest.mark.parametrize("name", [name for name in TABLES if name not in NAMES_REPEAT])
def test_every_name_and_alias_leads_to_its_own_code_only(tables, name):
    table = tables.table(name)
    column = "name" if "name" in table.columns else "zh"

    names = table[column].to_list()
    cells = table.get_column("aliases", default=pl.Series([""])).fill_null("")
    written = [*names, *(alias for cell in cells for alias in cell.split("|") if alias)]

    assert len(written) == len(set(written))
    assert all(tables.codes(name)[text] == code for code, text in zip(table["code"], names, strict=True))


def test_the_institutions_cover_every_mainland_province_the_corps_and_the_army(tables):
    institutions = tables.table("institutions")

    by_province = dict(institutions["province"].value_counts().iter_rows())

    assert institutions.height >= 1200
    assert set(by_province) == set(tables.table("provinces")["code"])
    assert len(by_province) == 33
    assert by_province["11"] >= 60 and by_province["54"] >= 3


def test_invented_institutions_say_so_in_their_name(tables):
    institutions = tables.table("institutions")

    invented = institutions.filter(pl.col("synthetic") == "1")

    assert invented["name"].str.starts_with("示例").all()
    assert not institutions.filter(pl.col("synthetic") == "0")["name"].str.starts_with("示例").any()
    assert set(invented["kind"]) == {"institute", "army"}


@pytest.mark.parametrize(
    ("table", "text", "code"),
    [
        ("institutions", "北京大学", "10001"),
        ("institutions", "武汉大学", "10486"),
        ("provinces", "内蒙古", "15"),
        ("provinces", "新疆生产建设兵团", "66"),
        ("ethnic_groups", "汉", "01"),
        ("ethnic_groups", "崩龙", "46"),
        ("ethnic_groups", "德昂族", "46"),
        ("political_statuses", "共青团员", "03"),
        ("sexes", "女", "2"),
        ("countries", "中国", "156"),
        ("countries", "中国香港", "344"),
        ("countries", "香港", "344"),
        ("countries", "澳门", "446"),
        ("countries", "中国台湾", "158"),
        ("countries", "台湾", "158"),
        ("countries", "美国", "840"),
        ("countries", "韩国", "410"),
        ("countries", "俄罗斯", "643"),
        ("countries", "越南", "704"),
        ("countries", "老挝", "418"),
        ("countries", "南苏丹", "728"),
        ("countries", "苏丹", "729"),
        ("id_documents", "身份证", "01"),
        ("id_documents", "护照", "06"),
        ("degrees", "工学学士学位", "408"),
        ("degrees", "工学学士", "408"),
        ("degrees", "413", "413"),
        ("degrees", "工商管理硕士", "346"),
        ("degrees", "名誉博士", "1"),
        ("bachelor_majors", "计算机科学与技术", "080901"),
    ],
)
def test_what_institutions_write_leads_to_the_code(tables, table, text, code):
    assert tables.codes(table)[text] == code


def test_names_are_found_by_code(tables):
    assert tables.names("degrees")["208"] == "工学博士学位"
    assert tables.names("provinces")["11"] == "北京市"


def test_a_degree_code_begins_with_its_level(tables):
    degrees = tables.table("degrees")

    assert (degrees["code"].str.slice(0, 1) == degrees["level"]).all()
    assert degrees.filter(pl.col("name") == "交叉学科硕士学位")["valid_from"][0].year == 2020


@pytest.mark.parametrize(
    ("code", "number"),
    [
        ("01", "11010519491231002X"),
        ("01", "130503670401001"),
        ("02", "军字第2001988号"),
        ("04", "H12345678"),
        ("05", "12345678"),
        ("06", "E12345678"),
        ("07", "911124198108030024"),
        ("07", "CAN110081080302"),
        ("08", "810000199408230021"),
    ],
)
def test_the_pattern_of_a_document_takes_its_own_numbers(tables, code, number):
    pattern = tables.table("id_documents").filter(pl.col("code") == code)["pattern"][0]

    assert pl.Series([number]).str.contains(pattern).all()
    assert not pl.Series([f"{number}！"]).str.contains(pattern).any()


def test_an_unknown_table_is_named_in_the_refusal(tables):
    with pytest.raises(errors.NotFound) as refused:
        tables.table("planets")

    assert "planets" in refused.value.zh


def test_the_fingerprint_changes_with_any_table(tmp_path):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    (tmp_path / "one" / "sexes.csv").write_text("code,name,valid_from,valid_to\n1,男,,\n", encoding="utf-8")
    (tmp_path / "two" / "sexes.csv").write_text("code,name,valid_from,valid_to\n1,女,,\n", encoding="utf-8")

    one, two = reference.load(tmp_path / "one"), reference.load(tmp_path / "two")

    assert re.fullmatch("[0-9a-f]{16}", one.fingerprint)
    assert one.fingerprint != two.fingerprint


def test_a_renamed_code_has_its_latest_name_and_still_answers_to_the_old_one(tmp_path):
    (tmp_path / "institutions.csv").write_text(
        "code,name,valid_from,valid_to,source\n10000,新名大学,2015-01-01,,x\n10000,旧名学院,,2014-12-31,x\n",
        encoding="utf-8",
    )
    tables = reference.load(tmp_path)

    assert tables.names("institutions") == {"10000": "新名大学"}
    assert tables.codes("institutions") == {"旧名学院": "10000", "新名大学": "10000", "10000": "10000"}


def test_an_empty_table_is_allowed(tmp_path):
    (tmp_path / "authorisations.csv").write_text("code,name,valid_from,valid_to,source\n", encoding="utf-8")

    tables = reference.load(tmp_path)

    assert tables.table("authorisations").is_empty()
    assert tables.codes("authorisations") == {}
