"""导出: a list or the figures of a chart handed out as a file, as they stood at one moment, and every file noted (article 11).

What is read is read within the scope of the person at the desk. Must not know what a list is about.
"""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO

import polars as pl

from core import exports, ledger
from core.desk import Desk
from core.vocabulary import Duty, Word

PART = 20_000
"""Lines read at once: no more of a large list is in memory."""

_LOG = """
SELECT e.export_id, e.list, e.title, e.chosen, e.format, e.lines, e.province, e.exported_at, e.exported_by
FROM export_log AS e WHERE $scope IS NULL OR e.province = $scope
ORDER BY e.export_id DESC LIMIT $size OFFSET $size * $page"""

_TOTAL = "SELECT count(*) AS n FROM export_log AS e WHERE $scope IS NULL OR e.province = $scope"

Read = Callable[[Desk, int, int], pl.DataFrame]
"""Reads one part of a list: the desk, which part, and how many lines a part has."""


class Format(Word):
    """What a list can be handed out as (导出格式)."""

    CSV = "csv", "CSV", "CSV"
    XLSX = "xlsx", "Excel", "Excel"


@dataclass(frozen=True)
class Listing:
    """A list as it is handed out: its code and title, the filter in words, its columns with their headings, and the duty it
    takes. `stamp` is the as-of line, with {at} for the time; `more` what else stands above, such as a definition; `mark` a word at
    the head of the file and of each of its sheets, such as 未报送."""

    name: str
    title: str
    chosen: str
    columns: tuple[tuple[str, str], ...]
    stamp: str
    more: tuple[str, ...] = ()
    duty: Duty = Duty.READ
    mark: str = ""


def whole(frame: pl.DataFrame) -> Read:
    """A list that is there already, as one to be read part by part."""
    return lambda _, part, size: frame.slice(part * size, size)


def hand_out(desk: Desk, listing: Listing, read: Read, form: Format) -> IO[bytes]:
    """Write a list as a file and note who took what (导出); returns the file, open at its beginning.

    All parts are read as the store was at one moment. Written: the note and the act, once the file is whole. Raises NotAuthorised without
    the duty the list takes, DiskFull.
    """
    desk.require(listing.duty)
    at = desk.now()
    notes = [listing.title, *([listing.chosen] if listing.chosen else []), listing.stamp.format(at=at), *listing.more]
    headings = [heading for _, heading in listing.columns]
    write = {Format.CSV: exports.write_csv, Format.XLSX: exports.write_xlsx}[form]
    file = tempfile.TemporaryFile(dir=desk.db.folder / "work")  # handed on open: it is gone once it is closed
    try:
        with desk.db.snapshot() as seen:
            lines = write(_parts(replace(desk, db=seen), listing, read), headings, notes, file, mark=listing.mark)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    note(desk, listing.name, listing.title, form, lines, chosen=listing.chosen, at=at)
    return file


def note(desk: Desk, name: str, title: str, form: Format, lines: int, *, chosen: str = "", at: datetime | None = None) -> None:
    """Note who took a list of so many lines as a file; of workbooks with a form of their own, when they are made."""
    with desk.db.transaction() as tx:
        number = tx.next_ids("export_log")
        ledger.note_read_within(tx, "export", ledger.act_of(desk, "export", number, f"{name} {form}"), lines)
        tx.append("export_log", pl.DataFrame([{
            "export_id": number, "list": name, "title": title, "chosen": chosen, "format": str(form), "lines": lines,
            "province": desk.actor.province, "exported_at": at or desk.now(), "exported_by": desk.actor.key,
        }], schema_overrides={"province": pl.String}))


def log(desk: Desk, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """What was handed out, the latest first: export_id, list, title, chosen, format, lines, province (whose scope),
    exported_at, exported_by. In a province, its own."""
    return desk.frame(_LOG, page=page, size=size)


def logged(desk: Desk) -> int:
    """How many files were handed out."""
    return desk.frame(_TOTAL).item()


def _parts(desk: Desk, listing: Listing, read: Read) -> Iterator[pl.DataFrame]:
    names, part = [name for name, _ in listing.columns], 0
    while True:
        lines = read(desk, part, PART)
        yield lines.select(names)
        if lines.height < PART:
            return
        part += 1
