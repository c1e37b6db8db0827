"""Filings as files: a right record in the 34-column layout, written as each format."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from core.reading import open_filing
from core.record import COLUMNS, LAYOUTS
from tests.builders import a_record

CODES = LAYOUTS["dbf34"].codes
"""The columns every built file has."""


def a_row(**changes: str) -> list[str]:
    """One record's cells in the order of CODES, empty where there is none."""
    record = a_record(**changes)
    return [record[code] or "" for code in CODES]


def named_header() -> list[str]:
    """Header cells as the old workbooks have them, 姓名(XM)."""
    return [f"{COLUMNS[code].zh}({code})" for code in CODES]


def csv_bytes(
    rows: Sequence[Sequence[str]], *, encoding: str = "utf-8", separator: str = ",", end: str = "\n"
) -> bytes:
    """Rows as text, quoted only where needed."""
    file = io.StringIO()
    csv.writer(file, delimiter=separator, lineterminator=end).writerows(rows)
    return file.getvalue().encode(encoding)


def a_file(folder: Path, content: bytes, name: str = "filing.csv") -> Path:
    """A file of these bytes."""
    path = folder / name
    path.write_bytes(content)
    return path


def whole(path: Path, **choices: str) -> pl.DataFrame:
    """Everything the reader yields for a file."""
    return pl.concat(open_filing(path, **choices).chunks())
