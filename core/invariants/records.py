"""Records and what was found of them: versions, findings, cases, and where each record received is now."""

import polars as pl

from core import balance
from core.desk import Desk
from core.invariants import holds, invariant


@invariant(
    "收支平衡：每个批次收到的记录与去向相符。",
    "The balance closes: of every filing, the records received are all somewhere.",
)
def the_balance_closes(desk: Desk) -> pl.DataFrame:
    """Duties 13: received = published + withheld by class + cleared + revoked, withdrawn + out of scope + superseded."""
    gaps = balance.sheet(desk, by="filing").filter(pl.col("gap") != 0)
    return gaps.select(what=pl.format("批次{} 差额{}", "key", "gap"))


holds(
    "one_head_version", "每条记录恰有一个现行版本，且为最新的版本。", "Every record has one version in force, its latest.",
    """
SELECT '记录' || record_id AS what FROM record GROUP BY record_id
HAVING count(*) FILTER (followed IS NULL) <> 1 OR max(version) FILTER (followed IS NULL) IS DISTINCT FROM max(version)""",
)
holds(
    "versions_in_order", "每条记录的版本从1起连续编号，没有重号。", "The versions of a record are numbered from 1, none left out or twice.",
    """
SELECT '记录' || record_id AS what FROM record GROUP BY record_id
HAVING min(version) <> 1 OR max(version) <> count(*) OR sum(version) <> count(*) * (count(*) + 1) // 2""",
)
holds(
    "records_in_their_filing", "每条记录的编号与所属批次及其行号相符。", "A record's number follows from its filing and its row there.",
    """
SELECT '记录' || r.record_id AS what FROM record AS r LEFT JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.record_id IS DISTINCT FROM f.first_record + r.filing_row""",
)
holds(
    "nothing_faulty_on_line", "已上网和待上网的记录没有未办结的暂不提供问题（说明已采纳、已准予恢复的除外）。",
    "No record published or cleared has an open finding that withholds, unless an explanation or override answers it.",
    """
SELECT DISTINCT '记录' || g.record_id || ' ' || g.rule AS what
FROM finding AS g JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
WHERE g.closed IS NULL AND g.class <> 'note' AND (r.status IN ('published', 'cleared') OR (r.online_still AND EXISTS (
    SELECT 1 FROM record AS n WHERE n.record_id = r.record_id AND n.status = 'cleared')))""",
)
holds(
    "withheld_for_a_reason", "暂不提供的记录都有未办结的问题。", "Every withheld record has an open finding that withholds it.",
    """
SELECT '记录' || r.record_id AS what FROM record AS r
WHERE r.status = 'withheld' AND NOT EXISTS (
    SELECT 1 FROM finding AS g WHERE g.record_id = r.record_id AND g.version = r.version AND g.closed IS NULL
        AND g.class NOT IN ('note', 'scope'))""",
)
holds(
    "excluded_for_a_reason", "不属查询范围的记录都有未办结的范围问题。", "Every record out of scope has an open finding that says why.",
    """
SELECT '记录' || r.record_id AS what FROM record AS r
WHERE r.status = 'out_of_scope' AND NOT EXISTS (
    SELECT 1 FROM finding AS g WHERE g.record_id = r.record_id AND g.version = r.version AND g.closed IS NULL
        AND g.class = 'scope')""",
)
holds(
    "a_case_for_each_withheld", "每条暂不提供的记录恰有一个未办结的核实件，其他记录没有。",
    "Every withheld record has one case not closed, and no other record has any.",
    """
SELECT '记录' || coalesce(r.record_id, c.record_id) AS what
FROM (SELECT record_id, version FROM record WHERE status = 'withheld') AS r
FULL OUTER JOIN (
    SELECT record_id, version, count(*) AS cases FROM withheld_case WHERE status <> 'closed' GROUP BY ALL
) AS c ON c.record_id = r.record_id AND c.version = r.version
WHERE r.record_id IS NULL OR c.record_id IS NULL OR c.cases > 1""",
)
holds(
    "findings_of_known_records", "每个问题都属于一条记录的一个版本，和它的批次一致。",
    "Every finding is about a version of a record, and names its filing.",
    """
SELECT DISTINCT '记录' || g.record_id || ' ' || g.rule AS what FROM finding AS g
LEFT JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version AND r.filing_id = g.filing_id
WHERE r.record_id IS NULL""",
)
holds(
    "findings_closed_for_a_reason", "已办结的问题都有据可查：说明采纳、准予恢复、规则修订、照片补报、更正、整理或撤销登记。",
    "What closed a finding is on file: an accepted explanation, an override, a revision, photos, a correction, a settlement or a revocation.",
    """
WITH told AS (
    SELECT g.record_id, g.rule, split_part(g.closed, ' ', 1) AS word, TRY_CAST(split_part(g.closed, ' ', 2) AS BIGINT) AS number
    FROM finding AS g WHERE g.closed IS NOT NULL AND g.closed <> 'replaced'
), known AS (
    SELECT 'explained' AS word, explanation_id AS number FROM explanation_cover WHERE outcome = 'accepted'
    UNION SELECT 'override', override_id FROM reentry_override WHERE confirmed
    UNION SELECT 'ruleset', version FROM ruleset
    UNION SELECT 'photo', supply_id FROM photo_supply
    UNION SELECT 'correction', correction_id FROM correction WHERE status = 'settled'
    UNION SELECT 'settlement', settlement_id FROM settlement
    UNION SELECT 'revocation', revocation_id FROM revocation
    UNION SELECT 'putback', take_down_id FROM taken_down WHERE put_back_at IS NOT NULL
)
SELECT DISTINCT '记录' || t.record_id || ' ' || t.rule AS what FROM told AS t
ANTI JOIN known AS k ON k.word = t.word AND k.number = t.number""",
)
holds(
    "tallies_cover_every_record", "每项检查的已检、未检之和等于批次记录数，不符不多于已检。",
    "Of every check and filing, judged and not judged come to the filing's records, and no more fail than were judged.",
    """
SELECT '批次' || t.filing_id || ' ' || t.rule AS what FROM rule_tally AS t LEFT JOIN filing AS f ON f.filing_id = t.filing_id
WHERE (t.evaluated + t.not_evaluated) NOT IN (f.records, 1) OR f.filing_id IS NULL
    OR t.failed > t.evaluated OR t.no_reference > t.not_evaluated
    OR least(t.failed, t.evaluated, t.not_evaluated, t.no_reference) < 0""",
)
