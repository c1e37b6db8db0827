"""去留: where records go once some of their findings have been closed or entered after they were sorted (articles 2, 7, 8).

Must not know why the findings changed.
"""

from core import excuses, ledger
from core.database import Transaction
from core.ledger import Act
from core.lifecycle import CASE, RECORD
from core.vocabulary import FindingClass

RANKS = str([str(cls) for cls in FindingClass if cls.withholds])
"""Classes of findings that keep a record off the lookup, as a list in SQL: the primary one of several first."""
JUDGED_ANEW = "'^(ruleset|photo|settlement|revocation) '"
"""How findings are closed that a later judgement no longer made, as a pattern in SQL: by nobody's decision about them."""

BY_HAND = """EXISTS (
    SELECT 1 FROM taken_down AS d
    WHERE d.record_id = g.record_id AND d.version = g.version AND d.rule = g.rule AND d.put_back_at IS NULL)"""
"""Whether a finding is what somebody took the record down by: no check judged anew closes that."""

_STANDS = f"""
CREATE OR REPLACE TEMP TABLE stands AS
SELECT r.record_id, r.version, r.filing_id, r.status, count(g.rule)::INTEGER AS findings,
    {RANKS}[min(list_position({RANKS}, g.class))] AS reason
FROM record AS r
JOIN (SELECT DISTINCT record_id, version FROM touched) AS t ON t.record_id = r.record_id AND t.version = r.version
LEFT JOIN finding AS g ON g.record_id = r.record_id AND g.version = r.version AND g.closed IS NULL AND g.class <> 'note'
WHERE r.status IN ('cleared', 'withheld', 'out_of_scope')
GROUP BY ALL"""
"""Every record touched that may move, with what still holds it."""

_MOVES = {
    "release": "SELECT record_id, version FROM stands WHERE reason IS NULL AND status <> 'cleared'",
    "exclude": "SELECT record_id, version FROM stands WHERE reason = 'scope' AND status <> 'out_of_scope'",
    "withhold": "SELECT record_id, version FROM stands WHERE reason <> 'scope' AND status <> 'withheld'",
}
_CASES_OVER = """
SELECT c.case_id FROM withheld_case AS c JOIN stands AS s ON s.record_id = c.record_id AND s.version = c.version
WHERE c.status <> 'closed' AND (s.reason IS NULL OR s.reason = 'scope')"""

_CASES_DUE = """
SELECT s.record_id, s.version, s.filing_id, s.reason, s.findings FROM stands AS s
WHERE s.reason <> 'scope' AND NOT EXISTS (
    SELECT 1 FROM withheld_case AS c WHERE c.record_id = s.record_id AND c.version = s.version AND c.status <> 'closed')"""

_CASES_CHANGED = """
UPDATE withheld_case AS c SET reason = s.reason, findings = s.findings FROM stands AS s
WHERE s.record_id = c.record_id AND s.version = c.version AND c.status <> 'closed' AND s.reason <> 'scope'"""


def settle(tx: Transaction, act: Act) -> dict[str, int]:
    """Move the records in the temporary table `touched` (record_id, version) to where their open findings put them now,
    with their cases; what is on line stays there. What an accepted explanation answers is closed first. Returns how many
    were released, excluded and withheld."""
    excuses.close_answered(tx)
    tx.run(_STANDS)
    ledger.move(tx, CASE, "close", act, chosen=_CASES_OVER)
    moved = {event: ledger.move(tx, RECORD, event, act, chosen=chosen) for event, chosen in _MOVES.items()}
    tx.run(_CASES_CHANGED)
    ledger.open_cases(tx, act, chosen=_CASES_DUE)
    return moved
