"""总览: whether every record is accounted for, and which statutory day comes next (articles 5 and 6).

Every statement applies `$scope`. Must not write.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from core import ruleset
from core.deadlines import Term, Workdays
from core.desk import Desk
from core.vocabulary import Word

_BALANCE = """
WITH received AS (
    SELECT f.term, sum(f.records)::BIGINT AS received, count(*) AS filings,
        count(*) FILTER (f.status = 'received') AS unapproved
    FROM filing AS f WHERE $scope IS NULL OR f.province = $scope
    GROUP BY f.term
), told AS (
    SELECT f.term,
        count(*) FILTER (r.status = 'published') AS published,
        count(*) FILTER (r.status = 'cleared') AS cleared,
        count(*) FILTER (r.status = 'withheld' AND c.reason = 'classified') AS classified,
        count(*) FILTER (r.status = 'withheld' AND c.reason = 'incomplete') AS incomplete,
        count(*) FILTER (r.status = 'withheld' AND c.reason = 'inaccurate') AS inaccurate,
        count(*) FILTER (r.status = 'withheld' AND c.reason = 'policy') AS policy,
        count(*) FILTER (r.status = 'out_of_scope') AS out_of_scope,
        count(*) FILTER (r.status IN ('revoked', 'withdrawn')) AS revoked_or_withdrawn,
        count(*) FILTER (r.status = 'superseded') AS superseded,
        count(*) FILTER (r.status = 'cleared' AND f.status = 'approved' AND f.filing_id NOT IN (
            SELECT filing_id FROM filing_finding WHERE class <> 'note' AND closed IS NULL)) AS ready,
        count(*) FILTER (c.status = 'open' AND f.status = 'approved') AS to_send
    FROM record AS r
    JOIN filing AS f ON f.filing_id = r.filing_id
    LEFT JOIN withheld_case AS c ON c.record_id = r.record_id AND c.version = r.version AND c.status <> 'closed'
    WHERE $scope IS NULL OR f.province = $scope
    GROUP BY f.term
)
SELECT v.*, t.* EXCLUDE (term),
    v.received - t.published - t.cleared - t.classified - t.incomplete - t.inaccurate - t.policy - t.out_of_scope
        - t.revoked_or_withdrawn - t.superseded AS gap
FROM received AS v JOIN told AS t ON t.term = v.term
ORDER BY v.term DESC"""


class Deadline(Word):
    """The two statutory days of a semester (法定期限)."""

    FEED_BACK = "feed_back", "反馈截止", "Feedback due"
    PUBLISH = "publish", "上网", "Online by"


@dataclass(frozen=True)
class Due:
    """A statutory day that is still ahead, or past with work left; `workdays` and `days` are negative once past."""

    term: Term
    deadline: Deadline
    on: date
    days: int
    workdays: int
    official: bool


def balance(desk: Desk) -> pl.DataFrame:
    """Each semester with filings, latest first: what was received, where it is now, and the `gap` (should be 0).

    Columns: term, received, filings, unapproved (filings), published, cleared, classified, incomplete, inaccurate,
    policy, out_of_scope, revoked_or_withdrawn, superseded, ready (to publish), to_send (cases), gap.
    """
    return desk.frame(_BALANCE)


def dues(desk: Desk) -> list[Due]:
    """The statutory days of open semesters, the earliest first.

    A semester is open until its day of publication, and longer while records wait to go up or cases to be sent.
    """
    today, found = desk.now().date(), []
    workdays = ruleset.in_force(desk.db, today).workdays
    for line in balance(desk).iter_rows(named=True):
        term = Term.parse(line["term"])
        if today <= term.feed_back_by or line["to_send"]:
            found.append(_due(workdays, today, term, Deadline.FEED_BACK, term.feed_back_by))
        if today <= term.publish_by or line["ready"]:
            found.append(_due(workdays, today, term, Deadline.PUBLISH, term.publish_by))
    return sorted(found, key=lambda due: due.on)


def _due(workdays: Workdays, today: date, term: Term, deadline: Deadline, on: date) -> Due:
    start, end = min(today, on), max(today, on)
    days = (end - start).days
    worked = days - len(workdays.days_off(start, end)) + (not workdays.is_workday(start))
    sign = 1 if on >= today else -1
    return Due(term, deadline, on, sign * days, sign * worked, workdays.is_official(on.year))
