"""相关记录复核: records beside those corrected or gone, judged again: of two duplicates the other is released (articles 7 to 9).

Works on the temporary table `settling`: record_id, version, correction_id, kind (withdraw: it left the line), stands, and what
GOES_BY says of it before anything changed. Must not know what was corrected or revoked, nor why.
"""

from pathlib import Path

import polars as pl

from core import filed_rows, ledger, onfile, standing, tallies
from core.database import Transaction
from core.ledger import Act
from core.lifecycle import RECORD
from core.next_versions import lay_out
from core.rules import FAR, RULES
from core.ruleset import Ruleset

GOES_BY = """r.person, r.certificate_no AS certificate, f.institution AS filer, r.name, r.born,
    hash(r.level, r.major, r.sex, r.conferred_on, r.entered, r.graduated, r.full_time, r.declared) AS rest"""
"""What other records go by of a record r of a filing f."""

_SHIFTED = f"""
CREATE OR REPLACE TEMP TABLE shifted AS
WITH formerly AS (
    SELECT record_id, person, certificate, filer, name, born, rest FROM settling WHERE stands
), now AS (
    SELECT r.record_id, {GOES_BY} FROM settling AS s JOIN record AS r ON r.record_id = s.record_id AND r.followed IS NULL
    JOIN filing AS f ON f.filing_id = r.filing_id WHERE s.stands AND s.kind <> 'withdraw'
), same AS (SELECT * FROM formerly INTERSECT SELECT * FROM now)
SELECT * FROM (SELECT * FROM formerly UNION SELECT * FROM now) WHERE record_id NOT IN (SELECT record_id FROM same)
    OR record_id IN (SELECT s.record_id FROM settling AS s JOIN correction_photo AS p ON p.correction_id = s.correction_id)"""
"""What other records go by, before and after, of those of which any of it changed."""

_BESIDE = """
SELECT r.record_id FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.followed IS NULL AND r.status IN ('cleared', 'withheld', 'published', 'out_of_scope')
    AND f.status NOT IN ('returned', 'replaced') AND r.record_id NOT IN (SELECT record_id FROM settling WHERE stands)
    AND r.record_id IN (
        SELECT record_id FROM near
        UNION SELECT q.record_id FROM photo AS q JOIN photo AS p ON p.sha256 = q.sha256
            JOIN shifted AS s ON s.record_id = p.record_id
        UNION SELECT q.record_id FROM photo AS q JOIN correction_photo AS p ON p.former_sha256 = q.sha256
            JOIN settling AS s ON s.correction_id = p.correction_id)"""

_OPEN = """
SELECT g.filing_id, g.rule, count(*)::BIGINT AS failed
FROM finding AS g JOIN asked AS a ON a.record_id = g.record_id AND a.version = g.version
WHERE g.closed IS NULL AND list_contains($rules, g.rule)
GROUP BY ALL"""

_TOUCHED = f"""
CREATE OR REPLACE TEMP TABLE touched AS
SELECT g.record_id, g.version FROM finding AS g JOIN asked AS a ON a.record_id = g.record_id AND a.version = g.version
WHERE g.closed IS NULL AND list_contains($rules, g.rule) AND NOT {standing.BY_HAND}
    AND NOT EXISTS (SELECT 1 FROM found AS n WHERE n.record_id = g.record_id AND n.rule = g.rule AND n.class = g.class)"""

_CLOSE = f"""
UPDATE finding AS g SET closed = $reason FROM touched AS t
WHERE t.record_id = g.record_id AND t.version = g.version AND g.closed IS NULL AND list_contains($rules, g.rule)
    AND NOT {standing.BY_HAND}
    AND NOT EXISTS (SELECT 1 FROM found AS n WHERE n.record_id = g.record_id AND n.rule = g.rule AND n.class = g.class)"""

_NEW = f"""
CREATE OR REPLACE TEMP TABLE newly AS
SELECT n.record_id, a.version, a.filing_id, n.rule, n.class, n.field, n.value
FROM found AS n JOIN asked AS a ON a.record_id = n.record_id
JOIN record AS r ON r.record_id = a.record_id AND r.version = a.version
WHERE (r.status <> 'published' OR list_contains($barring, n.rule)) AND NOT EXISTS (
    SELECT 1 FROM finding AS g WHERE g.record_id = n.record_id AND g.version = a.version AND g.rule = n.rule
        AND g.class = n.class AND (g.closed IS NULL OR (
            g.value IS NOT DISTINCT FROM n.value AND NOT regexp_matches(g.closed, {standing.JUDGED_ANEW}))))"""
"""What is on line is not held against another's correction; what a person accepted is not found anew."""

_DOWN = """
SELECT n.record_id, n.version FROM newly AS n JOIN record AS r ON r.record_id = n.record_id AND r.version = n.version
WHERE r.status = 'published'"""

_ENTER = """
INSERT INTO finding (record_id, version, filing_id, rule, class, field, value)
SELECT record_id, version, filing_id, rule, class, field, value FROM newly"""


def judge_again(
    tx: Transaction, folder: Path, judged_by: Ruleset, act: Act, *, barring: frozenset[str] = frozenset()
) -> int:
    """Judge the records that share a person, a certificate number, a name and birth date at one institution or a photo with
    what has changed, by the checks that look beyond one record; what no longer holds is closed with the act's subject as its
    reason, and they move to where that puts them, with their cases and their filings' tallies. What is on line stays there, but
    for what a check of `barring` finds: that is taken down. Returns how many moved."""
    tx.run(_SHIFTED)
    onfile.near(tx, "shifted")
    if not onfile.ask(tx, folder, _BESIDE):
        return 0
    rules = [code for code, rule in RULES.items() if rule.sight in FAR and code != onfile.RARE]
    read = filed_rows.read(tx, judged_by, onfile.rows(tx))
    found = filed_rows.judge(read, onfile.known(tx, judged_by), FAR, without=frozenset({onfile.RARE})).findings
    lay_out(tx, "found", found.rename({"row": "record_id"}))
    before = tx.frame(_OPEN, rules=rules)
    tx.run(_TOUCHED, rules=rules)
    tx.run(_CLOSE, rules=rules, reason=f"{act.subject} {act.subject_id}")
    tx.run(_NEW, barring=sorted(barring))
    tx.run(_ENTER)
    down = ledger.move(tx, RECORD, "take_down", act, chosen=_DOWN)
    tx.run("INSERT INTO touched SELECT record_id, version FROM newly")
    after = tx.frame(_OPEN, rules=rules)
    tallies.add(tx, pl.concat([before.with_columns(-pl.col("failed")), after]))
    return down + sum(standing.settle(tx, act).values())
