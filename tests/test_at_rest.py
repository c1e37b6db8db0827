"""静态加密: under a key nothing of what is kept can be read without it, all work goes on, and the key can be changed."""

import base64
import hashlib
import os
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from core import (
    analysis,
    at_rest,
    audit,
    backup,
    draft,
    feedback,
    lookup,
    publication,
    reading,
    rekeying,
    restoring,
    store,
    views,
)
from core.__main__ import main
from core.at_rest import KeyRefused
from core.database import REKEYED, Database
from core.errors import BadRequest, CentreError, NotAllowed, NotFound
from tests.builders import NAMELESS, NOON, TERM, a_context, a_csv, a_desk, a_filing, people, released
from tests.builders_corrections import a_change, first_record, settled, taken

ROOT = Path(__file__).parents[1]
NAME, NUMBER = "欧阳保密", "110101200303072137"
MARKED = {"XM": NAME, "ZJHM": NUMBER}
KEYS = [base64.b64encode(bytes([place]) * 32).decode() for place in (1, 2)]
DIES = """
import os, sys
renamed = []
def watch(event, told):
    if event == "os.rename" and "rekeyed" in str(told[0]):
        renamed.append(told[0])
        if len(renamed) == int(sys.argv[2]):
            os._exit(9)
sys.addaudithook(watch)
from core.__main__ import main
main(["--home", sys.argv[1], "rekey"])
"""


@pytest.fixture(autouse=True)
def untold(monkeypatch):
    """No key but the test's own."""
    for name in ("DESK_KEY", "DESK_KEY_FILE", "DESK_KEY_BEFORE", "DESK_KEY_BEFORE_FILE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def under(monkeypatch):
    """Puts what follows under one of the keys, or under none."""
    def put(place=None, *, before=None):
        for name, told in (("DESK_KEY", place), ("DESK_KEY_BEFORE", before)):
            monkeypatch.setenv(name, "" if told is None else KEYS[told])
    return put


def at_work(folder):
    """A store after a month's work: filed, put on line, fed back, corrected; the last of it in the log alone."""
    desk = a_desk(folder)
    filing = a_filing(desk, [*people(3, **NAMELESS), *people(1, first=3, **MARKED), *people(1, first=4)], approved=True).filing_id
    released(desk, TERM, counted=publication.ready(desk, TERM))
    feedback.issue(desk, TERM)
    number = first_record(desk, filing)
    settled(desk, *taken(desk, a_change(desk, number, XM=NAME)))
    with desk.db.transaction() as tx:
        tx.run("UPDATE record SET name = $name WHERE record_id = $number AND version = 2", name=f"{NAME}二", number=number + 4)
    return desk


def kept(home, pattern):
    """The bytes of all files of a kind that are kept under the key."""
    return b"".join(path.read_bytes() for path in home.rglob(pattern) if path.relative_to(home).parts[0] != "packages")


def magic(home):
    """How the Parquet of the store begins: PARE where even the footer is encrypted, PAR1 where it is plain."""
    return {path.read_bytes()[:4] for path in home.rglob("*.parquet") if path.relative_to(home).parts[0] != "packages"}


def hashes(home):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in home.rglob("*") if path.is_file()}


def rows(desk):
    """What the store has, filed rows included."""
    paths = sorted((desk.db.folder / "filings").iterdir())
    names = desk.db.frame("SELECT table_name FROM duckdb_tables() WHERE database_name = 'desk' ORDER BY ALL")["table_name"]
    tables = {name: sorted(map(str, desk.db.frame(f'SELECT * FROM "{name}"').rows())) for name in names}
    return tables | {path.name: at_rest.read(path).rows() for path in paths}


def broken(desk):
    return [each.invariant.name for each in audit.audit(desk) if each.broken]


def test_all_work_goes_on_under_a_key_and_nothing_kept_tells_a_name_or_number(tmp_path, under):
    under(0)
    desk = at_work(tmp_path)

    assert broken(desk) == []
    assert lookup.find(desk.db, NAME, "8090142025000004").content["XM"] == NAME
    assert views.filed_row(desk, views.record(desk, first_record(desk, 1)))["XM"] == NAME
    assert analysis.ask(desk, "SELECT count(*) AS n FROM records").item() == 5
    assert desk.db.frame("SELECT current_setting('temp_file_encryption') AS on").item()
    tables, parquet = kept(desk.db.folder, "desk.duckdb*"), kept(desk.db.folder, "*.parquet")
    assert (desk.db.folder / "desk.duckdb.wal").stat().st_size
    for mark in (NAME, NUMBER, "张安波", people(1)[0]["ZJHM"], "8090142025"):
        assert mark.encode() not in tables + parquet
    assert magic(desk.db.folder) == {b"PARE"}
    for path in (desk.db.folder / "filings").iterdir():
        with pytest.raises(pl.exceptions.ComputeError):
            pl.read_parquet(path)
    desk.db.close()
    assert NAME.encode() not in kept(desk.db.folder, "desk.duckdb*")


def test_without_a_key_the_same_can_be_read(tmp_path):
    desk = at_work(tmp_path)

    assert NAME.encode() in kept(desk.db.folder, "desk.duckdb*")
    assert NUMBER in pl.concat(map(pl.read_parquet, (desk.db.folder / "filings").iterdir()))["ZJHM"]
    assert magic(desk.db.folder) == {b"PAR1"}
    desk.db.close()


@pytest.mark.parametrize(("made", "opened", "told"), [(0, None, "no key was given"), (0, 1, "not the key"), (None, 0, "not encrypted")])
def test_a_missing_or_wrong_key_is_told_and_nothing_altered(tmp_path, under, capsys, monkeypatch, made, opened, told):
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    under(made)
    desk = a_desk(tmp_path)
    a_filing(desk)
    desk.db.close()
    before = hashes(tmp_path)
    under(opened)

    with pytest.raises(KeyRefused, match=told):
        store.open_store(desk.db.folder)
    for command in ("audit", "backup", "rekey"):
        assert main(["--home", str(desk.db.folder), command]) == 2 or (command, opened) == ("rekey", 0)
    told_on = capsys.readouterr().err

    assert told in told_on
    assert KEYS[0] not in told_on
    if (made, opened) != (None, 0):
        assert hashes(tmp_path) == before


@pytest.mark.parametrize("told", ["secret", base64.b64encode(b"short").decode(), "机密"])
def test_what_is_no_key_is_refused(tmp_path, monkeypatch, told):
    monkeypatch.setenv("DESK_KEY", told)

    with pytest.raises(BadRequest) as refused:
        Database.open(tmp_path)
    assert told not in refused.value.zh + refused.value.en


def test_the_key_may_lie_in_a_file(tmp_path, under, monkeypatch):
    under(0)
    Database.open(tmp_path).close()
    (tmp_path / "key").write_text(f"{KEYS[0]}\n")
    monkeypatch.setenv("DESK_KEY", "")

    monkeypatch.setenv("DESK_KEY_FILE", str(tmp_path / "key"))
    Database.open(tmp_path).close()

    monkeypatch.setenv("DESK_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(BadRequest, match="DESK_KEY_FILE"):
        Database.open(tmp_path)


def test_a_key_is_in_no_word_about_it(under):
    under(0)

    told = at_rest.key()

    assert not {told.tables, told.parquet} & set(repr(told).split("'"))
    assert told.tables != told.parquet


def test_what_was_stored_before_a_kill_is_there_afterwards(tmp_path, under):
    under(0)
    Database.open(tmp_path).close()
    code = (
        "import os, sys; from pathlib import Path; from core.database import Database\n"
        "with Database.open(Path(sys.argv[1])).transaction() as tx: tx.run(\"INSERT INTO province VALUES ('99', '示例', 'Example')\")\n"
        "os._exit(9)"
    )

    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=False).returncode == 9

    with closing(Database.open(tmp_path)) as db:
        assert db.frame("SELECT zh FROM province WHERE code = '99'").item() == "示例"


def test_a_filing_read_in_many_parts_is_one_file_in_order(tmp_path, under):
    under(0)
    records = people(25)
    source = reading.open_filing(a_csv(tmp_path / "filing.csv", records))

    drawn = draft.draw_up(source, a_context(), tmp_path / "work", rows=10)

    assert at_rest.read(drawn.filed)["XM"].to_list() == [record["XM"] for record in records]
    assert at_rest.read(drawn.filed, ["ZJHM"], rows=pl.Series([3, 19])).rows() == [
        (people(25)[row - drawn.last_row - 1]["ZJHM"],) for row in (3, 19)
    ]
    assert {path.name for path in drawn.folder.iterdir()} == {"filed.parquet", "heads.arrow", "original"}
    again = draft.draw_again(drawn.filed, a_context(), tmp_path / "work", rows=7)
    assert again.records == 25


def test_rows_come_back_as_they_were_written(tmp_path, under):
    frame = pl.DataFrame(
        {"row": [1, 2, 3], "text": ["a", None, "丙"], "day": [NOON.date(), None, None], "at": [NOON, None, None], "yes": [True, False, None]},
        schema_overrides={"row": pl.Int64},
    )
    for place in (None, 0):
        under(place)
        at_rest.write(frame, tmp_path / "rows.parquet")
        assert at_rest.read(tmp_path / "rows.parquet").equals(frame)
        assert at_rest.read(tmp_path / "rows.parquet", ["text"], rows=pl.Series([3])).rows() == [("丙",)]
        assert at_rest.columns_of(tmp_path / "rows.parquet") == frame.columns
        assert pl.concat(at_rest.batches(tmp_path / "rows.parquet", 2)).equals(frame)


def test_no_damaged_file_passes_for_a_whole_one(tmp_path, under):
    under(0)
    path = tmp_path / "rows.parquet"
    at_rest.write(pl.DataFrame({"row": range(2000), "text": [f"{place}号" for place in range(2000)]}), path)
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)

    with pytest.raises(at_rest.Damaged) as refused:
        at_rest.read(path)
    assert "号" not in str(refused.value)


def test_a_backup_of_it_is_encrypted_and_comes_back_under_its_key_alone(tmp_path, under):
    under(0)
    desk = at_work(tmp_path)
    made = backup.make(desk.db, tmp_path / "kept", NOON)
    held, before = made.contents(), rows(desk)
    inside = b"".join(
        made.place(sha256).read_bytes() for path, sha256 in held.select("path", "sha256").iter_rows()
        if path.startswith(("filings/", "desk.duckdb"))
    )
    desk.db.close()

    assert not any(mark.encode() in inside for mark in (NAME, NUMBER))
    assert [each for each in restoring.verify(made) if each.broken] == []
    there = hashes(tmp_path / "kept")
    for place in (1, None):
        under(place)
        with pytest.raises(KeyRefused):
            restoring.verify(made)
        with pytest.raises(KeyRefused):
            restoring.restore(made, tmp_path / "elsewhere")
        assert not (tmp_path / "elsewhere").exists()
        assert hashes(tmp_path / "kept") == there
    under(0)
    assert [each for each in restoring.restore(made, tmp_path / "elsewhere") if each.broken] == []
    with closing(store.open_store(tmp_path / "elsewhere")) as db:
        assert rows(replace(desk, db=db)) == before


def test_a_store_is_put_under_a_key_under_another_and_under_none(tmp_path, under, capsys):
    desk = at_work(tmp_path)
    before, home = rows(desk), desk.db.folder
    desk.db.close()

    (home / "inbox/jobs/1/found").mkdir(parents=True)
    at_rest.write(pl.DataFrame({"record_id": [1]}), home / "inbox/jobs/1/found/changes.parquet")
    (home / "inbox/jobs/1/part").write_bytes(b"as it came")
    for place, last in ((0, None), (1, 0), (None, 1)):
        under(place, before=last)
        assert main(["--home", str(home), "rekey"]) == 0, capsys.readouterr()
        assert not (home / REKEYED).parent.exists()
        assert (NAME.encode() in kept(home, "desk.duckdb*")) == (place is None)
        assert magic(home) == {b"PAR1" if place is None else b"PARE"}
        with closing(store.open_store(home)) as db:
            assert rows(replace(desk, db=db)) == before
        assert (home / "inbox/jobs/1/part").read_bytes() == b"as it came"


def test_a_change_of_key_asks_for_another_key_and_for_a_store(tmp_path, under):
    under(0, before=0)
    assert main(["--home", str(tmp_path), "rekey"]) == 2
    with pytest.raises(NotFound):
        rekeying.rekey(tmp_path, None, at_rest.key())
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_file_stops_a_change_of_key_before_anything_is_altered(tmp_path, under):
    desk = a_desk(tmp_path)
    a_filing(desk)
    desk.db.close()
    filed, = (desk.db.folder / "filings").iterdir()
    filed.write_bytes(filed.read_bytes()[:-9])
    before = hashes(desk.db.folder)

    with pytest.raises(BadRequest, match=filed.name):
        rekeying.rekey(desk.db.folder, None, at_rest.Key(*KEYS))

    assert {path: sha for path, sha in hashes(desk.db.folder).items() if "rekeyed" not in path.parts} == before


@pytest.mark.parametrize("dies", [1, 2, 3, 4])
def test_a_change_of_key_cut_short_anywhere_is_finished_or_never_was(tmp_path, under, dies):
    desk = at_work(tmp_path)
    before, home = rows(desk), desk.db.folder
    desk.db.close()
    under(0)

    cut = subprocess.run([sys.executable, "-c", DIES, str(home), str(dies)], cwd=ROOT, env=os.environ, check=False)

    assert cut.returncode == 9
    if dies == 1:  # all written, not yet said to be
        under(None)
        with closing(store.open_store(home)) as db:
            assert rows(replace(desk, db=db)) == before
        under(0)
    else:
        with pytest.raises(NotAllowed):
            store.open_store(home)
        under(1)
        with pytest.raises(CentreError):  # nor is it finished under another
            rekeying.rekey(home, None, at_rest.key())
        under(0)
    rekeying.rekey(home, None, at_rest.key())
    with closing(store.open_store(home)) as db:
        assert rows(replace(desk, db=db)) == before
        assert broken(replace(desk, db=db)) == []


def test_the_engine_under_a_key_reaches_no_network(tmp_path, under):
    under(0)
    with closing(Database.open(tmp_path)) as db, pytest.raises(Exception, match="disabled"):
        db.frame("SELECT * FROM read_csv('http://127.0.0.1:9/x.csv')")
