"""A filing's bytes and rows on their way to disk, beside the checking of the same rows.

Must not know rules.
"""

import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from core.record import COLUMNS

_OFTEN_ALIKE = [code for code in COLUMNS if code not in ("ZJHM", "KSH", "XH", "XWZSBH", "ZP", "LWTM")]


class Filed:
    """The filed rows going to one Parquet file, a chunk at a time, beside the checking of the same chunk."""

    def __init__(self, path: Path, beside: ThreadPoolExecutor) -> None:
        self._path = path
        self._beside = beside
        self._under_way: Future[None] | None = None
        self._writer: pq.ParquetWriter | None = None

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
        table = rows.to_arrow()
        self._writer = self._writer or pq.ParquetWriter(
            self._path, table.schema, compression="zstd", compression_level=1, use_dictionary=_OFTEN_ALIKE,
            write_statistics=["row"],  # by which rows are found again
        )
        self._writer.write_table(table)


def keep_original(source: Path, kept: Path) -> tuple[str, int]:
    """Copy a file's bytes and see them safely on disk; returns their SHA-256 and how many there are."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as filed, kept.open("wb") as copy:
        while block := filed.read(1 << 20):
            digest.update(block)
            copy.write(block)
            size += len(block)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest(), size
