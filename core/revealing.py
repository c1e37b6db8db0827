"""查看证件号码: one record's ID number in full, for a purpose, to whose work needs it; that it was looked at is in the book (article 4).

Must not know how it is shown, nor for how long.
"""

from core import filed, ledger, masking, views
from core.desk import Desk
from core.errors import BadRequest, NotFound
from core.vocabulary import Duty, Word

_LONGEST = 200


class Purpose(Word):
    """What an ID number is looked at for (查看用途)."""

    SAME_PERSON = "same_person", "核对是否同一人", "To tell whether it is the same person"
    CORRECTION = "correction", "核对更正或说明的证明材料", "To check a correction's or an explanation's evidence"
    INSTITUTION = "institution", "与学位授予单位核实", "To verify with the institution"
    HOLDER = "holder", "答复持证人", "To answer the holder"
    OTHER = "other", "其他", "Other"


def id_number(desk: Desk, record_id: int, purpose: Purpose, why: str) -> str:
    """The ID number a record was filed with, in full. `why` says on which occasion: a letter, a call, a correction's number.

    Written, before anything is told: who looked, when, at which record, and why, without the number. Raises NotAuthorised without the
    duty, NotFound outside scope, for classified records without that duty, or where no number was filed, BadRequest without `why`.
    """
    desk.require(Duty.REVEAL)
    if not why.strip():
        raise BadRequest("请写明因何事由查看，例如来函文号、更正件编号。", "Say on which occasion: a letter's or a correction's number, say.")
    number = (filed.row(desk.db, views.record(desk, record_id))[masking.ID_NUMBER] or "").strip()
    if not number:
        raise NotFound("这条记录没有报送证件号码。", "No ID number was filed with this record.")
    told = masking.text(" ".join(why.split())[:_LONGEST]).replace(number, masking.number(number))
    ledger.note_read(desk.db, "reveal", ledger.act_of(desk, "record", record_id, f"{purpose.zh}：{told}"), 1)
    return number
