"""dBASE filings: wrong language bytes, cut characters, deleted rows and damaged headers."""

from pathlib import Path

import polars as pl
import pytest

from core.errors import UnreadableFiling
from core.reading import open_filing
from tests.builders_dbf import write_dbf
from tests.builders_files import CODES, a_file, a_row, csv_bytes, whole

FIELDS = [(code, "C", 60) for code in CODES]
ROWS = [a_row(XM="张明", BZ=" 前有空格"), a_row(XM="阿依古丽·买买提"), a_row(XM="䶮")]


def refusal(path: Path, **choices: str) -> UnreadableFiling:
    """The error a table is refused with."""
    with pytest.raises(UnreadableFiling) as caught:
        whole(path, **choices)
    assert caught.value.zh.endswith("。") and str(caught.value).endswith(".")
    return caught.value


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize("driver", [0x4D, 0x00, 0x03])
def test_the_encoding_is_told_by_the_bytes_not_the_language_byte(tmp_path, encoding, driver):
    opened = open_filing(write_dbf(tmp_path / "f.xls", FIELDS, ROWS, encoding=encoding, driver=driver))
    frame = pl.concat(opened.chunks(rows=2))

    assert (opened.format, opened.encoding, opened.layout, opened.columns) == ("dbf", encoding, "dbf34", CODES)
    assert frame.schema == {"row": pl.Int64, **dict.fromkeys(CODES, pl.String)}
    assert frame["row"].to_list() == [2, 3, 4]
    assert frame.select(CODES).rows() == [tuple(cell or None for cell in row) for row in ROWS]


def test_deleted_rows_are_left_out_but_counted(tmp_path):
    path = write_dbf(tmp_path / "f", FIELDS, [*ROWS, ROWS[0]], deleted=[0, 2])

    assert whole(path)["row"].to_list() == [3, 5]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
@pytest.mark.parametrize("name", ["张" * 21, "a" + "䶮" * 10 + "张" * 10, "𬭎" * 11])
def test_half_a_character_at_the_end_of_a_field_is_one_replacement_character(tmp_path, encoding, name):
    width = 41
    kept = name.encode(encoding)[:width].decode(encoding, "ignore")
    fields = [("XM", "C", width), *FIELDS[1:]]
    rows = [a_row(XM=name), *(a_row(XM="张明") for _ in range(9))]

    read = whole(write_dbf(tmp_path / "f", fields, rows, encoding=encoding))

    whole_characters = len(kept.encode(encoding)) == width
    assert read["XM"].to_list() == [kept + ("" if whole_characters else "\ufffd"), *["张明"] * 9]


def test_bytes_outside_the_encoding_are_refused_by_address(tmp_path):
    rows = [*ROWS, [b"\xd5\xff\xff\xc5x", *a_row()[1:]]]

    assert "A5单元格" in refusal(write_dbf(tmp_path / "f", FIELDS, rows)).zh
    assert "A2单元格" in refusal(write_dbf(tmp_path / "f", FIELDS, ROWS), encoding="utf-8").zh


def test_a_chosen_encoding_that_garbles_the_names_is_refused(tmp_path):
    rows = [a_row(XM="张明"), a_row(XM="欧阳示例")]
    path = write_dbf(tmp_path / "f", [(code, "C", 60) for code in CODES], rows, encoding="utf-8")

    assert "乱码" in refusal(path, encoding="gb18030").zh or "编码" in refusal(path, encoding="gb18030").zh


def test_numeric_fields_are_text_except_in_identifiers(tmp_path):
    fields = [(code, "N" if code in ("XBM", "XZ", "RXNY") else "C", 60) for code in CODES]
    path = write_dbf(tmp_path / "f", fields, [a_row(XBM="  1", XZ="4.00", RXNY="")])

    assert whole(path).select("XBM", "XZ", "RXNY").row(0) == ("1", "4", None)

    fields = [(code, "N" if code == "ZJHM" else "C", 60) for code in CODES]
    error = refusal(write_dbf(tmp_path / "f", fields, [a_row()]))
    assert "L2单元格" in error.zh and "文本" in error.zh


def test_a_memo_field_is_refused_only_when_it_is_a_column_of_the_filing(tmp_path):
    fields = [*FIELDS, ("OTHER", "M", 10)]
    opened = open_filing(write_dbf(tmp_path / "f", fields, [[*a_row(), "1"]]))
    assert opened.ignored == ("OTHER",)

    fields = [*FIELDS[:-1], ("BZ", "M", 10)]
    assert "字符型" in refusal(write_dbf(tmp_path / "f", fields, [a_row(BZ="1")])).zh


def test_damaged_tables_are_refused(tmp_path):
    good = write_dbf(tmp_path / "good", FIELDS, ROWS).read_bytes()
    for content in (
        good[:20],
        good[:500],
        good[:-100],
        good + good[-300:],
        good[:4] + (9).to_bytes(4, "little") + good[8:],
        good[:8] + (300).to_bytes(2, "little") + good[10:],
        good[:10] + (300).to_bytes(2, "little") + good[12:],
    ):
        assert "DBF文件已损坏" in refusal(a_file(tmp_path, content)).zh


def test_a_table_without_records_is_refused(tmp_path):
    assert "没有数据行" in refusal(write_dbf(tmp_path / "f", FIELDS, [])).zh
    assert "没有数据行" in refusal(write_dbf(tmp_path / "f", FIELDS, ROWS, deleted=[0, 1, 2])).zh


def test_a_table_without_known_fields_is_refused(tmp_path):
    assert refusal(write_dbf(tmp_path / "f", [("A", "C", 5), ("B", "C", 5)], [["1", "2"]]))


def test_text_that_begins_with_a_digit_is_not_taken_for_a_table(tmp_path):
    path = a_file(tmp_path, csv_bytes([["1 姓名", *CODES], ["", *a_row()]]))

    assert open_filing(path).format == "csv"


@pytest.mark.parametrize("cell", [b"A\x1f1", b"\xd5\xc5\x1f\xc3\xf7", b"A\x001"])
def test_a_control_character_within_a_cell_is_refused_by_address(tmp_path, cell):
    rows = [*ROWS, [cell, *a_row()[1:]]]

    assert "A5单元格" in refusal(write_dbf(tmp_path / "f", FIELDS, rows)).zh
