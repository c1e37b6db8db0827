"""Workbooks that are one worksheet of text and nothing else, read by a process that stays for the next one.

Started by `kept` as a script; imports nothing of ours. Whatever is not so plain it leaves to `sheets`.
"""

import json
import logging
import re
import resource
import sys
import zipfile

import fastexcel
import pyarrow as pa
import python_calamine as calamine

_MEMORY = 3 * 1024**3
_SECONDS = 600
_MOST_ROWS = 5_000
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_FIRST_CELL = re.compile(rb'<c r="([A-Z]+)[0-9]+"')
_HEAD = 64 * 1024
_ZIP = b"PK"
BETWEEN = "\x1f"
"""Stands between the cells of a line, where a table is the lines of a sheet."""


def main() -> None:
    """For each path on standard input, print how many bytes of Arrow follow, none where the workbook is not plain.

    An XLSX comes as columns without names of their own, an XLS as the one column `lines`.
    """
    logging.disable()  # fastexcel tells of every column without cells
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    for line in sys.stdin.buffer:
        used = resource.getrusage(resource.RUSAGE_SELF)
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + _SECONDS, resource.RLIM_INFINITY))
        content = _content(json.loads(line))
        sys.stdout.buffer.write(b"%d\n" % len(content) + content)
        sys.stdout.buffer.flush()


def _content(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            zipped = file.read(len(_ZIP)) == _ZIP
        name, table = (_read if zipped else _read_lines)(path)
    except (fastexcel.FastExcelError, calamine.CalamineError, zipfile.BadZipFile, OSError, ValueError, TypeError):
        return b""
    if table is None:
        return b""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema.with_metadata({"name": name})) as stream:
        stream.write(table)
    return sink.getvalue().to_pybytes()


def _read(path: str) -> tuple[str, pa.RecordBatch | None]:
    """The only worksheet from its first row and column, all columns text; None where it is not so."""
    with zipfile.ZipFile(path) as archive:
        sheets = [part for part in archive.namelist() if _SHEET.fullmatch(part)]
        if len(sheets) != 1:
            return "", None
        with archive.open(sheets[0]) as sheet:
            first = _FIRST_CELL.search(sheet.read(_HEAD))
    book = fastexcel.read_excel(path)
    if first is None or first[1] != b"A" or len(book.sheet_names) != 1:
        return "", None
    sheet = book.load_sheet(0, header_row=None, skip_rows=0, schema_sample_rows=None, dtype_coercion="strict")
    if not 0 < sheet.height <= _MOST_ROWS or any(column.dtype != "string" for column in sheet.selected_columns):
        return "", None
    return sheet.name, sheet.to_arrow()


def _read_lines(path: str) -> tuple[str, pa.RecordBatch | None]:
    """The only worksheet of a workbook of the old format, from its first row and column, as lines of cells."""
    book = calamine.CalamineWorkbook.from_path(path)
    if len(book.sheet_names) != 1:
        return "", None
    sheet = book.get_sheet_by_index(0)
    if sheet.start != (0, 0) or not 0 < sheet.height <= _MOST_ROWS:
        return "", None
    rows = sheet.to_python()
    lines = [BETWEEN.join(cells) for cells in rows]  # a TypeError where not all is text
    if any(line.count(BETWEEN) != sheet.width - 1 for line in lines):
        return "", None
    return sheet.name, pa.RecordBatch.from_pydict({"lines": lines})


if __name__ == "__main__":
    main()
