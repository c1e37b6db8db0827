"""Reading: an opened filing, whatever its format, and the chunks it yields.

Must not know how any format is laid out.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import polars as pl

from core.errors import UnreadableFiling
from core.reading import cells
from core.reading.headers import Heading

FIRST = 5_000
"""So many rows tell what a file is; a file of no more is held whole until it is read."""


@dataclass(frozen=True)
class Reading:
    """An opened filing (报送文件): what it is, and its rows a chunk at a time.

    `encoding` is None for workbooks. `ignored` are the headers not known: shown to the user, not read. `rows` counts
    those from the first row of data to the last, blank ones among them too. `opened` is the file's size and time when it was opened.
    """

    path: Path
    format: str
    encoding: str | None
    layout: str
    columns: tuple[str, ...]
    ignored: tuple[str, ...]
    rows: int
    opened: tuple[int, int]
    _heading: Heading = field(repr=False, compare=False)
    _frames: Callable[[int], Iterator[pl.DataFrame]] = field(repr=False, compare=False)
    _kept: list[pl.DataFrame] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def of(
        cls,
        path: Path,
        format: str,
        encoding: str | None,
        heading: Heading,
        rows: int,
        frames: Callable[[int], Iterator[pl.DataFrame]],
    ) -> "Reading":
        """Put together what a format's reader found out; `frames` yields raw frames of at most so many rows."""
        return cls(
            path, format, encoding, heading.layout, heading.columns, heading.ignored, rows, state(path), heading, frames
        )

    def keep(self, frames: Iterator[pl.DataFrame]) -> None:
        """Hold the only chunk of a small file, read while it was opened, until it is asked for."""
        self._kept.extend(islice(cells.inspected(frames, self._heading), 1))

    def first(self) -> pl.DataFrame | None:
        """The first rows, as `chunks` gives them; None when there are none. A small file read whole is not read again."""
        chunk = next(iter(self.chunks(FIRST)), None)
        if chunk is not None and self.rows <= FIRST:
            self._kept.append(chunk)
        return chunk

    def chunks(self, rows: int = 200_000) -> Iterator[pl.DataFrame]:
        """Read the file from the start, at most so many rows at a time.

        Column `row` is the spreadsheet's own row number; cells are text exactly as filed, null when empty.
        Wholly blank rows are left out. Raises UnreadableFiling where the file turns out damaged.
        """
        if self._kept:
            return self._kept.pop().iter_slices(rows)
        return cells.inspected(self._frames(rows), self._heading)

    def require_unchanged(self) -> None:
        """Refuse a file that was written to since it was opened: what was read of it may be neither one nor the other."""
        if state(self.path) != self.opened:
            raise changed()


def changed() -> UnreadableFiling:
    """Why a file that was written to while it was read is refused."""
    return UnreadableFiling(
        "文件在读取过程中被改动。请确认文件已复制完成、不再修改，然后重新报送。",
        "The file was changed while it was being read. See that it is complete and at rest, and file it again.",
    )


def state(path: Path) -> tuple[int, int]:
    """A file's size in bytes and the moment it was last written to, in nanoseconds."""
    told = path.stat()
    return told.st_size, told.st_mtime_ns
