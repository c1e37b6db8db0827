"""第八条 学位中心于每个月第5个工作日前完成上一个月有关学位授予单位更正的学位授予备案信息的数据整理工作，将符合查询要求的数据上网提供
查询，将仍不符合查询要求的数据，再次反馈至学位授予单位，有关学位授予单位按照本办法第七条的要求进行处理。
"""

from datetime import date, datetime

import pytest

from core import milestones
from core.milestones import Kind
from tests.builders import a_desk


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
