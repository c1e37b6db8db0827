"""更换密钥: a store nobody has open put under a key, under another, or under none: written anew beside itself, then put in its place.

Must not know what is in the store.
"""

import os
import shutil
from contextlib import closing
from pathlib import Path

from core import at_rest, disk
from core.at_rest import Key
from core.backup import TABLES
from core.database import REKEYED, Database
from core.errors import BadRequest, NotFound

_OWN = ("filings/*.parquet", "feedback/*/*.parquet", "inbox/jobs/*/tables/*.parquet", "inbox/jobs/*/found/**/*.parquet")
"""Parquet of the store's own that outlives the work in hand."""


def rekey(home: Path, before: Key | None, after: Key | None) -> int:
    """Write the tables and the Parquet of a store anew under another key, None being no key; returns how many files.

    Nothing of the store is altered until all is written; where that was cut short, the same call goes on from there. Raises
    NotFound where there is no store, StoreBusy, KeyRefused, BadRequest for a damaged file, DiskFull.
    """
    staged = (home / REKEYED).parent
    with disk.told_when_full():
        if not (home / REKEYED).exists():
            _write_anew(home, staged, before, after)
        if (staged / TABLES).exists():
            Database(staged, after).close()
        return _put_in_place(home, staged)


def _write_anew(home: Path, staged: Path, before: Key | None, after: Key | None) -> None:
    if not (home / TABLES).is_file():
        raise NotFound("数据目录里没有数据库，请核对 --home。", "There is no store in this folder. Check --home.")
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    with closing(Database(home, before)) as db:
        db.copy_under(after, staged / TABLES)
        for path in sorted(path for pattern in _OWN for path in home.glob(pattern)):
            _anew(path, staged / path.relative_to(home), before, after)
    disk.write_whole(home / REKEYED, b"")


def _anew(path: Path, target: Path, before: Key | None, after: Key | None) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        at_rest.rewrite(path, target, before, after)
    except at_rest.Damaged:
        raise BadRequest(
            f"文件“{path.name}”已损坏，密钥没有更换，数据没有改动。请运行 python -m core audit 查明，从备份恢复该文件后重试。",
            f"The file “{path.name}” is damaged: the key was not changed, nothing was altered. Look with python -m core audit, "
            "bring the file back from a backup, then try again.",
        ) from None
    with target.open("rb") as written:
        os.fsync(written.fileno())


def _put_in_place(home: Path, staged: Path) -> int:
    """What was written anew put over what was there, the tables last: until then nobody can open the store."""
    found = [path for path in staged.rglob("*") if path.is_file() and path != home / REKEYED]
    for path in sorted(found, key=lambda path: path.name == TABLES):
        path.replace(home / path.relative_to(staged))
    for folder in {path.parent for path in found}:
        disk.secure(home / folder.relative_to(staged))
    shutil.rmtree(staged)
    return len(found)
