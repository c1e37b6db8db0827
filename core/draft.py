"""Filings read through: the rows of each as one Parquet file, its heads and findings, all beside the store, not in it.

Memory holds one chunk, the findings, and a few columns of heads, however long the file. Must not know the
database or statuses.
"""

import shutil
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from uuid import uuid4

import polars as pl

from core import at_rest, cell, checking, disk, facts, photos, values
from core.errors import CentreError, UnreadableFiling
from core.filed import Filed
from core.photos import Matched
from core.profile import Counted, Profile, count
from core.reading import Reading
from core.rules import Context, Sight

CHUNK = 200_000
_NEAR = frozenset({Sight.RECORD})
Progress = Callable[[int], None]
"""Told after each chunk how many rows are done."""


@dataclass(frozen=True)
class Draft:
    """A filing read and judged as far as it can be judged alone.

    `filed` has row and every code of COLUMNS as filed; `heads`, an Arrow file, has facts.HEADS. `checked` holds the findings of
    record checks, and the tally of all checks with those that look further still at zero failures. `last_row` is the
    greatest row number, `profile` counts the filing as such, `photos` tells whose its photos are, `photo_source` where they came from.
    """

    folder: Path
    original: Path
    filed: Path
    heads: Path
    sha256: str
    size: int
    records: int
    last_row: int
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
    drawn, = draw_up_all([(reading, context)], work, progress and (lambda _, done: progress(done)), rows=rows)
    if isinstance(drawn, CentreError):
        raise drawn
    return drawn


def draw_up_all(
    filings: Sequence[tuple[Reading, Context]], work: Path, progress: Callable[[int, int], None] | None = None, *,
    rows: int = CHUNK,
) -> list[Draft | UnreadableFiling]:
    """Read several files to their ends, as `draw_up` does one; of small ones with equal contexts many are judged at once.

    A file that cannot be read has its refusal in its place. `progress` is told a file's place and its rows done.
    """
    waiting: dict[Context, list[tuple[_Drawing, pl.DataFrame]]] = defaultdict(list)
    drawings = []
    with ThreadPoolExecutor(max_workers=2) as beside:
        try:
            for place, (reading, context) in enumerate(filings):
                drawing = _Drawing(context, work, progress and (lambda done, place=place: progress(place, done)))
                drawings.append(drawing)
                drawing.keep(reading, beside)
                try:
                    for chunk in reading.chunks(rows):
                        waiting[context].append((drawing, chunk))
                        if sum(part.height for _, part in waiting[context]) >= rows:
                            _judge(waiting.pop(context))
                except UnreadableFiling as refusal:
                    drawing.refusal = refusal
                    waiting[context] = [each for each in waiting[context] if each[0] is not drawing]
            for parts in waiting.values():
                _judge(parts)
            return [drawing.finish() for drawing in drawings]
        except BaseException:
            for drawing in drawings:
                drawing.discard()
            raise


def draw_again(filed: Path, context: Context, work: Path, *, rows: int = CHUNK) -> Draft:
    """A filing on file read and judged once more from its own Parquet, by the context's rules; nothing of it changes."""
    drawing = _Drawing(context, work, None)
    for chunk in at_rest.batches(filed, rows):
        _judge([(drawing, chunk)])
    return replace(drawing.finish(), filed=filed)


def with_photos(made: Sequence[Draft], source: Path) -> list[Draft]:
    """The drafts of one package with its photos, of a folder or zip, beside their records. Photos that are nobody's are
    counted with the first. Raises BadRequest as photos.inspect does."""
    people = people_in([(draft.filed, start) for draft, start in zip(made, offsets(made), strict=True)])
    found = photos.matched(photos.inspect(source), people)
    return [
        replace(draft, photos=found.within(start, draft.last_row, first=place == 0), photo_source=source)
        for place, (draft, start) in enumerate(zip(made, offsets(made), strict=True))
    ]


def people_in(filed: Sequence[tuple[Path, int]]) -> pl.DataFrame:
    """Whose the records of filed Parquet are, as photos.matched takes them; to the rows of each file so much is added."""
    rows = pl.concat(
        at_rest.read(path, ["row", "ZJHM", "XWZSBH", "XH", "ZP"]).with_columns(pl.col("row") + start)
        for path, start in filed
    )
    return rows.select(
        "row", "XH", "ZP", id_number=values.id_number(pl.col("ZJHM")), certificate=cell.half_width(pl.col("XWZSBH"))
    )


def offsets(made: Sequence[Draft]) -> list[int]:
    """What to add to the row numbers of each draft so that none is another draft's."""
    return [0, *accumulate(draft.last_row for draft in made)][:-1]


class _Drawing:
    """A filing on its way to be a draft: what has been read and judged of it so far."""

    def __init__(self, context: Context, work: Path, progress: Progress | None) -> None:
        self.context = context
        self.refusal: UnreadableFiling | None = None
        self._folder = work / f"draft-{uuid4().hex}"
        self._folder.mkdir(parents=True)
        self._progress, self._done, self._last_row = progress, 0, 0
        self._reading: Reading | None = None
        self._original: Future[tuple[str, int]] | None = None
        self._filed: Filed | None = None
        self._heads = [pl.DataFrame(schema=facts.HEADS)]
        self._findings = [pl.DataFrame(schema=checking.FINDINGS)]
        self._tallies: list[pl.DataFrame] = []
        self._profile = Profile()

    def keep(self, reading: Reading, beside: ThreadPoolExecutor) -> None:
        """Have the file's bytes and rows kept; without this the filing is only judged."""
        self._reading = reading
        self._original = beside.submit(disk.copied, reading.path, self._folder / "original")
        self._filed = Filed(self._folder / "filed.parquet", beside)

    def add(self, frame: pl.DataFrame, heads: pl.DataFrame, checked: checking.Checked, counted: Counted) -> None:
        """Take in the next rows, read and judged."""
        if self._filed:
            self._filed.append(frame)
        self._heads.append(heads)
        self._findings.append(checked.findings)
        self._tallies.append(checked.tally)
        self._profile.add(counted)
        self._done += frame.height
        self._last_row = max(self._last_row, frame["row"].max())
        if self._progress:
            self._progress(self._done)

    def finish(self) -> Draft | UnreadableFiling:
        """The draft, or why there is none, with nothing left behind."""
        sha256, size = self._original.result() if self._original else ("", 0)
        if self._filed:
            self._filed.close()
        try:
            self._require_sound()
        except UnreadableFiling as refusal:
            self.discard()
            return refusal
        path = self._folder / "heads.arrow"
        pl.concat(self._heads).write_ipc(path)
        tally = self._tallies[0] if len(self._tallies) == 1 else checking.add_tallies(self._tallies)
        checked = checking.Checked(pl.concat(self._findings), tally)
        return Draft(
            self._folder, self._folder / "original", self._folder / "filed.parquet", path, sha256, size, self._done,
            self._last_row, self.context, checked, self._profile,
        )

    def _require_sound(self) -> None:
        if self._reading:
            self._reading.require_unchanged()
        if self.refusal:
            raise self.refusal
        if not self._done:
            raise UnreadableFiling("文件里没有数据行。请确认文件内容后重新报送。", "The file has no data rows. Check it and file again.")

    def discard(self) -> None:
        """Forget it; nothing of it stays on disk."""
        shutil.rmtree(self._folder, ignore_errors=True)


def _judge(parts: list[tuple[_Drawing, pl.DataFrame]]) -> None:
    """Judge chunks of filings with equal contexts together, and give each filing what is its own."""
    if not parts:
        return
    context, heights = parts[0][0].context, [chunk.height for _, chunk in parts]
    frame = checking.read([(chunk, drawing.context) for drawing, chunk in parts])
    checked = checking.judge_parts(frame, context, _NEAR, heights)
    heads, start = checking.heads(frame, context), 0
    told = zip(parts, heights, checked.apart(len(parts)), count(frame, heights), strict=True)
    for (drawing, _), height, own, counted in told:
        drawing.add(frame.slice(start, height), heads.slice(start, height), own, counted)
        start += height
