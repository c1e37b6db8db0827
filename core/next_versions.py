"""新版本: the next versions of corrected records put in the book, with their findings, cases and what becomes of them.

Serves articles 7 and 8. Works on the temporary table `settling`. Must not know what else is judged beside them.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from core import facts, filed_rows, ledger, onfile, standing
from core.database import Transaction
from core.filed_rows import Together
from core.ledger import Act
from core.lifecycle import CASE, RECORD
from core.rules import RULES
from core.ruleset import Ruleset

_CHANGED = """
CREATE OR REPLACE TEMP TABLE changed AS
SELECT correction_id, record_id, version, filing_id, filing_row, parquet, former FROM settling
WHERE stands AND kind <> 'withdraw'"""

_PLACES = """
SELECT c.record_id AS "row", c.filing_id, c.filing_row, $filings || c.parquet AS path,
    f.photos IS NOT NULL OR c.record_id IN (SELECT record_id FROM photo) AS pictured
FROM changed AS c JOIN filing AS f ON f.filing_id = c.filing_id"""

_PHOTOS = """
INSERT INTO photo (record_id, sha256, file_name, files, readable, width, height, size, contrast)
SELECT c.record_id, n.sha256, n.file_name, 1, n.readable, n.width, n.height, n.size, n.contrast
FROM correction_photo AS n JOIN changed AS c ON c.correction_id = n.correction_id"""

_FOLLOWED = """
UPDATE record AS r SET followed = CASE WHEN r.version = c.version THEN TRUE ELSE r.followed END,
    online_still = CASE WHEN c.former = 'published' THEN r.version = c.version ELSE r.online_still END
FROM changed AS c WHERE r.record_id = c.record_id AND r.version <= c.version"""
"""Only the last version that was on line stays there until the next is published."""

_CLOSE_FORMER = """
UPDATE finding AS g SET closed = 'correction ' || c.correction_id FROM changed AS c
WHERE c.record_id = g.record_id AND c.version = g.version AND g.closed IS NULL"""

_ENTER = f"""
INSERT INTO finding (record_id, version, filing_id, rule, class, field, value, closed)
WITH moot AS (
    SELECT DISTINCT c.record_id, s.rule FROM changed AS c
    JOIN correction_field AS d ON d.correction_id = c.correction_id JOIN reads AS s ON s.field = d.field
), accepted AS (
    SELECT g.record_id, g.rule, g.class, coalesce(g.value, '') AS told, any_value(g.closed) AS closed
    FROM changed AS c JOIN finding AS g ON g.record_id = c.record_id AND g.version = c.version
    ANTI JOIN moot AS m ON m.record_id = g.record_id AND m.rule = g.rule
    WHERE NOT regexp_matches(g.closed, {standing.JUDGED_ANEW}) AND g.closed NOT LIKE 'correction %'
    GROUP BY ALL
)
SELECT n.record_id, c.version + 1, c.filing_id, n.rule, n.class, n.field, n.value, a.closed
FROM found AS n JOIN changed AS c ON c.record_id = n.record_id
LEFT JOIN accepted AS a ON a.record_id = n.record_id AND a.rule = n.rule AND a.class = n.class AND a.told = coalesce(n.value, '')"""
"""What a person accepted stands while nothing the check reads has changed."""

_BY_HAND = """
CREATE OR REPLACE TEMP TABLE down AS
SELECT g.record_id, g.version, g.filing_id, g.rule, g.class, g.field, g.value
FROM changed AS c JOIN taken_down AS t ON t.record_id = c.record_id AND t.version = c.version AND t.put_back_at IS NULL
JOIN finding AS g ON g.record_id = t.record_id AND g.version = t.version AND g.rule = t.rule
WHERE NOT EXISTS (
        SELECT 1 FROM correction_field AS d JOIN reads AS s ON s.field = d.field
        WHERE d.correction_id = c.correction_id AND s.rule = g.rule)
    AND NOT EXISTS (
        SELECT 1 FROM found AS n WHERE n.record_id = g.record_id AND n.rule = g.rule AND n.class = g.class)"""
"""What somebody took a record down by stands while nothing the check reads has changed."""

_STILL_DOWN = (
    "INSERT INTO finding (record_id, version, filing_id, rule, class, field, value) "
    "SELECT record_id, version + 1, filing_id, rule, class, field, value FROM down",
    "UPDATE taken_down AS t SET version = t.version + 1, former_status = 'cleared' FROM down AS d "
    "WHERE d.record_id = t.record_id AND d.version = t.version AND d.rule = t.rule AND t.put_back_at IS NULL",
)

_DUE = """
SELECT r.record_id, r.version FROM record AS r JOIN changed AS c ON c.record_id = r.record_id AND r.version = c.version + 1
LEFT JOIN verdict AS v ON v.record_id = r.record_id
WHERE coalesce(v.event, 'clear') = $word"""

_THEIR_CASES = """
SELECT w.case_id FROM withheld_case AS w JOIN changed AS c ON c.record_id = w.record_id AND c.version = w.version
JOIN record AS r ON r.record_id = c.record_id AND r.version = c.version + 1
WHERE w.status <> 'closed'"""

_REOPENED = """
UPDATE withheld_case AS w SET version = c.version + 1, reason = v.class, findings = v.findings,
    round = w.round + CASE w.status WHEN 'open' THEN 0 ELSE 1 END
FROM changed AS c JOIN verdict AS v ON v.record_id = c.record_id AND v.event = 'withhold'
WHERE c.record_id = w.record_id AND c.version = w.version AND w.status <> 'closed'"""

_OPENED = """
SELECT c.record_id, c.version + 1 AS version, c.filing_id, v.class AS reason, v.findings
FROM changed AS c JOIN verdict AS v ON v.record_id = c.record_id AND v.event = 'withhold'
WHERE NOT EXISTS (
    SELECT 1 FROM withheld_case AS w WHERE w.record_id = c.record_id AND w.version = c.version + 1 AND w.status <> 'closed')"""


_VERSIONS = """
SELECT c.record_id, c.version + 1 AS version, c.filing_id, c.filing_row, c.parquet, h.certificate AS certificate_no,
    h.conferred AS conferred_on, h.* EXCLUDE (record_id, certificate, conferred)
FROM entering AS h JOIN changed AS c ON c.record_id = h.record_id"""
"""The versions that are entered, without looking for them among millions."""


@dataclass(frozen=True)
class Entered:
    """Next versions in the book: their rows read, as filed those whose signatories or day changed, and what is known still of
    the others' signatories."""

    read: list[Together]
    signed_anew: pl.DataFrame
    rare_still: pl.DataFrame


def enter(tx: Transaction, folder: Path, judged_by: Ruleset, act: Act) -> Entered:
    """Supersede the present versions of corrected records by the next ones, not yet sorted, and lay these out in
    onfile's table `asked`. Photos asked for take the place of those before."""
    tx.run(_CHANGED)
    tx.run("DELETE FROM photo WHERE record_id IN ("
           "SELECT c.record_id FROM changed AS c JOIN correction_photo AS n ON n.correction_id = c.correction_id)")
    tx.run(_PHOTOS)
    filed = filed_rows.gather(tx.frame(_PLACES, filings=f"{folder / 'filings'}/"))
    read = filed_rows.read(tx, judged_by, filed)
    rare = tx.frame(
        'SELECT c.record_id AS "row", TRUE AS known_rare_signatory FROM changed AS c JOIN finding AS g '
        "ON g.record_id = c.record_id AND g.version = c.version WHERE g.rule = $rule AND g.closed IS NULL", rule=onfile.RARE,
    )
    signed = tx.frame(
        "SELECT DISTINCT c.record_id FROM changed AS c JOIN correction_field AS d ON d.correction_id = c.correction_id "
        "WHERE list_contains($fields, d.field)", fields=list(onfile.SIGNED),
    )["record_id"].to_list()
    ledger.move(tx, RECORD, "correct", act, chosen="SELECT record_id, version FROM changed")
    tx.run(_CLOSE_FORMER)
    lay_out(tx, "entering", filed_rows.heads(read).rename({"row": "record_id"}))
    tx.run(_FOLLOWED)
    ledger.enter_versions(tx, act)
    onfile.ask_of(tx, folder, _VERSIONS)
    anew = pl.col("row").is_in(signed)
    return Entered(read, filed.filter(anew), rare.filter(~anew))


def merged(told: pl.DataFrame, more: pl.DataFrame) -> pl.DataFrame:
    """What is known of records, with more."""
    return facts.merged([told, more])


def put_findings(tx: Transaction, found: pl.DataFrame) -> pl.DataFrame:
    """Keep what is found of next versions; of what a person accepted of the version before, that it was. Returns what stays
    open: row, class."""
    lay_out(tx, "found", found.rename({"row": "record_id"}))
    reads = [(code, name) for code, rule in RULES.items() for group in rule.fields for name in group.split("|")]
    lay_out(tx, "reads", pl.DataFrame(reads, schema={"rule": pl.String, "field": pl.String}, orient="row"))
    tx.run(_ENTER)
    for statement in (_BY_HAND, *_STILL_DOWN):
        tx.run(statement)
    return tx.frame(
        'SELECT g.record_id AS "row", g.class FROM finding AS g JOIN changed AS c ON c.record_id = g.record_id '
        "AND g.version = c.version + 1 WHERE g.closed IS NULL"
    )


def move(tx: Transaction, act: Act, verdicts: pl.DataFrame) -> dict[str, int]:
    """Clear, withhold or exclude the next versions as sorting says (verdicts as sorting.verdicts_of gives them), with their
    cases: how many of each."""
    lay_out(tx, "verdict", verdicts.select("event", "class", "findings", record_id="row"))
    ledger.move(tx, CASE, "answer", act, chosen=f"{_THEIR_CASES} AND w.status = 'sent'")
    moved = {event: ledger.move(tx, RECORD, event, act, chosen=_DUE, word=event) for event in ("clear", "withhold", "exclude")}
    ledger.move(tx, CASE, "close", act, chosen=f"{_THEIR_CASES} AND r.status <> 'withheld'")
    tx.run(_REOPENED)
    ledger.move(tx, CASE, "refuse", act, chosen=(
        "SELECT w.case_id FROM withheld_case AS w JOIN changed AS c ON c.record_id = w.record_id AND w.version = c.version + 1 "
        "WHERE w.status = 'answered'"
    ))
    ledger.open_cases(tx, act, chosen=_OPENED)
    return moved


def lay_out(tx: Transaction, name: str, frame: pl.DataFrame) -> None:
    """A temporary table with these rows."""
    words = {
        pl.Int64: "BIGINT", pl.Int32: "INTEGER", pl.Boolean: "BOOLEAN", pl.Float64: "DOUBLE", pl.String: "VARCHAR", pl.Date: "DATE",
    }
    columns = ", ".join(f"{column} {words[type(kind)]}" for column, kind in frame.schema.items())
    tx.run(f"CREATE OR REPLACE TEMP TABLE {name} ({columns})")
    tx.append(name, frame)
