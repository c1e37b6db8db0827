"""看收件目录: the inbox folder looked into again and again; what nobody writes to any more is asked for and leaves it.

Nothing that lies there, or goes wrong with it, ends the watch. Must not know how a package is loaded.
"""

import logging
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from core.desk import Desk
from core.errors import CentreError, DiskFull, where
from core.inbox import Found, State, Unopened, asking, folder_of, found_in
from core.jobs import Asking

QUIET = 20.0
"""Seconds a package must not have changed before it is taken: a file still being copied grows."""
_EVERY = 2.0
_LOG = logging.getLogger(__name__)


class _Left(CentreError):
    """It was taken, and cannot be removed."""

    def __init__(self) -> None:
        super().__init__(
            "已交后台办理，但收件目录里的原件删除不了。请系统管理员删除原件，再放入新的报送。",
            "It was taken to be loaded, but could not be removed here. Ask the administrator to remove it before laying in more.",
        )


@dataclass(frozen=True)
class Trouble:
    """Why something in an institution's folder is not taken; it stays where it is."""

    institution: str
    name: str
    zh: str
    en: str

    @classmethod
    def of(cls, found: Found, why: CentreError) -> "Trouble":
        """What is told of something found."""
        return cls(found.institution, found.name, why.zh, why.en)


class Watch:
    """Looks into the folder again and again, and asks for what has come to rest; what is taken is gone from there."""

    def __init__(
        self, desk: Desk, ask: Callable[[Desk, Sequence[Asking]], object], *, quiet: float = QUIET, every: float = _EVERY
    ) -> None:
        self._desk, self._ask, self.quiet = desk, ask, quiet
        self.folder = folder_of(desk.db)
        self._seen: dict[Found, tuple[State, float]] = {}
        self.troubles: tuple[Trouble, ...] = ()
        self._taken: set[Found] = set()
        self._logged: str | None = None
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
        """Take what has not changed for long enough; `at` is a moment in seconds, ever later.

        What cannot be taken is among the troubles, and looked at again the next time; it stops nothing else.
        """
        resting, troubles, seen = [], [], {}
        everything = found_in(self.folder)
        self._taken.intersection_update(everything)
        for found in everything:
            if found in self._taken:
                troubles.append(Trouble.of(found, _Left()))
                continue
            try:
                state = found.state
                before = self._seen.get(found)
                seen[found] = before if before and before[0] == state else (state, at)
                if at - seen[found][1] >= self.quiet:
                    resting.append((found, asking(self._desk.db, found, way="inbox")))
            except (CentreError, OSError) as fault:
                troubles += _told(found, fault)
        self._seen, self.troubles = seen, (*troubles, *self._take(resting))

    def _take(self, resting: list[tuple[Found, Asking]]) -> list[Trouble]:
        """Ask for what has come to rest, all at once; where that fails, each by itself. Returns what could not be taken."""
        if not resting:
            return []
        try:
            self._ask(self._desk, [asked for _, asked in resting])
        except (CentreError, OSError) as fault:
            if len(resting) == 1 or isinstance(fault, DiskFull):
                return [trouble for found, _ in resting for trouble in _told(found, fault)]
            return [trouble for each in resting for trouble in self._take([each])]
        return [trouble for found, _ in resting for trouble in self._clear(found)]

    def _clear(self, found: Found) -> list[Trouble]:
        """A package that was taken leaves the inbox: it is in the store's keeping. What cannot leave is not taken twice."""
        try:
            shutil.rmtree(found.path) if found.path.is_dir() else found.path.unlink()
        except FileNotFoundError:
            return []
        except OSError:
            self._taken.add(found)
            return [Trouble.of(found, _Left())]
        return []

    def _go_on(self, every: float) -> None:
        while not self._ended.wait(every):
            try:
                self.look(time.monotonic())
                self._logged = None
            except (CentreError, OSError) as fault:  # the next look may go well; the log tells where, once, and no names with it
                place = where(type(fault), fault.__traceback__)
                if place != self._logged:
                    _LOG.error("the inbox could not be looked into: %s", place)
                self._logged = place


def _told(found: Found, fault: CentreError | OSError) -> list[Trouble]:
    """Why it is not taken; nothing of what was taken away while it was looked at: it is looked at when it is here again."""
    if isinstance(fault, FileNotFoundError):
        return []
    return [Trouble.of(found, fault if isinstance(fault, CentreError) else Unopened())]
