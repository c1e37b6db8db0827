"""上网台账: publication runs so far, what each found in its way, and what did not go after all (articles 5 and 8).

Every statement applies `$scope`: a province sees its own figures alone. Must not write.
"""

import polars as pl

from core.desk import Desk
from core.vocabulary import Duty, Word

_RUNS = """
WITH own AS (
    SELECT l.run_id, count(*) AS records, count(*) FILTER (b.record_id IS NULL) AS moved
    FROM publication_line AS l
    JOIN record AS r ON r.record_id = l.record_id AND r.version = l.version
    JOIN filing AS f ON f.filing_id = r.filing_id
    LEFT JOIN publication_left AS b ON b.run_id = l.run_id AND b.record_id = l.record_id AND b.version = l.version
    WHERE f.province = $scope
    GROUP BY l.run_id
)
SELECT g.run_id, g.kind, coalesce(g.term, g.month) AS of, g.reverts, g.reason, g.status, g.opened_at, g.opened_by, g.frozen_at,
    g.frozen_by, CASE WHEN $scope IS NULL THEN g.records ELSE own.records END AS records, g.sha256, g.released_at, g.released_by,
    CASE WHEN g.released_at IS NULL THEN NULL WHEN $scope IS NULL THEN g.moved ELSE own.moved END AS moved, g.package
FROM publication_run AS g LEFT JOIN own ON own.run_id = g.run_id
WHERE ($scope IS NULL OR own.run_id IS NOT NULL) AND ($run_id IS NULL OR g.run_id = $run_id)
ORDER BY g.run_id DESC"""

_BLOCKERS = """
SELECT blocker, records, filings, found_at FROM publication_blocker WHERE $scope IS NULL AND run_id = $run_id ORDER BY records DESC"""

_LEFT = """
SELECT b.record_id, b.version, r.name, r.certificate_no, b.reason, f.term, f.institution, i.zh AS institution_zh,
    i.en AS institution_en
FROM publication_left AS b
JOIN record AS r ON r.record_id = b.record_id AND r.version = b.version
JOIN filing AS f ON f.filing_id = r.filing_id
LEFT JOIN institution AS i ON i.code = f.institution
WHERE b.run_id = $run_id AND ($scope IS NULL OR f.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = b.record_id AND s.class = 'classified' AND s.closed IS NULL))
ORDER BY b.record_id
LIMIT $size OFFSET $size * $page"""


class RunKind(Word):
    """What a run is for (上网批次类别)."""

    TERM = "term", "学期上网", "Semester"
    MONTH = "month", "月度更正上网", "Month's corrections"
    REVERT = "revert", "撤回", "Undoing a release"


class Left(Word):
    """Why a record of a frozen list did not go, beside the status it is in now (留下原因)."""

    ALTERED = "altered", "证书编号或照片有变", "Its number or photo changed"
    BLOCKED = "blocked", "未过把关", "Kept back by the gate"


def runs(desk: Desk) -> pl.DataFrame:
    """The runs, latest first: run_id, kind, of (semester or month), reverts, reason, status, who opened, froze and released it
    and when, records (on its list), sha256, moved (went), package. In a province, those with records of its own, counted."""
    return desk.frame(_RUNS, run_id=None)


def run(desk: Desk, run_id: int) -> dict | None:
    """One run, as `runs` tells it; None where there is none in this person's scope."""
    return next(iter(desk.frame(_RUNS, run_id=run_id).to_dicts()), None)


def blockers(desk: Desk, run_id: int) -> pl.DataFrame:
    """What stood in the way when the run went through the gate: blocker, records, filings, found_at; the centre's alone."""
    return desk.frame(_BLOCKERS, run_id=run_id)


def left(desk: Desk, run_id: int, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """Records on a released run's list that had moved and did not go: record_id, version, name, certificate_no, reason (a record's
    status, or of Left), term, institution with names."""
    desk.require(Duty.READ)
    return desk.frame(_LEFT, run_id=run_id, page=page, size=size)
