"""任务: work asked for at a desk and done behind the screens, one row each in the store, its files in `inbox/jobs/`.

Must not know processes: who carries a job out is the runner's.
"""

import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import polars as pl

from core.attachments import Scan
from core.database import Database, Transaction
from core.declaration import Declared
from core.desk import Desk
from core.errors import NotAllowed, NotFound
from core.intake import Received
from core.job import Job, about, job_of
from core.vocabulary import Duty, JobKind, JobState

MOST_ATTEMPTS = 3
"""How often a job is taken up again after the app ended in the midst of it."""
_KEPT = timedelta(days=7)
"""How long the file of a job that failed or was cancelled stays, so that it can be done again."""

_COLUMNS = """job_id, kind, state, asked_by, asked_at, started_at, ended_at, rows_done, rows_in_all, about, folder, outcome,
    sentence_zh, sentence_en"""

_PAGE = f"SELECT {_COLUMNS} FROM job ORDER BY job_id DESC LIMIT $size OFFSET $start"
_ONE = f"SELECT {_COLUMNS} FROM job WHERE job_id = $job_id"
_UNDER_WAY = f"SELECT {_COLUMNS} FROM job WHERE state IN ('queued', 'running') ORDER BY job_id"
_UNDONE = f"SELECT {_COLUMNS} FROM job WHERE state IN ('failed', 'cancelled') ORDER BY job_id DESC"

_INSERT = """
INSERT INTO job (job_id, kind, state, asked_by, asked_at, attempts, rows_done, about, folder)
VALUES ($job_id, $kind, 'queued', $asked_by, $asked_at, 0, 0, $about, $folder)"""

_CLAIM = """
UPDATE job SET state = 'running', started_at = $at, attempts = attempts + 1, rows_done = 0, rows_in_all = NULL
WHERE job_id = $job_id AND state = 'queued'"""

_END = """
UPDATE job SET state = $state, ended_at = $at, rows_done = $rows_done, rows_in_all = $rows_in_all, outcome = $outcome,
    sentence_zh = $zh, sentence_en = $en
WHERE job_id = $job_id AND state IN ('queued', 'running')"""

_AGAIN = """
UPDATE job SET state = 'queued', attempts = 0, started_at = NULL, ended_at = NULL, rows_done = 0, rows_in_all = NULL,
    sentence_zh = NULL, sentence_en = NULL
WHERE job_id = $job_id AND state IN ('failed', 'cancelled')"""

_INTERRUPTED = f"""
UPDATE job SET state = 'failed', ended_at = $at, sentence_zh = $zh, sentence_en = $en
WHERE state = 'running' AND attempts >= {MOST_ATTEMPTS}"""


def enter(
    desk: Desk, file: Path, file_name: str, declared: Declared, *,
    encoding: str | None = None, layout: str | None = None, photos: Path | None = None,
    scans: Sequence[Scan] = (),
) -> int:
    """Ask for a file to be loaded; the file (and its photos) are moved to the store's keeping. Returns the job's number.

    `scans` are those of the resolution, already kept.
    """
    desk.require(Duty.LOAD)
    name, inbox = uuid4().hex, _inbox(desk.db)
    unfinished = inbox / f"{name}.part"
    unfinished.mkdir()
    for source, kept in ((photos, "photos"), (file, "original")):
        if source:
            shutil.move(source, unfinished / kept)
    with (unfinished / "original").open("rb") as kept:
        os.fsync(kept.fileno())
    unfinished.rename(inbox / name)
    size = (inbox / name / "original").stat().st_size
    with desk.db.transaction() as tx:
        job_id = tx.next_ids("job")
        tx.run(
            _INSERT, job_id=job_id, kind=str(JobKind.LOAD), asked_by=desk.actor.key, asked_at=desk.now(),
            about=about(file_name, size, declared, encoding, layout, scans), folder=name,
        )
    return job_id


def total(desk: Desk) -> int:
    """How many jobs there have been."""
    desk.require(Duty.LOAD)
    return desk.db.frame("SELECT count(*) AS n FROM job").item()


def page(desk: Desk, start: int, size: int) -> list[Job]:
    """Jobs, the latest first."""
    desk.require(Duty.LOAD)
    return _jobs(desk.db, desk.db.frame(_PAGE, start=start, size=size))


def under_way(desk: Desk) -> list[Job]:
    """Jobs that wait or run, the oldest first."""
    desk.require(Duty.LOAD)
    return _jobs(desk.db, desk.db.frame(_UNDER_WAY))


def undone(desk: Desk) -> list[Job]:
    """Jobs that ended without result and can be done again, the latest first."""
    desk.require(Duty.LOAD)
    return [job for job in _jobs(desk.db, desk.db.frame(_UNDONE)) if job.can_be_retried]


def one(db: Database, job_id: int) -> Job:
    """A job by its number. Raises NotFound."""
    found = _jobs(db, db.frame(_ONE, job_id=job_id))
    if not found:
        raise NotFound(f"没有任务{job_id}。", f"There is no job {job_id}.")
    return found[0]


def claim(db: Database, job_id: int, at: datetime) -> bool:
    """Take up a waiting job; False when it no longer waits."""
    with db.transaction() as tx:
        return tx.run(_CLAIM, job_id=job_id, at=at) == 1


def finish(tx: Transaction, job_id: int, received: Received, at: datetime) -> None:
    """Note that a load is done, in the very transaction that stores its filing."""
    counted, rows = received.outcome, received.outcome.records
    outcome = {"filing_id": received.filing_id, **asdict(counted), "cleared": counted.cleared}
    if not _ended(tx, job_id, JobState.DONE, at, rows, rows, outcome=json.dumps(outcome)):
        raise RuntimeError(f"job {job_id} ended before its filing was stored")


def end(
    db: Database, job_id: int, state: JobState, at: datetime, *, rows_done: int = 0, rows_in_all: int | None = None,
    zh: str | None = None, en: str | None = None,
) -> bool:
    """Note that a job that waits or runs has failed or was cancelled, and why; False when it has ended already."""
    with db.transaction() as tx:
        return _ended(tx, job_id, state, at, rows_done, rows_in_all, zh=zh, en=en)


def again(desk: Desk, job_id: int) -> None:
    """Put a job that failed or was cancelled back among those that wait. Raises NotAllowed, NotFound."""
    desk.require(Duty.LOAD)
    if not one(desk.db, job_id).can_be_retried:
        raise NotAllowed(
            "这个任务不能重试：它没有失败或取消，或文件已清除。请重新上传。",
            "This job cannot be done again: it did not fail, or its file is gone. Upload the file again.",
        )
    with desk.db.transaction() as tx:
        tx.run(_AGAIN, job_id=job_id)


def drop(desk: Desk, job_id: int) -> None:
    """Delete the file of a job that failed or was cancelled; it cannot be done again then."""
    desk.require(Duty.LOAD)
    job = one(desk.db, job_id)
    if job.can_be_retried:
        forget_file(job)


def forget_file(job: Job) -> None:
    """Delete the bytes a job worked on."""
    shutil.rmtree(job.folder, ignore_errors=True)


def recover(db: Database, at: datetime) -> list[int]:
    """After the app has ended, however: jobs found running wait again, files no job needs go. Returns those that wait."""
    if not db.frame("SELECT 1 FROM job WHERE state = 'running' LIMIT 1").is_empty():
        with db.transaction() as tx:
            tx.run(
                _INTERRUPTED, at=at,
                zh="办理中程序多次中断，已停止重试。请联系系统管理员，或用命令行接收。",
                en="The program stopped several times during this job. Ask the administrator, or load by command line.",
            )
            tx.run("UPDATE job SET state = 'queued', started_at = NULL WHERE state = 'running'")
    needed = db.frame(
        "SELECT folder FROM job WHERE state = 'queued' OR (state IN ('failed', 'cancelled') AND ended_at > $since)",
        since=at - _KEPT,
    )
    for path in _inbox(db).iterdir():
        if path.name not in set(needed["folder"]):
            shutil.rmtree(path)
    return db.frame("SELECT job_id FROM job WHERE state = 'queued' ORDER BY job_id")["job_id"].to_list()


def _ended(
    tx: Transaction, job_id: int, state: JobState, at: datetime, rows_done: int, rows_in_all: int | None, *,
    outcome: str | None = None, zh: str | None = None, en: str | None = None,
) -> bool:
    return tx.run(
        _END, job_id=job_id, state=str(state), at=at, rows_done=rows_done, rows_in_all=rows_in_all, outcome=outcome,
        zh=zh, en=en,
    ) == 1


def _inbox(db: Database) -> Path:
    folder = db.folder.resolve() / "inbox" / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _jobs(db: Database, rows: pl.DataFrame) -> list[Job]:
    return [job_of(row, _inbox(db)) for row in rows.iter_rows(named=True)]
