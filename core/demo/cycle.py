"""The cycle of the demo: two months' corrections in every lane, explanations in every state, degrees revoked, as a desk has them.

Must not know how the nation is made, nor which faults were seeded.
"""

from datetime import datetime, time, timedelta

import polars as pl

from core import (
    attachments,
    correction,
    explanation,
    explanation_decision,
    explanations,
    month,
    publication_run,
    revocation,
    revocation_list,
    settlement,
)
from core.desk import DEMO_ACTORS, Desk
from core.explanation import Cover, Explanation
from core.explanations import CaseFilter
from core.request import Request
from core.revocation import Revocation, Withdrawal
from core.revocation_list import Party
from core.vocabulary import CorrectionKind, CorrectionReason, Decision

_PAPER = b"%PDF-1.4\n%%EOF\n"

_RECORDS = """
SELECT r.record_id, r.version, r.certificate_no, f.institution
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
LEFT JOIN withheld_case AS w ON w.record_id = r.record_id AND w.version = r.version AND w.status = 'sent'
WHERE r.followed IS NULL AND r.status = $status AND (r.status <> 'withheld' OR w.reason IN ('incomplete', 'inaccurate'))
    AND r.certificate_no IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM correction AS c WHERE c.record_id = r.record_id)
QUALIFY row_number() OVER (PARTITION BY f.institution ORDER BY r.record_id) = $place
ORDER BY f.institution LIMIT $many"""
"""One record of each institution, the place-th of those in a status."""


def go_round(desk: Desk) -> None:
    """Take the demo through the cycle: the month before last settled, published and fed back again; last month half settled,
    one of its withdrawals waiting for the province; explanations waited for, accepted, refused and to be confirmed; a degree
    revoked and a filing withdrawn. Writes what the people of the desk would have."""
    last = month.last_month(desk.now().date())
    before = month.last_month(datetime.strptime(last, "%Y-%m").date())
    _asked(_on(desk, before, 11), 1)
    _processed(_on(desk, last, 5), before)
    waiting = _asked(_on(desk, last, 12), 2)
    _for_consent(_on(desk, last, 13))
    settlement.settle(_on(desk, f"{desk.now():%Y-%m}", 3), last, pl.Series(waiting[::2], dtype=pl.Int64))
    _explained(_on(desk, last, 14), _on(desk, last, 20))
    _revoked(_on(desk, last, 18))


def _on(desk: Desk, of: str, day: int) -> Desk:
    """The desk on a day of a month, not later than now."""
    moment = min(datetime.combine(datetime.strptime(f"{of}-{day}", "%Y-%m-%d"), time(10)), desk.now())
    return Desk(desk.db, desk.actor, lambda: moment)


def _asked(desk: Desk, place: int) -> list[int]:
    """Student numbers put right, of records on line and of others that stay withheld; returns the corrections."""
    found = pl.concat(desk.db.frame(_RECORDS, status=status, place=place, many=5) for status in ("published", "withheld"))
    requests = [
        Request(CorrectionKind.CHANGE, record_id, version, CorrectionReason.TYPING, "赵经办", {"XH": f"20{place}{record_id:07d}"})
        for record_id, version in found.select("record_id", "version").iter_rows()
    ]
    first = desk.db.frame("SELECT coalesce(max(correction_id), 0) + 1 AS n FROM correction").item()
    taken = sum(receipt.taken for receipt in correction.take_in(desk, requests))
    return list(range(first, first + taken))


def _processed(desk: Desk, of: str) -> None:
    """The three acts of a month; what was frozen is released by a second person."""
    month.settle(desk, of, counted=month.waiting(desk, of)[month.Act.SETTLE])
    ready = month.waiting(desk, of)[month.Act.PUBLISH]
    if run_id := month.freeze(desk, of, counted=ready):
        publication_run.release(Desk(desk.db, DEMO_ACTORS["releaser"], desk.now), run_id, counted=ready)
    month.feed_back(desk, of, counted=month.waiting(desk, of)[month.Act.FEED_BACK])


def _for_consent(desk: Desk) -> None:
    """A withdrawal that waits for its province."""
    paper = attachments.keep(desk.db, _PAPER, "证明.pdf")
    one = desk.db.frame(_RECORDS, status="published", place=3, many=1).row(0, named=True)
    correction.take_in(desk, [Request(
        CorrectionKind.WITHDRAW, one["record_id"], one["version"], CorrectionReason.DUPLICATE, "钱经办", evidence=(paper,)
    )])


def _explained(came: Desk, decided: Desk) -> None:
    """A paper for each of a few cases: one waits, one is refused, one was accepted by two people, one is to be confirmed."""
    cases = explanations.cases(came, CaseFilter()).filter(pl.col("sent") > 0).unique("institution", keep="first", maintain_order=True)
    for number, case in enumerate(cases.head(4).iter_rows(named=True), start=1):
        found = explanations.to_explain(came, case["institution"], case["rule"]).head(3)
        covers = [Cover(record_id, version, case["rule"]) for record_id, version in found.select("record_id", "version").iter_rows()]
        today = came.now().date()
        paper = Explanation(
            case["institution"], f"示范校〔{today.year}〕{number}号", today, "经核实，情况属实，符合本校规定，附说明。",
            today, attachments.keep(came.db, _PAPER, "书面说明.pdf"),
        )
        explanation.take_in(came, paper, covers)
        if number > 1:
            explanation.give_opinion(
                decided, number, agrees=number > 2, note="情况已核。", paper=f"示范学位办〔{today.year}〕{number}号",
                given_on=decided.now().date(),
            )
            decision = Decision.REFUSE if number == 2 else Decision.ACCEPT
            explanation_decision.decide(decided, number, case["rule"], decision, note="已核对材料。")
    proposed = decided.db.frame("SELECT decision_id FROM explanation_decision WHERE state = 'proposed' ORDER BY decision_id")
    for decision_id in proposed["decision_id"].head(1):
        explanation_decision.confirm(Desk(decided.db, DEMO_ACTORS["publisher"], decided.now), decision_id)


def _revoked(desk: Desk) -> None:
    """A degree revoked in time and told to its province, and a filing withdrawn."""
    paper, today = attachments.keep(desk.db, _PAPER, "撤销决议.pdf"), desk.now().date()
    one, other = desk.db.frame(_RECORDS, status="published", place=4, many=2).to_dicts()
    degree = Revocation(
        one["institution"], f"示范撤〔{today.year}〕1号", today - timedelta(days=6), today, "校学位办", paper, "学位论文作假"
    )
    revocation.take_in(desk, degree, [f"#{one['record_id']}"])
    revocation.take_in(desk, Withdrawal(other["institution"], today, "校学位办", "误将未授予人员报送备案"), [f"#{other['record_id']}"])
    revocation_list.note_told(desk, Party.PROVINCE, [1], told_on=today, way="学位中心函")
