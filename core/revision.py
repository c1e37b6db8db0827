"""规则修订: a proposed version of the rulebook put in force, and what that moves of the records on file (articles 2, 8).

A finding that no longer holds is closed with the version as its reason; a record it alone held is cleared; a record
newly found wrong is withheld before it goes up. What is published already is never moved by a revision.
Must not know how proposals are made.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from core import ledger, ruleset, store
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest, NotAllowed
from core.ledger import Act
from core.lifecycle import CASE, RECORD
from core.ruleset import Proposal
from core.trial import RANKS, Trial
from core.vocabulary import Duty

_LATEST = "SELECT max(version) AS version FROM ruleset"

_CLOSE_WITHDRAWN = """
UPDATE finding SET closed = $reason WHERE closed IS NULL AND list_contains($off, rule)"""

_CLOSE_WITHDRAWN_WHOLE = """
UPDATE filing_finding SET closed = $reason WHERE closed IS NULL AND list_contains($off, rule)"""

_SET_ASIDE = """
UPDATE rule_tally SET not_evaluated = not_evaluated + evaluated, evaluated = 0, failed = 0, no_reference = 0
WHERE list_contains($off, rule)"""

_CLOSE_PASSING = """
UPDATE finding AS g SET closed = $reason FROM read_parquet($changes) AS c
WHERE c.change = 'passing' AND c.record_id = g.record_id AND c.version = g.version AND c.rule = g.rule
    AND c.class = g.class AND g.closed IS NULL"""

_ENTER_FAILING = """
INSERT INTO finding (record_id, version, filing_id, rule, class, field, value)
SELECT c.record_id, c.version, c.filing_id, c.rule, c.class, c.field, c.value
FROM read_parquet($changes) AS c
JOIN record AS r ON r.record_id = c.record_id AND r.version = c.version
WHERE c.change = 'failing' AND r.status IN ('cleared', 'withheld', 'out_of_scope') AND NOT EXISTS (
    SELECT 1 FROM finding AS g WHERE g.record_id = c.record_id AND g.version = c.version AND g.rule = c.rule
        AND g.class = c.class AND g.closed IS NULL)"""

_CLOSE_PASSING_WHOLE = """
UPDATE filing_finding AS g SET closed = $reason FROM read_parquet($changes) AS c
WHERE c.change = 'passing' AND c.filing_id = g.filing_id AND c.rule = g.rule AND c.class = g.class AND g.closed IS NULL"""

_ENTER_FAILING_WHOLE = """
INSERT INTO filing_finding (filing_id, rule, class, field, value)
SELECT c.filing_id, c.rule, c.class, c.field, c.value FROM read_parquet($changes) AS c
WHERE c.change = 'failing'"""

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

_DUE = """
SELECT count(*) AS n FROM finding AS g JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
WHERE $scope IS NULL AND g.closed IS NULL AND list_contains($off, g.rule)
    AND r.status NOT IN ('superseded', 'withdrawn', 'revoked')"""


@dataclass(frozen=True)
class Revised:
    """What putting a version in force moved: findings closed and entered, records cleared, withheld, excluded."""

    version: int
    closed: int = 0
    entered: int = 0
    cleared: int = 0
    withheld: int = 0
    excluded: int = 0


def commit(desk: Desk, proposal: Proposal, *, effective_on: date, reason: str, trial: Trial | None = None) -> Revised:
    """Make the proposal the next version, in force from a day on, with who and why.

    In force today, its withdrawn checks' findings are closed everywhere at once, and what the trial found is applied to
    the records it reached; with a later day nothing moves until `put_in_force`. All of it or nothing. Raises
    BadRequest without a reason, for a day gone by or when nothing changes; NotAllowed when another version has come
    in between.
    """
    desk.require(Duty.RULES)
    today = desk.now().date()
    if not reason.strip():
        raise BadRequest("请填写修改理由。", "Give the reason for the change.")
    if effective_on < max(today, proposal.base.effective_on):
        raise BadRequest(
            "生效日期不能早于今天，也不能早于最新版本的生效日期。",
            "The version cannot take effect on a day gone by, or before the latest version does.",
        )
    if proposal.ruleset().fingerprint == proposal.base.fingerprint:
        raise BadRequest("没有任何修改，无需生成新版本。", "Nothing is changed; there is no new version to make.")
    with desk.db.transaction() as tx:
        if tx.frame(_LATEST)["version"][0] != proposal.base.version:
            raise NotAllowed(
                "已有别人更新了规则版本，请刷新后重新提出修改。", "Another version has been made meanwhile; refresh and propose again."
            )
        version = ruleset.keep(
            tx, proposal, desk.db.folder, effective_on=effective_on, reason=reason.strip(), by=desk.actor.key, at=desk.now()
        )
        act = ledger.act_of(desk, "ruleset", version, reason.strip())
        revised = Revised(version)
        if effective_on <= today:
            revised = _apply(tx, version, sorted(proposal.settings.off), act, trial)
            _note_version(tx, proposal, version, trial)
        ledger.note(tx, RECORD, "revise", act, revised.cleared + revised.withheld + revised.excluded)
    if effective_on <= today:
        store.enter_registers(desk.db, today)
    return revised


def due(desk: Desk) -> int:
    """Open findings of checks that the version now in force has withdrawn: they wait for `put_in_force`."""
    off = sorted(ruleset.in_force(desk.db, desk.now().date()).settings.off)
    return desk.frame(_DUE, off=off).item()


def put_in_force(desk: Desk) -> Revised:
    """Close what checks withdrawn by the version in force still hold, once its day has come; safe to repeat."""
    desk.require(Duty.RULES)
    present = ruleset.in_force(desk.db, desk.now().date())
    act = ledger.act_of(desk, "ruleset", present.version, "")
    with desk.db.transaction() as tx:
        revised = _apply(tx, present.version, sorted(present.settings.off), act, None)
        ledger.note(tx, RECORD, "revise", act, revised.cleared + revised.withheld + revised.excluded)
    store.enter_registers(desk.db, desk.now().date())
    return revised


def _apply(tx: Transaction, version: int, off: list[str], act: Act, trial: Trial | None) -> Revised:
    reason = f"ruleset {version}"
    tx.run(
        "CREATE OR REPLACE TEMP TABLE touched AS SELECT record_id, version FROM finding "
        "WHERE closed IS NULL AND list_contains($off, rule)", off=off,
    )
    closed = tx.run(_CLOSE_WITHDRAWN, reason=reason, off=off) + tx.run(_CLOSE_WITHDRAWN_WHOLE, reason=reason, off=off)
    tx.run(_SET_ASIDE, off=off)
    entered = 0
    if trial is not None:
        changes, whole = str(trial.changes), str(trial.whole_changes)
        tx.run("INSERT INTO touched SELECT record_id, version FROM read_parquet($changes)", changes=changes)
        closed += tx.run(_CLOSE_PASSING, reason=reason, changes=changes)
        closed += tx.run(_CLOSE_PASSING_WHOLE, reason=reason, changes=whole)
        entered = tx.run(_ENTER_FAILING, changes=changes) + tx.run(_ENTER_FAILING_WHOLE, changes=whole)
        _replace_tallies(tx, trial)
    tx.run(_STANDS)
    ledger.move(tx, CASE, "close", act, chosen=_CASES_OVER)
    moved = {event: ledger.move(tx, RECORD, event, act, chosen=chosen) for event, chosen in _MOVES.items()}
    tx.run(_CASES_CHANGED)
    ledger.open_cases(tx, act, chosen=_CASES_DUE)
    return Revised(version, closed, entered, moved["release"], moved["withhold"], moved["exclude"])


def _replace_tallies(tx: Transaction, trial: Trial) -> None:
    tallies = pl.read_parquet(trial.tallies)
    tx.run(
        "DELETE FROM rule_tally WHERE EXISTS (SELECT 1 FROM read_parquet($tallies) AS t "
        "WHERE t.filing_id = rule_tally.filing_id AND t.rule = rule_tally.rule)", tallies=str(trial.tallies),
    )
    tx.append("rule_tally", tallies)


def _note_version(tx: Transaction, proposal: Proposal, version: int, trial: Trial | None) -> None:
    """Filings wholly judged by the new version now say so: those the trial reached, or all where checks only went."""
    proposed = proposal.ruleset()
    only_withdrawn = proposal.changed_rules() <= proposal.settings.off
    if trial is None and not only_withdrawn:
        return
    reach = {"term": None, "province": None} if trial is None or only_withdrawn else {
        "term": trial.reach.term, "province": trial.reach.province,
    }
    tx.run(
        "UPDATE filing SET ruleset = $after WHERE ruleset = $before AND ($term IS NULL OR term = $term) "
        "AND ($province IS NULL OR province = $province)",
        after=proposed.fingerprint, before=proposal.base.fingerprint, **reach,
    )
