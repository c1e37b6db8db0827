"""第九条 已实施备案后因故撤消已授学位的，学位授予单位须在撤销学位决议生效起 10 个工作日内，报学位中心撤销备案。"""

from datetime import date, datetime, timedelta

import pytest

from core import attachments, lookup, revocation, revocation_list
from core.deadlines import Workdays, revocation_due, revocation_reported_by
from core.lifecycle import RecordStatus
from core.revocation import Kind, Revocation, Withdrawal
from core.revocation_list import RevocationFilter
from tests.builders import TERM, a_desk, a_filing, people, released, statuses


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


def _registered(desk, **changes):
    """One published record whose degree is revoked; the line it has in the register."""
    records = people(1)
    a_filing(desk, records, approved=True)
    released(desk, TERM, counted=1)
    told = {
        "institution": "80901", "decision_no": "示范撤〔2025〕1号", "effective_on": date(2025, 9, 1),
        "received_on": date(2025, 9, 15), "requester": "学位办", "paper": attachments.keep(desk.db, b"%PDF-1.7", "决议.pdf"),
    }
    receipt, = revocation.take_in(desk, Revocation(**told | changes), [records[0]["XWZSBH"]])
    assert receipt.taken
    return records[0], revocation_list.page(desk, RevocationFilter()).row(0, named=True)


@pytest.mark.parametrize(
    ("received", "on_time"), [(date(2025, 9, 15), True), (date(2025, 9, 16), False)], ids=["on the tenth day", "on the eleventh"]
)
def test_what_comes_on_the_tenth_working_day_is_on_time_and_a_day_later_is_not(tmp_path, received, on_time):
    desk = a_desk(tmp_path, at=datetime(2025, 9, 16, 9, 0))

    _, line = _registered(desk, received_on=received)

    assert (line["due_on"], line["on_time"], line["provisional"]) == (date(2025, 9, 15), on_time, False)


def test_a_day_reckoned_in_a_year_without_its_notice_is_provisional(tmp_path):
    official = max(Workdays.load().official_years)
    day = date(official + 1, 3, 3)
    desk = a_desk(tmp_path, at=datetime(official + 1, 3, 3, 9, 0))

    _, line = _registered(desk, effective_on=day, received_on=day)

    assert (line["due_on"], line["on_time"], line["provisional"]) == (date(official + 1, 3, 17), True, True)


def test_a_decision_older_than_the_calendar_is_registered_without_a_day():
    assert revocation_due(Workdays.load(), date(min(Workdays.load().official_years) - 1, 1, 5)) == (None, False)


def test_a_degree_revoked_cannot_be_looked_up_from_that_moment_and_its_number_is_not_free_again(desk):
    record, line = _registered(desk)

    assert lookup.find(desk.db, record["XM"], record["XWZSBH"]) is None
    again = a_filing(desk, [people(1, first=9)[0] | {"XWZSBH": record["XWZSBH"]}], approved=True, name="again.csv")
    assert statuses(desk, again.filing_id) == {"withheld": 1}
    assert line["kind"] == "degree"


def test_a_filing_withdrawn_is_no_degree_revoked_and_has_no_day(desk):
    records = people(1)
    filing = a_filing(desk, records)

    revocation.take_in(desk, Withdrawal("80901", date(2025, 9, 10), "学位办", "误报"), [records[0]["XWZSBH"]])

    line = revocation_list.page(desk, RevocationFilter()).row(0, named=True)
    assert (line["kind"], line["due_on"], line["on_time"]) == ("filing", None, None)
    assert statuses(desk, filing.filing_id) == {"withdrawn": 1}
    assert revocation_list.timeliness(desk, RevocationFilter()).is_empty()
    assert RecordStatus.WITHDRAWN.zh != RecordStatus.REVOKED.zh and Kind.FILING.zh != Kind.DEGREE.zh
