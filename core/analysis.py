"""统计分析: a read-only SQL box over de-identified tables: persons by pseudonym, no names, ID or certificate numbers.

The tables are copies within the person's scope, in a memory of their own; classified records are not in them.
"""

from functools import lru_cache
from pathlib import Path

import polars as pl

from core import at_rest, pseudonyms
from core.apart import query_apart
from core.database import Database
from core.desk import Desk
from core.rules import RULES
from core.vocabulary import Duty

SECONDS = 10.0
"""How long one query may run."""

_NOT_CLASSIFIED = """
    AND NOT EXISTS (SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.class = 'classified')"""

_RECORDS = f"""
SELECT f.term, f.province, p.zh AS province_name, f.institution, i.zh AS institution_name, f.level, f.category,
    f.layout, f.format, r.status, strftime(r.conferred_on, '%Y-%m') AS conferred_month,
    left(sha256($key || r.person), 16) AS person, year(r.born)::INTEGER AS birth_year
FROM record AS r
JOIN filing AS f ON f.filing_id = r.filing_id
JOIN province AS p ON p.code = f.province
LEFT JOIN institution AS i ON i.code = f.institution
WHERE r.followed IS NULL AND ($scope IS NULL OR f.province = $scope) {_NOT_CLASSIFIED}"""

_FINDINGS = f"""
SELECT f.term, f.province, p.zh AS province_name, f.institution, i.zh AS institution_name, f.level, f.category,
    g.rule, g.class, g.field, r.status AS record_status
FROM finding AS g
JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
JOIN filing AS f ON f.filing_id = g.filing_id
JOIN province AS p ON p.code = f.province
LEFT JOIN institution AS i ON i.code = f.institution
WHERE g.closed IS NULL AND ($scope IS NULL OR f.province = $scope) {_NOT_CLASSIFIED}"""

_COPIED = {"records": _RECORDS, "findings": _FINDINGS}

TABLES: dict[str, tuple[str, str]] = {
    "records": ("每条记录一行，人以化名（person）表示", "one row per record, persons by pseudonym (person)"),
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
    told = {name: desk.frame(f"{sql} LIMIT 0", key=pseudonyms.key_of(desk.db.folder)).columns for name, sql in _COPIED.items()}
    return told | {"rules": _rules().columns}


@lru_cache(maxsize=4)
def _copies(db: Database, version: int, scope: str | None) -> dict[str, Path]:
    folder = db.folder / "work"
    copied = {name: folder / f"analysis-{scope or 'nation'}-{version}-{name}.parquet" for name in TABLES}
    for stale in set(folder.glob(f"analysis-{scope or 'nation'}-*.parquet")) - set(copied.values()):
        stale.unlink()
    for name, sql in _COPIED.items():
        db.copy_out(sql, copied[name], scope=scope, key=pseudonyms.key_of(db.folder))
    at_rest.write(_rules(), copied["rules"])
    return copied


def _rules() -> pl.DataFrame:
    return pl.DataFrame(
        [(each.code, str(each.cls), each.article, each.zh, each.en) for each in RULES.values()],
        schema=["rule", "class", "article", "zh", "en"], orient="row",
    )
