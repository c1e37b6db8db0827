"""规则修订: a proposed version of the rulebook put in force, and what that moves of the records on file (articles 2, 8).

A finding that no longer holds is closed with the version as its reason; a record it alone held is cleared; a record
newly found wrong is withheld before it goes up. What is published already is never moved by a revision.
Must not know how proposals are made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from core import at_rest, ledger, ruleset, standing, store
from core.database import Database, Transaction
from core.desk import Desk
from core.errors import BadRequest, NotAllowed
from core.ledger import Act
from core.lifecycle import RECORD
from core.ruleset import Proposal
from core.trial import Trial
from core.vocabulary import Duty

_LATEST = "SELECT max(version) AS version FROM ruleset"

_CLOSE_WITHDRAWN = f"""
UPDATE finding AS g SET closed = $reason WHERE g.closed IS NULL AND list_contains($off, g.rule) AND NOT {standing.BY_HAND}"""

_CLOSE_WITHDRAWN_WHOLE = """
UPDATE filing_finding SET closed = $reason WHERE closed IS NULL AND list_contains($off, rule)"""

_SET_ASIDE = """
UPDATE rule_tally SET not_evaluated = not_evaluated + evaluated, evaluated = 0, failed = 0, no_reference = 0
WHERE list_contains($off, rule)"""

_CLOSE_PASSING = f"""
UPDATE finding AS g SET closed = $reason FROM read_parquet($changes) AS c
WHERE c.change = 'passing' AND c.record_id = g.record_id AND c.version = g.version AND c.rule = g.rule
    AND c.class = g.class AND g.closed IS NULL AND NOT {standing.BY_HAND}"""

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

_DUE = """
SELECT count(*) AS n FROM finding AS g JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
WHERE $scope IS NULL AND g.closed IS NULL AND list_contains($off, g.rule)
    AND r.status NOT IN ('superseded', 'withdrawn', 'revoked')"""


_OUTDATED = """
SELECT count(*) AS n FROM filing AS f
WHERE ($scope IS NULL OR f.province = $scope) AND f.status NOT IN ('returned', 'replaced') AND f.ruleset <> $fingerprint
    AND EXISTS (SELECT 1 FROM record AS r WHERE r.filing_id = f.filing_id AND r.status IN ('cleared', 'withheld'))"""


@dataclass(frozen=True)
class Revised:
    """What putting a version in force moved: findings closed and entered, records cleared, withheld, excluded."""

    version: int
    closed: int = 0
    entered: int = 0
    cleared: int = 0
    withheld: int = 0
    excluded: int = 0


Along = Callable[[Transaction, Revised], None]
"""Writes what must stand or fall with a revision."""


def require_possible(desk: Desk, proposal: Proposal, *, effective_on: date, reason: str) -> None:
    """Refuse what cannot be the next version: BadRequest without a reason, for a day gone by or when nothing changes,
    NotAllowed when another version has come in between."""
    desk.require(Duty.RULES)
    if not reason.strip():
        raise BadRequest("请填写修改理由。", "Give the reason for the change.")
    if effective_on < max(desk.now().date(), proposal.base.effective_on):
        raise BadRequest(
            "生效日期不能早于今天，也不能早于最新版本的生效日期。",
            "The version cannot take effect on a day gone by, or before the latest version does.",
        )
    if proposal.changes_nothing:
        raise BadRequest("没有任何修改，无需生成新版本。", "Nothing is changed; there is no new version to make.")
    _require_latest(desk.db, proposal)


def commit(
    desk: Desk, proposal: Proposal, *, effective_on: date, reason: str, trial: Trial | None = None, along: Along | None = None
) -> Revised:
    """Make the proposal the next version, in force from a day on, with who and why.

    In force today, its withdrawn checks' findings are closed everywhere at once, and what the trial found is applied to
    the records it reached; with a later day nothing moves until `put_in_force`. All of it or nothing. Raises as
    `require_possible`.
    """
    require_possible(desk, proposal, effective_on=effective_on, reason=reason)
    today = desk.now().date()
    with desk.db.transaction() as tx:
        _require_latest(tx, proposal)
        version = ruleset.keep(
            tx, proposal, desk.db.folder, effective_on=effective_on, reason=reason.strip(), by=desk.actor.key, at=desk.now()
        )
        act = ledger.act_of(desk, "ruleset", version, reason.strip())
        revised = Revised(version)
        if effective_on <= today:
            revised = _apply(tx, version, sorted(proposal.settings.off), act, trial)
            _note_version(tx, proposal, version, trial)
        ledger.note(tx, RECORD, "revise", act, revised.cleared + revised.withheld + revised.excluded)
        if along:
            along(tx, revised)
    if effective_on <= today:
        store.enter_registers(desk.db, today)
    return revised


def outdated(desk: Desk) -> int:
    """How many filings on file were sorted by another version than the one in force: their records wait for `sort_anew`."""
    return desk.frame(_OUTDATED, fingerprint=ruleset.in_force(desk.db, desk.now().date()).fingerprint).item()


def sort_anew(desk: Desk, tried: Trial, along: Along | None = None) -> Revised:
    """Apply what every check of the version in force says of the filings in a trial's reach: they are sorted by it now.

    `tried` is of a proposal that changes nothing. Raises NotAllowed when another version has come in force meanwhile.
    """
    desk.require(Duty.RULES)
    present = tried.proposal.base
    act = ledger.act_of(desk, "ruleset", present.version, "")
    with desk.db.transaction() as tx:
        ruleset.require_in_force(tx, present.fingerprint, desk.now().date())
        revised = _apply(tx, present.version, sorted(present.settings.off), act, tried)
        tx.run(
            "UPDATE filing SET ruleset = $now WHERE filing_id IN (SELECT filing_id FROM read_parquet($tallies))",
            now=present.fingerprint, tallies=str(tried.tallies),
        )
        ledger.note(tx, RECORD, "revise", act, revised.cleared + revised.withheld + revised.excluded)
        if along:
            along(tx, revised)
    return revised


def due(desk: Desk) -> int:
    """Open findings of checks that the version now in force has withdrawn: they wait for `put_in_force`."""
    off = sorted(ruleset.in_force(desk.db, desk.now().date()).settings.off)
    return desk.frame(_DUE, off=off).item()


def put_in_force(desk: Desk, along: Along | None = None) -> Revised:
    """Close what checks withdrawn by the version in force still hold, once its day has come; safe to repeat."""
    desk.require(Duty.RULES)
    present = ruleset.in_force(desk.db, desk.now().date())
    act = ledger.act_of(desk, "ruleset", present.version, "")
    with desk.db.transaction() as tx:
        revised = _apply(tx, present.version, sorted(present.settings.off), act, None)
        ledger.note(tx, RECORD, "revise", act, revised.cleared + revised.withheld + revised.excluded)
        if along:
            along(tx, revised)
    store.enter_registers(desk.db, desk.now().date())
    return revised


def _require_latest(store: Database | Transaction, proposal: Proposal) -> None:
    if store.frame(_LATEST)["version"][0] != proposal.base.version:
        raise NotAllowed(
            "已有别人更新了规则版本，请刷新后重新提出修改。", "Another version has been made meanwhile; refresh and propose again."
        )


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
    moved = standing.settle(tx, act)
    return Revised(version, closed, entered, moved["release"], moved["withhold"], moved["exclude"])


def _replace_tallies(tx: Transaction, trial: Trial) -> None:
    tallies = at_rest.read(trial.tallies)
    tx.run(
        "DELETE FROM rule_tally WHERE EXISTS (SELECT 1 FROM read_parquet($tallies) AS t "
        "WHERE t.filing_id = rule_tally.filing_id AND t.rule = rule_tally.rule)", tallies=str(trial.tallies),
    )
    tx.append("rule_tally", tallies)


def _note_version(tx: Transaction, proposal: Proposal, version: int, trial: Trial | None) -> None:
    """Filings wholly judged by the new version now say so: those the trial judged, or all where checks only went."""
    proposed = proposal.ruleset()
    only_withdrawn = proposal.changed_rules() <= proposal.settings.off
    if trial is None and not only_withdrawn:
        return
    judged = "" if only_withdrawn else " AND filing_id IN (SELECT filing_id FROM read_parquet($tallies))"
    tx.run(
        f"UPDATE filing SET ruleset = $after WHERE ruleset = $before{judged}",
        after=proposed.fingerprint, before=proposal.base.fingerprint, tallies=trial and str(trial.tallies),
    )
