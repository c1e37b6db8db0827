"""What the screens show: one function per screenful, each within the scope of the person at the desk.

Every statement applies `$scope`; statements that tell of single records apply `$sees_classified` (Desk.frame fills
both in). Here, and only here, None in a filter means all. Must not write.
"""

from dataclasses import asdict, dataclass

import polars as pl

from core import filed, masking
from core.desk import Desk
from core.errors import NotFound
from core.vocabulary import Duty

_TERMS = """
SELECT DISTINCT f.term FROM filing AS f
WHERE $scope IS NULL OR f.province = $scope
ORDER BY f.term DESC"""

_FILINGS = """
SELECT f.filing_id, f.term, f.institution, i.zh AS institution_zh, i.en AS institution_en, f.province,
    p.zh AS province_zh, p.en AS province_en, f.category, f.level, f.supplement, f.layout, f.format, f.encoding,
    f.file_name, f.records, f.ruleset, f.received_at, f.received_by, f.status, f.reviewed_on, f.reviewed_by,
    f.review_document, f.return_reason, f.version, f.replaces, f.first_version, f.declared_total,
    f.supplement_reason, f.consent_document, f.consented_on
FROM filing AS f
JOIN province AS p ON p.code = f.province
LEFT JOIN institution AS i ON i.code = f.institution
WHERE ($scope IS NULL OR f.province = $scope)
    AND ($term IS NULL OR f.term = $term) AND ($status IS NULL OR f.status = $status)
    AND ($province IS NULL OR f.province = $province) AND ($filing_id IS NULL OR f.filing_id = $filing_id)
    AND ($text IS NULL OR f.institution = $text OR contains(i.zh, $text) OR contains(f.file_name, $text))
ORDER BY f.filing_id DESC
LIMIT $size OFFSET $size * $page"""

_FILINGS_TOTAL = """
SELECT count(*) AS n
FROM filing AS f LEFT JOIN institution AS i ON i.code = f.institution
WHERE ($scope IS NULL OR f.province = $scope)
    AND ($term IS NULL OR f.term = $term) AND ($status IS NULL OR f.status = $status)
    AND ($province IS NULL OR f.province = $province)
    AND ($text IS NULL OR f.institution = $text OR contains(i.zh, $text) OR contains(f.file_name, $text))"""

_FILING_STATUSES = """
SELECT r.status, count(*) AS records
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE f.filing_id = $filing_id AND r.followed IS NULL AND ($scope IS NULL OR f.province = $scope)
GROUP BY r.status
ORDER BY r.status"""

_FILING_RULES = """
SELECT t.rule, t.evaluated, t.failed, t.not_evaluated, t.no_reference
FROM rule_tally AS t JOIN filing AS f ON f.filing_id = t.filing_id
WHERE f.filing_id = $filing_id AND ($scope IS NULL OR f.province = $scope)
    AND ($sees_classified OR t.rule NOT LIKE 'S%')
ORDER BY t.failed DESC, t.rule"""

_FILING_FINDINGS = """
SELECT g.rule, g.class, g.value, g.closed
FROM filing_finding AS g JOIN filing AS f ON f.filing_id = g.filing_id
WHERE g.filing_id = $filing_id AND ($scope IS NULL OR f.province = $scope)
ORDER BY g.closed IS NOT NULL, g.rule"""

_FILING_VERSIONS = """
SELECT v.filing_id, v.version, v.status, v.received_at, v.received_by, v.file_name, v.records, v.reviewed_on,
    v.review_document, v.return_reason,
    CASE WHEN v.version > 1 THEN coalesce(c.added, 0) END AS added,
    CASE WHEN v.version > 1 THEN coalesce(c.gone, 0) END AS gone,
    CASE WHEN v.version > 1 THEN coalesce(c.altered, 0) END AS altered
FROM filing AS v
JOIN filing AS f ON f.first_version = v.first_version
LEFT JOIN (
    SELECT filing_id, count(*) FILTER (change = 'added') AS added, count(*) FILTER (change = 'gone') AS gone,
        count(*) FILTER (change = 'altered') AS altered
    FROM filing_change GROUP BY filing_id) AS c ON c.filing_id = v.filing_id
WHERE f.filing_id = $filing_id AND ($scope IS NULL OR f.province = $scope)
ORDER BY v.version DESC"""

_FILING_CHANGES = """
SELECT c.change, coalesce(n.record_id, o.record_id) AS record_id, coalesce(n.name, o.name) AS name,
    coalesce(n.certificate_no, o.certificate_no) AS certificate_no, n.filing_row, o.filing_row AS former_row
FROM filing_change AS c
JOIN filing AS f ON f.filing_id = c.filing_id
LEFT JOIN record AS n ON n.record_id = c.record_id AND n.version = 1
LEFT JOIN record AS o ON o.record_id = c.former_id AND o.version = 1
WHERE c.filing_id = $filing_id AND ($scope IS NULL OR f.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s
        WHERE s.record_id IN (c.record_id, c.former_id) AND s.class = 'classified'))
ORDER BY c.change, n.filing_row, o.filing_row
LIMIT $size OFFSET $size * $page"""

_RECORD = """
SELECT r.record_id, r.version, r.filing_id, r.filing_row, r.name, r.certificate_no, r.status, r.conferred_on, r.level,
    r.publication_id, f.term, f.category, f.institution, i.zh AS institution_zh, i.en AS institution_en, f.province,
    p.zh AS province_zh, p.en AS province_en, f.status AS filing_status, f.layout, f.ruleset,
    coalesce(r.parquet, f.parquet) AS parquet,
    f.supplement, f.received_at, c.status AS case_status, c.reason, c.round, c.opened_at
FROM record AS r
JOIN filing AS f ON f.filing_id = r.filing_id
JOIN province AS p ON p.code = f.province
LEFT JOIN institution AS i ON i.code = f.institution
LEFT JOIN withheld_case AS c ON c.record_id = r.record_id AND c.version = r.version
WHERE r.record_id = $record_id AND ($scope IS NULL OR f.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s
        WHERE s.record_id = r.record_id AND s.class = 'classified' AND s.closed IS NULL))
ORDER BY r.version DESC, c.case_id DESC NULLS LAST
LIMIT 1"""

_RECORD_FINDINGS = """
SELECT g.rule, g.class, g.field, g.value, g.closed
FROM finding AS g JOIN filing AS f ON f.filing_id = g.filing_id
WHERE g.record_id = $record_id AND g.version = $version AND ($scope IS NULL OR f.province = $scope)
ORDER BY g.rule"""

_RULE_HITS = """
WITH told AS (
    SELECT t.rule, sum(t.evaluated)::BIGINT AS evaluated, sum(t.failed)::BIGINT AS failed,
        sum(t.not_evaluated)::BIGINT AS not_evaluated, sum(t.no_reference)::BIGINT AS no_reference
    FROM rule_tally AS t JOIN filing AS f ON f.filing_id = t.filing_id
    WHERE ($scope IS NULL OR f.province = $scope) AND ($term IS NULL OR f.term = $term) AND f.status <> 'replaced'
    GROUP BY t.rule
), answers AS (
    SELECT g.rule, count(*) FILTER (g.closed LIKE 'explained %') AS accepted, count(*) AS answered
    FROM finding AS g
    JOIN filing AS f ON f.filing_id = g.filing_id
    JOIN withheld_case AS c ON c.record_id = g.record_id AND c.version = g.version
    WHERE ($scope IS NULL OR f.province = $scope) AND ($term IS NULL OR f.term = $term) AND g.class <> 'note'
        AND (g.closed LIKE 'explained %' OR (g.closed IS NULL AND (c.status = 'answered' OR c.round > 1)))
    GROUP BY g.rule
)
SELECT told.rule, told.evaluated, told.failed, told.not_evaluated, told.no_reference,
    coalesce(answers.accepted, 0) AS accepted, coalesce(answers.answered, 0) AS answered,
    answers.accepted / answers.answered AS overturned
FROM told LEFT JOIN answers ON answers.rule = told.rule
ORDER BY told.rule"""

_ACTS = """
SELECT a.acted_at, a.actor, a.machine, a.event, a.subject, a.subject_id, a.moved, a.note
FROM act AS a
LEFT JOIN revocation AS v ON a.subject = 'revocation' AND v.revocation_id = a.subject_id
LEFT JOIN reentry_override AS o ON a.subject = 'override' AND o.override_id = a.subject_id
LEFT JOIN filing AS f ON f.filing_id = CASE a.subject WHEN 'filing' THEN a.subject_id ELSE coalesce(v.filing_id, o.filing_id) END
LEFT JOIN nil_return AS n ON a.subject = 'nil_return' AND n.nil_id = a.subject_id
LEFT JOIN explanation AS e ON a.subject = 'explanation' AND e.explanation_id = a.subject_id
WHERE ($scope IS NULL OR f.province = $scope OR n.province = $scope OR e.province = $scope)
    AND ($sees_classified OR e.classified IS NOT TRUE) AND a.machine NOT IN ('account', 'read')
ORDER BY a.act_id DESC
LIMIT $size OFFSET $size * $page"""


@dataclass(frozen=True)
class FilingFilter:
    """Which filings: codes, or None for all; `text` is an institution code, part of its name or of the file's."""

    term: str | None = None
    province: str | None = None
    status: str | None = None
    text: str | None = None


def terms(desk: Desk) -> list[str]:
    """The semesters with filings, latest first."""
    return desk.frame(_TERMS)["term"].to_list()


def filings(desk: Desk, chosen: FilingFilter, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of filings, latest first."""
    return desk.frame(_FILINGS, **asdict(chosen), filing_id=None, page=page, size=size)


def filings_total(desk: Desk, chosen: FilingFilter) -> int:
    """How many filings the filter finds."""
    return desk.frame(_FILINGS_TOTAL, **asdict(chosen)).item()


def filing(desk: Desk, filing_id: int) -> dict[str, object]:
    """One filing; raises NotFound outside the person's scope."""
    desk.require(Duty.READ)
    found = desk.frame(_FILINGS, **asdict(FilingFilter()), filing_id=filing_id, page=0, size=1)
    return _only(found, "没有找到这个报送批次。", "There is no such filing.")


def filing_statuses(desk: Desk, filing_id: int) -> pl.DataFrame:
    """A filing's records by status: status, records."""
    return desk.frame(_FILING_STATUSES, filing_id=filing_id)


def filing_rules(desk: Desk, filing_id: int) -> pl.DataFrame:
    """What each check said of a filing: rule, evaluated, failed, not_evaluated, no_reference; most failures first."""
    return desk.frame(_FILING_RULES, filing_id=filing_id)


def filing_findings(desk: Desk, filing_id: int) -> pl.DataFrame:
    """What was found of a filing as such: rule, class, value, closed (the note that settled it); open ones first."""
    desk.require(Duty.READ)
    return desk.frame(_FILING_FINDINGS, filing_id=filing_id)


def filing_versions(desk: Desk, filing_id: int) -> pl.DataFrame:
    """All versions of a filing, the latest first: filing_id, version, status, when and by whom received, file_name,
    records, what the province said of it, and what it changed: added, gone, altered (null in the first)."""
    return desk.frame(_FILING_VERSIONS, filing_id=filing_id)


def filing_changes(desk: Desk, filing_id: int, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of what a version changed in the one before: change (added, gone, altered), record_id, name,
    certificate_no, filing_row (null when gone), former_row (null when added)."""
    return desk.frame(_FILING_CHANGES, filing_id=filing_id, page=page, size=size)


def record(desk: Desk, record_id: int) -> dict[str, object]:
    """The head of a record; raises NotFound outside scope, and for classified records without that duty."""
    desk.require(Duty.READ)
    found = desk.frame(_RECORD, record_id=record_id)
    return _only(found, "没有找到这条记录，或您无权查看。", "There is no such record, or it is not yours to see.")


def record_findings(desk: Desk, head: dict[str, object]) -> pl.DataFrame:
    """What was found in a record (as `record` gave it): rule, class, field, value, closed."""
    return desk.frame(_RECORD_FINDINGS, record_id=head["record_id"], version=head["version"])


def filed_row(desk: Desk, head: dict[str, object]) -> dict[str, str | None]:
    """A record (as `record` gave it) as it was filed, its ID number masked: code → text."""
    return masking.row(filed.row(desk.db, head))


def rule_hits(desk: Desk, term: str | None = None) -> pl.DataFrame:
    """What each check has said so far: rule, evaluated, failed, not_evaluated, no_reference (of these, for want of a
    reference table), answered (findings the institutions have answered), accepted (whose explanation stood) and
    overturned (accepted of answered, 推翻率; null when nothing was answered)."""
    return desk.frame(_RULE_HITS, term=term)


def acts(desk: Desk, *, page: int = 0, size: int = 20) -> pl.DataFrame:
    """A page of the acts, the latest first: acted_at, actor, machine, event, subject, subject_id, moved, note."""
    return desk.frame(_ACTS, page=page, size=size)


def _only(found: pl.DataFrame, zh: str, en: str) -> dict[str, object]:
    if found.is_empty():
        raise NotFound(zh, en)
    return found.row(0, named=True)
