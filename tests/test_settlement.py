"""The month's first act: corrected versions pass the one gate together, and what stands beside them is judged again."""


import random

import pytest

from core import balance, feedback, lookup, publication
from tests.builders import (
    NAMELESS,
    TERM,
    TOO_FAST,
    a_desk,
    a_filing,
    people,
    released,
    statuses,
)
from tests.builders_corrections import a_change, a_withdrawal, first_record, settled, standing, taken


def of(desk, record_id):
    """A record's versions: version, status."""
    return desk.db.frame("SELECT version, status FROM record WHERE record_id = $id ORDER BY version", id=record_id).rows()


def case(desk, record_id):
    """Version, status and round of a record's cases."""
    return desk.db.frame(
        "SELECT version, status, round FROM withheld_case WHERE record_id = $id ORDER BY case_id", id=record_id
    ).rows()


def test_a_mended_record_is_cleared_in_its_next_version_and_its_case_closed(desk):
    filing = a_filing(desk, people(3, **NAMELESS), approved=True).filing_id
    number = first_record(desk, filing)
    feedback.issue(desk, TERM)

    done = settled(desk, *taken(desk, a_change(desk, number, XM="张明")))

    assert (done.corrections, done.cleared, done.withheld) == (1, 1, 0)
    assert of(desk, number) == [(1, "superseded"), (2, "cleared")]
    assert case(desk, number)[0][1] == "closed"
    assert publication.ready(desk, TERM) == 1
    assert balance.sheet(desk)["gap"].to_list() == [0]


def test_one_still_faulty_is_fed_back_again_with_its_round_one_higher(desk):
    filing = a_filing(desk, people(2, XM=None, CSRQ="20030703"), approved=True).filing_id
    number = first_record(desk, filing)
    feedback.issue(desk, TERM)

    done = settled(desk, *taken(desk, a_change(desk, number, XM="张明")))

    assert (done.cleared, done.withheld) == (0, 1)
    assert of(desk, number) == [(1, "superseded"), (2, "withheld")]
    assert case(desk, number) == [(2, "open", 2)]
    assert feedback.issue(desk, TERM) == 1
    assert case(desk, number) == [(2, "sent", 2)]


def test_a_case_not_yet_fed_back_keeps_its_round(desk):
    number = first_record(desk, a_filing(desk, people(1, XM=None, CSRQ="20030703")).filing_id)

    settled(desk, *taken(desk, a_change(desk, number, XM="张明")))

    assert case(desk, number) == [(2, "open", 1)]


def test_what_is_on_line_stays_so_in_its_last_published_version_until_the_next_is_published(desk):
    records = people(1)
    number = first_record(desk, a_filing(desk, records, approved=True).filing_id)
    released(desk, TERM, counted=1)

    def seen():
        found = lookup.find(desk.db, records[0]["XM"], records[0]["XWZSBH"])
        return found and found.content["ZYMC"]

    numbers = taken(desk, a_change(desk, number, ZYMC="软件工程", ZYDM="080902"))
    assert seen() == "计算机科学与技术"
    settled(desk, *numbers)

    assert of(desk, number) == [(1, "superseded"), (2, "cleared")]
    assert seen() == "计算机科学与技术"
    assert released(desk, TERM, counted=1) == 1
    assert seen() == "软件工程"
    assert of(desk, number) == [(1, "superseded"), (2, "published")]
    assert balance.sheet(desk)["gap"].to_list() == [0]


def test_what_is_on_line_goes_off_when_its_next_version_is_withheld(desk):
    records = people(1)
    number = first_record(desk, a_filing(desk, records + [people(2)[1] | {"XWZSBH": "8090142025000777"}], approved=True).filing_id)
    released(desk, TERM, counted=2)

    settled(desk, *taken(desk, a_change(desk, number, XWZSBH="8090142025000777")))

    assert of(desk, number) == [(1, "superseded"), (2, "withheld")]
    assert lookup.find(desk.db, records[0]["XM"], records[0]["XWZSBH"]) is None
    assert case(desk, number) == [(2, "open", 1)]


def test_mending_one_of_two_duplicates_releases_the_other(desk):
    one, other = people(2)
    filing = a_filing(desk, [one, other | {"XWZSBH": one["XWZSBH"]}], approved=True).filing_id
    number = first_record(desk, filing)
    assert statuses(desk, filing) == {"withheld": 2}
    before = tally(desk, filing)

    done = settled(desk, *taken(desk, a_change(desk, number + 1, XWZSBH=other["XWZSBH"])))

    assert (done.cleared, done.neighbours) == (1, 1)
    assert [each["status"] for each in standing(desk)] == ["cleared", "cleared"]
    assert case(desk, number) == [(1, "closed", 1)]
    closed = desk.db.frame("SELECT closed FROM finding WHERE record_id = $id", id=number)["closed"].to_list()
    assert closed == [f"settlement {done.settlement_id}"]
    failed = {rule: (evaluated, failed) for rule, evaluated, failed in tally(desk, filing).iter_rows() if failed}
    assert failed == {}
    assert tally(desk, filing).select("rule", "evaluated").equals(before.select("rule", "evaluated"))


def test_duplicates_of_two_filings_are_parted_too(desk):
    one, = people(1)
    theirs, = people(1, first=5)
    a_filing(desk, [one], name="one.csv")
    second = a_filing(desk, [theirs | {"XWZSBH": one["XWZSBH"]}], name="two.csv").filing_id
    number = first_record(desk, second)
    assert statuses(desk, second) == {"withheld": 1}

    settled(desk, *taken(desk, a_change(desk, number, XWZSBH=theirs["XWZSBH"])))

    assert [each["status"] for each in standing(desk)] == ["cleared", "cleared"]


def test_withdrawing_one_of_two_duplicates_releases_the_other(desk):
    one, other = people(2)
    filing = a_filing(desk, [one, other | {"XWZSBH": one["XWZSBH"]}]).filing_id
    number = first_record(desk, filing)

    done = settled(desk, *taken(desk, a_withdrawal(desk, number + 1)))

    assert (done.withdrawn, done.neighbours) == (1, 1)
    assert statuses(desk, filing) == {"cleared": 1, "withdrawn": 1}
    assert case(desk, number + 1) == [(1, "closed", 1)]
    assert balance.sheet(desk)["gap"].to_list() == [0]


def test_a_correction_that_makes_a_duplicate_is_withheld_and_what_is_on_line_beside_it_stays(desk):
    filing = a_filing(desk, people(2), approved=True).filing_id
    number = first_record(desk, filing)
    released(desk, TERM, counted=2)

    settled(desk, *taken(desk, a_change(desk, number + 1, XWZSBH="8090142025000001")))

    assert [each["status"] for each in standing(desk)] == ["published", "withheld"]
    assert standing(desk)[0]["rules"] is None


def test_what_a_person_accepted_stands_while_nothing_the_check_reads_has_changed(desk):
    filing = a_filing(desk, people(2, XM=None, **TOO_FAST)).filing_id
    number = first_record(desk, filing)
    with desk.db.transaction() as tx:
        tx.run("UPDATE finding SET closed = 'accepted' WHERE rule = 'P11'")

    settled(desk, *taken(desk, a_change(desk, number, XM="张明"), a_change(desk, number + 1, XM="张海", RXNY="202410")))

    first, second = standing(desk)
    assert (first["status"], second["status"]) == ("cleared", "withheld")
    assert "P11" in second["rules"]


def test_a_correction_of_a_record_that_moved_meanwhile_lapses(desk):
    filing = a_filing(desk, people(1, **NAMELESS)).filing_id
    number = first_record(desk, filing)
    waiting, = taken(desk, a_change(desk, number, XM="张明"))
    with desk.db.transaction() as tx:
        tx.run("UPDATE record SET followed = TRUE WHERE record_id = $id", id=number)

    done = settled(desk, waiting)

    assert (done.corrections, done.lapsed) == (0, 1)
    assert desk.db.frame("SELECT status FROM correction").item() == "lapsed"


def test_settling_again_moves_nothing(desk):
    number = first_record(desk, a_filing(desk, people(1, **NAMELESS)).filing_id)
    waiting = taken(desk, a_change(desk, number, XM="张明"))
    settled(desk, *waiting)
    before = standing(desk)

    again = settled(desk, *waiting)

    assert (again.corrections, again.cleared) == (0, 0)
    assert standing(desk) == before


def test_a_corrected_record_can_be_corrected_again_and_its_row_is_then_the_last_one(desk):
    records = people(1, **NAMELESS)
    number = first_record(desk, a_filing(desk, records, approved=True).filing_id)
    settled(desk, *taken(desk, a_change(desk, number, XM="张明")))

    settled(desk, *taken(desk, a_change(desk, number, ZYMC="软件工程", ZYDM="080902")))

    assert of(desk, number) == [(1, "superseded"), (2, "superseded"), (3, "cleared")]
    released(desk, TERM, counted=1)
    content = lookup.find(desk.db, "张明", records[0]["XWZSBH"]).content
    assert (content["XM"], content["ZYMC"]) == ("张明", "软件工程")


_NUMBERS = [f"8090142025{place:06d}" for place in range(1, 9)]


def _asked(seed):
    """Corrections of eight records that get in each other's way: the place of the record, and new values (null: withdrawn)."""
    lots = random.Random(seed)
    return [
        (place, None if lots.random() < 0.2 else {"XWZSBH": lots.choice(_NUMBERS[:5])} if lots.random() < 0.6 else {
            name: people(8)[lots.randrange(8)][name] for name in ("ZJHM", "CSRQ", "XM")
        })
        for place in lots.sample(range(8), 5)
    ]


@pytest.mark.parametrize("seed", range(2))
def test_settling_one_by_one_equals_settling_together(tmp_path, seed):
    found = []
    for way in ("together", "apart"):
        desk = a_desk(tmp_path / way)
        records = people(8)
        records[3]["XWZSBH"] = records[2]["XWZSBH"]
        records[5] |= {name: records[4][name] for name in ("ZJHM", "CSRQ")}
        (tmp_path / way).mkdir(exist_ok=True)
        a_filing(desk, records[:5], name="one.csv")
        a_filing(desk, records[5:], name="two.csv")
        ids = desk.db.frame("SELECT record_id FROM record ORDER BY record_id")["record_id"].to_list()
        numbers = []
        for place, fields in _asked(seed):
            changes = fields and {code: value for code, value in fields.items() if records[place][code] != value}
            if fields is None or changes:
                numbers += taken(desk, a_withdrawal(desk, ids[place]) if fields is None else a_change(desk, ids[place], **changes))
        for together in [numbers] if way == "together" else [[number] for number in numbers]:
            settled(desk, *together)
        assert balance.sheet(desk)["gap"].to_list() == [0]
        told = desk.db.frame("SELECT filing_id, rule, evaluated, failed, not_evaluated FROM rule_tally ORDER BY ALL").rows()
        found.append((standing(desk), told))
        desk.db.close()

    assert found[0][0] == found[1][0]
    assert found[0][1] == found[1][1]


def tally(desk, filing):
    """What each check said of a filing: rule, evaluated, failed."""
    return desk.db.frame("SELECT rule, evaluated, failed FROM rule_tally WHERE filing_id = $id ORDER BY rule", id=filing)
