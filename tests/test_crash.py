"""A load killed at any instant leaves all of a filing or none of it, and the file can be loaded again."""

import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from core import store
from core.desk import Actor, Desk
from core.errors import DuplicateFiling
from core.vocabulary import Duty
from tests.builders import NAMELESS, NOON, SECRET, WRONG_BIRTH, a_csv, a_filing, kept_files, people

ROOT = Path(__file__).parents[1]
ROUNDS = 100 if os.environ.get("DESK_PROOF") else 3
RECORDS = 300
LOADER = """
import sys
from pathlib import Path
from core import admission, intake, reading
from tests.builders import a_desk, declared
desk = a_desk(Path(sys.argv[1]))
print("open", flush=True)
for name in sys.argv[2:]:
    source = reading.open_filing(Path(name))
    intake.receive(desk, admission.preview(desk, source, declared()), declared(), source, Path(name).name)
    print(name, flush=True)
"""

pytestmark = pytest.mark.proof


def _records(place):
    """A filing of its own, one in ten of whose records is withheld."""
    first, tenth = place * RECORDS, RECORDS // 30
    return [
        *people(RECORDS - 3 * tenth, first=first), *people(tenth, first=first + RECORDS - 3 * tenth, **NAMELESS),
        *people(tenth, first=first + RECORDS - 2 * tenth, **WRONG_BIRTH), *people(tenth, first=first + RECORDS - tenth, **SECRET),
    ]


def _reopened(folder):
    return Desk(store.open_store(folder / "store"), Actor("tester", "测试员", "Tester", frozenset(Duty)), lambda: NOON)


def _assert_every_filing_is_whole(desk):
    db = desk.db
    filings = db.frame("SELECT * FROM filing ORDER BY filing_id")
    expected = {f"filings/{name}" for name in filings["parquet"]} | {f"originals/{sha}" for sha in filings["sha256"]}
    assert kept_files(desk) == expected
    for filing in filings.iter_rows(named=True):
        filing_id = filing["filing_id"]
        told = db.frame("SELECT * FROM record WHERE filing_id = $filing_id", filing_id=filing_id)
        filed = pl.read_parquet(db.folder / "filings" / filing["parquet"])
        original = (db.folder / "originals" / filing["sha256"]).read_bytes()
        assert told.height == filed.height == filing["records"] == RECORDS
        assert set(told["record_id"] - filing["first_record"]) == set(filed["row"]) == set(told["filing_row"])
        assert (hashlib.sha256(original).hexdigest(), len(original)) == (filing["sha256"], filing["size"])
        failed = db.frame(
            "SELECT rule, count(*) AS failed FROM (SELECT filing_id, rule FROM finding UNION ALL "
            "SELECT filing_id, rule FROM filing_finding) WHERE filing_id = $filing_id GROUP BY rule ORDER BY rule",
            filing_id=filing_id,
        )
        tally = db.frame(
            "SELECT rule, failed, evaluated + not_evaluated AS seen FROM rule_tally WHERE filing_id = $filing_id "
            "ORDER BY rule", filing_id=filing_id,
        )
        assert tally.filter(pl.col("failed") > 0).select("rule", "failed").rows() == failed.rows()
        assert set(tally["seen"]) == {RECORDS, 1}  # checks of the filing as such count it as one
        withheld = set(told.filter(status="withheld")["record_id"])
        cases = db.frame("SELECT record_id FROM withheld_case WHERE filing_id = $filing_id", filing_id=filing_id)
        assert (len(withheld), set(cases["record_id"])) == (3 * (RECORDS // 30), withheld)
        acts = db.frame("SELECT event, moved FROM act WHERE subject_id = $filing_id ORDER BY act_id", filing_id=filing_id)
        assert acts.rows() == [("receive", 1), ("sort", RECORDS)]
    for table, key in (("filing", "filing_id"), ("record", "record_id"), ("withheld_case", "case_id"), ("act", "act_id")):
        last, following = db.frame(
            f"SELECT max({key}) AS last, (SELECT value FROM counter WHERE name = '{table}') AS following FROM {table}"
        ).row(0)
        assert last is None or last < following
    loose = db.frame(
        "SELECT count(*) AS n FROM (SELECT filing_id FROM record UNION ALL SELECT filing_id FROM finding UNION ALL "
        "SELECT filing_id FROM rule_tally UNION ALL SELECT filing_id FROM withheld_case UNION ALL "
        "SELECT filing_id FROM filing_finding) "
        "WHERE filing_id NOT IN (SELECT filing_id FROM filing)"
    )
    assert loose.item() == 0


def _load_again(desk, place):
    """Load a round's file in this process, whether or not the killed one got as far; True when it had not."""
    try:
        a_filing(desk, _records(place), name=f"filing-{place}.csv")
    except DuplicateFiling:
        return False
    return True


def _killed_after(arguments, seconds):
    """Start a program, kill it after so long, and tell its exit code: -9 when the kill came first."""
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as program:
        try:
            program.wait(seconds)
        except subprocess.TimeoutExpired:
            program.kill()
        assert program.wait() in (0, -9), program.stderr.read().decode()
        return program.returncode


def test_a_load_command_killed_at_any_instant_can_be_given_again(tmp_path):
    chance = random.Random(2013)
    killed = 0
    for place in range(ROUNDS):
        path = a_csv(tmp_path / f"filing-{place}.csv", _records(place))
        load = [sys.executable, "-m", "core", "--home", str(tmp_path / "store"), "load", str(path)]

        ended = _killed_after(load, chance.uniform(0.5, 2.0))

        desk = _reopened(tmp_path)
        _assert_every_filing_is_whole(desk)
        was_missing = _load_again(desk, place)
        assert not (ended == 0 and was_missing)
        _assert_every_filing_is_whole(desk)
        assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == place + 1
        desk.db.close()
        killed += ended != 0
    assert killed


def test_a_process_killed_among_its_loads_keeps_every_filing_it_reported(tmp_path):
    chance = random.Random(119)
    paths = [str(a_csv(tmp_path / f"filing-{place}.csv", _records(place))) for place in range(8)]
    for number in range(ROUNDS):
        folder = tmp_path / f"round-{number}"
        folder.mkdir()
        load = [sys.executable, "-c", LOADER, str(folder), *paths]

        with subprocess.Popen(load, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
            assert program.stdout.readline() == "open\n"
            try:
                program.wait(chance.uniform(0.0, 1.2))
            except subprocess.TimeoutExpired:
                program.kill()
            reported = program.stdout.read().split()
            assert program.wait() in (0, -9)

        desk = _reopened(folder)
        _assert_every_filing_is_whole(desk)
        stored = desk.db.frame("SELECT file_name FROM filing ORDER BY filing_id")["file_name"].to_list()
        names = [Path(path).name for path in paths]
        assert stored in (names[: len(reported)], names[: len(reported) + 1])
        desk.db.close()
