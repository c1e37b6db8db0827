"""日历: the days of a semester counted back, what is done of them, and what changes when a table does."""

from datetime import date, datetime

import pytest

from core import feedback, milestones, revision, ruleset
from core.deadlines import Term
from core.milestones import GROUNDS, Ground, Kind, State
from core.ruleset import Proposal
from core.settings import Settings
from tests.builders import NAMELESS, TERM, a_desk, a_filing, an_approval, at_desk, people, released
from tests.builders_tables import table

EARLIER = {"HXWRQ": "20240620", "BYNY": "202406", "RXNY": "202009", "KSH": None}
NOVEMBER = datetime(2025, 11, 24, 9)


@pytest.fixture
def desk(tmp_path):
    return a_desk(tmp_path, at=NOVEMBER)


def by_kind(desk, term=TERM):
    return {day.kind: day for day in milestones.of_term(desk, term)}


def in_force(desk, **changed):
    """Put these tables in force today."""
    base = ruleset.in_force(desk.db, desk.now().date())
    revision.commit(desk, Proposal(base, Settings(), changed), effective_on=desk.now().date(), reason="放假通知。")


@pytest.mark.parametrize(
    ("term", "days"),
    [
        (Term(2024, 1), ["2025-04-05", "2025-04-25", "2025-05-26", "2025-05-28", "2025-05-31", "2025-06-01"]),
        (Term(2024, 2), ["2025-10-13", "2025-10-31", "2025-11-24", "2025-11-26", "2025-11-30", "2025-12-01"]),
        (Term(2013, 2), ["2014-10-13", "2014-10-31", "2014-11-24", "2014-11-26", "2014-11-30", "2014-12-01"]),
    ],
)
def test_a_semester_has_six_days_in_order_from_institutions_to_publication(desk, term, days):
    found = milestones.of_term(desk, term)

    assert [str(day.on) for day in found] == days
    assert {day.kind for day in found} == {*Kind} - {Kind.MONTHLY, Kind.CORRECTIONS}
    assert {day.of for day in found} == {term.code}


def test_each_day_says_where_it_comes_from_and_the_internal_ones_are_marked_as_ours(desk):
    days = by_kind(desk)

    assert {kind for kind, ground in GROUNDS.items() if ground is Ground.OURS} == {Kind.FEEDBACK_FREEZE, Kind.PUBLICATION_FREEZE}
    assert (days[Kind.FEED_BACK].ground, days[Kind.PUBLISH].ground) == (Ground.ARTICLE_6, Ground.ARTICLE_5)
    assert days[Kind.FEEDBACK_FREEZE].explained[0].startswith("反馈截止前5个工作日")
    assert "3 working days" in days[Kind.PUBLICATION_FREEZE].explained[1]
    assert all(zh.endswith("。") and en.endswith(".") for zh, en in (day.explained for day in days.values()))


def test_days_left_count_calendar_days_and_working_days_to_the_last_day_in_the_office(desk):
    days = by_kind(desk)

    assert (days[Kind.FEED_BACK].days, days[Kind.FEED_BACK].workdays, days[Kind.FEED_BACK].act_by) == (6, 4, date(2025, 11, 28))
    assert (days[Kind.PUBLISH].days, days[Kind.PUBLISH].workdays, days[Kind.PUBLISH].act_by) == (7, 4, date(2025, 11, 28))
    assert (days[Kind.INSTITUTIONS].days, days[Kind.INSTITUTIONS].workdays) == (-42, -30)
    weekend = by_kind(at_desk(desk, at=datetime(2025, 11, 29, 9)))[Kind.FEED_BACK]
    assert (weekend.days, weekend.workdays) == (1, 0)


def test_what_is_done_moves_with_the_work(desk):
    assert {day.state for day in by_kind(desk).values()} <= {State.NOT_BEGUN, State.UNTOLD}

    filing = a_filing(desk, [*people(3), *people(1, first=9, **NAMELESS)])
    days = by_kind(desk)
    assert (days[Kind.INSTITUTIONS].state, days[Kind.PROVINCES].state) == (State.DONE, State.OVERDUE)
    assert days[Kind.FEED_BACK].state is State.NOT_BEGUN

    an_approval(desk, filing.filing_id)
    days = by_kind(desk)
    assert days[Kind.PROVINCES].state is State.DONE
    assert [(days[kind].done, days[kind].left, days[kind].state) for kind in (Kind.FEED_BACK, Kind.PUBLISH)] == [
        (0, 1, State.OPEN), (0, 3, State.OPEN),
    ]

    feedback.issue(desk, TERM)
    released(desk, TERM, counted=3)
    days = by_kind(desk)
    assert [(days[kind].done, days[kind].left, days[kind].state) for kind in (Kind.FEED_BACK, Kind.PUBLISH)] == [
        (1, 0, State.DONE), (3, 0, State.DONE),
    ]


def test_while_filings_wait_for_their_province_nothing_is_called_done(desk):
    a_filing(desk, [*people(2), *people(1, first=9, **NAMELESS)], approved=True)
    feedback.issue(desk, TERM)
    released(desk, TERM, counted=2)
    a_filing(desk, people(1, first=40, institution="80902"), institution="80902", name="waiting.csv")

    days = by_kind(desk)

    assert [(days[kind].left, days[kind].state) for kind in (Kind.FEED_BACK, Kind.PUBLISH)] == [(0, State.OPEN), (0, State.OPEN)]


def test_what_is_overdue_comes_first_then_what_is_next(desk):
    a_filing(desk, people(1, first=30, institution="80902", **EARLIER), institution="80902", term=Term(2023, 2), name="earlier.csv")
    a_filing(desk, people(2), approved=True)
    now = at_desk(desk, at=datetime(2026, 11, 24, 9))

    found = milestones.ahead(now)

    assert [(day.of, day.kind) for day in found] == [
        ("2024-2", Kind.PUBLISH), ("2025-2", Kind.INSTITUTIONS), ("2025-2", Kind.PUBLICATION_FREEZE), ("2025-2", Kind.FEED_BACK),
        ("2026-11", Kind.CORRECTIONS), ("2025-2", Kind.PUBLISH), ("2026-11", Kind.MONTHLY),
    ]
    assert by_kind(now)[Kind.INSTITUTIONS].state is State.OVERDUE, "of an older semester only the statutory days are told"
    assert [day.state for day in found[:2]] == [State.OVERDUE, State.OVERDUE]
    assert all(day.days >= 0 for day in found[2:])


def test_a_countdown_over_the_new_year_is_not_sure_until_the_notice_is_entered_by_a_version(desk):
    now = at_desk(desk, at=datetime(2026, 12, 8, 9))
    spring = by_kind(now, Term(2026, 1))
    assert (spring[Kind.PUBLISH].official, spring[Kind.PUBLISH].counted) == (True, False)
    assert spring[Kind.FEEDBACK_FREEZE].official is False

    days = ruleset.in_force(now.db, now.now().date()).reference.table("working_days")
    holiday = {"date": date(2027, 5, 24), "kind": "holiday", "official": "1", "source": "示范通知"}
    in_force(now, working_days=days.vstack(table("working_days", [holiday])))

    spring = by_kind(now, Term(2026, 1))
    assert spring[Kind.PUBLISH].counted and spring[Kind.FEEDBACK_FREEZE].official
    assert spring[Kind.FEEDBACK_FREEZE].on == date(2027, 5, 21)


def test_our_lead_times_are_changed_by_a_version(desk):
    in_force(desk, lead_times=table("lead_times", [
        {"milestone": "feedback_freeze", "workdays": "10"}, {"milestone": "publication_freeze", "workdays": "1"},
    ]))  # fmt: skip

    days = by_kind(desk)

    assert (days[Kind.FEEDBACK_FREEZE].on, days[Kind.PUBLICATION_FREEZE].on) == (date(2025, 11, 17), date(2025, 11, 28))
