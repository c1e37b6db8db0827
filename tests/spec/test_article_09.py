"""第九条 已实施备案后因故撤消已授学位的，学位授予单位须在撤销学位决议生效起 10 个工作日内，报学位中心撤销备案。"""

from datetime import date, timedelta

import pytest

from core.deadlines import Workdays, revocation_reported_by


@pytest.mark.parametrize(
    ("effective", "due"),
    [
        (date(2025, 3, 3), date(2025, 3, 17)),
        (date(2024, 9, 25), date(2024, 10, 14)),
        (date(2025, 1, 20), date(2025, 2, 8)),
        (date(2013, 12, 20), date(2014, 1, 6)),
    ],
    ids=["plain weeks", "National Day and its make-up days", "due on a make-up Saturday", "over the new year"],
)
def test_a_revocation_is_reported_within_ten_working_days_of_taking_effect(effective, due):
    assert revocation_reported_by(Workdays.load(), effective) == due


def test_the_day_it_takes_effect_is_not_counted_whether_worked_or_not():
    workdays = Workdays.load()
    friday = date(2025, 3, 7)

    assert {revocation_reported_by(workdays, friday + timedelta(days=more)) for more in range(3)} == {date(2025, 3, 21)}
