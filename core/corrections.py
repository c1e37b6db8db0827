"""更正台账: corrections asked for, by month, kind and stage, each with what changed and the evidence (articles 7, 8 and 10).

Every statement applies `$scope` and `$sees_classified`. None in a filter means all. Must not write.
"""

import polars as pl

from core.desk import Desk
from core.errors import NotFound
from core.vocabulary import Duty, Word


class Stage(Word):
    """How far a correction has come (办理阶段)."""

    CONSENT = "consent", "待省级同意", "For consent"
    CHECKED = "checked", "待整理", "To settle"
    CLEARED = "cleared", "待上网", "To publish"
    WITHHELD = "withheld", "待再反馈", "To feed back"
    PUBLISHED = "published", "已上网", "Published"
    FED_BACK = "fed_back", "已再反馈", "Fed back"
    OVER = "over", "已了结", "Over"


_OF = """
    SELECT c.*, i.zh AS institution_zh, i.en AS institution_en, p.zh AS province_zh, p.en AS province_en, f.term,
        greatest(strftime(c.received_at, '%Y-%m'), coalesce(o.month, '')) AS month, o.reason AS rolled_because,
        CASE WHEN c.status = 'received' OR (c.kind = 'supplement' AND f.status = 'received') THEN 'consent' WHEN c.status = 'ready' THEN 'checked'
            WHEN c.status <> 'settled' OR r.status IN ('withdrawn', 'revoked', 'out_of_scope') THEN 'over'
            WHEN r.status = 'published' THEN 'published' WHEN r.status = 'cleared' THEN 'cleared'
            WHEN w.status = 'sent' THEN 'fed_back' WHEN w.status = 'open' THEN 'withheld' ELSE 'over' END AS stage
    FROM correction AS c
    JOIN filing AS f ON f.filing_id = c.filing_id
    JOIN province AS p ON p.code = c.province
    LEFT JOIN institution AS i ON i.code = c.institution
    LEFT JOIN record AS r ON r.record_id = c.record_id AND r.followed IS NULL
    LEFT JOIN withheld_case AS w ON w.record_id = r.record_id AND w.version = r.version AND w.status <> 'closed'
    LEFT JOIN (SELECT correction_id, max(month) AS month, arg_max(reason, month) AS reason FROM rolled_over GROUP BY ALL) AS o
        ON o.correction_id = c.correction_id
    WHERE ($scope IS NULL OR f.province = $scope)"""

_SEEN = """($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = c.record_id AND s.class = 'classified' AND s.closed IS NULL))"""

_BOARD = f"""
SELECT c.kind, c.stage, count(*) AS corrections FROM ({_OF}) AS c
WHERE c.month = $month OR (c.month < $month AND c.stage IN ('consent', 'checked', 'cleared', 'withheld'))
GROUP BY ALL ORDER BY ALL"""

_PAGE = f"""
SELECT c.correction_id, c.kind, c.stage, c.record_id, c.version, c.institution, c.institution_zh, c.institution_en, c.province,
    c.term, c.reason, c.requester, c.received_at, c.rolled_because, c.outcome
FROM ({_OF}) AS c
WHERE (c.month = $month OR (c.month < $month AND c.stage IN ('consent', 'checked', 'cleared', 'withheld')))
    AND ($kind IS NULL OR c.kind = $kind) AND ($stage IS NULL OR c.stage = $stage) AND {_SEEN}
ORDER BY c.received_at, c.correction_id
LIMIT $size OFFSET $size * $page"""

_ONE = f"""
SELECT * FROM ({_OF}) AS c WHERE c.correction_id = $correction_id AND {_SEEN}"""

_OF_RECORD = f"""
SELECT c.correction_id, c.kind, c.stage, c.version, c.reason, c.requester, c.received_at, c.received_by, c.outcome
FROM ({_OF}) AS c WHERE c.record_id = $record_id AND {_SEEN}
ORDER BY c.correction_id DESC"""

_FIELDS = f"""
SELECT d.field, d.before, d.after
FROM correction_field AS d JOIN correction AS c ON c.correction_id = d.correction_id
WHERE d.correction_id = $correction_id AND ($scope IS NULL OR c.province = $scope) AND {_SEEN}
ORDER BY d.field"""

_EVIDENCE = f"""
SELECT a.sha256, a.file_name, a.size, a.kept_at, a.kept_by
FROM attachment AS a JOIN correction AS c ON c.correction_id = a.subject_id
WHERE a.subject = 'correction' AND c.correction_id = $correction_id AND ($scope IS NULL OR c.province = $scope) AND {_SEEN}
ORDER BY a.file_name"""


def board(desk: Desk, month: str) -> pl.DataFrame:
    """A month's corrections, and earlier ones not done with, by kind and stage: kind, stage, corrections."""
    return desk.frame(_BOARD, month=month)


def page(
    desk: Desk, month: str, *, kind: str | None = None, stage: str | None = None, page: int = 0, size: int = 50
) -> pl.DataFrame:
    """A page of a month's corrections, the longest waiting first: correction_id, kind, stage, record_id, version, institution
    with names, province, term, reason, requester, received_at, rolled_because (why it came from an earlier month), outcome."""
    desk.require(Duty.READ)
    return desk.frame(_PAGE, month=month, kind=kind, stage=stage, page=page, size=size)


def one(desk: Desk, correction_id: int) -> dict[str, object]:
    """One correction. Raises NotFound outside scope, and for classified records without that duty."""
    desk.require(Duty.READ)
    found = desk.frame(_ONE, correction_id=correction_id)
    if found.is_empty():
        raise NotFound("没有找到这件更正，或您无权查看。", "There is no such correction, or it is not yours to see.")
    return found.row(0, named=True)


def of_record(desk: Desk, record_id: int) -> pl.DataFrame:
    """A record's corrections, the latest first: correction_id, kind, stage, version (asked of), reason, requester, received_at,
    received_by, outcome."""
    desk.require(Duty.READ)
    return desk.frame(_OF_RECORD, record_id=record_id)


def fields(desk: Desk, correction_id: int) -> pl.DataFrame:
    """What a correction changes: field, before, after."""
    desk.require(Duty.READ)
    return desk.frame(_FIELDS, correction_id=correction_id)


def evidence(desk: Desk, correction_id: int) -> pl.DataFrame:
    """The scans that prove a correction: sha256, file_name, size, kept_at, kept_by."""
    desk.require(Duty.READ)
    return desk.frame(_EVIDENCE, correction_id=correction_id)


def scan(desk: Desk, correction_id: int, sha256: str) -> bytes:
    """The bytes of a correction's evidence. Raises NotFound outside the person's scope."""
    if sha256 not in evidence(desk, correction_id)["sha256"].to_list():
        raise NotFound("没有找到这份扫描件。", "There is no such scan.")
    return (desk.db.folder / "attachments" / sha256).read_bytes()
