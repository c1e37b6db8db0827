"""The store: all or nothing, one writer, ids used once, migrations in order."""

import re
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from core.database import Database
from core.errors import StoreDamaged

SCHEMA = sorted((Path(__file__).parents[1] / "core/schema").glob("*.sql"))


@pytest.fixture
def store(tmp_path):
    database = Database.open(tmp_path)
    yield database
    database.close()


def _provinces(database):
    return database.frame("SELECT code FROM province ORDER BY code")["code"].to_list()


def _add(tx, code):
    return tx.run("INSERT INTO province (code, zh, en) VALUES ($code, $code, $code)", code=code)


def test_what_a_transaction_wrote_is_there_after_it_and_after_reopening(tmp_path):
    database = Database.open(tmp_path)

    with database.transaction() as tx:
        assert _add(tx, "11") == 1
    database.close()

    assert _provinces(Database.open(tmp_path)) == ["11"]


def test_an_error_stores_nothing_and_the_next_transaction_works(store):
    with pytest.raises(RuntimeError, match="halfway"), store.transaction() as tx:
        _add(tx, "11")
        raise RuntimeError("halfway")

    with store.transaction() as tx:
        _add(tx, "12")

    assert _provinces(store) == ["12"]


def test_an_aborted_transaction_cannot_commit_silently(store):
    """F3: DuckDB answers COMMIT of an aborted transaction with a rollback and no error."""
    with pytest.raises(duckdb.TransactionException), store.transaction() as tx:
        _add(tx, "11")
        tx.run("INSERT INTO counter (name, value) VALUES ('kind', 1)")
        with pytest.raises(duckdb.ConstraintException):
            tx.run("INSERT INTO counter (name, value) VALUES ('kind', 1)")

    assert _provinces(store) == []
    with store.transaction() as tx:
        _add(tx, "12")
    assert _provinces(store) == ["12"]


def test_transactions_do_not_nest(store):
    with pytest.raises(RuntimeError, match="nest"), store.transaction() as outer:
        _add(outer, "11")
        with store.transaction():
            pass

    assert _provinces(store) == []


def test_two_threads_write_one_after_the_other(store):
    def reserve():
        with store.transaction() as tx:
            found.append(tx.next_ids("kind", 10))

    found = []
    threads = [threading.Thread(target=reserve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == list(range(1, 81, 10))


def test_ids_are_never_given_twice_even_when_what_they_named_is_gone(store):
    with store.transaction() as tx:
        first = tx.next_ids("kind", 3)
        other = tx.next_ids("another kind")
    with store.transaction() as tx:
        tx.run("DELETE FROM province")
        second = tx.next_ids("kind")

    assert (first, second, other) == (1, 4, 1)


def test_the_version_grows_with_what_is_stored_and_not_otherwise(store):
    before = store.version

    with pytest.raises(RuntimeError), store.transaction():
        raise RuntimeError
    failed = store.version
    with store.transaction() as tx:
        _add(tx, "11")

    assert (failed, store.version) == (before, before + 1)


def test_readers_do_not_see_what_is_not_yet_stored(store):
    with store.transaction() as tx:
        _add(tx, "11")
        seen = _provinces(store)

    assert seen == []


def test_a_second_program_is_told_that_the_store_is_busy(tmp_path, store):
    script = (
        "import sys; from pathlib import Path; from core.database import Database, StoreBusy\n"
        "try: Database.open(Path(sys.argv[1]))\n"
        "except StoreBusy as busy: print(busy.en); sys.exit(7)"
    )

    told = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True)

    assert (told.returncode, told.stderr) == (7, "")
    assert "in use by another program" in told.stdout


def test_a_store_given_back_can_be_opened_by_another(tmp_path):
    Database.open(tmp_path).close()
    script = "import sys; from pathlib import Path; from core.database import Database; Database.open(Path(sys.argv[1]))"

    assert subprocess.run([sys.executable, "-c", script, str(tmp_path)]).returncode == 0


DAMAGES = {
    "another file": lambda whole: b"not a database at all" * 1000, "emptied": lambda whole: b"",
    "cut short": lambda whole: whole[: len(whole) // 2], "its beginning overwritten": lambda whole: b"x" * 100 + whole[100:],
    "its headers wiped": lambda whole: whole[:4096] + bytes(8192) + whole[12288:],
}


@pytest.mark.parametrize("damaged", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_file_is_told_as_such_and_left_as_it_is(tmp_path, damaged):
    Database.open(tmp_path).close()
    path = tmp_path / "desk.duckdb"
    path.write_bytes(damaged(path.read_bytes()))
    content = path.read_bytes()

    for _ in range(2):
        with pytest.raises(StoreDamaged, match="core restore"):
            Database.open(tmp_path)

    assert path.read_bytes() == content


def test_damage_that_only_reading_meets_is_told_as_such(tmp_path):
    database = Database.open(tmp_path)
    with database.transaction() as tx:
        tx.run("CREATE TABLE large AS SELECT md5(number::VARCHAR) AS word FROM range(200000) AS t(number)")
    database.close()
    path = tmp_path / "desk.duckdb"
    whole = path.read_bytes()
    place = len(whole) // 2
    path.write_bytes(whole[:place] + b"Z" * 4096 + whole[place + 4096 :])

    with closing(Database.open(tmp_path)) as reopened, pytest.raises(StoreDamaged):
        reopened.frame("SELECT max(word) AS word FROM large")


def _number(path):
    return int(re.fullmatch(r"(\d{4})_[a-z_]+\.sql", path.name)[1])


def test_migrations_are_numbered_each_once_from_one():
    numbers = [_number(path) for path in SCHEMA]

    assert numbers[0] == 1
    assert len(set(numbers)) == len(numbers)


def test_each_migration_is_recorded_and_applied_once(tmp_path):
    first = Database.open(tmp_path)
    with first.transaction() as tx:
        _add(tx, "11")
    first.close()

    again = Database.open(tmp_path)

    recorded = again.frame("SELECT number, name FROM migration ORDER BY number").rows()
    assert recorded == [(_number(path), path.stem) for path in SCHEMA]
    assert _provinces(again) == ["11"]


def test_notices_issued_before_there_were_runs_become_runs_with_their_lines(tmp_path, monkeypatch):
    before = tmp_path / "schema"
    before.mkdir()
    for path in SCHEMA:
        if _number(path) < 10:
            (before / path.name).write_bytes(path.read_bytes())
    with monkeypatch.context() as earlier:
        earlier.setattr("core.migrations._SCHEMA", before)
        store = Database.open(tmp_path / "store")
    with store.transaction() as tx:
        tx.run("INSERT INTO province VALUES ('11', '北京市', 'Beijing')")
        tx.run("INSERT INTO institution VALUES ('80901', '示例科学研究院', NULL, '11', true)")
        tx.run(
            "INSERT INTO filing (filing_id, term, institution, province, category, level, supplement, layout, format, file_name, "
            "sha256, size, records, first_record, parquet, ruleset, received_at, received_by, status) VALUES (1, '2024-2', '80901', "
            "'11', '2.3.1', '4', false, 'new27', 'csv', 'a.csv', 'x', 1, 2, 1, 'a', 'r', '2025-09-01', 't', 'approved')"
        )
        for record_id, cls in ((1, "incomplete"), (2, "classified")):
            told = {"id": record_id, "cls": cls}
            tx.run("INSERT INTO record (record_id, version, filing_id, filing_row, name, declared, status) "
                   "VALUES ($id, 1, 1, $id + 1, '张明', false, 'withheld')", **told)
            tx.run("INSERT INTO withheld_case VALUES ($id, $id, 1, 1, $cls, 1, 'sent', 1, '2025-09-01')", **told)
            tx.run("INSERT INTO finding (record_id, version, filing_id, rule, class, field) VALUES ($id, 1, 1, 'I01', $cls, 'XM')", **told)
            tx.run("INSERT INTO notice_item VALUES (1, $id, $id, 1)", **told)
        tx.run("INSERT INTO notice VALUES (1, '2024-2', '80901', '11', 1, 2, 1, '2025-11-30', '2025-09-15', 't')")
    store.close()

    store = Database.open(tmp_path / "store")

    told = store.one("SELECT run_id, institution_zh, province_zh, records, incomplete, inaccurate, classified_records FROM notice")
    assert tuple(told.values()) == (1, "示例科学研究院", "北京市", 2, 1, 0, 1)
    assert store.frame("SELECT term, month FROM feedback_run").rows() == [("2024-2", None)]
    assert store.frame("SELECT record_id, age, since, sentence FROM feedback_line").rows() == [(1, 14, "first", None)]
    with store.transaction() as tx:
        assert tx.next_ids("feedback_run") == 2
