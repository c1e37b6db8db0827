"""导出: a list leaves as a file with its filter and time inside, within scope, read in parts at one moment, and is noted."""

import io
import zipfile
from dataclasses import replace

import fastexcel
import polars as pl
import pytest

from core import exporting, handbook, queue, reminders
from core.deadlines import Term
from core.errors import NotAuthorised
from core.exporting import Format, Listing
from core.queue import QueueFilter
from core.vocabulary import Duty
from tests.builders import NAMELESS, NOON, SECRET, TERM, a_filing, at_desk, people

COLUMNS = (("record_id", "记录编号"), ("name", "姓名"), ("rules", "问题"), ("opened_at", "立案时间"))
LISTING = Listing("queue", "暂不查询核查", "筛选：学期：2024-2", COLUMNS, "数据时间：{at:%Y-%m-%d %H:%M}", ("范围：全国",))


def read(desk, part, size):
    return queue.page(desk, QueueFilter(), number=part, size=size)


@pytest.fixture
def filed(desk):
    a_filing(desk, people(2, **NAMELESS) + people(1, first=5, **SECRET))
    a_filing(desk, people(1, first=9, institution="80902", **NAMELESS), institution="80902", name="other.csv")
    return desk


def as_csv(desk, **changes):
    with exporting.hand_out(desk, replace(LISTING, **changes), read, Format.CSV) as file:
        return file.read().decode()


def test_a_csv_tells_its_title_filter_and_time_above_the_lines(filed):
    told = as_csv(at_desk(filed, Duty.READ)).splitlines()

    assert told[:5] == [
        "\ufeff# 暂不查询核查", "# 筛选：学期：2024-2", "# 数据时间：2025-09-15 12:00", "# 范围：全国", "记录编号,姓名,问题,立案时间",
    ]
    assert [line.split(",")[2:] for line in told[5:]] == [["I01", "2025-09-15 12:00:00"]] * 3


def test_a_workbook_tells_the_same_on_a_sheet_of_its_own(filed):
    with exporting.hand_out(filed, LISTING, read, Format.XLSX) as file:
        book = fastexcel.read_excel(file.read())

    about = book.load_sheet(0, header_row=None).to_polars()
    assert about[:, 0].to_list() == ["暂不查询核查", "筛选：学期：2024-2", "数据时间：2025-09-15 12:00", "范围：全国"]
    lines = book.load_sheet(1).to_polars()
    assert lines.columns == [heading for _, heading in COLUMNS]
    assert lines.height == 4


@pytest.mark.parametrize("form", Format)
def test_no_cell_heading_or_note_runs_as_a_formula(desk, form):
    lines = pl.DataFrame({"a": ["=1+1", "＝1", "@x", "-2", "好"], "b": [-1, 2, None, 4, 5]})
    listing = Listing("any", "=甲", "+乙", (("a", "-丙"), ("b", "数")), "{at}")
    with exporting.hand_out(desk, listing, exporting.whole(lines), form) as file:
        content = file.read()

    if form is Format.CSV:
        assert content.decode().splitlines()[3:] == ["'-丙,数", "'=1+1,-1", "'＝1,2", "'@x,", "'-2,4", "好,5"]
    else:
        book = fastexcel.read_excel(content)
        assert book.load_sheet(1).to_polars().rows() == [("'=1+1", -1), ("'＝1", 2), ("'@x", None), ("'-2", 4), ("好", 5)]
        assert book.load_sheet(0, header_row=None).to_polars()[:, 0].to_list()[:2] == ["'=甲", "'+乙"]


def test_the_mark_of_what_was_not_filed_is_on_the_file_and_on_each_of_its_sheets(filed):
    told = as_csv(filed, mark="未报送").splitlines()
    with exporting.hand_out(filed, replace(LISTING, mark="未报送"), read, Format.XLSX) as file:
        content = file.read()

    assert told[:2] == ["\ufeff# 未报送", "# 暂不查询核查"]
    book = fastexcel.read_excel(content)
    assert book.load_sheet(0, header_row=None).to_polars()[:, 0].to_list()[:2] == ["未报送", "暂不查询核查"]
    assert book.sheet_names == ["未报送 说明", "未报送 数据"]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert all("<oddHeader>&amp;C&amp;B未报送</oddHeader>" in packed.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2))


def test_every_file_is_noted_with_who_what_how_many_and_when(filed):
    as_csv(filed)
    as_csv(at_desk(filed, province="31"))

    later, first = exporting.log(filed).to_dicts()
    assert (first["list"], first["chosen"], first["format"], first["lines"], first["exported_by"], first["exported_at"]) == (
        "queue", "筛选：学期：2024-2", "csv", 4, filed.actor.key, NOON
    )
    assert (later["province"], later["lines"]) == ("31", 1)
    assert exporting.logged(filed) == 2
    assert exporting.log(at_desk(filed, province="31"))["export_id"].to_list() == [2]


def test_without_the_duty_nothing_leaves_and_nothing_is_noted(filed):
    with pytest.raises(NotAuthorised):
        as_csv(at_desk(filed, Duty.ANALYSE))
    with pytest.raises(NotAuthorised):
        as_csv(at_desk(filed, Duty.ANALYSE), duty=Duty.ANALYSE)  # the list itself asks for the duty to see records

    assert exporting.logged(filed) == 0


def test_a_long_list_is_read_part_by_part_as_it_stood_at_one_moment(desk):
    asked = []

    def parts(within, part, size):
        asked.append(part)
        if part == 1:
            with desk.db.transaction() as tx:
                tx.run("INSERT INTO counter VALUES ('later', 1)")
        seen = within.db.frame("SELECT count(*) AS n FROM counter WHERE name = 'later'").item()
        return pl.DataFrame({"a": [seen] * (size if part < 2 else 3)})

    with exporting.hand_out(desk, Listing("long", "长表", "", (("a", "甲"),), "{at}"), parts, Format.CSV) as file:
        told = file.read().decode().splitlines()[3:]

    assert asked == [0, 1, 2]
    assert told == ["0"] * (2 * exporting.PART + 3)
    assert exporting.log(desk)["lines"].to_list() == [2 * exporting.PART + 3]


def test_a_list_of_nothing_is_a_file_with_its_headings(desk):
    assert as_csv(desk).splitlines()[-1] == "记录编号,姓名,问题,立案时间"


def test_workbooks_with_a_form_of_their_own_are_noted_too(filed):
    late = at_desk(filed, at=NOON.replace(year=2026, month=11))
    reminders.workbook(late, Term(TERM.year + 1, TERM.half))
    handbook.workbook(late)

    told = exporting.log(filed).select("list", "format", "exported_by").rows()
    assert told == [("rulebook", "xlsx", late.actor.key), ("reminders", "xlsx", late.actor.key)]
    assert exporting.log(filed)["lines"].min() > 0
