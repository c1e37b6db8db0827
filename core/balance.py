"""收支平衡: what was received against where it is now, by semester, province, institution and filing (articles 5, 6 and 11).

Received = published + withheld by class + cleared and waiting + degrees revoked and filings withdrawn + out of scope +
superseded; anything else is a gap. Records are counted by their status, the withheld by their open cases, so that each
checks the other. Every statement applies `$scope`. Must not write.
"""

from dataclasses import asdict, dataclass

import polars as pl

from core.desk import Desk

PLACES = (
    "published", "cleared", "classified", "incomplete", "inaccurate", "policy", "out_of_scope", "revoked", "withdrawn",
    "superseded",
)
"""Where a record received can be, each a column of the sheet."""
_STATUSES = ("published", "cleared", "out_of_scope", "revoked", "withdrawn", "superseded")
_REASONS = ("classified", "incomplete", "inaccurate", "policy")

_PER_FILING = f"""
WITH own AS (
    SELECT f.filing_id, f.term, f.province, f.institution, f.category, f.file_name, f.status, f.records
    FROM filing AS f
    WHERE ($scope IS NULL OR f.province = $scope) AND ($term IS NULL OR f.term = $term)
        AND ($province IS NULL OR f.province = $province) AND ($institution IS NULL OR f.institution = $institution)
), stood AS (
    SELECT filing_id, {', '.join(f"sum(records) FILTER (status = '{each}') AS {each}" for each in _STATUSES)}
    FROM (SELECT filing_id, status, count(*) AS records FROM record WHERE followed IS NULL GROUP BY ALL) GROUP BY filing_id
), held AS (
    SELECT filing_id, {', '.join(f"count(*) FILTER (reason = '{each}') AS {each}" for each in _REASONS)},
        count(*) FILTER (status = 'open') AS open
    FROM withheld_case WHERE status <> 'closed' GROUP BY filing_id
), told AS (
    SELECT o.filing_id, o.term, o.province, o.institution, o.category, o.file_name, o.records AS received,
        o.status = 'received' AS unapproved, {', '.join(f'coalesce(s.{each}, 0) AS {each}' for each in _STATUSES)},
        {', '.join(f'coalesce(h.{each}, 0) AS {each}' for each in _REASONS)},
        CASE WHEN o.status = 'approved' AND o.filing_id NOT IN (
            SELECT filing_id FROM filing_finding WHERE class <> 'note' AND closed IS NULL) THEN coalesce(s.cleared, 0)
            ELSE 0 END AS ready,
        CASE WHEN o.status = 'approved' THEN coalesce(h.open, 0) ELSE 0 END AS to_send
    FROM own AS o
    LEFT JOIN stood AS s ON s.filing_id = o.filing_id
    LEFT JOIN held AS h ON h.filing_id = o.filing_id
)"""
"""Each filing with its counts: the records and the cases are counted before anything is joined."""

_SUMS = f"""sum(t.received)::BIGINT AS received, count(*) AS filings, count(*) FILTER (t.unapproved) AS unapproved,
    {', '.join(f'sum(t.{each})::BIGINT AS {each}' for each in (*PLACES, 'ready', 'to_send'))},
    sum(t.received - {' - '.join(f't.{each}' for each in PLACES)})::BIGINT AS gap"""

_BY = {
    "term": f"{_PER_FILING} SELECT t.term AS key, {_SUMS} FROM told AS t GROUP BY t.term ORDER BY key DESC",
    "province": f"""{_PER_FILING}, summed AS (SELECT t.province AS key, {_SUMS} FROM told AS t GROUP BY t.province)
SELECT s.*, p.zh, p.en FROM summed AS s LEFT JOIN province AS p ON p.code = s.key ORDER BY key""",
    "institution": f"""{_PER_FILING}, summed AS (
    SELECT t.institution AS key, {_SUMS} FROM told AS t GROUP BY t.institution)
SELECT s.*, i.zh, i.en FROM summed AS s LEFT JOIN institution AS i ON i.code = s.key ORDER BY key""",
    "filing": f"""{_PER_FILING}, summed AS (
    SELECT t.filing_id AS key, any_value(t.term) AS term, any_value(t.institution) AS institution,
        any_value(t.file_name) AS file_name, {_SUMS}
    FROM told AS t GROUP BY t.filing_id)
SELECT s.*, i.zh, i.en FROM summed AS s LEFT JOIN institution AS i ON i.code = s.institution ORDER BY key DESC""",
}
GRAINS = tuple(_BY)
"""What the sheet can be drawn up by."""


@dataclass(frozen=True)
class BalanceFilter:
    """Which filings: codes, or None for all."""

    term: str | None = None
    province: str | None = None
    institution: str | None = None


_EVERYTHING = BalanceFilter()


def sheet(desk: Desk, chosen: BalanceFilter = _EVERYTHING, *, by: str = "term") -> pl.DataFrame:
    """The balance sheet by semester (latest first), province, institution or filing (latest first).

    Columns: key (with zh, en for provinces and institutions; term, institution, file_name, zh, en for filings), received,
    filings, unapproved (filings), a column for each of PLACES, ready (to publish), to_send (cases), gap (should be 0).
    """
    return desk.frame(_BY[by], **asdict(chosen))
