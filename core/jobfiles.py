"""任务文件: the parts of packages brought into the store's keeping for as long as their jobs need them.

Must not know jobs, or the database.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from core import disk
from core.job import kept_name
from core.package import SHEET, Package


@contextmanager
def kept(inbox: Path, packages: Sequence[tuple[Package, bool]]) -> Iterator[list[str]]:
    """Packages, each in a folder of its own below `inbox`, there whole or not at all; gives the folders' names.

    Parts are moved, or where so told left where they are too. An error within gives everything back. Raises DiskFull.
    """
    taken: list[tuple[Path, dict[Path, str], bool]] = []
    try:
        with disk.told_when_full():
            for package, copied in packages:
                folder = inbox / uuid4().hex
                unfinished = folder.with_suffix(".part")
                parts = _names(package)
                taken.append((folder, parts, copied))
                unfinished.mkdir()
                for part, called in parts.items():
                    (_link if copied else shutil.move)(part, unfinished / called)
                    _secure(unfinished / called)
                unfinished.rename(folder)
        yield [folder.name for folder, *_ in taken]
    except BaseException:
        for folder, parts, copied in taken:
            _give_back(folder, {} if copied else parts)
        raise


def _names(package: Package) -> dict[Path, str]:
    named = {part: kept_name(place) for place, part in enumerate(package.files)}
    return named | {part: called for part, called in ((package.photos, "photos"), (package.sheet, SHEET)) if part}


def _give_back(folder: Path, parts: dict[Path, str]) -> None:
    for where in (folder, folder.with_suffix(".part")):
        for part, called in parts.items():
            if (where / called).exists():
                shutil.move(where / called, part)
        shutil.rmtree(where, ignore_errors=True)


def _link(part: Path, kept: Path) -> None:
    """A second name for the same bytes, or where that cannot be, a copy."""
    if part.is_dir():
        shutil.copytree(part, kept)
        return
    try:
        os.link(part, kept)
    except OSError:
        shutil.copyfile(part, kept)


def _secure(path: Path) -> None:
    if path.is_file():
        with path.open("rb") as file:
            os.fsync(file.fileno())
