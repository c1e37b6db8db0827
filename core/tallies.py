"""检查计数: what each check said of a filing, brought up to records judged anew (articles 2 and 8).

Works on the temporary tables of a settlement. Must not know what the checks are about.
"""

import polars as pl

from core import filed_rows, standing
from core.checking import Checked
from core.database import Transaction
from core.filed_rows import Together
from core.next_versions import lay_out
from core.rules import Sight

_FAILED = f"""
SELECT g.filing_id, g.rule, sum(CASE WHEN g.version = c.version THEN -1 ELSE 1 END)::BIGINT AS failed
FROM finding AS g JOIN changed AS c ON c.record_id = g.record_id AND g.version BETWEEN c.version AND c.version + 1
WHERE g.closed IS NULL OR NOT regexp_matches(g.closed, {standing.JUDGED_ANEW})
GROUP BY ALL"""

_BEFORE = """
SELECT c.record_id AS "row", d.field, d.before FROM changed AS c JOIN correction_field AS d ON d.correction_id = c.correction_id"""

_ADD = """
UPDATE rule_tally AS t SET failed = t.failed + m.failed, evaluated = t.evaluated + m.evaluated,
    not_evaluated = t.not_evaluated + m.not_evaluated, no_reference = t.no_reference + m.no_reference
FROM more AS m WHERE m.filing_id = t.filing_id AND m.rule = t.rule"""

_COUNTS = ("failed", "evaluated", "not_evaluated", "no_reference")


def judged_anew(tx: Transaction, read: list[Together], told: pl.DataFrame, checked: Checked) -> None:
    """Count next versions (rows as filed_rows.read gives them, `told` as onfile.known, and what was said of them) in place of
    those before."""
    former = tx.frame(_BEFORE)
    before = filed_rows.judge([each.with_values(_put_back(each.filed, former)) for each in read], told, frozenset(Sight) - {Sight.WHOLE})
    judged = ("evaluated", "not_evaluated", "no_reference")
    add(tx, pl.concat([
        checked.tally.select("filing_id", "rule", *judged),
        before.tally.select("filing_id", "rule", *(-pl.col(name) for name in judged)),
        tx.frame(_FAILED),
    ], how="diagonal"))


def add(tx: Transaction, more: pl.DataFrame) -> None:
    """Add to the tallies: filing_id, rule, and some of failed, evaluated, not_evaluated, no_reference."""
    missing = [pl.lit(0, pl.Int64).alias(name) for name in _COUNTS if name not in more.columns]
    lay_out(tx, "more", more.with_columns(missing).select("filing_id", "rule", *_COUNTS).group_by("filing_id", "rule").sum())
    tx.run(_ADD)


def _put_back(rows: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """The rows as they were before their corrections."""
    for (code,), former in before.partition_by("field", as_dict=True).items():
        value = pl.col("row").replace_strict(former["row"], former["before"], default=None, return_dtype=pl.String)
        rows = rows.with_columns(pl.when(pl.col("row").is_in(former["row"].implode())).then(value).otherwise(pl.col(code)).alias(code))
    return rows
