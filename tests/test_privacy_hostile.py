"""A hostile run: marked persons where something goes wrong, and not a sign of them in logs, on standard error, or in what is kept of it."""

import logging
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path

import pytest

from core import correction, credentials, jobs, lookup, quiet, views
from core.demo import staff
from core.errors import CentreError
from core.jobrunner import Runner
from core.sessions import Sessions
from core.vocabulary import JobState
from tests.builders import NOON, a_csv, a_filing, a_record, declared, people
from tests.builders_corrections import a_change, first_record
from tests.test_jobs import an_asking
from tests.test_privacy import (
    NAME,
    NUMBER,
    TITLE,
    _exponent,
    _garbled,
    _half_a_character,
    _headless,
    _long,
    _nul,
    _ragged,
    _torn,
)

ROOT = Path(__file__).parents[1]
MARKS = (NAME, NAME[:2], NUMBER, TITLE)


def marks_in(*told: object) -> list[str]:
    """Which marks stand in what was told."""
    return [mark for mark in MARKS if any(mark in str(each) for each in told)]


def said(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    """All logs, and what went to standard output and error of this program and of those it started."""
    return caplog.text + "".join(capfd.readouterr())


def kept_of(desk: object, *tables: str) -> str:
    """All that is kept in these tables."""
    return str([desk.db.frame(f"SELECT * FROM {table}").rows() for table in tables])


@pytest.mark.parametrize("spoil", [_torn, _ragged, _nul, _exponent, _long, _garbled, _headless, _half_a_character])
def test_a_file_that_cannot_be_loaded_leaves_nothing_of_anyone_in_its_job(desk, tmp_path, spoil, capfd, caplog):
    path = a_csv(tmp_path / "filing.csv", [*people(3, XM=NAME, LWTM=TITLE), a_record(XM=NAME, ZJHM=NUMBER, LWTM=TITLE)])
    path.write_bytes(spoil(path.read_bytes()))
    runner = Runner(desk.db, {desk.actor.key: desk.actor}.get, desk.now, workers=1)

    with caplog.at_level(logging.DEBUG):
        job_id = runner.load(desk, path, "filing.csv", declared())
        assert runner.settle(120)

    assert jobs.one(desk.db, job_id).state is JobState.FAILED
    assert marks_in(said(caplog, capfd), kept_of(desk, "job", "act")) == []
    left = [each for each in desk.db.folder.rglob("*") if each.is_file() and each.name != "original" and "desk.duckdb" not in each.name]
    assert not [each for each in left if any(mark.encode() in each.read_bytes() for mark in MARKS)]


def test_a_job_our_own_program_breaks_tells_where_and_nothing_of_the_records(desk, tmp_path, capfd, caplog):
    """The file is taken away from under the process that reads it, which leaves a folder of the filer's name in its place."""
    path = a_csv(tmp_path / "filing.csv", people(2, XM=NAME, LWTM=TITLE))
    runner = Runner(desk.db, {desk.actor.key: desk.actor}.get, desk.now, workers=1)
    job_id, = jobs.enter(desk, [an_asking(path)])
    original = jobs.one(desk.db, job_id).folder / "original"
    original.unlink()
    original.mkdir()
    (original / NAME).write_text(NUMBER)

    runner.add([job_id])
    assert runner.settle(120)

    job = jobs.one(desk.db, job_id)
    assert job.state is JobState.FAILED
    assert marks_in(said(caplog, capfd), job.zh, job.en) == []


def test_a_lookup_and_a_correction_of_nonsense_leave_nothing_of_what_was_typed(desk, capfd, caplog):
    number = first_record(desk, a_filing(desk, people(2), approved=True).filing_id)
    with caplog.at_level(logging.DEBUG):
        for name, certificate in ((NAME, NUMBER), (NAME * 5000, TITLE), (f"{NAME}\0", f"{NUMBER}\0"), (f"' OR '{NAME}' = '", NUMBER)):
            assert lookup.by_staff(desk, name, certificate) is None
        receipts = []
        for fields in ({"ZJHM": f"{NUMBER}X"}, {"CSRQ": NAME}, {"XWZSBH": f"{NAME}\0"}, {"HXWRQ": NUMBER}, {NAME[:2]: NUMBER}):
            receipts += correction.take_in(desk, [a_change(desk, number, **fields)])

    assert not [each for each in receipts if each.taken]
    told = [each.zh + each.en for each in receipts if NAME[:2] not in each.zh]  # a field's code is told as it was typed
    assert len(told) == 4
    assert marks_in(said(caplog, capfd), told, kept_of(desk, "act", "correction", "correction_field")) == []


def test_signing_in_with_anothers_name_and_number_is_kept_nowhere(desk, capfd, caplog):
    staff.enter(desk.db, NOON)
    sessions = Sessions(desk.db.folder, lambda: datetime(2025, 9, 15, 12))
    with caplog.at_level(logging.DEBUG):
        for key, password in ((NUMBER, NAME), (NAME, NUMBER), ("operator", NUMBER), (f"{NUMBER}\0", TITLE * 500)):
            sessions.note_try(key, "10.0.0.1")
            with pytest.raises(CentreError) as refused:
                credentials.let_in(desk.db, key, password)
            assert marks_in(refused.value, refused.value.zh) == []
        with pytest.raises(CentreError) as refused:
            credentials.choose(desk.db, "operator", NUMBER, (NAME, NAME), NOON)
    sessions.close()

    assert marks_in(said(caplog, capfd), refused.value.zh, kept_of(desk, "act")) == []
    kept = [each.read_bytes() for each in desk.db.folder.glob("sign-in.sqlite*")]
    assert kept and not [mark for mark in MARKS for content in kept if mark.encode() in content]


def test_a_record_that_is_nobodys_to_see_is_refused_without_a_word_of_it(desk, capfd, caplog):
    with pytest.raises(CentreError) as refused:
        views.record(desk, int(NUMBER[:15]))

    assert marks_in(said(caplog, capfd), refused.value.zh, refused.value) == []


FAULTS = {
    "raised": "raise ValueError(NAME)",
    "chained": "try:\n    int(NAME)\nexcept ValueError as fault:\n    raise KeyError(NUMBER) from fault",
    "in a thread": "import threading\nthread = threading.Thread(target=int, args=(NAME,))\nthread.start()\nthread.join()",
    "logged": "import logging\ntry:\n    int(NAME)\nexcept ValueError:\n    logging.getLogger('any').exception('it broke')",
    "by asyncio": (
        "import asyncio\nasync def main():\n    asyncio.get_running_loop().call_exception_handler("
        "{'message': 'it broke', 'exception': ValueError(NAME)})\nasyncio.run(main())"
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_ours_is_told_by_kind_and_place_and_without_its_message(fault):
    """Where a program begins so: the app, the command line and the public's service do."""
    script = f"from core import quiet\nquiet.begin()\nNAME, NUMBER = {NAME!r}, {NUMBER!r}\n{FAULTS[fault]}"

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)

    assert marks_in(done.stdout, done.stderr) == []
    assert "Error at" in done.stderr or "ValueError" in done.stderr


@pytest.mark.parametrize("program", ["core/__main__.py", "dashboard.py", "core/public/__main__.py"])
def test_every_program_of_ours_begins_so(program):
    assert "quiet.begin()" in (ROOT / program).read_text(encoding="utf-8")


@pytest.fixture
def kept_quiet():
    """Logs as they are in the app, and as they were before afterwards."""
    before = logging.getLogRecordFactory(), sys.excepthook, threading.excepthook
    quiet.begin()
    yield
    logging.setLogRecordFactory(before[0])
    sys.excepthook, threading.excepthook = before[1:]


def test_the_engines_own_error_repeats_a_value_and_the_log_does_not(desk, kept_quiet, caplog):
    fault = None
    try:
        desk.db.frame("SELECT CAST($told AS INTEGER) AS n", told=NAME)
    except Exception as raised:
        fault = raised
        logging.getLogger("any").error("a screen broke", exc_info=raised)

    assert NAME in str(fault)
    assert "ConversionException at" in caplog.text
    assert marks_in(caplog.text) == []
