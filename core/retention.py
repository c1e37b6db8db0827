"""到期清除: files that no decision rests on deleted when their time is over, and ended sign-ins forgotten (article 4).

Records, filings, their originals and scans, receipts and the book of acts are never touched. Must not know who asks.
"""

import logging
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import jobs, ledger
from core.database import Database
from core.desk import BEIJING
from core.errors import CentreError, where
from core.keeping import Keeping
from core.ledger import Act
from core.sessions import Sessions

BY = "system"
"""Who does it where nobody asks."""
_EVERY = 3600.0
_UPLOADED = ("upload-*", "package-*", "dry-*", "photo*")
_LOG = logging.getLogger(__name__)

_OVER = f"SELECT folder FROM job WHERE {jobs.KEEPS_FILES} AND ended_at <= $since"


@dataclass(frozen=True)
class Swept:
    """How much was deleted: folders of jobs, uploads, files put aside, and sign-ins (ended sessions and tries in vain)."""

    jobs: int
    uploads: int
    leftovers: int
    sign_ins: int


def sweep(db: Database, sessions: Sessions, keeping: Keeping, at: datetime, *, by: str = BY) -> Swept:
    """Delete what is due at a moment; in the book stands how much of what, when anything was."""
    over = [jobs.inbox(db) / folder for folder in db.frame(_OVER, since=at - keeping.jobs)["folder"]]
    uploads = [path for pattern in _UPLOADED for path in (db.folder / "work").glob(pattern) if _since(path) <= at - keeping.uploads]
    aside = db.folder / "leftovers"
    leftovers = [path for path in aside.iterdir() if _since(path) <= at - keeping.leftovers] if aside.exists() else []
    swept = Swept(_deleted(over), _deleted(uploads), _deleted(leftovers), sessions.forget_ended())
    if swept.jobs or swept.uploads or swept.leftovers:
        told = f"任务文件{swept.jobs}，上传{swept.uploads}，遗留文件{swept.leftovers}"
        many = swept.jobs + swept.uploads + swept.leftovers
        ledger.note_read(db, "forget", Act(by, at, "file", None, told), many)
    return swept


class Keeper:
    """Sweeps every hour, for as long as the program runs; when it starts, jobs and uploads are swept by others."""

    def __init__(
        self, db: Database, sessions: Sessions, keeping: Keeping, now: Callable[[], datetime], *, every: float = _EVERY
    ) -> None:
        self._every = every
        self._sweep = lambda: sweep(db, sessions, keeping, now())
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="retention", daemon=True)

    def start(self) -> "Keeper":
        """Begin, in a thread of its own."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Sweep no more."""
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._ended.wait(self._every):
            try:
                self._sweep()
            except (CentreError, OSError) as fault:  # the next may go well; the log tells where, and no names with it
                _LOG.error("what is due could not be deleted: %s", where(type(fault), fault.__traceback__))


def _since(path: Path) -> datetime:
    """Since when a file lies where it is: moving it counts, its own age does not."""
    return datetime.fromtimestamp(path.stat().st_ctime, BEIJING).replace(tzinfo=None)


def _deleted(paths: list[Path]) -> int:
    many = 0
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        elif path.exists():
            path.unlink()
        else:
            continue
        many += 1
    return many
