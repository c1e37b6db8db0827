"""接收报送: a file looked at, drafted, received; and the province's word on it (articles 4 and 5, notice item two).

Must not know publication, or how cases are answered.
"""

import os
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from core import draft as drafts
from core import ledger, reference, rules, sorting
from core.database import Database, Transaction
from core.deadlines import Term, Workdays, term_of
from core.desk import Desk, name_of
from core.draft import Draft, Progress
from core.errors import BadRequest, DuplicateFiling, NotFound, UnreadableFiling
from core.lifecycle import CASE, FILING, RECORD
from core.reading import Reading
from core.sorting import Outcome
from core.suggestion import Suggestion, suggest
from core.vocabulary import Category, Duty, FindingClass

FIRST_TERM = Term(2008, 1)
"""The semester that opens on 1 September 2008 (notice item two)."""

_SAME_FILE = """
SELECT filing_id, received_at, received_by FROM filing
WHERE sha256 = $sha256 AND status <> 'returned'
ORDER BY filing_id LIMIT 1"""

_TALLY_REVIEW = """
UPDATE rule_tally SET evaluated = evaluated + not_evaluated, failed = $failed, not_evaluated = 0
WHERE filing_id = $filing_id AND rule = 'O03'"""

_FILING = """
SELECT filing_id, status, province, first_record FROM filing
WHERE filing_id = $filing_id AND ($scope IS NULL OR province = $scope)"""


@dataclass(frozen=True)
class Declared:
    """What the sender declares of a filing: semester, institution code, category, and whether it is 补报."""

    term: Term
    institution: str
    category: Category
    supplement: bool = False


@dataclass(frozen=True)
class Received:
    """A filing now in the store, and what sorting made of it."""

    filing_id: int
    outcome: Outcome


def context_for(source: Reading, declared: Declared | Suggestion, *, today: date, archive: bool) -> rules.Context:
    """All the rules may know of a filing: its columns, what is declared, today, and the tables."""
    return rules.Context(
        columns=frozenset(source.columns), today=today, reference=reference.load(), workdays=Workdays.load(),
        term=declared.term, category=declared.category, institution=declared.institution,
        supplement=isinstance(declared, Declared) and declared.supplement, archive=archive,
    )


def look(source: Reading) -> Suggestion:
    """What the file itself suggests of its institution, category and semester."""
    first = next(iter(source.chunks(5_000)), None)
    if first is None:
        return Suggestion(None, None, None)
    return suggest(first, reference.load())


def require_term(term: Term, today: date) -> Term:
    """Refuse a semester nobody can file for: before 2008-1, or not yet begun. Raises BadRequest."""
    if not FIRST_TERM <= term <= term_of(today):
        raise BadRequest(
            f"没有“{term.code}”这个报送学期。请选择2008—2009学年度第一学期至当前学期。",
            f"There is no filing semester “{term.code}”. Choose one from 2008-1 to the present one.",
        )
    return term


def preview(
    desk: Desk, source: Reading, declared: Declared, *, progress: Progress | None = None
) -> Draft:
    """Read and judge an opened file without storing anything of it: the draft can be received or discarded.

    Raises UnreadableFiling, DuplicateFiling, or BadRequest for a semester, institution or file that cannot be.
    """
    desk.require(Duty.LOAD)
    _require_plausible(desk, declared)
    context = context_for(source, declared, today=desk.now().date(), archive=True)
    draft = drafts.draw_up(source, context, desk.db.folder / "work", progress)
    try:
        _require_new(desk.db, draft.sha256)
        _require_own_records(draft, declared)
    except BaseException:
        draft.discard()
        raise
    return draft


def receive(desk: Desk, draft: Draft, declared: Declared, source: Reading, file_name: str) -> Received:
    """Take a drafted filing into the store: rows, findings, statuses and cases, all of it or nothing.

    Writes the filing's Parquet and original, then one transaction. Raises DuplicateFiling.
    """
    desk.require(Duty.LOAD)
    db, parquet = desk.db, f"{draft.folder.name.removeprefix('draft-')}.parquet"
    filed, original = db.folder / "filings" / parquet, db.folder / "originals" / draft.sha256
    os.replace(draft.filed, filed)
    if not original.exists():
        os.replace(draft.original, original)
    db.secure("filings", "originals")
    try:
        with db.transaction() as tx:
            _require_new(tx, draft.sha256)
            filing_id = tx.next_ids("filing")
            last_row = tx.frame("SELECT max(row) AS n FROM read_parquet($heads)", heads=str(draft.heads)).item()
            first_record = tx.next_ids("record", last_row + 1)
            act = ledger.act_of(desk, "filing", filing_id, declared.term.code)
            ledger.enter_filing(tx, {
                "filing_id": filing_id, "term": declared.term.code, "institution": declared.institution,
                "province": _province(desk, declared.institution), "category": str(declared.category),
                "level": str(declared.category.level), "supplement": declared.supplement, "layout": source.layout,
                "format": source.format, "encoding": source.encoding, "file_name": file_name,
                "sha256": draft.sha256, "size": draft.size, "records": draft.records,
                "first_record": first_record, "parquet": parquet, "ruleset": rules.ruleset_version(),
            }, act)
            outcome = sorting.sort(tx, replace(draft, filed=filed), filing_id=filing_id, first_record=first_record, act=act)
    except BaseException:
        filed.unlink()
        raise
    finally:
        draft.discard()
    return Received(filing_id, outcome)


def approve(desk: Desk, filing_id: int, *, approved_on: date, document: str) -> None:
    """Note that the province passed a filing (省级审核通过): its date and document number."""
    desk.require(Duty.APPROVE)
    if not document.strip():
        raise BadRequest("请填写省级审核文号。", "Give the number of the province's document.")
    if approved_on > desk.now().date():
        raise BadRequest("审核日期不能晚于今天。", "The approval cannot be dated after today.")
    with desk.db.transaction() as tx:
        _move_filing(tx, desk, filing_id, "approve", document.strip())
        tx.run(
            "UPDATE filing SET reviewed_on = $on, reviewed_by = $by, review_document = $document "
            "WHERE filing_id = $filing_id",
            on=approved_on, by=desk.actor.key, document=document.strip(), filing_id=filing_id,
        )
        tx.run(_TALLY_REVIEW, filing_id=filing_id, failed=0)


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


def _move_filing(tx: Transaction, desk: Desk, filing_id: int, event: str, note: str) -> None:
    if tx.frame(_FILING, filing_id=filing_id, scope=desk.actor.province).is_empty():
        raise NotFound("没有找到这个报送批次。", "There is no such filing.")
    ledger.move(
        tx, FILING, event, ledger.act_of(desk, "filing", filing_id, note), filing_id=filing_id,
        chosen="SELECT filing_id FROM filing WHERE filing_id = $filing_id",
    )


def _require_plausible(desk: Desk, declared: Declared) -> None:
    require_term(declared.term, desk.now().date())
    _province(desk, declared.institution)


def _province(desk: Desk, institution: str) -> str:
    known = desk.db.one("SELECT province FROM institution WHERE code = $code", code=institution)
    if known is None:
        raise BadRequest(
            f"学位授予单位代码“{institution}”不在单位表中。请核对代码。",
            f"Institution code “{institution}” is not in the register. Check the code.",
        )
    return known["province"]


def _require_new(store: Database | Transaction, sha256: str) -> None:
    same = store.frame(_SAME_FILE, sha256=sha256)
    if same.is_empty():
        return
    filing_id, received_at, received_by = same.row(0)
    zh, en = name_of(received_by)
    raise DuplicateFiling(
        f"这个文件已于{received_at:%Y-%m-%d %H:%M}由“{zh}”接收（批次{filing_id}），无需重复报送。",
        f"This very file was received on {received_at:%Y-%m-%d %H:%M} by {en} (filing {filing_id}).",
    )


def _require_own_records(draft: Draft, declared: Declared) -> None:
    tally = draft.checked.tally.filter(pl.col("rule") == "A22")
    if tally.is_empty() or tally["failed"][0] * 2 <= draft.records:
        return
    raise UnreadableFiling(
        f"文件中过半记录不属于所选的学位授予单位（{declared.institution}）。请核对报送单位后重新报送。",
        f"Most records do not belong to the chosen institution ({declared.institution}). Check who is filing.",
    )
