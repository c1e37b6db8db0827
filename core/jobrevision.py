"""规则任务: a revision tried (试算), or put in force with the records on file sorted anew (重新整理), as jobs (articles 2, 8).

A proposal lies with its job: what it switches in the job's row, its tables in the job's folder; what a trial found lies
beside them for as long as the job's folder does. Must not know processes.
"""

import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from core import at_rest, jobs, revision, ruleset, trial
from core.database import Database, Transaction
from core.desk import Desk
from core.job import Job
from core.revision import Revised
from core.ruleset import Proposal
from core.settings import Settings
from core.trial import Progress, Reach, Trial
from core.vocabulary import Duty, JobKind, JobState

_TABLES, _FOUND = "tables", "found"


@dataclass(frozen=True)
class Watched:
    """How a job tells of itself while it is carried out: rows done of rows, and that it is about to store. Both may
    raise to end it."""

    progress: Progress
    storing: Callable[[], None]


def ask_trial(desk: Desk, proposal: Proposal, reach: Reach) -> int:
    """Ask for a proposal to be tried; returns the job's number. Raises DiskFull."""
    return jobs.enter_asked(desk, JobKind.TRIAL, _told(proposal, reach), lambda folder: _keep(proposal, folder))


def ask_revision(desk: Desk, proposal: Proposal, reach: Reach, *, effective_on: date, reason: str) -> int:
    """Ask for a proposal to be put in force, the records in reach sorted anew by it when that is today.

    Returns the job's number. Raises as revision.require_possible, and DiskFull.
    """
    revision.require_possible(desk, proposal, effective_on=effective_on, reason=reason)
    told = _told(proposal, reach) | {"effective_on": effective_on, "reason": reason}
    return jobs.enter_asked(desk, JobKind.RESORT, told, lambda folder: _keep(proposal, folder))


def ask_anew(desk: Desk, reach: Reach) -> int:
    """Ask for the filings in reach to be sorted anew by the version in force (重新整理); returns the job's number."""
    present = ruleset.in_force(desk.db, desk.now().date())
    told = _told(Proposal(present, present.settings), reach) | {"anew": True}
    return jobs.enter_asked(desk, JobKind.RESORT, told, lambda folder: (folder / _TABLES).mkdir())


def ask_release(desk: Desk) -> int:
    """Ask for what checks withdrawn by the version in force still hold to be let go; returns the job's number."""
    return jobs.enter_asked(desk, JobKind.RESORT, {}, lambda folder: None)


def carry_out(desk: Desk, job: Job, watched: Watched) -> None:
    """Try what the job asks for, or put it in force; it is noted as done with what came of it, all of it or nothing.

    What an earlier attempt left of itself is forgotten first. Raises as trial.run and revision.commit.
    """
    desk.require(Duty.RULES)
    found = job.folder / _FOUND
    shutil.rmtree(found, ignore_errors=True)
    if job.kind is JobKind.TRIAL:
        tried = trial.run(desk, proposal_of(desk.db, job), _reach(job), watched.progress, into=found)
        outcome = {"filings": tried.filings, "records": tried.records, **trial.totals(desk, tried)}
        watched.storing()
        with desk.db.transaction() as tx:
            jobs.done_with(tx, job.job_id, desk.now(), tried.records, [outcome])
        return
    rows = 0

    def along(tx: Transaction, revised: Revised) -> None:
        jobs.done_with(tx, job.job_id, desk.now(), rows, [asdict(revised)])

    if job.asked.get("anew"):
        tried = trial.run(desk, proposal_of(desk.db, job), _reach(job), watched.progress, into=found)
        rows = tried.records
        watched.storing()
        revision.sort_anew(desk, tried, along)
    elif job.asked:
        proposal, effective_on = proposal_of(desk.db, job), date.fromisoformat(job.asked["effective_on"])
        anew = None
        if effective_on <= desk.now().date():
            anew = trial.run(desk, proposal, _reach(job), watched.progress, into=found)
            rows = anew.records
        watched.storing()
        revision.commit(desk, proposal, effective_on=effective_on, reason=job.asked["reason"], trial=anew, along=along)
    else:
        watched.storing()
        revision.put_in_force(desk, along)
    jobs.forget_file(job)


def proposal_of(db: Database, job: Job) -> Proposal:
    """The proposal a job works on. Raises NotFound when its version is unknown."""
    settings = Settings.of(job.asked["off"], job.asked["thresholds"])
    tables = {path.stem: at_rest.read(path) for path in sorted((job.folder / _TABLES).glob("*.parquet"))}
    return Proposal(ruleset.of_version(db, job.asked["base"]), settings, tables)


def found_by(db: Database, job: Job) -> Trial | None:
    """What a trial found, while it lies with its job; None for one that is not done or whose results are gone."""
    if job.kind is not JobKind.TRIAL or job.state is not JobState.DONE or not (job.folder / _FOUND).exists():
        return None
    outcome, = job.outcome
    return Trial(proposal_of(db, job), _reach(job), job.folder / _FOUND, outcome["filings"], outcome["records"])


def _told(proposal: Proposal, reach: Reach) -> dict[str, Any]:
    return {
        "base": proposal.base.version, "off": sorted(proposal.settings.off), "thresholds": dict(proposal.settings.changed),
        "reach": asdict(reach),
    }


def _reach(job: Job) -> Reach:
    return Reach(**job.asked["reach"])


def _keep(proposal: Proposal, folder: Path) -> None:
    (folder / _TABLES).mkdir()
    for name, table in proposal.tables.items():
        at_rest.write(table, folder / _TABLES / f"{name}.parquet")
