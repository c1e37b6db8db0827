"""恢复: a store brought back from a backup into an empty folder, with nothing else, and looked over before anybody works with it.

Must not know how a backup is made.
"""

import errno
import json
import os
import shutil
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import at_rest, audit, backup, disk, store
from core.at_rest import KeyRefused
from core.audit import Verdict
from core.backup import TABLES, Backup
from core.database import Database
from core.desk import COMMAND_LINE, Desk, system_clock
from core.errors import BrokenBackup, NotAllowed, NotFound

_TRIED = "tried.json"
"""Beside a backup's own files: when it was last tried out, and what came of it."""


@dataclass(frozen=True)
class Tried:
    """When a backup was last tried out, and how many invariants did not hold; None: it was not whole."""

    at: datetime
    broken: int | None


def tried(kept: Backup) -> Tried | None:
    """What came of trying a backup out the last time; None while nobody has."""
    try:
        told = json.loads((kept.folder / _TRIED).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Tried(datetime.fromisoformat(told["at"]), told["broken"])


def chosen(root: Path, number: int | None = None) -> Backup:
    """A backup below a folder by its number, or the last one. Raises NotFound."""
    found = [each for each in backup.every(root) if number in (None, each.number)]
    if not found:
        raise NotFound("没有找到这份备份，请核对备份目录和编号。", "There is no such backup. Check the folder and the number.")
    return found[-1]


def restore(kept: Backup, home: Path) -> list[Verdict]:
    """Bring a store back into a folder in which there is none; returns what the audit says of it.

    Every byte is compared with its hash on the way; a store of an older version is brought up to this one. Raises NotAllowed
    for a folder with anything in it; BrokenBackup and KeyRefused, and then nothing is left there; DiskFull, NewerStore.
    """
    if home.exists() and any(home.iterdir()):
        raise NotAllowed("目标目录里已有文件。请指定一个空目录。", "The folder is not empty. Name an empty one.")
    unfinished = home.parent / f"{home.name}.part"
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        with disk.told_when_full():
            _bring_back(kept, unfinished, linked=False)
            Database(unfinished, at_rest.key()).close()
            if home.exists():
                home.rmdir()
            unfinished.rename(home)
            disk.secure(home.parent)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return looked_over(home)


def verify(kept: Backup) -> list[Verdict]:
    """Restore a backup beside itself for a trial and audit it; nothing stays of that but when, and what came of it (`tried`).
    Raises as restore; a key refused says nothing of the backup."""
    broken, told_of_it = None, True
    with disk.told_when_full(), tempfile.TemporaryDirectory(dir=kept.folder.parent, prefix=".trial-") as trial:
        try:
            home = Path(trial) / "store"
            _bring_back(kept, home, linked=True)
            verdicts = looked_over(home)
            broken = audit.unheld(verdicts)
        except KeyRefused:
            told_of_it = False
            raise
        finally:
            if told_of_it:
                told = {"at": f"{system_clock():%Y-%m-%dT%H:%M:%S}", "broken": broken}
                disk.write_whole(kept.folder / _TRIED, json.dumps(told).encode())
    return verdicts


def looked_over(home: Path) -> list[Verdict]:
    """What the audit says of a store nobody has open yet."""
    with closing(store.open_store(home, backed_up=True)) as db:
        return audit.audit(Desk(db, COMMAND_LINE, system_clock))


def _bring_back(kept: Backup, home: Path, *, linked: bool) -> None:
    """All files of a backup in a folder; `linked` shares their bytes where the disk can, but for the tables."""
    home.mkdir(parents=True)
    for path, sha256 in kept.contents().select("path", "sha256").iter_rows():
        target = home / path
        if not target.resolve().is_relative_to(home.resolve()):
            raise _broken(kept, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _put(kept.place(sha256), target, linked=linked and path != TABLES)
        except FileNotFoundError:
            raise _broken(kept, path) from None
        if disk.sha256_of(target) != sha256:
            raise _broken(kept, path)
    if not (home / TABLES).exists():
        raise _broken(kept, TABLES)


def _put(source: Path, target: Path, *, linked: bool) -> None:
    if linked:
        try:
            os.link(source, target)
            return
        except OSError as fault:
            if fault.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP):
                raise
    shutil.copyfile(source, target)
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _broken(kept: Backup, path: str) -> BrokenBackup:
    return BrokenBackup(
        f"第{kept.number}号备份里“{path}”缺失或被改动，没有恢复。请改用另一份备份。",
        f"“{path}” of backup {kept.number} is gone or altered; nothing was restored. Use another backup.",
    )
