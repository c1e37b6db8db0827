"""补报: why a filing comes late, and the province's consent to it, without which it is not passed (notice item two).

Must not know what is in the filing, nor how filings are received or passed.
"""

from datetime import date

from core import ledger
from core.database import Transaction
from core.declaration import Grounds
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.lifecycle import FILING, FilingStatus
from core.vocabulary import Duty

_FILING = """
SELECT supplement, status, consent_document FROM filing
WHERE filing_id = $filing_id AND ($scope IS NULL OR province = $scope)"""


def require_grounds(supplement: bool, grounds: Grounds, today: date) -> None:
    """Refuse a late supplement without its reason, and a consent told by half. Raises BadRequest."""
    if not supplement:
        if grounds != Grounds():
            raise BadRequest("只有补报才填补报理由和省级同意，请勾选补报或清空。", "Only a late supplement has a reason and a consent.")
        return
    if not (grounds.reason or "").strip():
        raise BadRequest("补报须填写理由。请按单位的补报公函填写。", "A late supplement needs its reason; take it from the letter.")
    if grounds.consent or grounds.consented_on:
        _require_consent(grounds.consent or "", grounds.consented_on, today)


def columns(grounds: Grounds) -> dict[str, object]:
    """The grounds as columns of the filing."""
    return {
        "supplement_reason": (grounds.reason or "").strip() or None,
        "consent_document": (grounds.consent or "").strip() or None, "consented_on": grounds.consented_on,
    }


def consent(desk: Desk, filing_id: int, *, document: str, consented_on: date) -> None:
    """Note that the province consents to a late supplement (省级同意补报): document number and date.

    Raises NotFound outside scope, NotAllowed for a filing that needs no consent, or none any more.
    """
    desk.require(Duty.APPROVE)
    _require_consent(document, consented_on, desk.now().date())
    with desk.db.transaction() as tx:
        found = tx.frame(_FILING, filing_id=filing_id, scope=desk.actor.province)
        if found.is_empty():
            raise NotFound("没有找到这个报送批次。", "There is no such filing.")
        supplement, status, given = found.row(0)
        if not supplement or given or status != FilingStatus.RECEIVED:
            raise NotAllowed(
                "这个批次不需要登记同意补报：不是补报，或已登记同意，或已审核。请刷新页面核对。",
                "This filing needs no consent: it is no late supplement, has consent, or has been reviewed. Refresh and check.",
            )
        tx.run(
            "UPDATE filing SET consent_document = $document, consented_on = $on WHERE filing_id = $filing_id",
            document=document.strip(), on=consented_on, filing_id=filing_id,
        )
        ledger.note(tx, FILING, "consent", ledger.act_of(desk, "filing", filing_id, document.strip()), 1)


def require_consented(tx: Transaction, filing_id: int) -> None:
    """Refuse to pass a late supplement to which the province has not consented. Raises NotAllowed."""
    waits = tx.frame(
        "SELECT 1 FROM filing WHERE filing_id = $filing_id AND supplement AND consent_document IS NULL", filing_id=filing_id
    )
    if not waits.is_empty():
        raise NotAllowed(
            f"批次{filing_id}是补报，省级尚未同意。请先在报送台账登记同意补报的文号和日期，再登记审核通过。",
            f"Filing {filing_id} is a late supplement the province has not consented to. Enter its consent (number and date) under "
            "Filings first.",
        )


def _require_consent(document: str, consented_on: date | None, today: date) -> None:
    if not document.strip() or consented_on is None:
        raise BadRequest("请填写省级同意补报的文号和日期。", "Give the number and the date of the province's consent.")
    if consented_on > today:
        raise BadRequest("同意日期不能晚于今天。", "The consent cannot be dated after today.")
