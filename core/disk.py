"""磁盘: files written whole or not at all, copied and hashed; and a full disk told as what it is.

Must not know what is in the files.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from polars.exceptions import PolarsError

from core.errors import DiskFull

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_IN_WORDS = (*(os.strerror(code) for code in _NO_ROOM), "max_temp_directory_size")
"""How libraries that keep no error number say it; the last is the database's word on its own overflow files."""


@contextmanager
def told_when_full(*kinds: type[Exception]) -> Iterator[None]:
    """Raise DiskFull where writing within finds no room; `kinds` are errors, beside those of files, that may say so."""
    try:
        yield
    except (OSError, PolarsError, *kinds) as fault:
        if getattr(fault, "errno", None) in _NO_ROOM or any(words in str(fault) for words in _IN_WORDS):
            raise DiskFull from None
        raise


def write_whole(path: Path, content: bytes, *, begun_in: Path | None = None) -> None:
    """Put bytes into a file that is there whole or not at all, whatever happens meanwhile. Raises DiskFull.

    `begun_in` is the folder where a power cut may leave the beginning of it; beside the file unless told otherwise.
    """
    unfinished = (begun_in or path.parent) / f"{uuid4().hex}.part"
    try:
        with told_when_full():
            for folder in (path.parent, unfinished.parent):
                folder.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def secure(folder: Path) -> None:
    """Make file names newly put into a folder survive a power cut."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def copied(source: Path, target: Path) -> tuple[str, int]:
    """Copy a file's bytes and see them safely on disk; returns their SHA-256 and how many there are."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as read, target.open("wb") as copy:
        while block := read.read(1 << 20):
            digest.update(block)
            copy.write(block)
            size += len(block)
        copy.flush()
        os.fsync(copy.fileno())
    return digest.hexdigest(), size
