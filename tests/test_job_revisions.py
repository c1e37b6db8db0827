"""A revision is tried and put in force behind the screens: measured, cancelled, done again, taken up after a kill."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from core import jobrevision, jobs, publication, resort, revision, ruleset, trial, views
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotAuthorised
from core.jobrunner import Runner
from core.ruleset import Proposal
from core.settings import Settings
from core.trial import Reach
from core.vocabulary import Duty, JobKind, JobState
from tests.builders import (
    NAMELESS,
    NOON,
    TERM,
    TOO_FAST,
    a_csv,
    a_desk,
    a_filing,
    at_desk,
    declared,
    kept_files,
    people,
    statuses,
)

ROOT = Path(__file__).parents[1]
TODAY = NOON.date()
PATIENCE = 60
ALL = Reach()
APP = """
import sys, time
from pathlib import Path
from core.jobrunner import Runner
from tests.builders import a_desk
from tests.test_job_revisions import asked_in_force
desk = a_desk(Path(sys.argv[1]))
runner = Runner(desk.db, lambda key: desk.actor, desk.now)
if len(sys.argv) > 2:
    runner.add([asked_in_force(desk)])
print("asked", flush=True)
runner.settle(60)
print("settled", flush=True)
"""


def a_runner(desk: Desk) -> Runner:
    """Who carries jobs out."""
    return Runner(desk.db, {desk.actor.key: desk.actor}.get, desk.now, workers=1, chunk=100)


def proposing(desk: Desk, *, off: tuple[str, ...] = (), tables: dict | None = None, **thresholds: int) -> Proposal:
    """A change of the latest version."""
    base = ruleset.in_force(desk.db, TODAY)
    return Proposal(base, Settings.of([*base.settings.off, *off], dict(base.settings.changed) | thresholds), tables or {})


def asked_in_force(desk: Desk, reach: Reach = ALL, reason: str = "延长年限。", **more: object) -> int:
    """A longer shortest study asked to be put in force."""
    told = {"effective_on": TODAY, "study_bachelor": 60} | more
    effective_on = told.pop("effective_on")
    return jobrevision.ask_revision(desk, proposing(desk, **told), reach, effective_on=effective_on, reason=reason)


def done(runner: Runner, desk: Desk, job_id: int) -> jobs.Job:
    """A job once it has ended."""
    runner.add([job_id])
    assert runner.settle(PATIENCE)
    return jobs.one(desk.db, job_id)


def filings(desk: Desk, many: int, each: int = 3) -> None:
    """Several filings of right records, in the layout with months of study."""
    for place in range(many):
        a_filing(desk, people(each, first=place * each), layout="named", name=f"{place}.csv")


class Held:
    """Holds a trial up before it judges another filing than the first, until it is let go."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go_on = threading.Event(), threading.Event()
        judge, seen = resort.judged, []

        def held(*told: object) -> object:
            seen.append(told)
            if len(seen) > 1:
                self.reached.set()
                assert self.go_on.wait(PATIENCE)
            return judge(*told)

        monkeypatch.setattr(resort, "judged", held)


def test_a_trial_as_a_job_finds_what_a_trial_at_once_finds_and_changes_nothing(desk):
    filings(desk, 2)
    a_filing(desk, people(2, first=90, **TOO_FAST), name="fast.csv")
    at_once = trial.run(desk, proposing(desk, study_bachelor=60), Reach())
    before = statuses(desk, 1)

    job = done(a_runner(desk), desk, jobrevision.ask_trial(desk, proposing(desk, study_bachelor=60), Reach()))
    found = jobrevision.found_by(desk.db, job)

    assert (job.kind, job.state, job.rows_done, job.rows_in_all) == (JobKind.TRIAL, JobState.DONE, 8, 8)
    assert trial.totals(desk, found) == trial.totals(desk, at_once)
    assert {key: job.outcome[0][key] for key in ("filings", "records", "failing", "withheld")} == {
        "filings": 3, "records": 8, "failing": 6, "withheld": 6,
    }
    assert trial.by_institution(desk, found).equals(trial.by_institution(desk, at_once))
    assert trial.samples(desk, found, "P11").equals(trial.samples(desk, at_once, "P11"))
    assert pl.read_parquet(found.changes).sort("record_id").equals(pl.read_parquet(at_once.changes).sort("record_id"))
    assert statuses(desk, 1) == before
    assert ruleset.versions(desk.db).height == 1


def test_what_a_trial_found_and_its_proposal_outlive_the_program(desk):
    filings(desk, 1)
    areas = ruleset.in_force(desk.db, TODAY).reference.table("areas")
    proposal = proposing(desk, off=("A51",), tables={"areas": areas.filter(pl.col("code") != "110101")}, age_entry=15)
    job_id = done(a_runner(desk), desk, jobrevision.ask_trial(desk, proposal, Reach("2024-2", "11"))).job_id
    desk.db.close()

    again = a_desk(desk.db.folder.parent)
    a_runner(again)
    job = jobs.one(again.db, job_id)
    found = jobrevision.found_by(again.db, job)

    assert found.reach == Reach("2024-2", "11")
    assert found.proposal.ruleset().fingerprint == proposal.ruleset().fingerprint
    assert found.rules == proposal.changed_rules()
    assert trial.totals(again, found)["failing"] > 0
    jobs.forget_file(job)
    assert jobrevision.found_by(again.db, job) is None


def test_a_trial_tells_rows_done_of_rows_with_rate_and_time_left_and_other_people_go_on(desk, monkeypatch):
    filings(desk, 3)
    held, runner = Held(monkeypatch), a_runner(desk)
    job_id = jobrevision.ask_trial(desk, proposing(desk, study_bachelor=60), Reach())
    runner.add([job_id])
    assert held.reached.wait(PATIENCE)

    told = runner.progress(job_id)
    with desk.db.transaction() as tx:
        tx.run("UPDATE filing SET file_name = file_name")
    held.go_on.set()

    assert (told.rows_done, told.rows_in_all, told.storing) == (3, 9, False)
    assert told.rate > 0 and told.seconds_left > 0
    assert runner.settle(PATIENCE)
    assert runner.progress(job_id) is None


@pytest.mark.parametrize("kind", [JobKind.TRIAL, JobKind.RESORT])
def test_a_cancelled_revision_leaves_everything_as_it_was_and_can_be_done_again(desk, monkeypatch, kind):
    filings(desk, 3)
    held, runner, before = Held(monkeypatch), a_runner(desk), kept_files(desk)
    trying = kind is JobKind.TRIAL
    job_id = jobrevision.ask_trial(desk, proposing(desk, study_bachelor=60), Reach()) if trying else asked_in_force(desk)
    runner.add([job_id])
    assert held.reached.wait(PATIENCE)
    runner.cancel(desk, job_id)
    held.go_on.set()
    assert runner.settle(PATIENCE)
    cancelled = jobs.one(desk.db, job_id)

    assert (cancelled.state, cancelled.rows_done) == (JobState.CANCELLED, 3)
    assert cancelled.can_be_retried and jobs.undone(desk) == [cancelled]
    assert ruleset.versions(desk.db).height == 1
    assert statuses(desk, 1) == {"cleared": 3}
    assert kept_files(desk) == before
    runner.retry(desk, job_id)
    assert runner.settle(PATIENCE)
    assert (jobs.one(desk.db, job_id).state, jobs.one(desk.db, job_id).rows_done) == (JobState.DONE, 9)


def test_a_revision_put_in_force_sorts_anew_what_is_on_file_by_then(desk):
    filings(desk, 2)
    runner, job_id = a_runner(desk), asked_in_force(desk)
    a_filing(desk, people(1, first=60), layout="named", name="later.csv")

    job = done(runner, desk, job_id)

    assert (job.kind, job.state, job.rows_done) == (JobKind.RESORT, JobState.DONE, 7)
    assert job.outcome == ({"version": 2, "closed": 0, "entered": 7, "cleared": 0, "withheld": 7, "excluded": 0},)
    assert [statuses(desk, filing_id) for filing_id in (1, 2, 3)] == [{"withheld": 3}, {"withheld": 3}, {"withheld": 1}]
    assert views.filing(desk, 3)["ruleset"] == ruleset.in_force(desk.db, TODAY).fingerprint
    assert not job.folder.exists()
    assert list((desk.db.folder / "work").iterdir()) == []


def test_filings_sorted_under_an_older_version_are_sorted_anew_as_a_job(desk):
    revision.commit(desk, proposing(desk, off=("I01",)), effective_on=TODAY, reason="停用")
    filing = a_filing(desk, [*people(2), *people(1, first=2, **NAMELESS)], approved=True).filing_id
    base = ruleset.in_force(desk.db, TODAY)
    revision.commit(desk, Proposal(base, Settings.of()), effective_on=TODAY, reason="恢复")
    assert (publication.ready(desk, TERM), revision.outdated(desk)) == (0, 1)

    job = done(a_runner(desk), desk, jobrevision.ask_anew(desk, ALL))

    assert (job.kind, job.state, job.rows_done) == (JobKind.RESORT, JobState.DONE, 3)
    assert job.outcome == ({"version": 3, "closed": 0, "entered": 1, "cleared": 0, "withheld": 1, "excluded": 0},)
    assert (publication.ready(desk, TERM), revision.outdated(desk)) == (2, 0)
    assert statuses(desk, filing) == {"cleared": 2, "withheld": 1}
    assert ruleset.in_force(desk.db, TODAY).version == 3
    with pytest.raises(NotAuthorised):
        jobrevision.ask_anew(at_desk(desk, Duty.READ), ALL)


def test_putting_in_force_as_a_job_does_what_it_does_at_once(desk, tmp_path):
    apart = a_desk(tmp_path / "apart")
    for each in (desk, apart):
        filings(each, 2)
        a_filing(each, people(2, first=90, **TOO_FAST), name="fast.csv")
    proposal = proposing(apart, study_bachelor=60)
    revision.commit(apart, proposal, effective_on=TODAY, reason="延长年限。", trial=trial.run(apart, proposal, Reach()))

    done(a_runner(desk), desk, asked_in_force(desk))

    for asked in ("SELECT record_id, rule, class, field, value, closed FROM finding ORDER BY ALL",
                  "SELECT record_id, status FROM record ORDER BY 1", "SELECT version, reason, made_by FROM ruleset ORDER BY 1",
                  "SELECT record_id, status, reason FROM withheld_case ORDER BY 1", "SELECT * FROM rule_tally ORDER BY ALL"):
        assert desk.db.frame(asked).equals(apart.db.frame(asked))
    apart.db.close()


def test_a_revision_for_later_is_kept_without_judging_and_let_go_when_its_day_comes(desk):
    a_filing(desk, people(2, **TOO_FAST))
    job = done(a_runner(desk), desk, asked_in_force(desk, off=("P11",), effective_on=TODAY + timedelta(days=3)))
    assert (job.state, job.rows_done, statuses(desk, 1)) == (JobState.DONE, 0, {"withheld": 2})

    later = at_desk(desk, at=NOON + timedelta(days=3))
    job = done(a_runner(later), later, jobrevision.ask_release(later))

    assert job.outcome[0]["cleared"] == 2
    assert statuses(desk, 1) == {"cleared": 2}


@pytest.mark.parametrize(("more", "told"), [
    ({"reason": " "}, "理由"), ({"effective_on": TODAY - timedelta(days=1)}, "早于今天"), ({"study_bachelor": 33}, "没有任何修改"),
], ids=["no reason", "a day gone by", "no change"])
def test_what_cannot_be_a_version_is_refused_before_it_becomes_a_job(desk, more, told):
    with pytest.raises(BadRequest) as refused:
        asked_in_force(desk, **more)

    assert told in refused.value.zh
    assert jobs.total(desk) == 0
    assert not list((desk.db.folder / "inbox" / "jobs").glob("*"))


def test_of_two_revisions_asked_for_on_one_version_only_the_first_is_made(desk):
    runner = a_runner(desk)
    one, two = asked_in_force(desk), asked_in_force(desk, study_bachelor=50)
    runner.add([one, two])
    assert runner.settle(PATIENCE)

    assert [jobs.one(desk.db, each).state for each in (one, two)] == [JobState.DONE, JobState.FAILED]
    assert "刷新" in jobs.one(desk.db, two).zh
    assert ruleset.versions(desk.db).height == 2


def test_only_the_keeper_of_the_rulebook_asks_for_sees_and_ends_these_jobs(desk):
    loader, keeper = at_desk(desk, Duty.LOAD, Duty.READ), at_desk(desk, Duty.RULES)
    job_id, runner = jobrevision.ask_trial(desk, proposing(desk, study_bachelor=60), Reach()), a_runner(desk)
    runner.settle(PATIENCE)

    assert (jobs.total(loader), jobs.page(loader, 0, 9), jobs.total(keeper)) == (0, [], 1)
    for act in (
        lambda: runner.cancel(loader, job_id), lambda: runner.retry(loader, job_id), lambda: jobs.drop(loader, job_id),
        lambda: jobrevision.ask_trial(loader, proposing(desk, study_bachelor=60), Reach()), lambda: asked_in_force(loader),
        lambda: jobrevision.ask_release(loader),
    ):
        with pytest.raises(NotAuthorised):
            act()
    with pytest.raises(NotAllowed):
        runner.cancel(keeper, job_id)


def test_loads_and_revisions_asked_for_together_are_each_carried_out(desk, tmp_path):
    filings(desk, 1)
    runner = a_runner(desk)
    trying = jobrevision.ask_trial(desk, proposing(desk, study_bachelor=60), Reach())
    load = runner.load(desk, a_csv(tmp_path / "new.csv", [*people(5, first=300), *people(1, first=310, **NAMELESS)]), "new.csv", declared())
    runner.add([trying])
    assert runner.settle(PATIENCE)

    assert {job.state for job in jobs.several(desk.db, [trying, load])} == {JobState.DONE}
    assert jobs.one(desk.db, load).outcome[0]["records"] == 6


def test_a_revision_killed_with_the_app_at_any_instant_runs_again_and_is_made_once(tmp_path):
    chance = random.Random(7)
    for _ in range(100 if os.environ.get("DESK_PROOF") else 2):
        folder = tmp_path / f"round-{_}"
        folder.mkdir()
        desk = a_desk(folder)
        filings(desk, 4)
        publication_waits = publication.ready(desk, TERM)
        desk.db.close()
        first = _app(folder, "ask")
        time.sleep(chance.random() * 0.3)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        assert "settled" in _app(folder).communicate(timeout=PATIENCE)[0]

        desk = a_desk(folder)
        assert [job.state for job in jobs.page(desk, 0, 9)] == [JobState.DONE]
        assert ruleset.versions(desk.db).height == 2
        assert [statuses(desk, filing_id) for filing_id in range(1, 5)] == [{"withheld": 3}] * 4
        assert desk.db.frame("SELECT count(*) FROM finding WHERE rule = 'P11' AND closed IS NULL").item() == 12
        assert desk.db.frame("SELECT count(*) FROM withheld_case").item() == 12
        assert publication_waits == publication.ready(desk, TERM) == 0
        assert not list((desk.db.folder / "inbox" / "jobs").iterdir())
        desk.db.close()


def _app(folder: Path, *more: str) -> subprocess.Popen[str]:
    """The app over a store, once it has asked for what it is told to ask."""
    app = subprocess.Popen([sys.executable, "-c", APP, str(folder), *more], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert app.stdout.readline() == "asked\n"
    return app
