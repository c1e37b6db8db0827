"""书面说明一览: cases by institution and check, the papers with what became of them, and how long it took, for the screens.

Every statement applies `$scope` and `$sees_classified`. None in a filter means all. Must not write.
"""

from dataclasses import asdict, dataclass

import polars as pl

from core import excuses
from core.desk import Desk
from core.errors import NotFound
from core.rules import RULES
from core.vocabulary import Duty

_EXPLAINABLE = [code for code, rule in RULES.items() if excuses.explainable(code, rule.cls)]

_OPEN = """
    FROM finding AS g
    JOIN withheld_case AS c ON c.record_id = g.record_id AND c.version = g.version AND c.status <> 'closed'
    JOIN filing AS f ON f.filing_id = c.filing_id
    LEFT JOIN institution AS i ON i.code = f.institution
    WHERE g.closed IS NULL AND g.class <> 'note' AND list_contains($rules, g.rule)
        AND ($scope IS NULL OR f.province = $scope) AND ($sees_classified OR c.reason <> 'classified')
        AND ($institution IS NULL OR f.institution = $institution) AND ($rule IS NULL OR g.rule = $rule)"""

_CASES = f"""
SELECT f.province, f.institution, i.zh AS institution_zh, i.en AS institution_en, g.rule, count(*) AS records,
    count(*) FILTER (c.status = 'open') AS to_send, count(*) FILTER (c.status = 'sent') AS sent,
    count(*) FILTER (c.status = 'answered') AS answered, min(c.opened_at) AS oldest
{_OPEN} AND ($province IS NULL OR f.province = $province)
GROUP BY ALL
ORDER BY records DESC, f.institution, g.rule"""

_TO_EXPLAIN = f"""
SELECT g.record_id, g.version, r.name, r.certificate_no, g.field, g.value, c.status, c.round
{_OPEN.replace("WHERE", "JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version WHERE")}
    AND c.status IN ('sent', 'answered') AND NOT EXISTS (
        SELECT 1 FROM explanation_cover AS x WHERE x.record_id = g.record_id AND x.rule = g.rule AND x.outcome IS NULL)
ORDER BY g.record_id"""

_HEADS = """
    SELECT r.record_id, max(r.version) AS version FROM record AS r
    JOIN explanation_cover AS x ON x.record_id = r.record_id GROUP BY r.record_id"""

_COVERED = f"""
    SELECT x.*, CASE WHEN x.outcome = 'accepted' AND EXISTS (
            SELECT 1 FROM finding AS g WHERE g.record_id = x.record_id AND g.version = h.version AND g.rule = x.rule
                AND g.closed IS NULL AND g.class <> 'note') THEN 'lapsed'
        WHEN x.outcome IS NOT NULL THEN x.outcome
        WHEN x.decision_id IS NOT NULL THEN 'proposed' ELSE 'waiting' END AS state, h.version AS head
    FROM explanation_cover AS x JOIN ({_HEADS}) AS h ON h.record_id = x.record_id"""
"""Every cover with what has become of it: an acceptance has lapsed where the record's head is held by the check again."""

_PAPERS = f"""
WITH covered AS ({_COVERED}), opinion AS (
    SELECT explanation_id, arg_max(agrees, entered_at) AS agrees FROM explanation_opinion GROUP BY explanation_id)
SELECT e.explanation_id, e.province, e.institution, i.zh AS institution_zh, i.en AS institution_en, e.number, e.dated,
    e.summary, e.classified, e.copied_on, e.received_at, e.received_by, o.agrees, count(DISTINCT x.record_id) AS records,
    list(DISTINCT x.rule ORDER BY x.rule) AS rules, count(*) FILTER (x.state IN ('waiting', 'asked')) AS waiting,
    count(*) FILTER (x.state = 'proposed') AS proposed, count(*) FILTER (x.state = 'accepted') AS accepted,
    count(*) FILTER (x.state = 'lapsed') AS lapsed, count(*) FILTER (x.state = 'refused') AS refused
FROM explanation AS e
JOIN covered AS x ON x.explanation_id = e.explanation_id
LEFT JOIN opinion AS o ON o.explanation_id = e.explanation_id
LEFT JOIN institution AS i ON i.code = e.institution
WHERE ($scope IS NULL OR e.province = $scope) AND ($sees_classified OR NOT e.classified)
    AND ($explanation_id IS NULL OR e.explanation_id = $explanation_id)
    AND ($province IS NULL OR e.province = $province)
    AND (NOT $without_opinion OR (e.copied_on IS NOT NULL AND o.agrees IS NULL))
GROUP BY ALL
ORDER BY waiting + proposed = 0, e.received_at DESC, e.explanation_id DESC
LIMIT $size OFFSET $size * $page"""

_PAPERS_TOTAL = """
SELECT count(*) AS n FROM explanation AS e
WHERE ($scope IS NULL OR e.province = $scope) AND ($sees_classified OR NOT e.classified)
    AND ($province IS NULL OR e.province = $province)
    AND (NOT $without_opinion OR (e.copied_on IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM explanation_opinion AS o WHERE o.explanation_id = e.explanation_id)))"""

_COVERS = f"""
WITH covered AS ({_COVERED})
SELECT x.record_id, x.version, x.head, r.name, r.certificate_no, x.rule, x.class, x.state, x.decided_at, x.decision_id
FROM covered AS x
JOIN explanation AS e ON e.explanation_id = x.explanation_id
JOIN record AS r ON r.record_id = x.record_id AND r.version = x.version
WHERE e.explanation_id = $explanation_id AND ($scope IS NULL OR e.province = $scope)
    AND ($sees_classified OR (NOT e.classified AND NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = x.record_id AND s.class = 'classified' AND s.closed IS NULL)))
ORDER BY x.rule, x.record_id"""

_OPINIONS = """
SELECT o.agrees, o.note, o.paper, o.given_on, o.given_by, o.entered_at
FROM explanation_opinion AS o JOIN explanation AS e ON e.explanation_id = o.explanation_id
WHERE e.explanation_id = $explanation_id AND ($scope IS NULL OR e.province = $scope) AND ($sees_classified OR NOT e.classified)
ORDER BY o.entered_at DESC"""

_DECISIONS = """
SELECT d.decision_id, d.rule, d.decision, d.state, d.records, d.note, d.proposed_at, d.proposed_by, d.made_at, d.made_by, d.reply
FROM explanation_decision AS d JOIN explanation AS e ON e.explanation_id = d.explanation_id
WHERE e.explanation_id = $explanation_id AND ($scope IS NULL OR e.province = $scope) AND ($sees_classified OR NOT e.classified)
ORDER BY d.decision_id DESC"""

_OF_RECORD = f"""
WITH covered AS ({_COVERED})
SELECT e.explanation_id, e.number, e.dated, x.rule, x.state, x.decided_at, d.note
FROM covered AS x
JOIN explanation AS e ON e.explanation_id = x.explanation_id
LEFT JOIN explanation_decision AS d ON d.decision_id = x.decision_id
WHERE x.record_id = $record_id AND ($scope IS NULL OR e.province = $scope) AND ($sees_classified OR NOT e.classified)
ORDER BY e.explanation_id DESC, x.rule"""

_FIGURES = """
SELECT x.rule, count(*) AS explained, count(*) FILTER (x.outcome IS NULL OR x.outcome = 'asked') AS waiting,
    count(*) FILTER (x.outcome = 'accepted') AS accepted, count(*) FILTER (x.outcome = 'refused') AS refused,
    count(*) FILTER (x.outcome = 'accepted') / nullif(count(*) FILTER (x.outcome IN ('accepted', 'refused')), 0) AS rate,
    median(date_diff('day', x.taken_at, x.decided_at)) FILTER (x.outcome IN ('accepted', 'refused')) AS days
FROM explanation_cover AS x JOIN explanation AS e ON e.explanation_id = x.explanation_id
WHERE x.outcome IS DISTINCT FROM 'supplemented' AND ($scope IS NULL OR e.province = $scope)
    AND ($sees_classified OR (NOT e.classified AND x.rule NOT LIKE 'S%'))
GROUP BY x.rule
ORDER BY explained DESC, x.rule"""


@dataclass(frozen=True)
class CaseFilter:
    """Which cases: codes, or None for all."""

    province: str | None = None
    institution: str | None = None
    rule: str | None = None


def cases(desk: Desk, chosen: CaseFilter) -> pl.DataFrame:
    """What may be explained, by institution and check: records, to_send, sent, answered, oldest; most records first."""
    return desk.frame(_CASES, **asdict(chosen), rules=_EXPLAINABLE)


def to_explain(desk: Desk, institution: str, rule: str) -> pl.DataFrame:
    """The records of a case which a paper may cover now: record_id, version, name, certificate_no, field, value, status, round."""
    desk.require(Duty.READ)
    return desk.frame(_TO_EXPLAIN, institution=institution, rule=rule, rules=_EXPLAINABLE)


def papers(
    desk: Desk, *, province: str | None = None, without_opinion: bool = False, page: int = 0, size: int = 50
) -> pl.DataFrame:
    """A page of the explanations, those that wait first: what they are, records, rules, and findings by what became of them: waiting,
    proposed, accepted, lapsed, refused; agrees is the province's last opinion. Or only those copied and without an opinion."""
    desk.require(Duty.READ)
    asked = {"province": province, "without_opinion": without_opinion, "page": page, "size": size}
    return desk.frame(_PAPERS, explanation_id=None, **asked)


def papers_total(desk: Desk, *, province: str | None = None, without_opinion: bool = False) -> int:
    """How many explanations there are, or how many of those only."""
    desk.require(Duty.READ)
    return desk.frame(_PAPERS_TOTAL, province=province, without_opinion=without_opinion).item()


def paper(desk: Desk, explanation_id: int) -> dict[str, object]:
    """One explanation as `papers` lists it. Raises NotFound outside the person's scope, or when it is classified."""
    desk.require(Duty.READ)
    found = desk.frame(_PAPERS, explanation_id=explanation_id, province=None, without_opinion=False, page=0, size=1)
    if found.is_empty():
        raise NotFound("没有找到这份书面说明，或您无权查看。", "There is no such explanation, or it is not yours to see.")
    return found.row(0, named=True)


def covers(desk: Desk, explanation_id: int) -> pl.DataFrame:
    """What an explanation covers: record_id, version, head, name, certificate_no, rule, class, state (CoverState), decided_at,
    decision_id."""
    desk.require(Duty.READ)
    return desk.frame(_COVERS, explanation_id=explanation_id)


def opinions(desk: Desk, explanation_id: int) -> pl.DataFrame:
    """The province's opinions on an explanation, the last first: agrees, note, paper, given_on, given_by, entered_at."""
    return desk.frame(_OPINIONS, explanation_id=explanation_id)


def decisions(desk: Desk, explanation_id: int) -> pl.DataFrame:
    """What was decided about an explanation, the last first: decision_id, rule, decision, state, records, note, who and when."""
    return desk.frame(_DECISIONS, explanation_id=explanation_id)


def of_record(desk: Desk, head: dict[str, object]) -> pl.DataFrame:
    """The explanations that cover a record (as views.record gave it): explanation_id, number, dated, rule, state, decided_at,
    note."""
    return desk.frame(_OF_RECORD, record_id=head["record_id"])


def figures(desk: Desk) -> pl.DataFrame:
    """By check: explained, waiting, accepted, refused, rate (accepted of decided; null with none), days (the median taken)."""
    return desk.frame(_FIGURES)
