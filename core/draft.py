"""A filing read through: its rows as one Parquet file, its heads and findings, all beside the store, not in it.

Memory holds one chunk, the findings, and a few columns of heads, however long the file. Must not know the
database or statuses.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl
import pyarrow.parquet as pq

from core import checking, values
from core.errors import UnreadableFiling
from core.reading import Reading
from core.record import COLUMNS
from core.rules import Context, Sight

CHUNK = 200_000
Progress = Callable[[int], None]
"""Told after each chunk how many rows are done."""


@dataclass(frozen=True)
class Draft:
    """A filing read and judged as far as it can be judged alone.

    `filed` has row and every code of COLUMNS as filed; `heads` has checking.HEADS. `checked` holds the findings of
    record checks, and the tally of all checks with those that look further still at zero failures.
    """

    folder: Path
    original: Path
    filed: Path
    heads: Path
    sha256: str
    size: int
    records: int
    context: Context
    checked: checking.Checked

    def discard(self) -> None:
        """Forget the draft; nothing of it stays on disk."""
        shutil.rmtree(self.folder, ignore_errors=True)


def draw_up(
    reading: Reading, context: Context, work: Path, progress: Progress | None = None, *, rows: int = CHUNK
) -> Draft:
    """Read a file to its end, judging so many rows at a time; what is written goes below `work`, in its own folder.

    Raises UnreadableFiling when the file cannot be read to the end, leaving nothing behind.
    """
    folder = work / f"draft-{uuid4().hex}"
    folder.mkdir(parents=True)
    try:
        with ThreadPoolExecutor(max_workers=2) as beside:
            kept = beside.submit(_keep_original, reading.path, folder / "original")
            chunks = reading.chunks(rows)
            heads, checked = _read_through(chunks, context, folder / "filed.parquet", beside, progress)
            sha256, size = kept.result()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    heads.write_parquet(folder / "heads.parquet")
    return Draft(
        folder, folder / "original", folder / "filed.parquet", folder / "heads.parquet", sha256, size, heads.height,
        context, checked,
    )


def complete(
    draft: Draft, others: pl.DataFrame | None = None, matches: pl.DataFrame | None = None
) -> checking.Checked:
    """Add the findings of checks that look beyond one record.

    `others` is as checking.filing_facts takes it; `matches` has row, known_certificate_other, known_same_record.
    Without them the filing is compared with itself alone.
    """
    facts = checking.filing_facts(pl.read_parquet(draft.heads), others)
    if matches is not None:
        facts = facts.join(matches, on="row", how="full", coalesce=True)
    if facts.is_empty():
        return draft.checked
    rows = pl.scan_parquet(draft.filed).filter(pl.col("row").is_in(facts["row"].implode())).collect()
    frame = checking.with_known(values.read(rows, draft.context.reference), facts)
    far = checking.judge(frame, draft.context, frozenset({Sight.FILING, Sight.ARCHIVE}))
    return checking.Checked(
        pl.concat([draft.checked.findings, far.findings]),
        checking.with_failures(draft.checked.tally, far.tally),
    )


def _read_through(
    chunks: Iterator[pl.DataFrame], context: Context, filed: Path, beside: ThreadPoolExecutor,
    progress: Progress | None,
) -> tuple[pl.DataFrame, checking.Checked]:
    findings, tallies, heads, done = [], [], [], 0
    with _Filed(filed, beside) as written:
        for chunk in chunks:
            frame = values.read(chunk, context.reference)
            written.append(frame)
            near = checking.judge(frame, context, frozenset({Sight.RECORD}))
            findings.append(near.findings)
            tallies.append(near.tally)
            heads.append(frame.select(checking.HEADS))
            done += chunk.height
            if progress:
                progress(done)
    if not done:
        raise UnreadableFiling(
            "文件里没有数据行。请确认文件内容后重新报送。", "The file has no data rows. Check it and file again."
        )
    return pl.concat(heads), checking.Checked(pl.concat(findings), checking.add_tallies(tallies))


class _Filed:
    """The filed rows going to one Parquet file, a chunk at a time, beside the checking of the same chunk."""

    def __init__(self, path: Path, beside: ThreadPoolExecutor) -> None:
        self._path = path
        self._beside = beside
        self._under_way: Future[None] | None = None
        self._writer: pq.ParquetWriter | None = None

    def __enter__(self) -> "_Filed":
        return self

    def append(self, frame: pl.DataFrame) -> None:
        self._settle()
        self._under_way = self._beside.submit(self._write, frame.select("row", *COLUMNS))

    def __exit__(self, *_: object) -> None:
        try:
            self._settle()
        finally:
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
            self._path, table.schema, compression="zstd", compression_level=1
        )
        self._writer.write_table(table)


def _keep_original(source: Path, kept: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as filed, kept.open("wb") as copy:
        while block := filed.read(1 << 20):
            digest.update(block)
            copy.write(block)
            size += len(block)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest(), size

