"""Filings as text (CSV): commas, tabs or semicolons, in any encoding, in constant memory.

The bytes are surveyed once, so that row numbers and refusals are exact; then Polars streams the file.
Must not know rules.
"""

import csv
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from core.errors import UnreadableFiling
from core.reading import cells, encodings, headers, records
from core.reading.headers import Heading
from core.reading.reading import Reading

_SEPARATORS = (",", "\t", ";")
_MARKUP = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta", b"<head")
_CONTROLS = bytes(sorted(set(range(1, 32)) - {9, 10, 13, 26}))
_BATCH = 100_000


@dataclass(frozen=True)
class _Survey:
    path: Path
    encoding: str
    separator: str
    heading: Heading
    skipped: int  # lines before the first row of data
    row: int  # the number of that row
    last: int
    quoted_empty: bool


def is_text(start: bytes) -> bool:
    """Whether a file that starts so is text: hardly any control characters, unless it is marked as UTF-16."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = len(start) - len(start.translate(None, _CONTROLS))
    return controls <= len(start) / 50 and not start.startswith(b"%PDF")


def open_text(path: Path, encoding: str | None, layout: str | None) -> Reading:
    """Open a text file: settle its encoding, separator and header row, and check every record's fields."""
    try:
        settled = encodings.settle(path, encoding)
    except encodings.DecodingError as error:
        raise _undecodable(path, "utf-8", error.position) from error
    survey = _survey(path, settled, layout)
    return Reading.of(path, "csv", settled, survey.heading, survey.last - survey.row + 1, partial(_frames, survey))


def _survey(path: Path, encoding: str, layout: str | None) -> _Survey:
    heading, separator = None, ""
    skipped = row = last = 0
    quoted_empty = False
    for part in records.split(encodings.blocks(path, encoding), row=1):
        if not row:
            filled = part.row + np.flatnonzero(~part.blank())
            if heading is None and len(filled):
                separator, names = _header(part.record(filled[0]), encoding, filled[0])
                heading = headers.heading(names, row=int(filled[0]), layout=layout)
            data = filled[filled >= heading.first_row] if heading is not None else filled[:0]
            row = int(data[0]) if len(data) else 0
            skipped += part.content.count(b"\n", 0, part.span(row)[0] if row else len(part.content))
        if heading is not None:
            records.check(part, separator.encode(), heading.width)
        last = part.row + len(part.ends) - 1
        quoted_empty = quoted_empty or (len(part.quotes) > 0 and b'""' in part.content)
    if heading is None:
        raise UnreadableFiling("文件没有内容，请核对后重新报送。", "The file has no content; check it and file again.")
    if not row:
        raise cells.no_rows()
    return _Survey(path, encoding, separator, heading, skipped, row, last, quoted_empty)


def _header(line: bytes, encoding: str, row: int) -> tuple[str, list[str]]:
    """The separator under which most of the first row's cells are known names, and those cells."""
    if line.lstrip().lower().startswith(_MARKUP):
        raise UnreadableFiling(
            "文件其实是网页或XML，不是表格。请用Excel打开后另存为XLSX，再重新报送。",
            "The file is really a web page or XML. Open it in Excel, save it as XLSX, and file again.",
        )
    text = line.decode("gb18030" if encoding == "gb18030" else "utf-8", "replace")
    try:
        rows = [(mark, next(csv.reader([text], delimiter=mark), [])) for mark in _SEPARATORS]
    except csv.Error as error:
        raise UnreadableFiling(
            f"第{row}行不是可识别的表头。请把列名（如“姓名(XM)”）放在第一行。",
            f"Row {row} is not a header we know. Put the column names in the first row.",
        ) from error
    return max(rows, key=lambda choice: (headers.recognised(choice[1]), len(choice[1])))


def _frames(survey: _Survey, rows: int) -> Iterator[pl.DataFrame]:
    with survey.path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        closed_by_mark = file.read() == b"\x1a"
    if survey.encoding in ("utf-8", "utf-8-sig") and not closed_by_mark:
        yield from _regrouped(_parsed(survey, survey.path), rows)
        return
    with tempfile.NamedTemporaryFile(suffix=".csv") as copy:
        try:
            encodings.transcode(survey.path, survey.encoding, copy)
        except encodings.DecodingError as error:
            raise _undecodable(survey.path, survey.encoding, error.position) from error
        copy.flush()
        yield from _regrouped(_parsed(survey, Path(copy.name)), rows)


def _parsed(survey: _Survey, path: Path) -> Iterator[pl.DataFrame]:
    heading = survey.heading
    names = [str(position) for position in range(heading.width)]
    scan = pl.scan_csv(
        path,
        separator=survey.separator,
        has_header=False,
        skip_lines=survey.skipped,
        schema=dict.fromkeys(names, pl.String),
        glob=False,
    ).select(pl.col(names[at]).alias(code) for at, code in zip(heading.positions, heading.columns, strict=True))
    if survey.quoted_empty:
        scan = scan.with_columns(pl.when(pl.all() != "").then(pl.all()))
    row = survey.row
    try:
        for frame in scan.collect_batches(chunk_size=_BATCH, engine="streaming"):
            numbers = pl.int_range(row, row + frame.height, dtype=pl.Int64).alias("row")
            row += frame.height
            yield frame.select(numbers, pl.all())
    except pl.exceptions.PolarsError as error:
        raise _unparsed(survey) from error
    if row != survey.last + 1:
        raise _unparsed(survey)


def _regrouped(frames: Iterable[pl.DataFrame], rows: int) -> Iterator[pl.DataFrame]:
    waiting: list[pl.DataFrame] = []
    for frame in frames:
        waiting.append(frame)
        if sum(part.height for part in waiting) < rows:
            continue
        whole = pl.concat(waiting)
        full = whole.height - whole.height % rows
        yield from (whole.slice(start, rows) for start in range(0, full, rows))
        waiting = [whole.slice(full)] if full < whole.height else []
    if waiting:
        yield pl.concat(waiting)


def _unparsed(survey: _Survey) -> UnreadableFiling:
    for part in records.split(encodings.blocks(survey.path, survey.encoding), row=1):
        records.check_each(part, survey.separator.encode(), survey.heading.width)
    return UnreadableFiling(
        f"第{survey.row}行至第{survey.last}行之间有无法解析的内容，请检查引号和分隔符后重新报送。",
        f"Something between rows {survey.row} and {survey.last} cannot be parsed. Check quotes and separators.",
    )


def _undecodable(path: Path, encoding: str, position: int) -> UnreadableFiling:
    row = 1
    for part in records.split(encodings.blocks(path, encoding), row=1):
        row = part.row_at(position)
        position -= len(part.content)
        if position < 0:
            break
    return UnreadableFiling(
        f"第{row}行有所选编码无法解释的字节，文件编码可能判断有误。请手工选择编码，或另存为“CSV UTF-8”后重新报送。",
        f"Row {row} holds bytes that are not in this encoding. Choose the encoding by hand, or save as CSV UTF-8.",
    )
