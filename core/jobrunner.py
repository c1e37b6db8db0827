"""Jobs carried out (办理任务): so many processes read and judge at once, and this process alone writes to the store.

One per app process and store. Must not know screens, or how a job is kept.
"""

import json
import logging
import os
import shutil
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core import admission, intake, jobs, jobworker
from core.attachments import Scan
from core.database import Database
from core.declaration import Declared
from core.desk import Actor, Desk
from core.errors import CentreError, NotAllowed, NotAuthorised
from core.jobs import Job
from core.jobworker import Broken, Made, Order, Refused
from core.vocabulary import Duty, JobState

_ROOT = Path(__file__).resolve().parents[1]
_START = [sys.executable, "-c", "from core.jobworker import main; main()"]
_CHUNK = 50_000
"""Rows judged between two words on progress: about a second."""
_LOG = logging.getLogger(__name__)


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


class _Cancelled(Exception):
    """Someone cancelled the job."""


class _WorkerBroke(Exception):
    """The process ended by a fault of ours, or was ended from outside."""


class _Live:
    """A job in hand: its process, and what it has told."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.rows_done = 0
        self.rows_in_all: int | None = None
        self.began = self.told = time.monotonic()
        self.storing = self.cancelled = False

    def take(self, line: dict[str, int]) -> None:
        self.told = time.monotonic()
        if "rows" in line:
            self.rows_in_all, self.began = line["rows"], self.told
        else:
            self.rows_done = line["done"]
            self.rows_in_all = self.rows_in_all and max(self.rows_in_all, self.rows_done)

    def stop(self) -> None:
        self.cancelled = True
        if self.process:
            self.process.kill()


class Runner:
    """Takes jobs up in the order they were asked for, a few at once; jobs an earlier app left unfinished come first."""

    def __init__(
        self, db: Database, who: Callable[[str], Actor | None], now: Callable[[], datetime], *,
        workers: int | None = None, chunk: int = _CHUNK,
    ) -> None:
        self._db, self._who, self._now, self._chunk = db, who, now, chunk
        self._workers = workers or max(1, (os.cpu_count() or 1) - 1)
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._live: dict[int, _Live] = {}
        self._waiting = deque(jobs.recover(db, now()))
        self._fill()

    def load(
        self, desk: Desk, file: Path, file_name: str, declared: Declared, *,
        encoding: str | None = None, layout: str | None = None, photos: Path | None = None, scans: Sequence[Scan] = (),
    ) -> int:
        """Ask for a file to be loaded, which is moved away; returns the job's number at once. Raises as admission.admit."""
        admission.admit(desk, declared)
        job_id = jobs.enter(desk, file, file_name, declared, encoding=encoding, layout=layout, photos=photos, scans=scans)
        self._queue(job_id)
        return job_id

    def retry(self, desk: Desk, job_id: int) -> None:
        """Do a job again that failed or was cancelled. Raises NotAllowed, NotFound."""
        jobs.again(desk, job_id)
        self._queue(job_id)

    def cancel(self, desk: Desk, job_id: int) -> None:
        """End a job that waits or is being read; nothing of it is stored. Raises NotAllowed when it is too late."""
        desk.require(Duty.LOAD)
        with self._lock:
            live = self._live.get(job_id)
            if live and not live.storing:
                live.stop()
                return
        if live or not jobs.end(self._db, job_id, JobState.CANCELLED, self._now()):
            raise NotAllowed(
                "任务正在入库或已结束，不能取消。", "The job is being stored or has ended; it cannot be cancelled."
            )

    def progress(self, job_id: int) -> Progress | None:
        """How far a job in hand has come; None for one that waits or has ended."""
        with self._lock:
            live = self._live.get(job_id)
            return live and Progress(live.rows_done, live.rows_in_all, live.told - live.began, live.storing)

    def settle(self, seconds: float) -> bool:
        """Wait until nothing waits or runs, at most so long; whether it came to that."""
        with self._idle:
            return self._idle.wait_for(lambda: not (self._live or self._waiting), seconds)

    def _queue(self, job_id: int) -> None:
        with self._lock:
            self._waiting.append(job_id)
        self._fill()

    def _fill(self) -> None:
        with self._lock:
            while self._waiting and len(self._live) < self._workers:
                job_id = self._waiting.popleft()
                self._live[job_id] = _Live()
                threading.Thread(target=self._take_up, args=(job_id,), name=f"job-{job_id}", daemon=True).start()

    def _take_up(self, job_id: int) -> None:
        work = self._db.folder.resolve() / "work" / f"job-{job_id}"
        try:
            if jobs.claim(self._db, job_id, self._now()):
                self._see_through(jobs.one(self._db, job_id), work)
        finally:
            shutil.rmtree(work, ignore_errors=True)
            with self._idle:
                del self._live[job_id]
                self._idle.notify_all()
            self._fill()

    def _see_through(self, job: Job, work: Path) -> None:
        """Carry a claimed job out and note how it ended."""
        try:
            self._load(job, work)
            jobs.forget_file(job)
        except _Cancelled:
            self._end(job, JobState.CANCELLED)
        except CentreError as refusal:
            self._end(job, JobState.FAILED, refusal.zh, refusal.en)
        except Exception as fault:  # our bug: the job tells so, the log tells where, and no one's data go with it
            _LOG.error("job %s broke: %s", job.job_id, fault if isinstance(fault, _WorkerBroke) else
                       jobworker.where(type(fault), fault.__traceback__))
            self._end(
                job, JobState.FAILED, "程序出错，任务未办成，没有保存任何内容。请重试；仍不成功时联系系统管理员。",
                "The program failed and nothing was stored. Try again; if it fails again, tell the administrator.",
            )

    def _load(self, job: Job, work: Path) -> None:
        desk = Desk(self._db, self._actor(job), self._now)
        order = Order(
            job.file, job.encoding, job.layout, job.photos, job.declared, admission.admit(desk, job.declared),
            desk.now().date(), work, self._chunk,
        )
        made = self._made(job.job_id, order)
        admission.require_fit(desk, made.draft, job.declared)
        intake.receive(
            desk, made.draft, job.declared, made.source, job.file_name, scans=job.scans,
            along=lambda tx, received: jobs.finish(tx, job.job_id, received, self._now()),
        )

    def _made(self, job_id: int, order: Order) -> Made:
        """The draft, by a process of its own; from when it is here the job can no longer be cancelled."""
        live = self._live[job_id]
        jobworker.leave_order(order)
        with self._lock:
            if live.cancelled:
                raise _Cancelled
            live.process = subprocess.Popen(
                [*_START, str(order.work)], cwd=_ROOT,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )
        with live.process as process:
            for line in process.stdout:
                with self._lock:
                    live.take(json.loads(line))
        with self._lock:
            if live.cancelled:
                raise _Cancelled
            live.storing = True
        result = jobworker.result_in(order.work)
        if isinstance(result, Refused):
            raise CentreError(result.zh, result.en)
        if not isinstance(result, Made):
            raise _WorkerBroke(result.where if isinstance(result, Broken) else f"exit code {process.returncode}")
        return result

    def _actor(self, job: Job) -> Actor:
        actor = self._who(job.asked_by)
        if actor is None:
            raise NotAuthorised("交办人已不在岗，请由在岗人员重新上传。", "Who asked for this no longer has a post here.")
        return actor

    def _end(self, job: Job, state: JobState, zh: str | None = None, en: str | None = None) -> None:
        live = self._live[job.job_id]
        jobs.end(
            self._db, job.job_id, state, self._now(), rows_done=live.rows_done, rows_in_all=live.rows_in_all, zh=zh, en=en
        )
