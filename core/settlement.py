"""月度整理: corrections that wait become the next versions of their records, sorted together with their neighbours (article 8).

All of it or nothing, however many. Must not know which month it is, nor how corrections came.
"""

from dataclasses import dataclass

import polars as pl

from core import filed_rows, ledger, neighbours, next_versions, onfile, ruleset, sorting, tallies
from core.database import Transaction
from core.desk import Desk
from core.ledger import Act
from core.lifecycle import CASE, CORRECTION, RECORD
from core.rules import Sight
from core.vocabulary import Duty

_WAITING = f"""
CREATE OR REPLACE TEMP TABLE settling AS
SELECT c.correction_id, c.kind, c.record_id, c.version, c.filing_id, c.parquet, r.filing_row, r.status AS former,
    coalesce((r.status <> 'out_of_scope' OR c.kind = 'withdraw') AND f.status NOT IN ('returned', 'replaced'), FALSE) AS stands,
    {neighbours.GOES_BY}
FROM correction AS c SEMI JOIN (SELECT unnest($corrections::BIGINT[]) AS correction_id) AS n USING (correction_id)
LEFT JOIN record AS r ON r.record_id = c.record_id AND r.version = c.version AND r.followed IS NULL
    AND r.status IN ('cleared', 'withheld', 'published', 'out_of_scope')
LEFT JOIN filing AS f ON f.filing_id = r.filing_id
WHERE c.status = 'ready'"""

_MOVING = "SELECT record_id, version FROM settling WHERE stands AND kind {which} 'withdraw'"

_SETTLED = """
UPDATE correction AS c SET settlement_id = $settlement_id, outcome = r.status
FROM settling AS s JOIN record AS r ON r.record_id = s.record_id AND r.followed IS NULL
WHERE s.correction_id = c.correction_id AND s.stands"""


_HELD = """
SELECT g.filing_id, g.rule, -count(*)::BIGINT AS failed
FROM finding AS g JOIN settling AS s ON s.record_id = g.record_id AND s.version = g.version
WHERE s.stands AND s.kind = 'withdraw' AND g.closed IS NULL AND g.class <> 'classified'
GROUP BY ALL"""

_CLOSE = """
UPDATE finding AS g SET closed = 'correction ' || s.correction_id FROM settling AS s
WHERE s.stands AND s.kind = 'withdraw' AND s.record_id = g.record_id AND s.version = g.version AND g.closed IS NULL
    AND g.class <> 'classified'"""
"""Nothing is left to be mended of a filing withdrawn; what is secret stays so."""


@dataclass(frozen=True)
class Settled:
    """What came of a settlement: corrections settled and lapsed, and where their records are now; `neighbours` are other
    records that were released, withheld or excluded by it."""

    settlement_id: int
    corrections: int
    lapsed: int
    cleared: int
    withheld: int
    excluded: int
    withdrawn: int
    neighbours: int


def settle(desk: Desk, month: str, corrections: pl.Series) -> Settled:
    """Sort the corrections with these numbers that are ready, for a month's run (月度整理): each is the next version of its
    record and passes the one gate beside everything on file.

    A cleared version waits to be published, and the version on line before it stays until then; a withheld one's case opens
    again, its round one higher where it had been answered, and what was on line goes off. Records that share a person, a
    certificate, a name and birth date or a photo with what changed are judged again. A correction whose record moved
    meanwhile lapses. Writes records, findings, cases, tallies and the settlement, in one transaction. Raises NotAuthorised
    without the duty to load, NotAllowed when the rulebook changes meanwhile.
    """
    desk.require(Duty.LOAD)
    judged_by = ruleset.in_force(desk.db, desk.now().date())
    with desk.db.transaction() as tx:
        ruleset.require_in_force(tx, judged_by.fingerprint, desk.now().date())
        tx.run(_WAITING, corrections=corrections.to_list())
        number = tx.next_ids("settlement")
        act = ledger.act_of(desk, "settlement", number, month)
        lapsed = ledger.move(tx, CORRECTION, "lapse", act, chosen="SELECT correction_id FROM settling WHERE NOT stands")
        withdrawn = _withdraw(tx, act)
        entered = next_versions.enter(tx, desk.db.folder, judged_by, act)
        told = onfile.known(tx, judged_by)
        if not entered.signed_anew.is_empty():
            told = next_versions.merged(told, onfile.rare(tx, desk.db.folder, entered.signed_anew))
        told = next_versions.merged(told, entered.rare_still)
        checked = filed_rows.judge(entered.read, told, frozenset(Sight) - {Sight.WHOLE})
        verdicts = sorting.verdicts_of(next_versions.put_findings(tx, checked.findings))
        moved = next_versions.move(tx, act, verdicts)
        tallies.judged_anew(tx, entered.read, told, checked)
        beside = neighbours.judge_again(tx, desk.db.folder, judged_by, act)
        tx.run(_SETTLED, settlement_id=number)
        settled = ledger.move(tx, CORRECTION, "settle", act, chosen="SELECT correction_id FROM settling WHERE stands")
        tx.append("settlement", pl.DataFrame([{
            "settlement_id": number, "month": month, "settled_at": act.at, "settled_by": act.by, "corrections": settled,
            "cleared": moved["clear"], "withheld": moved["withhold"], "excluded": moved["exclude"], "withdrawn": withdrawn,
            "neighbours": beside,
        }]))
    return Settled(number, settled, lapsed, moved["clear"], moved["withhold"], moved["exclude"], withdrawn, beside)


def _withdraw(tx: Transaction, act: Act) -> int:
    """Filings withdrawn leave the line, their cases and findings closed (撤销备案, article 7)."""
    chosen = _MOVING.format(which="=")
    ledger.move(
        tx, CASE, "close", act,
        chosen=f"SELECT w.case_id FROM withheld_case AS w JOIN ({chosen}) AS s ON s.record_id = w.record_id "
        "AND s.version = w.version WHERE w.status <> 'closed'",
    )
    tallies.add(tx, tx.frame(_HELD))
    tx.run(_CLOSE)
    return ledger.move(tx, RECORD, "withdraw", act, chosen=chosen)
