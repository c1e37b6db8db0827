"""催答: the steps of the ladder by working days, the list for the provinces, and the figures on how institutions answer."""

from datetime import date, datetime

import fastexcel
import pytest

from core import feedback, ladder, ledger
from core.deadlines import Workdays
from core.errors import NotAuthorised, NotFound
from core.ladder import Step
from core.lifecycle import CASE
from core.settings import THRESHOLDS
from core.vocabulary import Duty
from tests.builders import NAMELESS, TERM, a_desk, a_filing, at_desk, people

DUE = date(2025, 10, 11)
"""A Saturday that is a working day: the 15th after 15 September."""


@pytest.fixture
def desk(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(4, **NAMELESS), approved=True)
    a_filing(desk, people(1, first=30, institution="80902", **NAMELESS), institution="80902", approved=True, name="sh.csv")
    feedback.issue(desk, TERM)
    return desk


def on(desk, month, day):
    return at_desk(desk, at=datetime(2025, month, day, 10))


def answer(desk, event, many, *, institution="80901"):
    """So many more cases of an institution are answered (or closed), as those who take answers in have it."""
    with desk.db.transaction() as tx:
        ledger.move(
            tx, CASE, event, ledger.act_of(desk, "filing", 1), institution=institution, many=many,
            chosen="SELECT c.case_id FROM withheld_case AS c JOIN filing AS f ON f.filing_id = c.filing_id "
            "WHERE f.institution = $institution AND c.status = 'sent' ORDER BY c.case_id LIMIT $many",
        )


def steps(desk):
    return {row["institution"]: (row["step"], row["days_overdue"]) for row in ladder.standing(desk).iter_rows(named=True)}


def figures(desk):
    columns = ("in_time", "late", "never", "not_yet", "settled", "median_days")
    return {row["institution"]: tuple(row[name] for name in columns) for row in ladder.timeliness(desk).iter_rows(named=True)}


def test_answers_are_due_after_fifteen_working_days_with_make_up_days_and_go_to_the_province_after_five_more():
    workdays = Workdays.load()

    assert workdays.after(date(2025, 9, 15), THRESHOLDS["answer_workdays"].usual) == DUE
    assert workdays.after(DUE, THRESHOLDS["escalation_workdays"].usual) == date(2025, 10, 17)


@pytest.mark.parametrize(
    ("month", "day", "step", "overdue"),
    [(10, 11, Step.WAITING, 0), (10, 12, Step.REMIND, 0), (10, 13, Step.REMIND, 1), (10, 17, Step.REMIND, 5),
     (10, 18, Step.ESCALATE, 5), (10, 20, Step.ESCALATE, 6)],
)
def test_a_notice_climbs_the_ladder_by_working_days(desk, month, day, step, overdue):
    assert set(steps(on(desk, month, day)).values()) == {(step, overdue)}


def test_steps_taken_are_noted_and_never_before_their_time(desk):
    assert ladder.remind(on(desk, 10, 11), [1, 2]) == 0
    assert ladder.remind(on(desk, 10, 13), [1, 2], note="电话") == 2
    assert steps(on(desk, 10, 14))["80901"] == (Step.REMINDED, 2)
    assert ladder.escalate(on(desk, 10, 17), [1]) == 0
    assert ladder.escalate(on(desk, 10, 20), [1]) == 1

    assert steps(on(desk, 10, 21)) == {"80901": (Step.ESCALATED, 7), "80902": (Step.ESCALATE, 7)}
    line = ladder.standing(on(desk, 10, 21)).row(0, named=True)
    assert (line["reminders"], line["reminded_at"]) == (1, datetime(2025, 10, 13, 10))
    told = desk.db.frame("SELECT event, moved FROM act WHERE subject = 'notice' ORDER BY act_id").rows()
    assert told == [("reminded", 2), ("escalated", 1)]


def test_a_notice_leaves_the_ladder_when_all_its_records_are_answered(desk):
    answer(on(desk, 10, 9), "answer", 3)
    assert ladder.standing(on(desk, 10, 13)).select("institution", "answered", "outstanding").rows()[0] == ("80901", 3, 1)

    answer(on(desk, 10, 14), "answer", 1)

    assert set(steps(on(desk, 10, 20))) == {"80902"}


def test_records_are_counted_as_answered_in_time_late_never_or_not_yet_due(desk):
    answer(on(desk, 9, 25), "answer", 1)
    answer(on(desk, 10, 11), "answer", 1)
    answer(on(desk, 10, 15), "answer", 1)
    answer(on(desk, 10, 15), "close", 1)

    assert figures(on(desk, 10, 11))["80902"] == (0, 0, 0, 1, 0, None)
    assert figures(on(desk, 10, 20)) == {"80901": (2, 1, 0, 0, 1, 26.0), "80902": (0, 0, 1, 0, 0, None)}


def test_each_round_counts_for_itself(desk):
    answer(on(desk, 9, 25), "answer", 4)
    with desk.db.transaction() as tx:
        tx.run("UPDATE withheld_case SET status = 'open', round = 2 WHERE status = 'answered'")
    feedback.issue_month(on(desk, 10, 9), "2025-09")

    assert figures(on(desk, 12, 1))["80901"][:4] == (4, 0, 4, 0)


def test_the_list_for_the_provinces_has_a_sheet_each_and_only_what_is_overdue_so_long(desk):
    with pytest.raises(NotFound):
        ladder.workbook(on(desk, 10, 17))
    answer(on(desk, 9, 25), "answer", 1)
    ladder.remind(on(desk, 10, 14), [1])

    content = ladder.workbook(on(desk, 10, 20))

    assert content == ladder.workbook(on(desk, 10, 20))
    book = fastexcel.read_excel(content)
    assert book.sheet_names == ["北京市", "上海市"]
    sheet = book.load_sheet("北京市", dtypes="string", header_row=1).to_polars()
    assert sheet.select("单位代码", "反馈记录", "未答复记录", "答复期限", "逾期工作日", "催答次数", "最近催答").rows() == [
        ("80901", "4", "3", "2025-10-11", "6", "1", "2025-10-14")
    ]
    own = fastexcel.read_excel(ladder.workbook(at_desk(on(desk, 10, 20), Duty.READ, province="31")))
    assert own.sheet_names == ["上海市"]


def test_reminding_needs_its_duty(desk):
    with pytest.raises(NotAuthorised):
        ladder.remind(at_desk(on(desk, 10, 20), *(duty for duty in Duty if duty is not Duty.FEEDBACK)), [1])
