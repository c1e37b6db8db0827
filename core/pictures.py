"""电子照片 kept: the photos of a filing's records by the hash of their bytes, and a small picture of one to look at.

Must not know how photos are matched or judged.
"""

import hashlib
from io import BytesIO
from pathlib import Path
from typing import IO

from PIL import Image, ImageOps

from core import disk, photo_files
from core.desk import Desk
from core.photos import LARGEST

_SMALL = (150, 210)

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


def keep(source: Path, wanted: set[str], folder: Path) -> None:
    """Copy the photos with these hashes out of a folder or zip, each once, to where `place` says.

    A photo is there whole or not at all. Raises DiskFull, and BadRequest as photo_files.through does.
    """

    def copy(_: str, photo: IO[bytes]) -> None:
        content = photo.read(LARGEST + 1)
        sha256 = hashlib.sha256(content).hexdigest()
        if sha256 not in wanted or (kept := place(folder, sha256)).exists():
            return
        disk.write_whole(kept, content)

    photo_files.through(source, copy)


def place(folder: Path, sha256: str) -> Path:
    """Where a photo is kept below the store's folder: photos/ab/ab12…"""
    return folder / "photos" / sha256[:2] / sha256


def of_record(desk: Desk, record_id: int) -> dict[str, object] | None:
    """The photo that counts for a record: sha256, file_name, width, height, size; None when there is none to show."""
    found = desk.frame(_OF_RECORD, record_id=record_id)
    return found.row(0, named=True) if found.height else None


def small(desk: Desk, record_id: int) -> bytes | None:
    """A record's photo as a small upright RGB JPEG; None when there is none, or its bytes were never kept."""
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
