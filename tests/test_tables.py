"""代码表维护: what an import of a reference table must satisfy, and what it would change, shown before it is applied."""

from datetime import date

import pytest
import xlsxwriter

from core import reference, tables
from core.errors import BadRequest
from core.tables import TABLES

HEADER = "institution,level,kind,discipline,valid_from,valid_to,source"
GOOD = "10001,2,academic,0812,2008-09-01,,示范文件"


def lines(*rows):
    return [row.split(",") for row in (HEADER, *rows)]


def exported(name):
    table = reference.load().table(name)
    return [table.columns, *(["" if cell is None else str(cell) for cell in row] for row in table.rows())]


def test_every_shipped_table_can_be_kept_by_staff_and_every_table_is_shipped():
    assert set(TABLES) == set(reference.load().tables)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_exported_and_imported_again_is_the_same_and_changes_nothing(name):
    shipped = reference.load().table(name)

    again = tables.read(name, exported(name))

    assert again.equals(shipped)
    assert tables.difference(name, shipped, again).is_empty()


@pytest.mark.parametrize("name", TABLES)
def test_every_table_is_dated_and_names_its_source(name):
    assert {"valid_from", "valid_to", "source"} <= set(reference.load().table(name).columns)
    assert set(TABLES[name].keys) <= set(reference.load().table(name).columns)


@pytest.mark.parametrize("suffix", ["csv", "gb18030", "xlsx"])
def test_an_import_may_be_csv_of_either_encoding_or_a_workbook(tmp_path, suffix):
    path = tmp_path / f"table.{'csv' if suffix == 'gb18030' else suffix}"
    if suffix == "xlsx":
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            for row, cells in enumerate(lines(GOOD)):
                for place, cell in enumerate(cells):
                    sheet.write_string(row, place, cell)
    else:
        text = "\n".join((HEADER, GOOD, ""))
        path.write_bytes(text.encode("gb18030") if suffix == "gb18030" else b"\xef\xbb\xbf" + text.encode())

    table = tables.read_file("authorisations", path)

    assert table.rows() == [("10001", "2", "academic", "0812", date(2008, 9, 1), None, "示范文件")]


def test_empty_lines_are_passed_over_and_rows_are_told_by_their_number_in_the_file():
    assert tables.read("authorisations", lines("", GOOD, ",,,,,,")).height == 1
    with pytest.raises(BadRequest) as refused:
        tables.read("authorisations", lines(GOOD, "", "10001,2,academic,0813,2008-13-01,,文件"))

    assert refused.value.zh.startswith("第4行：valid_from不是日期")


@pytest.mark.parametrize(("rows", "told"), [
    (["10001,2,academic,0812,2020-01-01,2019-01-01,文件"], "valid_to早于valid_from"),
    (["10001,2,academic,0812,2008-09-01,,"], "source不能为空"),
    ([GOOD, "10001,2,academic,0812,2015-01-01,,另一文件"], "同一代码在同一天有两行有效"),
    ([GOOD, GOOD], "同一代码在同一天有两行有效"),
], ids=["ends before it begins", "no source", "overlap", "twice"])
def test_an_import_that_cannot_be_right_is_refused_with_its_row(rows, told):
    with pytest.raises(BadRequest) as refused:
        tables.read("authorisations", lines(*rows))

    assert told in refused.value.zh and refused.value.zh.startswith("第")


@pytest.mark.parametrize("header", [
    "institution,level,kind,valid_from,valid_to,source", HEADER + ",备注", HEADER + ",institution", "",
], ids=["missing", "unknown", "twice", "none"])
def test_a_table_with_other_columns_is_refused_naming_the_right_ones(header):
    with pytest.raises(BadRequest) as refused:
        tables.read("authorisations", [header.split(","), GOOD.split(",")] if header else [])

    assert HEADER.split(",")[3] in refused.value.zh


def test_lines_that_follow_each_other_in_time_are_one_keys_history():
    table = tables.read("authorisations", lines("10001,2,academic,0812,2008-09-01,2014-12-31,甲", "10001,2,academic,0812,2015-01-01,,乙"))

    assert table.height == 2


def test_the_difference_tells_what_is_added_gone_and_altered_with_both_sides():
    before = tables.read("authorisations", lines(GOOD, "10002,3,academic,*,,,甲", "10003,4,adult,*,,,甲"))
    after = tables.read("authorisations", lines(GOOD, "10002,3,academic,*,,2020-12-31,乙", "10004,4,adult,*,,,甲"))

    told = tables.difference("authorisations", before, after)

    assert told.select("change", "key").rows() == [
        ("altered", "10002 3 academic *"), ("gone", "10003 4 adult *"), ("added", "10004 4 adult *"),
    ]
    altered = told.row(0, named=True)
    assert (altered["before"], altered["after"]) == ("source=甲", "valid_to=2020-12-31；source=乙")
