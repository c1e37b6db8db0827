"""A filing read through: its rows as one Parquet file, its heads and findings, all beside the store, not in it.

Memory holds one chunk, the findings, and a few columns of heads, however long the file. Must not know the
database or statuses.
"""

import hashlib
import os
import shutil
from collections.abc import Callable
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


def draw_up(reading: Reading, context: Context, work: Path, progress: Progress | None = None) -> Draft:
    """Read a file to its end, judging each chunk; what is written goes below `work` in a folder of its own.

    Raises UnreadableFiling when the file cannot be read to the end, leaving nothing behind.
    """
    folder = work / f"draft-{uuid4().hex}"
    folder.mkdir(parents=True)
    try:
        with ThreadPoolExecutor(max_workers=1) as copying:
            copied = copying.submit(_keep_original, reading.path, folder / "original")
            return _read_through(reading, context, folder, copied, progress)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


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
    reading: Reading, context: Context, folder: Path, copied: Future, progress: Progress | None
) -> Draft:
    filed, heads = folder / "filed.parquet", folder / "heads.parquet"
    findings, tallies, head_chunks, records = [], [], [], 0
    writer = None
    try:
        for chunk in reading.chunks(CHUNK):
            frame = values.read(chunk, context.reference)
            near = checking.judge(frame, context, frozenset({Sight.RECORD}))
            findings.append(near.findings)
            tallies += [near.tally, checking.tally_unlooked(frame, context)]
            head_chunks.append(frame.select(checking.HEADS))
            rows = frame.select("row", *COLUMNS).to_arrow()
            writer = writer or pq.ParquetWriter(filed, rows.schema, compression="zstd", compression_level=1)
            writer.write_table(rows)
            records += chunk.height
            if progress:
                progress(records)
    finally:
        if writer:
            writer.close()
            _to_disk(filed)
    if not records:
        raise UnreadableFiling(
            "文件里没有数据行。请确认文件内容后重新报送。", "The file has no data rows. Check it and file again."
        )
    pl.concat(head_chunks).write_parquet(heads)
    sha256, size = copied.result()
    return Draft(
        folder, folder / "original", filed, heads, sha256, size, records, context,
        checking.Checked(pl.concat(findings), checking.add_tallies(tallies)),
    )


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


def _to_disk(path: Path) -> None:
    with path.open("rb") as written:
        os.fsync(written.fileno())
