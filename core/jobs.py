"""任务: work asked for at a desk and done behind the screens, one row each in the store, its files in `inbox/jobs/`.

Must not know processes: who carries a job out is the runner's.
"""

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from core import disk, jobfiles, supply
from core.attachments import Scan
from core.database import Database, Transaction
from core.deadlines import Term
from core.desk import Desk
from core.errors import NotAllowed, NotFound
from core.intake import Received
from core.job import DUTIES, Job, JobFile, about, job_of
from core.package import Package
from core.supply import Supplied, Whose
from core.vocabulary import Duty, JobKind, JobState

_COLUMNS = """job_id, kind, state, asked_by, asked_at, started_at, ended_at, rows_done, rows_in_all, about, folder, outcome,
    sentence_zh, sentence_en"""

_PAGE = f"SELECT {_COLUMNS} FROM job WHERE list_contains($kinds, kind) ORDER BY job_id DESC LIMIT $size OFFSET $start"
_SEVERAL = f"SELECT {_COLUMNS} FROM job WHERE list_contains($job_ids, job_id) ORDER BY job_id"
_UNDER_WAY = f"""
SELECT {_COLUMNS}, count(*) OVER () AS in_all FROM job WHERE state IN ('queued', 'running') AND list_contains($kinds, kind)
ORDER BY state = 'queued', job_id LIMIT $most"""
_UNDONE = f"SELECT {_COLUMNS} FROM job WHERE state IN ('failed', 'cancelled') AND list_contains($kinds, kind) ORDER BY job_id DESC"

_CLAIM = """
UPDATE job SET state = 'running', started_at = $at, attempts = attempts + 1, rows_done = 0, rows_in_all = NULL
WHERE list_contains($job_ids, job_id) AND state = 'queued'"""

_END = """
UPDATE job SET state = $state, ended_at = $at, rows_done = $rows_done, rows_in_all = $rows_in_all, outcome = $outcome,
    sentence_zh = $zh, sentence_en = $en
WHERE job_id = $job_id AND state IN ('queued', 'running')"""

_AGAIN = """
UPDATE job SET state = 'queued', attempts = 0, started_at = NULL, ended_at = NULL, rows_done = 0, rows_in_all = NULL,
    sentence_zh = NULL, sentence_en = NULL
WHERE job_id = $job_id AND state IN ('failed', 'cancelled')"""

@dataclass(frozen=True)
class Asking:
    """A package to be loaded: its parts, what is declared of each data file in their order, and how it came; or photos
    alone, for the records of an institution's semester.

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
    kind: JobKind = JobKind.LOAD
    term: Term | None = None

    @classmethod
    def of_photos(cls, desk: Desk, photos: Path, name: str, whose: Whose, *, copied: bool = False) -> "Asking":
        """Photos that come alone, a folder or zip, for records on file. Raises as supply.filings_of."""
        supply.filings_of(desk, whose)
        return cls(name, Package((), photos), (), whose.institution, copied=copied, kind=JobKind.PHOTOS, term=whose.term)
KEEPS_FILES = "(state IN ('failed', 'cancelled') OR (kind = 'trial' AND state = 'done'))"
"""Which jobs that have ended keep their folder for a while: to be done again, or for what they found."""


def enter(desk: Desk, asked: Sequence[Asking]) -> list[int]:
    """Ask for packages to be loaded; their parts come into the store's keeping. Returns the jobs' numbers. Raises DiskFull."""
    desk.require(Duty.LOAD)
    with jobfiles.kept(inbox(desk.db), [(each.package, each.copied) for each in asked]) as folders:
        return _entered(desk, [
            (each.kind, folder, about(
                each.name, each.files, institution=each.institution, term=each.term, way=each.way, scans=each.scans
            ))
            for each, folder in zip(asked, folders, strict=True)
        ])


def enter_asked(desk: Desk, kind: JobKind, asked: dict[str, Any], fill: Callable[[Path], None]) -> int:
    """Ask for a job without a filing's files; `fill` puts what it works on into its folder. Returns its number. Raises DiskFull."""
    desk.require(DUTIES[kind])
    folder = inbox(desk.db) / uuid4().hex
    try:
        with disk.told_when_full():
            folder.mkdir()
            fill(folder)
        told = {"name": kind.zh, "files": [], "asked": asked}
        return _entered(desk, [(kind, folder.name, json.dumps(told, ensure_ascii=False, default=str))])[0]
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def total(desk: Desk) -> int:
    """How many jobs there have been, of the kinds this person may ask for."""
    return desk.db.frame("SELECT count(*) AS n FROM job WHERE list_contains($kinds, kind)", kinds=_kinds(desk)).item()


def page(desk: Desk, start: int, size: int) -> list[Job]:
    """Jobs of the kinds this person may ask for, the latest first."""
    return _jobs(desk.db, desk.db.frame(_PAGE, start=start, size=size, kinds=_kinds(desk)))


def under_way(desk: Desk, *, most: int | None = None) -> tuple[list[Job], int]:
    """Those of them that run and then those that wait, the oldest first and at most so many; and how many there are in all."""
    found = desk.db.frame(_UNDER_WAY, kinds=_kinds(desk), most=most)
    return _jobs(desk.db, found.drop("in_all")), (found["in_all"][0] if found.height else 0)


def undone(desk: Desk) -> list[Job]:
    """Those of them that ended without result and can be done again, the latest first."""
    return [job for job in _jobs(desk.db, desk.db.frame(_UNDONE, kinds=_kinds(desk))) if job.can_be_retried]


def several(db: Database, job_ids: Sequence[int]) -> list[Job]:
    """Jobs by their numbers, the oldest first."""
    return _jobs(db, db.frame(_SEVERAL, job_ids=list(job_ids))) if job_ids else []


def one(db: Database, job_id: int) -> Job:
    """A job by its number. Raises NotFound."""
    found = several(db, [job_id])
    if not found:
        raise NotFound(f"没有任务{job_id}。", f"There is no job {job_id}.")
    return found[0]


def own(desk: Desk, job_id: int) -> Job:
    """A job by its number, of a kind this person may ask for. Raises NotAuthorised, NotFound."""
    _kinds(desk)
    job = one(desk.db, job_id)
    desk.require(DUTIES[job.kind])
    return job


def claim(db: Database, job_ids: Sequence[int], at: datetime) -> list[Job]:
    """Take up waiting jobs; those that no longer wait are left out."""
    with db.transaction(counts=False) as tx:
        tx.run(_CLAIM, job_ids=list(job_ids), at=at)
    return [job for job in several(db, job_ids) if job.state is JobState.RUNNING]


def finish(tx: Transaction, done: Mapping[int, Sequence[Received]], at: datetime) -> None:
    """Note that loads are done, in the very transaction that stores their filings."""
    for job_id, received in done.items():
        told = [{"filing_id": each.filing_id, **asdict(each.outcome), "cleared": each.outcome.cleared} for each in received]
        done_with(tx, job_id, at, sum(each.outcome.records for each in received), told)


def finish_photos(tx: Transaction, job_id: int, supplied: Supplied, at: datetime) -> None:
    """Note that photos were put to their records, in the very transaction that does so."""
    done_with(tx, job_id, at, supplied.photos, [asdict(supplied)])


def done_with(tx: Transaction, job_id: int, at: datetime, rows: int, outcome: Sequence[Mapping[str, int]]) -> None:
    """Note that a job is done, in the very transaction that stores what came of it."""
    if not _ended(tx, job_id, JobState.DONE, at, rows, rows, outcome=json.dumps(outcome)):
        raise RuntimeError(f"job {job_id} ended before what came of it was stored")


def end(
    db: Database, job_id: int, state: JobState, at: datetime, *, rows_done: int = 0, rows_in_all: int | None = None,
    zh: str | None = None, en: str | None = None,
) -> bool:
    """Note that a job that waits or runs has failed or was cancelled, and why; False when it has ended already."""
    with db.transaction(counts=False) as tx:
        return _ended(tx, job_id, state, at, rows_done, rows_in_all, zh=zh, en=en)


def again(desk: Desk, job_id: int) -> None:
    """Put a job that failed or was cancelled back among those that wait. Raises NotAllowed, NotFound."""
    if not own(desk, job_id).can_be_retried:
        raise NotAllowed(
            "这个任务不能重试：它没有失败或取消，或文件已清除。请重新上传。",
            "This job cannot be done again: it did not fail, or its file is gone. Upload the file again.",
        )
    with desk.db.transaction(counts=False) as tx:
        tx.run(_AGAIN, job_id=job_id)


def drop(desk: Desk, job_id: int) -> None:
    """Delete the files of a job that failed or was cancelled; it cannot be done again then."""
    job = own(desk, job_id)
    if job.can_be_retried:
        forget_file(job)


def forget_file(job: Job) -> None:
    """Delete the bytes a job worked on."""
    shutil.rmtree(job.folder, ignore_errors=True)


def _entered(desk: Desk, told: Sequence[tuple[JobKind, str, str]]) -> list[int]:
    """Put jobs on the record, each with its kind, its folder and what it works on."""
    with desk.db.transaction(counts=False) as tx:
        first = tx.next_ids("job", len(told))
        tx.append("job", pl.DataFrame([
            {
                "job_id": job_id, "kind": str(kind), "state": str(JobState.QUEUED), "asked_by": desk.actor.key,
                "asked_at": desk.now(), "attempts": 0, "rows_done": 0, "folder": folder, "about": about,
            }
            for job_id, (kind, folder, about) in zip(count(first), told, strict=False)
        ]))
    return list(range(first, first + len(told)))


def _kinds(desk: Desk) -> list[str]:
    """The kinds of jobs this person may ask for; raises NotAuthorised when there are none."""
    kinds = [str(kind) for kind, duty in DUTIES.items() if desk.actor.may(duty)]
    if not kinds:
        desk.require(Duty.LOAD)
    return kinds


def _ended(
    tx: Transaction, job_id: int, state: JobState, at: datetime, rows_done: int, rows_in_all: int | None, *,
    outcome: str | None = None, zh: str | None = None, en: str | None = None,
) -> bool:
    return tx.run(
        _END, job_id=job_id, state=str(state), at=at, rows_done=rows_done, rows_in_all=rows_in_all, outcome=outcome,
        zh=zh, en=en,
    ) == 1


def inbox(db: Database) -> Path:
    """Where the folders of jobs lie."""
    folder = db.folder.resolve() / "inbox" / "jobs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _jobs(db: Database, rows: pl.DataFrame) -> list[Job]:
    return [job_of(row, inbox(db)) for row in rows.iter_rows(named=True)]
