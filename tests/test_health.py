"""运行状况: whatever is not well with a store is told to monitors, one broken condition at a time."""

import asyncio
import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest
from starlette.requests import Request

from core import backup, backup_list, health, restoring, store
from core.__main__ import main
from core.health import Bounds
from core.vocabulary import Duty
from pages import _health
from tests.builders import NOON, a_desk, a_filing, at_desk

DAY = timedelta(days=1)
ROOMY = Bounds(free=1)


@pytest.fixture
def kept(desk, tmp_path, monkeypatch):
    """A desk with something done, a backup of it, and the backup tried out."""
    monkeypatch.setenv("DESK_BACKUPS", str(tmp_path / "backups"))
    monkeypatch.setattr(restoring, "system_clock", lambda: NOON)
    a_filing(desk)
    backup_list.verify(desk, backup_list.make(desk))
    return desk


def told(desk, *, at=NOON, bounds=ROOMY):
    return health.look(desk.db, at, bounds)


def unwell(desk, **asked):
    found = told(desk, **asked)
    assert found["ok"] == all(each["ok"] for each in found["checks"].values())
    return [name for name, each in found["checks"].items() if not each["ok"]]


def test_a_store_that_is_looked_after_is_well(kept):
    found = told(kept, at=NOON + DAY)

    assert found["ok"]
    assert set(found["checks"]) == {"store", "schema", "disk", "jobs", "backup", "audit"}
    assert (found["checks"]["backup"]["age_seconds"], found["checks"]["audit"]["age_seconds"]) == (86_400, 86_400)
    assert found["checks"]["jobs"] == {"ok": True, "oldest_queued_seconds": None}


def test_a_store_just_begun_lacks_nothing_yet(desk, tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_BACKUPS", str(tmp_path / "backups"))

    assert told(desk)["ok"]
    assert told(desk)["checks"]["backup"]["age_seconds"] is None


def test_a_store_with_another_schema_than_the_programs_is_not_well(kept):
    with kept.db.transaction() as tx:
        tx.run("DELETE FROM migration WHERE number = (SELECT max(number) FROM migration)")

    assert unwell(kept) == ["schema"]


def test_a_disk_with_too_little_room_is_not_well(kept):
    assert unwell(kept, bounds=Bounds(free=1e18)) == ["disk"]


def test_a_job_that_waits_too_long_is_not_well(kept):
    with kept.db.transaction() as tx:
        tx.run(
            "INSERT INTO job (job_id, kind, state, asked_by, asked_at, attempts, rows_done, about, folder) "
            "VALUES (1, 'load', 'queued', 'somebody', $asked_at, 0, 0, '', '')", asked_at=NOON,
        )

    assert unwell(kept, at=NOON + timedelta(hours=6)) == []
    assert unwell(kept, at=NOON + timedelta(hours=7)) == ["jobs"]


def test_a_backup_too_old_or_none_at_all_is_not_well(kept, tmp_path, monkeypatch):
    assert unwell(kept, at=NOON + 9 * DAY) == ["backup"]
    monkeypatch.setenv("DESK_BACKUPS", str(tmp_path / "nothing here"))

    assert unwell(kept, at=NOON + 9 * DAY) == ["backup"]
    assert told(kept, at=NOON + 9 * DAY)["checks"]["backup"]["age_seconds"] is None


def test_an_audit_too_old_is_not_well_and_one_at_the_command_line_makes_it_well(kept, capsys):
    later = NOON + 36 * DAY
    assert unwell(kept, at=later, bounds=Bounds(free=1, backup=99 * DAY)) == ["audit"]
    folder = kept.db.folder
    kept.db.close()

    assert main(["--home", str(folder), "audit"]) == 0

    capsys.readouterr()
    with closing(store.open_store(folder)) as db:
        found = health.look(db, later, Bounds(free=1, backup=99 * DAY))
        assert found["checks"]["audit"]["ok"]
        assert db.frame("SELECT machine, event, moved FROM act ORDER BY act_id DESC LIMIT 1").rows() == [("read", "audit", 0)]


def test_an_audit_that_found_something_is_not_well(kept):
    with kept.db.transaction() as tx:
        tx.run("UPDATE act SET note = 'x' WHERE act_id = 1")
    number = backup_list.make(kept)
    verdicts = backup_list.verify(at_desk(kept, Duty.ACCOUNTS), number)

    assert [each.invariant.name for each in verdicts if each.broken] == ["acts_in_their_chain"]
    assert backup_list.listing(kept)["broken"].to_list() == [1, 0]
    newest = restoring.chosen(backup.folder_of(kept.db))
    assert restoring.tried(newest).broken == 1


def test_a_backup_that_is_not_whole_is_said_so_and_is_not_well(kept):
    newest = restoring.chosen(backup.folder_of(kept.db))
    (newest.folder / "files.parquet").write_bytes(b"")
    with pytest.raises(backup.BrokenBackup):
        backup_list.verify(kept, newest.number)

    assert backup_list.listing(kept).select("tried_at", "broken").rows() == [(NOON, None)]
    assert unwell(kept) == ["audit"]


def test_a_store_that_is_damaged_is_told_to_monitors_as_one_that_does_not_open(desk, monkeypatch):
    home = desk.db.folder
    desk.db.close()
    (home / "desk.duckdb").write_bytes(b"damaged")
    monkeypatch.setenv("DESK_HOME", str(home))

    with ThreadPoolExecutor(1) as apart:  # other tests of this process may have a loop running
        answer = apart.submit(lambda: asyncio.run(_health.told(Request({"type": "http"})))).result()

    assert (answer.status_code, json.loads(answer.body)["checks"]["store"]) == (503, {"ok": False})


def test_what_is_told_names_nobody_and_nothing(kept):
    text = json.dumps(told(kept))

    assert not [word for word in ("张", "80901", "tester", str(kept.db.folder)) if word in text]


def test_the_administrator_makes_and_tries_backups_and_the_book_says_so(kept):
    lines = kept.db.frame("SELECT event, subject, subject_id FROM act WHERE subject = 'backup' ORDER BY act_id").rows()
    assert lines == [("backup", "backup", 1), ("verify_backup", "backup", 1)]
    told = backup_list.listing(replace(kept, actor=at_desk(kept, Duty.ACCOUNTS).actor))
    assert told.select("number", "why", "made_at", "tried_at", "broken").rows() == [(1, "asked", NOON, NOON, 0)]


def test_bounds_are_told_by_the_environment():
    assert Bounds.told({}) == Bounds()
    assert Bounds.told({"DESK_HEALTH": "20,1,2,3"}) == Bounds(20e9, timedelta(hours=1), 2 * DAY, 3 * DAY)


def test_a_store_that_does_not_open_is_told_without_a_reason(tmp_path):
    a_desk(tmp_path).db.close()

    found = health.unopened(tmp_path / "store", Bounds(free=1))

    assert (found["ok"], found["checks"]["store"]) == (False, {"ok": False})
