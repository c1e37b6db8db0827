"""上网发布: the gate, the typed count, and what a publication leaves behind."""

from datetime import datetime

import pytest

from core import publication, review
from core.errors import NotAllowed, NotAuthorised
from core.vocabulary import Duty
from tests.builders import (
    HONORARY,
    NAMELESS,
    SECRET,
    TERM,
    a_desk,
    a_filing,
    at_desk,
    people,
    statuses,
)


def _written(desk):
    return desk.db.frame("SELECT * FROM publication").height, desk.db.frame("SELECT * FROM act WHERE event = 'publish'").height


def test_cleared_records_of_approved_filings_go_up_and_nothing_else(tmp_path):
    desk = a_desk(tmp_path)
    passed = a_filing(desk, [*people(3), *people(1, first=3, **NAMELESS), *people(1, first=4, **HONORARY)], approved=True)
    waiting = a_filing(desk, people(2, first=10), name="waiting.csv")
    returned = a_filing(desk, people(2, first=20), name="returned.csv")
    review.send_back(desk, returned.filing_id, reason="签章不全")

    assert publication.ready(desk, TERM) == 3
    assert publication.publish(desk, TERM, counted=3) == 3

    assert statuses(desk, passed.filing_id) == {"published": 3, "withheld": 1, "out_of_scope": 1}
    assert statuses(desk, waiting.filing_id) == {"cleared": 2}
    assert statuses(desk, returned.filing_id) == {"out_of_scope": 2}


@pytest.mark.parametrize("counted", [0, 2, 4])
def test_a_count_that_is_no_longer_right_publishes_nothing(tmp_path, counted):
    desk = a_desk(tmp_path)
    filing = a_filing(desk, people(3), approved=True)

    with pytest.raises(NotAllowed, match="3 records would go up now") as refused:
        publication.publish(desk, TERM, counted=counted)

    assert "3条" in refused.value.zh
    assert statuses(desk, filing.filing_id) == {"cleared": 3}
    assert _written(desk) == (0, 0)


def test_a_filing_approved_between_counting_and_typing_makes_the_count_stale(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(3), approved=True)
    seen = publication.ready(desk, TERM)
    a_filing(desk, people(2, first=10), approved=True, name="late.csv")

    with pytest.raises(NotAllowed, match="5 records"):
        publication.publish(desk, TERM, counted=seen)


def test_publishing_twice_publishes_once(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(3), approved=True)
    publication.publish(desk, TERM, counted=3)

    with pytest.raises(NotAllowed, match="0 records"):
        publication.publish(desk, TERM, counted=3)
    assert publication.publish(desk, TERM, counted=0) == 0

    assert _written(desk) == (1, 1)


def test_a_publication_is_kept_with_its_number_day_and_person_and_every_record_knows_it(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(3), approved=True)
    eve = at_desk(desk, at=datetime(2025, 11, 30, 16, 0))

    publication.publish(eve, TERM, counted=3)
    a_filing(desk, people(1, first=5), approved=True, name="late.csv")
    publication.publish(desk, TERM, counted=1)

    assert publication.runs(eve).select("publication_id", "records", "published_at").rows() == [
        (2, 1, desk.now()), (1, 3, datetime(2025, 11, 30, 16, 0)),
    ]
    known = desk.db.frame("SELECT publication_id, count(*) AS n FROM record GROUP BY ALL ORDER BY ALL").rows()
    assert known == [(1, 3), (2, 1)]


def test_the_gate_accounts_for_every_record_of_the_semester(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, [*people(3), *people(2, first=3, **NAMELESS), *people(1, first=5, **SECRET)], approved=True)
    a_filing(desk, people(2, first=10), name="waiting.csv")

    gate = publication.gate(desk, TERM)

    assert sorted(gate.rows(), key=str) == sorted(
        [
            ("approved", "cleared", None, 3, 1), ("approved", "withheld", "incomplete", 2, 1),
            ("approved", "withheld", "classified", 1, 1), ("received", "cleared", None, 2, 1),
        ],
        key=str,
    )


def test_each_province_sees_what_goes_up_and_what_stays(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, [*people(3), *people(2, first=3, **NAMELESS)], approved=True)
    a_filing(desk, people(2, first=10, institution="80902"), institution="80902")

    told = publication.by_province(desk, TERM).select("province", "ready", "unapproved", "withheld", "published")

    assert told.rows() == [("11", 3, 0, 2, 0), ("31", 0, 2, 0, 0)]


def test_only_those_who_publish_may_publish(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1), approved=True)
    others = at_desk(desk, *(duty for duty in Duty if duty is not Duty.PUBLISH))

    with pytest.raises(NotAuthorised):
        publication.publish(others, TERM, counted=1)

    assert _written(desk) == (0, 0)
