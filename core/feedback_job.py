"""反馈任务: a frozen run made into bundles behind the screens, cancelled, done again, taken up where it stopped (article 6).

Must not know who carries jobs out.
"""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import polars as pl

from core import at_rest, disk, feedback, jobs
from core.database import Database
from core.desk import Desk
from core.errors import NotAllowed, NotFound
from core.feedback_bundle import LINES, NOTICES, Bundle, BundleOrder
from core.job import Job
from core.vocabulary import Duty, JobKind

_MADE = "SELECT 1 FROM feedback_bundle WHERE run_id = $run_id LIMIT 1"


def ask(desk: Desk, run_id: int) -> int:
    """Ask for a run's bundles to be made; returns the job's number. Raises NotFound, NotAllowed when they are made or
    being made, DiskFull."""
    desk.require(Duty.FEEDBACK)
    _notices(desk, run_id)
    in_hand = any(job.kind is JobKind.FEEDBACK and job.asked["run_id"] == run_id for job in jobs.under_way(desk)[0])
    if in_hand or not desk.db.frame(_MADE, run_id=run_id).is_empty():
        raise NotAllowed(
            "这一批的反馈包已生成或正在生成。请在登记表中查看。", "The bundles of this run are made, or being made. See the register."
        )
    return jobs.enter_asked(desk, JobKind.FEEDBACK, {"run_id": run_id}, lambda folder: None)


def carry_out(desk: Desk, job: Job, work: Path, read: Callable[[BundleOrder], list[Any]]) -> bool:
    """Make what a job asks for and note it as done; False when it was cancelled. `read` has the order carried out.

    Bundles an earlier attempt made stay and are not made again. Raises NotAllowed when the frozen list is not as frozen.
    """
    desk.require(Duty.FEEDBACK)
    run_id = job.asked["run_id"]
    results = read(_laid_out(desk, run_id, work))
    if not results:
        return False
    _noted(desk, run_id, results[0], job)
    return True


def make(desk: Desk, run_id: int) -> list[Path]:
    """The same at once, for the command line: the bundles of a run, made where they are not yet."""
    desk.require(Duty.FEEDBACK)
    into = folder(desk.db, run_id)
    if desk.db.frame(_MADE, run_id=run_id).is_empty():
        bundles, = _laid_out(desk, run_id, into).carry_out(lambda *_: None)
        _noted(desk, run_id, bundles)
    return sorted(into.glob("*.zip"))


def folder(db: Database, run_id: int) -> Path:
    """Where the bundles of a run lie."""
    return db.folder.resolve() / "feedback" / str(run_id)


def _laid_out(desk: Desk, run_id: int, work: Path) -> BundleOrder:
    """The order, with what it works on written down."""
    notices = _notices(desk, run_id)
    frozen = desk.db.frame(feedback.OF_RUN, run_id=run_id)
    told = notices["sha256"][0]
    if told and feedback.fingerprint(frozen) != told:
        raise NotAllowed(
            "冻结清单与生成时的哈希不符，没有生成反馈包。请联系系统管理员。",
            "The frozen list does not match its hash and no bundle was made. Tell the administrator.",
        )
    into = folder(desk.db, run_id)
    into.mkdir(parents=True, exist_ok=True)
    at_rest.write(notices, into / NOTICES)
    at_rest.write(frozen, into / LINES)
    return BundleOrder(into, work)


def _notices(desk: Desk, run_id: int) -> pl.DataFrame:
    notices = feedback.notices_of(desk, run_id)
    if notices.is_empty():
        raise NotFound("没有这一批反馈。", "There is no such feedback run.")
    return notices


def _noted(desk: Desk, run_id: int, bundles: list[Bundle], job: Job | None = None) -> None:
    """Write the bundles into the register, and the job's end with them; then nobody needs what they were made from."""
    into, at = folder(desk.db, run_id), desk.now()
    disk.secure(into)
    made = pl.DataFrame([asdict(each) for each in bundles]).with_columns(
        run_id=pl.lit(run_id), made_at=pl.lit(at), made_by=pl.lit(desk.actor.key)
    )
    notices = sum(each.notices for each in bundles)
    with desk.db.transaction() as tx:
        tx.append("feedback_bundle", made)
        if job:
            jobs.done_with(tx, job.job_id, at, notices, [{"run_id": run_id, "notices": notices, "provinces": len(bundles)}])
    for name in (NOTICES, LINES):
        (into / name).unlink(missing_ok=True)
    if job:
        jobs.forget_file(job)
