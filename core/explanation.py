"""书面说明: papers by which institutions explain suspected breaches, what each covers, and the province's opinion (article 7).

Must not know what is decided about them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from core import attachments, excuses, ledger
from core.attachments import Scan
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest, NotAllowed
from core.lifecycle import CASE, CaseStatus
from core.receipt import Receipt
from core.rules import RULES
from core.vocabulary import Duty

_INSTITUTION = "SELECT province FROM institution WHERE code = $institution"

_SAME_NUMBER = """
SELECT explanation_id, dated, classified FROM explanation WHERE institution = $institution AND number = $number"""

_RECORDS = """
SELECT r.record_id, r.version, r.person, r.certificate_no, r.filing_row AS "row", coalesce(r.parquet, f.parquet) AS parquet,
    f.filed_codes, f.layout, c.case_id, c.status AS case_status,
    EXISTS (SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.version = r.version
        AND s.class = 'classified' AND s.closed IS NULL) AS classified
FROM record AS r
JOIN filing AS f ON f.filing_id = r.filing_id
LEFT JOIN withheld_case AS c ON c.record_id = r.record_id AND c.version = r.version AND c.status <> 'closed'
WHERE r.record_id IN (SELECT unnest($records::BIGINT[])) AND f.institution = $institution
QUALIFY row_number() OVER (PARTITION BY r.record_id ORDER BY r.version DESC) = 1"""

_FOUND = """
SELECT record_id, version, rule, class FROM finding
WHERE record_id IN (SELECT unnest($records::BIGINT[])) AND closed IS NULL AND class <> 'note'"""

_WAITING = """
SELECT record_id, rule FROM explanation_cover WHERE record_id IN (SELECT unnest($records::BIGINT[])) AND outcome IS NULL"""

_SUPPLEMENTED = """
UPDATE explanation_cover AS x SET outcome = 'supplemented' FROM covered AS c
WHERE c.record_id = x.record_id AND c.rule = x.rule AND x.outcome = 'asked'"""


@dataclass(frozen=True)
class Explanation:
    """A paper as it came (书面说明): its number and date, what it says in short, when it was copied to the province (抄报),
    and the scan of it."""

    institution: str
    number: str
    dated: date
    summary: str
    copied_on: date | None = None
    scan: Scan | None = None


@dataclass(frozen=True)
class Cover:
    """One finding a paper explains: of which record, in the version the institution answered, by which check."""

    record_id: int
    version: int
    rule: str


def take_in(desk: Desk, explanation: Explanation, covers: Sequence[Cover]) -> list[Receipt]:
    """Take in a paper for the records it covers; their cases are answered. Returns a receipt for each cover, in order.

    A cover is refused when the record is not one of the institution's, has moved since, has no such open finding, has not
    been fed back yet, or is explained already; when the check wants a correction; and when classified records share a paper
    with others. Whatever is refused stops nothing else; when nothing is taken, no paper is kept. A paper whose number the
    institution used on the same day is the same paper: what it covers is added. Without the duty for classified records
    they are not found. Raises NotAuthorised, BadRequest for a paper without number or summary, or dated after today.
    """
    desk.require(Duty.FEEDBACK)
    _require_sound(desk, explanation)
    with desk.db.transaction() as tx:
        kept = _same_paper(tx, explanation)
        known = {row["record_id"]: row for row in _records(tx, explanation, covers)}
        ids = [cover.record_id for cover in covers]
        found = {row[:3]: row[3] for row in tx.frame(_FOUND, records=ids).iter_rows()}
        waiting = set(tx.frame(_WAITING, records=ids).iter_rows())
        classified = kept["classified"] if kept else None
        receipts, taken = [], []
        for cover in covers:
            record = known.get(cover.record_id)
            why = _refusal(desk, cover, record, found, waiting, classified)
            receipts.append(Receipt(why is None, *(why or _TAKEN)))
            if why is None:
                classified = record["classified"]
                waiting.add((cover.record_id, cover.rule))
                taken.append({**record, "rule": cover.rule, "class": found[cover.record_id, cover.version, cover.rule]})
        if taken:
            _enter(tx, desk, explanation, kept, taken)
        return receipts


def copied(desk: Desk, explanation_id: int, *, copied_on: date) -> None:
    """Note that the institution copied the paper to its province (抄报所在地省级学位委员会办公室), and when."""
    desk.require(Duty.FEEDBACK)
    if copied_on > desk.now().date():
        raise BadRequest("抄报日期不能晚于今天。", "The copy cannot be dated after today.")
    with desk.db.transaction() as tx:
        excuses.explanation(tx, desk, explanation_id)
        tx.run(
            "UPDATE explanation SET copied_on = $on WHERE explanation_id = $explanation_id",
            on=copied_on, explanation_id=explanation_id,
        )
        ledger.note(tx, CASE, "copy", ledger.act_of(desk, "explanation", explanation_id), 0)


def give_opinion(
    desk: Desk, explanation_id: int, *, agrees: bool, note: str, paper: str, given_on: date, scan: Scan | None = None
) -> None:
    """Enter the province's opinion on a paper that was copied to it: agreeing or not, with its own paper and date.

    A later opinion stands beside the earlier one; the last counts. Raises NotFound outside the person's scope, NotAllowed
    when the paper was not copied, BadRequest without a note or a document number.
    """
    desk.require(Duty.APPROVE)
    if not note.strip() or not paper.strip():
        raise BadRequest("请填写省级意见和文号。", "Give the opinion and the number of the province's document.")
    if given_on > desk.now().date():
        raise BadRequest("意见日期不能晚于今天。", "The opinion cannot be dated after today.")
    with desk.db.transaction() as tx:
        if excuses.explanation(tx, desk, explanation_id)["copied_on"] is None:
            raise NotAllowed(
                "这份说明还没有登记抄报，请先登记抄报日期，再填写省级意见。",
                "The explanation has not been copied to the province yet: note the copy first, then give the opinion.",
            )
        tx.append("explanation_opinion", pl.DataFrame([{
            "explanation_id": explanation_id, "agrees": agrees, "note": note.strip(), "paper": paper.strip(),
            "given_on": given_on, "given_by": desk.actor.key, "entered_at": desk.now(),
        }]))
        if scan:
            attachments.attach(tx, desk, scan, subject="explanation", subject_id=explanation_id, purpose="opinion")
        ledger.note(tx, CASE, "opinion", ledger.act_of(desk, "explanation", explanation_id, paper.strip()), 0)


def _require_sound(desk: Desk, explanation: Explanation) -> None:
    if not explanation.number.strip() or not explanation.summary.strip():
        raise BadRequest("请填写书面说明的文号和摘要。", "Give the number of the explanation, and what it says in short.")
    if max(explanation.dated, explanation.copied_on or explanation.dated) > desk.now().date():
        raise BadRequest("书面说明的日期不能晚于今天。", "The explanation cannot be dated after today.")


def _same_paper(tx: Transaction, explanation: Explanation) -> dict[str, Any] | None:
    """The paper as kept already; None for a new one."""
    found = tx.frame(_SAME_NUMBER, institution=explanation.institution, number=explanation.number.strip())
    if found.is_empty():
        return None
    kept = found.row(0, named=True)
    if kept["dated"] != explanation.dated:
        raise BadRequest(
            f"该单位已有同一文号、日期为{kept['dated']}的说明，请核对文号和日期。",
            f"The institution has an explanation of this number dated {kept['dated']}; check number and date.",
        )
    return kept


def _records(tx: Transaction, explanation: Explanation, covers: Sequence[Cover]) -> list[dict[str, Any]]:
    ids = sorted({cover.record_id for cover in covers})
    return tx.frame(_RECORDS, records=ids, institution=explanation.institution).to_dicts()


_TAKEN = ("已收到书面说明，等待审定。", "The explanation was taken and waits for a decision.")
_UNKNOWN = ("没有找到该单位的这条记录，请核对记录编号。", "The institution has no such record; check its number.")


def _refusal(
    desk: Desk, cover: Cover, record: dict[str, Any] | None, found: dict[tuple[Any, ...], str], waiting: set[tuple[Any, ...]],
    classified: bool | None,
) -> tuple[str, str] | None:
    """Why a cover is not taken; None when it is. `classified` is what the paper covers already: such records, or others."""
    if record is None or (record["classified"] and not desk.actor.may(Duty.CLASSIFIED)):
        return _UNKNOWN
    if record["version"] != cover.version:
        return ("记录在答复之后已有新版本，请按最新反馈重新答复。", "The record has moved since: answer the latest feedback.")
    cls = found.get((cover.record_id, cover.version, cover.rule))
    if cls is None:
        return ("这条记录没有此项待核实问题，无需说明。", "The record has no such open finding; nothing is to be explained.")
    if not excuses.explainable(cover.rule, cls):
        return (
            f"“{RULES[cover.rule].cls.zh}”须更正，不能以书面说明代替。请填报信息变更或补报材料。",
            f"“{RULES[cover.rule].cls.en}” must be corrected; an explanation cannot stand for it. Request a change.",
        )
    if (cover.record_id, cover.rule) in waiting:
        return ("这个问题已有说明等待审定，不必重复提交。", "An explanation of this finding waits for a decision already.")
    if record["case_status"] not in (CaseStatus.SENT, CaseStatus.ANSWERED):
        return ("这条记录还没有反馈给单位，请在反馈之后再说明。", "The record has not been fed back yet: explain it once it is.")
    if classified is not None and classified != record["classified"]:
        return (
            "涉密记录须单独行文说明，请与其他记录分开报送。", "Classified records need a paper of their own; send it apart from others."
        )
    return None


def _enter(
    tx: Transaction, desk: Desk, explanation: Explanation, kept: dict[str, Any] | None, taken: list[dict[str, Any]]
) -> None:
    explanation_id = kept["explanation_id"] if kept else tx.next_ids("explanation")
    if not kept:
        tx.append("explanation", pl.DataFrame([{
            "explanation_id": explanation_id, "institution": explanation.institution,
            "province": tx.frame(_INSTITUTION, institution=explanation.institution).item(),
            "number": explanation.number.strip(), "dated": explanation.dated, "summary": explanation.summary.strip(),
            "classified": taken[0]["classified"], "received_at": desk.now(), "received_by": desk.actor.key,
        }]))
    if explanation.copied_on:
        tx.run("UPDATE explanation SET copied_on = $on WHERE explanation_id = $id", on=explanation.copied_on, id=explanation_id)
    if explanation.scan:
        attachments.attach(tx, desk, explanation.scan, subject="explanation", subject_id=explanation_id, purpose="explanation")
    lines = pl.DataFrame(taken, infer_schema_length=None, schema_overrides={"filed_codes": pl.String, "person": pl.String})
    bound = excuses.fingerprints(excuses.located(lines, tx.folder)).select(
        "record_id", "version", "rule", "class", "person", "certificate_no", explanation_id=pl.lit(explanation_id),
        fingerprint="told", taken_at=pl.lit(desk.now()),
    )
    tx.run("CREATE OR REPLACE TEMP TABLE covered (record_id BIGINT, rule VARCHAR)")
    tx.append("covered", bound.select("record_id", "rule"))
    tx.run(_SUPPLEMENTED)
    tx.append("explanation_cover", bound)
    ledger.move(
        tx, CASE, "answer", ledger.act_of(desk, "explanation", explanation_id, explanation.number.strip()),
        cases=[record["case_id"] for record in taken],
        chosen="SELECT case_id FROM withheld_case WHERE list_contains($cases, case_id) AND status = 'sent'",
    )
