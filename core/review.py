"""省级审核: the province's word on a filing (notice item two), and the centre's on what was found of a filing as such.

Must not know how filings are received or published.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import polars as pl

from core import attachments, ledger, rules, supplements
from core.attachments import Scan
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.lifecycle import CASE, FILING, RECORD
from core.vocabulary import Duty, FindingClass

_FILING = """
SELECT filing_id, status, province, first_record FROM filing
WHERE filing_id = $filing_id AND ($scope IS NULL OR province = $scope)"""

_WAITING = """
SELECT f.filing_id, f.term, f.province, f.institution, i.zh AS institution_zh, i.en AS institution_en, f.category,
    f.records, f.received_at, f.version, count(c.case_id) AS withheld,
    count(c.case_id) FILTER (c.reason = 'incomplete') AS incomplete,
    count(c.case_id) FILTER (c.reason = 'inaccurate') AS inaccurate,
    count(c.case_id) FILTER (c.reason = 'policy') AS policy
FROM filing AS f
LEFT JOIN institution AS i ON i.code = f.institution
LEFT JOIN withheld_case AS c ON c.filing_id = f.filing_id AND c.status <> 'closed'
WHERE f.status = 'received' AND ($scope IS NULL OR f.province = $scope)
    AND ($term IS NULL OR f.term = $term) AND ($province IS NULL OR f.province = $province)
GROUP BY ALL
ORDER BY f.received_at, f.filing_id"""

_SEEN = ("filing_id", "version", "records", "withheld", "incomplete", "inaccurate", "policy")
"""What a person passing filings goes by."""

_TALLY_REVIEW = """
UPDATE rule_tally SET evaluated = evaluated + not_evaluated, failed = $failed, not_evaluated = 0
WHERE filing_id = $filing_id AND rule = 'O03'"""

_HELD = """
SELECT g.rule FROM filing_finding AS g JOIN filing AS f ON f.filing_id = g.filing_id
WHERE g.filing_id = $filing_id AND g.rule = $rule AND g.closed IS NULL AND ($scope IS NULL OR f.province = $scope)"""


def approve(desk: Desk, filing_id: int, *, approved_on: date, document: str, scan: Scan | None = None) -> None:
    """Note that the province passed a filing (省级审核通过): its date and document number, and the scan of it."""
    with _approving(desk, [filing_id], approved_on, document) as tx:
        _approve(tx, desk, filing_id, approved_on, document.strip(), scan)


def approve_all(
    desk: Desk, seen: pl.DataFrame, *, approved_on: date, document: str, scan: Scan | None = None
) -> int:
    """Pass several filings by one document, all of them or none; returns how many records they hold.

    `seen` are their lines of `waiting` as the person saw them: filing_id, version and counts. Raises NotFound or NotAllowed
    when one of them is not the person's to pass, has changed since or no longer waits, or is a late supplement the
    province has not consented to.
    """
    with _approving(desk, seen["filing_id"], approved_on, document) as tx:
        _require_as_seen(tx, desk, seen)
        for filing_id in seen["filing_id"]:
            _approve(tx, desk, filing_id, approved_on, document.strip(), scan)
    return seen["records"].sum()


def waiting(desk: Desk, *, term: str | None = None, province: str | None = None) -> pl.DataFrame:
    """Filings that wait for the province's word, the longest first: filing_id, term, province, institution with names,
    category, records, received_at, version, and how many records are withheld, incomplete, inaccurate and suspected."""
    return desk.frame(_WAITING, term=term, province=province)


def send_back(desk: Desk, filing_id: int, *, reason: str) -> int:
    """Return a filing (省级退回) with a reason: its records leave the line. Returns how many records did."""
    desk.require(Duty.APPROVE)
    if not reason.strip():
        raise BadRequest("请填写退回理由。", "Give the reason for returning the filing.")
    o03 = rules.RULES["O03"]
    with desk.db.transaction() as tx:
        _move_filing(tx, desk, filing_id, "return", reason.strip())
        tx.run(
            "UPDATE filing SET reviewed_on = $on, reviewed_by = $by, return_reason = $reason "
            "WHERE filing_id = $filing_id",
            on=desk.now().date(), by=desk.actor.key, reason=reason.strip(), filing_id=filing_id,
        )
        act = ledger.act_of(desk, "filing", filing_id, reason.strip())
        tx.run(
            "INSERT INTO finding (record_id, version, filing_id, rule, class, field, value) "
            "SELECT record_id, version, filing_id, $rule, $class, $field, certificate_no FROM record "
            "WHERE filing_id = $filing_id AND status IN ('cleared', 'withheld')",
            rule=o03.code, field=o03.fields[0], filing_id=filing_id, **{"class": FindingClass.SCOPE.value},
        )
        ledger.move(
            tx, CASE, "close", act, filing_id=filing_id,
            chosen="SELECT case_id FROM withheld_case WHERE filing_id = $filing_id AND status <> 'closed'",
        )
        moved = ledger.move(
            tx, RECORD, "exclude", act, filing_id=filing_id,
            chosen="SELECT record_id, version FROM record "
            "WHERE filing_id = $filing_id AND status IN ('cleared', 'withheld')",
        )
        tx.run(_TALLY_REVIEW, filing_id=filing_id, failed=moved)
        return moved


def settle(desk: Desk, filing_id: int, rule: str, *, note: str) -> None:
    """Close what was found of a filing as such, by a person's decision with a note: its records may then go on line.

    Raises NotFound when nothing of that rule is open.
    """
    desk.require(Duty.PUBLISH)
    if not note.strip():
        raise BadRequest("请填写核实情况。", "Write what was verified.")
    with desk.db.transaction() as tx:
        if tx.frame(_HELD, filing_id=filing_id, rule=rule, scope=desk.actor.province).is_empty():
            raise NotFound("这个批次没有此项待核实问题。", "The filing has no such open finding.")
        tx.run(
            "UPDATE filing_finding SET closed = $note WHERE filing_id = $filing_id AND rule = $rule AND closed IS NULL",
            note=note.strip(), filing_id=filing_id, rule=rule,
        )
        ledger.note(tx, FILING, "settle", ledger.act_of(desk, "filing", filing_id, f"{rule}：{note.strip()}"), 1)


@contextmanager
def _approving(desk: Desk, filing_ids: Sequence[int], approved_on: date, document: str) -> Iterator[Transaction]:
    """The transaction in which filings are passed, when what is told of it can be."""
    desk.require(Duty.APPROVE)
    if not document.strip():
        raise BadRequest("请填写省级审核文号。", "Give the number of the province's document.")
    if approved_on > desk.now().date():
        raise BadRequest("审核日期不能晚于今天。", "The approval cannot be dated after today.")
    if not len(filing_ids):
        raise BadRequest("请先选择要通过的批次。", "Choose the filings to pass first.")
    with desk.db.transaction() as tx:
        yield tx


def _approve(tx: Transaction, desk: Desk, filing_id: int, approved_on: date, document: str, scan: Scan | None) -> None:
    _move_filing(tx, desk, filing_id, "approve", document)
    supplements.require_consented(tx, filing_id)
    tx.run(
        "UPDATE filing SET reviewed_on = $on, reviewed_by = $by, review_document = $document "
        "WHERE filing_id = $filing_id",
        on=approved_on, by=desk.actor.key, document=document, filing_id=filing_id,
    )
    tx.run(_TALLY_REVIEW, filing_id=filing_id, failed=0)
    if scan:
        attachments.attach(tx, desk, scan, subject="filing", subject_id=filing_id, purpose="approval")


def _require_as_seen(tx: Transaction, desk: Desk, seen: pl.DataFrame) -> None:
    """Refuse when filings do not wait for the province's word just as they were seen; says which."""
    for filing_id in seen["filing_id"]:
        _require_found(tx, desk, filing_id)
    now = tx.frame(_WAITING, scope=desk.actor.province, term=None, province=None)
    changed = seen.join(now, on=_SEEN, how="anti", nulls_equal=True)["filing_id"].to_list()
    if changed:
        which, others = "、".join(map(str, changed[:5])), ", ".join(map(str, changed[:5]))
        raise NotAllowed(
            f"批次 {which} 在您核对之后有变化（条数、版本或状态），所选批次都没有登记。请看过现在的数，重新勾选登记。",
            f"Since you looked, filings have changed in count, version or status: {others}. None of those chosen was passed. "
            "Look at the counts as they are now, and choose again.",
        )


def _require_found(tx: Transaction, desk: Desk, filing_id: int) -> None:
    if tx.frame(_FILING, filing_id=filing_id, scope=desk.actor.province).is_empty():
        raise NotFound("没有找到这个报送批次。", "There is no such filing.")


def _move_filing(tx: Transaction, desk: Desk, filing_id: int, event: str, note: str) -> None:
    _require_found(tx, desk, filing_id)
    ledger.move(
        tx, FILING, event, ledger.act_of(desk, "filing", filing_id, note), filing_id=filing_id,
        chosen="SELECT filing_id FROM filing WHERE filing_id = $filing_id",
    )
