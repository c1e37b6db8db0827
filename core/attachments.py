"""扫描件: scans that came as PDF or JPEG, kept by the hash of their bytes and never shown other than as a download.

Must not know what they prove.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

import polars as pl

from core import disk
from core.database import Database, Transaction
from core.desk import Desk
from core.errors import BadRequest, NotFound
from core.vocabulary import Duty

LARGEST = 50 * 1000**2
"""Bytes a scan may have."""
_KINDS = {b"%PDF-": "pdf", b"\xff\xd8\xff": "jpg"}

_OF_FILING = """
SELECT a.purpose, a.sha256, a.file_name, a.size, a.kept_at, a.kept_by
FROM attachment AS a JOIN filing AS f ON f.filing_id = a.subject_id
WHERE a.subject = 'filing' AND f.filing_id = $filing_id AND ($scope IS NULL OR f.province = $scope)
ORDER BY a.kept_at, a.file_name"""

_OF_EXPLANATION = """
SELECT a.purpose, a.sha256, a.file_name, a.size, a.kept_at, a.kept_by
FROM attachment AS a JOIN explanation AS e ON e.explanation_id = a.subject_id
WHERE a.subject = 'explanation' AND e.explanation_id = $explanation_id AND ($scope IS NULL OR e.province = $scope)
    AND ($sees_classified OR NOT e.classified)
ORDER BY a.kept_at, a.file_name"""


@dataclass(frozen=True)
class Scan:
    """A scan whose bytes are in the store, not yet tied to anything."""

    sha256: str
    file_name: str
    size: int


def keep(db: Database, content: bytes, file_name: str) -> Scan:
    """Put a scan's bytes into the store. Raises DiskFull, and BadRequest for anything that is no PDF or JPEG, whatever its name."""
    kind = next((kind for start, kind in _KINDS.items() if content.startswith(start)), None)
    if kind is None:
        raise BadRequest("扫描件须为PDF或JPG文件，请重新扫描或另存后上传。", "A scan must be a PDF or JPG file; save it as one.")
    if len(content) > LARGEST:
        raise BadRequest("扫描件超过50 MB，请降低分辨率后上传。", "The scan is over 50 MB; scan it at a lower resolution.")
    sha256 = hashlib.sha256(content).hexdigest()
    folder = db.folder / "attachments"
    if not (folder / sha256).exists():
        disk.write_whole(folder / sha256, content)
        db.secure("attachments")
    return Scan(sha256, _plain(file_name, kind), len(content))


def keep_file(db: Database, path: Path) -> Scan:
    """Put a scan that lies in a file into the store, however large the file: no more of it is read than a scan may have.

    Raises as `keep`.
    """
    with path.open("rb") as file:
        return keep(db, file.read(LARGEST + 1), path.name)


def attach(tx: Transaction, desk: Desk, scan: Scan, *, subject: str, subject_id: int, purpose: str) -> None:
    """Tie a scan to what it proves, within the transaction that says so."""
    attach_all(tx, desk, [(scan, subject_id)], subject=subject, purpose=purpose)


def attach_all(tx: Transaction, desk: Desk, scans: Sequence[tuple[Scan, int]], *, subject: str, purpose: str) -> None:
    """Tie scans to what each proves, told by its number, as `attach` does one."""
    if scans:
        tx.append("attachment", pl.DataFrame([
            {
                "subject": subject, "subject_id": subject_id, "purpose": purpose, "sha256": scan.sha256,
                "file_name": scan.file_name, "size": scan.size, "kept_at": desk.now(), "kept_by": desk.actor.key,
            }
            for scan, subject_id in scans
        ]))


def of_filing(desk: Desk, filing_id: int) -> pl.DataFrame:
    """The scans of a filing: purpose (resolution, approval or return), sha256, file_name, size, kept_at, kept_by."""
    desk.require(Duty.READ)
    return desk.frame(_OF_FILING, filing_id=filing_id)


def content(desk: Desk, filing_id: int, sha256: str) -> bytes:
    """The bytes of a filing's scan. Raises NotFound outside the person's scope."""
    desk.require(Duty.READ)
    if sha256 not in of_filing(desk, filing_id)["sha256"].to_list():
        raise NotFound("没有找到这份扫描件。", "There is no such scan.")
    return (desk.db.folder / "attachments" / sha256).read_bytes()


def of_explanation(desk: Desk, explanation_id: int) -> pl.DataFrame:
    """The scans of a written explanation and of the province's opinions on it: purpose (explanation or opinion), sha256,
    file_name, size, kept_at, kept_by."""
    desk.require(Duty.READ)
    return desk.frame(_OF_EXPLANATION, explanation_id=explanation_id)


def explanation_content(desk: Desk, explanation_id: int, sha256: str) -> bytes:
    """The bytes of an explanation's scan. Raises NotFound outside the person's scope."""
    if sha256 not in of_explanation(desk, explanation_id)["sha256"].to_list():
        raise NotFound("没有找到这份扫描件。", "There is no such scan.")
    return (desk.db.folder / "attachments" / sha256).read_bytes()


def _plain(file_name: str, kind: str) -> str:
    """The file's own name without any folder, and with the ending of what it really is."""
    stem = PurePath(file_name.replace("\\", "/")).stem.strip(". ") or "scan"
    return f"{stem[:80]}.{kind}"
