"""上网发布: what would go on line for a semester, what stands in the way, and putting it there (articles 2, 3, 5).

Must not know rules.
"""

import polars as pl

from core import ledger
from core.deadlines import Term
from core.desk import Desk
from core.errors import NotAllowed
from core.lifecycle import RECORD
from core.vocabulary import Duty

_HELD = "f.filing_id IN (SELECT filing_id FROM filing_finding WHERE class <> 'note' AND closed IS NULL)"
"""Filings of which something is found as such: none of their records goes up before somebody has settled it."""

_READY = f"""
SELECT r.record_id, r.version FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE f.term = $term AND f.status = 'approved' AND r.status = 'cleared' AND NOT {_HELD}"""

_GATE = """
SELECT f.status AS filing_status, r.status AS record_status, c.reason, count(*) AS records,
    count(DISTINCT r.filing_id) AS filings
FROM record AS r
JOIN filing AS f ON f.filing_id = r.filing_id
LEFT JOIN withheld_case AS c ON c.record_id = r.record_id AND c.version = r.version AND c.status <> 'closed'
WHERE f.term = $term AND ($scope IS NULL OR f.province = $scope)
GROUP BY ALL
ORDER BY ALL"""

_BY_PROVINCE = f"""
SELECT f.province, p.zh AS province_zh, p.en AS province_en,
    count(*) FILTER (f.status = 'approved' AND r.status = 'cleared' AND NOT {_HELD}) AS ready,
    count(*) FILTER (f.status = 'approved' AND r.status = 'cleared' AND {_HELD}) AS held,
    count(*) FILTER (f.status = 'received' AND r.status = 'cleared') AS unapproved,
    count(*) FILTER (r.status = 'withheld') AS withheld,
    count(*) FILTER (r.status = 'published') AS published
FROM record AS r
JOIN filing AS f ON f.filing_id = r.filing_id
JOIN province AS p ON p.code = f.province
WHERE f.term = $term AND ($scope IS NULL OR f.province = $scope)
GROUP BY ALL
ORDER BY f.province"""

_RUNS = """
SELECT publication_id, term, records, published_at, published_by FROM publication
WHERE $scope IS NULL
ORDER BY publication_id DESC"""


def gate(desk: Desk, term: Term) -> pl.DataFrame:
    """Where a semester's records stand: filing_status, record_status, reason (of the open case), records, filings."""
    return desk.frame(_GATE, term=term.code)


def by_province(desk: Desk, term: Term) -> pl.DataFrame:
    """What goes up and what stays, by province: province, province_zh, province_en, ready, held (until what is found of
    their filing as such is settled), unapproved, withheld, published."""
    return desk.frame(_BY_PROVINCE, term=term.code)


def runs(desk: Desk) -> pl.DataFrame:
    """Publications so far, latest first; the centre's business alone."""
    return desk.frame(_RUNS)


def ready(desk: Desk, term: Term) -> int:
    """How many records of a semester would go on line now: cleared, in filings the province passed."""
    sql = f"SELECT count(*) AS records FROM ({_READY}) WHERE $scope IS NULL"
    return desk.frame(sql, term=term.code).item()


def publish(desk: Desk, term: Term, *, counted: int) -> int:
    """Put a semester's cleared records of approved filings on line (上网提供查询, article 5). Returns how many.

    `counted` is the number the publisher has seen and typed; raises NotAllowed, publishing nothing, when it is no
    longer the number that would go up. With nothing to publish, nothing is written.
    """
    desk.require(Duty.PUBLISH)
    with desk.db.transaction() as tx:
        present = tx.frame(f"SELECT count(*) AS records FROM ({_READY})", term=term.code).item()
        if present != counted:
            raise NotAllowed(
                f"待上网记录现为{present:,}条，与您输入的{counted:,}条不符。请核对后重新输入。",
                f"{present:,} records would go up now, not the {counted:,} you typed. Check and type again.",
            )
        if not present:
            return 0
        publication_id = tx.next_ids("publication")
        act = ledger.act_of(desk, "publication", publication_id, term.code)
        tx.run(
            "INSERT INTO publication (publication_id, term, records, published_at, published_by) "
            "VALUES ($publication_id, $term, $records, $at_, $by)",
            publication_id=publication_id, term=term.code, records=present, at_=act.at, by=act.by,
        )
        tx.run(
            f"UPDATE record AS r SET publication_id = $publication_id FROM ({_READY}) AS up "
            "WHERE r.record_id = up.record_id AND r.version = up.version",
            publication_id=publication_id, term=term.code,
        )
        return ledger.move(
            tx, RECORD, "publish", act, publication_id=publication_id,
            chosen="SELECT record_id, version FROM record WHERE publication_id = $publication_id",
        )
