"""办理记录链: nothing in the book of acts is altered, removed or inserted unseen, and reads that matter stand in it."""

from contextlib import closing
from dataclasses import replace

import pytest

from core import accounts, audit, credentials, exporting, ledger, lookup, migrations, publication, store
from core.accounts import Account
from core.database import Database
from core.exporting import Format, Listing
from core.vocabulary import Role
from tests.builders import NOON, TERM, a_desk, a_filing, people, released


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = a_desk(tmp_path_factory.mktemp("chain"))
    a_filing(desk, people(3), approved=True)
    released(desk, TERM, counted=publication.ready(desk, TERM))
    yield desk
    desk.db.close()


def broken(desk, *statements):
    """What the audit says of the book after it was tampered with; nothing of that stays."""
    with desk.db.snapshot() as seen:
        for statement in statements:
            seen.run(statement)
        verdict, = (each for each in audit.of(replace(desk, db=seen), quick=True) if each.invariant.name == "acts_in_their_chain")
    return list(verdict.first)


def last(desk):
    return desk.db.frame("SELECT max(act_id) FROM act").item()


def test_a_book_nobody_touched_is_one_chain(desk):
    assert last(desk) > 5
    assert broken(desk) == []


@pytest.mark.parametrize("change", [
    "actor = 'another'", "acted_at = acted_at + INTERVAL 1 SECOND", "event = 'close'", "machine = 'case'", "subject = 'other'",
    "subject_id = 77", "moved = moved + 1", "note = note || '。'", "before = 'x'", "after = 'x'",
])
def test_one_line_altered_in_any_part_is_named_and_no_other(desk, change):
    assert broken(desk, f"UPDATE act SET {change} WHERE act_id = 3") == ["办理记录第3条被改动，或是插入的"]


def test_a_line_altered_and_its_hash_with_it_breaks_the_next(desk):
    line = desk.db.one("SELECT * FROM act WHERE act_id = 3") | {"note": "另一理由"}
    before = desk.db.frame("SELECT hash FROM act_link WHERE act_id = 2").item()
    forged = ledger.chain.link(before, line)

    told = broken(
        desk, "UPDATE act SET note = '另一理由' WHERE act_id = 3", f"UPDATE act_link SET hash = '{forged}' WHERE act_id = 3"
    )

    assert told == ["办理记录第4条被改动，或是插入的"]


def test_lines_removed_are_named_wherever_they_stood(desk):
    end = last(desk)

    for gone, told in ((1, "第1条被删去"), (3, "第3条被删去"), (end, f"第{end}条被删去")):
        both = [f"DELETE FROM {table} WHERE act_id = {gone}" for table in ("act", "act_link")]
        assert broken(desk, *both) == [f"办理记录{told}"]
    assert broken(desk, "DELETE FROM act WHERE act_id IN (3, 4)") == ["办理记录第3至4条被删去"]
    assert broken(desk, "DELETE FROM act") == [f"办理记录第1至{end}条被删去"]


def test_a_line_inserted_is_named(desk):
    end = last(desk)
    columns = "acted_at, actor, machine, event, subject, subject_id, moved, note"
    copy = f"INSERT INTO act (act_id, {columns}) SELECT {{}}, {columns} FROM act WHERE act_id = 2"

    assert broken(desk, copy.format(end + 1)) == [f"办理记录第{end + 1}条是插入的，编号还没有给出"]
    counted = "UPDATE counter SET value = value + 1 WHERE name = 'act'"
    assert broken(desk, copy.format(end + 1), counted) == [f"办理记录第{end + 1}条是插入的，不在链上"]
    linked = f"INSERT INTO act_link VALUES ({end + 1}, 'ff')"
    assert broken(desk, copy.format(end + 1), counted, linked) == [f"办理记录第{end + 1}条被改动，或是插入的"]
    between = [f"UPDATE act SET act_id = act_id + 1 WHERE act_id > {end - 1}", copy.format(end), counted]
    assert f"办理记录第{end}条被改动，或是插入的" in broken(desk, *between)


def test_a_move_tells_what_stood_before_and_after(desk):
    told = desk.db.frame("SELECT before, after FROM act WHERE machine = 'filing' AND event = 'approve'").row(0)

    assert told == ("received", "approved")


def test_a_change_of_an_account_tells_both_ways_it_stood(tmp_path):
    desk = a_desk(tmp_path)
    credentials.begin(desk.db, NOON)
    accounts.enter(desk, Account("li", "李示范", "", (Role.ENQUIRY,)))

    accounts.change(desk, Account("li", "李示范", "", (Role.ANALYST, Role.OPERATOR)))

    told = desk.db.frame("SELECT before, after FROM act WHERE event = 'change'").row(0)
    assert told == ("li  enquiry", "li  analyst operator")
    assert broken(desk) == []
    desk.db.close()


def test_sign_ins_lookups_and_exports_stand_in_the_book_and_no_screen_counts_anew(tmp_path):
    desk = a_desk(tmp_path)
    records = people(2)
    a_filing(desk, records, approved=True)
    released(desk, TERM, counted=2)
    credentials.begin(desk.db, NOON)
    version = desk.db.version

    for name in (credentials.FIRST, "a-password-typed-here"):
        credentials.refused(desk.db, name, NOON, "10.0.0.7")
    credentials.signed_in(desk.db, credentials.FIRST, NOON, "10.0.0.7")
    found = lookup.by_staff(desk, records[0]["XM"], records[0]["XWZSBH"])
    none = lookup.by_staff(desk, "李不在", records[0]["XWZSBH"])
    assert desk.db.version == version
    listing = Listing("queue", "清单", "", (("code", "代码"),), "{at}")
    exporting.hand_out(desk, listing, exporting.whole(desk.db.frame("SELECT code FROM province")), Format.CSV).close()

    assert found and none is None
    looked_up = desk.db.frame("SELECT min(record_id) FROM record").item()
    lines = desk.db.frame("SELECT actor, event, subject, subject_id, moved, note FROM act WHERE machine = 'read' ORDER BY act_id").rows()
    assert lines[:5] == [
        ("admin", "sign_in_refused", "account", 1, 0, "10.0.0.7"), ("nobody", "sign_in_refused", "account", None, 0, "10.0.0.7"),
        ("admin", "sign_in", "account", 1, 1, "10.0.0.7"), (desk.actor.key, "lookup", "record", looked_up, 1, ""),
        (desk.actor.key, "lookup", "record", None, 0, ""),
    ]
    assert lines[5][:4] == (desk.actor.key, "export", "export", 1)
    assert broken(desk) == []
    desk.db.close()


def test_the_acts_of_a_store_that_had_no_chain_are_chained_once(tmp_path, monkeypatch):
    before = [step for step in migrations.known() if "act_chain" not in step.name]
    with monkeypatch.context() as earlier:
        earlier.setattr(migrations, "known", lambda: before)
        with closing(Database.open(tmp_path / "store")) as old, old.transaction() as tx:
            tx.next_ids("act", 2)
            tx.run("INSERT INTO act VALUES (1, '2025-09-01', 'a', 'filing', 'receive', 'filing', 1, 1, ''),"
                   " (2, '2025-09-02', 'b', 'record', 'sort', 'filing', 1, 1, '')")

    with closing(store.open_store(tmp_path / "store")) as db:
        desk = replace(a_desk(tmp_path / "other"), db=db)
        assert broken(desk) == []
        with db.transaction() as tx:
            tx.run("DELETE FROM act_link WHERE act_id = 2")
    with closing(store.open_store(tmp_path / "store")) as db:  # what was taken out of the chain is not put back quietly
        assert broken(replace(desk, db=db)) == ["办理记录第2条是插入的，不在链上"]
