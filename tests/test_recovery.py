"""恢复: a store is backed up while people work, brought back with nothing else, and holds; what is not whole is not restored."""

import shutil
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from core import attachments, backup, balance, disk, migrations, publication, publication_run, restoring, store
from core.__main__ import main
from core.backup_requests import Attendant, ask
from core.database import Database, StoreBusy
from core.errors import BadRequest, BrokenBackup, CentreError, NotAllowed, NotFound
from core.migrations import NewerStore
from core.supply import Whose
from tests.builders import NAMELESS, NOON, TERM, a_csv, a_desk, a_filing, a_run, people, released
from tests.test_photos import a_photo
from tests.test_supply import supplied

ROOT = Path(__file__).parents[1]
SCHEMA = migrations.known()
COLUMNS = "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() WHERE database_name = 'desk' ORDER BY ALL"
FILLED_AT_OPENING = {"migration", "counter", "ruleset", "province", "institution"}


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A store with filings, a photo, a scan, a package, a job's files and who is signed in."""
    desk = a_desk(tmp_path_factory.mktemp("recovery"))
    records = people(4) + people(1, first=4, **NAMELESS)
    a_filing(desk, records, approved=True)
    supplied(desk, {f"{records[0]['ZJHM']}.jpg": a_photo(seed=1)}, Whose(TERM, "80901"))
    attachments.keep(desk.db, b"%PDF-1.7", "决议.pdf")
    released(desk, TERM, counted=publication.ready(desk, TERM))
    for name in ("inbox/jobs/a/original", "inbox/institutions/80901/b.csv", "sign-in.sqlite", "leftovers/c", "packages/.part/d"):
        path = desk.db.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"content of " + name.encode())
    yield desk
    desk.db.close()


@pytest.fixture(scope="module")
def made(built, tmp_path_factory):
    return backup.make(built.db, tmp_path_factory.mktemp("made") / "kept", NOON)


@pytest.fixture
def kept(made, tmp_path):
    """A backup of its own for a test to spoil."""
    return replace(made, folder=Path(shutil.copytree(made.folder.parent, tmp_path / "kept")) / made.folder.name)


@pytest.fixture(scope="module")
def columns_now(tmp_path_factory):
    with closing(Database.open(tmp_path_factory.mktemp("fresh"))) as fresh:
        return fresh.frame(COLUMNS)


def tables(db):
    names = db.frame("SELECT table_name FROM duckdb_tables() WHERE database_name = 'desk' ORDER BY ALL")["table_name"]
    return {name: sorted(map(str, db.frame(f'SELECT * FROM "{name}"').rows())) for name in names}


def objects(root):
    return {path.name for path in (root / "objects").glob("*/*")}


def test_what_was_backed_up_is_brought_back_with_nothing_but_the_backup(built, kept, tmp_path):
    elsewhere = Path(shutil.move(kept.folder.parent, tmp_path / "another machine"))
    home = tmp_path / "restored"

    verdicts = restoring.restore(restoring.chosen(elsewhere), home)

    assert [each.invariant.name for each in verdicts if each.broken] == []
    with closing(store.open_store(home)) as db:
        assert tables(db) == tables(built.db)
        there = replace(built, db=db)
        assert balance.sheet(there).equals(balance.sheet(built))
        assert (home / "inbox/jobs/a/original").read_bytes() == b"content of inbox/jobs/a/original"


def test_every_file_is_in_it_but_work_in_hand_and_who_is_signed_in(built, kept):
    held = set(kept.contents()["path"])
    there = {path.relative_to(built.db.folder).as_posix() for path in built.db.folder.rglob("*") if path.is_file()}

    left_out = {"desk.duckdb.wal", "inbox/institutions/80901/b.csv", "sign-in.sqlite", "leftovers/c", "packages/.part/d",
                "packages/.writing"}
    assert there - held <= left_out
    assert held <= there
    assert {path.split("/")[0] for path in held} >= {"filings", "originals", "photos", "attachments", "packages", "tables"}


def test_what_is_not_yet_stored_is_not_in_it_and_writing_does_not_wait(built, tmp_path):
    with built.db.transaction() as tx:
        tx.run("INSERT INTO province (code, zh, en) VALUES ('99', '示例', 'Example')")
        made = backup.make(built.db, tmp_path / "kept", NOON)
        tx.run("DELETE FROM province WHERE code = '99'")

    restoring.restore(made, tmp_path / "restored")

    with closing(store.open_store(tmp_path / "restored")) as db:
        assert db.frame("SELECT 1 FROM province WHERE code = '99'").is_empty()


def test_bytes_that_are_there_already_are_not_written_twice(built, kept):
    before = objects(kept.folder.parent)
    (built.db.folder / "tables" / "more.csv").write_bytes(b"more")

    again = backup.make(built.db, kept.folder.parent, NOON)

    assert again.number == kept.number + 1
    assert len(objects(kept.folder.parent) - before) == 2  # the new file, and the tables
    assert set(again.contents()["path"]) - set(kept.contents()["path"]) == {"tables/more.csv"}
    (built.db.folder / "tables" / "more.csv").unlink()


@pytest.mark.parametrize("which", ["desk.duckdb", "originals/", "packages/latest", "files.parquet"])
@pytest.mark.parametrize("content", [b"other bytes", None], ids=["altered", "gone"])
def test_a_backup_altered_or_not_whole_is_refused_and_leaves_nothing(kept, tmp_path, which, content):
    held = kept.contents()
    found = [sha for path, sha in held.select("path", "sha256").iter_rows() if path.lower().startswith(which)]
    path = kept.place(found[0]) if found else kept.folder / which
    path.write_bytes(content) if content else path.unlink()

    with pytest.raises(BrokenBackup):
        restoring.verify(kept)
    with pytest.raises(BrokenBackup):
        restoring.restore(kept, tmp_path / "restored")

    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith("restored")]
    assert not list(kept.folder.parent.glob(".trial-*"))


def test_a_path_that_leads_out_of_the_store_is_not_followed(kept, tmp_path):
    lines = kept.contents()
    lines.with_columns(path="../" + lines["path"]).write_parquet(kept.folder / "files.parquet")
    forged = replace(kept, sha256=disk.sha256_of(kept.folder / "files.parquet"))

    with pytest.raises(BrokenBackup):
        restoring.restore(forged, tmp_path / "restored")

    assert {path.name for path in tmp_path.iterdir()} == {"kept"}


def test_nothing_is_restored_over_anything_and_no_backup_lies_within_its_store(built, kept, tmp_path):
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()

    with pytest.raises(NotAllowed):
        restoring.restore(kept, tmp_path / "used")
    with pytest.raises(BadRequest):
        backup.make(built.db, built.db.folder / "filings", NOON)
    with pytest.raises(NotFound):
        restoring.chosen(kept.folder.parent, 7)


def test_a_release_is_backed_up_before_and_the_last_few_are_kept(tmp_path, monkeypatch):
    desk = a_desk(tmp_path)
    a_filing(desk, people(3), approved=True)
    run_id = a_run(desk)
    monkeypatch.setenv("DESK_BACKUPS_KEPT", "1")
    asked = backup.make(desk.db, backup.folder_of(desk.db), NOON)

    publication_run.release(desk, run_id, counted=3)

    made = backup.every(backup.folder_of(desk.db))[-1]
    assert made.why == "release"
    restoring.restore(made, tmp_path / "before")
    with closing(store.open_store(tmp_path / "before")) as db:
        assert db.frame("SELECT DISTINCT status FROM record").rows() == [("cleared",)]

    backup.before(desk.db, NOON, "release")
    left = backup.every(backup.folder_of(desk.db))
    assert [each.number for each in left] == [asked.number, 3]
    assert objects(backup.folder_of(desk.db)) == {sha for each in left for sha in each.contents()["sha256"]}
    desk.db.close()


def _row(tx, table):
    """One row that a table takes: each column something of its kind, the first word of a closed list."""
    told = tx.frame(
        "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = 'desk' AND table_name = $table", table=table
    )
    checks = "".join(tx.frame(
        "SELECT constraint_text FROM duckdb_constraints() WHERE database_name = 'desk' AND table_name = $table", table=table
    )["constraint_text"]).replace('"', "")
    plain = {"BIGINT": "1", "INTEGER": "1", "BOOLEAN": "false", "DATE": "'2025-09-01'", "TIMESTAMP": "'2025-09-01 12:00:00'",
             "DOUBLE": "1.5", "VARCHAR": "'x'"}
    special = {"about": "'{}'", "term": "'2024-2'", ("feedback_run", "month"): "NULL", ("publication_run", "month"): "NULL",
               ("publication_run", "reverts"): "NULL"}
    values = {}
    for name, kind in told.iter_rows():
        listed = checks.split(f"({name} IN (")[-1].split("'")[1] if f"({name} IN (" in checks else None
        values[name] = special.get((table, name)) or special.get(name) or (f"'{listed}'" if listed else plain[kind])
    named = ", ".join(f'"{name}"' for name in values)
    tx.run(f'INSERT INTO "{table}" ({named}) VALUES ({", ".join(values.values())})')


def _as_released(folder, monkeypatch, number):
    """A store as the version with so many migrations left it, with something in every table."""
    with monkeypatch.context() as earlier:
        earlier.setattr(migrations, "known", lambda: SCHEMA[:number])
        old = Database.open(folder)
    with old.transaction() as tx:
        for table in tables(old).keys() - FILLED_AT_OPENING:
            if tx.frame(f'SELECT 1 FROM "{table}"').is_empty():
                _row(tx, table)
    return old


@pytest.mark.parametrize("number", [step.number for step in SCHEMA[:-1]])
def test_a_store_of_every_earlier_version_comes_forward_with_all_it_has(tmp_path, monkeypatch, columns_now, number):
    with closing(_as_released(tmp_path, monkeypatch, number)) as old:
        before = tables(old)

    with closing(Database.open(tmp_path)) as db:
        now = tables(db)
        assert len(now["migration"]) == len(SCHEMA)
        assert db.frame(COLUMNS).equals(columns_now)
        assert {name: len(now[name]) for name in before.keys() - FILLED_AT_OPENING} == {
            name: len(before[name]) for name in before.keys() - FILLED_AT_OPENING
        }
        filed = "SELECT filing_id, file_name, sha256, received_at FROM filing"
        assert [str(row) for row in db.frame(filed).rows()] == ["(1, 'x', 'x', datetime.datetime(2025, 9, 1, 12, 0))"]


def test_a_store_is_backed_up_as_it_was_before_it_comes_forward(tmp_path, monkeypatch):
    monkeypatch.setenv("DESK_BACKUPS_KEPT", "1")
    with closing(_as_released(tmp_path / "store", monkeypatch, 5)) as old:
        before = tables(old)

    store.open_store(tmp_path / "store").close()

    made, = backup.every(tmp_path / "store" / "backups")
    assert made.why == "migration"
    shutil.copyfile(made.place(made.contents().filter(path="desk.duckdb")["sha256"].item()), tmp_path / "desk.duckdb")
    with monkeypatch.context() as earlier:
        earlier.setattr(migrations, "known", lambda: SCHEMA[:5])
        with closing(Database.open(tmp_path)) as as_it_was:
            assert tables(as_it_was) == before


def test_a_store_of_a_newer_version_is_not_opened(tmp_path):
    with closing(Database.open(tmp_path)) as db, db.transaction() as tx:
        tx.run("INSERT INTO migration (number, name) VALUES (9999, '9999_later')")

    with pytest.raises(NewerStore):
        Database.open(tmp_path)
    with pytest.raises(NewerStore):  # and it is not left locked
        Database.open(tmp_path)


def test_one_backup_is_made_at_a_time(built, tmp_path):
    with backup._alone(tmp_path / "kept"), pytest.raises(NotAllowed):
        backup.make(built.db, tmp_path / "kept", NOON)


def test_who_has_the_store_open_makes_the_backup_another_asks_for(built, tmp_path):
    attendant = Attendant(built.db, lambda: NOON, every=0.02).start()
    try:
        assert ask(built.db.folder, tmp_path / "kept", lambda: True, every=0.02) == 1
        with pytest.raises(CentreError, match="inside"):
            ask(built.db.folder, built.db.folder / "filings", lambda: True, every=0.02)
    finally:
        attendant.stop()

    assert [path.name for path in (built.db.folder / "requests").iterdir()] == []
    with pytest.raises(StoreBusy):
        ask(built.db.folder, tmp_path / "kept", lambda: True, every=0.01, heard=0.05)


def test_the_commands_back_up_try_out_and_restore_with_the_app_closed(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    desk = a_desk(tmp_path)
    a_filing(desk, people(2))
    desk.db.close()

    assert main(["--home", str(tmp_path / "store"), "backup", "--backups", str(tmp_path / "kept")]) == 0
    assert main(["--home", str(tmp_path / "store"), "verify", "--backups", str(tmp_path / "kept")]) == 0
    assert main(["--home", str(tmp_path / "new"), "restore", str(tmp_path / "kept")]) == 0
    told = capsys.readouterr().out
    assert told.count("0项不符") == 3
    assert "所有人须重新登录" in told
    assert main(["--home", str(tmp_path / "new"), "restore", str(tmp_path / "kept")]) == 2
    assert main(["--home", str(tmp_path / "new"), "verify", "--backups", str(tmp_path / "nowhere")]) == 2


WORKER = """
import sys
from pathlib import Path
from core import admission, intake, reading
from core.backup_requests import Attendant
from tests.builders import a_desk, declared
desk = a_desk(Path(sys.argv[1]))
Attendant(desk.db, desk.now, every=0.05).start()
for name in sys.argv[2:]:
    source = reading.open_filing(Path(name))
    intake.receive(desk, admission.preview(desk, source, declared()), declared(), source, Path(name).name)
    print("stored", flush=True)
"""


def test_drill_backed_up_at_work_killed_and_restored_the_balance_closes(tmp_path):
    """The whole of it: a program at work is asked for a backup from outside, dies, and its store is brought back elsewhere."""
    paths = [a_csv(tmp_path / f"{n}.csv", [*people(60, first=100 * n), *people(6, first=100 * n + 60, **NAMELESS)]) for n in range(15)]
    kept = tmp_path / "kept"
    with subprocess.Popen(
        [sys.executable, "-c", WORKER, str(tmp_path), *map(str, paths)], cwd=ROOT, stdout=subprocess.PIPE, text=True,
    ) as program:
        assert program.stdout.readline() == "stored\n"
        threading.Thread(target=program.stdout.read, daemon=True).start()
        ended = main(["--home", str(tmp_path / "store"), "backup", "--backups", str(kept)])
        program.kill()
    shutil.rmtree(tmp_path / "store")

    assert ended == 0
    assert main(["--home", str(tmp_path / "store"), "restore", str(kept)]) == 0
    with closing(store.open_store(tmp_path / "store")) as db:
        there = replace(a_desk(tmp_path / "other"), db=db)
        assert db.frame("SELECT count(*) FROM filing").item() >= 1
        assert balance.sheet(there)["received"].sum() == db.frame("SELECT count(*) FROM record").item() > 0
