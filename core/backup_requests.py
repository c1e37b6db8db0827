"""请求备份: a backup asked of the program that has the store open, by a file laid into its folder, and answered by another.

Whoever may write there may read the whole store; no one else can ask. Must not know how a backup is made.
"""

import json
import logging
import shutil
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from core import backup, disk
from core.database import Database, StoreBusy
from core.errors import CentreError, where

_LOG = logging.getLogger(__name__)
_EVERY = 1.0
_HEARD = 60.0
"""Seconds after which a question nobody has taken up is taken back."""


class Attendant:
    """Answers questions for a backup, in a thread of its own, while a program has the store open."""

    def __init__(self, db: Database, now: Callable[[], datetime], *, every: float = _EVERY) -> None:
        self._db, self._now, self._every = db, now, every
        self._folder = _folder(db.folder)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._go_on, name="backups", daemon=True)

    def start(self) -> "Attendant":
        """Begin to answer; what an earlier program left asked is forgotten."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Answer no more."""
        self._ended.set()
        self._thread.join()

    def answer(self) -> None:
        """Make every backup that is asked for, and say what came of it."""
        for asked in sorted(self._folder.glob("*.ask")):
            taken = asked.replace(asked.with_suffix(".taken"))
            try:
                root = Path(json.loads(taken.read_text(encoding="utf-8"))["root"])
                told = {"number": backup.make(self._db, root, self._now()).number}
            except CentreError as refusal:
                told = {"zh": refusal.zh, "en": refusal.en}
            disk.write_whole(asked.with_suffix(".told"), json.dumps(told).encode())
            taken.unlink()

    def _go_on(self) -> None:
        while not self._ended.wait(self._every):
            try:
                self.answer()
            except (CentreError, OSError, ValueError, KeyError) as fault:
                _LOG.error("a backup that was asked for was not made: %s", where(type(fault), fault.__traceback__))


def ask(home: Path, root: Path, is_busy: Callable[[], bool], *, every: float = 0.2, heard: float = _HEARD) -> int:
    """Ask whoever has the store in `home` open to back it up below `root`, and wait; returns the backup's number.

    Raises what the other program was refused with, and StoreBusy when it does not answer, or has ended meanwhile.
    """
    asked = _folder(home) / f"{uuid4().hex}.ask"
    told, waited, pause = asked.with_suffix(".told"), 0.0, threading.Event()
    disk.write_whole(asked, json.dumps({"root": str(root.resolve())}).encode())
    try:
        while not told.exists():
            pause.wait(every)
            waited += every
            if (waited >= heard and asked.exists()) or (int(waited / every) % 50 == 0 and not is_busy()):
                raise StoreBusy(
                    "正在运行的应用没有应答，没有备份。请关闭应用后再试。",
                    "The running app does not answer; nothing was backed up. Close it and try again.",
                )
        answer = json.loads(told.read_text(encoding="utf-8"))
    finally:
        asked.unlink(missing_ok=True)
        told.unlink(missing_ok=True)
    if "number" not in answer:
        raise CentreError(answer["zh"], answer["en"])
    return answer["number"]


def _folder(home: Path) -> Path:
    return home / "requests"
