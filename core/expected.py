"""应报单位: who is expected to file a semester, how far each has come, and what is overdue (articles 4 to 6).

Every statement applies `$scope`. A filing returned by the province or replaced by a newer one is not counted as filed;
a late supplement is, for the semester it is filed for, but founds no expectation. Must not write.
"""

from dataclasses import asdict, dataclass
from datetime import date

import polars as pl

from core import ruleset
from core.calendar_tables import FilingDays
from core.deadlines import Term, term_of
from core.desk import Desk
from core.reference import Reference
from core.vocabulary import Word

_LIVE = "f.status IN ('received', 'approved')"

_GRID = f"""
WITH authorised AS (
    SELECT DISTINCT unnest($institutions::VARCHAR[]) AS institution, unnest($levels::VARCHAR[]) AS level
), before AS (
    SELECT f.institution, f.level, max(f.term) AS filed_term FROM filing AS f
    WHERE f.term IN ($last_year, $year_before) AND {_LIVE} AND NOT f.supplement AND ($scope IS NULL OR f.province = $scope)
    GROUP BY ALL
), filed AS (
    SELECT f.institution, f.level, any_value(f.province) AS province, count(*) FILTER ({_LIVE}) AS filings,
        coalesce(sum(f.records) FILTER ({_LIVE}), 0)::BIGINT AS records,
        count(*) FILTER (f.status = 'approved') AS approved, count(*) FILTER (f.status = 'returned') AS returned,
        count(*) FILTER ({_LIVE} AND f.supplement) AS supplements,
        min(f.received_at) FILTER ({_LIVE})::DATE AS received_on,
        max(f.reviewed_on) FILTER (f.status = 'approved') AS approved_on,
        count(*) FILTER (f.status = 'approved' AND f.filing_id IN (
            SELECT filing_id FROM filing_finding WHERE class <> 'note' AND closed IS NULL)) AS held
    FROM filing AS f WHERE f.term = $term AND ($scope IS NULL OR f.province = $scope)
    GROUP BY ALL
), stood AS (
    SELECT filing_id, status, publication_id, count(*) AS records FROM record
    WHERE followed IS NULL AND filing_id IN (SELECT filing_id FROM filing WHERE term = $term) GROUP BY ALL
), told AS (
    SELECT f.institution, f.level, coalesce(sum(s.records) FILTER (s.status <> 'recorded'), 0)::BIGINT AS checked,
        coalesce(sum(s.records) FILTER (s.status = 'cleared'), 0)::BIGINT AS cleared,
        coalesce(sum(s.records) FILTER (s.status = 'published'), 0)::BIGINT AS published,
        max(u.published_at)::DATE AS published_on
    FROM stood AS s JOIN filing AS f ON f.filing_id = s.filing_id
    LEFT JOIN publication AS u ON u.publication_id = s.publication_id
    WHERE {_LIVE} AND ($scope IS NULL OR f.province = $scope)
    GROUP BY ALL
), cases AS (
    SELECT f.institution, f.level, count(*) FILTER (c.status = 'open') AS to_send,
        count(DISTINCT c.case_id) FILTER (n.notice_id IS NOT NULL) AS fed_back, max(n.issued_at)::DATE AS fed_back_on
    FROM withheld_case AS c JOIN filing AS f ON f.filing_id = c.filing_id
    LEFT JOIN notice_item AS t ON t.case_id = c.case_id
    LEFT JOIN notice AS n ON n.notice_id = t.notice_id
    WHERE f.term = $term AND {_LIVE} AND ($scope IS NULL OR f.province = $scope)
    GROUP BY ALL
), nil AS (
    SELECT n.institution, n.level, n.province, n.signed_on AS nil_on FROM nil_return AS n
    WHERE n.term = $term AND n.status = 'standing' AND ($scope IS NULL OR n.province = $scope)
), unit AS (
    SELECT institution, level FROM authorised WHERE institution NOT IN (SELECT unnest($ceased::VARCHAR[]))
    UNION SELECT institution, level FROM before WHERE institution NOT IN (SELECT unnest($ceased::VARCHAR[]))
    UNION SELECT institution, level FROM filed
    UNION SELECT institution, level FROM nil
), grid AS (
    SELECT u.institution, u.level, coalesce(i.province, f.province, l.province) AS province, b.filed_term,
        CASE WHEN u.institution IN (SELECT unnest($ceased::VARCHAR[])) THEN 'unexpected'
            WHEN b.institution IS NOT NULL AND a.institution IS NOT NULL THEN 'both'
            WHEN b.institution IS NOT NULL THEN 'filed' WHEN a.institution IS NOT NULL THEN 'authorised'
            ELSE 'unexpected' END AS why,
        coalesce(f.filings, 0) AS filings, coalesce(f.records, 0) AS records, f.received_on,
        coalesce(f.supplements, 0) AS supplements, coalesce(f.approved, 0) AS approved, f.approved_on,
        coalesce(f.returned, 0) AS returned, coalesce(t.checked, 0) AS checked, coalesce(c.to_send, 0) AS to_send,
        coalesce(c.fed_back, 0) AS fed_back, c.fed_back_on, coalesce(t.cleared, 0) AS cleared,
        coalesce(t.published, 0) AS published, t.published_on, l.nil_on,
        CASE WHEN coalesce(f.filings, 0) = 0 THEN
                CASE WHEN l.institution IS NOT NULL THEN 'nil' WHEN f.returned > 0 THEN 'returned' ELSE 'missing' END
            WHEN f.approved < f.filings THEN 'received' WHEN f.held > 0 OR coalesce(t.checked, 0) < f.records THEN 'approved'
            WHEN coalesce(c.to_send, 0) > 0 THEN 'checked'
            WHEN coalesce(t.cleared, 0) > 0 OR coalesce(t.published, 0) = 0 THEN 'fed_back' ELSE 'published' END AS stage
    FROM unit AS u
    LEFT JOIN institution AS i ON i.code = u.institution
    LEFT JOIN before AS b ON b.institution = u.institution AND b.level = u.level
    LEFT JOIN authorised AS a ON a.institution = u.institution AND a.level = u.level
    LEFT JOIN filed AS f ON f.institution = u.institution AND f.level = u.level
    LEFT JOIN told AS t ON t.institution = u.institution AND t.level = u.level
    LEFT JOIN cases AS c ON c.institution = u.institution AND c.level = u.level
    LEFT JOIN nil AS l ON l.institution = u.institution AND l.level = u.level
), dated AS (
    SELECT g.*, CASE g.stage WHEN 'missing' THEN $institution_due WHEN 'returned' THEN $institution_due
            WHEN 'received' THEN $province_due WHEN 'approved' THEN $feedback_due WHEN 'checked' THEN $feedback_due
            WHEN 'fed_back' THEN CASE WHEN g.cleared > 0 THEN $publish_due END END::DATE AS due_on
    FROM grid AS g
), chosen AS (
    SELECT d.*, greatest(coalesce(date_diff('day', d.due_on, $today::DATE), 0), 0) AS days_overdue
    FROM dated AS d
    WHERE ($scope IS NULL OR d.province = $scope)
        AND ($province IS NULL OR d.province = $province) AND ($level IS NULL OR d.level = $level)
        AND ($stage IS NULL OR d.stage = $stage) AND (NOT $overdue OR d.due_on < $today::DATE)
)"""

_NAMED = _GRID + """
SELECT c.*, i.zh AS institution_zh, i.en AS institution_en, p.zh AS province_zh, p.en AS province_en
FROM chosen AS c
LEFT JOIN institution AS i ON i.code = c.institution
LEFT JOIN province AS p ON p.code = c.province"""

_LACKING = _NAMED + """
WHERE c.stage IN ('missing', 'returned')
ORDER BY c.province, c.days_overdue DESC, c.institution, c.level"""

_PAGE = _NAMED + """
ORDER BY c.days_overdue DESC, c.province, c.institution, c.level
LIMIT $size OFFSET $size * $page"""

_TOTALS = _GRID + """
SELECT count(*) AS units, count(*) FILTER (why <> 'unexpected') AS expected,
    count(*) FILTER (stage IN ('missing', 'returned')) AS missing, count(*) FILTER (stage = 'nil') AS nil,
    count(*) FILTER (filings > 0) AS received,
    count(*) FILTER (stage IN ('approved', 'checked', 'fed_back', 'published')) AS approved,
    count(*) FILTER (stage IN ('checked', 'fed_back', 'published')) AS checked,
    count(*) FILTER (stage IN ('fed_back', 'published')) AS fed_back,
    count(*) FILTER (stage = 'published') AS published,
    count(*) FILTER (days_overdue > 0) AS overdue,
    count(DISTINCT institution) FILTER (days_overdue > 0 AND stage IN ('missing', 'returned')) AS late_institutions
FROM chosen"""

_TERMS = "SELECT DISTINCT f.term FROM filing AS f WHERE $scope IS NULL OR f.province = $scope"


class Stage(Word):
    """How far an institution has come with a level of a semester (报送进度): the last step done of those in order."""

    MISSING = "missing", "未报送", "Not filed"
    RETURNED = "returned", "退回未重报", "Returned, not filed again"
    NIL = "nil", "零报送", "Nil return"
    RECEIVED = "received", "已接收", "Received"
    APPROVED = "approved", "省级通过", "Passed by the province"
    CHECKED = "checked", "检查完毕", "Checked"
    FED_BACK = "fed_back", "反馈完毕", "Fed back"
    PUBLISHED = "published", "已上网", "Published"


class Why(Word):
    """Why an institution is expected to file a level (应报依据), or that it is not."""

    FILED = "filed", "前两年同学期报送过", "Filed in this half of the last two years"
    AUTHORISED = "authorised", "有该级学位授予权", "Authorised at this level"
    BOTH = "both", "报送过，且有授予权", "Filed before and authorised"
    UNEXPECTED = "unexpected", "未列入应报", "Not expected"


@dataclass(frozen=True)
class GridFilter:
    """Which lines of the grid: codes, or None for all; `overdue` leaves only what is overdue."""

    province: str | None = None
    level: str | None = None
    stage: str | None = None
    overdue: bool = False


def round_of(today: date) -> Term:
    """The semester whose filings are now due: the last one that has ended."""
    return term_of(today).previous()


def terms(desk: Desk) -> list[str]:
    """The semesters a grid can be asked for, latest first: those with filings, and the one now due."""
    return sorted({*desk.frame(_TERMS)["term"], round_of(desk.now().date()).code}, reverse=True)


def filing_days(desk: Desk, term: Term) -> FilingDays:
    """By when institutions and provinces are due, by the tables now in force. Raises CalendarMissing."""
    return FilingDays.of(ruleset.in_force(desk.db, desk.now().date()).reference.table("filing_days"), term)


def grid(desk: Desk, term: Term, chosen: GridFilter = GridFilter(), *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of institutions by level, the longest overdue first.

    Columns: institution, level and province (with names); why, filed_term (the last filed of those that make it
    expected); filings, records, received_on; supplements (of these late ones); approved (filings), approved_on;
    returned (filings); checked (records); to_send, fed_back (cases), fed_back_on; cleared (waiting to go up),
    published (records), published_on; nil_on; stage; due_on (of its next step), days_overdue.
    """
    return desk.frame(_PAGE, **_asked(desk, term), **asdict(chosen), page=page, size=size)


def lacking(desk: Desk, term: Term, *, province: str | None = None, level: str | None = None) -> pl.DataFrame:
    """Who has not filed, or not again after a return, by province and the longest overdue first; columns as in `grid`."""
    return desk.frame(_LACKING, **_asked(desk, term), **asdict(GridFilter(province, level)))


def totals(desk: Desk, term: Term, chosen: GridFilter = GridFilter()) -> dict[str, int]:
    """How many lines the filter finds: units, expected, missing (with returned), nil, received, then those past each
    further step, overdue; and late_institutions: how many have not filed what is overdue."""
    return desk.frame(_TOTALS, **_asked(desk, term), **asdict(chosen)).row(0, named=True)


def _asked(desk: Desk, term: Term) -> dict[str, object]:
    """What the grid is drawn from beside the store: days, and who is authorised or has ceased by the tables in force."""
    today = desk.now().date()
    tables = ruleset.in_force(desk.db, today).reference
    days, authorised = FilingDays.of(tables.table("filing_days"), term), _authorised(tables, term)
    return {
        "term": term.code, "last_year": Term(term.year - 1, term.half).code,
        "year_before": Term(term.year - 2, term.half).code, "institutions": authorised["institution"].to_list(),
        "levels": authorised["level"].to_list(), "ceased": _ceased(tables, term), "today": today,
        "institution_due": days.institution, "province_due": days.province, "feedback_due": term.feed_back_by,
        "publish_due": term.publish_by,
    }


def _authorised(tables: Reference, term: Term) -> pl.DataFrame:
    """Who may confer at which level on some day of the semester (学位授权)."""
    known = tables.table("authorisations").filter(
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= term.ends),
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= term.starts),
    )
    return known.select("institution", "level").unique(maintain_order=True)


def _ceased(tables: Reference, term: Term) -> list[str]:
    """Who had closed, merged or been re-coded before the semester began."""
    last = tables.table("institutions").sort("valid_to", nulls_last=True, maintain_order=True).unique(
        "code", keep="last", maintain_order=True
    )
    gone = (pl.col("closed_on") < term.starts) | (pl.col("valid_to") < term.starts)
    undated = (pl.col("status") != "open") & pl.col("closed_on").is_null() & pl.col("valid_to").is_null()
    return last.filter(gone.fill_null(False) | undated.fill_null(False))["code"].to_list()
