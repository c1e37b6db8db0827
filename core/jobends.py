"""How jobs end (任务办结): each with its result, its reason, or where the program broke; a full disk is waited out.

Must not know what a job does.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from core import jobs
from core.database import Database
from core.desk import Actor
from core.errors import CentreError, DiskFull, NotAuthorised, where
from core.job import Job
from core.jobbatch import Batch, WorkerBroke
from core.vocabulary import JobState

_PATIENCE = 2.0
"""Seconds between attempts to note how a job ended while the disk is full."""
_LOG = logging.getLogger(__name__)


class Ends:
    """Who asked for jobs, and how each is noted as ended."""

    def __init__(self, db: Database, who: Callable[[str], Actor | None], now: Callable[[], datetime]) -> None:
        self._db, self._who, self._now = db, who, now

    def _actor(self, job: Job) -> Actor:
        actor = self._who(job.asked_by)
        if actor is None:
            raise NotAuthorised("交办人已不在岗，请由在岗人员重新上传。", "Who asked for this no longer has a post here.")
        return actor

    def _fail(self, batch: Batch, job: Job, fault: Exception) -> None:
        if isinstance(fault, CentreError):
            self._end(batch, job, JobState.FAILED, fault.zh, fault.en)
            return
        # our bug: the job tells so, the log tells where, and no one's data go with it
        place = fault if isinstance(fault, WorkerBroke) else where(type(fault), fault.__traceback__)
        _LOG.error("job %s broke: %s", job.job_id, place)
        self._end(
            batch, job, JobState.FAILED, "程序出错，任务未办成，没有保存任何内容。请重试；仍不成功时联系系统管理员。",
            "The program failed and nothing was stored. Try again; if it fails again, tell the administrator.",
        )

    def _end(self, batch: Batch, job: Job, state: JobState, zh: str | None = None, en: str | None = None) -> None:
        told = batch.progress(job.job_id)
        self._noted(
            jobs.end, job.job_id, state, self._now(), rows_done=told.rows_done, rows_in_all=told.rows_in_all, zh=zh, en=en
        )

    def _noted(self, note: Callable[..., Any], *told: object, **more: object) -> Any:
        """A short word on jobs put into the store; while the disk has no room even for that, tried again and again."""
        while True:
            try:
                return note(self._db, *told, **more)
            except DiskFull:
                time.sleep(_PATIENCE)
