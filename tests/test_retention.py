"""Files no decision rests on go when their time is over; what decisions rest on never does (the clock is moved)."""

import os
import threading
from datetime import timedelta

import pytest

from core import audit, book, jobs, retention
from core.__main__ import main
from core.book import ActFilter
from core.desk import system_clock
from core.errors import BadRequest
from core.keeping import Keeping
from core.retention import Keeper, Swept
from core.sessions import Sessions, TooManyTries
from core.store import open_store
from core.vocabulary import JobState
from tests.builders import NAMELESS, TERM, a_csv, a_filing, people, released
from tests.builders_answers import returned, take
from tests.test_jobs import an_asking

DAY = timedelta(days=1)


@pytest.fixture
def sessions(desk):
    """Who is signed in, by the clock of the desk."""
    opened = Sessions(desk.db.folder, desk.now)
    yield opened
    opened.close()


def sweep(desk, sessions, after, **keeping):
    """A sweep so long after now, by the machine's clock for files and by the desk's for jobs."""
    return retention.sweep(desk.db, sessions, Keeping(**keeping), system_clock() + after)


def test_what_a_failed_job_worked_on_goes_after_its_days_and_not_before(desk, sessions, tmp_path):
    kept, over = jobs.enter(desk, [an_asking(a_csv(tmp_path / f"{name}.csv", people(3))) for name in ("one", "two")])
    jobs.end(desk.db, over, JobState.FAILED, system_clock(), zh="不能读取", en="cannot be read")

    assert sweep(desk, sessions, 6 * DAY).jobs == 0
    assert sweep(desk, sessions, 8 * DAY) == Swept(1, 0, 0, 0)
    assert not jobs.one(desk.db, over).folder.exists() and jobs.one(desk.db, kept).folder.exists()
    assert jobs.one(desk.db, over).zh == "不能读取"
    assert sweep(desk, sessions, 9 * DAY).jobs == 0


def test_uploads_and_leftovers_go_after_their_days_counted_since_they_lie_there(desk, sessions):
    work, aside = desk.db.folder / "work", desk.db.folder / "leftovers"
    aside.mkdir()
    (work / "package-1").mkdir()
    for path in (work / "upload-1", work / "package-1" / "a.csv", work / "analysis-nation-1-records.parquet", aside / "old.parquet"):
        path.write_bytes(b"x")
    os.utime(aside / "old.parquet", (0, 0))  # put aside today, whatever its own age

    assert sweep(desk, sessions, DAY) == Swept(0, 0, 0, 0)
    assert sweep(desk, sessions, 3 * DAY) == Swept(0, 2, 0, 0)
    assert [path.name for path in work.iterdir()] == ["analysis-nation-1-records.parquet"]
    assert sweep(desk, sessions, 181 * DAY) == Swept(0, 0, 1, 0)
    assert list(aside.iterdir()) == []


def test_ended_sessions_and_old_tries_are_forgotten(desk, sessions, tmp_path):
    held = sessions.begin("operator", "10.0.0.1")
    for _ in range(sessions.limits.failures):
        sessions.note_try("operator", "10.0.0.1")
    assert sweep(desk, sessions, DAY).sign_ins == 0
    assert sessions.of(held)
    with pytest.raises(TooManyTries):
        sessions.note_try("operator", "10.0.0.1")

    later = Sessions(desk.db.folder, lambda: desk.now() + DAY)
    assert sweep(desk, later, DAY).sign_ins == 1 + later.limits.failures
    assert later.listing() == []
    later.close()


def test_no_record_of_a_decision_is_ever_touched(desk, sessions):
    filing = a_filing(desk, [*people(3), *people(2, first=3, **NAMELESS)], approved=True).filing_id
    released(desk, TERM, counted=3)
    take(desk, returned(desk, 1))
    folders = ("filings", "originals", "attachments", "answers", "packages")
    before = {path for name in folders for path in (desk.db.folder / name).rglob("*")}
    tables = {name: desk.db.frame(f"SELECT * FROM {name} ORDER BY ALL").rows() for name in ("act", "filing", "record", "finding", "answer_line")}

    assert sweep(desk, sessions, 36_500 * DAY) == Swept(0, 0, 0, 0)

    assert {path for name in folders for path in (desk.db.folder / name).rglob("*")} == before
    assert {name: desk.db.frame(f"SELECT * FROM {name} ORDER BY ALL").rows() for name in tables} == tables
    assert filing and not [each for each in audit.audit(desk) if each.broken]


def test_in_the_book_stands_how_much_was_deleted_and_by_whom(desk, sessions, tmp_path):
    over, = jobs.enter(desk, [an_asking(a_csv(tmp_path / "filing.csv", people(3)))])
    jobs.end(desk.db, over, JobState.CANCELLED, system_clock())

    sweep(desk, sessions, 8 * DAY)

    act, = book.page(desk, ActFilter()).filter(event="forget").to_dicts()
    assert (act["actor"], act["moved"], act["note"]) == ("system", 1, "任务文件1，上传0，遗留文件0")


def test_days_are_settings_and_what_is_no_number_of_days_is_refused():
    assert Keeping.told({}) == Keeping()
    assert Keeping.told({"DESK_KEEP_JOBS": "30", "DESK_KEEP_LEFTOVERS": "1"}) == Keeping(jobs=30 * DAY, leftovers=DAY)
    for wrong in ("0", "-1", "x", "", "1.5", "²"):
        with pytest.raises(BadRequest):
            Keeping.told({"DESK_KEEP_UPLOADS": wrong})


def test_the_command_deletes_what_is_due_and_the_open_app_does_so_by_itself(desk, sessions, tmp_path, capsys, monkeypatch):
    over, = jobs.enter(desk, [an_asking(a_csv(tmp_path / "filing.csv", people(3)))])
    jobs.end(desk.db, over, JobState.CANCELLED, system_clock() - 3 * DAY)
    folder = jobs.one(desk.db, over).folder
    swept = threading.Event()
    keeper = Keeper(desk.db, sessions, Keeping(jobs=2 * DAY), lambda: swept.set() or system_clock(), every=0.01).start()
    assert swept.wait(20)
    keeper.stop()
    assert not folder.exists()

    home = desk.db.folder
    desk.db.close()
    monkeypatch.setenv("DESK_KEEP_JOBS", "2")
    monkeypatch.setenv("LANG", "C")
    assert main(["--home", str(home), "tidy"]) == 0
    assert "任务文件0" in capsys.readouterr().out
    monkeypatch.setenv("DESK_KEEP_JOBS", "soon")
    assert main(["--home", str(home), "tidy"]) == 2
    open_store(home).close()
