"""What leaves the desk says who took it and when, whatever it is."""

import io
import zipfile

import fastexcel
import pytest
from docx import Document

from core import book, delivery, dryrun, exporting, feedback, handbook, marking, masking
from core.book import ActFilter
from core.exporting import Format, Listing
from tests.builders import NAMELESS, TERM, a_csv, a_filing, a_number, people
from tests.test_dryrun import dry


@pytest.fixture
def fed_back(desk):
    """A notice issued."""
    a_filing(desk, people(2, **NAMELESS), approved=True)
    feedback.issue(desk, TERM)
    return desk


def comment(content):
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert packed.testzip() is None
        return packed.comment.decode()


def downloads(desk):
    return book.page(desk, ActFilter()).filter(event="download").select("actor", "note").rows()


def test_workbooks_letters_and_archives_carry_who_and_when_and_say_the_same_as_before(fed_back):
    for name, content in (delivery.workbook(fed_back, 1), delivery.covering_letter(fed_back, 1), ("规则手册.xlsx", handbook.workbook(fed_back))):
        marked = marking.marked(fed_back, name, content)

        assert comment(marked) == "导出 测试员 tester 2025-09-15 12:00:00"
        with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(io.BytesIO(marked)) as after:
            assert [after.read(each) for each in after.namelist()] == [before.read(each) for each in before.namelist()]
        if name.endswith(".xlsx"):
            assert fastexcel.read_excel(marked).sheet_names == fastexcel.read_excel(content).sheet_names
        else:
            assert [each.text for each in Document(io.BytesIO(marked)).paragraphs] == [
                each.text for each in Document(io.BytesIO(content)).paragraphs
            ]
    assert downloads(fed_back) == []


def test_a_list_as_csv_says_it_in_its_own_lines_and_is_handed_on_as_it_is(desk, tmp_path):
    run = dry(desk, a_csv(tmp_path / "filing.csv", people(2, **NAMELESS)))
    listing = Listing("queue", "核查队列", "", (("a", "甲"),), "数据时间：{at:%Y-%m-%d %H:%M:%S}", ("导出人：测试员",))
    with exporting.hand_out(desk, listing, exporting.whole(desk.db.frame("SELECT 1 AS a")), Format.CSV) as file:
        content = file.read()

    assert marking.marked(desk, "queue.csv", content) == content
    assert "2025-09-15 12:00:00" in content.decode() and "测试员" in content.decode()
    assert marking.marked(desk, "dry.csv", dryrun.to_csv(desk, run, english=False)) == dryrun.to_csv(desk, run, english=False)
    assert downloads(desk) == []


def test_a_scan_stays_byte_for_byte_and_that_it_was_fetched_is_in_the_book_without_a_number(desk):
    scan = b"%PDF-1.7 PK scan"

    assert marking.marked(desk, f"{a_number(1)}.pdf", scan) == scan
    assert marking.marked(desk, "majors.csv", b"code,name\n") == b"code,name\n"

    assert downloads(desk) == [("tester", "majors.csv"), ("tester", f"{masking.number(a_number(1))}.pdf")]
