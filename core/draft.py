"""A filing read through: its rows as one Parquet file, its heads and findings, all beside the store, not in it.

Memory holds one chunk, the findings, and a few columns of heads, however long the file. Must not know the
database or statuses.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import polars as pl
import pyarrow.parquet as pq

from core import cell, checking, facts, photos, values
from core.errors import UnreadableFiling
from core.photos import Matched
from core.profile import Profile
from core.reading import Reading
from core.record import COLUMNS
from core.rules import FAR, Context, Sight

CHUNK = 200_000
_OFTEN_ALIKE = [code for code in COLUMNS if code not in ("ZJHM", "KSH", "XH", "XWZSBH", "ZP", "LWTM")]
Progress = Callable[[int], None]
"""Told after each chunk how many rows are done."""


@dataclass(frozen=True)
class Draft:
    """A filing read and judged as far as it can be judged alone.

    `filed` has row and every code of COLUMNS as filed; `heads` has facts.HEADS. `checked` holds the findings of
    record checks, and the tally of all checks with those that look further still at zero failures. `profile` counts
    the filing as such, `photos` tells whose its photos are, `photo_source` where they came from.
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
    profile: Profile
    photos: Matched | None = None
    photo_source: Path | None = None

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
            heads, checked, profile = _read_through(chunks, context, folder / "filed.parquet", beside, progress)
            sha256, size = kept.result()
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    heads.write_parquet(folder / "heads.parquet", compression="uncompressed")
    return Draft(
        folder, folder / "original", folder / "filed.parquet", folder / "heads.parquet", sha256, size, heads.height,
        context, checked, profile,
    )


def draw_again(filed: Path, context: Context, work: Path, progress: Progress | None = None, *, rows: int = CHUNK) -> Draft:
    """A filing on file read and judged once more from its own Parquet, by the context's rules; nothing of it changes."""
    folder = work / f"draft-{uuid4().hex}"
    folder.mkdir(parents=True)
    with pq.ParquetFile(filed) as source:
        chunks = (pl.from_arrow(batch) for batch in source.iter_batches(batch_size=rows))
        heads, checked, profile = _judge_through(chunks, context, lambda frame: None, progress)
    heads.write_parquet(folder / "heads.parquet")
    return Draft(
        folder, folder / "original", filed, folder / "heads.parquet", "", 0, heads.height, context, checked, profile
    )


def with_photos(draft: Draft, source: Path) -> Draft:
    """The draft with the photos of a folder or zip beside its records. Raises BadRequest as photos.inspect does."""
    filed = pl.read_parquet(draft.filed, columns=["row", "ZJHM", "XWZSBH", "XH", "ZP"])
    people = filed.select(
        "row", "XH", "ZP", id_number=values.id_number(pl.col("ZJHM")), certificate=cell.half_width(pl.col("XWZSBH"))
    )
    return replace(draft, photos=photos.matched(photos.inspect(source), people), photo_source=source)


def complete(
    draft: Draft, acquainted: pl.DataFrame | None = None, told: tuple[pl.DataFrame, ...] = (),
    whole: dict[str, object] | None = None,
) -> checking.Checked:
    """Add the findings of checks that look beyond one record, and those of the filing as such.

    `acquainted` is as facts.of_filing takes it, `told` more facts by row, `whole` more of facts.WHOLE; without them
    the filing is compared with itself alone. Findings come in their one order.
    """
    heads = pl.read_parquet(draft.heads)
    of_photos = draft.photos.facts if draft.photos else pl.DataFrame(schema={"row": pl.Int64})
    known = checking.known(heads, draft.context, acquainted, (_rare(draft), of_photos, *told))
    suspects = heads.filter(pl.col("suspect"))["row"]
    rows = pl.concat([known["row"], suspects]).unique().sort()
    about = checking.judge_whole(draft.profile.whole() | _declared(draft) | (whole or {}), draft.context)
    findings, tally = [draft.checked.findings, about.findings], draft.checked.tally
    for chunk in _filed_rows(draft.filed, rows):
        frame = facts.beside(values.read(chunk, draft.context.reference), known)
        far = checking.judge(frame, draft.context, FAR)
        findings.append(far.findings)
        tally = checking.with_failures(tally, far.tally)
    return checking.Checked(checking.in_order(pl.concat(findings)), checking.add_tallies([tally, about.tally]))


def _declared(draft: Draft) -> dict[str, object]:
    told = {"whole_listed": draft.context.listed, "whole_attached": draft.context.attached}
    return told | (draft.photos.whole() if draft.photos else {})


def _filed_rows(filed: Path, rows: pl.Series) -> Iterator[pl.DataFrame]:
    """The filed rows with these numbers, so many at a time."""
    for start in range(0, rows.len(), CHUNK):
        wanted = rows.slice(start, CHUNK)
        within = pl.col("row").is_between(wanted[0], wanted[-1])
        yield pl.scan_parquet(filed).filter(within & pl.col("row").is_in(wanted.implode())).collect()


def _rare(draft: Draft) -> pl.DataFrame:
    """Rows whose president or chair is not the one most records of their day name."""
    rare = draft.profile.rare_signatories()
    if rare.is_empty():
        return pl.DataFrame(schema={"row": pl.Int64})
    signed = pl.scan_parquet(draft.filed).select("row", "HXWRQ", "XZXM", "ZXXM")
    dated = signed.with_columns(conferred=cell.date(pl.col("HXWRQ")))
    keys = ["conferred", "XZXM", "ZXXM"]
    return dated.join(rare.lazy(), on=keys, how="semi").select("row", known_rare_signatory=pl.lit(True)).collect()


def _read_through(
    chunks: Iterator[pl.DataFrame], context: Context, filed: Path, beside: ThreadPoolExecutor,
    progress: Progress | None,
) -> tuple[pl.DataFrame, checking.Checked, Profile]:
    with _Filed(filed, beside) as written:
        judged = _judge_through(chunks, context, written.append, progress)
    if judged[0].is_empty():
        raise UnreadableFiling(
            "文件里没有数据行。请确认文件内容后重新报送。", "The file has no data rows. Check it and file again."
        )
    return judged


def _judge_through(
    chunks: Iterator[pl.DataFrame], context: Context, keep: Callable[[pl.DataFrame], None], progress: Progress | None
) -> tuple[pl.DataFrame, checking.Checked, Profile]:
    findings, tallies, done = [pl.DataFrame(schema=checking.FINDINGS)], [pl.DataFrame(schema=checking.TALLY)], 0
    heads, profile = [pl.DataFrame(schema=facts.HEADS)], Profile()
    for chunk in chunks:
        frame = values.read(chunk, context.reference)
        keep(frame)
        near = checking.judge(frame, context, frozenset({Sight.RECORD}))
        findings.append(near.findings)
        tallies.append(near.tally)
        heads.append(checking.heads(frame, context))
        profile.add(frame)
        done += chunk.height
        if progress:
            progress(done)
    return pl.concat(heads), checking.Checked(pl.concat(findings), checking.add_tallies(tallies)), profile


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
            self._path, table.schema, compression="zstd", compression_level=1, use_dictionary=_OFTEN_ALIKE,
            write_statistics=["row"],  # by which rows are found again
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

