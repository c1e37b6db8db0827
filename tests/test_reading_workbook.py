"""Excel filings: text as filed, numbers in identifiers refused by address, dangerous files refused unread."""

import datetime
import io
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import UnreadableFiling
from core.reading import kept, open_filing
from core.reading.kept import _READER, plain_sheet
from core.record import LAYOUTS
from tests.builders_files import CODES, a_file, a_row, named_header, whole


@pytest.fixture(autouse=True, params=["one process each", "one kept for all"])
def reader(request) -> Iterator[None]:
    """Workbooks are read the same whether a process is kept for plain ones or not."""
    with kept() if request.param == "one kept for all" else nullcontext():
        yield


AT = {code: position for position, code in enumerate(CODES)}


def an_xlsx(path: Path, *sheets: list[list], top: int = 0, left: int = 0) -> Path:
    """A workbook of these sheets; strings stay strings, dates get a date format."""
    book = xlsxwriter.Workbook(path)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for rows in sheets:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows, top):
            for column, cell in enumerate(row, left):
                if isinstance(cell, datetime.datetime):
                    sheet.write_datetime(at, column, cell, day)
                elif isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                else:
                    sheet.write(at, column, cell)
    book.close()
    return path


def an_xls(path: Path, rows: list[list], top: int = 0, left: int = 0) -> Path:
    """An Excel 97–2003 workbook, its only sheet beginning at a cell."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("数据")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    for at, row in enumerate(rows, top):
        for column, cell in enumerate(row, left):
            if isinstance(cell, datetime.datetime):
                sheet.write(at, column, cell, day)
            else:
                sheet.write(at, column, cell)
    book.save(str(path))
    return path


def refusal(path: Path) -> UnreadableFiling:
    """The error a workbook is refused with."""
    with pytest.raises(UnreadableFiling) as caught:
        whole(path)
    assert caught.value.zh.endswith("。") and str(caught.value).endswith(".")
    return caught.value


ROWS = [named_header(), a_row(XM=" 张明 "), [""] * len(CODES), a_row(XM="𬭎\n䶮", BZ="1.0")]


@pytest.mark.parametrize("name", ["filing.xlsx", "filing.xls", "filing.csv", "filing"])
@pytest.mark.parametrize(("build", "format"), [(an_xlsx, "xlsx"), (an_xls, "xls")])
def test_a_workbook_of_any_name_reads_as_text_with_its_own_row_numbers(tmp_path, build, format, name):
    opened = open_filing(build(tmp_path / name, ROWS))
    frame = pl.concat(opened.chunks(rows=1))

    assert (opened.format, opened.encoding, opened.layout, opened.columns) == (format, None, "dbf34", CODES)
    assert frame.schema == {"row": pl.Int64, **dict.fromkeys(CODES, pl.String)}
    assert frame["row"].to_list() == [2, 4]
    assert frame.select(CODES).rows() == [tuple(cell or None for cell in ROWS[at]) for at in (1, 3)]


@pytest.mark.parametrize("build", [an_xlsx, an_xls])
def test_numbers_and_dates_elsewhere_become_plain_text(tmp_path, build):
    row = a_row()
    row[AT["XBM"]], row[AT["XZ"]], row[AT["RXNY"]] = 1, 2.5, 41455.0
    row[AT["CSRQ"]], row[AT["HXWRQ"]] = datetime.datetime(2003, 3, 7), datetime.datetime(2025, 6, 20, 8, 30)
    row[AT["SFDEXW"]] = True

    read = whole(build(tmp_path / "f", [CODES, row])).row(0, named=True)

    assert [read[code] for code in ("XBM", "XZ", "RXNY", "CSRQ", "HXWRQ", "SFDEXW")] == [
        "1", "2.5", "41455", "2003-03-07", "2025-06-20 08:30:00", "TRUE",
    ]  # fmt: skip


@pytest.mark.parametrize("build", [an_xlsx, an_xls])
def test_numbers_in_identifier_columns_are_refused_by_address(tmp_path, build):
    rows = [a_row() for _ in range(4)]
    rows[0][AT["ZJHM"]] = 110101200303072137
    rows[2][AT["ZJHM"]] = 110101200303072137
    rows[3][AT["XH"]] = datetime.datetime(2021, 1, 1)

    error = refusal(build(tmp_path / "f", [CODES, *rows]))

    assert "L2、L4、Z5" in error.zh and "文本" in error.zh
    assert "1101012003" not in error.zh


def test_many_numbers_are_told_by_the_first_few(tmp_path):
    rows = [a_row() for _ in range(9)]
    for row in rows:
        row[AT["ZJHM"]] = 1

    assert "L2、L3、L4、L5、L6等单元格" in refusal(an_xlsx(tmp_path / "f", [CODES, *rows])).zh


def test_text_already_in_exponent_form_is_refused(tmp_path):
    assert "L2" in refusal(an_xlsx(tmp_path / "f", [CODES, a_row(ZJHM="1.10101E+17")])).zh


def test_a_sheet_need_not_begin_at_the_first_cell(tmp_path):
    frame = whole(an_xlsx(tmp_path / "f", ROWS, top=3, left=2))

    assert frame["row"].to_list() == [5, 7]
    assert frame["XM"].to_list() == [" 张明 ", "𬭎\n䶮"]


def test_the_only_sheet_with_a_header_is_read(tmp_path):
    notes = [["填表说明"], ["请先阅读"]]

    assert whole(an_xlsx(tmp_path / "f", [], notes, ROWS)).height == 2


def test_several_sheets_of_data_are_refused_by_name(tmp_path):
    assert "Sheet1、Sheet2" in refusal(an_xlsx(tmp_path / "f", ROWS, ROWS)).zh


def test_a_named_layout_reads_a_sheet_without_a_header(tmp_path):
    path = an_xlsx(tmp_path / "f", [["示例"] * 27, ["示范"] * 27])

    assert "第1行不是可识别的表头" in refusal(path).zh
    assert whole(path, layout="new27")["row"].to_list() == [1, 2]
    assert tuple(whole(path, layout="new27").columns[1:]) == LAYOUTS["new27"].codes


@pytest.mark.parametrize(
    ("sheets", "said"),
    [
        ([[]], "空"),
        ([[CODES]], "没有数据行"),
        ([[[*CODES, "姓名"], a_row()]], "出现两次"),
        ([[CODES[1:], a_row()[1:]]], "缺少关键信息列：姓名(XM)"),
        ([[[*CODES, *"列" * 47], a_row()]], "超过80列"),
        ([[CODES, a_row(BZ="长" * 32_767), a_row()]], None),
    ],
)
def test_a_sheet_is_refused_for_what_is_wrong_with_it(tmp_path, sheets, said):
    path = an_xlsx(tmp_path / "f", *sheets)
    if said is None:
        assert whole(path).height == 2
    else:
        assert said in refusal(path).zh


def repacked(path: Path, **parts: bytes | None) -> bytes:
    """The same workbook with some parts replaced (sheet1=…) or left out (None)."""
    target = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = parts.get(Path(part.filename).stem, old.read(part))
            if content is not None:
                new.writestr(part.filename, content)
    return target.getvalue()


def test_damaged_workbooks_are_refused(tmp_path):
    path = an_xlsx(tmp_path / "good", ROWS)
    good, old = path.read_bytes(), an_xls(tmp_path / "old", ROWS).read_bytes()
    with zipfile.ZipFile(path) as archive:
        half = archive.read("xl/worksheets/sheet1.xml")[:2000]
    flipped = bytearray(good)
    flipped[len(good) // 2] ^= 0xFF

    for content in (
        good[:-500],
        repacked(path, sheet1=half),
        repacked(path, workbook=None),
        old[:2000],
        bytes(flipped),
    ):
        assert "损坏" in refusal(a_file(tmp_path, content)).zh


def test_a_workbook_with_a_password_is_refused(tmp_path):
    old = an_xls(tmp_path / "old", ROWS).read_bytes()
    begins = old.index(bytes.fromhex("0908100000060500"))
    after = begins + 4 + int.from_bytes(old[begins + 2 : begins + 4], "little")
    passworded = old[:after] + b"\x2f\x00" + old[after + 2 :]
    name, other = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    entry = old.index(name)
    encrypted = old[:entry] + other + old[entry + len(other) : entry + 64]
    encrypted += (len(other) + 2).to_bytes(2, "little") + old[entry + 66 :]

    for content in (passworded, encrypted):
        assert "密码" in refusal(a_file(tmp_path, content)).zh


def test_an_archive_that_unpacks_too_large_is_refused_before_it_is_unpacked(tmp_path):
    path = an_xlsx(tmp_path / "good", ROWS)
    content = repacked(path, theme1=bytes(110 * 1024**2))

    tracemalloc.start()
    error = refusal(a_file(tmp_path, content))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert "过大" in error.zh
    assert peak < 5 * 1024**2


def test_an_archive_whose_directory_lies_about_its_size_is_refused(tmp_path):
    path = an_xlsx(tmp_path / "good", ROWS)
    size = 30 * 1024**2
    lying = repacked(path, sheet1=bytes(size)).replace(size.to_bytes(4, "little"), (1000).to_bytes(4, "little"))

    assert "损坏" in refusal(a_file(tmp_path, lying)).zh


def test_values_so_far_apart_that_they_would_fill_the_memory_are_refused(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "f")
    sheet = book.add_worksheet()
    for at, row in enumerate(ROWS):
        sheet.write_row(at, 0, row)
    sheet.write_string(1_048_575, 16_000, "x")
    book.close()

    assert "零散内容" in refusal(tmp_path / "f").zh


def test_a_damaged_old_workbook_does_not_fill_the_memory(tmp_path):
    content = an_xls(tmp_path / "f", ROWS).read_bytes()
    cell = b"\xfd\x00\x0a\x00" + (3).to_bytes(2, "little") + (0).to_bytes(2, "little")
    assert content.count(cell) == 1

    far = content.replace(cell, cell[:4] + b"\xff\xff\xff\xff")

    assert "零散内容" in refusal(a_file(tmp_path, far)).zh


def test_a_workbook_can_be_left_half_read_and_read_again(tmp_path):
    opened = open_filing(an_xlsx(tmp_path / "f", [CODES, *(a_row() for _ in range(3000))]))

    chunks = opened.chunks(rows=10)
    assert next(chunks).height == 10
    chunks.close()
    assert sum(chunk.height for chunk in opened.chunks()) == 3000


def test_empty_formatted_cells_far_from_the_data_do_no_harm(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "f")
    bold = book.add_format({"bold": True})
    sheet = book.add_worksheet()
    for at, row in enumerate(ROWS):
        sheet.write_row(at, 0, row)
    sheet.write_blank(1_048_575, 16_000, None, bold)
    book.close()

    assert whole(tmp_path / "f").height == 2


@pytest.mark.parametrize(("rows", "placed", "plain"), [
    ([list(CODES), a_row(XM="张明")], {}, True),
    ([list(CODES), a_row(XM="张明")], {"top": 2}, True),
    ([list(CODES), a_row(XM="张明")], {"left": 1}, False),
    ([list(CODES), [1.5, *a_row()[1:]]], {}, False),
    ([list(CODES), [datetime.datetime(2025, 6, 30), *a_row()[1:]]], {}, False),
    ([list(CODES), [True, *a_row()[1:]]], {}, False),
], ids=["text", "text below blank rows", "text right of blank columns", "a number", "a date", "a truth value"])
def test_one_worksheet_of_text_alone_is_read_by_the_process_that_stays(tmp_path, rows, placed, plain):
    path = an_xlsx(tmp_path / "f.xlsx", rows, **placed)
    with kept():
        assert (plain_sheet(path) is not None) == plain
        assert plain_sheet(an_xlsx(tmp_path / "two.xlsx", rows, rows)) is None


@pytest.mark.parametrize(("rows", "placed", "plain"), [
    ([list(CODES), a_row(XM="张明")], {}, True),
    ([list(CODES), a_row(XM="张明")], {"top": 2}, False),
    ([list(CODES), a_row(XM="张明")], {"left": 1}, False),
    ([list(CODES), [1.5, *a_row()[1:]]], {}, False),
    ([list(CODES), a_row(XM="张\x1f明")], {}, False),
], ids=["text", "text below blank rows", "text right of blank columns", "a number", "what stands between cells"])
def test_a_worksheet_of_text_in_the_old_format_is_read_by_the_process_that_stays(tmp_path, rows, placed, plain):
    path = an_xls(tmp_path / "f.xls", rows, **placed)
    with kept():
        assert (plain_sheet(path) is not None) == plain


def test_a_workbook_that_ends_the_process_is_read_all_the_same(tmp_path):
    path = an_xlsx(tmp_path / "f.xlsx", [list(CODES), a_row(XM="张明")])
    with kept():
        assert plain_sheet(path) is not None
        _READER.get()._process.kill()
        _READER.get()._process.wait()

        assert plain_sheet(path) is None
        assert whole(path)["XM"].to_list() == ["张明"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cells=st.lists(
        st.lists(st.one_of(st.just(""), st.text("张明1.E+07 \t\n\x1f\"'=", max_size=6)), min_size=2, max_size=2), min_size=1, max_size=6,
    ),
    top=st.integers(0, 2),
)
def test_text_is_the_same_from_the_process_that_stays(tmp_path, cells, top):
    for path in (
        an_xlsx(tmp_path / "f.xlsx", [["XM", "BZ"], *cells], top=top), an_xls(tmp_path / "f.xls", [["XM", "BZ"], *cells], top=top),
    ):
        with kept():
            kept_way = _told(path)

        assert kept_way == _told(path)


def _told(path: Path) -> object:
    try:
        opened = open_filing(path)
        return opened.layout, opened.rows, pl.concat(opened.chunks(3)).rows()
    except UnreadableFiling as refusal:
        return refusal.zh
