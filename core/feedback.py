"""反馈: the withheld records of a semester or of a month's round frozen as one run, a notice each institution (articles 6 to 8).

What a run froze is never changed: its files can be made again from it at any time. Must not know file formats.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from core import contacts as directory
from core import ledger, ruleset
from core.database import Transaction
from core.deadlines import Term
from core.desk import Desk
from core.errors import BadRequest, NotFound
from core.lifecycle import CASE
from core.rules import RULES
from core.vocabulary import Duty

_OF_ROUND = """CASE WHEN $term IS NOT NULL THEN f.term = $term
    ELSE f.term IN (SELECT term FROM feedback_run WHERE term IS NOT NULL) END"""
"""The filings a run is about: a semester's, or in a month's round those of every semester fed back before."""

_DUE = f"""
SELECT c.case_id, c.record_id, c.version, c.reason, c.round, f.institution, f.province, i.zh AS institution_zh, p.zh AS province_zh
FROM withheld_case AS c
JOIN filing AS f ON f.filing_id = c.filing_id
LEFT JOIN institution AS i ON i.code = f.institution
LEFT JOIN province AS p ON p.code = f.province
WHERE f.status = 'approved' AND c.status = 'open' AND {_OF_ROUND}"""

_WAITING = f"""
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
WHERE c.status <> 'closed' AND {_OF_ROUND} AND ($scope IS NULL OR f.province = $scope)
GROUP BY ALL
ORDER BY f.province, f.institution"""

_NOTICES = """
SELECT n.notice_id, n.run_id, n.term, n.month, n.province, n.province_zh, p.en AS province_en, n.institution,
    n.institution_zh, i.en AS institution_en, n.round, n.records, n.incomplete, n.inaccurate, n.policy, n.classified_records,
    n.due_on, n.issued_at, n.issued_by, n.addressees, r.contacts, r.sha256
FROM notice AS n
JOIN feedback_run AS r ON r.run_id = n.run_id
LEFT JOIN province AS p ON p.code = n.province
LEFT JOIN institution AS i ON i.code = n.institution
WHERE ($scope IS NULL OR n.province = $scope) AND ($term IS NULL OR n.term = $term)
    AND ($run_id IS NULL OR n.run_id = $run_id) AND ($notice_id IS NULL OR n.notice_id = $notice_id)
    AND ($province IS NULL OR n.province = $province)
ORDER BY n.province, n.institution, n.notice_id"""

_THEIRS = """
SELECT count(*) AS n FROM notice AS n WHERE list_contains($notices, n.notice_id) AND ($scope IS NULL OR n.province = $scope)"""

_RUNS = """
SELECT r.run_id, r.term, r.month, r.issued_at, r.issued_by, r.sha256, count(*) AS notices,
    count(DISTINCT n.province) AS provinces, sum(n.records)::BIGINT AS records,
    sum(n.classified_records)::BIGINT AS classified_records, max(n.due_on) AS due_on,
    (SELECT count(*) FROM feedback_bundle AS b
        WHERE b.run_id = r.run_id AND ($scope IS NULL OR b.province = $scope)) AS made
FROM feedback_run AS r JOIN notice AS n ON n.run_id = r.run_id
WHERE $scope IS NULL OR n.province = $scope
GROUP BY ALL
ORDER BY r.run_id DESC"""

_LINES = """
SELECT l.* FROM feedback_line AS l JOIN notice AS n ON n.notice_id = l.notice_id
WHERE l.notice_id = $notice_id AND ($scope IS NULL OR n.province = $scope)
ORDER BY l.place"""

OF_RUN = "SELECT * FROM feedback_line WHERE run_id = $run_id ORDER BY notice_id, place"
"""The frozen list of a run: what its hash is of, and its files are made from."""

_FREEZE = """
WITH due AS (
    SELECT t.notice_id, t.case_id, t.record_id, t.version, c.round FROM notice_item AS t
    JOIN withheld_case AS c ON c.case_id = t.case_id
    WHERE t.notice_id >= $first AND NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = t.record_id AND s.class = 'classified')
), opened AS (
    SELECT record_id, min(opened_at) AS opened_at FROM withheld_case
    WHERE record_id IN (SELECT record_id FROM due) GROUP BY record_id
), latest AS (
    SELECT record_id, max(run_id) AS run_id FROM feedback_line
    WHERE record_id IN (SELECT record_id FROM due) GROUP BY record_id
), told AS (
    SELECT l.record_id, l.rule, l.field, any_value(l.value) AS value, true AS stood
    FROM feedback_line AS l JOIN latest AS t ON t.record_id = l.record_id AND t.run_id = l.run_id
    GROUP BY l.record_id, l.rule, l.field
)
SELECT $run_id::BIGINT AS run_id, d.notice_id,
    (row_number() OVER (PARTITION BY d.notice_id ORDER BY r.filing_id, r.filing_row, g.rule, g.field))::INTEGER AS place,
    d.case_id, d.record_id, d.version, f.term, d.round, date_diff('day', o.opened_at, $acted_at) AS age,
    CASE WHEN latest.run_id IS NULL THEN 'first' WHEN told.stood IS NULL THEN 'new'
        WHEN told.value IS NOT DISTINCT FROM g.value THEN 'same' ELSE 'changed' END AS since,
    f.file_name, r.filing_row, r.name, r.certificate_no, g.rule, g.class, g.field, g.value
FROM due AS d
JOIN record AS r ON r.record_id = d.record_id AND r.version = d.version
JOIN filing AS f ON f.filing_id = r.filing_id
JOIN finding AS g ON g.record_id = d.record_id AND g.version = d.version
JOIN opened AS o ON o.record_id = d.record_id
LEFT JOIN latest ON latest.record_id = d.record_id
LEFT JOIN told ON told.record_id = d.record_id AND told.rule = g.rule AND told.field = g.field
WHERE g.closed IS NULL
ORDER BY d.notice_id, place"""


@dataclass(frozen=True)
class _Round:
    """What a run feeds back: a semester, or (term None) a month's round."""

    term: str | None
    month: str | None


def waiting(desk: Desk, term: Term | None) -> pl.DataFrame:
    """Open and sent cases of a semester by institution: to_send, unapproved, sent, classified (a count only).

    Without a semester, of every semester fed back before: what a month's round would send.
    """
    return desk.frame(_WAITING, term=term and term.code)


def notices(desk: Desk, term: Term) -> pl.DataFrame:
    """The notices of a semester's first feedback, by province and institution; those of months are `notices_of`."""
    return _notices(desk, term=term.code)


def notices_of(desk: Desk, run_id: int, *, province: str | None = None) -> pl.DataFrame:
    """The notices of one run, by province and institution, with their totals by class and the day answers are due."""
    return _notices(desk, run_id=run_id, province=province)


def notice(desk: Desk, notice_id: int) -> dict[str, Any]:
    """One notice. Raises NotFound outside the person's scope."""
    found = _notices(desk, notice_id=notice_id)
    if found.is_empty():
        raise NotFound("没有找到这份反馈单。", "There is no such notice.")
    return found.row(0, named=True)


def require_notices(desk: Desk, notice_ids: Sequence[int]) -> None:
    """Refuse notices one of which is not there, or outside the person's scope. Raises NotFound."""
    asked = set(notice_ids)
    if desk.frame(_THEIRS, notices=sorted(asked)).item() != len(asked):
        raise NotFound("没有找到这份反馈单。", "There is no such notice.")


def runs(desk: Desk) -> pl.DataFrame:
    """The runs with notices in this person's scope, latest first: counts of those, and how many bundles are `made`."""
    return desk.frame(_RUNS)


def lines(desk: Desk, notice_id: int) -> pl.DataFrame:
    """What a notice's workbook lists, as frozen: a line for each finding, none of classified records."""
    desk.require(Duty.READ)
    return desk.in_full(_LINES, notice_id=notice_id)


def issue(desk: Desk, term: Term, *, contacts: str = "") -> int:
    """Freeze every open case of a semester's approved filings as one run, a notice each institution (article 6).

    Written: the run with the hash of its list, notices, the list; the cases turn to sent. `contacts`, the centre's own,
    and whom each institution names go into the covering letters. Returns the number of notices; with nothing open, none. A filing
    the province has not passed waits.
    """
    return _freeze(desk, _Round(term.code, None), contacts)


def issue_month(desk: Desk, month: str, *, contacts: str = "") -> int:
    """The same for a month's round (article 8): what is open in every semester fed back before, late approvals among it.

    `month` is the month whose corrections have been processed, such as 2025-12. Raises BadRequest.
    """
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month):
        raise BadRequest(f"“{month}”不是月份，请按“2025-12”的形式填写。", f"“{month}” is not a month; write it like 2025-12.")
    return _freeze(desk, _Round(None, month), contacts)


def fingerprint(frozen: pl.DataFrame) -> str:
    """The hash of a frozen list, as OF_RUN gives it (SHA-256)."""
    return hashlib.sha256(frozen.write_csv().encode()).hexdigest()


def _notices(desk: Desk, **chosen: object) -> pl.DataFrame:
    return desk.frame(_NOTICES, **dict.fromkeys(("term", "run_id", "notice_id", "province")) | chosen)


def _freeze(desk: Desk, chosen: _Round, contacts: str) -> int:
    desk.require(Duty.FEEDBACK)
    today = desk.now().date()
    judged_by = ruleset.in_force(desk.db, today)
    due_on = judged_by.workdays.after(today, judged_by.settings["answer_workdays"])
    with desk.db.transaction() as tx:
        due = tx.frame(_DUE, term=chosen.term)
        if due.is_empty():
            return 0
        counted = {cls: (pl.col("reason") == cls).sum().cast(pl.Int64) for cls in ("incomplete", "inaccurate", "policy")}
        notices = (
            due.group_by("province", "province_zh", "institution", "institution_zh")
            .agg(
                records=pl.len().cast(pl.Int64), round=pl.col("round").max(), **counted,
                classified_records=(pl.col("reason") == "classified").sum().cast(pl.Int64),
            )
            .sort("province", "institution")
        )
        run_id, first = tx.next_ids("feedback_run"), tx.next_ids("notice", notices.height)
        act = ledger.act_of(desk, "feedback_run", run_id, chosen.term or chosen.month or "")
        notices = notices.with_columns(
            notice_id=pl.int_range(pl.len(), dtype=pl.Int64) + first, run_id=pl.lit(run_id), due_on=pl.lit(due_on),
            term=pl.lit(chosen.term, pl.String), month=pl.lit(chosen.month, pl.String), issued_at=pl.lit(act.at),
            issued_by=pl.lit(act.by),
        ).join(directory.addressees(tx, notices["institution"]), on="institution", how="left")
        items = due.join(notices.select("notice_id", "province", "institution"), on=["province", "institution"])
        tx.append("notice", notices)
        tx.append("notice_item", items.select("notice_id", "case_id", "record_id", "version"))
        run = {"run_id": run_id, "term": chosen.term, "month": chosen.month, "contacts": contacts.strip(),
               "sha256": _freeze_lines(tx, run_id, first, act), "issued_at": act.at, "issued_by": act.by}
        tx.append("feedback_run", pl.DataFrame([run], schema_overrides={"term": pl.String, "month": pl.String}))
        ledger.move(
            tx, CASE, "send", act, first=first,
            chosen="SELECT case_id FROM notice_item WHERE notice_id >= $first",
        )
        return notices.height


def _freeze_lines(tx: Transaction, run_id: int, first: int, act: ledger.Act) -> str:
    """Write down what a run lists, each check's words with it; returns its hash."""
    told = tx.frame(_FREEZE, run_id=run_id, first=first, acted_at=act.at)
    sentences = {code: rule.zh for code, rule in RULES.items()}
    remedies = {code: "；".join(remedy.zh for remedy in rule.remedies) for code, rule in RULES.items()}
    tx.append("feedback_line", told.with_columns(
        sentence=pl.col("rule").replace_strict(sentences, return_dtype=pl.String),
        remedies=pl.col("rule").replace_strict(remedies, return_dtype=pl.String),
    ))
    return fingerprint(tx.frame(OF_RUN, run_id=run_id))
