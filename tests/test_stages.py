"""How far a filing has come is told stage by stage: when, by whom, how many, and what waits since when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core import feedback, review, stages
from core.desk import province_reviewer
from core.errors import NotFound
from tests.builders import NAMELESS, NOON, TERM, a_filing, an_approval, at_desk, people, released

DAY = timedelta(days=1)
RECORDS = [*people(5), *people(2, first=10, **NAMELESS)]


def told(desk, filing_id):
    """Each stage with how it stands, when it was done, by whom, how many, how many wait and since when."""
    return {line["stage"]: tuple(line.values())[1:] for line in stages.line(desk, filing_id).rows(named=True)}


def test_a_filing_just_received_is_checked_and_waits_for_the_province(desk):
    filing_id = a_filing(desk, RECORDS).filing_id
    found, by = told(desk, filing_id), desk.actor.key

    assert list(found) == ["received", "approved", "checked", "fed_back", "published"]
    assert found["received"] == found["checked"] == ("done", NOON, by, 7, 0, None)
    assert found["approved"] == ("waiting", None, None, 0, 7, NOON)
    assert found["fed_back"] == found["published"] == ("ahead", None, None, 0, 0, None)


def test_once_passed_feedback_and_publication_wait_from_that_moment_each_for_its_own_records(desk):
    filing_id = a_filing(desk, RECORDS).filing_id
    province = at_desk(desk, province="11", at=NOON + DAY)
    an_approval(province, filing_id)
    found = told(desk, filing_id)

    assert found["approved"] == ("done", NOON + DAY, province.actor.key, 7, 0, None)
    assert found["fed_back"] == ("waiting", None, None, 0, 2, NOON + DAY)
    assert found["published"] == ("waiting", None, None, 0, 5, NOON + DAY)


def test_what_is_fed_back_and_published_is_done_by_those_who_did_it(desk):
    filing_id = a_filing(desk, RECORDS, approved=True).filing_id
    feedback.issue(at_desk(desk, at=NOON + DAY), TERM)
    publisher = at_desk(desk, at=NOON + 2 * DAY)
    released(publisher, TERM, counted=5)
    found = told(desk, filing_id)

    assert found["fed_back"] == ("done", NOON + DAY, desk.actor.key, 2, 0, None)
    assert found["published"] == ("done", NOON + 2 * DAY, publisher.actor.key, 5, 0, None)


def test_a_filing_without_faults_has_nothing_to_feed_back(desk):
    filing_id = a_filing(desk, people(3), approved=True).filing_id

    assert told(desk, filing_id)["fed_back"][0] == "nothing"


def test_a_returned_filing_stands_still_at_the_provinces_word(desk):
    filing_id = a_filing(desk, RECORDS).filing_id
    review.send_back(at_desk(desk, at=NOON + DAY), filing_id, reason="重报。")
    found = told(desk, filing_id)

    assert found["returned"] == ("done", NOON + DAY, desk.actor.key, 7, 0, None)
    assert "approved" not in found
    assert {standing for stage, (standing, *_) in found.items() if stage in ("fed_back", "published")} == {"nothing"}


def test_what_is_found_of_the_filing_as_such_holds_its_records_until_it_is_settled(desk):
    filing_id = a_filing(desk, people(3), approved=True).filing_id
    with desk.db.transaction() as tx:
        tx.run(
            "INSERT INTO filing_finding (filing_id, rule, class, field, value) VALUES ($id, 'P41', 'policy', 'XWZSBH', '3')",
            id=filing_id,
        )
    held = told(desk, filing_id)
    settler = at_desk(desk, at=NOON + 3 * DAY)
    review.settle(settler, filing_id, "P41", note="已核实。")
    settled = told(desk, filing_id)

    assert held["checked"] == ("waiting", NOON, desk.actor.key, 3, 3, NOON)
    assert held["published"][0] == "ahead"
    assert settled["checked"] == ("done", NOON + 3 * DAY, settler.actor.key, 3, 0, None)
    assert settled["published"] == ("waiting", None, None, 0, 3, NOON + 3 * DAY)


def test_another_provinces_filing_is_not_told(desk):
    filing_id = a_filing(desk, people(1)).filing_id

    with pytest.raises(NotFound):
        stages.line(replace(desk, actor=province_reviewer("31", "上海市", "Shanghai")), filing_id)
