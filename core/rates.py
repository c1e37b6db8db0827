"""暂不提供率: what share of records sorting withheld, by province, institution, level, semester or rule.

One definition everywhere: records with at least one withholding finding when first sorted, over all records in
scope that were sorted. Classified records, and those outside the scope of lookup, count in neither. Must not write.
"""

from dataclasses import asdict, dataclass

import polars as pl

from core.desk import Desk

LEAST = 30
"""With fewer records than this, one faulty record moves the rate too far to rank by it."""

_BASE = """
WITH marked AS (
    SELECT g.filing_id, g.record_id, bool_or(g.class IN ('classified', 'scope')) AS aside
    FROM finding AS g WHERE g.version = 1 AND g.class <> 'note'
    GROUP BY ALL
), per_filing AS (
    SELECT m.filing_id, count(*) FILTER (m.aside) AS aside, count(*) FILTER (NOT m.aside) AS rejected
    FROM marked AS m GROUP BY m.filing_id
), chosen AS (
    SELECT f.filing_id, f.term, f.province, f.institution, f.level, f.category, f.records - coalesce(p.aside, 0) AS records,
        coalesce(p.rejected, 0) AS rejected
    FROM filing AS f LEFT JOIN per_filing AS p ON p.filing_id = f.filing_id
    WHERE ($scope IS NULL OR f.province = $scope)
        AND ($term IS NULL OR f.term = $term) AND ($province IS NULL OR f.province = $province)
        AND ($level IS NULL OR f.level = $level) AND f.status <> 'replaced' AND f.records > coalesce(p.aside, 0)
)"""

_BY = {
    "province": _BASE + """
SELECT c.province AS key, p.zh, p.en, sum(c.records)::BIGINT AS records, sum(c.rejected)::BIGINT AS rejected
FROM chosen AS c JOIN province AS p ON p.code = c.province
GROUP BY ALL ORDER BY key""",
    "institution": _BASE + """
SELECT c.institution AS key, coalesce(i.zh, c.institution) AS zh, coalesce(i.en, c.institution) AS en,
    sum(c.records)::BIGINT AS records, sum(c.rejected)::BIGINT AS rejected
FROM chosen AS c LEFT JOIN institution AS i ON i.code = c.institution
GROUP BY ALL ORDER BY key""",
    "level": _BASE + """
SELECT c.level AS key, sum(c.records)::BIGINT AS records, sum(c.rejected)::BIGINT AS rejected
FROM chosen AS c GROUP BY ALL ORDER BY key""",
    "category": _BASE + """
SELECT c.category AS key, sum(c.records)::BIGINT AS records, sum(c.rejected)::BIGINT AS rejected
FROM chosen AS c GROUP BY ALL ORDER BY key""",
    "term": _BASE + """
SELECT c.term AS key, sum(c.records)::BIGINT AS records, sum(c.rejected)::BIGINT AS rejected
FROM chosen AS c GROUP BY ALL ORDER BY key""",
    "rule": """
SELECT t.rule AS key, sum(t.evaluated)::BIGINT AS records, sum(t.failed)::BIGINT AS rejected
FROM rule_tally AS t JOIN filing AS f ON f.filing_id = t.filing_id
WHERE ($scope IS NULL OR f.province = $scope) AND t.rule NOT LIKE 'S%' AND t.rule NOT LIKE 'O%'
    AND ($term IS NULL OR f.term = $term) AND ($province IS NULL OR f.province = $province)
    AND ($level IS NULL OR f.level = $level) AND f.status <> 'replaced'
GROUP BY ALL ORDER BY key""",
}


@dataclass(frozen=True)
class RateFilter:
    """Which filings the rate is taken over: codes, or None for all."""

    term: str | None = None
    province: str | None = None
    level: str | None = None


def rates(desk: Desk, chosen: RateFilter, *, by: str) -> pl.DataFrame:
    """Rejection rates by province, institution, level, category, term or rule.

    Columns: key, (zh, en), records (the denominator; for rules, records the rule judged), rejected, rate (0 to 1,
    null where nothing was judged).
    """
    counted = desk.frame(_BY[by], **asdict(chosen))
    judged = pl.col("records") > 0
    return counted.with_columns(rate=pl.when(judged).then(pl.col("rejected") / pl.col("records")))


def overall(desk: Desk, chosen: RateFilter) -> dict[str, float | int | None]:
    """The rate over everything the filter covers: records, rejected, rate (None with no records)."""
    counted = desk.frame(_BY["term"], **asdict(chosen))
    records, rejected = counted["records"].sum(), counted["rejected"].sum()
    return {"records": records, "rejected": rejected, "rate": rejected / records if records else None}


def comparable(found: pl.DataFrame) -> pl.DataFrame:
    """The rates fit to be ranked, highest first: those over at least LEAST records."""
    return found.filter(pl.col("records") >= LEAST).sort("rate", "records", "key", descending=[True, True, False])
