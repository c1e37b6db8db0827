"""反馈: notices issued once, and the workbooks institutions open, read back as a spreadsheet would."""

import io
import re
import zipfile
from datetime import datetime

import fastexcel
import polars as pl
import pytest

from core import delivery, exports, feedback, feedback_bundle, feedback_job, feedback_workbook
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.feedback_workbook import COLUMNS, KEY, RowKey
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

    name, content = delivery.workbook(desk, 1)
    sheet = _sheet(content)

    assert name == "反馈_2024-2_80901_示例科学研究院_第1轮_1.xlsx"
    withholding = sheet.filter(pl.col("问题类别") != "提示")
    assert withholding.select("原文件行号", "规则", "字段代码").rows() == [
        ("4", "A11", "ZJHM"), ("5", "P11", "RXNY"), ("6", "A13", "ZJHM"), ("6", "I01", "XM"),
    ]
    assert withholding["问题说明"].to_list() == [RULES[code].zh for code in withholding["规则"]]
    assert withholding["报送内容"].to_list() == ["11010120030307005X", "202409", a_number(4, "20030307"), ""]
    assert withholding["处理方式"].to_list()[1] == "书面说明（抄报省级学位办）；信息变更；撤销备案"
    assert set(sheet["来源文件"]) == {"filing.csv"}


def test_every_cell_is_text_and_long_numbers_are_whole(desk):
    feedback.issue(desk, TERM)
    _, content = delivery.workbook(desk, 1)

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

    sheet = _sheet(delivery.workbook(desk, 1)[1])

    assert {number, "809014202500012345"} <= set(sheet["报送内容"])
    assert set(sheet["学位证书编号"]) == {"809014202500012345"}


def test_the_message_comes_before_the_codes_and_the_last_three_columns_are_the_institutions(desk):
    feedback.issue(desk, TERM)
    _, content = delivery.workbook(desk, 1)
    sheet = _sheet(content)

    headings = sheet.columns
    assert headings.index("问题说明") < headings.index("规则") < headings.index("字段代码")
    assert headings[-3:] == ["处理", "更正后内容", "书面说明"]
    assert {cell for row in sheet.select(headings[-3:]).rows() for cell in row} == {""}


def test_the_header_stays_in_sight_and_the_column_of_actions_offers_the_actions(desk):
    feedback.issue(desk, TERM)
    sheet = _parts(delivery.workbook(desk, 1)[1])["xl/worksheets/sheet1.xml"]

    assert re.search(r'<pane [^>]*ySplit="1"[^>]*state="frozen"', sheet)
    assert all(action in sheet for action in feedback_workbook.ACTIONS)


def test_classified_records_are_only_counted(desk):
    feedback.issue(desk, TERM)
    _, content = delivery.workbook(desk, 1)

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
    written = io.BytesIO()
    part = pl.DataFrame({"text": [dangerous, "plain", None], "number": [-1, 2, 3]})
    exports.write_csv([part], ["text", "number"], ["as of noon"], written)
    read = pl.read_csv(written.getvalue(), comment_prefix="#", infer_schema=False)
    assert read["text"].to_list() == [f"'{dangerous}", "plain", None]
    assert read["number"].to_list() == ["-1", "2", "3"]


def test_a_formula_filed_as_a_name_leaves_the_desk_as_text(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1, XM="=1+1", **WRONG_BIRTH), approved=True)
    feedback.issue(desk, TERM)
    _, content = delivery.workbook(desk, 1)

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
    assert set(_sheet(delivery.workbook(desk, 2)[1])["来源文件"]) == {"late.csv"}


def test_what_waits_is_told_by_institution(desk):
    a_filing(desk, people(2, first=20, **NAMELESS), name="unapproved.csv")
    told = ("institution", "to_send", "unapproved", "sent", "classified")

    assert feedback.waiting(desk, TERM).select(told).rows() == [("80901", 6, 2, 0, 3)]
    feedback.issue(desk, TERM)

    assert feedback.waiting(desk, TERM).select(told).rows() == [("80901", 0, 2, 6, 3)]


def made(desk, run_id=1):
    """The run's bundles, made at once: province → file names and bytes."""
    bundles = {}
    for path in feedback_job.make(desk, run_id):
        with zipfile.ZipFile(path) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(2025, 9, 15, 12, 0, 0)}
            bundles[path.stem] = {name: archive.read(name) for name in archive.namelist()}
    return bundles


def test_a_province_gets_one_bundle_with_a_list_and_a_workbook_and_a_letter_for_each_institution(desk):
    a_filing(desk, people(1, first=30, institution="80902", **NAMELESS), institution="80902", approved=True)
    feedback.issue(desk, TERM)

    bundles = made(desk)

    assert {province: list(files) for province, files in bundles.items()} == {
        "11": [
            "北京市/反馈清单_2024-2_北京市.xlsx", "北京市/反馈_2024-2_80901_示例科学研究院_第1轮_1.xlsx",
            "北京市/反馈函_2024-2_80901_示例科学研究院_第1轮_1.docx",
        ],
        "31": [
            "上海市/反馈清单_2024-2_上海市.xlsx", "上海市/反馈_2024-2_80902_示例社会科学院_第1轮_2.xlsx",
            "上海市/反馈函_2024-2_80902_示例社会科学院_第1轮_2.docx",
        ],
    }
    summary = _sheet(bundles["11"]["北京市/反馈清单_2024-2_北京市.xlsx"], "反馈清单")
    assert summary.select("单位代码", "暂不提供记录", "其中涉密").rows() == [("80901", "6", "3")]


def test_the_same_frozen_list_gives_the_same_bytes_whatever_has_happened_to_its_records(desk):
    feedback.issue(desk, TERM)
    first = made(desk)
    one = delivery.workbook(desk, 1)[1]
    for path in feedback_job.folder(desk.db, 1).iterdir():
        path.unlink()
    with desk.db.transaction() as tx:
        tx.run("DELETE FROM feedback_bundle")
        tx.run("UPDATE finding SET closed = 'accepted'")
        tx.run("UPDATE record SET name = '改名'")
        tx.run("UPDATE institution SET zh = '改名'")

    again = made(at_desk(desk, at=datetime(2026, 3, 1, 8)))

    assert again == first
    assert one == first["11"]["北京市/反馈_2024-2_80901_示例科学研究院_第1轮_1.xlsx"]
    assert delivery.workbook(desk, 1)[1] == one


def test_a_list_that_is_not_as_it_was_frozen_makes_no_bundle(desk):
    feedback.issue(desk, TERM)
    with desk.db.transaction() as tx:
        tx.run("UPDATE feedback_line SET value = 'x' WHERE place = 1")

    with pytest.raises(NotAllowed, match="does not match its hash"):
        feedback_job.make(desk, 1)
    assert not list(feedback_job.folder(desk.db, 1).glob("*.zip"))


def test_a_row_is_known_by_its_hidden_key_and_a_workbook_by_its_hidden_sheet(desk):
    feedback.issue(desk, TERM)
    _, content = delivery.workbook(desk, 1)
    parts = _parts(content)
    lines = feedback.lines(desk, 1)

    keys = [RowKey.parse(text) for text in _sheet(content)[COLUMNS[0].zh]]
    assert [(key.notice_id, key.place, key.record_id, key.version) for key in keys] == (
        lines.select("notice_id", "place", "record_id", "version").rows()
    )
    assert COLUMNS[0].key == KEY
    assert re.search(r'<col min="1" max="1" [^>]*hidden="1"', parts["xl/worksheets/sheet1.xml"])
    assert 'name="标识" sheetId="3" state="veryHidden"' in parts["xl/workbook.xml"]
    told = fastexcel.read_excel(content).load_sheet("标识", dtypes="string", header_row=None).to_polars()
    run = desk.db.one("SELECT * FROM feedback_run")
    assert dict(told.rows()) == {
        "layout": "1", "run": "1", "notice": "1", "institution": "80901", "lines": str(lines.height), "sha256": run["sha256"],
    }


@pytest.mark.parametrize("text", [None, "", "1-2-3", "1-2-3-4-5", "0-1-2-3", "1-2-3-x", "=1-2-3-4"])
def test_what_is_no_key_any_more_is_told_as_none(text):
    assert RowKey.parse(text) is None
    assert RowKey.parse(f" {RowKey(1, 2, 3, 4).text} ") == RowKey(1, 2, 3, 4)


def a_refusal(desk, *, value=None):
    """Every case comes back open for another round; the values of its findings changed where given."""
    with desk.db.transaction() as tx:
        tx.run("UPDATE withheld_case SET status = 'open', round = round + 1")
        if value:
            tx.run("UPDATE finding SET value = $value WHERE rule = 'A11'", value=value)
        tx.run("INSERT INTO finding SELECT record_id, version, filing_id, 'A13', 'inaccurate', 'CSRQ', '20010101', NULL "
               "FROM finding WHERE rule = 'P11'")


def test_the_next_round_tells_what_has_changed_since_the_last_and_how_long_a_record_has_waited(desk):
    feedback.issue(desk, TERM)
    a_refusal(desk, value="110101200303070061")

    assert feedback.issue_month(at_desk(desk, at=datetime(2025, 11, 7, 9)), "2025-10") == 1

    first, second = (_sheet(delivery.workbook(desk, notice)[1]) for notice in (1, 2))
    assert set(first["较上轮"]) == {"首次反馈"}
    assert set(first["暂不提供天数"]) == {"0"}
    told = {(row["规则"], row["较上轮"]) for row in second.rows(named=True)}
    assert {("A11", "内容已改，仍有问题"), ("P11", "上轮已反馈，未变"), ("A13", "新发现"), ("I01", "上轮已反馈，未变")} <= told
    assert set(second["暂不提供天数"]) == {"53"}
    assert set(second["反馈轮次"]) == {"第2轮"}
    run = feedback.runs(desk).row(0, named=True)
    assert (run["term"], run["month"], run["notices"]) == (None, "2025-10", 1)
    assert delivery.workbook(desk, 2)[0] == "反馈_2025-10_80901_示例科学研究院_第2轮_2.xlsx"


def test_a_months_round_is_of_semesters_fed_back_before_and_of_no_other(desk):
    assert feedback.issue_month(desk, "2025-08") == 0

    feedback.issue(desk, TERM)
    a_filing(desk, people(1, first=20, **NAMELESS), approved=True, name="late.csv")

    assert feedback.waiting(desk, None)["to_send"].to_list() == [1]
    assert feedback.issue_month(desk, "2025-09") == 1
    assert feedback.issue_month(desk, "2025-09") == 0


@pytest.mark.parametrize("month", ["2025-13", "2025-1", "", "2024-2"])
def test_a_month_is_written_as_a_month(desk, month):
    with pytest.raises(BadRequest):
        feedback.issue_month(desk, month)


def test_an_interrupted_run_goes_on_with_the_bundles_that_are_missing(desk):
    a_filing(desk, people(1, first=30, institution="80902", **NAMELESS), institution="80902", approved=True)
    feedback.issue(desk, TERM)
    whole = made(desk)
    folder = feedback_job.folder(desk.db, 1)
    (folder / feedback_bundle.bundle_name("31")).unlink()
    kept = (folder / feedback_bundle.bundle_name("11")).stat().st_mtime_ns
    (folder / "31.part").write_bytes(b"half")
    with desk.db.transaction() as tx:
        tx.run("DELETE FROM feedback_bundle")

    assert made(desk) == whole
    assert (folder / feedback_bundle.bundle_name("11")).stat().st_mtime_ns == kept
    assert sorted(path.name for path in folder.iterdir()) == ["11.zip", "31.zip"]


def test_feedback_needs_its_duty_and_a_notice_that_exists(desk):
    with pytest.raises(NotAuthorised):
        feedback.issue(at_desk(desk, *(duty for duty in Duty if duty is not Duty.FEEDBACK)), TERM)
    with pytest.raises(NotFound):
        delivery.workbook(desk, 99)
    assert desk.db.frame("SELECT * FROM notice").is_empty()
