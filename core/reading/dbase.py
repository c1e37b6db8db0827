"""Filings as dBASE tables (DBF): fixed-width fields of bytes, whose header is checked and not trusted.

Source: domain notes §10.1: language byte and field widths are often wrong, deleted rows are only marked,
and a width may cut a character in two. Must not know rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa

from core.errors import UnreadableFiling
from core.reading import cells, headers
from core.reading.encodings import standard
from core.reading.headers import Heading
from core.reading.reading import Reading
from core.record import COLUMNS

_VERSIONS = (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x83, 0x8B, 0x8C, 0xCB, 0xF5, 0xFB)
_READABLE = "CNFDL"
_BREAK = b"\x1f"  # put between cells while decoding: never half of a character in any of the encodings
_SAMPLE = 20_000
_HALF = r"\x{FFFD}[0-9]?\x{FFFD}?$"
_DOUBTFUL = ("\ufffd", "\0")
"""What a cell may hold that cannot be decoded, or is no text."""


@dataclass(frozen=True)
class _Field:
    name: str
    kind: str
    start: int
    length: int


@dataclass(frozen=True)
class _Table:
    path: Path
    fields: tuple[_Field, ...]
    start: int
    length: int
    count: int

    def records(self, first: int, most: int) -> np.ndarray:
        """Some records as rows of bytes."""
        with self.path.open("rb") as file:
            file.seek(self.start + first * self.length)
            content = file.read(min(most, self.count - first) * self.length)
        return np.frombuffer(content, np.uint8).reshape(-1, self.length)


def is_dbase(start: bytes) -> bool:
    """Whether a file that starts so is a dBASE table: its version byte, date, and the zeros of its header."""
    if len(start) < 12 or start[0] not in _VERSIONS:
        return False
    return start[0] < 9 or (start[2] <= 12 and start[3] <= 31 and start[12:14] == b"\0\0")


def open_dbase(path: Path, encoding: str | None, layout: str | None) -> Reading:
    """Open a dBASE table: check its header against its size, and settle the encoding by the bytes."""
    table = _table(path)
    heading = headers.heading([field.name for field in table.fields], row=1, layout=layout)
    if heading.first_row == 1:
        raise _damaged("字段名无法识别", "its field names are not known")
    for position, code in zip(heading.positions, heading.columns, strict=True):
        kind = table.fields[position].kind
        if COLUMNS[code].numeric_refused and kind != "C":
            raise cells.numbers_refused([heading.address(code, 2)])
        if kind not in _READABLE:
            raise UnreadableFiling(
                f"“{COLUMNS[code].zh}({code})”字段的类型是{kind}，只能读取字符型字段。请改为字符型（C）后重新报送。",
                f"Field {code} is of type {kind}; only character fields can be read. Make it type C.",
            )
    if not table.count:
        raise cells.no_rows()
    settled = {"utf-8-sig": "utf-8"}.get(encoding, encoding) if encoding else _encoding(table)
    return Reading.of(path, "dbf", settled, heading, table.count, partial(_frames, table, settled, heading))


def _table(path: Path) -> _Table:
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(32)
        if len(head) < 32:
            raise _damaged("文件头不完整", "its header is incomplete")
        count = int.from_bytes(head[4:8], "little")
        start, length = int.from_bytes(head[8:10], "little"), int.from_bytes(head[10:12], "little")
        descriptors = file.read(max(0, start - 32))
    fields = []
    at = 1
    for offset in range(0, len(descriptors), 32):
        entry = descriptors[offset : offset + 32]
        if len(entry) < 32 or entry[0] == 0x0D:
            break
        name = entry[:11].split(b"\0")[0].decode("gb18030", "replace")
        fields.append(_Field(name, chr(entry[11]).upper(), at, entry[16]))
        at += entry[16]
    if not fields or at != length or descriptors[len(fields) * 32 : len(fields) * 32 + 1] != b"\r":
        raise _damaged("文件头与字段长度不符", "its header disagrees with its fields")
    if not 0 <= size - (start + count * length) <= 2:
        raise _damaged(
            f"文件头记有{count}条记录，与文件大小不符",
            f"its header counts {count} records, which its size does not fit",
        )
    return _Table(path, tuple(fields), start, length, count)


def _encoding(table: _Table) -> str:
    """UTF-8 when all cells are, but for a character cut at the end, and some character is not Latin."""
    sample = table.records(0, _SAMPLE)
    wide = False
    for field in table.fields:
        if field.kind != "C":
            continue
        joined = _joined(sample, field)
        wide = wide or any(byte >= 0xE0 for byte in set(joined))
        text = joined.decode("utf-8", "replace")
        if text.count("\ufffd") != text.count("\ufffd" + _BREAK.decode()):
            return "gb18030"
    return "utf-8" if wide else "gb18030"


def _joined(records: np.ndarray, field: _Field) -> bytes:
    column = np.full((len(records), field.length + 1), _BREAK[0], np.uint8)
    column[:, :-1] = records[:, field.start : field.start + field.length]
    return column.tobytes()


def _frames(table: _Table, encoding: str, heading: Heading, rows: int) -> Iterator[pl.DataFrame]:
    for first in range(0, table.count, rows):
        records = table.records(first, rows)
        kept = np.flatnonzero(records[:, 0] != ord("*"))
        numbers = pl.Series("row", kept + first + 2, dtype=pl.Int64)
        records = np.where(records[kept] == _BREAK[0], 0, records[kept]).astype(np.uint8)
        fields = [(code, table.fields[at]) for at, code in zip(heading.positions, heading.columns, strict=True)]
        plain = {code: _plain(records, field) for code, field in fields}
        together, sound = _decoded(records, [field for code, field in fields if plain[code] is None], encoding)
        wide = iter(together)
        columns = [next(wide) if plain[code] is None else plain[code] for code, _ in fields]
        doubtful = [code for code, field in fields if not sound and plain[code] is None]
        frame = pl.DataFrame([numbers, *(column.alias(code) for column, (code, _) in zip(columns, fields, strict=True))])
        frame = frame.with_columns(_cell(pl.col(code), field, code in doubtful) for code, field in fields)
        frame = frame.select("row", pl.when((text := pl.exclude("row")) != "").then(text))
        _refuse_undecodable(frame, heading, doubtful)
        yield frame


def _plain(records: np.ndarray, field: _Field) -> pl.Series | None:
    """A field's cells with their padding, where all are ASCII text."""
    cells = np.ascontiguousarray(records[:, field.start : field.start + field.length])
    if not cells.size or cells.max() >= 0x80 or not cells.all():
        return None
    fixed = pa.FixedSizeBinaryArray.from_buffers(pa.binary(field.length), len(cells), [None, pa.py_buffer(cells)])
    return pl.from_arrow(fixed).cast(pl.String)


def _decoded(records: np.ndarray, fields: list[_Field], encoding: str) -> tuple[list[pl.Series], bool]:
    """The cells of fields with their padding, and whether there is nothing in them that cannot be decoded, or is no text.

    All are decoded as one text: to begin anew for each takes longer than to decode it.
    """
    many = len(records)
    text = b"".join(_joined(records, field) for field in fields).decode(encoding, "replace")
    encoded = np.frombuffer(standard(text) if encoding == "gb18030" else text.encode(), np.uint8)
    ends = np.flatnonzero(encoded == _BREAK[0]) + 1
    starts = np.concatenate(([0], ends))
    cells = pl.from_arrow(pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(starts), pa.py_buffer(encoded)))
    cells = cells.str.strip_suffix(_BREAK.decode())
    return [cells.slice(at * many, many) for at in range(len(fields))], not any(mark in text for mark in _DOUBTFUL)


def _cell(column: pl.Expr, field: _Field, doubtful: bool) -> pl.Expr:
    """Take off the padding, which the format adds; half a character at the end becomes one U+FFFD."""
    text = column.str.strip_chars_end(" \0")
    if field.kind != "C":
        text = text.str.strip_chars_start(" ").str.replace(r"^(-?\d+)\.0+$", "$1")
    elif doubtful:
        text = text.str.replace(_HALF, "\ufffd")
    return text


def _refuse_undecodable(frame: pl.DataFrame, heading: Heading, doubtful: list[str]) -> None:
    wrong = frame.select("row", pl.col(doubtful).str.contains(r"\x{FFFD}.|\x{0}|\x{1F}"))
    for code in doubtful:
        rows = wrong["row"].filter(wrong[code])
        if len(rows):
            address = heading.address(code, rows[0])
            raise UnreadableFiling(
                f"{address}单元格（“{COLUMNS[code].zh}”）有所选编码无法解释的字节。请手工选择编码，或检查文件是否损坏。",
                f"Cell {address} ({code}) holds bytes that are not in this encoding. Choose the encoding by hand.",
            )


def _damaged(zh: str, en: str) -> UnreadableFiling:
    return UnreadableFiling(
        f"DBF文件已损坏：{zh}。请重新导出后再报送。", f"The DBF file is damaged: {en}. Export it again."
    )
