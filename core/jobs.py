"""任务: work asked for at a desk and done behind the screens, one row each in the store, its files in `inbox/jobs/`.

Must not know processes: who carries a job out is the runner's.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import polars as pl

from core import jobfiles
from core.attachments import Scan
from core.database import Database, Transaction
from core.desk import Desk
from core.errors import NotAllowed, NotFound
from core.intake import Received
from core.job import Job, JobFile, about, job_of
from core.package import Package
from core.vocabulary import Duty, JobKind, JobState

MOST_ATTEMPTS = 3
"""How often a job is taken up again after the app ended in the midst of it."""
_KEPT = timedelta(days=7)
"""How long the file of a job that failed or was cancelled stays, so that it can be done again."""

_COLUMNS = """job_id, kind, state, asked_by, asked_at, started_at, ended_at, rows_done, rows_in_all, about, folder, outcome,
    sentence_zh, sentence_en"""

_PAGE = f"SELECT {_COLUMNS} FROM job ORDER BY job_id DESC LIMIT $size OFFSET $start"
_SEVERAL = f"SELECT {_COLUMNS} FROM job WHERE list_contains($job_ids, job_id) ORDER BY job_id"
_UNDER_WAY = f"SELECT {_COLUMNS} FROM job WHERE state IN ('queued', 'running') ORDER BY job_id"
_UNDONE = f"SELECT {_COLUMNS} FROM job WHERE state IN ('failed', 'cancelled') ORDER BY job_id DESC"

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


@dataclass(frozen=True)
class Asking:
    """A package to be loaded: its parts, what is declared of each data file in their order, and how it came.

    `scans` are those of the resolution, already kept. The parts are moved away, or with `copied` also left where they
    are: who laid them there may lose them only when the job is on the record.
    """

    name: str
    package: Package
    files: tuple[JobFile, ...]
    institution: str | None = None
    way: str = "desk"
    scans: tuple[Scan, ...] = ()
    copied: bool = False


def enter(desk: Desk, asked: Sequence[Asking]) -> list[int]:
    """Ask for packages to be loaded; their parts come into the store's keeping. Returns the jobs' numbers. Raises DiskFull."""
    desk.require(Duty.LOAD)
    with jobfiles.kept(_inbox(desk.db), [(each.package, each.copied) for each in asked]) as folders, desk.db.transaction() as tx:
        first = tx.next_ids("job", len(asked))
        tx.append("job", pl.DataFrame([
            {
                "job_id": job_id, "kind": str(JobKind.LOAD), "state": str(JobState.QUEUED), "asked_by": desk.actor.key,
                "asked_at": desk.now(), "attempts": 0, "rows_done": 0, "folder": folder,
                "about": about(each.name, each.files, institution=each.institution, way=each.way, scans=each.scans),
            }
            for job_id, each, folder in zip(count(first), asked, folders, strict=False)
        ]))
    return list(range(first, first + len(asked)))


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


def several(db: Database, job_ids: Sequence[int]) -> list[Job]:
    """Jobs by their numbers, the oldest first."""
    return _jobs(db, db.frame(_SEVERAL, job_ids=list(job_ids))) if job_ids else []


def one(db: Database, job_id: int) -> Job:
    """A job by its number. Raises NotFound."""
    found = several(db, [job_id])
    if not found:
        raise NotFound(f"没有任务{job_id}。", f"There is no job {job_id}.")
    return found[0]


def claim(db: Database, job_ids: Sequence[int], at: datetime) -> list[Job]:
    """Take up waiting jobs; those that no longer wait are left out."""
    with db.transaction() as tx:
        claimed = [job_id for job_id in job_ids if tx.run(_CLAIM, job_id=job_id, at=at)]
    return several(db, claimed)


def finish(tx: Transaction, done: Mapping[int, Sequence[Received]], at: datetime) -> None:
    """Note that loads are done, in the very transaction that stores their filings."""
    for job_id, received in done.items():
        outcome = [
            {"filing_id": each.filing_id, **asdict(each.outcome), "cleared": each.outcome.cleared} for each in received
        ]
        rows = sum(each.outcome.records for each in received)
        if not _ended(tx, job_id, JobState.DONE, at, rows, rows, outcome=json.dumps(outcome)):
            raise RuntimeError(f"job {job_id} ended before its filings were stored")


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
    """Delete the files of a job that failed or was cancelled; it cannot be done again then."""
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
