"""The ministry's list of schools: read from the files it is published as, laid over the register, never trusted too far."""

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt

from core import errors, ministry, reference

HEADER = ["序号", "学校名称", "学校标识码", "主管部门", "所在地", "办学层次", "备注"]
DAY = date(2024, 6, 20)
SCHOOLS = [
    ["北京大学", "4111010001", "教育部", "北京市", "本科", ""],
    ["北京科技大学", "4111010008", "教育部", "北京市", "本科", ""],
    ["北京科技大学天津学院", "4112013898", "天津市教委", "天津市", "本科", "民办"],
    ["石河子大学", "4165010759", "新疆生产建设兵团", "石河子市", "本科", ""],
    ["吉利学院", "4111012802", "四川省教育厅", "成都市", "本科", "民办"],
    ["北京师范大学", "4111010027", "教育部", "北京市", "本科", ""],
    ["北京师范大学-香港浸会大学联合国际学院", "4144016401", "广东省教育厅", "珠海市", "本科", "内地与港澳台地区合作办学"],
    ["南京工业职业技术大学", "4132010850", "江苏省", "南京市", "职业本科", ""],
    ["北京工业职业技术学院", "4111010853", "北京市", "北京市", "专科", ""],
]


def a_list(*schools: list, header: list[str] = HEADER) -> list[list]:
    """The rows of a list as published: a title above the header, a heading for the province, a note below."""
    rows = [[number, *school] for number, school in enumerate(schools or SCHOOLS, 1)]
    return [["附件"], ["全国普通高等学校名单"], header, ["北京市（92所）"], *rows, ["注：名单不含港澳台高等学校。"]]


def an_xlsx(path: Path, rows: list[list], *, merge: bool = True) -> Path:
    """A workbook with the title and the province headings merged over all columns."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("名单")
        for at, row in enumerate(rows):
            if merge and len(row) == 1:
                sheet.merge_range(at, 0, at, 6, row[0])
            else:
                sheet.write_row(at, 0, row)
    return path


def an_xls(path: Path, rows: list[list]) -> Path:
    """The same as Excel 97-2003."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("名单")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    book.save(str(path))
    return path


def a_csv(path: Path, rows: list[list], encoding: str = "utf-8-sig") -> Path:
    """The same as text."""
    content = io.StringIO()
    csv.writer(content).writerows(rows)
    path.write_bytes(content.getvalue().encode(encoding))
    return path


def institutions(*rows: tuple) -> pl.DataFrame:
    """A table of institutions: code, name, valid_from, valid_to; the rest as for any school."""
    schema = reference.load().table("institutions").schema
    named = [
        {"code": code, "name": name, "valid_from": since, "valid_to": until, "kind": "school", "status": "open",
         "synthetic": "0", "source": "x"}
        for code, name, since, until in rows
    ]  # fmt: skip
    return pl.DataFrame(named, schema=schema)


def names_of(table: pl.DataFrame, code: str) -> list[tuple]:
    """The names a code has had, with their days."""
    return table.filter(pl.col("code") == code).select("name", "valid_from", "valid_to").rows()


@pytest.mark.parametrize(
    "written",
    [
        pytest.param(lambda folder: an_xlsx(folder / "a.xlsx", a_list()), id="xlsx"),
        pytest.param(lambda folder: an_xls(folder / "a.xls", a_list()), id="xls"),
        pytest.param(lambda folder: a_csv(folder / "a.csv", a_list(), "utf-8"), id="utf-8"),
        pytest.param(lambda folder: a_csv(folder / "a.csv", a_list(), "utf-8-sig"), id="utf-8 with a mark"),
        pytest.param(lambda folder: a_csv(folder / "a.csv", a_list(), "gb18030"), id="gb18030"),
        pytest.param(lambda folder: a_csv(folder / "a.csv", a_list(), "utf-16"), id="utf-16"),
        pytest.param(lambda folder: an_xlsx(folder / "名单.csv", a_list()), id="xlsx under another name"),
    ],
)
def test_a_list_is_read_alike_from_every_format_it_comes_in(tmp_path, written):
    listed = ministry.read(written(tmp_path), DAY)

    assert listed.schema == reference.load().table("institutions").schema
    assert listed.select("code", "province", "kind", "parent", "identifier").rows() == [
        ("10001", "11", "school", None, "4111010001"),
        ("10008", "11", "school", None, "4111010008"),
        ("13898", "12", "independent", "10008", "4112013898"),
        ("10759", "66", "school", None, "4165010759"),
        ("12802", "51", "school", None, "4111012802"),
        ("10027", "11", "school", None, "4111010027"),
        ("16401", "44", "school", None, "4144016401"),
        ("10850", "32", "school", None, "4132010850"),
    ]
    assert set(listed["source"]) == {"教育部名单 2024-06-20"}
    assert set(listed["status"]) == {"open"} and set(listed["synthetic"]) == {"0"}
    assert listed.select("name_en", "successor", "established_on", "closed_on", "valid_from", "valid_to").null_count().row(0) == (8,) * 6


@pytest.mark.parametrize(
    "code",
    [4111010001, 4111010001.0, "4111010001.0", "'4111010001", "４１１１０１０００１", " 4111010001\u3000", "4111010001\xa0"],
)
@pytest.mark.parametrize("write", [an_xlsx, a_csv], ids=["xlsx", "csv"])
def test_an_identifier_may_be_a_number_or_carry_signs_of_a_spreadsheet(tmp_path, write, code):
    path = write(tmp_path / "a", a_list(["北京大学", code, "教育部", "北京市", "本科", ""]))

    assert ministry.read(path, DAY)["identifier"].to_list() == ["4111010001"]


def test_spaces_and_half_width_brackets_in_names_and_headers_do_not_matter(tmp_path):
    header = ["序 号", "学校\n名称", "学校　标识码", " 主管部门", "所在地", "办学\n层次", "备注"]
    path = an_xlsx(tmp_path / "a.xlsx", a_list(["中国　矿业\n大学(北京)", "4111011413", "教育部", "北京市", "本 科", ""], header=header))

    assert ministry.read(path, DAY)["name"].to_list() == ["中国矿业大学（北京）"]


def test_a_header_on_every_printed_page_and_headings_copied_over_all_columns_are_passed_over(tmp_path):
    rows = a_list()
    rows[6:6] = [HEADER, ["天津市（56所）"] * 7]

    assert ministry.read(a_csv(tmp_path / "a.csv", rows), DAY).height == 8


def test_a_sheet_of_something_else_beside_the_list_is_passed_over(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.add_worksheet("说明").write_row(3, 2, ["学校名称", "说明"])
        sheet = book.add_worksheet("名单")
        for at, row in enumerate(a_list()):
            sheet.write_row(at + 5, 3, row)

    assert ministry.read(tmp_path / "a.xlsx", DAY).height == 8


ONE = ["北京大学", "4111010001", "教育部", "北京市", "本科", ""]


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        pytest.param([["甲", "乙"], ["1", "2"]], "学校名称、学校标识码、主管部门、办学层次", id="another table"),
        pytest.param([["序号", "学校名称", "主管部门", "办学层次"], [1, "北京大学", "教育部", "本科"]], "缺少：学校标识码。", id="no identifier"),
        pytest.param([[*HEADER, "学校名称"], [1, *ONE, "x"]], "缺少：学校名称。", id="a column twice"),
        pytest.param([], "缺少", id="nothing"),
        pytest.param(a_list(["北京工业职业技术学院", "4111010853", "北京市", "北京市", "专科", ""]), "本科学校", id="no undergraduate school"),
        pytest.param(a_list(ONE, ["清华大学", "411101000", "教育部", "北京市", "本科", ""]), "6:411101000。", id="nine digits"),
        pytest.param(a_list(["清华大学", "4.11101E+09", "教育部", "北京市", "本科", ""]), "5:4.11101E+09。", id="digits lost"),
        pytest.param(a_list(["清华大学", "", "教育部", "北京市", "本科", ""]), "5:。", id="no digits"),
        pytest.param(a_list(["清华大学", "4199010003", "教育部", "北京市", "本科", ""]), "省份", id="no such province"),
        pytest.param(a_list(ONE, ["清华大学", "4111010003", "教育部", "北京市", "中专", ""]), "6:中专。", id="no such level"),
        pytest.param(a_list(["", "4111010003", "教育部", "北京市", "本科", ""]), "校名为空", id="no name"),
        pytest.param(a_list(ONE, ["清华大学", "4111010001", "教育部", "北京市", "本科", ""]), "6:10001。", id="an identifier twice"),
        pytest.param(a_list(ONE, ["清华大学", "4112010001", "教育部", "北京市", "本科", ""]), "6:10001。", id="a code twice"),
        pytest.param(a_list(ONE, ["北京大学", "4111010003", "教育部", "北京市", "本科", ""]), "6:北京大学。", id="a name twice"),
        pytest.param([HEADER, [1, *ONE], *[[""]] * 20_001], "过多", id="too many rows"),
        pytest.param([HEADER, [1, *ONE, *["x"] * 80]], "过多", id="too many columns"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("write", [an_xlsx, a_csv], ids=["xlsx", "csv"])
def test_what_is_no_such_list_is_refused_with_the_reason_in_both_languages(tmp_path, write, rows, word):
    if write is an_xlsx and len(rows) > 20_000:
        rows = [*rows, ["末"]]  # an empty row is kept in a workbook only above a filled one

    with pytest.raises(errors.BadRequest) as refused:
        ministry.read(write(tmp_path / "a", rows), DAY)

    assert word in refused.value.zh and refused.value.zh.endswith("。")
    assert refused.value.en.endswith(".")


def test_two_lists_in_one_workbook_are_refused(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        for name in ("2023", "2024"):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(a_list()):
                sheet.write_row(at, 0, row)

    with pytest.raises(errors.BadRequest, match="Not the ministry's list"):
        ministry.read(tmp_path / "a.xlsx", DAY)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"PK\x03\x04 not a zip at all", id="no archive"),
        pytest.param(bytes.fromhex("D0CF11E0A1B11AE1") + b"\0" * 2000, id="no compound file"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", id="pdf"),
        pytest.param(b"<html><table><tr><td>\xe5\xad\xa6\xe6\xa0\xa1</td></tr></table></html>", id="web page"),
        pytest.param("学校名称,学校标识码\n北京大学,4".encode()[:-3] + b"\xff\xff", id="no encoding"),
        pytest.param(b"\xff\xfe\x00\xd8\x00\xd8", id="broken utf-16"),
        pytest.param(b'"' + b"a" * 200_000, id="a quote never closed"),
        pytest.param(b"\0" * 5000, id="zeros"),
        pytest.param(b"", id="empty"),
    ],
)
def test_hostile_and_broken_files_are_refused_as_people_s_mistakes(tmp_path, content):
    (tmp_path / "a.xls").write_bytes(content)

    with pytest.raises(errors.CentreError) as refused:
        ministry.read(tmp_path / "a.xls", DAY)

    assert isinstance(refused.value, errors.BadRequest | errors.UnreadableFiling)


def test_an_archive_that_unpacks_to_far_more_is_refused_before_it_is_unpacked(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 120_000_000)

    with pytest.raises(errors.UnreadableFiling, match="unpacks to something far too large"):
        ministry.read(tmp_path / "a.xlsx", DAY)


def test_a_new_name_closes_the_old_one_the_day_before_and_a_new_school_is_added():
    register = institutions(("10001", "旧名学院", None, None), ("10002", "照旧大学", None, None), ("10003", "不在名单大学", None, None))
    listed = institutions(("10001", "新名大学", None, None), ("10002", "照旧大学", None, None), ("10004", "新设大学", None, None))

    table = ministry.merged(register, listed, DAY)

    assert names_of(table, "10001") == [("旧名学院", None, date(2024, 6, 19)), ("新名大学", DAY, None)]
    assert names_of(table, "10002") == [("照旧大学", None, None)]
    assert names_of(table, "10003") == [("不在名单大学", None, None)]
    assert names_of(table, "10004") == [("新设大学", DAY, None)]
    assert table["code"].to_list() == ["10001", "10001", "10002", "10003", "10004"]


def test_a_list_compares_with_the_name_of_its_own_day_and_leaves_later_ones():
    register = institutions(("10001", "甲学院", None, date(2024, 11, 29)), ("10001", "甲大学", date(2024, 11, 30), None))

    same = ministry.merged(register, institutions(("10001", "甲学院", None, None)), DAY)
    other = ministry.merged(register, institutions(("10001", "乙学院", None, None)), DAY)

    assert same.equals(register)
    assert names_of(other, "10001") == [
        ("甲学院", None, date(2024, 6, 19)),
        ("乙学院", DAY, date(2024, 11, 29)),
        ("甲大学", date(2024, 11, 30), None),
    ]


def test_a_name_in_a_gap_of_the_register_ends_before_the_next_one_begins():
    register = institutions(("10001", "甲学院", None, date(2024, 5, 26)), ("10001", "甲大学", date(2024, 7, 1), None))

    table = ministry.merged(register, institutions(("10001", "甲大学院", None, None)), DAY)

    assert names_of(table, "10001")[1] == ("甲大学院", DAY, date(2024, 6, 30))


def test_merging_the_same_list_again_changes_nothing(tmp_path):
    listed = ministry.read(an_xlsx(tmp_path / "a.xlsx", a_list()), DAY)

    once = ministry.merged(reference.load().table("institutions"), listed, DAY)
    twice = ministry.merged(once, listed, DAY)

    assert twice.equals(once)


def test_an_older_list_and_a_second_name_for_one_day_are_refused(tmp_path):
    listed = ministry.read(an_xlsx(tmp_path / "a.xlsx", a_list()), DAY)
    once = ministry.merged(institutions(("10001", "旧名大学", None, None)), listed, DAY)
    corrected = listed.with_columns(name=pl.col("name").str.replace("北京大学", "另名大学"))

    with pytest.raises(errors.BadRequest, match="2023-06-15 < 2024-06-20"):
        ministry.merged(once, listed, date(2023, 6, 15))
    with pytest.raises(errors.BadRequest, match="10001"):
        ministry.merged(once, corrected, DAY)


def test_the_register_stays_free_of_overlaps_and_keeps_every_row_it_had(tmp_path):
    register = reference.load().table("institutions")
    schools = [["改名后" + name, *rest] for name, *rest in SCHOOLS]

    table = ministry.merged(register, ministry.read(a_csv(tmp_path / "a.csv", a_list(*schools)), DAY), DAY)

    days = table.select("code", since=pl.col("valid_from").fill_null(date.min), until=pl.col("valid_to").fill_null(date.max))
    assert table.schema == register.schema
    assert days.filter(pl.col("since") > pl.col("until")).is_empty()
    assert days.filter(pl.col("since") <= pl.col("until").shift(1).over("code")).is_empty()
    assert register.join(table, on=["code", "name"], how="anti").is_empty()
    assert table.filter(pl.col("synthetic") == "1").height == register.filter(pl.col("synthetic") == "1").height
    assert table.height == register.height + 8


@pytest.mark.parametrize(
    ("listed_on", "until"),
    [
        (date(2021, 9, 30), date(2022, 2, 28)),
        (date(2023, 6, 15), date(2024, 2, 29)),
        (date(2024, 2, 10), date(2024, 2, 29)),
        (date(2024, 12, 31), date(2025, 2, 28)),
    ],
)
def test_a_list_is_complete_from_its_day_to_the_end_of_the_next_february(listed_on, until):
    listed = institutions(*((f"100{number:02}", f"第{number}大学", None, None) for number in range(5)), ("51189", "山西能源学院", None, None))

    covered = ministry.coverage(listed, listed_on)

    assert covered.drop("source").rows() == [("institutions", "10*", listed_on, until)]
    assert covered.columns == reference.load().table("coverage").columns
