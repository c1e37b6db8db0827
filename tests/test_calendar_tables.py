"""The small tables beside the working days: notices cited only when verified, lead times that can be meant."""

import re
from datetime import date

import pytest

from core import reference, tables
from core.calendar_tables import HolidayNotice, LeadTimes, holiday_notices
from core.deadlines import Workdays
from core.errors import BadRequest, CalendarMissing
from tests.builders_tables import table

NOTICES = reference.load().table("holiday_notices")
CHOSEN = [{"milestone": "feedback_freeze", "workdays": "5"}, {"milestone": "publication_freeze", "workdays": "3"}]


def test_the_notices_of_a_year_come_in_the_order_they_were_issued():
    assert holiday_notices(NOTICES, 2025) == [HolidayNotice(2025, "国办发明电〔2024〕12号", date(2024, 11, 12))]
    assert [(each.document, each.issued_on.month) for each in holiday_notices(NOTICES, 2019)] == [
        ("国办发明电〔2018〕15号", 12), ("国办发明电〔2019〕3号", 3),
    ]


def test_a_year_whose_notice_was_not_verified_cites_none_though_its_days_are_known():
    assert holiday_notices(NOTICES, 2012) == []
    assert Workdays.load().is_official(2012)
    assert [each.issued_on for each in holiday_notices(NOTICES, 2013)] == [None]


def test_every_notice_has_a_number_of_the_year_it_was_issued_in_and_belongs_to_a_year_with_working_days():
    for year, document, issued_on in NOTICES.select("year", "document", "issued_on").iter_rows():
        numbered = re.fullmatch(r"国(?:办)?发明电〔(\d{4})〕\d+号", document)
        assert numbered, document
        assert int(year) - int(numbered[1]) in (0, 1)
        assert issued_on is None or issued_on.year == int(numbered[1])
        assert Workdays.load().is_official(int(year))


def test_lead_times_are_those_in_force_on_the_day():
    before = CHOSEN[0] | {"valid_to": date(2026, 12, 31)}
    after = {"milestone": "feedback_freeze", "workdays": "8", "valid_from": date(2027, 1, 1)}
    lead_times = table("lead_times", [before, after, CHOSEN[1]])

    assert LeadTimes.of(lead_times, date(2026, 11, 30)) == LeadTimes(5, 3)
    assert LeadTimes.of(lead_times, date(2027, 5, 31)) == LeadTimes(8, 3)


@pytest.mark.parametrize("rows", [CHOSEN[:1], [CHOSEN[0] | {"workdays": "five"}, CHOSEN[1]], [CHOSEN[0] | {"workdays": "0"}, CHOSEN[1]]])
def test_lead_times_that_cannot_be_meant_are_told_as_missing(rows):
    with pytest.raises(CalendarMissing):
        LeadTimes.of(table("lead_times", rows), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("name", "line", "told"),
    [
        ("working_days", "2027-01-01,假日,1,,,号", "第2行：kind只能填holiday、makeup"),
        ("working_days", "2027-01-01,holiday,是,,,号", "第2行：official只能填0、1"),
        ("working_days", "2027-01-01,,1,,,号", "第2行：kind只能填"),
        ("filing_days", "3,institution,10-13,,,号", "第2行：half只能填1、2"),
        ("lead_times", "feedback_freeze,31,,,号", "第2行：workdays只能填1至30"),
        ("lead_times", "freeze,3,,,号", "第2行：milestone只能填feedback_freeze、publication_freeze"),
    ],
)
def test_an_import_with_words_days_are_not_counted_by_is_refused_by_its_row(name, line, told):
    header = reference.load().table(name).columns

    with pytest.raises(BadRequest) as refused:
        tables.read(name, [header, line.split(",")])

    assert told in refused.value.zh
    assert re.search("[\u4e00-\u9fff]", refused.value.en) is None


def test_a_years_notice_can_be_imported_and_makes_the_year_official():
    shipped = reference.load().table("working_days")
    lines = [shipped.columns, *([str(cell or "") for cell in row] for row in shipped.rows()), ["2027-01-01", "holiday", "1", "", "", "号"]]

    read = tables.read("working_days", lines)

    assert Workdays.of(read).is_official(2027)
    assert tables.difference("working_days", shipped, read)["change"].to_list() == ["added"]
