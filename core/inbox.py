"""收件目录: what lies in a folder with one folder for each institution, whatever it is called and in whatever state.

`inbox/institutions/10001/` holds data files, or folders with a package each (core.package). Must not know how a package is
loaded.
"""

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core import attachments, package
from core.database import Database
from core.errors import BadRequest, CentreError
from core.job import JobFile
from core.jobs import Asking
from core.package import Package

_CODE = re.compile(r"[0-9]{5}")

State = frozenset[tuple[str, int, int]]


class Unopened(CentreError):
    """The system does not let it be opened."""

    def __init__(self) -> None:
        super().__init__(
            "打不开：没有读取权限、文件夹层数太多，或磁盘有故障。请系统管理员检查后重新放入。",
            "It cannot be opened: no permission to read, folders too deep, or a fault of the disk. Ask the administrator.",
        )


@dataclass(frozen=True)
class Found:
    """Something in an institution's folder: a data file, or a folder with a package."""

    institution: str
    path: Path

    @property
    def state(self) -> State:
        """Its files with sizes and times, by which a change is seen."""
        return frozenset((str(path), (told := path.stat()).st_size, told.st_mtime_ns) for path in self._files())

    @property
    def name(self) -> str:
        """Its name in signs that can be shown: what is not UTF-8 is taken for GBK, as old systems write it."""
        return _shown(self.path.name)

    def package(self) -> Package:
        """Its parts. Raises BadRequest for what cannot be a package, and OSError for what cannot be opened or has gone."""
        for path in (self.path, *self.path.rglob("*")):
            _require_utf8(path.name)
        if self.path.is_dir():
            return package.of_folder(self.path)
        if self.path.suffix.lower() not in package.DATA or not stat.S_ISREG(self.path.stat().st_mode):
            raise BadRequest(
                "单位文件夹里只放数据文件（CSV、XLSX、XLS、DBF），照片和扫描件请与数据文件一起放进一个子文件夹。",
                "An institution's folder holds data files only; put photos and scans into a folder of their own with the data.",
            )
        return Package((self.path,))

    def _files(self) -> Iterator[Path]:
        return (each for each in ([self.path] if self.path.is_file() else self.path.rglob("*")) if each.is_file())


def folder_of(db: Database) -> Path:
    """The folder into which the institutions' folders go, made when absent."""
    folder = db.folder.resolve() / "inbox" / "institutions"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def found_in(folder: Path) -> list[Found]:
    """Everything in the institutions' folders below this one, in order; what systems and copying programs leave is not.

    A folder that cannot be opened stands for what is in it.
    """
    folders = (path for path in folder.iterdir() if _CODE.fullmatch(path.name) and path.is_dir())
    institutions = sorted(path for path in folders if not path.is_symlink())
    return [Found(institution.name, path) for institution in institutions for path in _in(institution)]


def _in(institution: Path) -> list[Path]:
    try:
        inside = sorted(institution.iterdir())
    except FileNotFoundError:
        return []
    except OSError:
        return [institution]
    return [path for path in inside if not package.is_junk(path.name) and not path.is_symlink() and not _is_empty(path)]


def _is_empty(path: Path) -> bool:
    """Whether it is a folder with nothing in it, as far as that can be seen."""
    try:
        return not path.is_file() and not any(path.iterdir())
    except OSError:
        return False


def asking(db: Database, found: Found, *, way: str) -> Asking:
    """Ask for what was found to be loaded, leaving it where it is; its scans are kept.

    Raises BadRequest for what cannot be a package, CentreError for what cannot be opened, FileNotFoundError for what has gone,
    and as attachments.keep_file.
    """
    try:
        parts = found.package()
        scans = tuple(attachments.keep_file(db, scan) for scan in parts.scans)
        files = tuple(JobFile(path.name, path.stat().st_size) for path in parts.files)
    except FileNotFoundError:
        raise
    except OSError:
        raise Unopened from None
    return Asking(found.name, parts, files, found.institution, way, scans, copied=True)


def _shown(name: str) -> str:
    raw = os.fsencode(name)
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _require_utf8(name: str) -> None:
    if (shown := _shown(name)) != name:
        raise BadRequest(
            f"“{shown}”的名称不是UTF-8编码，无法登记。请改名后重新放入。", f"The name “{shown}” is not UTF-8. Rename it and lay it in again.",
        )
