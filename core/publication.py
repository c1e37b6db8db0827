"""把关: what would go on line for a semester or a month, and everything that stands in the way (articles 2, 3, 5 and 8).

A record belongs to the semester of its conferral date. What is blocked stays behind and delays nothing else; two
blockers stop a whole run. Every read applies `$scope`. Must not know rules, nor how a run is released.
"""

from dataclasses import dataclass
from typing import Any

import polars as pl

from core import announcements, ruleset
from core.content import ON_LINE
from core.database import Database
from core.deadlines import Term
from core.desk import Desk
from core.vocabulary import Duty, Word

_DAY = "r.conferred_on"
SEMESTER = f"""CASE WHEN {_DAY} IS NULL THEN f.term WHEN month({_DAY}) >= 9 THEN year({_DAY}) || '-1'
    ELSE (year({_DAY}) - 1) || CASE WHEN month({_DAY}) <= 2 THEN '-1' ELSE '-2' END END"""
"""The semester of a record's conferral date, as deadlines.term_of; without a date, the one it was filed for."""

_OF_TERM = "(CASE WHEN r.conferred_on IS NULL THEN f.term = $term ELSE r.conferred_on BETWEEN $starts AND $ends END)"
_OF_MONTH = f"""(r.version > 1 OR r.record_id IN (
        SELECT record_id FROM finding WHERE version = 1 AND regexp_matches(closed, '^(settlement|photo|revocation) ')))
    AND {SEMESTER} IN (SELECT term FROM publication)"""
"""What has been corrected, or cleared by others' corrections, of semesters that are on line."""

_GATE = f"""
WITH outside AS (
    SELECT record_id, version, min(CASE rule WHEN 'O01' THEN 'honorary' ELSE 'early' END) AS why
    FROM finding WHERE rule IN ('O01', 'O02') AND closed IS NULL GROUP BY ALL
), held AS (
    SELECT DISTINCT filing_id FROM filing_finding WHERE class <> 'note' AND closed IS NULL
), anew AS (
    SELECT DISTINCT k.record_id, k.version + 1 AS version
    FROM correction AS k JOIN settlement AS s ON s.settlement_id = k.settlement_id
    WHERE s.settled_at >= (SELECT greatest(made_at, effective_on::TIMESTAMP) FROM ruleset WHERE version = $version)
), standing AS (
    SELECT r.record_id, r.version, r.certificate_no, f.filing_id, f.institution, f.province,
        CASE WHEN f.status = 'returned' THEN 'returned'
            WHEN r.status = 'out_of_scope' THEN coalesce(o.why, 'outside')
            WHEN r.status = 'withheld' THEN coalesce(w.reason, 'incomplete')
            WHEN $term IS NOT NULL AND NOT {_OF_TERM} THEN 'elsewhere'
            WHEN f.status = 'received' THEN 'unapproved'
            WHEN h.filing_id IS NOT NULL THEN 'held'
            WHEN f.ruleset <> $fingerprint AND a.record_id IS NULL THEN 'outdated'
            WHEN r.certificate_no IS NULL THEN 'number' END AS blocker
    FROM record AS r
    JOIN filing AS f ON f.filing_id = r.filing_id
    LEFT JOIN withheld_case AS w ON w.record_id = r.record_id AND w.version = r.version AND w.status <> 'closed'
    LEFT JOIN outside AS o ON o.record_id = r.record_id AND o.version = r.version
    LEFT JOIN held AS h ON h.filing_id = f.filing_id
    LEFT JOIN anew AS a ON a.record_id = r.record_id AND a.version = r.version
    WHERE r.followed IS NULL AND r.status IN ('cleared', 'withheld', 'out_of_scope') AND f.status <> 'replaced' AND {{of_run}}
), passing AS MATERIALIZED (
    SELECT * FROM standing WHERE blocker IS NULL
), alike AS (
    SELECT * FROM passing WHERE hash(certificate_no) IN (SELECT hash(certificate_no) FROM passing GROUP BY ALL HAVING count(*) > 1)
), met AS MATERIALIZED (
    SELECT p.record_id AS own, r.record_id, r.status, r.online_still
    FROM passing AS p JOIN record AS r ON r.certificate_no = p.certificate_no AND r.record_id <> p.record_id
    WHERE r.status = 'published' OR r.online_still
), clashing AS (
    SELECT own AS record_id FROM met AS r WHERE {ON_LINE}
    UNION
    SELECT record_id FROM alike QUALIFY count(*) OVER (PARTITION BY certificate_no) > 1
), gate AS (
    SELECT * FROM standing WHERE blocker IS NOT NULL
    UNION ALL
    SELECT p.* REPLACE (CASE WHEN c.record_id IS NOT NULL THEN 'number' END AS blocker)
    FROM passing AS p LEFT JOIN clashing AS c ON c.record_id = p.record_id
)"""
"""Every record a run could be about that is not on line, with the first thing that keeps it back.

A filing found wrong as such holds all its records; one sorted by another version of the rulebook those that were not
corrected since; of one certificate number only one record can be on line.
"""

_GOES = """{gate}
SELECT g.record_id, g.version, g.certificate_no, p.sha256 AS photo
FROM gate AS g LEFT JOIN photo AS p ON p.record_id = g.record_id AND p.readable
WHERE g.blocker IS NULL"""

_GOES_BACK = f"""
SELECT r.record_id, r.version, r.certificate_no, p.sha256 AS photo
FROM record AS r LEFT JOIN photo AS p ON p.record_id = r.record_id AND p.readable
WHERE r.publication_id = $publication_id AND {ON_LINE}"""
"""What that publication put up and is seen of it: published, or corrected since and seen until the correction goes up."""

_UNFED = """SELECT f.province, 'feedback', count(*), count(DISTINCT f.filing_id), count(DISTINCT f.institution)
    FROM withheld_case AS c JOIN filing AS f ON f.filing_id = c.filing_id
    WHERE f.term = $term AND f.status = 'approved' AND c.status = 'open' AND NOT EXISTS (FROM feedback_run WHERE term = $term)
    GROUP BY f.province"""

_COUNTED = """{gate}, counted AS (
    SELECT f.province, g.blocker, sum(g.records)::BIGINT AS records, count(*) AS filings, count(DISTINCT f.institution) AS institutions
    FROM (SELECT filing_id, blocker, count(*) AS records FROM gate GROUP BY ALL) AS g JOIN filing AS f ON f.filing_id = g.filing_id
    GROUP BY ALL
    UNION ALL
    {unfed}
    UNION ALL
    SELECT f.province, 'online', count(*), 0, 0
    FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
    WHERE r.status = 'published' AND {of_run} GROUP BY f.province
)
SELECT c.*, p.zh AS province_zh, p.en AS province_en
FROM counted AS c LEFT JOIN province AS p ON p.code = c.province
WHERE $scope IS NULL OR c.province = $scope
ORDER BY c.province""".replace("{unfed}", _UNFED)

_BLOCKED = """{gate}
SELECT gate.record_id, gate.version, gate.certificate_no, r.name, r.conferred_on, gate.filing_id, f.term, gate.institution,
    gate.province, f.level, gate.blocker, i.zh AS institution_zh, i.en AS institution_en
FROM gate
JOIN record AS r ON r.record_id = gate.record_id AND r.version = gate.version
JOIN filing AS f ON f.filing_id = gate.filing_id
LEFT JOIN institution AS i ON i.code = gate.institution
WHERE blocker = $blocker AND ($scope IS NULL OR gate.province = $scope)
    AND ($sees_classified OR (blocker <> 'classified' AND NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = gate.record_id AND s.class = 'classified' AND s.closed IS NULL)))
ORDER BY gate.record_id
LIMIT $size OFFSET $size * $page"""


class Blocker(Word):
    """What keeps records back (把关事项); a hold and missing feedback stop the whole run."""

    ANNOUNCEMENT = "announcement", "公告暂停放行", "Held by an announcement"
    FEEDBACK = "feedback", "本学期尚未反馈，先反馈再上网", "The semester's feedback is not frozen yet"
    UNAPPROVED = "unapproved", "待省级审核", "Awaiting the province"
    RETURNED = "returned", "省级退回", "Returned by the province"
    HELD = "held", "批次待核实", "Found wrong as a filing"
    CLASSIFIED = "classified", "涉密", "Classified"
    POLICY = "policy", "疑似违反国家学位授予政策", "Suspected policy breach"
    INCOMPLETE = "incomplete", "关键信息不完整", "Key information incomplete"
    INACCURATE = "inaccurate", "关键信息不准确", "Key information inaccurate"
    HONORARY = "honorary", "名誉博士学位", "Honorary doctorate"
    EARLY = "early", "2008年9月1日前授予", "Conferred before 2008-09-01"
    OUTSIDE = "outside", "其他不属查询范围", "Otherwise out of scope"
    OUTDATED = "outdated", "按旧规则版本整理，待重新整理", "Sorted under an older ruleset"
    NUMBER = "number", "证书编号缺失或重复", "Certificate number missing or twice"
    ELSEWHERE = "elsewhere", "授予日期属其他学期", "Conferred in another semester"

    @property
    def stops(self) -> bool:
        """Whether it stops the run; all others keep back only what they are about."""
        return self in (Blocker.ANNOUNCEMENT, Blocker.FEEDBACK)


_TOLD = {
    "held": ["held", "outdated", "number"], "unapproved": ["unapproved"],
    "withheld": ["classified", "incomplete", "inaccurate", "policy"], "published": ["online"],
}
_SHAPE = {
    "province": pl.String, "blocker": pl.String, "records": pl.Int64, "filings": pl.Int64, "institutions": pl.Int64,
    "province_zh": pl.String, "province_en": pl.String,
}
_HELD = pl.DataFrame({"blocker": ["announcement"], "records": [0], "filings": [0], "institutions": [0]})


@dataclass(frozen=True)
class Scope:
    """What a run is about: a semester, a month's corrections, or a publication to be undone."""

    term: str | None = None
    month: str | None = None
    publication_id: int | None = None

    def params(self, desk: Desk) -> dict[str, Any]:
        """What the statements here ask for, the version of the rulebook now in force among it."""
        judged_by = ruleset.in_force(desk.db, desk.now().date())
        term = Term.parse(self.term) if self.term else None
        return {
            "term": self.term, "starts": term and term.starts, "ends": term and term.ends, "publication_id": self.publication_id,
            "fingerprint": judged_by.fingerprint, "version": judged_by.version,
        }


@dataclass(frozen=True)
class Gate:
    """What would go now, within this person's scope, and what keeps the rest.

    `blockers`: blocker (of Blocker), records, filings, institutions, those that stop first. `by_province`: province with names,
    ready, held (found wrong as a filing, sorted under an older ruleset, or without a number of their own), unapproved,
    withheld, published.
    """

    ready: int
    blockers: pl.DataFrame
    by_province: pl.DataFrame


def goes(scope: Scope) -> str:
    """A SELECT of what would go now: record_id, version, certificate_no, photo; its parameters are the scope's."""
    return _GOES_BACK if scope.publication_id else _of(scope, _GOES)


def gate(desk: Desk, scope: Scope) -> Gate:
    """Everything a run comes to at the gate (把关): see Gate. Nothing but a hold keeps back a run that undoes a release."""
    if scope.publication_id:
        counted = pl.DataFrame(schema=_SHAPE)
    else:
        counted = desk.frame(_of(scope, _COUNTED), **scope.params(desk))
    stands = counted.filter(pl.col("blocker").is_not_null(), pl.col("blocker") != "online").group_by("blocker").agg(
        pl.sum("records", "filings", "institutions")
    )
    if announcements.standing(desk.db, desk.now().date())["holds_release"].any():
        stands = stands.vstack(_HELD)
    order = {str(each): place for place, each in enumerate(Blocker)}
    told = {"ready": pl.col("blocker").is_null()} | {name: pl.col("blocker").is_in(words) for name, words in _TOLD.items()}
    by_province = counted.filter(pl.col("blocker").ne_missing("feedback")).group_by(
        "province", "province_zh", "province_en", maintain_order=True
    ).agg(pl.col("records").filter(holds).sum().alias(name) for name, holds in told.items())
    return Gate(
        counted.filter(pl.col("blocker").is_null())["records"].sum(), stands.sort(pl.col("blocker").replace_strict(order)), by_province
    )


def unfed(db: Database, scope: Scope) -> bool:
    """Whether cases of a run's semester wait for a feedback that was not frozen yet: that stops the run as a whole."""
    return scope.term is not None and not db.frame(_UNFED, term=scope.term).is_empty()


def blocked(desk: Desk, scope: Scope, blocker: Blocker, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """The records one blocker keeps back: record_id, name, certificate_no, conferred_on, filing_id, term, institution with names."""
    desk.require(Duty.READ)
    asked = scope.params(desk) | {"blocker": str(blocker), "page": page, "size": size}
    return desk.frame(_of(scope, _BLOCKED), **asked)


def ready(desk: Desk, term: Term) -> int:
    """How many records of a semester would go on line now, within this person's scope."""
    return count(desk, Scope(term=term.code))


def corrected_ready(desk: Desk) -> int:
    """How many corrected records would go on line now; those of a semester not yet on line go up with it."""
    return count(desk, Scope(month="now"))


def count(desk: Desk, scope: Scope) -> int:
    """How many records would go up now."""
    return gate(desk, scope).ready


def _of(scope: Scope, sql: str) -> str:
    of_run = f"(f.term = $term OR {_OF_TERM})" if scope.term else _OF_MONTH
    return sql.replace("{gate}", _GATE.replace("{of_run}", of_run)).replace("{of_run}", of_run)
