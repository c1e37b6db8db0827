"""What must never be so, whatever was done at the desk and in which order: what the audit looks at, and what only a year shows."""

import polars as pl

from core import (
    audit,
    balance,
    corrections,
    delivery,
    explanations,
    feedback,
    ladder,
    month,
    queue,
    review,
    revocation_list,
    views,
)
from core.content import ON_LINE
from core.corrections import Stage
from core.desk import Desk
from core.errors import NotFound
from core.explanations import CaseFilter
from core.lifecycle import LIFECYCLES
from core.queue import QueueFilter
from core.revocation_list import RevocationFilter
from core.standing import RANKS
from core.views import FilingFilter

_HEADS = f"""
CREATE OR REPLACE TEMP TABLE heads AS
SELECT r.record_id, r.version, r.filing_id, r.status, f.status AS filing, f.province, f.institution, f.term, r.person,
    r.certificate_no, {RANKS}[min(list_position({RANKS}, g.class))] AS reason, count(g.rule) AS held
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
LEFT JOIN finding AS g ON g.record_id = r.record_id AND g.version = r.version AND g.closed IS NULL AND g.class <> 'note'
WHERE r.followed IS NULL GROUP BY ALL"""
"""Records in their present versions, and what holds them."""

_ALARMS = {
    "a case's reason is not what holds its record": """
SELECT w.case_id, w.reason, h.reason, w.findings, h.held FROM withheld_case AS w
JOIN heads AS h ON h.record_id = w.record_id AND h.version = w.version
WHERE w.status <> 'closed' AND (w.reason IS DISTINCT FROM h.reason OR w.findings <> h.held)""",
    "a record stands where its findings do not put it": """
SELECT record_id, status, reason, held FROM heads WHERE filing NOT IN ('returned', 'replaced') AND status <> CASE
    WHEN status IN ('published', 'withdrawn', 'revoked') THEN status WHEN reason IS NULL THEN 'cleared'
    WHEN reason = 'scope' THEN 'out_of_scope' ELSE 'withheld' END""",
    "what is on line is there twice": f"""
SELECT r.record_id FROM record AS r WHERE {ON_LINE} GROUP BY ALL HAVING count(*) > 1""",
    "a finding is closed by what nobody accepted": """
SELECT g.record_id, g.version, g.rule, g.closed FROM finding AS g
JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version JOIN filing AS f ON f.filing_id = r.filing_id
WHERE NOT CASE split_part(g.closed, ' ', 1)
    WHEN 'explained' THEN EXISTS (
        SELECT 1 FROM explanation_cover AS x JOIN explanation AS e ON e.explanation_id = x.explanation_id
        JOIN explanation_decision AS d ON d.decision_id = x.decision_id AND d.state = 'made' AND d.decision = 'accept'
        WHERE 'explained ' || x.explanation_id = g.closed AND x.rule = g.rule AND x.outcome = 'accepted'
            AND (x.record_id = g.record_id
                OR (x.person = r.person AND x.certificate_no = r.certificate_no AND e.institution = f.institution)))
    WHEN 'override' THEN EXISTS (
        SELECT 1 FROM reentry_override AS o WHERE 'override ' || o.override_id = g.closed AND o.record_id = g.record_id
            AND o.confirmed AND o.decided_by <> o.proposed_by AND g.rule IN ('P23', 'O05'))
    ELSE TRUE END""",
    "a version came of no correction": """
SELECT r.record_id, r.version FROM record AS r LEFT JOIN correction AS c ON c.record_id = r.record_id AND c.version = r.version - 1
    AND c.status = 'settled' AND c.kind <> 'withdraw' AND c.settlement_id IS NOT NULL
WHERE r.version > 1 GROUP BY ALL HAVING count(c.correction_id) <> 1""",
    "what waits at an institution is not what its notices ask": """
SELECT w.case_id, w.status, count(t.case_id) FROM withheld_case AS w
LEFT JOIN notice_item AS t ON t.case_id = w.case_id AND t.answered_at IS NULL AND t.closed_at IS NULL
GROUP BY ALL HAVING (w.status = 'sent') <> (count(t.case_id) > 0)""",
    "a case is answered by nothing that waits": """
SELECT w.case_id FROM withheld_case AS w WHERE w.status = 'answered' AND NOT EXISTS (
    SELECT 1 FROM correction AS c WHERE c.record_id = w.record_id AND c.status IN ('received', 'ready')) AND NOT EXISTS (
    SELECT 1 FROM explanation_cover AS x WHERE x.record_id = w.record_id AND (x.outcome IS NULL OR x.outcome = 'asked'))""",
    "a revoked degree is on line again without a signed override": f"""
SELECT r.record_id FROM record AS r JOIN heads AS h ON h.certificate_no = r.certificate_no AND h.status = 'revoked'
WHERE {ON_LINE} AND NOT EXISTS (SELECT 1 FROM reentry_override AS o WHERE o.record_id = r.record_id AND o.confirmed)""",
    "a correction waits of a record that is gone": """
SELECT c.correction_id, h.version, h.status FROM correction AS c JOIN heads AS h ON h.record_id = c.record_id
WHERE c.status IN ('received', 'ready') AND h.version <> c.version""",
}


def raised(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
    """The alarms that ring, each with what set it off."""
    found = {}
    with desk.db.transaction() as tx:
        tx.run(_HEADS)
        for alarm, sql in _ALARMS.items():
            found[alarm] = tx.frame(sql).rows()
    found |= {verdict.invariant.en: verdict.first for verdict in audit.of(desk, quick=True) if verdict.broken}
    return {alarm: rows for alarm, rows in found.items() if rows}


def statuses(desk: Desk) -> dict[tuple[str, int, int], str]:
    """The status of everything that has one, by its machine and keys."""
    found = desk.db.frame("""
        SELECT 'record' AS machine, record_id, version, status FROM record
        UNION ALL SELECT 'filing', filing_id, 0, status FROM filing
        UNION ALL SELECT 'case', case_id, 0, status FROM withheld_case
        UNION ALL SELECT 'correction', correction_id, 0, status FROM correction""")
    return {row[:3]: row[3] for row in found.iter_rows()}


def acts_after(desk: Desk, last: int) -> pl.DataFrame:
    """What the book says was done since an act: act_id, machine, event, moved."""
    return desk.db.frame("SELECT act_id, machine, event, moved FROM act WHERE act_id > $last ORDER BY act_id", last=last)


def unexplained(
    before: dict[tuple[str, int, int], str], after: dict[tuple[str, int, int], str], acts: pl.DataFrame
) -> list[tuple[object, ...]]:
    """Statuses that came about between two moments otherwise than by what the book says was done between them."""
    events: dict[str, set[str]] = {}
    for machine, event, moved in acts.select("machine", "event", "moved").iter_rows():
        if moved:
            events.setdefault(machine, set()).add(event)
    strange = [(key, status, "gone") for key, status in before.items() if key not in after]
    for key, status in after.items():
        machine = LIFECYCLES[key[0]]
        known = events.get(key[0], set())
        if key not in before and "sort" in known:
            known = known | {"clear", "withhold", "exclude"}
        reached, former = {before.get(key, str(machine.start))}, set()
        while reached != former:
            former = set(reached)
            reached |= {
                str(to) for (at, event), to in machine.transitions.items() if str(at) in former and event in known
            }
        if before.get(key) != status and status not in reached:
            strange.append((key, before.get(key), status))
    return strange


def strange_to(reviewer: Desk) -> list[tuple[str, object]]:
    """Whatever a province's person is shown that is another province's: where it was shown, and what."""
    own = reviewer.actor.province
    today = f"{reviewer.now():%Y-%m}"
    shown = {
        "filings": views.filings(reviewer, FilingFilter()), "queue": queue.page(reviewer, QueueFilter()),
        "review": review.waiting(reviewer), "corrections": corrections.page(reviewer, today),
        "revocations": revocation_list.page(reviewer, RevocationFilter()), "untold": revocation_list.untold(reviewer),
        "cases": explanations.cases(reviewer, CaseFilter()), "papers": explanations.papers(reviewer),
        "ladder": ladder.standing(reviewer), "timeliness": ladder.timeliness(reviewer),
        "feedback": feedback.waiting(reviewer, None),
        **{f"register {run}": delivery.register(reviewer, run) for run in feedback.runs(reviewer)["run_id"]},
        **{f"covers {paper}": explanations.covers(reviewer, paper) for paper in explanations.papers(reviewer)["explanation_id"]},
    }
    records = dict(reviewer.db.frame("""
        SELECT DISTINCT r.record_id, f.province FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id""").iter_rows())
    found = [
        (where, line) for where, lines in shown.items()
        for line in lines.filter(
            *([pl.col("province") != own] if "province" in lines.columns else []),
        ).rows() if "province" in lines.columns
    ]
    found += [
        (where, number) for where, lines in shown.items() if "record_id" in lines.columns
        for number in lines["record_id"] if records[number] != own
    ]
    theirs = next((number for number, province in records.items() if province != own), None)
    if theirs:
        try:
            found.append(("record", views.record(reviewer, theirs)["record_id"]))
        except NotFound:
            pass
    mine = sum(balance.sheet(reviewer)["received"])
    if mine != sum(1 for province in records.values() if province == own):
        found.append(("balance", mine))
    if month.late(reviewer, "2000-01") != reviewer.db.frame(
        "SELECT count(*) FROM correction WHERE status IN ('received', 'ready') AND province = $own", own=own
    ).item():
        found.append(("month", today))
    assert set(corrections.board(reviewer, today)["stage"]) <= {str(stage) for stage in Stage}
    return found
