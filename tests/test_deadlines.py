"""Semesters, their deadlines, and working days against the dates worked out by hand for 2014–2026."""

from datetime import date

import polars as pl
import pytest

from core import deadlines, errors
from core.deadlines import Term, Workdays, corrections_processed_by, revocation_reported_by

FIFTH_WORKDAYS = {
    1: "8 8 8 9 8 8 8 8 10 9 8 8 8",
    2: "12 6 5 8 7 12 7 5 11 7 6 10 6",
    3: "7 6 7 7 7 7 6 5 7 7 7 7 6",
    4: "8 8 8 10 9 8 8 8 8 10 8 8 8",
    5: "8 8 9 8 8 9 11 11 10 9 10 12 11",
    6: "9 5 7 7 7 10 5 7 8 7 7 9 5",
    7: "7 7 7 7 6 5 7 7 7 7 5 7 7",
    8: "7 7 5 7 7 7 7 6 5 7 7 7 7",
    9: "5 8 7 7 7 6 7 7 7 7 6 5 7",
    10: "13 13 12 13 12 12 14 13 12 11 12 14 13",
    11: "7 6 7 7 7 7 6 5 7 7 7 7 6",
    12: "5 7 7 7 7 6 7 7 7 7 6 5 7",
}
"""Fifth working day of each month: one number a year, 2014 to 2026."""

TEN_WORKDAYS = [
    ("2013-12-20", "2014-01-06"),
    ("2014-01-20", "2014-02-07"),
    ("2015-08-31", "2015-09-15"),
    ("2020-01-17", "2020-02-07"),
    ("2023-09-22", "2023-10-12"),
    ("2024-01-31", "2024-02-19"),
    ("2024-09-25", "2024-10-14"),
    ("2025-01-20", "2025-02-08"),
    ("2025-04-25", "2025-05-13"),
    ("2025-09-24", "2025-10-14"),
    ("2026-02-10", "2026-03-02"),
    ("2026-09-18", "2026-10-09"),
]


@pytest.fixture(scope="module")
def workdays() -> Workdays:
    return Workdays.load()


FIFTHS = [
    date(year, month, int(day))
    for month, days in FIFTH_WORKDAYS.items() for year, day in zip(range(2014, 2027), days.split(), strict=True)
]
"""All 156 of them."""


@pytest.mark.parametrize("fifth", FIFTHS, ids=str)
def test_corrections_are_processed_by_the_fifth_working_day_of_each_month_from_2014_to_2026(workdays, fifth):
    assert corrections_processed_by(workdays, fifth.year, fifth.month) == fifth


@pytest.mark.parametrize(("effective", "due"), TEN_WORKDAYS)
def test_a_revocation_is_reported_within_ten_working_days_of_taking_effect(workdays, effective, due):
    assert revocation_reported_by(workdays, date.fromisoformat(effective)) == date.fromisoformat(due)


@pytest.mark.parametrize(("effective", "due"), TEN_WORKDAYS)
def test_working_days_counted_back_and_between_are_those_counted_forward(workdays, effective, due):
    start, end = date.fromisoformat(effective), date.fromisoformat(due)

    assert workdays.between(start, end) == 10
    assert workdays.before(end, 10) == workdays.latest(start)
    assert workdays.between(end, start) == -10
    assert workdays.between(end, end) == 0


def test_the_last_working_day_before_a_day_off_may_be_a_make_up_saturday(workdays):
    assert workdays.latest(date(2024, 10, 13)) == date(2024, 10, 12)
    assert workdays.latest(date(2024, 10, 7)) == date(2024, 9, 30)
    assert workdays.before(date(2025, 6, 1), 1) == date(2025, 5, 30)


def test_counting_into_a_year_without_a_notice_is_not_sure(workdays):
    assert workdays.official_over(date(2025, 12, 20), date(2026, 12, 31))
    assert not workdays.official_over(date(2026, 12, 20), date(2027, 1, 4))
    assert not workdays.official_over(date(2027, 1, 4), date(2026, 12, 20))


def test_a_make_up_saturday_is_a_working_day_and_a_public_holiday_is_not(workdays):
    assert workdays.is_workday(date(2024, 10, 12))
    assert not workdays.is_workday(date(2024, 10, 7))
    assert not workdays.is_workday(date(2024, 10, 13))


def test_a_year_without_an_official_notice_counts_monday_to_friday_and_is_provisional(workdays):
    assert workdays.is_official(2026)
    assert not workdays.is_official(2027)
    assert workdays.is_workday(date(2027, 10, 1))
    assert workdays.nth_of_month(2027, 10, 5) == date(2027, 10, 7)


def test_a_year_before_the_first_official_one_has_no_calendar(workdays):
    with pytest.raises(errors.CalendarMissing) as refused:
        workdays.is_workday(date(2003, 12, 31))

    assert refused.value.zh.endswith("。")


def test_days_entered_by_the_staff_without_a_notice_stay_provisional():
    calendar = Workdays.of(
        pl.DataFrame(
            {
                "date": [date(2026, 1, 1), date(2027, 1, 1), date(2027, 1, 2)],
                "kind": ["holiday", "holiday", "makeup"],
                "official": ["1", "0", "0"],
            }
        )
    )

    assert not calendar.is_workday(date(2027, 1, 1))
    assert calendar.is_workday(date(2027, 1, 2))
    assert not calendar.is_official(2027)


def test_days_off_are_weekends_and_holidays_but_not_make_up_days(workdays):
    assert workdays.days_off(date(2024, 9, 28), date(2024, 10, 13)) == [
        date(2024, 9, 28),
        *(date(2024, 10, day) for day in range(1, 8)),
        date(2024, 10, 13),
    ]


def test_counting_no_working_days_is_refused(workdays):
    for count in (workdays.after, workdays.before):
        with pytest.raises(errors.BadRequest):
            count(date(2025, 1, 1), 0)


@pytest.mark.parametrize(
    ("code", "starts", "ends", "feed_back_by", "publish_by"),
    [
        ("2024-1", "2024-09-01", "2025-02-28", "2025-05-31", "2025-06-01"),
        ("2024-2", "2025-03-01", "2025-08-31", "2025-11-30", "2025-12-01"),
        ("2023-1", "2023-09-01", "2024-02-29", "2024-05-31", "2024-06-01"),
        ("2008-1", "2008-09-01", "2009-02-28", "2009-05-31", "2009-06-01"),
    ],
)
def test_a_semester_has_its_days_and_its_two_deadlines(code, starts, ends, feed_back_by, publish_by):
    term = Term.parse(code)

    assert term.code == code
    assert [term.starts, term.ends, term.feed_back_by, term.publish_by] == [
        date.fromisoformat(day) for day in (starts, ends, feed_back_by, publish_by)
    ]


@pytest.mark.parametrize(
    ("day", "code"),
    [
        ("2024-08-31", "2023-2"),
        ("2024-09-01", "2024-1"),
        ("2024-02-29", "2023-1"),
        ("2024-03-01", "2023-2"),
        ("2025-01-01", "2024-1"),
        ("2024-12-31", "2024-1"),
    ],
)
def test_the_semester_of_a_day_at_its_edges(day, code):
    assert deadlines.term_of(date.fromisoformat(day)).code == code


def test_semesters_follow_each_other_without_gap_and_sort_in_time():
    term = Term(2023, 1)

    assert term.next() == Term(2023, 2)
    assert term.next().next() == Term(2024, 1)
    assert term.previous() == Term(2022, 2)
    assert term.next().previous() == term
    assert (term.next().starts - term.ends).days == 1
    assert sorted([Term(2024, 1), Term(2023, 2), Term(2023, 1)])[0] == term


def test_a_semester_is_named_as_in_official_papers():
    assert Term.parse("2024-2").zh == "2024—2025学年度第二学期"
    assert Term.parse(" 2024-1 ").en == "Academic year 2024–2025, first semester"


@pytest.mark.parametrize("text", ["2024", "2024-3", "24-1", "", "二〇二四-1", "1024-1", "２０２４-1"])
def test_a_badly_written_semester_is_refused_with_a_sentence(text):
    with pytest.raises(errors.BadRequest) as refused:
        Term.parse(text)

    assert refused.value.zh.endswith("。")
    assert "2024-2" in refused.value.en
