"""复报拦截: revoked degrees and withdrawn filings that came again, and the signed override that lets one of them pass.

Serves articles 7 and 9 (checks P23 and O05). One person proposes an override, another confirms it. Every read applies
`$scope` and `$sees_classified`. Must not know how a record is judged.
"""

from dataclasses import dataclass

import polars as pl

from core import ledger, standing
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.ledger import Act
from core.lifecycle import RECORD
from core.vocabulary import Duty, Word

_GUARD = ("P23", "O05")
"""The checks that stop what was revoked or withdrawn."""

_HITS = f"""
    FROM finding AS g
    JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
    JOIN filing AS f ON f.filing_id = r.filing_id
    LEFT JOIN (
        SELECT * FROM reentry_override
        QUALIFY row_number() OVER (PARTITION BY record_id, version ORDER BY override_id DESC) = 1
    ) AS o ON o.record_id = r.record_id AND o.version = r.version
    WHERE g.rule IN {_GUARD} AND g.class <> 'note' AND ($scope IS NULL OR f.province = $scope)
        AND r.status NOT IN ('superseded', 'revoked', 'withdrawn') AND (g.closed IS NULL OR o.confirmed)
        AND ($sees_classified OR NOT EXISTS (
            SELECT 1 FROM finding AS s
            WHERE s.record_id = r.record_id AND s.class = 'classified' AND s.closed IS NULL))"""

_PAGE = f"""
SELECT r.record_id, r.version, r.filing_id, r.name, r.certificate_no, g.rule, r.status, f.term, f.institution,
    (SELECT any_value(i.zh) FROM institution AS i WHERE i.code = f.institution) AS institution_zh,
    (SELECT any_value(i.en) FROM institution AS i WHERE i.code = f.institution) AS institution_en,
    f.received_at, o.override_id, o.signed_by, o.document, o.reason, o.proposed_at, o.proposed_by, o.decided_at,
    o.decided_by,
    CASE WHEN o.override_id IS NULL THEN 'stopped' WHEN o.confirmed IS NULL THEN 'proposed' WHEN o.confirmed THEN 'passed'
        ELSE 'refused' END AS state
{_HITS}
ORDER BY o.confirmed IS NOT NULL AND o.confirmed, r.record_id DESC
LIMIT $size OFFSET $size * $page"""

_TOTAL = f"SELECT count(*) AS n {_HITS}"

_STOPPED = """
SELECT r.version, r.filing_id FROM finding AS g
JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
WHERE r.record_id = $record_id AND g.rule IN ('P23', 'O05') AND g.class <> 'note' AND g.closed IS NULL
    AND r.status IN ('cleared', 'withheld', 'out_of_scope')
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.class = 'classified' AND s.closed IS NULL))
ORDER BY r.version DESC LIMIT 1"""

_WAITING = """
SELECT o.record_id, o.version, o.proposed_by FROM reentry_override AS o
WHERE o.override_id = $override_id AND o.confirmed IS NULL"""

_PROPOSED = "SELECT 1 FROM reentry_override WHERE record_id = $record_id AND version = $version AND confirmed IS NULL"

_DECIDE = """
UPDATE reentry_override SET confirmed = $confirmed, decided_at = $at_, decided_by = $by WHERE override_id = $override_id"""

_CLOSE = """
UPDATE finding SET closed = $closed
WHERE record_id = $record_id AND version = $version AND rule IN ('P23', 'O05') AND closed IS NULL"""


class State(Word):
    """How far a record that came again has come (复报处理)."""

    STOPPED = "stopped", "已拦截", "Stopped"
    PROPOSED = "proposed", "待第二人确认", "Awaiting the second person"
    PASSED = "passed", "准予恢复", "May come back"
    REFUSED = "refused", "不予恢复", "May not come back"


@dataclass(frozen=True)
class Override:
    """The signed paper that lets one record come back: who signed, its number, and why."""

    signed_by: str
    document: str
    reason: str


def page(desk: Desk, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """Records that came again, those still stopped first: record_id, version, filing_id, name, certificate_no, rule (P23: a
    degree revoked; O05: a filing withdrawn), status, term, institution with names, received_at, state (of State), and the
    latest override: override_id, signed_by, document, reason, who and when proposed and decided it."""
    desk.require(Duty.READ)
    return desk.frame(_PAGE, page=page, size=size)


def total(desk: Desk) -> int:
    """How many there are."""
    desk.require(Duty.READ)
    return desk.frame(_TOTAL).item()


def propose(desk: Desk, record_id: int, override: Override) -> int:
    """Propose that a stopped record may come back (提请准予恢复); returns the override's number.

    Nothing moves before a second person has confirmed it. Raises BadRequest for what is left out, NotFound where the guard
    stops no such record, NotAllowed where a proposal is waiting already.
    """
    desk.require(Duty.LOAD)
    told = {name: getattr(override, name).strip() for name in ("signed_by", "document", "reason")}
    if not all(told.values()):
        raise BadRequest("请填写签署人、文号和理由。", "Give who signed, the document's number and the reason.")
    with desk.db.transaction() as tx:
        found = tx.frame(_STOPPED, record_id=record_id, sees_classified=desk.actor.may(Duty.CLASSIFIED)).to_dicts()
        if not found:
            raise NotFound(
                "这条记录没有被复报拦截，或您无权查看。请刷新后核对。",
                "The guard stops no such record, or it is not yours to see. Refresh and check.",
            )
        one = {"record_id": record_id, "version": found[0]["version"]}
        if not tx.frame(_PROPOSED, **one).is_empty():
            raise NotAllowed("已有人提请，请由第二人确认。", "It is proposed already; a second person must confirm it.")
        override_id = tx.next_ids("reentry_override")
        tx.append("reentry_override", pl.DataFrame([{
            "override_id": override_id, **one, "filing_id": found[0]["filing_id"], **told,
            "proposed_at": desk.now(), "proposed_by": desk.actor.key,
        }]))
        ledger.note(tx, RECORD, "propose_return", _act(desk, override_id, record_id, told["document"]), 0)
    return override_id


def confirm(desk: Desk, override_id: int) -> None:
    """Confirm what another proposed (第二人确认): exactly that record passes the guard, whatever else holds it still does.

    Its findings P23 and O05 are closed and it moves to where the others put it; judged anew, it passes while its number and
    person stay the same. Raises NotAllowed for the person who proposed it, and when it was decided or its record has moved.
    """
    desk.require(Duty.PUBLISH)
    with desk.db.transaction() as tx:
        waiting = _waiting(tx, override_id)
        if waiting["proposed_by"] == desk.actor.key:
            raise NotAllowed("须由提请人以外的第二人确认。", "Someone other than the one who proposed it must confirm it.")
        one = {"record_id": waiting["record_id"], "version": waiting["version"]}
        found = tx.frame(_STOPPED, record_id=one["record_id"], sees_classified=True)
        if found.is_empty() or found["version"][0] != one["version"]:
            raise NotAllowed(
                "提请之后该记录已有变动，请重新提请。", "The record has moved since it was proposed; propose it again."
            )
        act = _act(desk, override_id, one["record_id"])
        _decide(tx, desk, override_id, confirmed=True)
        tx.run(_CLOSE, closed=f"override {override_id}", **one)
        ledger.note(tx, RECORD, "allow_return", act, 1)
        tx.run("CREATE OR REPLACE TEMP TABLE touched AS SELECT $record_id::BIGINT AS record_id, $version::INTEGER AS version", **one)
        standing.settle(tx, act)


def refuse(desk: Desk, override_id: int) -> None:
    """Refuse a proposal, or take back one's own: the record stays stopped. Raises NotAllowed when it is decided."""
    if not desk.actor.may(Duty.PUBLISH):
        desk.require(Duty.LOAD)
    with desk.db.transaction() as tx:
        waiting = _waiting(tx, override_id)
        if waiting["proposed_by"] != desk.actor.key and not desk.actor.may(Duty.PUBLISH):
            raise NotAuthorised("只能撤回自己的提请。", "Only one's own proposal can be taken back.")
        _decide(tx, desk, override_id, confirmed=False)
        ledger.note(tx, RECORD, "refuse_return", _act(desk, override_id, waiting["record_id"]), 0)


def _waiting(tx: Transaction, override_id: int) -> dict[str, object]:
    found = tx.frame(_WAITING, override_id=override_id).to_dicts()
    if not found:
        raise NotAllowed("该提请已经办结或不存在，请刷新。", "This proposal is decided or not there. Refresh.")
    return found[0]


def _decide(tx: Transaction, desk: Desk, override_id: int, *, confirmed: bool) -> None:
    tx.run(_DECIDE, confirmed=confirmed, at_=desk.now(), by=desk.actor.key, override_id=override_id)


def _act(desk: Desk, override_id: int, record_id: int, more: str = "") -> Act:
    told = f"记录{record_id}"
    return ledger.act_of(desk, "override", override_id, f"{told}：{more}" if more else told)
