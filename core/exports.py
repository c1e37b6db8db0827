"""Text that leaves the desk in tables (导出): nothing in a cell can run as a formula; tables as CSV, lists as XLSX.

Must not know what a table is about.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from typing import IO, Any

import polars as pl
import xlsxwriter

_FORMULA_START = tuple("=+-@\t\r\n＝＋－＠")
_SHEET = 1_000_000
"""Lines on one sheet; a workbook with more has several."""
_CELL = 32_000
"""Characters a cell can hold."""


def inert(text: str | None) -> str:
    """Text that no spreadsheet runs as a formula: a leading apostrophe where one could."""
    if not text:
        return ""
    return f"'{text}" if text.startswith(_FORMULA_START) else text


def inert_column(name: str) -> pl.Expr:
    """`inert` over a column of text; null stays null."""
    text = pl.col(name)
    return pl.when(text.str.contains(r"^[=+\-@\t\r\n＝＋－＠]")).then("'" + text).otherwise(text).alias(name)


def as_text(part: pl.DataFrame) -> pl.DataFrame:
    """A table with lists as words with spaces between, days and times as text, and no text that runs as a formula."""
    shown = []
    for name, kind in part.schema.items():
        column = pl.col(name)
        if isinstance(kind, pl.List):
            column = column.list.eval(pl.element().cast(pl.String)).list.join(" ")
        elif isinstance(kind, pl.Datetime):
            column = column.dt.to_string("%Y-%m-%d %H:%M:%S")
        elif not kind.is_numeric():
            column = column.cast(pl.String)
        shown.append(column.alias(name))
    told = part.select(shown)
    return told.with_columns(inert_column(name) for name, kind in told.schema.items() if kind == pl.String)


def write_csv(
    parts: Iterable[pl.DataFrame], headings: Sequence[str], notes: Sequence[str], file: IO[bytes], *, mark: str = ""
) -> int:
    """Parts of a table as CSV that Excel opens rightly, one after the other; `mark` and `notes` (filter, as-of time) stand above
    the header as #-lines. Tells how many lines."""
    lines = 0
    above = [mark, *notes] if mark else notes
    file.write(("\ufeff" + "".join(f"# {' '.join(note.split())}\n" for note in above)).encode())
    file.write(pl.DataFrame(schema=dict.fromkeys(map(inert, headings), pl.String)).write_csv().encode())
    for part in parts:
        as_text(part).write_csv(file, include_header=False)
        lines += part.height
    return lines


def write_xlsx(
    parts: Iterable[pl.DataFrame], headings: Sequence[str], notes: Sequence[str], file: IO[bytes], *, mark: str = ""
) -> int:
    """The same as XLSX, line by line to the disk: `notes` on the first sheet, the table on the next; `mark` in the name and the
    printed header of each. Tells how many lines."""
    lines = 0
    told = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, told) as book:
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF5", "bottom": 1})
        about = _named(book, "说明", mark)
        about.set_column(0, 0, 100)
        for place, note in enumerate([mark, *notes] if mark else notes):
            about.write_string(place, 0, inert(note)[:_CELL])
        sheet = None
        for part in parts:
            for line in as_text(part).iter_rows():
                if sheet is None or lines % _SHEET == 0:
                    sheet = _sheet(book, headings, lines // _SHEET, bold, mark)
                for place, cell in enumerate(line):
                    if isinstance(cell, str):
                        sheet.write_string(lines % _SHEET + 1, place, cell[:_CELL])
                    elif cell is not None:
                        sheet.write_number(lines % _SHEET + 1, place, cell)
                lines += 1
        if sheet is None:
            _sheet(book, headings, 0, bold, mark)
    return lines


def _named(book: xlsxwriter.Workbook, name: str, mark: str) -> xlsxwriter.worksheet.Worksheet:
    sheet = book.add_worksheet(f"{mark} {name}".strip())
    if mark:
        sheet.set_header(f"&C&B{mark}")
    return sheet


def _sheet(
    book: xlsxwriter.Workbook, headings: Sequence[str], number: int, bold: object, mark: str
) -> xlsxwriter.worksheet.Worksheet:
    sheet = _named(book, f"数据{number + 1 if number else ''}", mark)
    sheet.freeze_panes(1, 0)
    for place, heading in enumerate(headings):
        sheet.set_column(place, place, 16)
        sheet.write_string(0, place, inert(heading), bold)
    return sheet


def by_province(
    lines: pl.DataFrame, headings: Sequence[tuple[str, int]], cells: Callable[[dict[str, Any]], Sequence[str]], *,
    title: str, made_on: date, filtered: bool = False,
) -> bytes:
    """A list as XLSX, a sheet for each province with its title above the headings, which come with their widths; `filtered`
    puts filters on them. `lines` has province and province_zh, `cells` gives the text of one. The same lines on the same day
    give the same bytes."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime.combine(made_on, time())})
        wrapped = {"text_wrap": True, "valign": "top", "num_format": "@", "font_name": "Microsoft YaHei", "font_size": 10}
        text, head = book.add_format(wrapped), book.add_format(wrapped | {"bold": True, "bg_color": "#E8EEF5", "bottom": 1})
        for (code, name), own in lines.group_by("province", "province_zh", maintain_order=True):
            sheet = book.add_worksheet(name or code)
            sheet.merge_range(0, 0, 0, len(headings) - 1, title, head)
            sheet.freeze_panes(2, 2)
            for place, (heading, width) in enumerate(headings):
                sheet.set_column(place, place, width, text)
                sheet.write_string(1, place, heading, head)
            for row, line in enumerate(own.iter_rows(named=True), start=2):
                for place, cell in enumerate(cells(line)):
                    sheet.write_string(row, place, inert(cell), text)
            if filtered:
                sheet.autofilter(1, 0, own.height + 1, len(headings) - 1)
    return content.getvalue()
