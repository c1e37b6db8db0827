"""统计分析: a read-only SQL box over de-identified tables: no names, no ID numbers, no certificate numbers.

The tables are copies within the person's scope, in a memory of their own; classified records are not in them.
"""

from functools import lru_cache

import polars as pl

from core.database import Database, query_apart
from core.desk import Desk
from core.rules import RULES
from core.vocabulary import Duty

SECONDS = 10.0
"""How long one query may run."""

_NOT_CLASSIFIED = """
    AND NOT EXISTS (SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.class = 'classified')"""

_RECORDS = f"""
SELECT f.term, f.province, p.zh AS province_name, f.institution, i.zh AS institution_name, f.level, f.category,
    f.layout, f.format, r.status, strftime(r.conferred_on, '%Y-%m') AS conferred_month
FROM record AS r
JOIN filing AS f ON f.filing_id = r.filing_id
JOIN province AS p ON p.code = f.province
LEFT JOIN institution AS i ON i.code = f.institution
WHERE ($scope IS NULL OR f.province = $scope) {_NOT_CLASSIFIED}"""

_FINDINGS = f"""
SELECT f.term, f.province, p.zh AS province_name, f.institution, i.zh AS institution_name, f.level, f.category,
    g.rule, g.class, g.field, r.status AS record_status
FROM finding AS g
JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
JOIN filing AS f ON f.filing_id = g.filing_id
JOIN province AS p ON p.code = f.province
LEFT JOIN institution AS i ON i.code = f.institution
WHERE g.closed IS NULL AND ($scope IS NULL OR f.province = $scope) {_NOT_CLASSIFIED}"""

TABLES: dict[str, tuple[str, str]] = {
    "records": ("每条记录一行，无个人信息", "one row per record, no personal data"),
    "findings": ("每个问题一行，不含字段内容", "one row per finding, without the field's content"),
    "rules": ("检查规则", "the checks"),
}
"""What can be asked, with a word on each in both languages."""


def ask(desk: Desk, sql: str) -> pl.DataFrame:
    """Run one SELECT over TABLES. Raises BadRequest when it is anything else, fails, or runs too long."""
    desk.require(Duty.ANALYSE)
    return query_apart(_copies(desk.db, desk.db.version, desk.actor.province), sql, seconds=SECONDS)


def columns(desk: Desk) -> dict[str, list[str]]:
    """The columns of each table that can be asked."""
    return {name: frame.columns for name, frame in _copies(desk.db, desk.db.version, desk.actor.province).items()}


@lru_cache(maxsize=2)
def _copies(db: Database, _version: int, scope: str | None) -> dict[str, pl.DataFrame]:
    rules = pl.DataFrame(
        [(each.code, str(each.cls), each.article, each.zh, each.en) for each in RULES.values()],
        schema=["rule", "class", "article", "zh", "en"], orient="row",
    )
    told = {"records": db.frame(_RECORDS, scope=scope), "findings": db.frame(_FINDINGS, scope=scope)}
    return {name: frame.with_columns(pl.col(pl.String).cast(pl.Categorical)) for name, frame in told.items()} | {
        "rules": rules
    }
