"""第八条 学位中心于每个月第5个工作日前完成上一个月有关学位授予单位更正的学位授予备案信息的数据整理工作，将符合查询要求的数据上网提供
查询，将仍不符合查询要求的数据，再次反馈至学位授予单位，有关学位授予单位按照本办法第七条的要求进行处理。
"""

from datetime import date, datetime

import pytest

from core import balance, corrections, feedback, lookup, milestones, month
from core.errors import BadRequest, NotAllowed
from core.milestones import Kind
from core.month import Act
from tests.builders import NAMELESS, TERM, a_desk, a_filing, at_desk, people, released, released_month, statuses
from tests.builders_corrections import a_change, first_record, taken


@pytest.mark.parametrize(
    ("corrected", "processed"),
    [("2024-01", date(2024, 2, 6)), ("2024-09", date(2024, 10, 12)), ("2024-12", date(2025, 1, 8)), ("2026-04", date(2026, 5, 11))],
    ids=["weekdays", "a make-up Saturday", "over the new year", "after a long holiday"],
)
def test_a_months_corrections_are_processed_by_the_fifth_working_day_of_the_next(tmp_path, corrected, processed):
    days = milestones.of_year(a_desk(tmp_path), processed.year)

    assert [day.on for day in days if (day.of, day.kind) == (corrected, Kind.MONTHLY)] == [processed]


@pytest.mark.parametrize(("month", "last"), [("2024-02", date(2024, 2, 29)), ("2025-02", date(2025, 2, 28)), ("2026-12", date(2026, 12, 31))])
def test_a_correction_belongs_to_the_month_until_whose_last_day_it_came(tmp_path, month, last):
    days = milestones.of_year(a_desk(tmp_path), last.year)

    assert [day.on for day in days if (day.of, day.kind) == (month, Kind.CORRECTIONS)] == [last]


def test_a_year_has_twelve_such_days_of_each_kind_and_the_desk_counts_down_to_the_next(tmp_path):
    desk = a_desk(tmp_path, at=datetime(2026, 12, 8, 9))

    assert len(milestones.of_year(desk, 2026)) == 24
    following = next(day for day in milestones.ahead(desk) if day.kind is Kind.MONTHLY)
    assert (following.of, following.on, following.days) == ("2026-12", date(2027, 1, 7), 30)
    assert not following.official and not following.counted


OCTOBER = datetime(2025, 10, 9, 9)
"""Within the first five working days after September 2025."""


@pytest.fixture
def month_over(desk):
    """A semester on line and fed back, its corrections of September taken in: two mended, one still faulty. October has come."""
    right = people(3)
    filing = a_filing(desk, right + people(2, first=10, **NAMELESS) + people(1, first=20, XM=None, CSRQ="20030703"), approved=True)
    released(desk, TERM, counted=3)
    feedback.issue(desk, TERM)
    number = first_record(desk, filing.filing_id)
    taken(
        desk, a_change(desk, number, ZYMC="软件工程", ZYDM="080902"), a_change(desk, number + 3, XM="张波"),
        a_change(desk, number + 5, XM="张恩"),
    )
    return at_desk(desk, at=OCTOBER), filing.filing_id, right[0]


def test_the_month_is_settled_published_and_fed_back_again_in_this_order(month_over):
    desk, filing, first = month_over
    assert month.run_of(desk, "2025-09").due == date(2025, 10, 14)
    assert list(month.waiting(desk, "2025-09").values()) == [3, 0, 0]
    with pytest.raises(NotAllowed, match="First"):
        released_month(desk, "2025-09", counted=0)

    done = month.settle(desk, "2025-09", counted=3)
    assert (done.cleared, done.withheld) == (2, 1)
    assert list(month.waiting(desk, "2025-09").values()) == [0, 2, 1]
    assert lookup.find(desk.db, first["XM"], first["XWZSBH"]).content["ZYMC"] == "计算机科学与技术"
    with pytest.raises(NotAllowed, match="First"):
        month.feed_back(desk, "2025-09", counted=1)
    assert released_month(desk, "2025-09", counted=2) == 2
    assert month.feed_back(desk, "2025-09", counted=1) == 1

    assert lookup.find(desk.db, first["XM"], first["XWZSBH"]).content["ZYMC"] == "软件工程"
    assert statuses(desk, filing) == {"superseded": 3, "published": 4, "withheld": 2}
    assert desk.db.frame("SELECT round FROM withheld_case WHERE status = 'sent' ORDER BY round")["round"].to_list() == [1, 2]
    assert balance.sheet(desk)["gap"].to_list() == [0]
    board = {(kind, stage): many for kind, stage, many in corrections.board(desk, "2025-09").iter_rows()}
    assert board == {("change", "published"): 2, ("change", "fed_back"): 1}


def test_each_act_repeated_moves_nothing(month_over):
    desk, *_ = month_over
    month.settle(desk, "2025-09", counted=3)
    released_month(desk, "2025-09", counted=2)
    month.feed_back(desk, "2025-09", counted=1)
    before = desk.db.frame("SELECT record_id, version, status FROM record ORDER BY ALL").rows()

    assert month.settle(desk, "2025-09", counted=0) is None
    assert released_month(desk, "2025-09", counted=0) == 0
    assert month.feed_back(desk, "2025-09", counted=0) == 0

    assert desk.db.frame("SELECT record_id, version, status FROM record ORDER BY ALL").rows() == before
    assert month.settled(desk, "2025-09") == (3, OCTOBER)


def test_a_month_is_settled_when_it_is_over_and_by_the_number_that_was_seen(month_over):
    desk, *_ = month_over
    with pytest.raises(BadRequest, match="until 2025-09-30"):
        month.settle(at_desk(desk, at=datetime(2025, 9, 30, 18)), "2025-09", counted=3)
    with pytest.raises(NotAllowed, match="3 now"):
        month.settle(desk, "2025-09", counted=2)
    assert list(month.waiting(desk, "2025-09")) == list(Act)


def test_what_comes_after_the_cut_off_or_is_put_off_belongs_to_the_next_month_with_the_reason(month_over):
    desk, filing, _ = month_over
    late, = taken(desk, a_change(desk, first_record(desk, filing) + 4, XM="张岚"))
    early = corrections.page(desk, "2025-09")["correction_id"].to_list()

    assert month.late(desk, "2025-09") == 1
    assert month.roll_over(desk, "2025-09", early[:1], reason="证明材料待补") == 1
    done = month.settle(desk, "2025-09", counted=2)

    assert done.corrections == 2
    following = corrections.page(desk, "2025-10", stage="checked")
    assert dict(following.select("correction_id", "rolled_because").iter_rows()) == {late: None, early[0]: "证明材料待补"}
    assert month.settle(at_desk(desk, at=datetime(2025, 11, 3)), "2025-10", counted=2).corrections == 2
