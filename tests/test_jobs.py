"""Work behind the screens: measured, cancelled, retried, and taken up again after a kill; a filing is stored once."""

import logging
import os
import random
import re
import shutil
import subprocess
import sys
import time
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from core import attachments, jobprocess, jobrecovery, jobs, pictures, reading, review, ruleset, views
from core.declaration import Grounds
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.job import JobFile
from core.jobrecovery import MOST_ATTEMPTS
from core.jobrunner import Runner
from core.jobs import Asking
from core.jobworker import Order, Packed
from core.package import Package
from core.vocabulary import Duty, JobState
from tests.builders import NAMELESS, NOON, a_csv, a_desk, a_filing, at_desk, declared, kept_files, people, statuses
from tests.builders_dbf import write_dbf
from tests.builders_files import CODES, a_row, csv_bytes
from tests.test_photos import a_photo

ROOT = Path(__file__).parents[1]
ROUNDS = 100 if os.environ.get("DESK_PROOF") else 2
PATIENCE = 60
APP = """
import sys, time
from pathlib import Path
from core.jobrunner import Runner
from tests.builders import a_desk, declared
desk = a_desk(Path(sys.argv[1]))
runner = Runner(desk.db, lambda key: desk.actor, desk.now, workers=2, chunk=100)
for name in sys.argv[2:]:
    runner.load(desk, Path(name), Path(name).name, declared())
print("asked", flush=True)
runner.settle(60)
print("settled", flush=True)
time.sleep(60)
"""


def an_asking(path: Path, **more) -> Asking:
    """One file asked to be loaded, with what `declared` declares."""
    return Asking(path.name, Package((path,)), (JobFile(path.name, path.stat().st_size, declared()),), **more)


def _runner(desk: Desk, **more):
    return Runner(desk.db, {desk.actor.key: desk.actor}.get, desk.now, **({"workers": 1, "chunk": 100} | more))


def _left(desk):
    """What a job leaves in the store's folders besides filings: nothing, once it has ended well."""
    return [path for name in ("work", "inbox/jobs") for path in (desk.db.folder / name).iterdir()]


def _until(so):
    """Wait until something is so, and tell it."""
    limit = time.monotonic() + PATIENCE
    while not (found := so()):
        assert time.monotonic() < limit, "it never came to that"
        time.sleep(0.002)
    return found


def _first_progress(runner, job_id):
    """Wait until some rows are done."""
    return _until(lambda: (told := runner.progress(job_id)) and told.rows_done)


def test_a_load_asked_for_returns_at_once_and_is_done_behind_the_screens(desk, tmp_path):
    path = a_csv(tmp_path / "filing.csv", [*people(40), *people(2, first=40, **NAMELESS)])
    runner = _runner(desk)

    job_id = runner.load(desk, path, "filing.csv", declared())
    waiting = jobs.one(desk.db, job_id)
    assert runner.settle(PATIENCE)

    job = jobs.one(desk.db, job_id)
    assert waiting.state in (JobState.QUEUED, JobState.RUNNING)
    assert (job.state, job.asked_by, job.rows_done, job.rows_in_all) == (JobState.DONE, desk.actor.key, 42, 42)
    assert [(each["records"], each["withheld"], each["cleared"]) for each in job.outcome] == [(42, 2, 40)]
    assert statuses(desk, job.outcome[0]["filing_id"]) == {"cleared": 40, "withheld": 2}
    assert _left(desk) == []
    assert not path.exists()


def test_a_job_finds_what_a_load_at_the_screen_finds(desk, tmp_path):
    records = [*people(150), *people(5, first=150, **NAMELESS), *people(2, first=3)]
    apart = a_desk(tmp_path / "apart")
    at_screen = a_filing(apart, records).filing_id
    runner = _runner(desk)
    runner.load(desk, a_csv(tmp_path / "filing.csv", records), "filing.csv", declared())
    assert runner.settle(PATIENCE)

    told = "SELECT record_id, rule, field, value FROM finding ORDER BY ALL"
    assert desk.db.frame(told).rows() == apart.db.frame(told).rows()
    assert desk.db.frame("SELECT * FROM rule_tally ORDER BY ALL").rows() == apart.db.frame("SELECT * FROM rule_tally ORDER BY ALL").rows()
    assert at_screen == 1
    apart.db.close()


def test_progress_counts_up_to_the_rows_with_rate_and_time_left(desk, tmp_path):
    runner = _runner(desk, chunk=50)
    job_id = runner.load(desk, a_csv(tmp_path / "filing.csv", people(1500)), "filing.csv", declared())

    seen, limit = [], time.monotonic() + PATIENCE
    while not runner.settle(0.002) and time.monotonic() < limit:
        if told := runner.progress(job_id):
            seen.append(told)

    measured = [told for told in seen if 0 < told.rows_done < 1500]
    counted = [told.rows_done for told in seen]
    assert len({told.rows_done for told in measured}) > 2
    assert counted == sorted(counted)
    assert {told.rows_in_all for told in measured} == {1500}
    assert all(told.rate > 0 and told.seconds_left > 0 for told in measured)
    assert jobs.one(desk.db, job_id).rows_done == 1500
    assert runner.progress(job_id) is None


@pytest.mark.parametrize("form", ["utf-8", "gb18030", "utf-16", "no last line end", "dbf", "xlsx"])
def test_the_rows_of_a_file_are_known_before_it_is_read(tmp_path, form):
    rows = [list(CODES), *(a_row() for _ in range(7))]
    path = tmp_path / "filing"
    match form:
        case "dbf":
            write_dbf(path, [(code, "C", 60) for code in CODES], rows[1:])
        case "xlsx":
            pl.DataFrame(rows[1:], list(CODES), orient="row").write_excel(path.with_suffix(".xlsx"))
            path = path.with_suffix(".xlsx")
        case "no last line end":
            path.write_bytes(csv_bytes(rows).rstrip(b"\n"))
        case encoding:
            path.write_bytes(csv_bytes(rows, encoding=encoding))

    assert reading.open_filing(path).rows == 7


def test_a_cancelled_job_leaves_nothing_in_the_store(desk, tmp_path):
    before = kept_files(desk)
    runner = _runner(desk, chunk=20)
    job_id = runner.load(desk, a_csv(tmp_path / "filing.csv", people(3000)), "filing.csv", declared())
    _first_progress(runner, job_id)

    runner.cancel(desk, job_id)
    assert runner.settle(PATIENCE)

    job = jobs.one(desk.db, job_id)
    assert job.state is JobState.CANCELLED
    assert 0 < job.rows_done < 3000
    assert kept_files(desk) == before
    assert desk.db.frame("SELECT 1 FROM filing").is_empty()
    assert desk.db.frame("SELECT 1 FROM act").is_empty()
    with pytest.raises(NotAllowed):
        runner.cancel(desk, job_id)


def test_a_cancelled_job_can_be_done_again_or_its_file_deleted(desk, tmp_path):
    runner = _runner(desk, chunk=20)
    job_id = runner.load(desk, a_csv(tmp_path / "filing.csv", people(1500)), "filing.csv", declared())
    runner.cancel(desk, job_id)
    assert runner.settle(PATIENCE)
    assert [job.job_id for job in jobs.undone(desk)] == [job_id]

    runner.retry(desk, job_id)
    assert runner.settle(PATIENCE)

    assert jobs.one(desk.db, job_id).outcome[0]["records"] == 1500
    assert jobs.undone(desk) == []
    with pytest.raises(NotAllowed):
        runner.retry(desk, job_id)
    other = runner.load(desk, a_csv(tmp_path / "other.csv", people(1500, first=2000)), "other.csv", declared())
    runner.cancel(desk, other)
    assert runner.settle(PATIENCE)
    jobs.drop(desk, other)
    assert _left(desk) == []
    with pytest.raises(NotAllowed):
        runner.retry(desk, other)


def test_a_job_still_waiting_is_cancelled_without_having_begun(desk, tmp_path):
    runner = _runner(desk, chunk=20)
    first = runner.load(desk, a_csv(tmp_path / "first.csv", people(1000)), "first.csv", declared())
    second = runner.load(desk, a_csv(tmp_path / "second.csv", people(3, first=2000)), "second.csv", declared())

    runner.cancel(desk, second)
    assert runner.settle(PATIENCE)

    assert jobs.one(desk.db, first).state is JobState.DONE
    waited = jobs.one(desk.db, second)
    assert (waited.state, waited.started_at) == (JobState.CANCELLED, None)


def test_a_file_that_cannot_be_read_fails_with_its_sentence(desk, tmp_path):
    path = tmp_path / "damaged.csv"
    path.write_bytes(b"name,number\n1,2\n")
    runner = _runner(desk)
    job_id = runner.load(desk, path, "damaged.csv", declared())
    assert runner.settle(PATIENCE)

    job = jobs.one(desk.db, job_id)
    assert job.state is JobState.FAILED
    assert re.search("[\u4e00-\u9fff]", job.zh)
    assert not re.search("[\u4e00-\u9fff]", job.en)
    assert job.can_be_retried


def test_a_failed_job_succeeds_when_its_reason_is_gone(desk, tmp_path):
    records = people(5)
    a_filing(desk, records, name="filing.csv")
    path = shutil.copy(tmp_path / "filing.csv", tmp_path / "again.csv")
    runner = _runner(desk)
    job_id = runner.load(desk, path, "again.csv", declared())
    assert runner.settle(PATIENCE)
    assert "批次1" in jobs.one(desk.db, job_id).zh

    review.send_back(desk, 1, reason="重报")
    runner.retry(desk, job_id)
    assert runner.settle(PATIENCE)

    job = jobs.one(desk.db, job_id)
    assert (job.state, job.zh, job.outcome[0]["filing_id"]) == (JobState.DONE, None, 2)


def test_a_fault_of_ours_fails_the_job_plainly_and_logs_no_ones_data(desk, tmp_path, caplog):
    path = a_csv(tmp_path / "filing.csv", people(5, XM="欧阳保密"))
    runner = _runner(desk)
    (desk.db.folder / "filings").rmdir()  # what cannot be: the store lacks one of its folders

    with caplog.at_level(logging.ERROR):
        job_id = runner.load(desk, path, "欧阳保密.csv", declared())
        assert runner.settle(PATIENCE)

    job = jobs.one(desk.db, job_id)
    assert (job.state, job.zh[:4]) == (JobState.FAILED, "程序出错")
    assert "FileNotFoundError" in caplog.text
    assert "欧阳保密" not in caplog.text
    assert str(tmp_path) not in caplog.text


def test_a_process_ended_from_outside_fails_its_job_and_no_other(desk, tmp_path, caplog):
    runner = _runner(desk, chunk=20)
    first = runner.load(desk, a_csv(tmp_path / "first.csv", people(3000)), "first.csv", declared())
    second = runner.load(desk, a_csv(tmp_path / "second.csv", people(3, first=4000)), "second.csv", declared())
    _first_progress(runner, first)

    runner._batch_of(first)._process.kill()
    assert runner.settle(PATIENCE)

    assert jobs.one(desk.db, first).state is JobState.FAILED
    assert jobs.one(desk.db, second).state is JobState.DONE
    assert "exit code -9" in caplog.text


def test_the_same_file_by_two_jobs_in_the_same_second_is_filed_once(desk, tmp_path):
    path = a_csv(tmp_path / "one.csv", people(300))
    other = shutil.copy(path, tmp_path / "other.csv")
    runner = _runner(desk, workers=2)
    both = [runner.load(desk, each, each.name, declared()) for each in (path, Path(other))]
    _until(lambda: all(jobs.one(desk.db, job_id).state is JobState.RUNNING for job_id in both))
    with desk.db.transaction():  # someone else is writing until both have read their file through
        _until(lambda: all(told and told.storing for told in map(runner.progress, both)))
        time.sleep(0.3)
    assert runner.settle(PATIENCE)

    ended = [jobs.one(desk.db, job_id) for job_id in both]
    assert sorted(job.state for job in ended) == [JobState.DONE, JobState.FAILED]
    assert "无需重复报送" in next(job.zh for job in ended if job.state is JobState.FAILED)
    assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == 1
    assert statuses(desk, 1) == {"cleared": 300}


def test_photos_that_come_along_are_matched(desk, tmp_path):
    path = a_csv(tmp_path / "filing.csv", people(2))
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as packed:
        packed.writestr(f"{people(2)[0]['ZJHM']}.jpg", a_photo())
    runner = _runner(desk)
    runner.load(desk, path, "filing.csv", declared(), photos=tmp_path / "photos.zip")
    assert runner.settle(PATIENCE)

    assert desk.db.frame("SELECT photos FROM filing").item() == 1
    assert pictures.small(desk, desk.db.frame("SELECT min(record_id) AS n FROM record").item()) is not None


def test_the_scan_of_the_resolution_and_what_else_is_declared_reach_the_filing(desk, tmp_path):
    scan = attachments.keep(desk.db, b"%PDF-1.7", "决议.pdf")
    first = a_filing(desk, people(2)).filing_id
    grounds = Grounds("学籍信息核对延误。", "示范学位办补〔2025〕1号", date(2025, 9, 12))
    late = replace(declared(supplement=True), grounds=grounds)
    runner = _runner(desk)
    runner.load(desk, a_csv(tmp_path / "again.csv", people(3)), "again.csv", replace(declared(), total=3, replaces=first), scans=[scan])
    runner.load(desk, a_csv(tmp_path / "late.csv", people(4, first=9)), "late.csv", late)
    assert runner.settle(PATIENCE)

    again, after = views.filing(desk, first + 1), views.filing(desk, first + 2)
    assert (again["replaces"], again["version"], again["declared_total"]) == (first, 2, 3)
    assert attachments.of_filing(desk, first + 1)["file_name"].to_list() == ["决议.pdf"]
    assert (after["supplement_reason"], after["consented_on"]) == (grounds.reason, grounds.consented_on)


def test_only_who_may_load_asks_for_sees_and_ends_jobs(desk, tmp_path):
    reader = at_desk(desk, Duty.READ)
    path = a_csv(tmp_path / "filing.csv", people(3))
    runner = _runner(desk)
    asked = [
        lambda: runner.load(reader, path, "filing.csv", declared()), lambda: runner.cancel(reader, 1),
        lambda: runner.retry(reader, 1), lambda: jobs.page(reader, 0, 50), lambda: jobs.total(reader),
        lambda: jobs.under_way(reader), lambda: jobs.undone(reader), lambda: jobs.drop(reader, 1),
    ]

    for each in asked:
        with pytest.raises(NotAuthorised):
            each()
    assert path.exists()
    with pytest.raises(NotFound):
        runner.retry(desk, 99)


def test_what_cannot_be_filed_is_refused_before_it_becomes_a_job(desk, tmp_path):
    path = a_csv(tmp_path / "filing.csv", people(3))

    with pytest.raises(BadRequest):
        _runner(desk).load(desk, path, "filing.csv", declared(institution="99999"))

    assert path.exists()
    assert jobs.total(desk) == 0


def test_what_screens_have_counted_stands_until_a_job_stores_something(desk, tmp_path):
    runner, before = _runner(desk), desk.db.version
    refused = runner.load(desk, a_csv(tmp_path / "cut.csv", people(3)), "cut.csv", replace(declared(), institution="80902"))
    assert runner.settle(PATIENCE)
    assert (jobs.one(desk.db, refused).state, desk.db.version) == (JobState.FAILED, before)

    runner.load(desk, a_csv(tmp_path / "filing.csv", people(3)), "filing.csv", declared())
    assert runner.settle(PATIENCE)

    assert desk.db.version == before + 1


def test_a_job_of_someone_who_has_lost_the_post_fails(desk, tmp_path):
    runner = Runner(desk.db, {}.get, desk.now, workers=1)
    job_id = runner.load(desk, a_csv(tmp_path / "filing.csv", people(3)), "filing.csv", declared())
    assert runner.settle(PATIENCE)

    assert "不在岗" in jobs.one(desk.db, job_id).zh
    assert desk.db.frame("SELECT 1 FROM filing").is_empty()


def test_a_job_the_app_never_outlives_is_given_up_after_a_few_times(desk, tmp_path):
    job_id, = jobs.enter(desk, [an_asking(a_csv(tmp_path / "filing.csv", people(3)))])
    for _ in range(MOST_ATTEMPTS):
        assert jobrecovery.recover(desk.db, desk.now()) == [job_id]
        assert jobs.claim(desk.db, [job_id], desk.now())

    assert jobrecovery.recover(desk.db, desk.now()) == []
    assert jobs.one(desk.db, job_id).state is JobState.FAILED
    assert "多次中断" in jobs.one(desk.db, job_id).zh


def test_files_of_ended_jobs_are_swept_after_a_week(desk, tmp_path):
    job_id, = jobs.enter(desk, [an_asking(a_csv(tmp_path / "filing.csv", people(3)))])
    jobs.end(desk.db, job_id, JobState.CANCELLED, desk.now())
    (desk.db.folder / "inbox" / "jobs" / "never-asked-for.part").mkdir()

    jobrecovery.recover(desk.db, desk.now())
    assert [path.name for path in _left(desk)] == [jobs.one(desk.db, job_id).folder.name]
    jobrecovery.recover(desk.db, desk.now().replace(day=23))

    assert _left(desk) == []


def test_reading_goes_on_while_a_job_is_under_way(desk, tmp_path):
    a_filing(desk, people(50, first=5000), name="before.csv")
    runner = _runner(desk, chunk=20)
    job_id = runner.load(desk, a_csv(tmp_path / "filing.csv", people(3000)), "filing.csv", declared())
    _first_progress(runner, job_id)

    assert statuses(desk, 1) == {"cleared": 50}
    assert runner.progress(job_id)
    runner.cancel(desk, job_id)
    assert runner.settle(PATIENCE)


@pytest.mark.proof
def test_jobs_killed_with_the_app_at_any_instant_run_again_and_store_each_filing_once(tmp_path):
    chance = random.Random(6)
    unfinished, whole = 0, 0.0
    for place in range(ROUNDS + 1):
        folder = tmp_path / f"round-{place}"
        folder.mkdir()
        paths = [a_csv(folder / f"filing-{each}.csv", people(400, first=400 * each)) for each in range(3)]
        app = [sys.executable, "-c", APP, str(folder), *map(str, paths)]
        with subprocess.Popen(app, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout.readline() == "asked\n"
            since = time.monotonic()
            if place:  # instants over the whole work, however fast the machine: the first round is let end, and timed
                time.sleep(whole * (place - 1 + chance.random()) / ROUNDS)
            else:
                assert program.stdout.readline() == "settled\n"
                whole = time.monotonic() - since
            program.kill()

        desk = a_desk(folder)
        states = desk.db.frame("SELECT state FROM job")["state"].to_list()
        unfinished += {"queued", "running"} & set(states) != set()
        filed = desk.db.frame("SELECT count(*) AS n FROM filing").item()
        assert filed == states.count("done")
        runner = _runner(desk, workers=2)
        assert runner.settle(PATIENCE)

        assert {job.state for job in jobs.page(desk, 0, 10)} == {JobState.DONE}
        told = desk.db.frame("SELECT filing_id, sha256, file_name FROM filing")
        assert sorted(told["file_name"]) == [path.name for path in paths]
        assert [statuses(desk, filing_id) for filing_id in told["filing_id"]] == [{"cleared": 400}] * 3
        assert _left(desk) == []
        desk.db.close()
        shutil.rmtree(folder)
    assert unfinished


def test_a_judging_process_that_hangs_ends_with_the_app(tmp_path):
    os.mkfifo(tmp_path / "never-written")
    packed = Packed(Package((tmp_path / "never-written",)), (JobFile("never-written", 0, declared()),), None, ())
    order = Order((packed,), ruleset.shipped(), NOON.date(), tmp_path / "work", 100)
    jobprocess.leave_order(order)
    start = [sys.executable, "-c", "from core.jobprocess import main; main()"]
    with subprocess.Popen(start, cwd=ROOT, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        process.stdin.write(f"{order.work}\n".encode())
        process.stdin.flush()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2)

        process.stdin.close()
        try:
            assert process.wait(15) == 1
        finally:
            process.kill()
    assert jobprocess.result_in(order.work) is None


def test_a_judging_process_ends_with_the_app(tmp_path):
    path = a_csv(tmp_path / "filing.csv", people(20_000))
    app = [sys.executable, "-c", APP.replace("chunk=100", "chunk=20"), str(tmp_path), str(path)]
    with subprocess.Popen(app, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout.readline() == "asked\n"
        children = Path(f"/proc/{program.pid}/task/{program.pid}/children")
        limit = time.monotonic() + PATIENCE
        judging = []
        while not judging and time.monotonic() < limit:
            judging = [
                child for task in children.parents[1].iterdir() for child in (task / "children").read_text().split()
            ]
        program.kill()

    assert judging
    limit = time.monotonic() + 10
    while any(Path(f"/proc/{child}").exists() for child in judging) and time.monotonic() < limit:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{child}").exists() for child in judging)
