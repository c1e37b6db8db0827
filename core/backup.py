"""备份: the store kept a second time, as it was at one moment, while people work: its tables, and every file beside them by hash.

`000001/` … tell what each backup is of; `objects/` has the bytes, each once. A backup needs nothing beside its folder. Must not
know what the files mean, nor how one is restored.
"""

import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import polars as pl

from core import disk, package_folder
from core.database import Database
from core.errors import BadRequest, BrokenBackup, NotAllowed

TABLES = "desk.duckdb"
"""The store's own file, of which a copy as of one moment is kept."""
_LEFT_OUT = re.compile(
    r"desk\.duckdb.*|sign-in\.sqlite.*|(work|leftovers|backups|requests|inbox/institutions|photos/under-way|photos/unfinished)/.*"
    r"|packages/\.[^/]*(/.*)?|.*\.part"
)
"""What is no one's keeping: work in hand, who is signed in, what has not been taken in yet."""
_BY_HASH = re.compile(r"[0-9a-f]{64}")
_FILES = {"path": pl.String, "sha256": pl.String, "size": pl.Int64, "changed": pl.Int64}


@dataclass(frozen=True)
class Backup:
    """One backup: its folder, its number, when and before what it was made, and the hash of its list of files."""

    folder: Path
    number: int
    made_at: str
    why: str
    files: int
    size: int
    sha256: str

    def contents(self) -> pl.DataFrame:
        """The files it has: path below the store's folder, sha256, size. Raises BrokenBackup for a list not as written."""
        path = self.folder / "files.parquet"
        if not path.is_file() or disk.sha256_of(path) != self.sha256:
            raise BrokenBackup(
                f"第{self.number}号备份的文件清单缺失或被改动，请改用另一份备份。",
                f"The list of files of backup {self.number} is gone or altered. Use another backup.",
            )
        return pl.read_parquet(path)

    def place(self, sha256: str) -> Path:
        """Where the bytes with a hash lie."""
        return _place(self.folder.parent, sha256)


def folder_of(db: Database) -> Path:
    """Where a store's backups lie unless told otherwise: DESK_BACKUPS, best on another disk, or `backups` in its own folder."""
    told = os.environ.get("DESK_BACKUPS")
    return Path(told) if told else db.folder / "backups"


def before(db: Database, at: datetime, why: str) -> Backup | None:
    """A backup made of itself before something that cannot be undone; the last few of its kind are kept (DESK_BACKUPS_KEPT,
    usually 5; with 0 none is made)."""
    keep = int(os.environ.get("DESK_BACKUPS_KEPT", "5"))
    if not keep:
        return None
    made = make(db, folder_of(db), at, why=why)
    _forget(made.folder.parent, keep)
    return made


def make(db: Database, root: Path, at: datetime, *, why: str = "asked") -> Backup:
    """Back the store up below `root`, reading again what was written. People go on working; no package is written meanwhile.

    Bytes that are there already are not written twice. Raises NotAllowed while another backup or package is being written,
    BadRequest for a folder that cannot be written to, DiskFull, and BrokenBackup for what reads otherwise than it was written.
    """
    root = root.resolve()
    if root.is_relative_to(db.folder.resolve()) and root != (db.folder / "backups").resolve():
        raise BadRequest("备份不能放在数据目录里面，请另选目录。", "A backup cannot lie inside the store's folder. Choose another.")
    with disk.told_when_full(), _alone(root):
        last = next(reversed(every(root)), None)
        kept = _Keeping(root, last)
        tables = root / "objects" / f"{uuid4().hex}.part"
        try:
            with package_folder.turn(db.folder / "packages"):
                db.copy_whole(tables)
                kept.all_in(db.folder, "packages")
            kept.moved_in(tables)
        finally:
            tables.unlink(missing_ok=True)
        for name in sorted(path.name for path in db.folder.iterdir()):
            if name != "packages":
                kept.all_in(db.folder, name)
        return kept.finish(last.number + 1 if last else 1, at, why)


def every(root: Path) -> list[Backup]:
    """The backups below a folder, in the order they were made."""
    found = []
    for path in sorted(root.glob("[0-9]" * 6)):
        with suppress(FileNotFoundError, ValueError):
            found.append(Backup(path, int(path.name), **json.loads((path / "manifest.json").read_text(encoding="utf-8"))))
    return found


class _Keeping:
    """One backup in the making: the bytes kept so far, told by path."""

    def __init__(self, root: Path, last: Backup | None) -> None:
        self._root = root
        self._files: list[tuple[str, str, int, int]] = []
        told = last.contents().rows() if last else []
        self._before = {path: (sha256, size, changed) for path, sha256, size, changed in told}
        self._new: list[str] = []

    def all_in(self, store: Path, name: str) -> None:
        """Keep a file or folder of the store with all that is in it; what goes meanwhile was nobody's."""
        if _LEFT_OUT.fullmatch(f"{name}/"):
            return
        top = store / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            told = path.relative_to(store).as_posix()
            if _LEFT_OUT.fullmatch(told) or path.is_symlink() or not path.is_file():
                continue
            with suppress(FileNotFoundError):
                state = path.stat()
                self._files.append((told, self._kept(path, told, state), state.st_size, state.st_mtime_ns))

    def moved_in(self, tables: Path) -> None:
        """Keep the copy of the tables, which is moved to its place."""
        sha256, size = disk.sha256_of(tables), tables.stat().st_size
        place = _place(self._root, sha256)
        place.parent.mkdir(exist_ok=True)
        tables.replace(place)
        self._new.append(sha256)
        self._files.append((TABLES, sha256, size, 0))

    def finish(self, number: int, at: datetime, why: str) -> Backup:
        """Read again what was written, then put the backup among the others, whole."""
        for sha256 in self._new:
            if disk.sha256_of(_place(self._root, sha256)) != sha256:
                _place(self._root, sha256).unlink()
                raise BrokenBackup(
                    "备份写入后读出的内容不一致，请检查磁盘后重新备份。",
                    "What was written reads otherwise. Check the disk, then back up again.",
                )
        begun = self._root / f"{number:06}.part"
        shutil.rmtree(begun, ignore_errors=True)
        begun.mkdir()
        pl.DataFrame(self._files, _FILES, orient="row").write_parquet(begun / "files.parquet")
        told = Backup(
            self._root / f"{number:06}", number, f"{at:%Y-%m-%dT%H:%M:%S}", why, len(self._files),
            sum(size for _, _, size, _ in self._files), disk.sha256_of(begun / "files.parquet"),
        )
        manifest = {key: value for key, value in asdict(told).items() if key not in ("folder", "number")}
        disk.write_whole(begun / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        disk.secure(begun)
        begun.rename(told.folder)
        disk.secure(self._root)
        return told

    def _kept(self, path: Path, told: str, state: os.stat_result) -> str:
        """The hash of a file whose bytes are kept; not read where its name is its hash, or it is as it was the last time."""
        sha256, size, changed = self._before.get(told, (path.name, -1, -1))
        same = (size, changed) == (state.st_size, state.st_mtime_ns) or _BY_HASH.fullmatch(path.name)
        if same and _place(self._root, sha256).exists():
            return sha256
        unfinished = self._root / "objects" / f"{uuid4().hex}.part"
        try:
            sha256, _ = disk.copied(path, unfinished)
            place = _place(self._root, sha256)
            if not place.exists():
                place.parent.mkdir(exist_ok=True)
                unfinished.replace(place)
                self._new.append(sha256)
        finally:
            unfinished.unlink(missing_ok=True)
        return sha256


def _forget(root: Path, keep: int) -> None:
    """Take away all but the last few backups made of themselves, and the bytes no backup has any more."""
    with _alone(root):
        of_themselves = [each for each in every(root) if each.why != "asked"]
        for each in of_themselves[:-keep]:
            shutil.rmtree(each.folder)
        if of_themselves[:-keep]:
            needed = {sha256 for each in every(root) for sha256 in each.contents()["sha256"]}
            for path in (root / "objects").glob("*/*"):
                if path.name not in needed:
                    path.unlink()


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    try:
        (root / "objects").mkdir(parents=True, exist_ok=True)
        lock = (root / ".writing").open("w")
    except (PermissionError, FileExistsError, NotADirectoryError):
        raise BadRequest("备份目录无法写入，请检查路径和权限。", "The backup folder cannot be written to. Check path and rights.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAllowed("正在做另一次备份，请稍后再试。", "Another backup is being made. Try again later.") from None
        yield


def _place(root: Path, sha256: str) -> Path:
    return root / "objects" / sha256[:2] / sha256
