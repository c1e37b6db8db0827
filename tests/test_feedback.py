"""反馈: notices issued once, and the workbooks institutions open, read back as a spreadsheet would."""

import io
import re
import zipfile

import fastexcel
import polars as pl
import pytest

from core import exports, feedback
from core.errors import NotAuthorised, NotFound
from core.rules import RULES
from core.vocabulary import Duty
from tests.builders import (
    NAMELESS,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_desk,
    a_filing,
    a_number,
    at_desk,
    people,
)


def _sheet(content, name="反馈数据"):
    return fastexcel.read_excel(content).load_sheet(name, dtypes="string", header_row=0).to_polars()


def _parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name).decode() for name in book.namelist() if name.endswith(".xml")}


@pytest.fixture
def desk(tmp_path):
    desk = a_desk(tmp_path)
    records = [
        *people(2), *people(1, first=2, ZJHM="11010120030307005X"), *people(1, first=3, **TOO_FAST),
        *people(1, first=4, **NAMELESS, **{"CSRQ": "20030703"}), *people(2, first=5, **SECRET),
        *people(1, first=7, **SECRET, **WRONG_BIRTH),
    ]
    a_filing(desk, records, approved=True)
    return desk


def test_a_workbook_lists_every_finding_of_every_withheld_record_in_words(desk):
    feedback.issue(desk, TERM)

    name, content = exports.notice_workbook(desk, 1)
    sheet = _sheet(content)

    assert name == "反馈_2024-2_80901_示例科学研究院_第1轮_1.xlsx"
    withholding = sheet.filter(pl.col("问题类别") != "提示")
    assert withholding.select("原文件行号", "规则", "字段代码").rows() == [
        ("4", "A11", "ZJHM"), ("5", "P11", "RXNY"), ("6", "A13", "ZJHM"), ("6", "I01", "XM"),
    ]
    assert withholding["问题说明"].to_list() == [RULES[code].zh for code in withholding["规则"]]
    assert withholding["报送内容"].to_list() == ["11010120030307005X", "202409", a_number(4, "20030307"), ""]
    assert withholding["处理方式"].to_list()[1] == "书面说明（抄报省级学位办）；信息变更；撤销备案"
    assert set(sheet["反馈截止"]) == {"2025-11-30"}
    assert set(sheet["来源文件"]) == {"filing.csv"}


def test_every_cell_is_text_and_long_numbers_are_whole(desk):
    feedback.issue(desk, TERM)
    _, content = exports.notice_workbook(desk, 1)

    cells = re.findall(r"<c ([^>]*)>(.*?)</c>", _parts(content)["xl/worksheets/sheet1.xml"])
    assert len(cells) > 60
    assert all('t="s"' in attributes and "<f" not in inside for attributes, inside in cells)
    sheet = _sheet(content)
    assert sheet["学位证书编号"].to_list()[:2] == ["8090142025000003", "8090142025000004"]
    assert "11010120030307005X" in sheet["报送内容"].to_list()


def test_a_wrong_eighteen_digit_number_comes_back_digit_by_digit(tmp_path):
    desk = a_desk(tmp_path)
    number = a_number(7)[:17] + ("0" if a_number(7)[17] != "0" else "1")
    a_filing(desk, people(1, ZJHM=number, XWZSBH="809014202500012345"), approved=True)
    feedback.issue(desk, TERM)

    sheet = _sheet(exports.notice_workbook(desk, 1)[1])

    assert {number, "809014202500012345"} <= set(sheet["报送内容"])
    assert set(sheet["学位证书编号"]) == {"809014202500012345"}


def test_the_message_comes_before_the_codes_and_the_last_three_columns_are_the_institutions(desk):
    feedback.issue(desk, TERM)
    _, content = exports.notice_workbook(desk, 1)
    sheet = _sheet(content)

    headings = sheet.columns
    assert headings.index("问题说明") < headings.index("规则") < headings.index("字段代码")
    assert headings[-3:] == ["处理", "更正后内容", "书面说明"]
    assert {cell for row in sheet.select(headings[-3:]).rows() for cell in row} == {""}


def test_the_header_stays_in_sight_and_the_column_of_actions_offers_the_actions(desk):
    feedback.issue(desk, TERM)
    sheet = _parts(exports.notice_workbook(desk, 1)[1])["xl/worksheets/sheet1.xml"]

    assert re.search(r'<pane [^>]*ySplit="1"[^>]*state="frozen"', sheet)
    assert all(action in sheet for action in exports.ACTIONS)


def test_classified_records_are_only_counted(desk):
    feedback.issue(desk, TERM)
    _, content = exports.notice_workbook(desk, 1)

    about = "".join(_parts(content).values())
    assert feedback.notices(desk, TERM).select("records", "classified_records").row(0) == (6, 3)
    assert "其中3条涉密数据不在本表列出" in about
    assert not {"S01", "7", "8", "9"} & {*_sheet(content)["规则"], *_sheet(content)["原文件行号"]}
    assert "涉密论文" not in about
    for record in people(3, first=5):
        assert record["XM"] not in about
        assert record["XWZSBH"] not in about


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "＝", "＋"])
def test_a_cell_that_could_run_as_a_formula_does_not(start):
    dangerous = f"{start}HYPERLINK(A1)"

    assert exports.inert(dangerous) == f"'{dangerous}"
    csv = exports.to_csv(pl.DataFrame({"text": [dangerous, "plain", None], "number": [-1, 2, 3]}), notes=["as of noon"])
    read = pl.read_csv(csv, comment_prefix="#", infer_schema=False)
    assert read["text"].to_list() == [f"'{dangerous}", "plain", None]
    assert read["number"].to_list() == ["-1", "2", "3"]


def test_a_formula_filed_as_a_name_leaves_the_desk_as_text(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1, XM="=1+1", **WRONG_BIRTH), approved=True)
    feedback.issue(desk, TERM)
    _, content = exports.notice_workbook(desk, 1)

    assert set(_sheet(content)["姓名"]) == {"'=1+1"}
    assert "<f>" not in _parts(content)["xl/worksheets/sheet1.xml"]


def test_a_second_issue_makes_no_second_notice(desk):
    assert feedback.issue(desk, TERM) == 1
    before = desk.db.frame("SELECT * FROM notice_item ORDER BY ALL")

    assert feedback.issue(desk, TERM) == 0

    assert feedback.notices(desk, TERM).height == 1
    assert desk.db.frame("SELECT * FROM notice_item ORDER BY ALL").equals(before)


def test_a_filing_passed_later_gets_a_notice_of_its_own_records_only(desk):
    feedback.issue(desk, TERM)
    a_filing(desk, people(1, first=20, **NAMELESS), approved=True, name="late.csv")

    assert feedback.issue(desk, TERM) == 1

    assert feedback.notices(desk, TERM)["records"].to_list() == [6, 1]
    assert set(_sheet(exports.notice_workbook(desk, 2)[1])["来源文件"]) == {"late.csv"}


def test_what_waits_is_told_by_institution(desk):
    a_filing(desk, people(2, first=20, **NAMELESS), name="unapproved.csv")
    told = ("institution", "to_send", "unapproved", "sent", "classified")

    assert feedback.waiting(desk, TERM).select(told).rows() == [("80901", 6, 2, 0, 3)]
    feedback.issue(desk, TERM)

    assert feedback.waiting(desk, TERM).select(told).rows() == [("80901", 0, 2, 6, 3)]


def test_the_archive_has_a_folder_per_province_with_a_list_and_every_workbook(desk):
    a_filing(desk, people(1, first=30, institution="80902", **NAMELESS), institution="80902", approved=True)
    feedback.issue(desk, TERM)

    with zipfile.ZipFile(io.BytesIO(exports.term_archive(desk, TERM.code))) as archive:
        names = archive.namelist()
        summary = _sheet(archive.read("北京市/反馈清单_2024-2_北京市.xlsx"), "反馈清单")
    assert names == [
        "北京市/反馈清单_2024-2_北京市.xlsx", "北京市/反馈_2024-2_80901_示例科学研究院_第1轮_1.xlsx",
        "上海市/反馈清单_2024-2_上海市.xlsx", "上海市/反馈_2024-2_80902_示例社会科学院_第1轮_2.xlsx",
    ]
    assert summary.select("单位代码", "暂不提供记录", "其中涉密").rows() == [("80901", "6", "3")]


def test_the_same_notices_give_the_same_bytes_dated_by_their_issue(desk):
    feedback.issue(desk, TERM)

    assert exports.notice_workbook(desk, 1) == exports.notice_workbook(desk, 1)
    with zipfile.ZipFile(io.BytesIO(exports.term_archive(desk, TERM.code))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2025, 9, 15, 12, 0, 0)}
        assert all("2025-09-15T12:00:00Z" in _parts(archive.read(name))["docProps/core.xml"] for name in archive.namelist())


def test_feedback_needs_its_duty_and_a_notice_that_exists(desk):
    with pytest.raises(NotAuthorised):
        feedback.issue(at_desk(desk, *(duty for duty in Duty if duty is not Duty.FEEDBACK)), TERM)
    with pytest.raises(NotFound):
        exports.notice_workbook(desk, 99)
    assert desk.db.frame("SELECT * FROM notice").is_empty()
