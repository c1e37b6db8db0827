"""照片入档: photos taken for records on file put to them, with what that closes, moves and leaves behind (article 7).

Must not know how it was found that they may be taken.
"""

import polars as pl

from core import ledger, standing
from core.database import Transaction
from core.desk import Desk
from core.lifecycle import RECORD
from core.photo_checks import CHECKS, FOUND

TAKEN = {
    "record_id": pl.Int64, "version": pl.Int32, "filing_id": pl.Int64, "sha256": pl.String, "file_name": pl.String,
    "readable": pl.Boolean, "width": pl.Int32, "height": pl.Int32, "size": pl.Int64, "contrast": pl.Float64,
    "former_sha256": pl.String,
}
"""Shape of photos taken: one line per record; former_sha256 is the photo it had before, null where it had none."""

_FREED = """
INSERT INTO touched
SELECT g.record_id, g.version FROM finding AS g
JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
JOIN photo AS p ON p.record_id = g.record_id
WHERE g.rule = 'X08' AND g.closed IS NULL AND p.sha256 IN (SELECT former_sha256 FROM taken) AND NOT EXISTS (
    SELECT 1 FROM photo AS q JOIN record AS o ON o.record_id = q.record_id
    WHERE q.sha256 = p.sha256 AND o.person <> r.person
        AND o.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope'))"""
"""Records whose photo was another person's too, until that person's was replaced."""

_COUNT = f"""
SELECT g.filing_id, g.rule, count(*) AS findings
FROM finding AS g JOIN (SELECT DISTINCT * FROM touched) AS t ON t.record_id = g.record_id AND t.version = g.version
WHERE g.closed IS NULL AND list_contains({sorted(CHECKS)}, g.rule)
GROUP BY ALL"""

_CLOSE = f"""
UPDATE finding AS g SET closed = $reason FROM taken AS t
WHERE t.record_id = g.record_id AND t.version = g.version AND g.closed IS NULL AND list_contains({sorted(CHECKS)}, g.rule)
    AND NOT EXISTS (SELECT 1 FROM found AS n WHERE n.record_id = g.record_id AND n.rule = g.rule AND n.class = g.class)"""

_CLOSE_FREED = """
UPDATE finding AS g SET closed = $reason FROM touched AS t
WHERE t.record_id = g.record_id AND t.version = g.version AND g.closed IS NULL AND g.rule = 'X08'"""

_ENTER = """
INSERT INTO finding (record_id, version, filing_id, rule, class, field, value)
SELECT n.record_id, t.version, n.filing_id, n.rule, n.class, n.field, n.value
FROM found AS n JOIN taken AS t ON t.record_id = n.record_id
WHERE NOT EXISTS (
    SELECT 1 FROM finding AS g WHERE g.record_id = n.record_id AND g.version = t.version AND g.rule = n.rule
        AND g.class = n.class AND g.closed IS NULL)"""

_COUNTED = """
UPDATE rule_tally AS t SET failed = t.failed + m.failed, evaluated = t.evaluated + m.evaluated,
    not_evaluated = t.not_evaluated - m.evaluated
FROM more AS m WHERE m.filing_id = t.filing_id AND m.rule = t.rule"""


def put(
    tx: Transaction, desk: Desk, supply_id: int, taken: pl.DataFrame, found: pl.DataFrame, evaluated: pl.DataFrame
) -> int:
    """Put photos to their records; returns how many records that cleared.

    `taken` has TAKEN; `found` has photo_checks.FOUND, the notes the checks make of them; `evaluated` has filing_id, rule and
    how many more records each check has judged. Findings of photos that no longer hold are closed with the supply as their
    reason, those of other persons who had the same picture as one replaced among them; every filing's tally follows,
    and the book has an act for each filing.
    """
    reason = f"photo {supply_id}"
    _lay_out(tx, "taken", taken.select(*TAKEN).cast(TAKEN))
    _lay_out(tx, "found", found.select(*FOUND))
    tx.run("DELETE FROM photo WHERE record_id IN (SELECT record_id FROM taken)")
    tx.append("photo", taken.select(
        "record_id", "sha256", "file_name", "readable", "width", "height", "size", "contrast", files=pl.lit(1, pl.Int32)
    ))
    tx.run("CREATE OR REPLACE TEMP TABLE touched AS SELECT record_id, version FROM taken")
    tx.run(_FREED)
    before = tx.frame(_COUNT)
    tx.run(_CLOSE, reason=reason)
    tx.run(_CLOSE_FREED, reason=reason)
    tx.run(_ENTER)
    more = pl.concat([
        before.select("filing_id", "rule", failed=-pl.col("findings"), evaluated=pl.lit(0, pl.Int64)),
        tx.frame(_COUNT).select("filing_id", "rule", failed="findings", evaluated=pl.lit(0, pl.Int64)),
        evaluated.select("filing_id", "rule", failed=pl.lit(0, pl.Int64), evaluated="evaluated"),
    ]).group_by("filing_id", "rule").sum()
    _lay_out(tx, "more", more)
    tx.run(_COUNTED)
    for filing_id, records in taken.group_by("filing_id").len().sort("filing_id").iter_rows():
        ledger.note(tx, RECORD, "supply_photo", ledger.act_of(desk, "filing", filing_id), records)
    return standing.settle(tx, ledger.act_of(desk, "photo_supply", supply_id))["release"]


def _lay_out(tx: Transaction, name: str, frame: pl.DataFrame) -> None:
    """A temporary table with these rows."""
    words = {pl.Int64: "BIGINT", pl.Int32: "INTEGER", pl.Boolean: "BOOLEAN", pl.Float64: "DOUBLE", pl.String: "VARCHAR"}
    columns = ", ".join(f"{column} {words[kind]}" for column, kind in frame.schema.items())
    tx.run(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
    tx.append(name, frame)
