"""收支平衡: every record received is somewhere, at every grain, and a record lost or counted twice shows where it is."""

from dataclasses import replace

import pytest

from core import balance, publication, review
from core.balance import GRAINS, PLACES, BalanceFilter
from core.deadlines import Term
from tests.builders import (
    HONORARY,
    NAMELESS,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_desk,
    a_filing,
    at_desk,
    people,
    released,
)
from tests.builders_corrections import a_change, first_record, settled, taken


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Three filings of two provinces and two semesters, with records everywhere a record can be but withdrawn."""
    desk = a_desk(tmp_path_factory.mktemp("balance"))
    faults = (NAMELESS, WRONG_BIRTH, SECRET, TOO_FAST, HONORARY)
    faulty = [record for place, fault in enumerate(faults) for record in people(1, first=40 + place, **fault)]
    one = a_filing(desk, people(4) + faulty, approved=True).filing_id
    released(desk, TERM, counted=publication.ready(desk, TERM))
    a_filing(desk, people(3, first=100, institution="80902"), institution="80902", name="other.csv")
    returned = a_filing(desk, people(2, first=200, HXWRQ="20250110", XWZSBH=None), term=Term(2024, 1), name="earlier.csv").filing_id
    review.send_back(desk, returned, reason="重报")
    taken(desk, a_change(desk, first_record(desk, one) + 4, XM="张明"))
    settled(desk, 1)
    return desk


def line(desk, key, by="term", **chosen):
    return balance.sheet(desk, BalanceFilter(**chosen), by=by).filter(key=key).row(0, named=True)


def where(told):
    return {place: told[place] for place in PLACES if told[place]}


def test_a_semester_is_told_by_where_its_records_are(desk):
    told = line(desk, "2024-2")

    assert (told["received"], told["filings"], told["unapproved"], told["gap"]) == (12, 2, 1, 0)
    assert where(told) == {"published": 4, "cleared": 4, "classified": 1, "inaccurate": 1, "policy": 1, "out_of_scope": 1}
    assert (told["ready"], told["to_send"]) == (1, 0)


def test_what_a_province_returned_is_out_of_scope_and_still_accounted_for(desk):
    assert where(line(desk, "2024-1")) == {"out_of_scope": 2}


@pytest.mark.parametrize("by", GRAINS)
def test_every_grain_adds_up_to_the_same_and_closes(desk, by):
    sheet = balance.sheet(desk, by=by)

    assert sheet["gap"].to_list() == [0] * sheet.height
    assert sheet.select("received", "filings", *PLACES).sum().row(0) == (
        balance.sheet(desk).select("received", "filings", *PLACES).sum().row(0)
    )


def test_it_is_narrowed_by_semester_province_and_institution(desk):
    assert line(desk, "11", by="province", term="2024-2")["received"] == 9
    assert line(desk, "80902", by="institution", province="31")["received"] == 3
    assert balance.sheet(desk, BalanceFilter(institution="80902"), by="filing")["key"].to_list() == [2]
    assert balance.sheet(desk, BalanceFilter(term="2010-1")).is_empty()


def test_a_province_sees_its_own_alone(desk):
    shanghai = at_desk(desk, province="31")

    assert balance.sheet(shanghai, by="province")["key"].to_list() == ["31"]
    assert balance.sheet(shanghai, BalanceFilter(province="11"), by="filing").is_empty()


@pytest.mark.parametrize(
    ("breaking", "gap"),
    [
        ("DELETE FROM record WHERE filing_id = 2 AND filing_row = 2", 1),
        ("INSERT INTO record SELECT * FROM record WHERE filing_id = 2 AND filing_row = 2", -1),
        ("UPDATE withheld_case SET status = 'closed' WHERE reason = 'policy'", 1),
        ("UPDATE record SET status = 'recorded' WHERE filing_id = 2 AND filing_row = 2", 1),
    ],
    ids=["lost", "twice", "a case gone", "never sorted"],
)
def test_what_is_not_accounted_for_shows_at_every_grain_and_in_one_filing(desk, breaking, gap):
    filing = 1 if "policy" in breaking else 2

    with desk.db.snapshot() as seen:  # nothing of it stays
        seen.run(breaking)
        broken = replace(desk, db=seen)
        for by in GRAINS:
            assert balance.sheet(broken, by=by)["gap"].sum() == gap
        found = balance.sheet(broken, by="filing")
        assert found.filter(found["gap"] != 0)["key"].to_list() == [filing]

