"""冻结清单: the list of records a publication run has fixed, its hash, and what of it has moved since (article 5).

Must not know who freezes or releases, nor what is a blocker.
"""

from typing import Any

import polars as pl

from core import publication
from core.database import Transaction
from core.publication import Scope

_FREEZE = """
INSERT INTO publication_line (run_id, record_id, version, certificate_no, photo)
SELECT $run_id, record_id, version, certificate_no, photo FROM ({goes})"""

_SHA256 = """
SELECT coalesce(sha256(string_agg(told, '' ORDER BY part)), sha256('')) AS sha256 FROM (
    SELECT record_id // 10000 AS part, sha256(string_agg(
        concat_ws('|', record_id, version, coalesce(certificate_no, ''), coalesce(photo, '')), ';' ORDER BY record_id, version)) AS told
    FROM publication_line WHERE run_id = $run_id GROUP BY part)"""
"""The hash of a frozen list: of its parts' hashes, each of ten thousand records' lines in order."""

_LEFT = """
CREATE OR REPLACE TEMP TABLE left_behind AS
WITH lines AS (SELECT record_id, version, certificate_no, photo FROM publication_line WHERE run_id = $run_id),
still AS ({goes})
SELECT l.record_id, l.version, CASE WHEN r.followed THEN 'superseded' WHEN r.status <> $before THEN r.status
    WHEN s.record_id IS NOT NULL OR $undoing THEN 'altered' ELSE 'blocked' END AS reason
FROM lines AS l
JOIN record AS r ON r.record_id = l.record_id AND r.version = l.version
LEFT JOIN still AS s ON s.record_id = l.record_id AND s.version = l.version
WHERE s.record_id IS NULL OR s.certificate_no IS DISTINCT FROM l.certificate_no OR s.photo IS DISTINCT FROM l.photo"""

GOING = """
SELECT l.record_id, l.version FROM publication_line AS l
ANTI JOIN left_behind AS b ON b.record_id = l.record_id AND b.version = l.version
WHERE l.run_id = $run_id"""
"""What of a list goes, once `leave_behind` has told what stays."""

GOING_BACK = f"""
SELECT g.* FROM ({GOING}) AS g JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
WHERE r.status = 'published'"""
"""What of an undoing run's list is published; the rest are versions seen still of corrected records."""

_SEEN_NO_MORE = """
UPDATE record AS r SET online_still = FALSE WHERE r.publication_id = $publication_id AND r.online_still
    AND NOT EXISTS (SELECT 1 FROM left_behind AS b WHERE b.record_id = r.record_id AND b.version = r.version)"""


def write(tx: Transaction, run_id: int, scope: Scope, asked: dict[str, Any]) -> int:
    """Write down every record that would go now, as a run's list; returns how many. `asked` are the scope's parameters."""
    return tx.run(_FREEZE.format(goes=publication.goes(scope)), run_id=run_id, **asked)


def fingerprint(tx: Transaction, run_id: int) -> str:
    """The hash of a run's list (SHA-256)."""
    return tx.frame(_SHA256, run_id=run_id).item()


def leave_behind(tx: Transaction, run_id: int, scope: Scope, asked: dict[str, Any]) -> int:
    """Keep with the run what of its list has moved since the freeze; returns how many. The rest is GOING."""
    _lay_out(tx, run_id, scope, asked)
    return tx.run(
        "INSERT INTO publication_left (run_id, record_id, version, reason) SELECT $run_id, record_id, version, reason FROM left_behind",
        run_id=run_id,
    )


def see_no_more(tx: Transaction, publication_id: int | None) -> None:
    """Of corrected records, the version an undone publication put up is seen no more, nor again: what stays behind excepted."""
    tx.run(_SEEN_NO_MORE, publication_id=publication_id)


def moved(tx: Transaction, run_id: int, scope: Scope, asked: dict[str, Any]) -> pl.DataFrame:
    """What of a run's list has moved since the freeze: reason (a record's status, or of publication_runs.Left), records."""
    _lay_out(tx, run_id, scope, asked)
    return tx.frame("SELECT reason, count(*) AS records FROM left_behind GROUP BY reason ORDER BY reason")


def _lay_out(tx: Transaction, run_id: int, scope: Scope, asked: dict[str, Any]) -> None:
    undoing = scope.publication_id is not None
    before = "published" if undoing else "cleared"
    tx.run(_LEFT.format(goes=publication.goes(scope)), run_id=run_id, undoing=undoing, before=before, **asked)
