"""The process that reads plain workbooks, kept while many are read: to start one for each takes longer than to read it.

Must not know what a filing is.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from io import BytesIO
from pathlib import Path

import polars as pl
import pyarrow as pa

from core.reading import plain_sheets

_COMMAND = [sys.executable, "-I", plain_sheets.__file__]


class _Reader:
    """The process, started when first asked; when it ends, nobody asks it again."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: Path) -> tuple[str, pl.DataFrame] | None:
        if self._process is None:
            self._process = subprocess.Popen(  # nosec B603  # our own interpreter and module, no argument from outside
                _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        with suppress(OSError, ValueError, pa.ArrowInvalid):
            self._process.stdin.write(json.dumps(str(path)).encode() + b"\n")
            self._process.stdin.flush()
            content = self._process.stdout.read(int(self._process.stdout.readline()))
            if content:
                stream = pa.ipc.open_stream(BytesIO(content))
                sheet = pl.from_arrow(stream.read_all())
                return stream.schema.metadata[b"name"].decode(), apart(sheet["lines"]) if sheet.columns == ["lines"] else sheet
        return None

    def close(self) -> None:
        if self._process:
            self._process.kill()
            with suppress(OSError), self._process:  # what it was not told any more cannot be told
                pass
            self._process.wait()


def apart(lines: pl.Series) -> pl.DataFrame:
    """Lines of cells, all of as many as the first, each cell in its column."""
    return lines.str.split_exact(plain_sheets.BETWEEN, lines[0].count(plain_sheets.BETWEEN)).struct.unnest()


_READER: ContextVar[_Reader | None] = ContextVar("reader", default=None)


@contextmanager
def kept() -> Iterator[None]:
    """Within, plain workbooks are read by one process."""
    reader = _Reader()
    before = _READER.set(reader)
    try:
        yield
    finally:
        _READER.reset(before)
        reader.close()


def plain_sheet(path: Path) -> tuple[str, pl.DataFrame] | None:
    """The name and cells, from the first row and column, of a workbook that is one worksheet of text; None where it is
    not, where it is long, or where no process is kept."""
    reader = _READER.get()
    return reader.read(path.resolve()) if reader else None
