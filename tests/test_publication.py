"""把关: what a run would put on line, everything that stands in its way, and whom that concerns."""

from datetime import date, datetime

import pytest

from core import feedback, lookup, publication, publication_run, review, ruleset
from core.deadlines import Term, term_of
from core.errors import NotAllowed
from core.publication import Blocker, Scope
from tests.builders import (
    HONORARY,
    NAMELESS,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_desk,
    a_filing,
    a_run,
    at_desk,
    people,
    released,
    statuses,
)

SPRING = Scope(term=TERM.code)
TERMS = ("2022-2", "2023-1", "2023-2", "2024-1", "2024-2", "2025-1")


def _blocked(desk, scope=SPRING):
    return {Blocker(row["blocker"]): (row["records"], row["filings"]) for row in publication.gate(desk, scope).blockers.to_dicts()}


def test_cleared_records_of_approved_filings_go_up_and_nothing_else(tmp_path):
    desk = a_desk(tmp_path)
    passed = a_filing(desk, [*people(3), *people(1, first=3, **NAMELESS), *people(1, first=4, **HONORARY)], approved=True)
    waiting = a_filing(desk, people(2, first=10), name="waiting.csv")
    returned = a_filing(desk, people(2, first=20), name="returned.csv")
    review.send_back(desk, returned.filing_id, reason="签章不全")

    assert publication.ready(desk, TERM) == 3
    assert released(desk, TERM, counted=3) == 3

    assert statuses(desk, passed.filing_id) == {"published": 3, "withheld": 1, "out_of_scope": 1}
    assert statuses(desk, waiting.filing_id) == {"cleared": 2}
    assert statuses(desk, returned.filing_id) == {"out_of_scope": 2}


def test_the_gate_lists_every_record_that_stays_with_its_blocker(tmp_path):
    desk = a_desk(tmp_path)
    early = {"HXWRQ": "20080630", "RXNY": "200409", "BYNY": "200806"}
    faulty = [
        *people(2, first=3, **NAMELESS), *people(1, first=5, **WRONG_BIRTH), *people(1, first=6, **TOO_FAST),
        *people(1, first=7, **SECRET), *people(1, first=8, **HONORARY), *people(1, first=9, **early),
    ]
    a_filing(desk, [*people(3), *faulty], approved=True)
    a_filing(desk, people(2, first=10), name="waiting.csv")
    returned = a_filing(desk, people(2, first=20), name="returned.csv")
    review.send_back(desk, returned.filing_id, reason="签章不全")

    assert _blocked(desk) == {
        Blocker.FEEDBACK: (5, 1), Blocker.INCOMPLETE: (2, 1), Blocker.INACCURATE: (1, 1), Blocker.POLICY: (1, 1),
        Blocker.CLASSIFIED: (1, 1), Blocker.HONORARY: (1, 1), Blocker.EARLY: (1, 1), Blocker.UNAPPROVED: (2, 1),
        Blocker.RETURNED: (2, 1),
    }
    assert publication.count(desk, SPRING) == 3
    honorary = publication.blocked(desk, SPRING, Blocker.HONORARY)
    assert honorary["certificate_no"].to_list() == ["8090142025000009"]


def test_a_semester_not_yet_fed_back_stops_the_whole_run(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, [*people(3), *people(1, first=3, **NAMELESS)], approved=True)
    a_filing(desk, people(2, first=10), name="late.csv")
    run_id = publication_run.open_term(desk, TERM)

    with pytest.raises(NotAllowed, match="feedback is not frozen"):
        publication_run.pass_gate(desk, run_id)
    feedback.issue(desk, TERM)
    publication_run.pass_gate(desk, run_id)

    assert publication_run.freeze(desk, run_id) == 3
    assert {blocker for blocker in Blocker if blocker.stops} == {Blocker.ANNOUNCEMENT, Blocker.FEEDBACK}


def test_a_late_institution_delays_only_itself(tmp_path):
    desk = a_desk(tmp_path)
    late = a_filing(desk, people(2), name="late.csv")
    a_filing(desk, people(3, first=10, institution="80902"), institution="80902", approved=True)

    assert released(desk, TERM, counted=3) == 3
    review.approve(desk, late.filing_id, approved_on=desk.now().date(), document="号")

    assert released(desk, TERM, counted=2) == 2


@pytest.mark.parametrize(
    ("conferred", "term"),
    [
        ("20230831", "2022-2"), ("20230901", "2023-1"), ("20240228", "2023-1"), ("20240229", "2023-1"), ("20240301", "2023-2"),
        ("20250228", "2024-1"), ("20250301", "2024-2"),
    ],
)
def test_a_record_belongs_to_the_semester_of_its_conferral_date(tmp_path, conferred, term):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1), approved=True)
    with desk.db.transaction() as tx:
        tx.run("UPDATE record SET conferred_on = strptime($day, '%Y%m%d')::DATE", day=conferred)

    assert [code for code in TERMS if publication.ready(desk, Term.parse(code))] == [term]
    assert _blocked(desk) == ({Blocker.ELSEWHERE: (1, 1)} if term != TERM.code else {})


def test_the_semester_in_sql_is_the_calendars_for_every_day_of_five_years(tmp_path):
    told = a_desk(tmp_path).db.frame(
        f"SELECT r.conferred_on, {publication.SEMESTER} AS term FROM (SELECT range::DATE AS conferred_on "
        "FROM range(DATE '2020-01-01', DATE '2025-01-01', INTERVAL 1 DAY)) AS r, (SELECT '' AS term) AS f"
    )

    assert told.height == 1827
    assert [(day, term) for day, term in told.rows() if term_of(day).code != term] == []
    assert dict(told.rows())[date(2024, 2, 29)] == "2023-1"


def test_what_was_sorted_under_an_older_rulebook_stays_behind(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(2), approved=True)
    a_filing(desk, people(1, first=5), approved=True, name="new.csv")
    with desk.db.transaction() as tx:
        tx.run("UPDATE filing SET ruleset = 'older' WHERE filing_id = 1")

    assert _blocked(desk) == {Blocker.OUTDATED: (2, 1)}
    assert released(desk, TERM, counted=1) == 1
    assert ruleset.in_force(desk.db, desk.now().date()).fingerprint != "older"


def test_a_number_that_is_twice_or_on_line_already_keeps_back_its_records_alone(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1), approved=True)
    released(desk, TERM, counted=1)
    a_filing(desk, people(3, first=1), approved=True, name="more.csv")
    with desk.db.transaction() as tx:
        tx.run("UPDATE record SET certificate_no = '8090142025000001' WHERE certificate_no = '8090142025000002'")
        tx.run("UPDATE record SET certificate_no = NULL WHERE certificate_no = '8090142025000003'")

    assert _blocked(desk) == {Blocker.NUMBER: (2, 1)}
    with desk.db.transaction() as tx:
        tx.run("UPDATE record SET certificate_no = 'X' WHERE filing_id = 2")
    assert _blocked(desk) == {Blocker.NUMBER: (3, 1)}


def test_each_province_sees_what_goes_up_and_what_stays_of_its_own(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, [*people(3), *people(2, first=3, **NAMELESS)], approved=True)
    a_filing(desk, people(2, first=10, institution="80902"), institution="80902")

    told = publication.gate(desk, Scope(term=TERM.code)).by_province.select("province", "ready", "unapproved", "withheld", "published")

    assert told.rows() == [("11", 3, 0, 2, 0), ("31", 0, 2, 0, 0)]
    reviewer = at_desk(desk, province="31")
    assert publication.gate(reviewer, Scope(term=TERM.code)).by_province["province"].to_list() == ["31"]
    assert _blocked(reviewer) == {Blocker.UNAPPROVED: (2, 1)}
    assert publication.ready(reviewer, TERM) == 0


def test_classified_records_are_counted_at_the_gate_and_shown_only_with_that_duty(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(2, **SECRET), approved=True)
    plain = at_desk(desk, *(duty for duty in type(next(iter(desk.actor.duties))) if duty != "classified"))

    assert _blocked(plain)[Blocker.CLASSIFIED] == (2, 1)
    assert publication.blocked(plain, SPRING, Blocker.CLASSIFIED).is_empty()
    assert publication.blocked(desk, SPRING, Blocker.CLASSIFIED).height == 2


def test_a_publication_is_kept_with_its_number_day_and_person_and_every_record_knows_it(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(3), approved=True)
    eve = at_desk(desk, at=datetime(2025, 11, 30, 16, 0))

    released(eve, TERM, counted=3)
    a_filing(desk, people(1, first=5), approved=True, name="late.csv")
    released(at_desk(desk, at=datetime(2025, 12, 3)), TERM, counted=1)

    told = desk.db.frame("SELECT publication_id, records, published_at FROM publication ORDER BY publication_id").rows()
    assert told == [(1, 3, datetime(2025, 11, 30, 16, 0)), (2, 1, datetime(2025, 12, 3))]
    known = desk.db.frame("SELECT publication_id, count(*) AS n FROM record GROUP BY ALL ORDER BY ALL").rows()
    assert known == [(1, 3), (2, 1)]
    assert lookup.find(desk.db, "张安安", "8090142025000001") is not None
    assert a_run(desk) == 3
