"""Where the records of a text file end: quotes, line ends and separators counted in the bytes, fast.

A record is one spreadsheet row even when a quoted cell holds line ends (RFC 4180). Must not know columns.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from core.errors import UnreadableFiling

LONGEST_RECORD = 64 * 1024 * 1024
"""Bytes: anything longer is no record but a quote that never closes, or a file without line ends."""

_LINE_END, _RETURN, _QUOTE = 10, 13, 34


@dataclass(frozen=True)
class Records:
    """Some whole records: their bytes, where each ends, the quotes, and the row number of the first."""

    content: bytes
    ends: np.ndarray
    quotes: np.ndarray
    row: int

    def row_at(self, position: int) -> int:
        """The row number of the record this byte belongs to."""
        return self.row + int(np.searchsorted(self.ends, position))

    def span(self, row: int) -> tuple[int, int]:
        """Where the record with this row number begins and ends."""
        at = int(row) - self.row
        return (int(self.ends[at - 1]) + 1 if at else 0), int(self.ends[at])

    def record(self, row: int) -> bytes:
        """The bytes of the record with this row number, without its line end."""
        return self.content[slice(*self.span(row))].rstrip(b"\r")

    def blank(self) -> np.ndarray:
        """Which of the records are blank lines."""
        lengths = np.diff(self.ends, prepend=-1) - 1
        before = np.frombuffer(self.content, np.uint8)[self.ends - 1]
        return (lengths == 0) | ((lengths == 1) & (before == _RETURN))


def split(blocks: Iterable[bytes], row: int) -> Iterator[Records]:
    """Cut blocks of bytes where records end. Raises UnreadableFiling for a quote that never closes."""
    rest, enough = b"", 0
    for block in blocks:
        rest += block
        if len(rest) < enough:
            continue
        records = _survey(rest, row)
        if len(records.ends):
            yield records
            row += len(records.ends)
            rest, enough = rest[len(records.content) :], 0
        elif len(rest) > LONGEST_RECORD:
            raise _unbalanced(row)
        else:
            enough = 2 * len(rest)
    rest = rest.rstrip(b"\x1a")
    if rest:
        records = _survey(rest if rest.endswith(b"\n") else rest + b"\n", row)
        if len(records.content) < len(rest):
            raise _unbalanced(row + len(records.ends))
        yield records


def check(records: Records, separator: bytes, width: int) -> None:
    """Refuse NUL bytes, stray quotes, and fields that do not add up, naming the row.

    Fields are summed over the records, which is fast; one too many beside one too few is left to Polars.
    """
    if (nul := records.content.find(b"\0")) >= 0:
        row = records.row_at(nul)
        raise UnreadableFiling(
            f"第{row}行含有空字节（NUL），文件已损坏或不是文本文件，请重新导出后再报送。",
            f"Row {row} holds a NUL byte: the file is damaged or not text. Export it again.",
        )
    content = np.frombuffer(records.content, np.uint8)
    separators = content == separator[0]
    total = int(np.count_nonzero(separators))
    if len(records.quotes):
        _check_quotes(records, content, separator[0])
        total -= _within_quotes(separators, records.quotes)
    blank = records.blank()
    if total != (width - 1) * (len(blank) - np.count_nonzero(blank)):
        check_each(records, separator, width)


def _within_quotes(separators: np.ndarray, quotes: np.ndarray) -> int:
    """Separators between the two quotes of a pair; nothing is inside the two of an empty cell."""
    pairs = quotes.reshape(-1, 2)
    filled = pairs[np.diff(pairs)[:, 0] > 1]
    return int(np.add.reduceat(separators, filled.ravel(), dtype=np.int64)[::2].sum()) if len(filled) else 0


def check_each(records: Records, separator: bytes, width: int) -> None:
    """Refuse the first record with more or fewer fields than the header: slower, and sure."""
    separators = np.flatnonzero(np.frombuffer(records.content, np.uint8) == separator[0])
    if len(records.quotes):
        separators = separators[np.searchsorted(records.quotes, separators) % 2 == 0]
    fields = np.diff(np.searchsorted(separators, records.ends), prepend=0) + 1
    wrong = np.flatnonzero((fields != width) & ~records.blank())
    if len(wrong):
        row, found = records.row + int(wrong[0]), int(fields[wrong[0]])
        raise UnreadableFiling(
            f"第{row}行有{found}列，与表头的{width}列不一致。请检查该行的分隔符和引号后重新报送。",
            f"Row {row} has {found} fields, the header {width}. Check its separators and quotes.",
        )


def _survey(content: bytes, row: int) -> Records:
    array = np.frombuffer(content, np.uint8)
    ends = np.flatnonzero(array == _LINE_END)
    quotes = np.flatnonzero(array == _QUOTE) if b'"' in content else ends[:0]
    if len(quotes):
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    size = int(ends[-1]) + 1 if len(ends) else 0
    return Records(content[:size], ends, quotes[: np.searchsorted(quotes, size)], row)


def _check_quotes(records: Records, content: np.ndarray, separator: int) -> None:
    """A quoted cell opens at the cell's start and closes at its end; quotes inside a bare cell (="1") pair up."""
    opening, closing = records.quotes[::2], records.quotes[1::2]
    before = np.where(opening > 0, content[opening - 1], _LINE_END)
    after = content[closing + 1]
    quoted = (before == separator) | (before == _LINE_END) | (before == _QUOTE)
    closed = (after == separator) | (after == _LINE_END) | (after == _RETURN) | (after == _QUOTE)
    wrong = quoted & ~closed
    if not quoted.all():
        wrong |= ~quoted & (np.diff(np.searchsorted(np.flatnonzero(content == _LINE_END), records.quotes))[::2] > 0)
    if wrong.any():
        raise _unbalanced(records.row_at(int(opening[np.argmax(wrong)])))


def _unbalanced(row: int) -> UnreadableFiling:
    return UnreadableFiling(
        f"第{row}行的引号不成对，请检查该行后重新报送。",
        f"The quotes of row {row} do not pair up. Check that row and file again.",
    )
