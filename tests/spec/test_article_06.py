"""第六条 每年5月31日前和11月30日前，学位中心将经过数据整理后确定的上一学期暂不提供网上查询的数据反馈至学位授予单位。"""

from datetime import date, datetime

import pytest

from core import delivery, feedback, feedback_job, milestones
from core.deadlines import Term
from core.errors import NotFound
from core.milestones import Kind, State
from core.vocabulary import Duty
from tests.builders import NAMELESS, SECRET, TERM, WRONG_BIRTH, a_desk, a_filing, an_approval, at_desk, people


@pytest.mark.parametrize(
    ("term", "due"), [(Term(2024, 1), date(2025, 5, 31)), (Term(2024, 2), date(2025, 11, 30))], ids=["first", "second"]
)
def test_feedback_is_due_by_31_may_and_30_november(term, due):
    assert term.feed_back_by == due


def test_every_institution_with_withheld_records_gets_one_notice_and_the_others_none(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, [*people(2, **NAMELESS), *people(1, first=2, **WRONG_BIRTH)], approved=True)
    a_filing(desk, people(1, first=20, institution="80902", **NAMELESS), institution="80902", approved=True)
    a_filing(desk, people(3, first=30, institution="80906"), institution="80906", approved=True)

    assert feedback.issue(desk, TERM) == 2

    told = feedback.notices(desk, TERM).select("institution", "records", "due_on").rows()
    assert sorted(told) == [("80901", 3, date(2025, 10, 11)), ("80902", 1, date(2025, 10, 11))]
    assert set(desk.db.frame("SELECT status FROM withheld_case")["status"]) == {"sent"}


def test_several_filings_of_one_institution_come_in_one_notice(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1, **NAMELESS), approved=True)
    a_filing(desk, people(1, first=1, **NAMELESS), approved=True, name="second.csv")

    assert feedback.issue(desk, TERM) == 1

    assert feedback.notices(desk, TERM)["records"].to_list() == [2]


def test_a_filing_the_province_has_not_passed_is_not_fed_back_until_it_is(tmp_path):
    desk = a_desk(tmp_path)
    filing = a_filing(desk, people(1, **NAMELESS))

    assert feedback.issue(desk, TERM) == 0
    with pytest.raises(NotFound):
        feedback_job.make(desk, 1)

    an_approval(desk, filing.filing_id)

    assert feedback.issue(desk, TERM) == 1


def test_records_meeting_the_conditions_are_not_fed_back(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(3), approved=True)

    assert feedback.issue(desk, TERM) == 0


def test_feedback_not_sent_by_its_day_is_overdue_until_it_is(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(2, **NAMELESS), approved=True)

    def state(at):
        return next(day.state for day in milestones.of_term(at_desk(desk, at=at), TERM) if day.kind is Kind.FEED_BACK)

    assert state(datetime(2025, 11, 30, 23, 59)) is State.OPEN
    assert state(datetime(2025, 12, 1, 0, 0)) is State.OVERDUE

    feedback.issue(desk, TERM)

    assert state(datetime(2025, 12, 1, 0, 0)) is State.DONE


def test_the_province_of_an_institution_gets_its_feedback_too_and_no_other_provinces(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1, **NAMELESS), approved=True)
    a_filing(desk, people(1, first=20, institution="80902", **NAMELESS), institution="80902", approved=True, name="sh.csv")
    feedback.issue(desk, TERM)
    feedback_job.make(desk, 1)
    shanghai = at_desk(desk, Duty.READ, province="31")

    assert delivery.bundle(shanghai, 1, "31")
    assert delivery.register(shanghai, 1)["institution"].to_list() == ["80902"]
    with pytest.raises(NotFound):
        delivery.bundle(shanghai, 1, "11")


def test_what_was_fed_back_stays_as_it_was_told_when_the_record_changes_later(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1, **WRONG_BIRTH), approved=True)
    feedback.issue(desk, TERM)
    told = delivery.preview(desk, 1)

    a_filing(desk, people(1, first=40, **NAMELESS), approved=True, name="later.csv")
    with desk.db.transaction() as tx:
        tx.run("UPDATE finding SET closed = 'accepted'")

    assert delivery.preview(desk, 1).equals(told)


def test_classified_records_are_fed_back_by_number_alone(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(2, **SECRET, **WRONG_BIRTH), approved=True)

    assert feedback.issue(desk, TERM) == 1

    assert feedback.notices(desk, TERM).select("records", "classified_records").row(0) == (2, 2)
    assert delivery.preview(desk, 1).is_empty()


def test_a_second_run_of_the_same_semester_sends_nothing_twice(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1, **NAMELESS), approved=True)

    assert [feedback.issue(desk, TERM), feedback.issue(desk, TERM)] == [1, 0]
    assert desk.db.frame("SELECT count(*) AS n FROM feedback_line").item() == 1
