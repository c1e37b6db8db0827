"""收件目录: packages laid into a folder, one folder for each institution, taken up when nobody writes to them any more.

`inbox/institutions/10001/` holds data files, or folders with a package each (core.package). Must not know how a package is
loaded.
"""

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core import attachments, package
from core.database import Database
from core.desk import Desk
from core.errors import BadRequest, CentreError, DiskFull
from core.job import JobFile
from core.jobs import Asking
from core.package import Package

QUIET = 20.0
"""Seconds a package must not have changed before it is taken: a file still being copied grows."""
_EVERY = 2.0
_CODE = re.compile(r"[0-9]{5}")

State = frozenset[tuple[str, int, int]]


@dataclass(frozen=True)
class Found:
    """Something in an institution's folder: a data file, or a folder with a package."""

    institution: str
    path: Path

    @property
    def state(self) -> State:
        """Its files with sizes and times, by which a change is seen."""
        return frozenset((str(path), (told := path.stat()).st_size, told.st_mtime_ns) for path in self._files())

    def package(self) -> Package:
        """Its parts. Raises BadRequest for what cannot be a package."""
        if self.path.is_dir():
            return package.of_folder(self.path)
        if self.path.suffix.lower() not in package.DATA:
            raise BadRequest(
                "单位文件夹里只放数据文件（CSV、XLSX、XLS、DBF），照片和扫描件请与数据文件一起放进一个子文件夹。",
                "An institution's folder holds data files only; put photos and scans into a folder of their own with the data.",
            )
        return Package((self.path,))

    def _files(self) -> Iterator[Path]:
        return (each for each in ([self.path] if self.path.is_file() else self.path.rglob("*")) if each.is_file())


@dataclass(frozen=True)
class Trouble:
    """Why something in an institution's folder is not taken; it stays where it is."""

    institution: str
    name: str
    zh: str
    en: str


def folder_of(db: Database) -> Path:
    """The folder into which the institutions' folders go, made when absent."""
    folder = db.folder.resolve() / "inbox" / "institutions"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def found_in(folder: Path) -> list[Found]:
    """Everything in the institutions' folders below this one, in order; what systems and copying programs leave is not."""
    folders = (path for path in folder.iterdir() if _CODE.fullmatch(path.name) and path.is_dir())
    institutions = sorted(path for path in folders if not path.is_symlink())
    return [
        Found(institution.name, path)
        for institution in institutions for path in sorted(institution.iterdir())
        if not package.is_junk(path.name) and not path.is_symlink() and (path.is_file() or any(path.iterdir()))
    ]


def asking(db: Database, found: Found, *, way: str) -> Asking:
    """Ask for what was found to be loaded, leaving it where it is; its scans are kept. Raises BadRequest as Found.package and attachments.keep."""
    parts = found.package()
    scans = tuple(attachments.keep(db, scan.read_bytes(), scan.name) for scan in parts.scans)
    files = tuple(JobFile(path.name, path.stat().st_size) for path in parts.files)
    return Asking(found.path.name, parts, files, found.institution, way, scans, copied=True)


class Watch:
    """Looks into the folder again and again, and asks for what has come to rest; what is taken is gone from there."""

    def __init__(
        self, desk: Desk, ask: Callable[[Desk, Sequence[Asking]], object], *, quiet: float = QUIET, every: float = _EVERY
    ) -> None:
        self._desk, self._ask, self.quiet = desk, ask, quiet
        self.folder = folder_of(desk.db)
        self._seen: dict[Found, tuple[State, float]] = {}
        self.troubles: tuple[Trouble, ...] = ()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, args=(every,), name="inbox", daemon=True)

    def start(self) -> "Watch":
        """Begin to look, in a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Look no more."""
        self._ended.set()
        self._thread.join()

    def look(self, at: float) -> None:
        """Take what has not changed for long enough; `at` is a moment in seconds, ever later."""
        resting, troubles, seen = [], [], {}
        for found in found_in(self.folder):
            try:
                state = found.state
            except FileNotFoundError:  # taken away while it was looked at
                continue
            before = self._seen.get(found)
            seen[found] = before if before and before[0] == state else (state, at)
            if at - seen[found][1] < self.quiet:
                continue
            try:
                resting.append((found, asking(self._desk.db, found, way="inbox")))
            except CentreError as refusal:
                troubles.append(Trouble(found.institution, found.path.name, refusal.zh, refusal.en))
        try:
            if resting:
                self._ask(self._desk, [each for _, each in resting])
            for found, _ in resting:
                self._clear(found)
        except DiskFull as refusal:  # it stays, and is asked for again when it is next looked at
            troubles += [Trouble(found.institution, found.path.name, refusal.zh, refusal.en) for found, _ in resting]
        self._seen, self.troubles = seen, tuple(troubles)

    def _clear(self, found: Found) -> None:
        """A package that was taken leaves the inbox: it is in the store's keeping."""
        shutil.rmtree(found.path) if found.path.is_dir() else found.path.unlink()

    def _go_on(self, every: float) -> None:
        while not self._ended.wait(every):
            self.look(time.monotonic())
