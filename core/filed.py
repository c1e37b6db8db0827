"""A filing's bytes and rows on their way to disk, beside the checking of the same rows; and one row as it was filed.

Must not know rules.
"""

import os
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import polars as pl

from core import at_rest
from core.at_rest import Writer
from core.database import Database, Transaction
from core.errors import NotFound
from core.record import COLUMNS

_MANY = 20_000
"""With fewer rows than this a list of distinct cells takes longer to make than the cells to write."""
_OFTEN_ALIKE = [code for code in COLUMNS if code not in ("ZJHM", "KSH", "XH", "XWZSBH", "ZP", "LWTM")]


_ROW = """
SELECT * EXCLUDE ("row") FROM read_parquet($path) WHERE "row" = $filing_row"""


def row(store: Database | Transaction, head: Mapping[str, object]) -> dict[str, str | None]:
    """A record (parquet and filing_row, as views.record gave it) as it was filed, nothing masked: code → text. Raises NotFound."""
    found = store.frame(_ROW, path=str(store.folder / "filings" / str(head["parquet"])), filing_row=head["filing_row"])
    if found.is_empty():
        raise NotFound("没有找到原始数据。", "The filed row is missing.")
    return found.row(0, named=True)


class Filed:
    """The filed rows going to one Parquet file, a chunk at a time, beside the checking of the same chunk."""

    def __init__(self, path: Path, beside: ThreadPoolExecutor) -> None:
        self._path = path
        self._beside = beside
        self._under_way: Future[None] | None = None
        self._writer: Writer | None = None

    def append(self, frame: pl.DataFrame) -> None:
        """Have the next rows written."""
        self._settle()
        self._under_way = self._beside.submit(self._write, frame.select("row", *COLUMNS))

    def close(self) -> None:
        """See all rows safely on disk."""
        self._settle()
        if self._writer:
            self._writer.close()
            with self._path.open("rb") as written:
                os.fsync(written.fileno())

    def _settle(self) -> None:
        if self._under_way:
            self._under_way.result()

    def _write(self, rows: pl.DataFrame) -> None:
        table = rows.to_arrow(compat_level=pl.CompatLevel.newest())  # its text as Polars holds it, not copied
        self._writer = self._writer or at_rest.writer(
            self._path, table.schema, compression="zstd", compression_level=1,
            use_dictionary=_OFTEN_ALIKE if rows.height >= _MANY else False,
            write_statistics=["row"],  # by which rows are found again
        )
        self._writer.write_table(table)
