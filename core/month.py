"""月度办理: a month's corrections in three acts, in order and each safe to repeat: settled, put on line, fed back again (article 8).

Must not know how corrections come in, nor how they are sorted.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from core import feedback, publication, publication_run, ruleset, settlement
from core.deadlines import corrections_processed_by
from core.desk import Desk
from core.errors import BadRequest, NotAllowed
from core.settlement import Settled
from core.vocabulary import Duty, Word

_DUE = """
SELECT c.correction_id, c.status FROM correction AS c
LEFT JOIN (SELECT correction_id, max(month) AS month FROM rolled_over GROUP BY ALL) AS o ON o.correction_id = c.correction_id
WHERE c.status IN ('received', 'ready') AND greatest(strftime(c.received_at, '%Y-%m'), coalesce(o.month, '')) <= $month
    AND ($scope IS NULL OR c.province = $scope)
ORDER BY c.correction_id"""

_LATE = """
SELECT count(*) AS n FROM correction AS c
WHERE c.status IN ('received', 'ready') AND strftime(c.received_at, '%Y-%m') > $month AND ($scope IS NULL OR c.province = $scope)"""

_AGAIN = """
SELECT count(*) AS cases FROM withheld_case AS w JOIN filing AS f ON f.filing_id = w.filing_id
WHERE w.status = 'open' AND f.status = 'approved' AND ($scope IS NULL OR f.province = $scope)
    AND f.term IN (SELECT term FROM feedback_run WHERE term IS NOT NULL)"""
"""What a month's round feeds back: all that is open of the semesters fed back before."""

_DONE = """
SELECT max(s.settled_at) AS settled_at, sum(s.corrections)::BIGINT AS settled FROM settlement AS s
WHERE $scope IS NULL AND s.month = $month"""


class Act(Word):
    """One of the three acts of a month (月度办理步骤), in their order."""

    SETTLE = "settle", "整理更正数据", "Settle the corrections"
    PUBLISH = "publish", "符合要求的上网", "Publish what complies"
    FEED_BACK = "feed_back", "其余再次反馈", "Feed the rest back again"


@dataclass(frozen=True)
class Run:
    """A month's run: corrections that came until the cut-off (`last_day`) are processed by `due`; `official` says whether the
    working days are those of the State Council's notice."""

    month: str
    last_day: date
    due: date
    official: bool


def run_of(desk: Desk, month: str) -> Run:
    """The run of a month written as 2025-09. Raises BadRequest for anything else, CalendarMissing as the calendar does."""
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", month or ""):
        raise BadRequest("月份请按“2025-09”的形式填写。", "Write the month like 2025-09.")
    year, number = int(month[:4]), int(month[5:])
    last_day = date(year, number, monthrange(year, number)[1])
    following = last_day + timedelta(days=1)
    workdays = ruleset.in_force(desk.db, desk.now().date()).workdays
    due = corrections_processed_by(workdays, following.year, following.month)
    return Run(month, last_day, due, workdays.official_over(following, due))


def last_month(today: date) -> str:
    """The month whose corrections are to be processed: the one before this."""
    return f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"


def next_month(month: str) -> str:
    """The month after one."""
    year, number = int(month[:4]), int(month[5:])
    return f"{date(year, number, 28) + timedelta(days=7):%Y-%m}"


def waiting(desk: Desk, month: str) -> dict[Act, int]:
    """How many things each act would take up now: corrections ready, records to publish, cases to feed back."""
    due = desk.frame(_DUE, month=month)
    return {
        Act.SETTLE: due.filter(pl.col("status") == "ready").height, Act.PUBLISH: publication.corrected_ready(desk),
        Act.FEED_BACK: desk.frame(_AGAIN).item(),
    }


def unready(desk: Desk, month: str) -> int:
    """Corrections of the month that still wait for the province's consent: with the run they go over to the next."""
    return desk.frame(_DUE, month=month).filter(pl.col("status") == "received").height


def late(desk: Desk, month: str) -> int:
    """Corrections that came after the month's cut-off: they belong to the next run."""
    return desk.frame(_LATE, month=month).item()


def settled(desk: Desk, month: str) -> tuple[int, datetime | None]:
    """How many corrections the month's run has settled so far, and when last; the centre's business alone."""
    done = desk.frame(_DONE, month=month).row(0, named=True)
    return done["settled"] or 0, done["settled_at"]


def settle(desk: Desk, month: str, *, counted: int) -> Settled | None:
    """The first act: settle the month's corrections, as settlement.settle does; None when there are none.

    Those still waiting for the province's consent go over to the next month, with that as the reason. Raises BadRequest before
    the month is over, NotAllowed when `counted` is not how many there are.
    """
    desk.require(Duty.LOAD)
    run = run_of(desk, month)
    if desk.now().date() <= run.last_day:
        raise BadRequest(
            f"{month}的更正截至{run.last_day:%Y-%m-%d}，月底后方可整理。",
            f"Corrections of {month} come until {run.last_day:%Y-%m-%d}; settle after that.",
        )
    due = desk.frame(_DUE, month=month)
    ready = due.filter(pl.col("status") == "ready")["correction_id"]
    _require_counted(ready.len(), counted)
    done = settlement.settle(desk, month, ready) if ready.len() else None
    still = due.filter(pl.col("status") == "received")["correction_id"].to_list()
    if still:
        roll_over(desk, month, still, reason="待省级同意")
    return done


def freeze(desk: Desk, month: str, *, counted: int) -> int | None:
    """The second act: freeze what has been corrected and complies as a publication run, which a second person releases; returns
    the run's number, None when there is nothing. Raises NotAllowed while corrections of the month are still to be settled, when
    `counted` is not how many there are, and as publication_run.open_month."""
    desk.require(Duty.PUBLISH)
    _require_first(desk, month, Act.SETTLE)
    _require_counted(publication.corrected_ready(desk), counted)
    if not counted:
        return None
    run_id = publication_run.open_month(desk, month)
    publication_run.pass_gate(desk, run_id)
    publication_run.freeze(desk, run_id)
    return run_id


def feed_back(desk: Desk, month: str, *, counted: int) -> int:
    """The third act: feed back again what still does not comply, of all semesters fed back before, as one run with a notice
    for each institution; returns how many notices.

    Raises NotAllowed while an act before it is still to be done, or when `counted` is not how many cases there are.
    """
    desk.require(Duty.FEEDBACK)
    _require_first(desk, month, Act.SETTLE, Act.PUBLISH)
    _require_counted(desk.frame(_AGAIN).item(), counted)
    return feedback.issue_month(desk, month)


def roll_over(desk: Desk, month: str, corrections: list[int], *, reason: str) -> int:
    """Put corrections off to the month after, with a reason; returns how many. Those settled meanwhile stay. Raises BadRequest
    without a reason."""
    desk.require(Duty.LOAD)
    if not reason.strip():
        raise BadRequest("请填写转入下月的理由。", "Give the reason for putting it off to the next month.")
    with desk.db.transaction() as tx:
        return tx.run(
            "INSERT INTO rolled_over (correction_id, month, reason, rolled_at, rolled_by) "
            "SELECT c.correction_id, $month, $reason, $now, $by FROM correction AS c "
            "WHERE list_contains($corrections, c.correction_id) AND c.status IN ('received', 'ready')",
            month=next_month(month), reason=reason.strip(), now=desk.now(), by=desk.actor.key, corrections=corrections,
        )


def _require_counted(present: int, counted: int) -> None:
    if present != counted:
        raise NotAllowed(
            f"现有{present:,}件，与您输入的{counted:,}件不符。请核对后重新输入。",
            f"There are {present:,} now, not the {counted:,} you typed. Check and type again.",
        )


def _require_first(desk: Desk, month: str, *acts: Act) -> None:
    left = waiting(desk, month)
    for act in acts:
        if left[act]:
            raise NotAllowed(f"请先办理“{act.zh}”，还有{left[act]:,}件。", f"First: {act.en}; {left[act]:,} are left.")
