"""报送进度: how far one filing has come: received, passed by the province, checked, fed back and published (articles 4 to 6).

Every statement applies `$scope`. Must not write.
"""

from datetime import datetime
from typing import Any

import polars as pl

from core.desk import Desk
from core.errors import NotFound
from core.expected import Stage
from core.lifecycle import FilingStatus
from core.vocabulary import Word

_COME = """
WITH chosen AS (
    SELECT f.filing_id, f.status, f.records, f.received_at, f.received_by, f.reviewed_on, f.reviewed_by FROM filing AS f
    WHERE f.filing_id = $filing_id AND ($scope IS NULL OR f.province = $scope)
), acts AS (
    SELECT max(a.acted_at) FILTER (a.machine = 'filing' AND a.event IN ('approve', 'return')) AS reviewed_at,
        max(a.acted_at) FILTER (a.machine = 'record' AND a.event = 'sort') AS sorted_at,
        arg_max(a.actor, a.acted_at) FILTER (a.machine = 'record' AND a.event = 'sort') AS sorted_by,
        max(a.acted_at) FILTER (a.machine = 'filing' AND a.event = 'settle') AS settled_at,
        arg_max(a.actor, a.acted_at) FILTER (a.machine = 'filing' AND a.event = 'settle') AS settled_by
    FROM act AS a WHERE a.subject = 'filing' AND a.subject_id IN (SELECT filing_id FROM chosen)
), held AS (
    SELECT count(*) AS held FROM filing_finding AS g
    WHERE g.filing_id IN (SELECT filing_id FROM chosen) AND g.class <> 'note' AND g.closed IS NULL
), told AS (
    SELECT count(*) FILTER (r.followed IS NULL AND r.status <> 'recorded') AS sorted, count(*) FILTER (r.status = 'cleared') AS cleared,
        count(DISTINCT r.record_id) FILTER (r.publication_id IS NOT NULL) AS published,
        max(u.published_at) AS published_at, arg_max(u.published_by, u.published_at) AS published_by
    FROM record AS r LEFT JOIN publication AS u ON u.publication_id = r.publication_id
    WHERE r.filing_id IN (SELECT filing_id FROM chosen)
), cases AS (
    SELECT count(DISTINCT c.case_id) FILTER (c.status = 'open') AS to_send,
        min(c.opened_at) FILTER (c.status = 'open') AS opened_at,
        count(DISTINCT c.case_id) FILTER (n.notice_id IS NOT NULL) AS sent,
        max(n.issued_at) AS sent_at, arg_max(n.issued_by, n.issued_at) AS sent_by
    FROM withheld_case AS c
    LEFT JOIN notice_item AS t ON t.case_id = c.case_id
    LEFT JOIN notice AS n ON n.notice_id = t.notice_id
    WHERE c.filing_id IN (SELECT filing_id FROM chosen)
)
SELECT * FROM chosen, acts, held, told, cases"""


class Standing(Word):
    """How a stage of a filing stands (所处状态)."""

    DONE = "done", "已办", "Done"
    WAITING = "waiting", "待办", "Waiting"
    AHEAD = "ahead", "未到", "Not yet"
    NOTHING = "nothing", "无需办理", "Nothing to do"


_SHAPE = {
    "stage": pl.String, "standing": pl.String, "at": pl.Datetime, "by": pl.String, "records": pl.Int64, "waiting": pl.Int64,
    "since": pl.Datetime,
}


def line(desk: Desk, filing_id: int) -> pl.DataFrame:
    """The stages of a filing in their order. Raises NotFound outside the person's scope.

    Columns: stage (of Stage; returned in place of approved where the province sent it back), standing (of Standing), at
    and by (when it was last done, and by whom), records (done), waiting (records), since (when they began to wait).
    Feeding back and publishing each begin once the province has passed the filing; publishing also needs what was found
    of the filing as such to be settled.
    """
    found = desk.frame(_COME, filing_id=filing_id)
    if found.is_empty():
        raise NotFound("没有找到这个报送批次。", "There is no such filing.")
    told = found.row(0, named=True)
    lines = [_received(told), _reviewed(told), _checked(told), _fed_back(told), _published(told)]
    return pl.DataFrame(lines, schema=_SHAPE)


def _received(told: dict[str, Any]) -> dict[str, Any]:
    return _stage(Stage.RECEIVED, told["received_at"], told["received_by"], told["records"])


def _reviewed(told: dict[str, Any]) -> dict[str, Any]:
    if told["reviewed_on"] is None:
        waits = told["records"] if told["status"] == FilingStatus.RECEIVED else 0
        return _stage(Stage.APPROVED, None, None, 0, waits, told["received_at"])
    stage = Stage.RETURNED if told["status"] == FilingStatus.RETURNED else Stage.APPROVED
    at = told["reviewed_at"] or datetime.combine(told["reviewed_on"], datetime.min.time())
    return _stage(stage, at, told["reviewed_by"], told["records"])


def _checked(told: dict[str, Any]) -> dict[str, Any]:
    settled = told["settled_at"] is not None and not told["held"]
    at, by = (told["settled_at"], told["settled_by"]) if settled else (told["sorted_at"], told["sorted_by"])
    waits = told["records"] if told["held"] and _in_line(told) else told["records"] - told["sorted"]
    return _stage(Stage.CHECKED, at, by, told["sorted"], waits, told["sorted_at"] or told["received_at"])


def _fed_back(told: dict[str, Any]) -> dict[str, Any]:
    since = _latest(told["opened_at"], _passed_at(told))
    done = told["sent_at"], told["sent_by"], told["sent"]
    return _stage(Stage.FED_BACK, *done, told["to_send"], since, ahead=told["status"] == FilingStatus.RECEIVED)


def _published(told: dict[str, Any]) -> dict[str, Any]:
    since = _latest(_passed_at(told), _checked(told)["at"])
    ahead = _in_line(told) and (told["status"] == FilingStatus.RECEIVED or bool(told["held"]))
    done = told["published_at"], told["published_by"], told["published"]
    return _stage(Stage.PUBLISHED, *done, told["cleared"], since, ahead=ahead)


def _stage(
    stage: Stage, at: datetime | None, by: str | None, records: int, waiting: int = 0, since: datetime | None = None, *,
    ahead: bool = False,
) -> dict[str, Any]:
    """A line of `line`; `ahead`: what comes before it is not done, so that nothing waits here yet."""
    waits = waiting > 0 and not ahead
    standing = Standing.WAITING if waits else Standing.DONE if at and records else Standing.AHEAD if ahead else Standing.NOTHING
    return {
        "stage": str(stage), "standing": str(standing), "at": at, "by": by, "records": records, "waiting": waiting * waits,
        "since": since if waits else None,
    }


def _in_line(told: dict[str, Any]) -> bool:
    return told["status"] in (FilingStatus.RECEIVED, FilingStatus.APPROVED)


def _passed_at(told: dict[str, Any]) -> datetime | None:
    return _reviewed(told)["at"]


def _latest(*moments: datetime | None) -> datetime | None:
    return max(filter(None, moments), default=None)
