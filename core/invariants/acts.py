"""Statuses and the acts behind them: nothing stands where no act in the book, and no paper on file, has put it."""

import polars as pl

from core import chain
from core.desk import Desk
from core.invariants import holds, invariant

_BOOK = f"""
SELECT {', '.join('a.' + field for field in chain.FIELDS)}, k.hash
FROM act AS a LEFT JOIN act_link AS k ON k.act_id = a.act_id ORDER BY a.act_id"""
_FOLLOWING = "SELECT coalesce(max(value), 1) AS n FROM counter WHERE name = 'act'"

holds(
    "filings_told_by_acts", "每个批次的状态都有相应的办理记录：接收一次；通过、退回各有其事；被代替的有新版本。",
    "A filing's status has its act in the book: received once; passed or returned by one; replaced by a newer version.",
    """
SELECT '批次' || f.filing_id AS what FROM filing AS f
LEFT JOIN (
    SELECT subject_id, count(*) FILTER (event = 'receive') AS received, count(*) FILTER (event = 'approve') AS approved,
        count(*) FILTER (event = 'return') AS returned
    FROM act WHERE machine = 'filing' AND subject = 'filing' GROUP BY subject_id
) AS a ON a.subject_id = f.filing_id
WHERE a.received IS DISTINCT FROM 1 OR (f.status = 'received' AND a.approved + a.returned > 0)
    OR (f.status = 'approved' AND a.approved <> 1) OR (f.status = 'returned' AND a.returned <> 1)
    OR (f.status = 'replaced') <> EXISTS (SELECT 1 FROM filing AS n WHERE n.replaces = f.filing_id)""",
)
holds(
    "statuses_told_by_acts", "各状态的记录数与办理记录所述的变动数相符。",
    "As many records have come to a status for good as the acts in the book say.",
    """
WITH told AS (
    SELECT coalesce(sum(moved) FILTER (event IN ('sort', 'enter')), 0) AS entered,
        coalesce(sum(moved) FILTER (event IN ('correct', 'replace')), 0) AS superseded,
        coalesce(sum(moved) FILTER (event = 'revoke'), 0) AS revoked,
        coalesce(sum(moved) FILTER (event = 'withdraw'), 0) AS withdrawn
    FROM act WHERE machine = 'record'
), stands AS (
    SELECT count(*) AS entered, count(*) FILTER (status = 'superseded') AS superseded,
        count(*) FILTER (status = 'revoked') AS revoked, count(*) FILTER (status = 'withdrawn') AS withdrawn
    FROM record
)
SELECT what || '：账上' || told || '，实有' || stands AS what FROM (
    SELECT unnest(['进入', '被取代', '学位撤销', '备案撤销']) AS what,
        unnest([t.entered, t.superseded, t.revoked, t.withdrawn]) AS told,
        unnest([s.entered, s.superseded, s.revoked, s.withdrawn]) AS stands
    FROM told AS t, stands AS s)
WHERE told <> stands""",
)
holds(
    "published_in_a_run", "每条已上网的记录属于一次上网，每次上网的记录数与办理记录相符。",
    "Every published record went up in a run, and every run's count is that of its act.",
    """
SELECT '记录' || r.record_id AS what FROM record AS r
WHERE r.status = 'published' AND NOT EXISTS (SELECT 1 FROM publication AS p WHERE p.publication_id = r.publication_id)
UNION ALL
SELECT '第' || p.publication_id || '次上网' FROM publication AS p
WHERE p.records IS DISTINCT FROM (
    SELECT sum(a.moved) FROM act AS a
    WHERE a.machine = 'record' AND a.event = 'publish' AND a.subject = 'publication' AND a.subject_id = p.publication_id)""",
)
holds(
    "lists_as_frozen", "每批上网的清单与冻结时的条数相符；放行的与留下的合起来就是清单。",
    "Every publication run's list is as long as it was frozen; what went and what stayed are all of it.",
    """
SELECT '第' || g.run_id || '批上网' AS what FROM publication_run AS g
WHERE g.sha256 IS NOT NULL AND (
    g.records <> (SELECT count(*) FROM publication_line AS l WHERE l.run_id = g.run_id)
    OR g.moved + (SELECT count(*) FROM publication_left AS b WHERE b.run_id = g.run_id) <> g.records)""",
)
holds(
    "revoked_by_a_registration", "每条撤销学位、撤销备案的记录都有登记（撤销备案也可以是已整理的更正），每件登记都已生效。",
    "Every record revoked or withdrawn was registered so (withdrawn also by a settled correction), and what is registered took effect.",
    """
WITH registered AS (
    SELECT record_id, version, CASE kind WHEN 'degree' THEN 'revoked' ELSE 'withdrawn' END AS status FROM revocation
    UNION ALL
    SELECT record_id, version, 'withdrawn' FROM correction WHERE kind = 'withdraw' AND status = 'settled'
)
SELECT '记录' || coalesce(r.record_id, v.record_id) AS what
FROM (SELECT record_id, version, status FROM record WHERE status IN ('revoked', 'withdrawn')) AS r
FULL OUTER JOIN (SELECT DISTINCT * FROM registered) AS v
    ON v.record_id = r.record_id AND v.version = r.version AND v.status = r.status
WHERE r.record_id IS NULL OR v.record_id IS NULL""",
)
holds(
    "sent_in_a_notice", "已反馈、已答复的核实件都在一份反馈单上。", "Every case sent or answered is on a notice.",
    """
SELECT '核实件' || c.case_id AS what FROM withheld_case AS c
WHERE c.status IN ('sent', 'answered') AND NOT EXISTS (SELECT 1 FROM notice_item AS t WHERE t.case_id = c.case_id)""",
)
holds(
    "notices_add_up", "每份反馈单的记录数等于所列核实件数，也等于四类之和。",
    "A notice's records are as many as the cases on it, and as its four classes come to.",
    """
SELECT '反馈单' || n.notice_id AS what FROM notice AS n
LEFT JOIN (SELECT notice_id, count(*) AS items FROM notice_item GROUP BY notice_id) AS t ON t.notice_id = n.notice_id
WHERE n.records IS DISTINCT FROM t.items OR n.records <> n.incomplete + n.inaccurate + n.policy + n.classified_records""",
)
holds(
    "settled_in_a_settlement", "已整理的更正属于一次月度整理（照片和补报随到随办），每次整理的件数相符。",
    "Every settled correction belongs to a settlement, unless it is a photo or a record added at once; each settlement has as many as it says.",
    """
SELECT '更正' || c.correction_id AS what FROM correction AS c
WHERE c.status = 'settled' AND NOT EXISTS (SELECT 1 FROM settlement AS s WHERE s.settlement_id = c.settlement_id)
    AND NOT (c.kind IN ('supply_photo', 'replace_photo', 'supplement') AND c.settlement_id IS NULL)
UNION ALL
SELECT '整理' || s.settlement_id FROM settlement AS s
WHERE s.corrections <> (SELECT count(*) FROM correction AS c WHERE c.settlement_id = s.settlement_id AND c.status = 'settled')""",
)
holds(
    "answers_add_up", "每份答复的回执行数与所记的已收下、未收、此前已收、未答复之数相符。",
    "Every file of answers has as many receipts as it says were taken, refused, taken before and left blank.",
    """
SELECT '答复' || a.answer_id AS what FROM answer AS a
LEFT JOIN (
    SELECT answer_id, count(*) FILTER (outcome = 'taken') AS taken, count(*) FILTER (outcome = 'refused') AS refused,
        count(*) FILTER (outcome = 'repeated') AS repeated, count(*) FILTER (outcome = 'blank') AS blank
    FROM answer_line GROUP BY answer_id
) AS l ON l.answer_id = a.answer_id
WHERE (a.taken, a.refused, a.repeated, a.blank)
    <> (coalesce(l.taken, 0), coalesce(l.refused, 0), coalesce(l.repeated, 0), coalesce(l.blank, 0))""",
)
holds(
    "exports_all_noted", "导出记录逐号相连，没有缺号。", "The notes of what was handed out are numbered without a gap: none has gone.",
    """
SELECT '导出记录' AS what FROM (SELECT count(*) AS n, coalesce(max(export_id), 0) AS last FROM export_log)
WHERE n <> last OR last + 1 <> (SELECT coalesce(max(value), 1) FROM counter WHERE name = 'export_log')""",
)
holds(
    "explained_by_a_decision", "采纳或未采纳的说明都有审定。", "What was said to an explanation was decided by somebody.",
    """
SELECT '说明' || x.explanation_id || ' 记录' || x.record_id AS what FROM explanation_cover AS x
WHERE x.outcome IN ('accepted', 'refused', 'asked') AND NOT EXISTS (
    SELECT 1 FROM explanation_decision AS d WHERE d.explanation_id = x.explanation_id AND d.rule = x.rule AND d.state = 'made'
        AND (d.decision_id = x.decision_id OR (x.outcome = 'asked' AND d.decision = 'ask')))""",
)

_NUMBERED = {
    "withheld_case": "case_id", "revocation": "revocation_id", "reentry_override": "override_id", "photo_supply": "supply_id",
    "feedback_run": "run_id", "notice": "notice_id", "correction": "correction_id", "settlement": "settlement_id",
    "filing": "filing_id", "publication": "publication_id", "act": "act_id", "job": "job_id", "take_down": "take_down_id",
    "answer": "answer_id", "publication_run": "run_id", "explanation": "explanation_id",
}
"""Tables whose rows have numbers, and the column that has them."""

holds(
    "numbers_given_once", "编号不重复，都小于下一个待用的编号。", "Numbers are given once, and all lie below the next to be given.",
    "\nUNION ALL\n".join(
        f"""SELECT '{table}' AS what FROM (SELECT count(*) AS n, count(DISTINCT {key}) AS once, max({key}) AS last FROM {table})
WHERE n <> once OR last >= (SELECT coalesce(max(value), 0) FROM counter WHERE name = '{table}')"""
        for table, key in _NUMBERED.items()
    ),
)


@invariant(
    "办理记录逐条相接：每条的哈希由其内容和上一条的哈希算出，没有改动、删去或插入的。",
    "The book of acts is one chain: nothing in it was altered, removed or inserted.",
)
def acts_in_their_chain(desk: Desk) -> pl.DataFrame:
    """Article 11: who did what, when, can be relied on."""
    following = desk.db.frame(_FOLLOWING).item()
    found = chain.breaks(desk.db.frame(_BOOK).iter_rows(named=True), following)
    return pl.DataFrame({"what": pl.Series([f"办理记录{each}" for each in found], dtype=pl.String)})
