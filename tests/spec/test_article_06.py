"""第六条 每年5月31日前和11月30日前，学位中心将经过数据整理后确定的上一学期暂不提供网上查询的数据反馈至学位授予单位。"""

from datetime import date, datetime

import pytest

from core import exports, feedback, milestones
from core.deadlines import Term
from core.errors import NotFound
from core.milestones import Kind, State
from tests.builders import NAMELESS, TERM, WRONG_BIRTH, a_desk, a_filing, an_approval, at_desk, people


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
    assert sorted(told) == [("80901", 3, date(2025, 11, 30)), ("80902", 1, date(2025, 11, 30))]
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
        exports.term_archive(desk, TERM.code)

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
