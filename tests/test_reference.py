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


CATEGORIES = {f"{number:02}" for number in range(1, 15)}
"""The categories of disciplines (门类) in which a degree may be conferred."""


@pytest.mark.parametrize(
    ("edition", "first_level", "second_level", "types"),
    [("1997", 89, 394, 0), ("2011", 111, 0, 40), ("2018", 113, 0, 48), ("2022", 117, 0, 67)],
)
def test_every_edition_of_the_graduate_catalogue_has_its_full_number_of_rows(
    tables, edition, first_level, second_level, types
):
    rows = tables.table("disciplines").filter(pl.col("edition") == edition)
    length = pl.col("code").str.len_chars()

    assert rows.filter(pl.col("kind") == "academic", length == 4).height == first_level
    assert rows.filter(pl.col("kind") == "academic", length == 6).height == second_level
    assert rows.filter(pl.col("kind") == "professional", length == 4).height == types
    assert first_level + second_level + types == rows.height == rows["code"].n_unique()


@pytest.mark.parametrize(
    ("edition", "code", "name", "degrees"),
    [
        ("1997", "0504", "艺术学", "05"),
        ("1997", "081203", "计算机应用技术", "08|07"),
        ("1997", "030505", "思想政治教育", "03|04"),
        ("1997", "0601", "历史学", "06"),
        ("2011", "0601", "考古学", "06"),
        ("2011", "0834", "风景园林学", "08|09"),
        ("2011", "0839", "网络空间安全", "08"),
        ("2011", "0852", "工程", None),
        ("2011", "1305", "设计学", "13|08"),
        ("2018", "0831", "生物医学工程", "08|07|10"),
        ("2018", "0854", "电子信息", None),
        ("2018", "1057", "中医", None),
        ("2018", "1202", "工商管理", "12"),
        ("2022", "0710", "生物学", "07"),
        ("2022", "1012", "法医学", "10"),
        ("2022", "1201", "管理科学与工程", "12|08"),
        ("2022", "1202", "工商管理学", "12"),
        ("2022", "1251", "工商管理", None),
        ("2022", "1403", "设计学", "08|13"),
        ("2022", "1452", "密码", None),
    ],
)
def test_a_discipline_is_named_and_leads_to_degrees_as_its_edition_says(tables, edition, code, name, degrees):
    rows = tables.table("disciplines").filter(pl.col("edition") == edition, pl.col("code") == code)

    assert rows.select("name", "degrees").rows() == [(name, degrees)]


def test_a_type_has_5_or_more_as_third_digit_and_only_disciplines_name_categories(tables):
    disciplines = tables.table("disciplines")
    professional = pl.col("kind") == "professional"

    assert disciplines.filter(professional != (pl.col("code").str.slice(2, 1) >= "5")).is_empty()
    assert disciplines.filter(professional != pl.col("degrees").is_null()).is_empty()
    listed = disciplines["degrees"].drop_nulls().str.split("|")
    assert set(listed.explode()) <= CATEGORIES
    assert (listed.list.n_unique() == listed.list.len()).all()


def test_no_day_since_1997_is_without_a_graduate_catalogue(tables):
    philosophy = tables.table("disciplines").filter(pl.col("code") == "0101").sort("valid_from")

    assert philosophy["edition"].to_list() == ["1997", "2011", "2018", "2022"]
    assert philosophy["valid_from"][0] == date(1997, 6, 1)
    gaps = philosophy["valid_from"] - philosophy["valid_to"].shift(1)
    assert (gaps.drop_nulls().dt.total_days() == 1).all()
    assert philosophy["valid_to"][-1] is None


@pytest.mark.parametrize(
    ("code", "since"),
    [
        ("0305", date(2005, 12, 23)),
        ("1301", date(2011, 3, 8)),
        ("0839", date(2015, 6, 11)),
        ("0854", date(2019, 5, 1)),
        ("1401", date(2020, 12, 30)),
        ("1407", date(2023, 1, 1)),
    ],
)
def test_a_discipline_is_not_in_force_before_it_was_set(tables, code, since):
    disciplines = tables.table("disciplines")

    assert disciplines.filter(pl.col("code") == code)["valid_from"].min() == since


def test_the_bachelor_catalogues_have_their_full_number_of_majors(tables):
    majors = tables.table("bachelor_majors")
    of_2012 = majors.filter(pl.col("edition") == "2012")
    first = of_2012.filter(pl.col("valid_from") == date(2012, 9, 14))
    today = of_2012.filter(pl.col("valid_to").is_null())

    assert first.height == 506
    assert first.filter(pl.col("code").str.contains("T")).height == 154
    assert first.filter(pl.col("controlled") == "1").height == 62
    assert today.height == 816
    assert sorted(set(of_2012["code"]) - set(today["code"])) == ["081403", "101101", "101102T"]
    of_1998 = majors.filter(pl.col("edition") == "1998")
    assert of_1998.filter(pl.col("code").str.contains(r"^\d{6}$")).height == 249


@pytest.mark.parametrize(
    ("edition", "code", "name", "discipline"),
    [
        ("1998", "080605", "计算机科学与技术", "08|07"),
        ("1998", "080611W", "软件工程", "08"),
        ("1998", "080901", "测绘工程", "08"),
        ("1998", "110203", "会计学", "12"),
        ("2012", "020306T", "信用管理", "02|12"),
        ("2012", "020203TK", "国际税收", "02"),
        ("2012", "050200T", "桑戈语", "05"),
        ("2012", "0502100T", "语言学", "05"),
        ("2012", "080717T", "人工智能", "08"),
        ("2012", "080901", "计算机科学与技术", "08|07"),
        ("2012", "080904K", "信息安全", "08|07|12"),
        ("2012", "090116TK", "生物育种科学", "07"),
        ("2012", "100201K", "临床医学", "10"),
        ("2012", "101101", "护理学", "07"),
        ("2012", "101101K", "护理学", "07"),
        ("2012", "120801", "电子商务", "12|02|08"),
    ],
)
def test_a_major_is_named_and_leads_to_degrees_as_its_edition_says(tables, edition, code, name, discipline):
    rows = tables.table("bachelor_majors").filter(pl.col("edition") == edition, pl.col("code") == code)

    assert rows.select("name", "discipline").rows() == [(name, discipline)]


def test_a_major_is_controlled_exactly_when_its_code_has_a_k(tables):
    majors = tables.table("bachelor_majors")

    assert set(majors["controlled"]) == {"0", "1"}
    assert (majors["code"].str.contains("K") == (majors["controlled"] == "1")).all()
    assert majors["code"].str.contains(r"^(\d{6}[WSY]?|\d{6,7}T?K?)$").all()
    assert set(majors["discipline"].str.split("|").explode()) <= CATEGORIES - {"11", "14"}


def test_the_doctor_types_are_13_before_the_catalogue_of_2022_and_36_after(tables):
    doctors = tables.table("degrees").filter(pl.col("level") == "2", pl.col("kind") == "professional")
    later = doctors.filter(pl.col("valid_from") == date(2022, 9, 13))
    early = doctors.filter(pl.col("valid_from").fill_null(date.min) < date(2019, 5, 1))

    names = early["name"].str.strip_suffix("博士专业学位").to_list()
    assert sorted(names) == sorted(["临床医学", "兽医", "口腔医学", "教育", "工程", "中医"])
    assert later.height == 23
    assert doctors.height == 6 + 8 + 23
    current = tables.table("disciplines").filter(pl.col("edition") == "2022")["code"]
    fields = doctors.filter(pl.col("name") != "工程博士专业学位")["fields"]
    assert fields.n_unique() == 36
    assert fields.is_in(current.to_list()).all()


def test_a_professional_degree_names_types_of_the_graduate_catalogue(tables):
    degrees = tables.table("degrees")
    types = tables.table("disciplines").filter(pl.col("kind") == "professional")["code"].to_list()

    fields = degrees.filter(pl.col("fields").is_not_null()).with_columns(pl.col("fields").str.split("|"))
    assert set(fields["kind"]) == {"professional"}
    assert fields["fields"].explode().is_in(types).all()
    of = dict(degrees.select("code", "fields").iter_rows())
    assert of["346"] == "1251" and of["347"] == "0951" and of["408"] is None
    assert of["343"].split("|") == ["0852", *(f"08{number}" for number in range(54, 62))]


def test_only_complete_editions_are_claimed(tables):
    claimed = tables.table("coverage").filter(pl.col("table") != "institutions")

    keys = claimed.select("table", "key").rows()
    assert keys == [("bachelor_majors", "2012"), *(("disciplines", year) for year in ("2011", "2018", "2022"))]
    for name, key in keys:
        assert key in tables.table(name)["edition"]


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
