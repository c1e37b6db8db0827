"""反馈登记: every notice from made to handed out and acknowledged: when, by whom; and those nobody has opened (articles 6, 11).

A notice counts as opened when someone of its province has fetched it, or its receipt was acknowledged: what the centre
itself looks at proves nothing. Must not know how files are made.
"""

import io
import zipfile
from collections.abc import Sequence

import polars as pl

from core import feedback, feedback_job, feedback_workbook, ledger, masking
from core.desk import Desk
from core.errors import BadRequest, NotAuthorised, NotFound
from core.feedback_bundle import bundle_name
from core.letter import letter, letter_name
from core.lifecycle import CASE
from core.vocabulary import Duty, Word


class Delivered(Word):
    """How far a notice has come on its way (送达状态)."""

    ISSUED = "issued", "已冻结，待生成", "Frozen, not yet made"
    MADE = "made", "已生成，未领取", "Made, not opened"
    OPENED = "opened", "已领取", "Opened"
    ACKNOWLEDGED = "acknowledged", "已签收", "Acknowledged"


_REGISTER = """
WITH told AS (
    SELECT notice_id, count(*) FILTER (event = 'downloaded') AS downloads,
        min(happened_at) FILTER (event = 'downloaded' AND province IS NOT NULL) AS opened_at,
        arg_min(happened_by, happened_at) FILTER (event = 'downloaded' AND province IS NOT NULL) AS opened_by,
        max(happened_at) FILTER (event = 'downloaded') AS downloaded_at,
        arg_max(happened_by, happened_at) FILTER (event = 'downloaded') AS downloaded_by,
        min(happened_at) FILTER (event = 'acknowledged') AS acknowledged_at,
        arg_min(note, happened_at) FILTER (event = 'acknowledged') AS acknowledged_note
    FROM delivery GROUP BY notice_id
)
SELECT n.notice_id, n.institution, n.institution_zh, i.en AS institution_en, n.province, n.province_zh, p.en AS province_en,
    n.round, n.records, n.classified_records, n.due_on, n.issued_at, b.made_at, coalesce(t.downloads, 0) AS downloads,
    t.downloaded_at, t.downloaded_by, t.opened_at, t.opened_by, t.acknowledged_at, t.acknowledged_note,
    CASE WHEN t.acknowledged_at IS NOT NULL THEN 'acknowledged' WHEN t.opened_at IS NOT NULL THEN 'opened'
        WHEN b.made_at IS NOT NULL THEN 'made' ELSE 'issued' END AS delivered
FROM notice AS n
LEFT JOIN feedback_bundle AS b ON b.run_id = n.run_id AND b.province = n.province
LEFT JOIN told AS t ON t.notice_id = n.notice_id
LEFT JOIN institution AS i ON i.code = n.institution
LEFT JOIN province AS p ON p.code = n.province
WHERE n.run_id = $run_id AND ($scope IS NULL OR n.province = $scope)
ORDER BY n.province, n.institution, n.notice_id"""


def register(desk: Desk, run_id: int) -> pl.DataFrame:
    """The notices of a run and how far each has come: delivered (of Delivered), made_at, downloads, downloaded_at and by
    (the last one), opened_at and by (the first of its province), acknowledged_at and its note."""
    return desk.frame(_REGISTER, run_id=run_id)


def unopened(desk: Desk, run_id: int) -> pl.DataFrame:
    """By province: notices, unopened, and days since the run was issued. Provinces where all are opened are left out."""
    waiting = pl.col("delivered").is_in([str(Delivered.ISSUED), str(Delivered.MADE)])
    days = (pl.lit(desk.now().date()) - pl.col("issued_at").dt.date()).dt.total_days()
    return (
        register(desk, run_id)
        .group_by("province", "province_zh", "province_en", maintain_order=True)
        .agg(notices=pl.len(), unopened=waiting.sum(), records=pl.col("records").filter(waiting).sum(), days=days.max())
        .filter(pl.col("unopened") > 0)
    )


def workbook(desk: Desk, notice_id: int) -> tuple[str, bytes]:
    """An institution's workbook: file name and XLSX, the very bytes in its province's bundle; noted as handed out.

    Raises NotFound outside scope.
    """
    notice = _handed_out(desk, [notice_id])
    return feedback_workbook.file_name(notice), feedback_workbook.workbook(notice, feedback.lines(desk, notice_id))


def covering_letter(desk: Desk, notice_id: int) -> tuple[str, bytes]:
    """An institution's covering letter: file name and DOCX. Raises NotFound outside scope."""
    desk.require(Duty.READ)
    notice = feedback.notice(desk, notice_id)
    return letter_name(notice), letter(notice)


def bundle(desk: Desk, run_id: int, province: str) -> bytes:
    """A province's bundle; each of its notices is noted as handed out. Raises NotFound outside scope or before it is made."""
    desk.require(Duty.READ)
    notices = feedback.notices_of(desk, run_id, province=province)["notice_id"].to_list()
    path = feedback_job.folder(desk.db, run_id) / bundle_name(province)
    if not notices or not path.exists():
        raise NotFound("没有这个反馈包，或尚未生成。", "There is no such bundle, or it has not been made yet.")
    _handed_out(desk, notices)
    return path.read_bytes()


def everything(desk: Desk, run_id: int) -> bytes:
    """The bundles of a run within this person's scope, in one zip. Raises as bundle."""
    desk.require(Duty.READ)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for province in feedback.notices_of(desk, run_id)["province"].unique(maintain_order=True):
            archive.writestr(bundle_name(province), bundle(desk, run_id, province))
    return packed.getvalue()


def preview(desk: Desk, notice_id: int) -> pl.DataFrame:
    """A notice's rows as its institution sees them, but for masked ID numbers, and the hidden key left out: a text column for each of
    feedback_workbook.COLUMNS. Not noted as handed out."""
    desk.require(Duty.READ)
    feedback.notice(desk, notice_id)
    return feedback_workbook.cells(masking.frame(feedback.lines(desk, notice_id))).drop(feedback_workbook.KEY)


def acknowledge(desk: Desk, notice_ids: Sequence[int], *, note: str) -> int:
    """Note that institutions have acknowledged their notices, and how: by phone, a stamped receipt. Returns how many.

    Done by the centre, or by the province for its own. Raises NotAuthorised, NotFound outside scope, BadRequest without
    a note.
    """
    if not (desk.actor.may(Duty.FEEDBACK) or desk.actor.may(Duty.APPROVE)):
        raise NotAuthorised(
            "您的岗位不能登记签收。请由反馈人员或省级审核人员登记。",
            "Your post may not note receipts. Ask someone who sends feedback, or the province's reviewer.",
        )
    if not note.strip():
        raise BadRequest("请填写签收方式（如回执文号、电话核实人）。", "Say how it was acknowledged (receipt number, who phoned).")
    feedback.require_notices(desk, notice_ids)
    note_all(desk, notice_ids, "acknowledged", note.strip())
    return len(notice_ids)


def note_all(desk: Desk, notice_ids: Sequence[int], event: str, note: str = "") -> None:
    """Write an event of each notice into the register, and one act into the book."""
    act = ledger.act_of(desk, "notice", notice_ids[0] if len(notice_ids) == 1 else None, note)
    with desk.db.transaction() as tx:
        tx.append("delivery", pl.DataFrame([
            {"notice_id": notice_id, "event": event, "province": desk.actor.province, "note": note, "happened_at": act.at,
             "happened_by": act.by}
            for notice_id in notice_ids
        ], schema_overrides={"province": pl.String}))
        ledger.note(tx, CASE, event, act, len(notice_ids))


def _handed_out(desk: Desk, notice_ids: Sequence[int]) -> dict[str, object]:
    """Note that notices leave the desk with whoever sits there; returns the first."""
    desk.require(Duty.READ)
    notice = feedback.notice(desk, notice_ids[0])
    note_all(desk, notice_ids, "downloaded")
    return notice
