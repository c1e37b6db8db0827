"""催答: institutions that have not answered: reminded, then listed to their province, with days overdue (article 11).

From the day an answer is due: REMIND once it has passed, ESCALATE once as many more working days have as the setting says. Each
step waits until someone notes it as taken. Must not know how answers are taken in.
"""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from core import contacts, delivery, exporting, feedback, ruleset
from core.deadlines import Workdays
from core.desk import Desk
from core.errors import NotFound
from core.exporting import Format
from core.exports import by_province
from core.vocabulary import Duty, Word


class Step(Word):
    """Where a notice stands on the ladder (催答步骤)."""

    WAITING = "waiting", "期限未到", "Not yet due"
    REMIND = "remind", "待催答", "To remind"
    REMINDED = "reminded", "已催答", "Reminded"
    ESCALATE = "escalate", "待报省级", "List to province"
    ESCALATED = "escalated", "已报省级", "Listed"


_STANDING = """
WITH items AS (
    SELECT t.notice_id, count(*) FILTER (t.answered_at IS NULL AND t.closed_at IS NULL) AS outstanding,
        count(t.answered_at) AS answered
    FROM notice_item AS t GROUP BY t.notice_id
), told AS (
    SELECT notice_id, max(happened_at) FILTER (event = 'reminded') AS reminded_at,
        count(*) FILTER (event = 'reminded') AS reminders, max(happened_at) FILTER (event = 'escalated') AS escalated_at
    FROM delivery GROUP BY notice_id
)
SELECT n.notice_id, n.run_id, n.term, n.month, n.institution, n.institution_zh, i.en AS institution_en, n.province,
    n.province_zh, p.en AS province_en, n.round, n.records, m.answered, m.outstanding, n.issued_at, n.due_on,
    t.reminded_at, coalesce(t.reminders, 0) AS reminders, t.escalated_at
FROM notice AS n
JOIN items AS m ON m.notice_id = n.notice_id
LEFT JOIN told AS t ON t.notice_id = n.notice_id
LEFT JOIN institution AS i ON i.code = n.institution
LEFT JOIN province AS p ON p.code = n.province
WHERE m.outstanding > 0 AND ($scope IS NULL OR n.province = $scope)
ORDER BY n.due_on, n.province, n.institution, n.notice_id"""

_TIMELINESS = """
SELECT n.institution, n.institution_zh, any_value(i.en) AS institution_en, n.province, n.province_zh,
    any_value(p.en) AS province_en, count(*) AS records,
    count(*) FILTER (t.answered_at::DATE <= n.due_on) AS in_time,
    count(*) FILTER (t.answered_at::DATE > n.due_on) AS late,
    count(*) FILTER (t.answered_at IS NULL AND t.closed_at IS NULL AND n.due_on < $today) AS never,
    count(*) FILTER (t.answered_at IS NULL AND t.closed_at IS NULL AND n.due_on >= $today) AS not_yet,
    count(*) FILTER (t.answered_at IS NULL AND t.closed_at IS NOT NULL) AS settled,
    median(date_diff('day', n.issued_at, t.answered_at)) AS median_days
FROM notice AS n
JOIN notice_item AS t ON t.notice_id = n.notice_id
LEFT JOIN institution AS i ON i.code = n.institution
LEFT JOIN province AS p ON p.code = n.province
WHERE $scope IS NULL OR n.province = $scope
GROUP BY n.institution, n.institution_zh, n.province, n.province_zh
ORDER BY n.province, n.institution"""

HEADINGS: tuple[tuple[str, int], ...] = (
    ("单位代码", 10), ("学位授予单位", 34), ("反馈单号", 10), ("反馈内容", 14), ("反馈轮次", 10), ("反馈记录", 10),
    ("未答复记录", 12), ("答复期限", 12), ("逾期工作日", 12), ("催答次数", 10), ("最近催答", 12),
    ("单位联系人", 60),
)
"""Columns of the escalation list with their widths."""


def standing(desk: Desk) -> pl.DataFrame:
    """Every notice with records still unanswered, the longest due first: step (of Step), outstanding, answered, due_on,
    days_overdue (working days), reminders, reminded_at, escalated_at."""
    found = desk.frame(_STANDING)
    today = desk.now().date()
    judged_by = ruleset.in_force(desk.db, today)
    workdays, patience = judged_by.workdays, judged_by.settings["escalation_workdays"]
    steps = [_step(workdays, patience, today, *row) for row in found.select("due_on", "reminded_at", "escalated_at").iter_rows()]
    return found.with_columns(
        step=pl.Series([str(step) for step, _ in steps], dtype=pl.String),
        days_overdue=pl.Series([days for _, days in steps], dtype=pl.Int64),
    )


def timeliness(desk: Desk) -> pl.DataFrame:
    """How each institution has answered, over all rounds, in records: in_time, late, never (overdue), not_yet (due
    later), settled (closed without an answer being needed), and median_days from notice to answer."""
    return desk.frame(_TIMELINESS, today=desk.now().date())


def remind(desk: Desk, notice_ids: Sequence[int], *, note: str = "") -> int:
    """Note that institutions were reminded of overdue answers. Returns how many; those not due to be are left out."""
    return _take(desk, notice_ids, "reminded", {Step.REMIND, Step.REMINDED, Step.ESCALATE, Step.ESCALATED}, note)


def escalate(desk: Desk, notice_ids: Sequence[int], *, note: str = "") -> int:
    """Note that notices were listed to their provinces. Returns how many; those not due to be are left out."""
    return _take(desk, notice_ids, "escalated", {Step.ESCALATE}, note)


def workbook(desk: Desk, *, province: str | None = None) -> bytes:
    """The list for the provinces as XLSX, a sheet each: every notice overdue so long that it goes to its province.

    The same lines on the same day give the same bytes; it is noted who took it. Raises NotFound when there is none.
    """
    desk.require(Duty.READ)
    today = desk.now().date()
    lines = standing(desk).filter(
        pl.col("step").is_in([str(Step.ESCALATE), str(Step.ESCALATED)]), province is None or pl.col("province") == province
    ).sort("province", "institution", "notice_id")
    if lines.is_empty():
        raise NotFound("没有需报省级学位办的逾期反馈单。", "No notice is overdue so long that it goes to its province.")
    lines = lines.join(contacts.addressees(desk.db, lines["institution"]), on="institution", how="left", maintain_order="left")
    title = f"逾期未答复反馈单（截至{today:%Y-%m-%d}）"
    exporting.note(desk, "ladder", title, Format.XLSX, lines.height, chosen=province or "")
    return by_province(lines, HEADINGS, _cells, title=title, made_on=today)


def _step(
    workdays: Workdays, patience: int, today: date, due_on: date, reminded_at: datetime | None, escalated_at: datetime | None
) -> tuple[Step, int]:
    if today <= due_on:
        return Step.WAITING, 0
    days = workdays.between(due_on, today)
    if escalated_at:
        return Step.ESCALATED, days
    if today > workdays.after(due_on, patience):
        return Step.ESCALATE, days
    return (Step.REMINDED if reminded_at else Step.REMIND), days


def _take(desk: Desk, notice_ids: Sequence[int], event: str, from_: set[Step], note: str) -> int:
    desk.require(Duty.FEEDBACK)
    feedback.require_notices(desk, notice_ids)
    due = standing(desk).filter(
        pl.col("notice_id").is_in(list(notice_ids)), pl.col("step").is_in([str(step) for step in from_])
    )["notice_id"].to_list()
    if due:
        delivery.note_all(desk, due, event, note.strip())
    return len(due)


def _cells(line: dict[str, object]) -> tuple[str, ...]:
    reminded = line["reminded_at"]
    return (
        str(line["institution"]), str(line["institution_zh"] or ""), str(line["notice_id"]), str(line["term"] or line["month"]),
        f"第{line['round']}轮", f"{line['records']:,}", f"{line['outstanding']:,}", f"{line['due_on']:%Y-%m-%d}",
        str(line["days_overdue"]), str(line["reminders"]), f"{reminded:%Y-%m-%d}" if reminded else "",
        str(line["addressees"] or ""),
    )
