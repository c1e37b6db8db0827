"""Jobs in hand (在办任务): those one process reads together, how far each has come, and which of them was cancelled.

Must not know the store, or what becomes of what was read.
"""

import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core import jobprocess
from core.errors import DiskFull
from core.jobprocess import Broken, Order, Process, Processes


@dataclass(frozen=True)
class Progress:
    """How far a running job has come. `storing`: read through, now being stored; it can no longer be cancelled."""

    rows_done: int
    rows_in_all: int | None
    seconds: float
    storing: bool

    @property
    def rate(self) -> float | None:
        """Rows a second since reading began."""
        return self.rows_done / self.seconds if self.rows_done and self.seconds > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """How long reading will still take at this rate; None while that cannot be known."""
        if not (self.rate and self.rows_in_all):
            return None
        return max(0, self.rows_in_all - self.rows_done) / self.rate


class Cancelled(Exception):
    """A job done in this process was cancelled."""


class WorkerBroke(Exception):
    """The process ended by a fault of ours, or was ended from outside."""


class _Told:
    """What the process has told of one job."""

    def __init__(self) -> None:
        self.rows_done = 0
        self.rows_in_all: int | None = None
        self.began = self.told = time.monotonic()

    def take(self, line: dict[str, int]) -> None:
        self.told = time.monotonic()
        if "rows" in line:
            self.rows_in_all, self.began = line["rows"], self.told
        else:
            self.rows_done = line["done"]
            self.rows_in_all = self.rows_in_all and max(self.rows_in_all, self.rows_done)


class Batch:
    """Jobs taken up together, by their numbers."""

    def __init__(self, job_ids: Iterable[int]) -> None:
        self.job_ids = list(job_ids)
        self.storing = False
        self._lock = threading.Lock()
        self._told = {job_id: _Told() for job_id in self.job_ids}
        self._cancelled: set[int] = set()
        self._process: Process | None = None

    def progress(self, job_id: int) -> Progress:
        """How far a job has come."""
        with self._lock:
            told = self._told[job_id]
            return Progress(told.rows_done, told.rows_in_all, told.told - told.began, self.storing)

    def cancel(self, job_id: int) -> bool:
        """Have a job left out of what is stored, and end the process when nobody waits for it; False when too late."""
        with self._lock:
            if self.storing:
                return False
            self._cancelled.add(job_id)
            if self._process and self._cancelled.issuperset(self.job_ids):
                self._process.kill()
            return True

    def is_cancelled(self, job_id: int) -> bool:
        """Whether a job was cancelled before it was stored."""
        return job_id in self._cancelled

    def tell(self, job_id: int, rows_done: int, rows_in_all: int) -> None:
        """Note how far a job done in this process has come. Raises Cancelled."""
        with self._lock:
            if job_id in self._cancelled:
                raise Cancelled
            told = self._told[job_id]
            told.take({"done": rows_done} if rows_done else {"rows": rows_in_all})

    def begin_storing(self, job_id: int) -> None:
        """From here on a job done in this process can no longer be cancelled. Raises Cancelled when it was."""
        with self._lock:
            if job_id in self._cancelled:
                raise Cancelled
            self.storing = True

    def read(self, job_ids: list[int], order: Order, processes: Processes) -> list[Any]:
        """What the order's packages came to, one for each of these jobs, by one of the processes; nothing when all were
        cancelled meanwhile. From when it is here they can no longer be cancelled. Raises WorkerBroke, DiskFull."""
        jobprocess.leave_order(order)
        with self._lock:
            if self._cancelled.issuperset(job_ids):
                return []
            self.storing = False
            process = self._process = processes.take(alone=len(job_ids) == 1)
        for told in process.carry_out(order.work):
            with self._lock:
                self._told[job_ids[told.pop("place")]].take(told)
        with self._lock:
            self._process = None
            cancelled = self._cancelled.issuperset(job_ids)
            self.storing = not cancelled
        code = 0
        if process.fresh and not cancelled:
            processes.give_back(process)
        else:
            code = process.close()
        if cancelled:
            return []
        if code == jobprocess.NO_ROOM:
            raise DiskFull
        result = jobprocess.result_in(order.work)
        if not isinstance(result, list):
            raise WorkerBroke(result.where if isinstance(result, Broken) else f"exit code {code}")
        return result
