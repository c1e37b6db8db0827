"""书面说明审定: what the centre says to an explanation, and the second person who confirms an acceptance (article 7).

The articles do not say that an explanation lifts withholding: a person decides, with a note. Must not know how
explanations come in.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from core import excuses, ledger, ruleset, standing
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.ledger import Act
from core.lifecycle import CASE, RECORD
from core.vocabulary import Decision, DecisionState, Duty, FindingClass

_TWO_PEOPLE = (FindingClass.POLICY, FindingClass.CLASSIFIED)
"""What a second person confirms before it clears a record."""

_COVERED = """
SELECT record_id, class FROM explanation_cover
WHERE explanation_id = $explanation_id AND rule = $rule AND (outcome IS NULL OR outcome = 'asked') AND decision_id IS NULL
    AND ($records IS NULL OR list_contains($records, record_id))"""

_PROPOSE = """
UPDATE explanation_cover SET decision_id = $decision_id
WHERE explanation_id = $explanation_id AND rule = $rule AND (outcome IS NULL OR outcome = 'asked') AND decision_id IS NULL
    AND list_contains($records, record_id)"""

_DECIDED = """
UPDATE explanation_cover SET outcome = $outcome, decided_at = $at, decision_id = CASE WHEN $outcome = 'asked' THEN NULL
    ELSE decision_id END
WHERE decision_id = $decision_id"""

_PROPOSED = "SELECT * FROM explanation_decision WHERE decision_id = $decision_id AND state = 'proposed'"

_TOUCHED = """
CREATE OR REPLACE TEMP TABLE touched AS
SELECT r.record_id, r.version FROM record AS r JOIN explanation_cover AS x ON x.record_id = r.record_id
WHERE x.decision_id = $decision_id
UNION
SELECT r.record_id, r.version FROM record AS r
JOIN explanation_cover AS x ON x.person = r.person AND x.certificate_no = r.certificate_no
JOIN explanation AS e ON e.explanation_id = x.explanation_id
JOIN filing AS f ON f.filing_id = r.filing_id AND f.institution = e.institution
WHERE x.decision_id = $decision_id"""
"""The records a decision is about, in all versions, and the same ones where their filing has come anew."""

_FREED = """
CREATE OR REPLACE TEMP TABLE freed AS
SELECT r.record_id, r.version FROM record AS r
JOIN touched AS t ON t.record_id = r.record_id AND t.version = r.version
WHERE r.status = 'withheld' AND NOT EXISTS (
    SELECT 1 FROM finding AS g WHERE g.record_id = r.record_id AND g.version = r.version AND g.closed IS NULL
        AND g.class <> 'note')"""

_CASES = """
SELECT c.case_id FROM withheld_case AS c JOIN {of} AS t ON t.record_id = c.record_id AND t.version = c.version
WHERE c.status = 'answered'"""

_REFUSED = """
SELECT c.case_id FROM withheld_case AS c JOIN explanation_cover AS x ON x.record_id = c.record_id
WHERE x.decision_id = $decision_id AND c.status = 'answered'"""

_LEFT_OVER = _CASES.format(of="touched") + """
    AND NOT EXISTS (SELECT 1 FROM explanation_cover AS x JOIN finding AS g ON g.record_id = x.record_id AND g.rule = x.rule
        WHERE x.record_id = c.record_id AND (x.outcome IS NULL OR x.outcome = 'asked') AND g.version = c.version
            AND g.closed IS NULL)
    AND NOT EXISTS (SELECT 1 FROM correction AS k WHERE k.record_id = c.record_id AND k.status IN ('received', 'ready'))"""
"""Cases still answered of which no explanation or correction waits any more: what withholds them is to be fed back again."""


def decide(
    desk: Desk, explanation_id: int, rule: str, decision: Decision, *, note: str, records: Sequence[int] | None = None
) -> DecisionState:
    """Accept, refuse or ask more about what an explanation says of one check, for all its records or some, with a note.

    An acceptance of what is suspected of a breach or classified waits for a second person where the rulebook's setting
    asks for one; everything else takes effect at once. Accepted: the findings are closed as `explained n`, and records
    nothing else withholds are cleared. Refused: the cases are open again and go out with the next feedback. Asked: they
    stay answered, the note being the question. Returns whether it waits or is made. Raises BadRequest without a note,
    NotFound outside the person's scope, NotAllowed when nothing is to be decided, or the paper was not copied to the province.
    """
    desk.require(Duty.DECIDE)
    if not note.strip():
        raise BadRequest("请填写审定意见。", "Write the reason for the decision.")
    settings = ruleset.in_force(desk.db, desk.now().date()).settings
    with desk.db.transaction() as tx:
        paper = excuses.explanation(tx, desk, explanation_id)
        asked = {"explanation_id": explanation_id, "rule": rule}
        covered = tx.frame(_COVERED, **asked, records=None if records is None else list(records))
        if covered.is_empty():
            raise NotAllowed("没有待审定的记录，请刷新页面核对。", "Nothing waits for a decision here; refresh and check.")
        if decision is Decision.ACCEPT and paper["copied_on"] is None:
            raise NotAllowed(
                "说明尚未抄报所在地省级学位办，不能采纳。请先登记抄报日期。",
                "The explanation was not copied to the province and cannot be accepted. Note the copy first.",
            )
        second = (
            decision is Decision.ACCEPT and bool(settings["second_explanation"]) and not set(covered["class"]).isdisjoint(_TWO_PEOPLE)
        )
        decision_id, at = tx.next_ids("explanation_decision"), desk.now()
        state = DecisionState.PROPOSED if second else DecisionState.MADE
        tx.append("explanation_decision", pl.DataFrame([{
            **asked, "decision_id": decision_id, "decision": str(decision), "state": str(state), "records": covered.height,
            "note": note.strip(), "proposed_at": at, "proposed_by": desk.actor.key,
            "made_at": None if second else at, "made_by": None if second else desk.actor.key,
        }], schema_overrides={"made_at": pl.Datetime, "made_by": pl.String}))
        tx.run(_PROPOSE, **asked, decision_id=decision_id, records=covered["record_id"].to_list())
        act = ledger.act_of(desk, "explanation", explanation_id, f"{rule}：{note.strip()}")
        if second:
            ledger.note(tx, CASE, "propose", act, covered.height)
        else:
            _carry_out(tx, decision_id, decision, covered.height, act)
        return state


def confirm(desk: Desk, decision_id: int) -> None:
    """Confirm an acceptance another person proposed: it takes effect now.

    Raises NotAllowed for the one who proposed it, NotFound when it is not waiting or not this person's to see.
    """
    desk.require(Duty.DECIDE)
    with desk.db.transaction() as tx:
        told = _waiting(tx, desk, decision_id)
        if told["proposed_by"] == desk.actor.key:
            raise NotAllowed("须由提出人以外的第二人确认。", "Someone other than the one who proposed it must confirm.")
        tx.run(
            "UPDATE explanation_decision SET state = 'made', made_at = $at, made_by = $by WHERE decision_id = $decision_id",
            at=desk.now(), by=desk.actor.key, decision_id=decision_id,
        )
        act = ledger.act_of(desk, "explanation", told["explanation_id"], f"{told['rule']}：{told['note']}")
        _carry_out(tx, decision_id, Decision(told["decision"]), told["records"], act)


def decline(desk: Desk, decision_id: int, *, note: str) -> None:
    """Turn down an acceptance that was proposed, or take one's own back: its records wait for a decision again."""
    desk.require(Duty.DECIDE)
    if not note.strip():
        raise BadRequest("请填写不同意的理由。", "Give the reason for turning it down.")
    with desk.db.transaction() as tx:
        told = _waiting(tx, desk, decision_id)
        tx.run(
            "UPDATE explanation_decision SET state = 'declined', made_at = $at, made_by = $by, reply = $note "
            "WHERE decision_id = $decision_id",
            at=desk.now(), by=desk.actor.key, note=note.strip(), decision_id=decision_id,
        )
        tx.run("UPDATE explanation_cover SET decision_id = NULL WHERE decision_id = $decision_id", decision_id=decision_id)
        act = ledger.act_of(desk, "explanation", told["explanation_id"], f"{told['rule']}：{note.strip()}")
        ledger.note(tx, CASE, "decline", act, told["records"])


def _waiting(tx: Transaction, desk: Desk, decision_id: int) -> dict[str, Any]:
    found = tx.frame(_PROPOSED, decision_id=decision_id)
    if found.is_empty():
        raise NotFound("没有这项待确认的审定，请刷新页面。", "No such decision waits to be confirmed; refresh the page.")
    told = found.row(0, named=True)
    excuses.explanation(tx, desk, told["explanation_id"])
    return told


def _carry_out(tx: Transaction, decision_id: int, decision: Decision, records: int, act: Act) -> None:
    tx.run(_TOUCHED, decision_id=decision_id)
    tx.run(_DECIDED, decision_id=decision_id, outcome=decision.outcome, at=act.at)
    if decision is Decision.ASK:
        ledger.note(tx, CASE, "ask", act, records)
    elif decision is Decision.REFUSE:
        ledger.move(tx, CASE, "refuse", act, chosen=_REFUSED, decision_id=decision_id)
    else:
        excuses.close_answered(tx)
        tx.run(_FREED)
        ledger.move(tx, RECORD, "accept", act, chosen="SELECT record_id, version FROM freed")
        ledger.move(tx, CASE, "accept", act, chosen=_CASES.format(of="freed"))
        standing.settle(tx, act)
        ledger.move(tx, CASE, "reopen", act, chosen=_LEFT_OVER)
