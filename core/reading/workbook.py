"""Filings as Excel workbooks (XLSX and XLS): text cells as they are, numbers in identifiers refused.

The workbook is parsed by `sheets` in a process of its own. Must not know rules.
"""

import json
import mmap
import re
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import polars as pl

from core.errors import UnreadableFiling
from core.reading import cells, headers, kept, sheets
from core.reading.headers import Heading
from core.reading.reading import FIRST, Reading
from core.record import COLUMNS

_ZIP, _OLE = b"PK\x03\x04", bytes.fromhex("D0CF11E0A1B11AE1")
MAGIC = (_ZIP, _OLE)
"""How the content of an XLSX and of an XLS file begins."""

_MOST_PARTS = 10_000
_MOST_PACKED, _MOST_BYTES = 512 * 1024**2, 2 * 1024**3
_MOST_RATIO, _RATIO_FROM = 200, 100 * 1024**2
# What zipfile raises for damage: besides its own, seeks to impossible places and unknown methods.
_ARCHIVE_FAULTS = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, RuntimeError)
_PASSWORD = re.compile(
    "EncryptedPackage".encode("utf-16-le")
    + rb"|\x09\x08(?:\x10\x00.{16}|\x08\x00.{8})(?:\x86\x00\x00\x00)?\x2f\x00",  # FILEPASS after BOF
    re.DOTALL,
)


def open_workbook(path: Path, layout: str | None) -> Reading:
    """Open a workbook and find the one sheet with a header row.

    Raises UnreadableFiling for a password, damage, an archive that unpacks too large, or several such sheets.
    """
    if path.stat().st_size > _MOST_PACKED:
        raise _too_large()
    with path.open("rb") as file:
        zipped = file.read(len(_ZIP)) == _ZIP
    if zipped:
        refuse_bombs(path)
    if plain := kept.plain_sheet(path):
        return _plain(path, "xlsx" if zipped else "xls", *plain, layout)
    filled, small = _survey(path)
    if not filled:
        raise _empty()
    names = {name: [""] * left + texts(first) for name, _, left, _, first in filled}
    filings = [sheet for sheet in filled if headers.is_header(names[sheet[0]])]
    if len(filings) > 1:
        listed = [name for name, *_ in filings]
        raise UnreadableFiling(
            f"工作簿中有{len(listed)}个数据工作表（{'、'.join(listed)}），无法确定报送哪一个。请只保留一个后重新报送。",
            f"The workbook has {len(listed)} sheets of data ({', '.join(listed)}). Keep only one and file again.",
        )
    name, top, left, last, _ = (filings or filled)[0]
    heading = headers.heading(names[name], row=top + 1, layout=layout)
    if last + 1 < heading.first_row:
        raise cells.no_rows()
    skipped = heading.first_row - top - 1
    opened = Reading.of(
        path, "xlsx" if zipped else "xls", None, heading, last + 2 - heading.first_row,
        partial(_frames, path, name, left, skipped, heading),
    )
    if rest := small[skipped:]:
        opened.keep(_framed(iter(rest), left, heading, FIRST))
    return opened


def _plain(path: Path, form: str, name: str, sheet: pl.DataFrame, layout: str | None) -> Reading:
    """A workbook whose only worksheet has been read whole, from its first row and column."""
    filled = sheet.select(pl.any_horizontal(pl.all() != "")).to_series().arg_true()
    if filled.is_empty():
        raise _empty()
    top = filled[0]
    heading = headers.heading([cell or "" for cell in sheet.row(top)], row=top + 1, layout=layout)
    rows = sheet.slice(heading.first_row - 1)
    if rows.is_empty():
        raise cells.no_rows()
    again = partial(_frames, path, name, 0, heading.first_row - top - 1, heading)
    opened = Reading.of(path, form, None, heading, rows.height, again)
    opened.keep(iter([_chosen(rows, heading, heading.first_row)]))
    return opened


def _chosen(rows: pl.DataFrame, heading: Heading, first: int) -> pl.DataFrame:
    """The columns of the heading, from rows of which the first has this number."""
    chosen = rows.select(pl.nth(at).alias(code) for at, code in zip(heading.positions, heading.columns, strict=True))
    numbers = pl.int_range(first, first + rows.height, dtype=pl.Int64).alias("row")
    return chosen.select(numbers, pl.when(pl.all() != "").then(pl.all()))


def _survey(path: Path) -> tuple[list[list], list[list | str]]:
    """What `sheets` says of the worksheets with cells, and the rows of the only one when they are few."""
    lines = parsed(path)
    filled, few = next(lines), list(islice(lines, FIRST + 1))
    lines.close()
    return filled, few if len(few) <= FIRST else []


def parsed(path: Path, *sheet: str) -> Iterator[list | str]:
    """The lines `sheets` prints of this workbook; its process ends when the caller stops reading."""
    command = [sys.executable, "-I", sheets.__file__, str(path), *sheet]
    opened = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)  # nosec B603  # our own program, no shell
    with opened as child:
        try:
            for line in child.stdout:
                if line.endswith(b"\n"):  # the last may be cut short when the process is stopped
                    yield json.loads(line)
        except GeneratorExit:
            child.kill()
            raise
    if child.returncode == sheets.TOO_LARGE or child.returncode < 0:
        raise _too_large()
    if child.returncode:
        raise _locked_or_damaged(path)


def _frames(path: Path, sheet: str, left: int, skipped: int, heading: Heading, rows: int) -> Iterator[pl.DataFrame]:
    yield from _framed(islice(parsed(path, sheet), 1 + skipped, None), left, heading, rows)


def _framed(lines: Iterator[list | str], left: int, heading: Heading, rows: int) -> Iterator[pl.DataFrame]:
    row = heading.first_row
    while chunk := list(islice(lines, rows)):
        if all(type(line) is str for line in chunk):
            table = kept.apart(pl.Series([sheets.BETWEEN * left + line for line in chunk]))
        else:
            table = _mixed(chunk, left, heading, row)
        yield _chosen(table, heading, row)
        row += len(chunk)


def _mixed(lines: list[list | str], left: int, heading: Heading, row: int) -> pl.DataFrame:
    """Rows of which some hold cells that are not text; refused where those are identifiers."""
    split = [texts(line) if type(line) is str else line for line in lines]
    columns = [("",) * len(lines)] * left + list(zip(*split, strict=True))
    _refuse_numbers(columns, heading, row)
    return pl.DataFrame([pl.Series(str(at), texts(column), dtype=pl.String) for at, column in enumerate(columns)])


def texts(line: list | tuple | str) -> list[str]:
    """The cells of a parsed line as text."""
    if isinstance(line, str):
        return line.split(sheets.BETWEEN)
    return [cell if type(cell) is str else cell[0] for cell in line]


def _refuse_numbers(columns: list[tuple], heading: Heading, row: int) -> None:
    addresses = [
        heading.address(code, row + at)
        for position, code in zip(heading.positions, heading.columns, strict=True)
        if COLUMNS[code].numeric_refused
        for at, cell in enumerate(columns[position])
        if type(cell) is not str
    ]
    if addresses:
        raise cells.numbers_refused(addresses)


def refuse_bombs(path: Path) -> None:
    """Judge the archive by its directory, then see that every part unpacks to just what the directory says."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            if any(part.flag_bits & 1 for part in parts):
                raise _locked()
            size = sum(part.file_size for part in parts)
            packed = max(1, sum(part.compress_size for part in parts))
            if len(parts) > _MOST_PARTS or size > _MOST_BYTES or (size > _RATIO_FROM and size / packed > _MOST_RATIO):
                raise _too_large()
            if archive.testzip() is not None:
                raise _damaged()
    except _ARCHIVE_FAULTS as error:
        raise _damaged() from error


def _locked_or_damaged(path: Path) -> UnreadableFiling:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        locked = content[: len(_OLE)] == _OLE and _PASSWORD.search(content)
    return _locked() if locked else _damaged()


def _locked() -> UnreadableFiling:
    return UnreadableFiling(
        "工作簿设有密码，无法读取。请取消密码后重新报送。",
        "The workbook has a password. Remove it and file again.",
    )


def _empty() -> UnreadableFiling:
    return UnreadableFiling("工作簿是空的，请核对后重新报送。", "The workbook is empty; check it and file again.")


def _too_large() -> UnreadableFiling:
    return UnreadableFiling(
        "工作簿展开后过大，或在很远的行列有零散内容。请删除多余的行列，用Excel另存为新的XLSX或CSV后重新报送。",
        "The workbook unpacks to something far too large, or has stray values far from the data. "
        "Delete stray rows and columns, save it as a new XLSX or as CSV, and file again.",
    )


def _damaged() -> UnreadableFiling:
    return UnreadableFiling(
        "文件已损坏或不是Excel工作簿，无法读取。请用Excel打开并另存后重新报送。",
        "The file is damaged or not an Excel workbook. Open it in Excel, save it again, and file again.",
    )
