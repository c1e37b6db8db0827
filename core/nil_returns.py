"""零报送: “no degrees of this level this semester”, signed by the institution: not the same as having filed nothing.

Must not know which institutions are expected to file, nor how filings are received.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

from core import ledger
from core.database import Transaction
from core.deadlines import Term, require_term
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.lifecycle import NIL_RETURN
from core.vocabulary import Duty, Level

_INSTITUTION = "SELECT province FROM institution WHERE code = $code AND ($scope IS NULL OR province = $scope)"

_ON_FILE = """
SELECT filing_id FROM filing
WHERE institution = $institution AND term = $term AND level = $level AND status IN ('received', 'approved')
ORDER BY filing_id LIMIT 1"""

_STANDING = """
SELECT nil_id FROM nil_return
WHERE institution = $institution AND term = $term AND level = $level AND status = 'standing'"""

_ONE = """
SELECT nil_id, term, level FROM nil_return
WHERE nil_id = $nil_id AND ($scope IS NULL OR province = $scope)"""

_ALL_STANDING = "SELECT nil_id, term, institution, level FROM nil_return WHERE status = 'standing'"

_OF_TERM = """
SELECT n.nil_id, n.institution, i.zh AS institution_zh, i.en AS institution_en, n.province, p.zh AS province_zh,
    p.en AS province_en, n.level, n.signed_by, n.document, n.signed_on, n.note, n.status, n.entered_at, n.entered_by,
    n.withdrawn_reason, n.superseded_by
FROM nil_return AS n
JOIN province AS p ON p.code = n.province
LEFT JOIN institution AS i ON i.code = n.institution
WHERE n.term = $term AND ($scope IS NULL OR n.province = $scope)
ORDER BY n.status <> 'standing', n.province, n.institution, n.level, n.nil_id"""


@dataclass(frozen=True)
class Nil:
    """What an institution signs: no degrees of a level in a semester; by whom, in which document, on which day."""

    term: Term
    institution: str
    level: Level
    signed_by: str
    document: str
    signed_on: date
    note: str = ""


def of_term(desk: Desk, term: Term) -> pl.DataFrame:
    """The nil returns of a semester, standing ones first: nil_id, institution and province with names, level,
    signed_by, document, signed_on, note, status, entered_at, entered_by, withdrawn_reason, superseded_by (a filing)."""
    desk.require(Duty.READ)
    return desk.frame(_OF_TERM, term=term.code)


def enter(desk: Desk, nil: Nil) -> int:
    """Enter a signed nil return (登记零报送): the centre for anyone, a province for its own. Returns its number.

    Raises NotFound outside scope, BadRequest for what is left out, and NotAllowed beside records of that level and
    semester or a second time.
    """
    _require_may(desk)
    today = desk.now().date()
    require_term(nil.term, today)
    if not nil.signed_by.strip() or not nil.document.strip():
        raise BadRequest("请填写签署人和文号。", "Give who signed and the document's number.")
    if nil.signed_on > today:
        raise BadRequest("签署日期不能晚于今天。", "It cannot be signed after today.")
    of_whom = {"institution": nil.institution, "term": nil.term.code, "level": str(nil.level)}
    with desk.db.transaction() as tx:
        known = tx.frame(_INSTITUTION, code=nil.institution, scope=desk.actor.province)
        if known.is_empty():
            raise NotFound("没有找到这个学位授予单位，或不属于本省。", "There is no such institution in your scope.")
        filed = tx.frame(_ON_FILE, **of_whom)
        if not filed.is_empty():
            raise NotAllowed(
                f"该单位本学期已报送{nil.level.zh}学位授予信息（批次{filed.item()}），不能登记零报送。请核对级别和学期。",
                f"Records of this level and semester are on file (filing {filed.item()}); a nil return is refused. Check both.",
            )
        if not tx.frame(_STANDING, **of_whom).is_empty():
            raise NotAllowed("该单位该级别本学期已登记零报送，无需重复。", "This nil return has been entered already.")
        nil_id = tx.next_ids("nil_return")
        ledger.enter_nil_return(tx, {
            "nil_id": nil_id, "province": known.item(), **of_whom, "signed_by": nil.signed_by.strip(),
            "document": nil.document.strip(), "signed_on": nil.signed_on, "note": nil.note.strip(),
        }, _act(desk, nil_id, nil.term.code, nil.level))
        return nil_id


def withdraw(desk: Desk, nil_id: int, *, reason: str) -> None:
    """Withdraw a standing nil return (撤回零报送) with a reason: the institution is expected to file again."""
    _require_may(desk)
    if not reason.strip():
        raise BadRequest("请填写撤回理由。", "Give the reason for withdrawing it.")
    with desk.db.transaction() as tx:
        found = tx.frame(_ONE, nil_id=nil_id, scope=desk.actor.province)
        if found.is_empty():
            raise NotFound("没有找到这份零报送。", "There is no such nil return.")
        _, term, level = found.row(0)
        ledger.move(
            tx, NIL_RETURN, "withdraw", _act(desk, nil_id, term, level, reason.strip()), nil_id=nil_id,
            chosen="SELECT nil_id FROM nil_return WHERE nil_id = $nil_id",
        )
        tx.run(
            "UPDATE nil_return SET withdrawn_reason = $reason WHERE nil_id = $nil_id", reason=reason.strip(), nil_id=nil_id
        )


def supersede(tx: Transaction, desk: Desk, filings: Mapping[int, tuple[Term, str, Level]]) -> dict[int, int]:
    """Let filings of degrees, by their numbers, supersede the nil returns of their semester, institution and level.
    Returns the nil returns' numbers by those of the filings."""
    standing = {row[1:]: row[0] for row in tx.frame(_ALL_STANDING).iter_rows()}
    superseded = {}
    for filing_id, (term, institution, level) in filings.items():
        nil_id = standing.pop((term.code, institution, str(level)), None)
        if nil_id is None:
            continue
        superseded[filing_id] = nil_id
        ledger.move(
            tx, NIL_RETURN, "supersede", _act(desk, nil_id, term.code, level, f"批次{filing_id}"), nil_id=nil_id,
            chosen="SELECT nil_id FROM nil_return WHERE nil_id = $nil_id",
        )
        tx.run(
            "UPDATE nil_return SET superseded_by = $filing_id WHERE nil_id = $nil_id", filing_id=filing_id, nil_id=nil_id
        )
    return superseded


def _require_may(desk: Desk) -> None:
    if not desk.actor.may(Duty.LOAD):
        desk.require(Duty.APPROVE)


def _act(desk: Desk, nil_id: int, term: str, level: str, more: str = "") -> ledger.Act:
    told = f"{term} {Level(level).zh}"
    return ledger.act_of(desk, "nil_return", nil_id, f"{told}：{more}" if more else told)
