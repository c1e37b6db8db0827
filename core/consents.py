"""省级意见: the province's consent to corrections whose kind asks for it, or its refusal (article 4).

Must not know which kinds ask for it.
"""

from collections.abc import Sequence
from datetime import date

from core import ledger
from core.desk import Desk
from core.errors import BadRequest, NotFound
from core.lifecycle import CASE, CORRECTION
from core.vocabulary import Duty

_THEIRS = """
SELECT c.correction_id FROM correction AS c
WHERE list_contains($corrections, c.correction_id) AND ($scope IS NULL OR c.province = $scope)"""

_UNANSWERED = """
SELECT w.case_id FROM withheld_case AS w
JOIN correction AS c ON c.record_id = w.record_id AND c.version = w.version
WHERE list_contains($corrections, c.correction_id) AND w.status = 'answered' AND NOT EXISTS (
    SELECT 1 FROM explanation_cover AS x
    WHERE x.record_id = w.record_id AND (x.outcome IS NULL OR x.outcome = 'asked'))"""
"""Cases whose only answer was declined."""


def consent(desk: Desk, corrections: Sequence[int], *, document: str, consented_on: date) -> int:
    """Note that the province consents to corrections, by a document with its date: they wait for the monthly run.

    All of them or none; returns how many. Raises NotFound when one is not this person's, NotAllowed when one does not wait for
    consent, BadRequest without a document or for a day to come.
    """
    if not document.strip():
        raise BadRequest("请填写省级同意的文号。", "Give the number of the province's document.")
    if consented_on > desk.now().date():
        raise BadRequest("同意日期不能晚于今天。", "The consent cannot be dated after today.")
    return _said(desk, corrections, "consent", document.strip(), consented_on)


def decline(desk: Desk, corrections: Sequence[int], *, reason: str) -> int:
    """Note that the province does not consent, with its reason: the corrections go no further, and what they were to answer is
    fed back again. Raises as `consent`."""
    if not reason.strip():
        raise BadRequest("请填写不同意的理由。", "Give the reason for declining.")
    return _said(desk, corrections, "decline", reason.strip(), desk.now().date())


def _said(desk: Desk, corrections: Sequence[int], event: str, words: str, on: date) -> int:
    desk.require(Duty.APPROVE)
    asked = sorted(set(corrections))
    with desk.db.transaction() as tx:
        theirs = tx.frame(_THEIRS, corrections=asked, scope=desk.actor.province)
        if theirs.height != len(asked) or not asked:
            raise NotFound(
                "没有找到这些更正件，或不属您办理。请刷新后重新选择。",
                "There are no such corrections, or they are not yours. Refresh and choose again.",
            )
        act = ledger.act_of(desk, "correction", asked[0] if len(asked) == 1 else None, words)
        moved = ledger.move(tx, CORRECTION, event, act, chosen=_THEIRS, corrections=asked, scope=desk.actor.province)
        tx.run(
            "UPDATE correction SET consent_document = $words, consented_on = $day WHERE list_contains($corrections, correction_id)",
            words=words, day=on, corrections=asked,
        )
        if event == "decline":
            ledger.move(tx, CASE, "refuse", act, chosen=_UNANSWERED, corrections=asked)
        return moved
