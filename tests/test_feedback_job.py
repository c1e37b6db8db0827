"""Feedback bundles made behind the screens: measured, cancelled, done again, taken up after a stop; made once."""

import zipfile

import pytest

from core import feedback, feedback_job, jobs
from core.errors import NotAllowed, NotAuthorised, NotFound
from core.feedback_bundle import LINES, NOTICES, BundleOrder
from core.jobrunner import Runner
from core.vocabulary import Duty, JobKind, JobState
from tests.builders import NAMELESS, TERM, a_desk, a_filing, at_desk, people

PATIENCE = 60


@pytest.fixture
def desk(tmp_path):
    desk = a_desk(tmp_path)
    for place, institution in enumerate(("80901", "80902", "80906")):
        a_filing(desk, people(3, first=10 * place, institution=institution, **NAMELESS), institution=institution, approved=True,
                 name=f"{institution}.csv")
    feedback.issue(desk, TERM)
    return desk


def _runner(desk, db=None):
    return Runner(db or desk.db, {desk.actor.key: desk.actor}.get, desk.now, workers=1)


def _state(desk, job_id):
    return jobs.one(desk.db, job_id).state


def test_a_run_is_made_behind_the_screens_and_its_bundles_come_into_the_register(desk):
    runner = _runner(desk)

    job_id = feedback_job.ask(desk, 1)
    runner.add([job_id])
    assert runner.settle(PATIENCE)

    job = jobs.one(desk.db, job_id)
    assert (job.state, job.rows_done, job.outcome) == (JobState.DONE, 3, ({"run_id": 1, "notices": 3, "provinces": 3},))
    made = desk.db.frame("SELECT province, notices, made_by FROM feedback_bundle ORDER BY province").rows()
    folder = feedback_job.folder(desk.db, 1)
    assert [f"{province}.zip" for province, _, _ in made] == sorted(path.name for path in folder.iterdir())
    assert {row[1:] for row in made} == {(1, desk.actor.key)}
    assert not job.folder.exists()


def test_it_tells_how_many_notices_there_are_and_are_done(desk, tmp_path):
    feedback_job.make(desk, 1)
    told = []
    folder = tmp_path / "again"
    folder.mkdir()
    feedback.notices_of(desk, 1).write_parquet(folder / NOTICES)
    desk.db.frame(feedback.OF_RUN, run_id=1).write_parquet(folder / LINES)

    BundleOrder(folder, tmp_path / "work").carry_out(lambda *line: told.append(line))

    assert told[0] == (0, "rows", 3)
    done = [many for _, name, many in told if name == "done"]
    assert done == sorted(done)
    assert done[-1] == 3


def test_a_run_is_made_once_and_asked_for_once(desk):
    feedback_job.ask(desk, 1)
    with pytest.raises(NotAllowed):
        feedback_job.ask(desk, 1)

    assert _runner(desk).settle(PATIENCE)

    with pytest.raises(NotAllowed):
        feedback_job.ask(desk, 1)


def test_a_cancelled_job_makes_nothing_known_and_can_be_done_again(desk):
    job_id = feedback_job.ask(desk, 1)
    runner = Runner(desk.db, {}.get, desk.now, workers=1)  # nobody it knows asked: the job cannot be done
    assert runner.settle(PATIENCE)
    assert _state(desk, job_id) is JobState.FAILED
    runner = _runner(desk)
    runner.retry(desk, job_id)
    try:
        runner.cancel(desk, job_id)
    except NotAllowed:  # it was too late
        pytest.skip("the job was done before it could be cancelled")
    assert runner.settle(PATIENCE)
    assert _state(desk, job_id) is JobState.CANCELLED
    assert desk.db.frame("SELECT * FROM feedback_bundle").is_empty()

    runner.retry(desk, job_id)
    assert runner.settle(PATIENCE)

    assert _state(desk, job_id) is JobState.DONE
    assert desk.db.frame("SELECT count(*) AS n FROM feedback_bundle").item() == 3


def test_a_job_the_app_left_in_the_midst_goes_on_where_it_stopped(desk):
    job_id = feedback_job.ask(desk, 1)
    assert jobs.claim(desk.db, [job_id], desk.now())
    order = feedback_job._laid_out(desk, 1, desk.db.folder / "work" / "x")
    order.carry_out(lambda *_: None)
    (order.into / "31.zip").unlink()
    kept = (order.into / "11.zip").stat().st_mtime_ns

    assert _runner(desk).settle(PATIENCE)

    assert _state(desk, job_id) is JobState.DONE
    assert (order.into / "11.zip").stat().st_mtime_ns == kept
    with zipfile.ZipFile(order.into / "31.zip") as bundle:
        assert bundle.testzip() is None
        assert len(bundle.namelist()) == 3


def test_making_needs_its_duty_and_a_run_that_exists(desk):
    with pytest.raises(NotAuthorised):
        feedback_job.ask(at_desk(desk, *(duty for duty in Duty if duty is not Duty.FEEDBACK)), 1)
    with pytest.raises(NotFound):
        feedback_job.ask(desk, 7)
    assert not [job for job in jobs.page(desk, 0, 10) if job.kind is JobKind.FEEDBACK]
