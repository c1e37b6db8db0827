"""数据包目录: how a publication package comes to lie among the others, whole or not at all, and which one is in force.

Must not know what is in a package, nor why it is written.
"""

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import polars as pl

from core import disk, pictures
from core.errors import NotAllowed
from core.public import package as packages
from core.public.package import DATA, LATEST, MANIFEST, PHOTO, PHOTOS, Manifest, Package

_BEGUN, _STAGED, _AHEAD = ".part", ".staged", ".latest"
"""A package being written, one that waits for what is stored with it, and the pointer to that."""


@contextmanager
def turn(root: Path) -> Iterator[None]:
    """Be the only one who writes packages below `root`; raises NotAllowed while someone else is."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".writing").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAllowed("正在打另一个数据包，请稍后再试。", "Another package is being written. Try again later.") from None
        yield


@contextmanager
def unfinished(root: Path) -> Iterator[tuple[Path, Package | None]]:
    """A folder to write the next package into, and the package before it; nothing is left of a package not completed."""
    folder = root / _BEGUN
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder, next(reversed(packages.every(root)), None)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def completed(
    folder: Path, previous: Package | None, *, kind: str, at: datetime, ruleset: dict[str, object], counts: list[dict],
    changes: dict[str, int], photos_of: Path | None,
) -> Package:
    """The package in an unfinished folder made whole and staged: photos of the store `photos_of` beside it, its manifest,
    everything on disk."""
    data = folder / DATA[kind]
    photos = _lay_beside(folder, photos_of, data) if photos_of else 0
    with data.open("rb") as file:
        os.fsync(file.fileno())
    manifest = Manifest(
        number=previous.manifest.number + 1 if previous else 1, kind=kind, made_at=f"{at:%Y-%m-%dT%H:%M:%S}", ruleset=ruleset,
        records=sum(line["records"] for line in counts), changes=changes, counts=counts,
        files=[{"name": data.name, "sha256": disk.sha256_of(data), "size": data.stat().st_size, "rows": sum(changes.values())}],
        photos=photos, previous=previous.sha256 if previous else None,
    )
    disk.write_whole(folder / MANIFEST, manifest.written())
    for each in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
        disk.secure(each)
    staged = folder.with_name(_STAGED)
    shutil.rmtree(staged, ignore_errors=True)
    folder.rename(staged)
    disk.secure(staged.parent)
    return packages.opened(staged)


def numbered(package: Package) -> Package:
    """A staged package put among the others, under its number."""
    finished = package.folder.with_name(packages.folder_name(package.manifest.number))
    package.folder.rename(finished)
    disk.secure(finished.parent)
    return packages.opened(finished)


def point_ahead(root: Path, staged: Package) -> None:
    """Write the pointer to a staged package beforehand, so that `settle` takes no room on the disk."""
    disk.write_whole(root / _AHEAD, packages.folder_name(staged.manifest.number).encode())


def settle(root: Path, promised: str | None) -> None:
    """Put a staged package among the others and in force when its manifest has the promised hash; forget any other, begun
    or whole.

    Safe to repeat, whatever was done of it before.
    """
    staged = root / _STAGED
    shutil.rmtree(root / _BEGUN, ignore_errors=True)
    if staged.exists():
        if promised and packages.opened(staged).sha256 == promised:
            numbered(packages.opened(staged))
        else:
            shutil.rmtree(staged)
    last = next(reversed(packages.every(root)), None)
    if promised and last and last.sha256 == promised and (root / _AHEAD).exists():
        (root / _AHEAD).replace(root / LATEST)
        disk.secure(root)
    (root / _AHEAD).unlink(missing_ok=True)


def release(root: Path, package: Package) -> None:
    """Put a package in force: the lookup goes over to it. Never back: what undoes a package is a package after it."""
    standing = packages.latest(root)
    if standing and standing.manifest.number >= package.manifest.number:
        raise NotAllowed(
            f"第{standing.manifest.number}号包已经发布，不能退回到更早的包。请打新包。",
            f"Package {standing.manifest.number} is released already. Going back takes a new package.",
        )
    disk.write_whole(root / LATEST, package.folder.name.encode())
    disk.secure(root)


def release_last(root: Path) -> Package:
    """Put the last package written in force, unless it is already; returns it."""
    last = packages.every(root)[-1]
    if packages.latest(root) != last:
        release(root, last)
    return last


def _lay_beside(folder: Path, store: Path, data: Path) -> int:
    """Put the photos of the package's certificates beside it, those whose bytes are kept; tells how many."""
    laid = 0
    for sha256 in pl.read_parquet(data, columns=[PHOTO])[PHOTO].drop_nulls().unique():
        kept, beside = pictures.place(store, sha256), folder / PHOTOS / sha256[:2] / sha256
        if not kept.exists():
            continue
        beside.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(kept, beside)
        except OSError as fault:
            if fault.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK):
                raise
            disk.write_whole(beside, kept.read_bytes())
        laid += 1
    return laid
