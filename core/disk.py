"""磁盘: files that are written whole or not at all, and a full disk told as what it is.

Must not know what is in the files.
"""

import errno
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


def write_whole(path: Path, content: bytes) -> None:
    """Put bytes into a file that is there whole or not at all, whatever happens meanwhile. Raises DiskFull."""
    unfinished = path.with_name(f"{uuid4().hex}.part")
    try:
        with told_when_full():
            path.parent.mkdir(parents=True, exist_ok=True)
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
