"""第五条 每学期学位授予信息报送（备案）工作完成后，经过数据整理，学位授予备案信息上网面向社会提供查询。具体时间为：每年6月1日前将本学年度
第一学期（上年9月1日至当年2月底）学位授予备案信息上网提供查询；每年12月1日前将本学年度第二学期（当年3月1日至8月31日）学位授予备案信息
上网提供查询。
"""

from datetime import date, datetime

import pytest

from core import lookup, milestones, public_history, public_package
from core.deadlines import Term, term_of
from core.milestones import Kind, State
from core.public import package as packages
from tests.builders import TERM, a_desk, a_filing, a_record, at_desk, people, released, statuses


@pytest.mark.parametrize(
    ("conferred", "semester", "online_by"),
    [
        (date(2024, 9, 1), "2024-1", date(2025, 6, 1)),
        (date(2024, 2, 29), "2023-1", date(2024, 6, 1)),
        (date(2025, 2, 28), "2024-1", date(2025, 6, 1)),
        (date(2025, 3, 1), "2024-2", date(2025, 12, 1)),
        (date(2025, 8, 31), "2024-2", date(2025, 12, 1)),
    ],
    ids=["first day", "leap day", "end of February", "1 March", "31 August"],
)
def test_each_semesters_degrees_are_due_online_on_1_june_or_1_december(conferred, semester, online_by):
    term = term_of(conferred)

    assert term == Term.parse(semester)
    assert term.publish_by == online_by


@pytest.mark.parametrize(
    ("term", "last"), [(Term(2023, 2), date(2024, 11, 29)), (Term(2024, 1), date(2025, 5, 30)), (Term(2023, 1), date(2024, 5, 31))],
    ids=["1 December is a Sunday", "1 June falls into a holiday", "1 June is a Saturday"],
)
def test_a_day_of_publication_on_a_weekend_does_not_move_and_the_work_is_done_before(tmp_path, term, last):
    due = next(day for day in milestones.of_term(a_desk(tmp_path), term) if day.kind is Kind.PUBLISH)

    assert (due.on, due.act_by) == (term.publish_by, last)


@pytest.mark.parametrize(
    ("today", "days"), [(datetime(2025, 11, 30, 23, 59), 1), (datetime(2025, 12, 1, 0, 0), 0)], ids=["eve", "the day"]
)
def test_the_desk_counts_down_to_the_day_of_publication(tmp_path, today, days):
    desk = a_desk(tmp_path)
    a_filing(desk, approved=True)

    due = {day.kind: day for day in milestones.ahead(at_desk(desk, at=today))}[Kind.PUBLISH]

    assert (due.on, due.days, due.state) == (date(2025, 12, 1), days, State.OPEN)


def test_a_semester_that_missed_its_day_stays_on_the_list_until_it_is_online(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, approved=True)
    late = at_desk(desk, at=datetime(2025, 12, 5, 9, 0))

    assert [(day.kind, day.days) for day in milestones.ahead(late) if day.state is State.OVERDUE] == [(Kind.PUBLISH, -4)]

    released(late, TERM, counted=1)

    assert [day for day in milestones.ahead(late) if day.state is State.OVERDUE] == []


def test_publishing_a_semester_leaves_the_others_where_they_are(tmp_path):
    desk = a_desk(tmp_path)
    autumn = a_filing(
        desk, [a_record(HXWRQ="20250110", BYNY="202501", RXNY="202009", KSH="20110101150001")], term=Term(2024, 1),
        layout="named", approved=True,
    )
    spring = a_filing(desk, people(2), approved=True)

    assert released(desk, TERM, counted=2) == 2

    assert statuses(desk, spring.filing_id) == {"published": 2}
    assert statuses(desk, autumn.filing_id) == {"cleared": 1}
    assert lookup.find(desk.db, "张明", "8090142025000123") is None


@pytest.mark.parametrize(("year", "last"), [(2023, "20240229"), (2024, "20250228")], ids=["a leap year", "another"])
def test_a_semester_goes_on_line_with_degrees_to_the_last_of_february_and_none_after(tmp_path, year, last):
    desk = a_desk(tmp_path)
    a_filing(desk, people(3), approved=True)
    (one, two, three) = desk.db.frame("SELECT record_id FROM record ORDER BY 1")["record_id"]
    days = {one: f"{year}0901", two: last, three: f"{year + 1}0301"}
    with desk.db.transaction() as tx:
        for record_id, day in days.items():
            tx.run("UPDATE record SET conferred_on = strptime($day, '%Y%m%d')::DATE WHERE record_id = $id", day=day, id=record_id)

    assert released(desk, Term(year, 1), counted=2) == 2
    assert released(desk, Term(year, 2), counted=1) == 1


def test_a_semester_is_on_line_with_its_package_when_its_day_begins(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(2), approved=True)

    released(at_desk(desk, at=datetime(2025, 11, 30, 23, 59)), TERM, counted=2)

    later = at_desk(desk, at=datetime(2025, 12, 5))
    assert public_history.figures(later, date(2025, 11, 30))["records"].to_list() == [2]
    assert public_history.figures(later, date(2025, 11, 29)).is_empty()
    assert packages.latest(public_package.root_of(desk.db)).manifest.records == 2
