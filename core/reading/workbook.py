"""Filings as Excel workbooks (XLSX and XLS): text cells as they are, numbers in identifiers refused.

Calamine reads the sheet and keeps each cell's own type. Must not know rules.
"""

import datetime
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import polars as pl
import python_calamine as calamine

from core.errors import UnreadableFiling
from core.reading import cells, headers
from core.reading.headers import MOST_COLUMNS, Heading
from core.reading.reading import Reading
from core.record import COLUMNS

_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")
MAGIC = (_ZIP, _OLE)
"""How the content of an XLSX and of an XLS file begins."""

_MOST_PARTS = 10_000
_MOST_BYTES = 2 * 1024**3
_MOST_RATIO, _RATIO_FROM = 200, 100 * 1024**2
_SPARSE = 100_000  # rows a sheet may skip: calamine keeps every cell of the rectangle in memory

_Cell = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta


def open_workbook(path: Path, layout: str | None) -> Reading:
    """Open a workbook and find the one sheet with a header row.

    Raises UnreadableFiling for a password, damage, an archive that unpacks too large, or several such sheets.
    """
    with path.open("rb") as file:
        zipped = file.read(4) == _ZIP
    if zipped:
        _refuse_bombs(path)
    try:
        sheet, heading = _sheet(calamine.CalamineWorkbook.from_path(path), layout)
    except calamine.PasswordError as error:
        raise UnreadableFiling(
            "工作簿设有密码，无法读取。请取消密码后重新报送。",
            "The workbook has a password. Remove it and file again.",
        ) from error
    except calamine.CalamineError as error:
        raise _damaged() from error
    return Reading.of(path, "xlsx" if zipped else "xls", None, heading, partial(_frames, sheet, heading))


def _sheet(book: calamine.CalamineWorkbook, layout: str | None) -> tuple[calamine.CalamineSheet, Heading]:
    sheets = [book.get_sheet_by_name(each.name) for each in book.sheets_metadata if each.typ == _WORKSHEET]
    filled = [sheet for sheet in sheets if sheet.start is not None]
    if not filled:
        raise UnreadableFiling("工作簿是空的，请核对后重新报送。", "The workbook is empty; check it and file again.")
    filings = [sheet for sheet in filled if headers.is_header(_first_row(sheet)[1])]
    if len(filings) > 1:
        names = [sheet.name for sheet in filings]
        raise UnreadableFiling(
            f"工作簿中有{len(names)}个数据工作表（{'、'.join(names)}），无法确定报送哪一个。请只保留一个后重新报送。",
            f"The workbook has {len(names)} sheets of data ({', '.join(names)}). Keep only one and file again.",
        )
    sheet = (filings or filled)[0]
    row, names = _first_row(sheet)
    heading = headers.heading(names, row=row, layout=layout)
    if sheet.total_height < heading.first_row:
        raise cells.no_rows()
    return sheet, heading


_WORKSHEET = calamine.SheetTypeEnum.WorkSheet


def _first_row(sheet: calamine.CalamineSheet) -> tuple[int, list[str]]:
    first, left = sheet.start or (0, 0)
    row = next(islice(sheet.iter_rows(), first, None))
    return first + 1, [""] * left + [_text(cell) for cell in row]


def _frames(sheet: calamine.CalamineSheet, heading: Heading, rows: int) -> Iterator[pl.DataFrame]:
    left = sheet.start[1] if sheet.start else 0
    lines = islice(sheet.iter_rows(), heading.first_row - 1, None)
    row = heading.first_row
    while chunk := list(islice(lines, rows)):
        columns = list(zip(*chunk, strict=True))
        columns = [("",) * len(chunk)] * left + columns
        _refuse_numbers(columns, heading, row)
        frame = pl.DataFrame(
            {
                code: pl.Series(map(_text, columns[at]), dtype=pl.String)
                for at, code in zip(heading.positions, heading.columns, strict=True)
            }
        )
        numbers = pl.int_range(row, row + frame.height, dtype=pl.Int64).alias("row")
        yield frame.select(numbers, pl.when(pl.all() != "").then(pl.all()))
        row += len(chunk)


def _refuse_numbers(columns: list[tuple[_Cell, ...]], heading: Heading, row: int) -> None:
    addresses = [
        heading.address(code, row + at)
        for position, code in zip(heading.positions, heading.columns, strict=True)
        if COLUMNS[code].numeric_refused
        for at, cell in enumerate(columns[position])
        if not isinstance(cell, str)
    ]
    if addresses:
        raise cells.numbers_refused(addresses)


def _text(cell: _Cell) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat() if cell.time() == datetime.time() else cell.isoformat(" ")
    return str(cell)


def _refuse_bombs(path: Path) -> None:
    """Judge the archive by its directory, then unpack it to nowhere to see that the directory told the truth."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            packed = max(1, sum(part.compress_size for part in parts))
            if len(parts) > _MOST_PARTS or size > _MOST_BYTES or (size > _RATIO_FROM and size / packed > _MOST_RATIO):
                raise UnreadableFiling(
                    "工作簿展开后过大，为保护系统不予读取。请用Excel另存为新的XLSX后重新报送。",
                    "The workbook unpacks to something far too large. Save it as a new XLSX and file again.",
                )
            for part in parts:
                _refuse_scattered(archive, part)
    except (zipfile.BadZipFile, zipfile.zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise _damaged() from error


_FAR_CELL = re.compile(rb'<c r="((?:[A-Z]{3}|[D-Z][A-Z]|C[C-Z])(\d+))"[^>]*[^/]>')
_ROW = re.compile(rb'<row[^>]*? r="(\d+)"')


def _refuse_scattered(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """A single value in a far corner would make a sheet of millions of empty cells."""
    is_sheet = part.filename.startswith("xl/worksheets/")
    counted, last, tail = 0, 0, b""
    with archive.open(part) as file:
        while block := file.read(1024 * 1024):
            if not is_sheet:
                continue
            block = tail + block
            cut = block.rfind(b"<row") if b"<row" in block else 0
            ...
