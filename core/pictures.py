"""电子照片 kept: the photos of a filing's records by the hash of their bytes, and a small picture of one to look at.

Must not know how photos are matched or judged.
"""

import hashlib
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import IO
from uuid import uuid4

from PIL import Image, ImageOps

from core import disk, photo_files
from core.database import Database
from core.desk import Desk
from core.errors import DiskFull
from core.photos import LARGEST
from core.vocabulary import Duty

_SMALL = (150, 210)

_UNDER_WAY = Path("photos", "under-way")
"""Below the store's folder: one list for everybody who is just keeping photos, of the hashes they keep."""
_LISTS = threading.Lock()
_UNFINISHED = Path("photos", "unfinished")
"""Below the store's folder: photos of which only the beginning has been written."""

_NEEDED = """
SELECT sha256 FROM photo WHERE sha256 IN (SELECT unnest($hashes))
UNION
SELECT sha256 FROM photo_supplied WHERE refusal IS NULL AND sha256 IN (SELECT unnest($hashes))
UNION
SELECT former_sha256 FROM photo_supplied WHERE former_sha256 IN (SELECT unnest($hashes))
UNION
SELECT sha256 FROM correction_photo WHERE sha256 IN (SELECT unnest($hashes))
UNION
SELECT former_sha256 FROM correction_photo WHERE former_sha256 IN (SELECT unnest($hashes))"""
"""Photos of records, those they had before among them."""

_OF_RECORD = """
SELECT p.sha256, p.file_name, p.width, p.height, p.size
FROM photo AS p
JOIN record AS r ON r.record_id = p.record_id
JOIN filing AS f ON f.filing_id = r.filing_id
WHERE p.record_id = $record_id AND p.readable AND ($scope IS NULL OR f.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s
        WHERE s.record_id = p.record_id AND s.class = 'classified' AND s.closed IS NULL))
LIMIT 1"""


@contextmanager
def kept(db: Database, wanted: Mapping[Path, set[str]]) -> Iterator[None]:
    """Photos with these hashes, of each folder or zip, kept for the records stored within.

    At the end, however it comes, those that are no record's go again, unless somebody else is just keeping them. What is
    being kept stands in a list of its own meanwhile, so that after a crash `sweep` finds it. A photo is there whole or not
    at all. Raises DiskFull, and BadRequest as photo_files.through does.
    """
    listed = db.folder / _UNDER_WAY / uuid4().hex
    hashes = set().union(*wanted.values())
    if not hashes:
        yield
        return
    try:
        with _LISTS:
            disk.write_whole(listed, "\n".join(sorted(hashes)).encode(), begun_in=db.folder / _UNFINISHED)
        for source, own in wanted.items():
            _keep(source, own, db.folder)
        yield
    finally:
        with suppress(DiskFull):
            _give_up(db, listed)


def sweep(db: Database) -> None:
    """Take away the photos that were being kept when the app ended, however it did, and became no record's, and what was
    begun of others."""
    shutil.rmtree(db.folder / _UNFINISHED, ignore_errors=True)
    if (db.folder / _UNDER_WAY).exists():
        for listed in (db.folder / _UNDER_WAY).iterdir():
            _give_up(db, listed)


def _give_up(db: Database, listed: Path) -> None:
    """Delete the photos in a list that are no record's and in no other list, and then the list."""
    if not listed.exists():
        return
    with _LISTS:
        hashes = _in_list(listed)
        others = (each for each in listed.parent.iterdir() if each != listed)
        needed = set(db.frame(_NEEDED, hashes=sorted(hashes))["sha256"]).union(*map(_in_list, others))
        for sha256 in hashes - needed:
            place(db.folder, sha256).unlink(missing_ok=True)
        listed.unlink()


def _in_list(listed: Path) -> set[str]:
    return set(listed.read_text().split())


def _keep(source: Path, wanted: set[str], folder: Path) -> None:
    """Copy the photos with these hashes out of a folder or zip, each once, to where `place` says."""

    def copy(_: str, photo: IO[bytes]) -> None:
        content = photo.read(LARGEST + 1)
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in wanted or (kept := place(folder, sha256)).exists():
            return
        disk.write_whole(kept, content, begun_in=folder / _UNFINISHED)

    photo_files.through(source, copy)


def place(folder: Path, sha256: str) -> Path:
    """Where a photo is kept below the store's folder: photos/ab/ab12…"""
    return folder / "photos" / sha256[:2] / sha256


def of_record(desk: Desk, record_id: int) -> dict[str, object] | None:
    """The photo that counts for a record: sha256, file_name, width, height, size; None when there is none to show."""
    desk.require(Duty.READ)
    found = desk.frame(_OF_RECORD, record_id=record_id)
    return found.row(0, named=True) if found.height else None


def small(desk: Desk, record_id: int) -> bytes | None:
    """A record's photo as a small upright RGB JPEG; None when there is none, or its bytes were never kept."""
    desk.require(Duty.READ)
    told = of_record(desk, record_id)
    path = place(desk.db.folder, str(told["sha256"])) if told else None
    if path is None or not path.exists():
        return None
    with Image.open(path, formats=("JPEG",)) as photo:
        photo.draft("RGB", _SMALL)
        upright = ImageOps.exif_transpose(photo).convert("RGB")
    upright.thumbnail(_SMALL)
    written = BytesIO()
    upright.save(written, "JPEG", quality=85)
    return written.getvalue()
