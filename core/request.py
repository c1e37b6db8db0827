"""更正申请: what may be asked for of a record, by whom and with what proof; each refusal says what to do next (article 7).

Must not know what becomes of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from core.attachments import Scan
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.lifecycle import RECORD
from core.record import COLUMNS, KEY_COLUMNS, LAYOUTS
from core.vocabulary import CorrectionKind, CorrectionReason

KEY = frozenset(code for group in KEY_COLUMNS for code in group)
"""Fields of key information (关键信息): their change needs evidence."""
PHOTO = (CorrectionKind.SUPPLY_PHOTO, CorrectionKind.REPLACE_PHOTO)

_HEADS = """
SELECT r.record_id, r.version, r.status, r.filing_id, r.filing_row, f.status AS filing_status, f.province, f.institution,
    f.layout, f.filed_codes, p.sha256 AS photo, EXISTS (
        SELECT 1 FROM correction AS c WHERE c.record_id = r.record_id AND c.status IN ('received', 'ready')) AS pending
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
LEFT JOIN photo AS p ON p.record_id = r.record_id
WHERE r.followed IS NULL AND r.record_id IN (SELECT unnest($records::BIGINT[])) AND ($scope IS NULL OR f.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.class = 'classified' AND s.closed IS NULL))"""


@dataclass(frozen=True)
class Request:
    """One thing an institution asks for of one record, made against one version of it.

    `fields` are new values by code (null empties one); `evidence` are scans already kept; `photo` is a folder with the one
    photo that is to be the record's, for the two kinds of photos.
    """

    kind: CorrectionKind
    record_id: int
    version: int
    reason: CorrectionReason
    requester: str
    fields: Mapping[str, str | None] = field(default_factory=dict)
    note: str = ""
    evidence: tuple[Scan, ...] = ()
    photo: Path | None = None


def heads_of(desk: Desk, requests: Sequence[Request]) -> dict[int, dict[str, Any]]:
    """The present versions of the records asked about that are this person's to see, by their numbers."""
    found = desk.frame(_HEADS, records=[request.record_id for request in requests])
    return {head["record_id"]: head for head in found.iter_rows(named=True)}


def require(request: Request, head: dict[str, Any] | None, taken: set[int]) -> dict[str, Any]:
    """The record's present version (of `heads`), where this may be asked of it and nothing is `taken` in of it already.

    Raises NotFound, NotAllowed or BadRequest, with what to do next."""
    if head is None:
        raise NotFound("没有找到这条记录，或您无权查看。请核对记录编号。", "There is no such record, or it is not yours to see. Check its number.")
    if head["version"] != request.version:
        raise NotAllowed(
            f"记录已有变动：更正是对第{request.version}版提出的，现为第{head['version']}版。请按现在的内容重新提出。",
            f"The record moved since: this was asked of version {request.version}, and it is now {head['version']}. Ask again by what it is now.",
        )
    if head["pending"] or request.record_id in taken:
        raise NotAllowed(
            "这条记录已有一件更正等待整理，整理后才能再提。请合并为一件，或等本月整理之后。",
            "A correction of this record is waiting already. Put both into one, or wait for the monthly run.",
        )
    event = "withdraw" if request.kind is CorrectionKind.WITHDRAW else "correct"
    if event not in RECORD.events_from(head["status"]) or head["filing_status"] in ("returned", "replaced"):
        zh = RECORD.word(head["status"]).zh
        raise NotAllowed(
            f"记录现为“{zh}”，不能办理“{request.kind.zh}”。请核对记录状态。",
            f"The record is: {RECORD.word(head['status']).en}. It does not allow: {request.kind.en}. Check its status.",
        )
    _require_told(request, head)
    return head


def _require_told(request: Request, head: dict[str, Any]) -> None:
    if not request.requester.strip():
        raise BadRequest("请填写提出单位的经办人。", "Give the person at the institution who asks for it.")
    if request.reason is CorrectionReason.OTHER and not request.note.strip():
        raise BadRequest("原因选“其他”的，请写明情况。", "For another reason, say what it is.")
    if request.kind in PHOTO and request.photo is None:
        raise BadRequest("没有照片。请附上一张照片。", "There is no photo. Attach one.")
    if request.kind is CorrectionKind.SUPPLEMENT:
        raise BadRequest(
            "补充备案是未报送过的记录，请在“月度更正”中作为补充备案收下，写明原因并附证明材料。",
            "A supplementary record is not on file: load it as a late supplement, with its reason and the province's consent.",
        )
    if request.kind is CorrectionKind.WITHDRAW and not request.evidence:
        raise BadRequest("撤销备案须附证明材料扫描件。", "The withdrawal of a filing needs its evidence, scanned.")
    if request.kind is not CorrectionKind.CHANGE:
        return
    if not request.fields:
        raise BadRequest("没有要变更的字段。请填写更正后的内容。", "No field is to be changed. Give the new values.")
    carried = {*(head["filed_codes"] or "").split()} or set(LAYOUTS[head["layout"]].codes)
    strange = [code for code in request.fields if code not in COLUMNS or code not in carried]
    if strange:
        names = "、".join(COLUMNS[code].zh if code in COLUMNS else code for code in strange)
        raise BadRequest(
            f"该批次报送格式没有字段“{names}”，不能变更。请核对字段代码。",
            f"The filing does not carry the field {', '.join(strange)}; it cannot be changed. Check the field's code.",
        )
    if KEY.intersection(request.fields) and not request.evidence:
        raise BadRequest("变更关键信息须附证明材料扫描件。", "A change of key information needs its evidence, scanned.")
