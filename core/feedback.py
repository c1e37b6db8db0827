"""反馈: the withheld records of a semester told to their institutions, one notice each (反馈单, articles 2, 6, 7).

Must not know file formats.
"""

import polars as pl

from core import ledger
from core.deadlines import Term
from core.desk import Desk
from core.lifecycle import CASE
from core.vocabulary import Duty

_DUE = """
SELECT c.case_id, c.record_id, c.version, c.reason, c.round, f.institution, f.province
FROM withheld_case AS c JOIN filing AS f ON f.filing_id = c.filing_id
WHERE f.term = $term AND f.status = 'approved' AND c.status = 'open'"""

_WAITING = """
SELECT f.province, p.zh AS province_zh, p.en AS province_en, f.institution, i.zh AS institution_zh,
    i.en AS institution_en,
    count(*) FILTER (c.status = 'open' AND f.status = 'approved') AS to_send,
    count(*) FILTER (c.status = 'open' AND f.status = 'received') AS unapproved,
    count(*) FILTER (c.status = 'sent') AS sent,
    count(*) FILTER (c.reason = 'classified') AS classified
FROM withheld_case AS c
JOIN filing AS f ON f.filing_id = c.filing_id
JOIN province AS p ON p.code = f.province
LEFT JOIN institution AS i ON i.code = f.institution
WHERE f.term = $term AND c.status <> 'closed' AND ($scope IS NULL OR f.province = $scope)
GROUP BY ALL
ORDER BY f.province, f.institution"""

_NOTICES = """
SELECT n.notice_id, n.province, p.zh AS province_zh, p.en AS province_en, n.institution, i.zh AS institution_zh,
    i.en AS institution_en, n.round, n.records, n.classified_records, n.due_on, n.issued_at, n.issued_by
FROM notice AS n
JOIN province AS p ON p.code = n.province
LEFT JOIN institution AS i ON i.code = n.institution
WHERE n.term = $term AND ($scope IS NULL OR n.province = $scope)
ORDER BY n.province, n.institution, n.notice_id"""


def waiting(desk: Desk, term: Term) -> pl.DataFrame:
    """Open and sent cases of a semester by institution: to_send, unapproved, sent, classified (a count only)."""
    return desk.frame(_WAITING, term=term.code)


def notices(desk: Desk, term: Term) -> pl.DataFrame:
    """The notices issued for a semester, by province and institution."""
    return desk.frame(_NOTICES, term=term.code)


def issue(desk: Desk, term: Term) -> int:
    """Send every open case of a semester's approved filings to its institution: one notice each (article 6).

    Returns the number of notices; with nothing open, none. A filing the province has not passed waits.
    """
    desk.require(Duty.FEEDBACK)
    with desk.db.transaction() as tx:
        due = tx.frame(_DUE, term=term.code)
        if due.is_empty():
            return 0
        notices = (
            due.group_by("province", "institution")
            .agg(
                records=pl.len().cast(pl.Int64),
                classified_records=(pl.col("reason") == "classified").sum().cast(pl.Int64),
                round=pl.col("round").max(),
            )
            .sort("province", "institution")
        )
        first = tx.next_ids("notice", notices.height)
        act = ledger.act_of(desk, "term", None, term.code)
        notices = notices.with_columns(
            notice_id=pl.int_range(pl.len(), dtype=pl.Int64) + first, term=pl.lit(term.code),
            due_on=pl.lit(term.feed_back_by), issued_at=pl.lit(act.at), issued_by=pl.lit(act.by),
        )
        items = due.join(notices.select("notice_id", "province", "institution"), on=["province", "institution"])
        tx.append("notice", notices)
        tx.append("notice_item", items.select("notice_id", "case_id", "record_id", "version"))
        ledger.move(
            tx, CASE, "send", act, first=first,
            chosen="SELECT case_id FROM notice_item WHERE notice_id >= $first",
        )
        return notices.height
