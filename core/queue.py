"""暂不提供查询的核查队列: withheld records counted by province, institution, class or rule, and paged in SQL.

Every statement applies `$scope` and `$sees_classified`. None in a filter means all. Must not write.
"""

from dataclasses import asdict, dataclass

import polars as pl

from core.desk import Desk
from core.vocabulary import Duty

_CASES = """
    FROM withheld_case AS c
    JOIN filing AS f ON f.filing_id = c.filing_id
    WHERE c.status <> 'closed'
        AND ($scope IS NULL OR f.province = $scope)
        AND ($sees_classified OR c.reason <> 'classified')
        AND ($term IS NULL OR f.term = $term) AND ($province IS NULL OR f.province = $province)
        AND ($institution IS NULL OR f.institution = $institution) AND ($level IS NULL OR f.level = $level)
        AND ($status IS NULL OR c.status = $status)"""

_MARKED = _CASES + """
        AND EXISTS (
            SELECT 1 FROM finding AS g
            WHERE g.record_id = c.record_id AND g.version = c.version AND g.closed IS NULL AND g.class <> 'note'
                AND ($cls IS NULL OR g.class = $cls) AND ($rule IS NULL OR g.rule = $rule))"""

_FINDINGS = """
    FROM finding AS g JOIN (SELECT c.record_id, c.version, c.opened_at """ + _CASES + """) AS c
        ON g.record_id = c.record_id AND g.version = c.version
    WHERE g.closed IS NULL AND g.class <> 'note'
        AND ($cls IS NULL OR g.class = $cls) AND ($rule IS NULL OR g.rule = $rule)"""

_COUNTS = {
    "province": """
SELECT q.province AS key, p.zh, p.en, q.records, q.findings, q.oldest
FROM (SELECT f.province, count(*) AS records, sum(c.findings)::BIGINT AS findings, min(c.opened_at) AS oldest
    {cases} GROUP BY f.province) AS q
JOIN province AS p ON p.code = q.province ORDER BY q.records DESC, key""",
    "institution": """
SELECT q.institution AS key, coalesce(i.zh, q.institution) AS zh, coalesce(i.en, q.institution) AS en, q.records,
    q.findings, q.oldest
FROM (SELECT f.institution, count(*) AS records, sum(c.findings)::BIGINT AS findings, min(c.opened_at) AS oldest
    {cases} GROUP BY f.institution) AS q
LEFT JOIN institution AS i ON i.code = q.institution ORDER BY q.records DESC, key""",
    "class": f"""
SELECT g.class AS key, count(DISTINCT g.record_id) AS records, count(*) AS findings, min(c.opened_at) AS oldest
{_FINDINGS} GROUP BY g.class ORDER BY records DESC, key""",
    "rule": f"""
SELECT g.rule AS key, g.class, count(*) AS records, count(*) AS findings, min(c.opened_at) AS oldest
{_FINDINGS} GROUP BY g.rule, g.class ORDER BY records DESC, key""",
}

_TOTAL = "SELECT count(*) AS records {cases}"

_PAGE = """
WITH page AS (
    SELECT c.record_id, c.version, c.status, c.reason, c.round, c.opened_at, f.term, f.institution, f.province, f.level
    {cases}
    ORDER BY c.opened_at, c.record_id
    LIMIT $size OFFSET $size * $page
), hits AS (
    SELECT g.record_id, g.version, list(g.rule ORDER BY g.rule) AS rules
    FROM finding AS g JOIN page ON page.record_id = g.record_id AND page.version = g.version
    WHERE g.closed IS NULL AND g.class <> 'note'
    GROUP BY g.record_id, g.version
)
SELECT page.record_id, r.name, r.certificate_no, page.term, page.province, page.institution, i.zh AS institution_zh,
    i.en AS institution_en, page.level, page.reason, page.status, page.round, page.opened_at, hits.rules
FROM page
JOIN record AS r ON r.record_id = page.record_id AND r.version = page.version
JOIN hits ON hits.record_id = page.record_id AND hits.version = page.version
LEFT JOIN institution AS i ON i.code = page.institution
ORDER BY page.opened_at, page.record_id"""


@dataclass(frozen=True)
class QueueFilter:
    """Which withheld records: codes, or None for all."""

    term: str | None = None
    province: str | None = None
    institution: str | None = None
    level: str | None = None
    cls: str | None = None
    rule: str | None = None
    status: str | None = None


def counts(desk: Desk, chosen: QueueFilter, *, by: str) -> pl.DataFrame:
    """Withheld records by province, institution, class or rule: key, (zh, en | class), records, findings, oldest."""
    return desk.frame(_reading(_COUNTS[by], chosen), **asdict(chosen))


def total(desk: Desk, chosen: QueueFilter) -> int:
    """How many withheld records the filter finds."""
    return desk.frame(_reading(_TOTAL, chosen), **asdict(chosen)).item()


def page(desk: Desk, chosen: QueueFilter, *, number: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of withheld records, oldest first, each with the list of its rules."""
    desk.require(Duty.READ)
    return desk.frame(_reading(_PAGE, chosen), **asdict(chosen), page=number, size=size)


def _reading(sql: str, chosen: QueueFilter) -> str:
    """Findings are looked at only when the filter names a class or a rule: every case has at least one."""
    return sql.replace("{cases}", _MARKED if chosen.cls or chosen.rule else _CASES)
