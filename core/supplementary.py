"""补报单条: a record missing from what was filed enters as a late supplement of its own, by the one gate (article 7, notice item two).

It waits for the province as any late supplement does. Must not know screens.
"""

import csv
import io
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from core import admission, attachments, intake, ledger, reading, typed
from core.attachments import Scan
from core.database import Transaction
from core.deadlines import Term
from core.declaration import Declared, Grounds
from core.desk import Desk
from core.errors import BadRequest
from core.intake import Received
from core.lifecycle import CORRECTION
from core.record import COLUMNS, LAYOUTS
from core.vocabulary import Category, CorrectionKind, CorrectionReason, Duty

LAYOUT = LAYOUTS["new27"]
"""The fields a record is given in; others may be added by their codes."""

_ON_FILE = """
SELECT 1 FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.certificate_no = $number AND r.followed IS NULL AND r.status NOT IN ('superseded', 'withdrawn')
    AND f.institution = $institution AND ($scope IS NULL OR f.province = $scope)"""

_ENTERED = """
SELECT r.record_id, r.version, r.status, f.filing_id, f.province, f.institution
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id WHERE f.filing_id = $filing_id"""

_OF_ONE = "SELECT correction_id FROM correction WHERE correction_id = $number"


@dataclass(frozen=True)
class Supplementary:
    """What an institution asks to be added: the record by codes, its semester and category, why it is late and the province's
    consent if given already, who asks for it, and the proof."""

    term: Term
    institution: str
    category: Category
    fields: Mapping[str, str | None]
    grounds: Grounds
    requester: str
    evidence: tuple[Scan, ...] = ()


def enter(desk: Desk, asked: Supplementary) -> Received:
    """Take in one record as a filing of its own, a late supplement; it is checked and sorted like any filing.

    Until the province has consented and passed the filing it is not published. What was asked for is kept as a correction of
    its kind. Raises BadRequest without a reason, the person who asks, evidence, name or certificate number, or for a record
    that is on file already; DuplicateFiling for the very same once more; and as admission.preview.
    """
    desk.require(Duty.LOAD)
    fields = {code: (value or "").strip() for code, value in asked.fields.items()}
    _require_told(desk, asked, fields)
    content = io.StringIO()
    codes = [*LAYOUT.codes, *(code for code in COLUMNS if fields.get(code) and code not in LAYOUT.codes)]
    csv.writer(content).writerows([codes, [fields.get(code, "") for code in codes]])
    declared = Declared(asked.term, asked.institution, asked.category, supplement=True, grounds=asked.grounds)
    with tempfile.TemporaryDirectory(dir=desk.db.folder / "work") as folder:
        path = Path(folder) / "supplement.csv"
        path.write_text(content.getvalue(), encoding="utf-8")
        source = reading.open_filing(path, encoding="utf-8")
        draft = admission.preview(desk, source, declared)
        return intake.receive(
            desk, draft, declared, source, f"补报单条_{asked.institution}.csv", along=lambda tx, received: _note(tx, desk, asked, received)
        )


def _require_told(desk: Desk, asked: Supplementary, fields: Mapping[str, str]) -> None:
    if not asked.requester.strip():
        raise BadRequest("请填写提出单位的经办人。", "Give the person at the institution who asks for it.")
    if not asked.evidence:
        raise BadRequest("补报须附证明材料扫描件（如学位授予决议）。", "A supplementary record needs its evidence, scanned, such as the resolution.")
    strange = [code for code in fields if code not in COLUMNS]
    if strange:
        raise BadRequest(f"没有字段“{'、'.join(strange)}”，请核对字段代码。", f"There is no field {', '.join(strange)}; check the codes.")
    if not fields.get("XM") or not fields.get("XWZSBH"):
        raise BadRequest("请至少填写姓名和学位证书编号。", "Give at least the name and the certificate number.")
    number = typed.number(fields["XWZSBH"])
    if desk.frame(_ON_FILE, number=number, institution=asked.institution).height:
        raise BadRequest(
            "该单位已有这个学位证书编号的记录，无需补报。内容有误的请提出信息变更。",
            "The institution has a record of this certificate number already. Ask for a change if it is wrong.",
        )


def _note(tx: Transaction, desk: Desk, asked: Supplementary, received: Received) -> None:
    """Keep what was asked for, settled at once: the filing is what waits for the province."""
    entered = tx.frame(_ENTERED, filing_id=received.filing_id).row(0, named=True)
    number = tx.next_ids("correction")
    act = ledger.act_of(desk, "correction", number)
    ledger.enter_corrections(tx, pl.DataFrame([{
        "correction_id": number, "kind": str(CorrectionKind.SUPPLEMENT), "reason": str(CorrectionReason.OMITTED),
        "note": (asked.grounds.reason or "").strip(), "requester": asked.requester.strip(),
        **{name: entered[name] for name in ("record_id", "version", "filing_id", "province", "institution")},
    }]), act)
    attachments.attach_all(tx, desk, [(scan, number) for scan in asked.evidence], subject="correction", purpose="evidence")
    for event in ("admit", "settle"):
        ledger.move(tx, CORRECTION, event, act, chosen=_OF_ONE, number=number)
    tx.run("UPDATE correction SET outcome = $status WHERE correction_id = $number", status=entered["status"], number=number)
