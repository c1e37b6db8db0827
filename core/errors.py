"""Every way the work can be refused: people's mistakes, each with a sentence in both languages, and our bugs.

Must not know where an error is shown.
"""

from pathlib import Path
from traceback import extract_tb
from types import TracebackType


class CentreError(Exception):
    """Someone at the desk can act on this; shown without a traceback, in their language."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


class UnreadableFiling(CentreError):
    """The file could not be read as a filing; nothing was stored."""


class DuplicateFiling(CentreError):
    """The same bytes were received before."""


class NotAllowed(CentreError):
    """The thing is not in a state in which this may be done."""


class NotAuthorised(CentreError):
    """The person at the desk does not hold the duty this act needs."""


class NotFound(CentreError):
    """There is no such thing within this person's scope."""


class BadRequest(CentreError):
    """What was typed in cannot be used as it stands."""


class BrokenPackage(CentreError):
    """A publication package is not as it was made, or does not follow the one before it."""


class BrokenBackup(CentreError):
    """A backup is not as it was made; nothing is restored of it."""


class CalendarMissing(CentreError):
    """The working days of a year have not been entered."""


class DiskFull(CentreError):
    """There is no room on the disk for what was to be written; nothing was stored."""

    def __init__(self) -> None:
        super().__init__(
            "服务器磁盘已满，没有保存任何内容。请联系系统管理员腾出空间，然后重试。",
            "The server's disk is full and nothing was stored. Ask the administrator to make room, then try again.",
        )


class StoreDamaged(CentreError):
    """The store's file is not what was written: no work can rest on it."""

    def __init__(self) -> None:
        super().__init__(
            "数据库文件已损坏，无法使用，也没有改动。请系统管理员保留原文件，用最近的备份恢复（python -m core restore）。",
            "The database file is damaged: it cannot be used, and nothing was altered. Ask the administrator to keep the file as it "
            "is and to restore the latest backup (python -m core restore).",
        )


class RuleFault(Exception):
    """A rule could not be evaluated: our bug, never the filer's; pages do not catch it."""


def where(kind: type[BaseException], trace: TracebackType | None) -> str:
    """A fault's kind and places in the code, without its message, which may repeat what was filed."""
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in extract_tb(trace)]
    return f"{kind.__name__} at {' > '.join(places)}"
