"""Filings as files in the formats institutions really send: CSV in four encodings, XLSX, XLS and DBF.

DBF is written here: it is fixed-width text behind a short header, and its libraries write record by record.
Must not know what the columns mean.
"""

import struct
from pathlib import Path

import polars as pl
import xlsxwriter
import xlwt

_DBF_FIELD_LIMIT = 254
_CODE_PAGE_936 = 0x4D


def write(path: Path, cells: pl.DataFrame, header: list[str], encoding: str) -> None:
    """Write text cells under a header; the format is the path's suffix, `encoding` counts for CSV and DBF.

    CSV in UTF-16 is tab-separated as spreadsheets save it. Raises UnicodeEncodeError for characters the
    encoding does not have.
    """
    if path.suffix == ".xlsx":
        _write_xlsx(path, cells, header)
    elif path.suffix == ".xls":
        _write_xls(path, cells, header)
    elif path.suffix == ".dbf":
        _write_dbf(path, cells, encoding)
    else:
        _write_csv(path, cells, header, encoding)


def _write_csv(path: Path, cells: pl.DataFrame, header: list[str], encoding: str) -> None:
    named = cells.rename(dict(zip(cells.columns, header, strict=True)))
    if encoding == "utf-8":
        named.write_csv(path)
    elif encoding == "utf-8-sig":
        named.write_csv(path, include_bom=True)
    else:
        separator = "\t" if encoding == "utf-16" else ","
        path.write_bytes(named.write_csv(separator=separator).encode(encoding))


def _write_xlsx(path: Path, cells: pl.DataFrame, header: list[str]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as workbook:
        sheet = workbook.add_worksheet("学位授予信息")
        for row, values in enumerate([header, *cells.iter_rows()]):
            for column, value in enumerate(values):
                if value is not None:
                    sheet.write_string(row, column, value)


def _write_xls(path: Path, cells: pl.DataFrame, header: list[str]) -> None:
    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("学位授予信息")
    for row, values in enumerate([header, *cells.iter_rows()]):
        for column, value in enumerate(values):
            if value is not None:
                sheet.write(row, column, value)
    workbook.save(str(path))


def _write_dbf(path: Path, cells: pl.DataFrame, encoding: str) -> None:
    encoded = [[(value or "").encode(encoding) for value in column] for column in cells]
    widths = [min(_DBF_FIELD_LIMIT, max([1, *map(len, column)])) for column in encoded]
    record_size = 1 + sum(widths)
    header_size = 32 + 32 * len(widths) + 1
    head = struct.pack("<4BIHH20x", 3, 124, 1, 1, cells.height, header_size, record_size)
    head = head[:29] + bytes([_CODE_PAGE_936]) + head[30:]
    fields = b"".join(
        struct.pack("<11sc4xB15x", name.encode("ascii"), b"C", width)
        for name, width in zip(cells.columns, widths, strict=True)
    )
    padded = [
        [value[:width].ljust(width) for value in column]
        for column, width in zip(encoded, widths, strict=True)
    ]
    records = b"".join(b" " + b"".join(values) for values in zip(*padded, strict=True))
    path.write_bytes(head + fields + b"\r" + records + b"\x1a")
