"""Jobs carried out (办理任务): so many processes read and judge at once, and this process alone writes to the store.

Small jobs are taken up many at a time: one process reads them, one transaction stores them. One runner per app process
and store. Must not know screens, or how a job is kept.
"""

import os
import shutil
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from uuid import uuid4

from core import admission, disk, feedback_job, intake, jobrecovery, jobrevision, jobs, photojobs, ruleset
from core.attachments import Scan
from core.database import Database, Transaction
from core.declaration import Declared
from core.desk import Actor, Desk
from core.errors import CentreError, NotAllowed
from core.intake import Received, Submission
from core.job import Job, JobFile
from core.jobbatch import Batch, Cancelled, Progress
from core.jobends import Ends
from core.jobprocess import Processes
from core.jobrevision import Watched
from core.jobs import Asking
from core.jobworker import Made, Order, Packed, Refused
from core.keeping import Keeping
from core.package import Package
from core.vocabulary import Duty, JobKind, JobState

_CHUNK = 50_000
"""Rows judged between two words on progress: about a second."""
_TOGETHER, _BYTES_TOGETHER = 50, 100_000_000
"""So many jobs are taken up at once, while their data files are no larger together."""
_AHEAD = 1
"""So many batches wait, read through, while another is being stored."""


class Runner(Ends):
    """Takes jobs up in the order they were asked for, a few at once; jobs an earlier app left unfinished come first."""

    def __init__(
        self, db: Database, who: Callable[[str], Actor | None], now: Callable[[], datetime], *,
        workers: int | None = None, chunk: int = _CHUNK, together: int = _TOGETHER,
    ) -> None:
        super().__init__(db, who, now)
        self._chunk, self._together = chunk, together
        self._workers = workers or max(1, (os.cpu_count() or 1) - 1)
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._batches: list[Batch] = []
        self._processes = Processes()
        self._waiting: deque[tuple[int, int]] = deque()
        self.add(jobrecovery.recover(db, now(), Keeping.told(os.environ).jobs))

    def load(
        self, desk: Desk, file: Path, file_name: str, declared: Declared, *,
        encoding: str | None = None, layout: str | None = None, photos: Path | None = None, scans: Sequence[Scan] = (),
    ) -> int:
        """Ask for a file to be loaded, which is moved away; returns the job's number at once. Raises as admission.admit."""
        admission.admit(desk, declared)
        told = JobFile(file_name, file.stat().st_size, declared, encoding, layout)
        return self.ask(desk, [Asking(file_name, Package((file,), photos), (told,), scans=tuple(scans))])[0]

    def ask(self, desk: Desk, asked: Sequence[Asking]) -> list[int]:
        """Ask for packages to be loaded; returns the jobs' numbers at once."""
        job_ids = jobs.enter(desk, asked)
        self.add(job_ids)
        return job_ids

    def retry(self, desk: Desk, job_id: int) -> None:
        """Do a job again that failed or was cancelled. Raises NotAllowed, NotFound."""
        jobs.again(desk, job_id)
        self.add([job_id])

    def cancel(self, desk: Desk, job_id: int) -> None:
        """End a job that waits or is being read; nothing of it is stored. Raises NotAllowed when it is too late."""
        jobs.own(desk, job_id)
        with self._lock:
            batch = self._batch_of(job_id)
            if batch and batch.cancel(job_id):
                return
        if batch or not jobs.end(self._db, job_id, JobState.CANCELLED, self._now()):
            raise NotAllowed("任务正在入库或已结束，不能取消。", "The job is being stored or has ended; it cannot be cancelled.")

    def progress(self, job_id: int) -> Progress | None:
        """How far a job in hand has come; None for one that waits or has ended."""
        with self._lock:
            batch = self._batch_of(job_id)
            return batch and batch.progress(job_id)

    def settle(self, seconds: float) -> bool:
        """Wait until nothing waits or runs, at most so long; whether it came to that."""
        with self._idle:
            return self._idle.wait_for(lambda: not (self._batches or self._waiting), seconds)

    def _batch_of(self, job_id: int) -> Batch | None:
        return next((batch for batch in self._batches if job_id in batch.job_ids), None)

    def add(self, job_ids: Sequence[int]) -> None:
        """Take up jobs that have been asked for; those without files each by itself."""
        asked = jobs.several(self._db, job_ids)
        sizes = [(job.job_id, job.size if job.files else _BYTES_TOGETHER + 1) for job in asked]
        with self._lock:
            self._waiting.extend(sizes)
        self._fill()

    def _fill(self) -> None:
        with self._lock:
            while self._waiting and self._has_room():
                batch = Batch(self._next_together())
                self._batches.append(batch)
                threading.Thread(target=self._take_up, args=(batch,), name=f"jobs-{batch.job_ids[0]}", daemon=True).start()

    def _has_room(self) -> bool:
        reading = sum(not batch.storing for batch in self._batches)
        return reading < self._workers and len(self._batches) <= self._workers + _AHEAD

    def _next_together(self) -> list[int]:
        """The job that waits longest, and those after it while they are few and small together."""
        job_id, size = self._waiting.popleft()
        together = [job_id]
        while self._waiting and len(together) < self._together and size + self._waiting[0][1] <= _BYTES_TOGETHER:
            job_id, more = self._waiting.popleft()
            together.append(job_id)
            size += more
        return together

    def _take_up(self, batch: Batch) -> None:
        work = self._db.folder.resolve() / "work" / f"jobs-{uuid4().hex}"
        try:
            claimed = self._noted(jobs.claim, batch.job_ids, self._now())
            for _, of_one in groupby(claimed, key=attrgetter("asked_by")):
                self._see_through(batch, list(of_one), work)
        finally:
            shutil.rmtree(work, ignore_errors=True)
            with self._idle:
                self._batches.remove(batch)
                if not (self._batches or self._waiting):
                    self._processes.close()
                self._idle.notify_all()
            self._fill()

    def _see_through(self, batch: Batch, claimed: list[Job], work: Path) -> None:
        """Carry claimed jobs out and note how each ended; where that fails for several, each by itself."""
        try:
            with disk.told_when_full():
                self._how(claimed[0])(batch, claimed, work / uuid4().hex)
        except Exception as fault:
            if len(claimed) > 1:
                for job in claimed:
                    self._see_through(batch, [job], work)
            else:
                self._fail(batch, claimed[0], fault)

    def _how(self, job: Job) -> Callable[[Batch, list[Job], Path], None]:
        return {JobKind.LOAD: self._load, JobKind.PHOTOS: self._supply, JobKind.FEEDBACK: self._feed_back}.get(job.kind, self._revise)

    def _load(self, batch: Batch, claimed: list[Job], work: Path) -> None:
        desk = Desk(self._db, self._actor(claimed[0]), self._now)
        desk.require(Duty.LOAD)
        today = desk.now().date()
        order = Order(tuple(map(Packed.of, claimed)), ruleset.in_force(self._db, today), today, work, self._chunk)
        results = batch.read([job.job_id for job in claimed], order, self._processes)
        self._fill()
        cancelled = [job for job in claimed if batch.is_cancelled(job.job_id)]
        for job in cancelled:
            self._end(batch, job, JobState.CANCELLED)
        provinces = admission.provinces_of(desk, {each.declared.institution for each in _submissions(results)})
        known = admission.known(self._db, {each.draft.sha256 for each in _submissions(results)})
        made: dict[Job, tuple[Submission, ...]] = {}
        hashes: set[str] = set()
        twice: list[Job] = []
        for job, result in zip(claimed, results, strict=False):
            if job in cancelled:
                continue
            own = {submission.draft.sha256 for submission in _submissions([result])}
            if own & hashes:
                twice.append(job)
            elif self._is_admitted(batch, desk, job, result, provinces, known):
                made[job] = result.submissions
                hashes |= own
        self._receive(desk, made)
        for job in twice:
            self._see_through(batch, [job], work)

    def _supply(self, batch: Batch, claimed: list[Job], work: Path) -> None:
        job, = claimed
        desk = Desk(self._db, self._actor(job), self._now)
        if photojobs.carry_out(
            desk, job, work, lambda order: batch.read([job.job_id], order, self._processes),
            lambda tx, supplied: jobs.finish_photos(tx, job.job_id, supplied, self._now()),
        ):
            jobs.forget_file(job)
        else:
            self._end(batch, job, JobState.CANCELLED)

    def _feed_back(self, batch: Batch, claimed: list[Job], work: Path) -> None:
        job, = claimed
        desk = Desk(self._db, self._actor(job), self._now)
        if not feedback_job.carry_out(desk, job, work, lambda order: batch.read([job.job_id], order, self._processes)):
            self._end(batch, job, JobState.CANCELLED)

    def _revise(self, batch: Batch, claimed: list[Job], _: Path) -> None:
        job, = claimed
        desk = Desk(self._db, self._actor(job), self._now)
        try:
            jobrevision.carry_out(desk, job, Watched(partial(batch.tell, job.job_id), partial(batch.begin_storing, job.job_id)))
        except Cancelled:
            self._end(batch, job, JobState.CANCELLED)

    def _is_admitted(
        self, batch: Batch, desk: Desk, job: Job, result: Made | Refused, provinces: Mapping[str, str], known: frozenset[str]
    ) -> bool:
        """Whether a job's package may enter the store; if not, the job has ended with the reason."""
        try:
            if isinstance(result, Refused):
                raise CentreError(result.zh, result.en)
            hashes = [each.draft.sha256 for each in result.submissions]
            if known.intersection(hashes) or len(set(hashes)) < len(hashes):
                admission.require_new(self._db, hashes)
            admission.require_plausible(desk, [each.declared for each in result.submissions], provinces)
            return True
        except CentreError as refusal:
            self._end(batch, job, JobState.FAILED, refusal.zh, refusal.en)
            return False

    def _receive(self, desk: Desk, made: dict[Job, tuple[Submission, ...]]) -> None:
        """Store what jobs have made, all of it in one transaction."""
        if not made:
            return

        def along(tx: Transaction, received: list[Received]) -> None:
            rest = iter(received)
            jobs.finish(tx, {job.job_id: [next(rest) for _ in submissions] for job, submissions in made.items()}, self._now())

        intake.receive_all(desk, [submission for submissions in made.values() for submission in submissions], along)
        for job in made:
            jobs.forget_file(job)


def _submissions(results: Sequence[Made | Refused]) -> list[Submission]:
    return [each for result in results if isinstance(result, Made) for each in result.submissions]
