"""照片补报任务: photos that come alone asked for as a job, looked at in a process of their own, and put to their records.

Must not know who carries jobs out.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from core import disk, photo_files, photos, supply
from core import draft as drafts
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest, CentreError
from core.job import Job
from core.jobprocess import Tell
from core.jobworker import Refused
from core.supply import Supplied, Whose

PICTURES = (".jpg", ".jpeg")


@dataclass(frozen=True)
class PhotoOrder:
    """Photos to be looked at away from the store; `filed` is the Parquet of every filing they may be for, with what makes
    its row numbers those of records."""

    source: Path
    filed: tuple[tuple[Path, int], ...]
    work: Path

    def carry_out(self, tell: Tell) -> list[pl.DataFrame | Refused]:
        """Look at every photo and find whose it is: photos.owners, or why they cannot be taken."""
        try:
            tell(0, "rows", photo_files.count(self.source))
            done = count(1)
            looked = photos.inspect(self.source, lambda: tell(0, "done", next(done)))
        except CentreError as refusal:
            return [Refused(refusal.zh, refusal.en)]
        return [photos.owners(looked, drafts.people_in(self.filed))]


def carry_out(
    desk: Desk, job: Job, work: Path, read: Callable[[PhotoOrder], list[Any]], along: Callable[[Transaction, Supplied], None]
) -> bool:
    """Do a job's supply; False when it was cancelled before anything was stored. `read` has an order carried out, `along`
    writes what must stand or fall with the supply. Raises as supply.put, and CentreError for what cannot be read."""
    whose = Whose(job.term, job.institution)
    filings = supply.filings_of(desk, whose)
    filed = tuple(
        (desk.db.folder.resolve() / "filings" / parquet, first)
        for parquet, first in filings.select("parquet", "first_record").iter_rows()
    )
    results = read(PhotoOrder(job.package.photos, filed, work))
    if not results:
        return False
    looked, = results
    if isinstance(looked, Refused):
        raise CentreError(looked.zh, looked.en)
    supply.put(desk, whose, job.name, looked, job.package.photos, along=along)
    return True


def of_file(path: Path, name: str, folder: Path) -> Path:
    """Photos that came as one file: a zip as it is; a single picture, moved into a new folder under its own name, by which
    its record is found. Raises BadRequest for any other kind of file, DiskFull."""
    suffix = Path(name).suffix.lower()
    if suffix == ".zip":
        return path
    if suffix not in PICTURES:
        raise BadRequest("照片补报只收zip压缩包或一张JPG照片，请重新选择。", "Photos come as a zip or as one JPG; choose again.")
    inside = folder / f"photos-{uuid4().hex}"
    with disk.told_when_full():
        inside.mkdir()
        shutil.move(path, inside / Path(name).name)
    return inside
