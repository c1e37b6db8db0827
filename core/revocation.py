"""撤销登记: degrees revoked (撤销学位, article 9) and filings withdrawn (撤销备案, article 7): two doors, one way off the line.

A record that leaves by either stays on file, inactive, and is off the public view at once. Must not know who is told
of it, nor what may come back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from core import attachments, ledger, neighbours, ruleset, typed
from core.attachments import Scan
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest
from core.lifecycle import CASE, RECORD, RecordStatus
from core.receipt import Receipt
from core.ruleset import Ruleset
from core.vocabulary import Duty, Word

MOST = 1_000
"""Items of one list; a decision names far fewer."""

_SEEN = """
    ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s
        WHERE s.record_id = r.record_id AND s.class = 'classified' AND s.closed IS NULL))"""

_FOUND = f"""
SELECT r.certificate_no AS key, r.record_id, r.version, r.filing_id, r.status, r.conferred_on, f.institution
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.certificate_no IN (SELECT unnest($keys::VARCHAR[])) AND r.status <> 'superseded' AND {_SEEN}
UNION ALL
SELECT '#' || r.record_id, r.record_id, r.version, r.filing_id, r.status, r.conferred_on, f.institution
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.record_id IN (SELECT unnest($ids::BIGINT[])) AND {_SEEN}
QUALIFY row_number() OVER (PARTITION BY r.record_id ORDER BY r.version DESC) = 1"""

_OF_ONE = "SELECT record_id, version FROM record WHERE record_id = $record_id AND version = $version"

_GONE = f"""
CREATE OR REPLACE TEMP TABLE settling AS
SELECT r.record_id, r.version, NULL::BIGINT AS correction_id, 'withdraw' AS kind, TRUE AS stands, {neighbours.GOES_BY}
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id WHERE r.followed IS NULL AND list_contains($records, r.record_id)"""

_CASES = """
SELECT case_id FROM withheld_case WHERE record_id = $record_id AND version = $version AND status <> 'closed'"""


class Kind(Word):
    """Which door (撤销类别): the words of the two are never exchanged."""

    DEGREE = "degree", "撤销学位", "Degree revoked"
    FILING = "filing", "撤销备案", "Filing withdrawn"


_EVENTS = {Kind.DEGREE: "revoke", Kind.FILING: "withdraw"}


@dataclass(frozen=True)
class Revocation:
    """An institution's decision to revoke degrees (撤销学位决议), as it reported it."""

    institution: str
    decision_no: str
    effective_on: date
    received_on: date
    requester: str
    paper: Scan | None
    reason: str = ""

    kind = Kind.DEGREE


@dataclass(frozen=True)
class Withdrawal:
    """An institution's request to withdraw filings made in error (撤销备案), with its reason."""

    institution: str
    received_on: date
    requester: str
    reason: str
    paper: Scan | None = None

    kind = Kind.FILING


def take_in(desk: Desk, asked: Revocation | Withdrawal, which: Sequence[str]) -> list[Receipt]:
    """Register what an institution reported of these records, and take them off the line (登记撤销). One receipt each.

    `which` are certificate numbers; `#15` names record 15, where several share a number. An item that cannot be taken
    (unknown, another institution's, revoked or withdrawn already, named twice) is refused in its receipt and stops no
    other. Written: the registration and its paper, the record's status, its case closed, an act for each. Records that
    share a person, a number or a photo with them are judged again: a duplicate is released, what has a revoked number is
    withheld, on line or not. Raises BadRequest when the report itself cannot be used. Articles 7 and 9.
    """
    desk.require(Duty.LOAD)
    _require_usable(desk, asked)
    keys = [_key(each) for each in which]
    if not any(keys):
        raise BadRequest("请填写学位证书编号，每行一个。", "Give the certificate numbers, one a line.")
    if len(keys) > MOST:
        raise BadRequest(f"一次最多登记{MOST:,}条，请分批登记。", f"At most {MOST:,} at once; register them in parts.")
    receipts, judged_by = [], ruleset.in_force(desk.db, desk.now().date())
    with desk.db.transaction() as tx:
        ruleset.require_in_force(tx, judged_by.fingerprint, desk.now().date())
        ids = [int(key[1:]) for key in keys if key.startswith("#") and key[1:].isdecimal()]
        found = tx.frame(_FOUND, keys=keys, ids=ids, sees_classified=desk.actor.may(Duty.CLASSIFIED))
        of_key = {key: lines.to_dicts() for (key,), lines in found.sort("record_id").group_by("key", maintain_order=True)}
        taken: dict[int, int] = {}
        for line, key in enumerate(keys, start=1):
            record, refusal = _choose(asked, key, of_key.get(key, []), taken)
            if record is None:
                receipts.append(refusal)
                continue
            taken[record["record_id"]] = line
            receipts.append(_register(tx, desk, asked, record))
        if taken:
            _judge_beside(tx, desk, judged_by, asked.kind, list(taken))
    return receipts


def _judge_beside(tx: Transaction, desk: Desk, judged_by: Ruleset, kind: Kind, records: list[int]) -> None:
    """Judge again what stood beside the records that have just left."""
    tx.run(_GONE, records=records)
    last = tx.frame("SELECT max(revocation_id) AS n FROM revocation").item()
    barring = frozenset({"P23"} if kind is Kind.DEGREE else ())
    neighbours.judge_again(tx, desk.db.folder, judged_by, ledger.act_of(desk, "revocation", last, "相关记录复核"), barring=barring)


def _require_usable(desk: Desk, asked: Revocation | Withdrawal) -> None:
    """Refuse a report that lacks something or lies in the future; raises BadRequest."""
    today = desk.now().date()
    if not asked.institution.strip() or not asked.requester.strip():
        raise BadRequest("请填写报送单位和申请人。", "Give the institution and who asks for it.")
    if asked.received_on > today:
        raise BadRequest("收到日期不能晚于今天，请核对。", "It cannot have been received after today; check the date.")
    if isinstance(asked, Withdrawal):
        if not asked.reason.strip():
            raise BadRequest("请填写撤销备案的理由。", "Give the reason for withdrawing the filing.")
        return
    if not asked.decision_no.strip():
        raise BadRequest("请填写撤销学位决议的文号。", "Give the number of the decision.")
    if asked.effective_on > today:
        raise BadRequest(
            "撤销学位决议尚未生效，请在生效日当天或之后登记。",
            "The decision has not taken effect yet. Register it on the day it does, or after.",
        )
    if asked.paper is None:
        raise BadRequest("请附撤销学位决议的扫描件（PDF或JPG）。", "Attach a scan of the decision (PDF or JPG).")


def _key(text: str) -> str:
    """An item as it is looked up: `#` and a record's number, or a certificate number as the lookup reads it."""
    text = text.strip()
    if text[:1] not in ("#", "＃"):
        return typed.number(text)
    record = text[1:].strip()
    return f"#{int(record)}" if record.isdecimal() and len(record) < 19 else "#"


def _choose(
    asked: Revocation | Withdrawal, key: str, found: list[dict[str, object]], taken: Mapping[int, int]
) -> tuple[dict[str, object] | None, Receipt]:
    """The one record an item means, or why it is none."""
    own = [each for each in found if each["institution"] == asked.institution.strip()]
    active = [each for each in own if _EVENTS[asked.kind] in RECORD.events_from(str(each["status"]))]
    again = [taken[each["record_id"]] for each in own if each["record_id"] in taken]
    if again:
        return None, Receipt(
            False, f"与第{again[0]}行是同一条记录，未重复登记。", f"The same record as line {again[0]}; not registered twice."
        )
    if len(active) == 1:
        record = active[0]
        if isinstance(asked, Revocation) and record["conferred_on"] and asked.effective_on < record["conferred_on"]:
            return None, Receipt(
                False, "决议生效日早于该学位授予日，请核对生效日和证书编号。",
                "The decision took effect before this degree was conferred; check the day and the number.",
            )
        return record, Receipt(True, "", "")
    return None, Receipt(False, *_refusal(key, found, own, active))


def _refusal(
    key: str, found: list[dict[str, object]], own: list[dict[str, object]], active: list[dict[str, object]]
) -> tuple[str, str]:
    """Why an item means no record, or no single one, that can leave the line."""
    if not key:
        return "空行，未登记。", "An empty line; nothing was registered."
    if active:
        records = "、".join(f"#{each['record_id']}" for each in active)
        return (
            f"有{len(active)}条记录用此编号，请改填要撤销的一条：{records}。",
            f"{len(active)} records have this number; name the one that is meant: {records.replace('、', ', ')}.",
        )
    if not own and found:
        return "该记录不是报送单位授予的，请核对单位和证书编号。", "It is another institution's record; check both."
    for status, zh, en in (
        (RecordStatus.REVOKED, "该学位已经撤销，无需重复登记。", "This degree is revoked already."),
        (RecordStatus.WITHDRAWN, "该备案已经撤销，无需重复登记。", "This filing is withdrawn already."),
    ):
        if any(each["status"] == status for each in own):
            return zh, en
    return (
        "没有找到在办的这条记录，或您无权查看，请核对证书编号。",
        "There is no such record on the line, or it is not yours to see; check the number.",
    )


def _register(
    tx: Transaction, desk: Desk, asked: Revocation | Withdrawal, record: dict[str, object]
) -> Receipt:
    """Write one registration and move its record."""
    revocation_id = tx.next_ids("revocation")
    degree = asked if isinstance(asked, Revocation) else None
    tx.append("revocation", pl.DataFrame([{
        "revocation_id": revocation_id, "kind": str(asked.kind), "record_id": record["record_id"],
        "version": record["version"], "filing_id": record["filing_id"], "former_status": record["status"],
        "decision_no": degree and degree.decision_no.strip(), "effective_on": degree and degree.effective_on,
        "received_on": asked.received_on, "requester": asked.requester.strip(), "reason": asked.reason.strip(),
        "registered_at": desk.now(), "registered_by": desk.actor.key,
    }], schema_overrides={"decision_no": pl.String, "effective_on": pl.Date}))
    if asked.paper:
        attachments.attach(
            tx, desk, asked.paper, subject="revocation", subject_id=revocation_id, purpose="revocation"
        )
    act = ledger.act_of(desk, "revocation", revocation_id, f"记录{record['record_id']}")
    one = {"record_id": record["record_id"], "version": record["version"]}
    ledger.move(tx, CASE, "close", act, chosen=_CASES, **one)
    ledger.move(tx, RECORD, _EVENTS[asked.kind], act, chosen=_OF_ONE, **one)
    return Receipt(
        True, f"已登记{asked.kind.zh}：记录{record['record_id']}，登记号{revocation_id}。",
        f"{asked.kind.en}: record {record['record_id']}, registered as number {revocation_id}.",
    )
