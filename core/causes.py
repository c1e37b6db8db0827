"""成因: a filing's findings folded into the few causes behind them: rule, field and how the filed value looks.

Every statement applies `$scope` and `$sees_classified`. Must not write.
"""

import polars as pl

from core.desk import Desk

HANZI = "字"
"""What stands for any hanzi in the look of a value."""
_SHAPE = f"""
    regexp_replace(regexp_replace(regexp_replace(left(trim(g.value), 60),
        '[0-9]+', '9', 'g'), '[A-Za-z]+', 'A', 'g'), '\\p{{Han}}+', '{HANZI}', 'g')"""

_OPEN = """
    FROM finding AS g
    JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
    JOIN filing AS f ON f.filing_id = g.filing_id
    WHERE g.filing_id = $filing_id AND g.closed IS NULL AND ($scope IS NULL OR f.province = $scope)
        AND ($sees_classified OR NOT EXISTS (
            SELECT 1 FROM finding AS s
            WHERE s.record_id = g.record_id AND s.class = 'classified' AND s.closed IS NULL))"""

_CAUSES = f"""
SELECT g.rule, g.class, g.field, {_SHAPE} AS shape,
    CASE WHEN count(*) > 1 AND count(g.value) = count(*) AND min(g.value) = max(g.value) THEN min(g.value) END AS value,
    count(*) AS records, min(r.record_id) AS record_id, min(r.filing_row) AS filing_row
{_OPEN}
GROUP BY ALL
ORDER BY records DESC, g.rule, g.field, shape
LIMIT $size OFFSET $size * $page"""

_TOTAL = f"""
SELECT count(*) AS causes, coalesce(sum(records), 0)::BIGINT AS findings
FROM (SELECT g.rule, g.class, g.field, {_SHAPE} AS shape, count(*) AS records {_OPEN} GROUP BY ALL)"""


def total(desk: Desk, filing_id: int) -> tuple[int, int]:
    """How many causes a filing's open findings have, and how many findings these are."""
    return desk.frame(_TOTAL, filing_id=filing_id).row(0)


def page(desk: Desk, filing_id: int, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of causes, those of most records first.

    Columns: rule, class, field, shape (figures as 9, letters as A, hanzi as 字; null when nothing was filed), value
    (where several records filed the very same), records, and the first of them: record_id, filing_row.
    """
    return desk.frame(_CAUSES, filing_id=filing_id, page=page, size=size)
