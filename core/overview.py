"""总览: whether every record of every semester is accounted for (articles 5 and 6).

Every statement applies `$scope`. Must not write.
"""

import polars as pl

from core.desk import Desk

_BALANCE = """
WITH received AS (
    SELECT f.term, sum(f.records)::BIGINT AS received, count(*) AS filings,
        count(*) FILTER (f.status = 'received') AS unapproved
    FROM filing AS f WHERE $scope IS NULL OR f.province = $scope
    GROUP BY f.term
), told AS (
    SELECT f.term,
        count(*) FILTER (r.status = 'published') AS published,
        count(*) FILTER (r.status = 'cleared') AS cleared,
        count(*) FILTER (r.status = 'withheld' AND c.reason = 'classified') AS classified,
        count(*) FILTER (r.status = 'withheld' AND c.reason = 'incomplete') AS incomplete,
        count(*) FILTER (r.status = 'withheld' AND c.reason = 'inaccurate') AS inaccurate,
        count(*) FILTER (r.status = 'withheld' AND c.reason = 'policy') AS policy,
        count(*) FILTER (r.status = 'out_of_scope') AS out_of_scope,
        count(*) FILTER (r.status IN ('revoked', 'withdrawn')) AS revoked_or_withdrawn,
        count(*) FILTER (r.status = 'superseded') AS superseded,
        count(*) FILTER (r.status = 'cleared' AND f.status = 'approved' AND f.filing_id NOT IN (
            SELECT filing_id FROM filing_finding WHERE class <> 'note' AND closed IS NULL)) AS ready,
        count(*) FILTER (c.status = 'open' AND f.status = 'approved') AS to_send
    FROM record AS r
    JOIN filing AS f ON f.filing_id = r.filing_id
    LEFT JOIN withheld_case AS c ON c.record_id = r.record_id AND c.version = r.version AND c.status <> 'closed'
    WHERE $scope IS NULL OR f.province = $scope
    GROUP BY f.term
)
SELECT v.*, t.* EXCLUDE (term),
    v.received - t.published - t.cleared - t.classified - t.incomplete - t.inaccurate - t.policy - t.out_of_scope
        - t.revoked_or_withdrawn - t.superseded AS gap
FROM received AS v JOIN told AS t ON t.term = v.term
ORDER BY v.term DESC"""


def balance(desk: Desk) -> pl.DataFrame:
    """Each semester with filings, latest first: what was received, where it is now, and the `gap` (should be 0).

    Columns: term, received, filings, unapproved (filings), published, cleared, classified, incomplete, inaccurate,
    policy, out_of_scope, revoked_or_withdrawn, superseded, ready (to publish), to_send (cases), gap.
    """
    return desk.frame(_BALANCE)
