"""应报单位: who is expected and why, how far each has come, what is overdue, and the reminders of what is missing."""

from dataclasses import replace
from datetime import date, datetime

import fastexcel
import pytest

from core import (
    expected,
    feedback,
    nil_returns,
    reference,
    reminders,
    review,
    revision,
    ruleset,
    supplements,
)
from core.calendar_tables import FilingDays
from core.deadlines import Term
from core.desk import province_reviewer
from core.errors import CalendarMissing, NotFound
from core.expected import GridFilter
from core.nil_returns import Nil
from core.ruleset import Proposal
from core.vocabulary import Category, Level
from tests.builders import LATE, NAMELESS, TERM, a_desk, a_filing, an_approval, at_desk, people, released
from tests.builders_tables import table, with_tables

NEXT = Term(2025, 2)
AUTUMN, LATE_AUTUMN = datetime(2026, 9, 20, 9), datetime(2026, 11, 24, 9)
EARLIER = {"HXWRQ": "20240620", "BYNY": "202406", "RXNY": "202009", "KSH": None}


@pytest.fixture
def desk(tmp_path):
    """Filed for 2024-2: two institutions of Beijing and one of Shanghai, bachelors all."""
    desk = a_desk(tmp_path)
    for place, institution in enumerate(("80901", "10001", "80902")):
        records = people(2, first=place * 10, institution=institution)
        a_filing(desk, records, institution=institution, approved=True, name=f"{institution}.csv")
    return desk


def in_force(desk, **rows):
    """The store with these lines in its registers from today on."""
    base = ruleset.in_force(desk.db, desk.now().date())
    changed = {name: table(name, lines) for name, lines in rows.items()}
    proposal = Proposal(base, base.settings, changed)
    revision.commit(desk, proposal, effective_on=desk.now().date(), reason="登记表")


def lines(desk, term=NEXT, **chosen):
    return {
        (line["institution"], line["level"]): line
        for line in expected.grid(desk, term, GridFilter(**chosen)).iter_rows(named=True)
    }


def now_filed(desk, institution="80901", **more):
    """What an institution files of the semester that has come, of people not on file yet."""
    changes = {"HXWRQ": "20260620", "BYNY": "202606", "RXNY": "202209", "KSH": None}
    records = people(2, first=300, institution=institution, **changes)
    records = [record | {"XWZSBH": record["XWZSBH"].replace("42025", "42026")} for record in records]
    return a_filing(desk, records, institution=institution, term=NEXT, name=f"{institution}-next.csv", **more).filing_id


def test_who_filed_in_the_same_half_of_one_of_the_last_two_years_is_expected_and_the_grid_says_so(desk):
    a_filing(desk, people(1, first=90, institution="80904", **EARLIER), institution="80904", term=Term(2023, 2), name="a.csv")
    a_filing(desk, people(1, first=91, institution="80905"), institution="80905", term=Term(2024, 1), name="b.csv")
    a_filing(desk, people(1, first=92, institution="80906"), institution="80906", term=Term(2022, 2), name="c.csv")
    found = lines(at_desk(desk, at=AUTUMN))

    assert {unit: (line["why"], line["filed_term"]) for unit, line in found.items()} == {
        ("80901", "4"): ("filed", "2024-2"), ("80902", "4"): ("filed", "2024-2"), ("10001", "4"): ("filed", "2024-2"),
        ("80904", "4"): ("filed", "2023-2"),
    }


def test_a_returned_filing_and_a_late_supplement_found_no_expectation(desk):
    a_filing(desk, people(1, first=90, institution="80904"), institution="80904", name="a.csv", grounds=LATE)
    returned = a_filing(desk, people(1, first=91, institution="80905"), institution="80905", name="b.csv")
    review.send_back(desk, returned.filing_id, reason="重报")

    assert {institution for institution, _ in lines(at_desk(desk, at=AUTUMN))} == {"80901", "80902", "10001"}


def test_who_is_authorised_in_force_is_expected_and_both_reasons_are_told(desk):
    in_force(desk, authorisations=[
        {"institution": "80901", "level": "4", "kind": "academic", "discipline": "*"},
        {"institution": "80901", "level": "2", "kind": "academic", "discipline": "0812"},
        {"institution": "80901", "level": "2", "kind": "academic", "discipline": "0809"},
        {"institution": "10002", "level": "3", "kind": "academic", "discipline": "*", "valid_to": date(2026, 2, 28)},
        {"institution": "10003", "level": "3", "kind": "academic", "discipline": "*", "valid_from": date(2026, 9, 1)},
    ])
    found = lines(at_desk(desk, at=AUTUMN), province="11")

    assert {unit: line["why"] for unit, line in found.items()} == {
        ("80901", "2"): "authorised", ("80901", "4"): "both", ("10001", "4"): "filed",
    }


def test_who_has_ceased_is_not_expected_but_shown_when_it_files(desk):
    known = reference.load().table("institutions").to_dicts()
    gone = [line | {"closed_on": date(2026, 1, 15)} if line["code"] in ("80901", "10001") else line for line in known]
    in_force(desk, institutions=gone)
    now = at_desk(desk, at=AUTUMN)
    assert {institution for institution, _ in lines(now)} == {"80902"}

    now_filed(now)

    assert {unit: line["why"] for unit, line in lines(now).items()} == {("80901", "4"): "unexpected", ("80902", "4"): "filed"}


def test_who_closed_within_the_semester_is_still_expected(desk):
    known = reference.load().table("institutions").to_dicts()
    in_force(desk, institutions=[line | {"closed_on": date(2026, 3, 1) if line["code"] == "80901" else None} for line in known])

    assert ("80901", "4") in lines(at_desk(desk, at=AUTUMN))


def test_an_institution_that_files_unexpectedly_is_shown_and_not_counted_as_expected(desk):
    now = at_desk(desk, at=AUTUMN)
    now_filed(now, "80904")

    assert lines(now)[("80904", "4")]["why"] == "unexpected"
    assert (expected.totals(now, NEXT)["units"], expected.totals(now, NEXT)["expected"]) == (4, 3)


def test_a_nil_return_is_not_missing(desk):
    now = at_desk(desk, at=LATE_AUTUMN)
    nil_id = nil_returns.enter(now, Nil(NEXT, "80901", Level.BACHELOR, "李示范", "号", date(2026, 10, 1)))
    line, totals = lines(now)[("80901", "4")], expected.totals(now, NEXT)
    assert (line["stage"], line["nil_on"], line["due_on"], line["days_overdue"]) == ("nil", date(2026, 10, 1), None, 0)
    assert (totals["nil"], totals["missing"], totals["overdue"]) == (1, 2, 2)

    nil_returns.withdraw(now, nil_id, reason="误报")

    assert lines(now)[("80901", "4")]["stage"] == "missing"
    assert expected.totals(now, NEXT)["missing"] == 3


def test_each_step_is_told_with_its_count_and_its_day(desk):
    now = at_desk(desk, at=AUTUMN)
    told = [lines(now)[("80901", "4")]]
    records = [*people(3, first=300), *people(1, first=310, **NAMELESS)]
    changes = {"HXWRQ": "20260620", "BYNY": "202606", "RXNY": "202209", "KSH": None}
    records = [record | changes | {"XWZSBH": record["XWZSBH"].replace("42025", "42026")} for record in records]
    filing = a_filing(now, records, term=NEXT, name="next.csv").filing_id
    told.append(lines(now)[("80901", "4")])
    an_approval(at_desk(desk, at=datetime(2026, 9, 25)), filing)
    told.append(lines(now)[("80901", "4")])
    feedback.issue(at_desk(desk, at=datetime(2026, 9, 28)), NEXT)
    told.append(lines(now)[("80901", "4")])
    released(at_desk(desk, at=datetime(2026, 9, 30)), NEXT, counted=3)
    told.append(lines(now)[("80901", "4")])

    assert [line["stage"] for line in told] == ["missing", "received", "checked", "fed_back", "published"]
    last = told[-1]
    assert (last["filings"], last["records"], last["approved"], last["checked"]) == (1, 4, 1, 4)
    assert (last["to_send"], last["fed_back"], last["cleared"], last["published"]) == (0, 1, 0, 3)
    assert [last[day] for day in ("received_on", "approved_on", "fed_back_on", "published_on")] == [
        date(2026, 9, 20), date(2026, 9, 25), date(2026, 9, 28), date(2026, 9, 30),
    ]
    assert [line["due_on"] for line in told] == [
        date(2026, 10, 13), date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 1), None,
    ]
    totals = expected.totals(now, NEXT)
    steps = ("received", "approved", "checked", "fed_back", "published")
    assert [totals[step] for step in steps] == [1] * 5


def test_a_filing_held_as_such_is_passed_but_not_checked(desk):
    now = at_desk(desk, at=AUTUMN)
    filing = now_filed(now)
    an_approval(now, filing)
    with now.db.transaction() as tx:
        tx.run(
            "INSERT INTO filing_finding (filing_id, rule, class, field) VALUES ($id, 'X09', 'inaccurate', 'HXWRQ')", id=filing
        )
    assert lines(now)[("80901", "4")]["stage"] == "approved"

    review.settle(now, filing, "X09", note="已核实。")

    assert lines(now)[("80901", "4")]["stage"] == "fed_back"


def test_a_filing_the_province_returned_is_to_be_filed_again(desk):
    now = at_desk(desk, at=LATE_AUTUMN)
    review.send_back(now, now_filed(now), reason="汇总表未盖章")

    line = lines(now)[("80901", "4")]
    assert (line["stage"], line["returned"], line["filings"], line["days_overdue"]) == ("returned", 1, 0, 42)
    assert expected.totals(now, NEXT)["missing"] == 3


def test_a_late_supplement_counts_for_its_semester_and_waits_for_consent(desk):
    now = at_desk(desk, at=LATE_AUTUMN)
    filing = now_filed(now, grounds=LATE)
    line = lines(now)[("80901", "4")]
    assert (line["stage"], line["supplements"]) == ("received", 1)

    supplements.consent(now, filing, document="号", consented_on=date(2026, 11, 20))
    an_approval(now, filing)

    assert lines(now)[("80901", "4")]["stage"] == "fed_back"


def test_what_is_overdue_comes_first_the_longest_before_all(desk):
    now = at_desk(desk, at=LATE_AUTUMN)
    an_approval(now, now_filed(now, "80901"))
    now_filed(now, "80902")

    found = expected.grid(now, NEXT)

    assert found.select("institution", "stage", "days_overdue").rows() == [
        ("10001", "missing", 42), ("80902", "received", 24), ("80901", "fed_back", 0),
    ]
    assert set(lines(now, overdue=True)) == {("10001", "4"), ("80902", "4")}
    assert expected.totals(now, NEXT)["late_institutions"] == 1


@pytest.mark.parametrize(("day", "late"), [(13, 0), (14, 1)])
def test_nothing_is_overdue_on_its_last_day(desk, day, late):
    now = at_desk(desk, at=datetime(2026, 10, day, 23, 59))

    assert expected.grid(now, NEXT)["days_overdue"].to_list() == [late] * 3
    assert expected.totals(now, NEXT, GridFilter(overdue=True))["units"] == 3 * late


def test_the_filters_and_the_pages_cut_the_same_lines(desk):
    now = at_desk(desk, at=AUTUMN)
    now_filed(now)

    assert set(lines(now, province="31")) == {("80902", "4")}
    assert set(lines(now, stage="received")) == {("80901", "4")}
    assert lines(now, level="2") == {}
    pages = [expected.grid(now, NEXT, page=page, size=2)["institution"].to_list() for page in (0, 1, 2)]
    assert pages == [["10001", "80901"], ["80902"], []]


def test_a_province_sees_its_own_only(desk):
    in_force(desk, authorisations=[{"institution": "80901", "level": "3", "kind": "academic", "discipline": "*"}])
    now = at_desk(desk, at=LATE_AUTUMN)
    shanghai = replace(now, actor=province_reviewer("31", "上海市", "Shanghai"))

    assert set(lines(shanghai)) == {("80902", "4")}
    assert expected.totals(shanghai, NEXT)["units"] == 1
    assert lines(shanghai, province="11") == {}
    assert list(sheets(reminders.workbook(shanghai, NEXT))) == ["上海市"]


def sheets(content):
    book = fastexcel.read_excel(content)
    return {
        name: book.load_sheet(name, header_row=1, dtypes="string").to_polars() for name in book.sheet_names
    }


def test_the_reminders_list_exactly_the_missing_a_sheet_for_each_province(desk):
    now = at_desk(desk, at=LATE_AUTUMN)
    a_filing(desk, people(1, first=90, institution="80904"), institution="80904", approved=True, name="a.csv")
    nil_returns.enter(now, Nil(NEXT, "80904", Level.BACHELOR, "李示范", "号", date(2026, 10, 1)))
    review.send_back(now, now_filed(now, "10001"), reason="汇总表未盖章")
    now_filed(now, "80905")

    found = sheets(reminders.workbook(now, NEXT))

    assert list(found) == ["北京市", "上海市"]
    assert found["北京市"].select("单位代码", "学位级别", "所缺内容", "报送期限", "逾期天数").rows() == [
        ("10001", "学士", "报送批次已被省级退回，尚未重新报送", "2026-10-13", "42"),
        ("80901", "学士", "未报送学位授予信息，也未登记零报送", "2026-10-13", "42"),
    ]
    assert found["上海市"]["单位代码"].to_list() == ["80902"]
    assert found["北京市"]["应报依据"].to_list() == ["前两年同学期报送过（2024-2）"] * 2
    assert list(sheets(reminders.workbook(now, NEXT, province="31"))) == ["上海市"]


def test_the_same_reminders_give_the_same_bytes_and_none_gives_a_refusal(desk):
    now = at_desk(desk, at=LATE_AUTUMN)

    assert reminders.workbook(now, NEXT) == reminders.workbook(at_desk(now, at=LATE_AUTUMN.replace(hour=20)), NEXT)
    with pytest.raises(NotFound):
        reminders.workbook(now, TERM)


def test_the_semester_now_due_is_the_last_that_has_ended_and_can_be_asked_for_before_anything_is_filed(desk):
    assert expected.round_of(date(2025, 9, 15)) == TERM
    assert expected.round_of(date(2026, 2, 28)) == TERM
    assert expected.round_of(date(2026, 3, 1)) == Term(2025, 1)
    assert expected.terms(at_desk(desk, at=AUTUMN)) == ["2025-2", "2024-2"]


@pytest.mark.parametrize(
    ("term", "institution", "province"),
    [(Term(2013, 2), date(2014, 10, 13), date(2014, 10, 31)), (Term(2024, 1), date(2025, 4, 5), date(2025, 4, 25))],
)
def test_the_days_of_a_semester_stand_in_a_table(term, institution, province):
    assert FilingDays.of(reference.load().table("filing_days"), term) == FilingDays(institution, province)


@pytest.mark.parametrize(
    "days",
    [("10-13", None), ("10-13", "10-12"), ("08-31", "10-31"), ("10-13", "12-01"), ("13-10", "10-31")],
    ids=["one is missing", "the province first", "within the semester", "after the feedback", "no such day"],
)
def test_days_that_cannot_be_are_told_as_missing(days):
    rows = [{"half": "2", "body": body, "day": day} for body, day in zip(("institution", "province"), days, strict=True) if day]
    known = with_tables(filing_days=table("filing_days", rows))

    with pytest.raises(CalendarMissing):
        FilingDays.of(known.table("filing_days"), TERM)


def test_days_changed_in_the_table_hold_from_their_first_semester(desk):
    kept = [{"half": "2", "body": "institution", "day": "10-13", "valid_to": date(2026, 8, 30)},
            {"half": "2", "body": "institution", "day": "09-10", "valid_from": date(2026, 8, 31)},
            {"half": "2", "body": "province", "day": "10-31"}]  # fmt: skip
    in_force(desk, filing_days=kept)
    now = at_desk(desk, at=AUTUMN)

    assert set(expected.grid(now, NEXT)["due_on"]) == {date(2026, 9, 10)}
    assert expected.totals(now, NEXT)["overdue"] == 3
    assert expected.filing_days(now, TERM).institution == date(2025, 10, 13)


def test_other_levels_of_an_institution_are_lines_of_their_own(desk):
    now = at_desk(desk, at=AUTUMN)
    in_force(desk, authorisations=[{"institution": "80901", "level": "3", "kind": "academic", "discipline": "*"}])
    now_filed(now, category=Category.BACHELOR)

    found = lines(now, province="11")
    assert {unit: line["stage"] for unit, line in found.items()} == {
        ("80901", "3"): "missing", ("80901", "4"): "received", ("10001", "4"): "missing",
    }
