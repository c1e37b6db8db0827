"""逐行核对: each row of a returned workbook beside what was fed back and what is on file now (article 7). Nothing is written.

Must not know what an answer that stands becomes.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

from core import feedback
from core.answer import BLANK, EMPTIED, Action, Answer, Reception, Told
from core.answer_workbook import AnsweredRow, AnsweredWorkbook
from core.desk import Desk
from core.errors import BadRequest, CentreError, NotAllowed, NotFound
from core.feedback_workbook import RowKey
from core.lifecycle import RECORD
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import Remedy

_LINES = """
WITH asked AS (
    SELECT unnest($rows::BIGINT[]) AS "row", unnest($notices::BIGINT[]) AS notice_id, unnest($places::BIGINT[]) AS place,
        unnest($records::BIGINT[]) AS record_id, unnest($versions::BIGINT[]) AS version, unnest($rules::VARCHAR[]) AS rule,
        unnest($fields::VARCHAR[]) AS field
), found AS (
    SELECT a."row", l.* FROM asked AS a JOIN feedback_line AS l
        ON l.notice_id = a.notice_id AND l.place = a.place AND l.record_id = a.record_id AND l.version = a.version
    UNION ALL
    SELECT a."row", l.* FROM asked AS a JOIN feedback_line AS l
        ON a.place IS NULL AND l.notice_id = a.notice_id AND l.record_id = a.record_id AND l.rule = a.rule AND l.field = a.field
    QUALIFY count(*) OVER (PARTITION BY a."row") = 1
), latest AS (
    SELECT record_id, max(run_id) AS run_id FROM feedback_line WHERE record_id IN (SELECT record_id FROM found) GROUP BY record_id
), still AS (
    SELECT DISTINCT record_id, version, rule FROM finding
    WHERE closed IS NULL AND record_id IN (SELECT record_id FROM found)
)
SELECT l."row", l.notice_id, l.place, l.run_id, l.record_id, l.version, l.rule, l.field, n.institution, r.version AS head, r.status,
    t.run_id AS latest_run, s.rule IS NOT NULL AS open_still
FROM found AS l
JOIN notice AS n ON n.notice_id = l.notice_id
JOIN latest AS t ON t.record_id = l.record_id
LEFT JOIN record AS r ON r.record_id = l.record_id AND r.followed IS NULL
LEFT JOIN still AS s ON s.record_id = l.record_id AND s.version = l.version AND s.rule = l.rule
WHERE ($scope IS NULL OR n.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS x WHERE x.record_id = l.record_id AND x.class = 'classified' AND x.closed IS NULL))"""

_LARGEST = 2**31 - 1
_OTHER_FIELD = re.compile(r"([A-Z]{2,8})\s*[=＝]\s*(\S.*)", re.DOTALL)
"""A new value for another field of the record than the one that was found fault with, such as CSRQ=20030307."""
_OF_THEIR_OWN = {each.zh for each in Action if each.remedy in (Remedy.PHOTO, Remedy.EXPLAIN)}
"""Actions that stand beside a record's changes, whatever becomes of these."""


@dataclass(frozen=True)
class Judged:
    """A workbook's notice; the answers that may stand; what is said of every other row; the fed-back line of each row whose
    line is known, as record_id, rule and field; and the records of which a change was written wrongly (`spoiled`)."""

    notice: dict[str, Any]
    answers: list[Answer]
    told: dict[int, Told]
    lines: dict[int, dict[str, Any]]
    spoiled: frozenset[int]


def judge(desk: Desk, sheet: AnsweredWorkbook) -> Judged:
    """Hold every row against the list that was frozen and the record as it is now.

    Raises NotFound when neither the hidden sheet nor any row tells which notice the workbook is of.
    """
    notice = _notice(desk, sheet)
    lines = _lines(desk, sheet, notice["notice_id"])
    told = {row.row: BLANK for row in sheet.rows if row.blank} | _twice(sheet, lines)
    answers: list[Answer] = []
    spoiled = {lines[row]["record_id"] for row, each in told.items() if each.outcome is Reception.REFUSED}
    for row in sheet.rows:
        if row.row in told:
            continue
        line = lines.get(row.row)
        try:
            answers.append(_answer(row, line, notice))
        except CentreError as why:
            told[row.row] = Told.refused(why)
            if line and isinstance(why, BadRequest) and row.action not in _OF_THEIR_OWN:
                spoiled.add(line["record_id"])
    return Judged(notice, answers, told, lines, frozenset(spoiled))


def _twice(sheet: AnsweredWorkbook, lines: dict[int, dict[str, Any]]) -> dict[int, Told]:
    """What is said of rows that stand more than once: of equal answers the first goes on, of different ones none."""
    same: dict[tuple[int, int], list[AnsweredRow]] = defaultdict(list)
    for row in sheet.rows:
        if line := lines.get(row.row) if not row.blank else None:
            same[line["notice_id"], line["place"]].append(row)
    told: dict[int, Told] = {}
    for first, *others in same.values():
        if len({(each.action, each.new_value, each.note, each.fault is None, each.shown) for each in (first, *others)}) == 1:
            told |= {each.row: Told(
                Reception.REPEATED, f"与第{first.row}行是同一行，答复相同，结果见该行。",
                f"The same row as row {first.row} with the same answer: see there.",
            ) for each in others}
            continue
        rows = "、".join(str(each.row) for each in (first, *others))
        told |= {each.row: Told(
            Reception.REFUSED, f"同一行出现多次（第{rows}行），答复不同。请只留一行后重新送回。",
            f"The same row stands more than once (rows {rows}) with different answers. Keep one and send it again.",
        ) for each in (first, *others)}
    return told


def _notice(desk: Desk, sheet: AnsweredWorkbook) -> dict[str, Any]:
    keys = Counter(row.key.notice_id for row in sheet.rows if row.key and row.key.notice_id <= _LARGEST)
    for number in (sheet.notice_id, *(number for number, _ in keys.most_common(3))):
        if number is None or number > _LARGEST:
            continue
        try:
            return feedback.notice(desk, number)
        except NotFound:
            continue
    raise NotFound(
        "看不出这是哪一份反馈表：行标识和标识页都不在了。请在原反馈表上填写后送回，不要另存到新工作簿。",
        "Which notice this is of cannot be told: row keys and identification are gone. Fill in the workbook that was sent.",
    )


def _lines(desk: Desk, sheet: AnsweredWorkbook, notice_id: int) -> dict[int, dict[str, Any]]:
    """What was fed back in each row, by its key; where the key is gone, by record, check and field within the notice."""
    asked = []
    for row in sheet.rows:
        shown = dict(row.shown)
        if row.key and max(row.key.notice_id, row.key.place, row.key.record_id, row.key.version) <= _LARGEST:
            asked.append((row.row, *_of(row.key), None, None))
        elif not row.key and shown.get("record", "").isdecimal() and len(shown["record"]) < 10 and len(shown) == 3:
            asked.append((row.row, notice_id, None, int(shown["record"]), None, shown["rule"], shown["field_code"]))
    if not asked:
        return {}
    names = ("rows", "notices", "places", "records", "versions", "rules", "fields")
    columns = {name: list(values) for name, values in zip(names, zip(*asked, strict=True), strict=True)}
    return {line["row"]: line for line in desk.frame(_LINES, **columns).iter_rows(named=True)}


def _of(key: RowKey) -> tuple[int, int, int, int]:
    return key.notice_id, key.place, key.record_id, key.version


def _answer(row: AnsweredRow, line: dict[str, Any] | None, notice: dict[str, Any]) -> Answer:
    """The row's answer, where it may stand. Raises what is wrong with it."""
    if line is None:
        raise NotFound(
            "行标识被改动，或没有反馈过这条记录。请在原反馈表的这一行重新填写。",
            "The row's key was changed, or this record was not fed back. Answer in that row of the workbook that was sent.",
        )
    told = {"record": str(line["record_id"]), "rule": line["rule"], "field_code": line["field"]}
    if any(told[name] != value for name, value in row.shown):
        raise BadRequest(
            "这一行的记录编号、规则或字段代码与行标识不符，可能只对部分列排了序。请在原反馈表上重新填写。",
            "The row's record, check or field does not fit its key: perhaps only some columns were sorted. Fill in the original.",
        )
    if line["institution"] != notice["institution"]:
        raise NotAllowed(
            "这一行是另一学位授予单位的反馈数据。请由该单位在其反馈表上答复。",
            "This row was fed back to another institution. It must answer in its own workbook.",
        )
    _require_standing(line)
    if row.fault:
        raise row.fault
    action, other = _action(row, line["rule"]), _OTHER_FIELD.fullmatch(row.new_value)
    field, value = (other[1], other[2]) if other and other[1] in COLUMNS else (line["field"], row.new_value)
    return Answer(row.row, line["record_id"], line["version"], line["rule"], field, action, value, row.note)


def _require_standing(line: dict[str, Any]) -> None:
    if not RECORD.events_from(line["status"] or "superseded"):
        word = RECORD.word(line["status"] or "superseded")
        raise NotAllowed(
            f"这条记录现为“{word.zh}”，无需也不能再答复。请核对。", f"The record is now: {word.en}. It takes no answer any more."
        )
    if line["latest_run"] != line["run_id"]:
        raise NotAllowed(
            "这是以前轮次的反馈表，这条记录已再次反馈。请在最近一轮的反馈表上答复。",
            "This is the workbook of an earlier round; the record was fed back again. Answer in the latest workbook.",
        )
    if line["head"] != line["version"]:
        raise NotAllowed(
            "记录在反馈之后已有新版本。请等下一轮反馈，按新的内容答复。",
            "The record has moved since it was fed back. Wait for the next round and answer by what it is then.",
        )
    if not line["open_still"]:
        raise NotAllowed("这个问题已不存在，无需答复。", "The finding does not stand any more; nothing is to be answered.")


def _action(row: AnsweredRow, rule: str) -> Action:
    action = next((each for each in Action if each.zh == row.action), None)
    if action is None:
        words = "、".join(each.zh for each in Action)
        raise BadRequest(f"请在“处理”列选择一种：{words}。", f"Choose one action in the column 处理: {words}.")
    allowed = RULES[rule].remedies
    if action.remedy not in allowed:
        raise NotAllowed(
            f"这类问题不能以“{action.zh}”处理，可选：{'、'.join(each.zh for each in allowed) or '按保密渠道联系'}。",
            f"This kind of finding cannot be answered by “{action.en}”; choose: {', '.join(each.en for each in allowed) or 'none'}.",
        )
    if action.remedy is Remedy.PHOTO:
        raise BadRequest(
            "照片不能随反馈表送。请把照片以身份证件号码命名，由“接收报送”的照片补报收下，或在记录详情提出照片更正。",
            "Photos do not come in a workbook. Name them by ID number and load them as photos, or ask for it on the record.",
        )
    if action is Action.CHANGE and not row.new_value:
        raise BadRequest(
            f"选了“信息变更”，没有填写更正后内容。确需留空的字段请填写“{EMPTIED}”。",
            f"A change needs its new value. For a field that is to be empty, write {EMPTIED}.",
        )
    if action is not Action.CHANGE and row.new_value:
        raise BadRequest(
            f"选了“{action.zh}”，又填写了更正后内容，无法确定以哪个为准。请只留一种。",
            f"“{action.en}” was chosen and a new value given as well. Keep one of the two.",
        )
    if action is Action.EXPLAIN and not row.note:
        raise BadRequest("选了“书面说明”，没有填写说明内容。请填写后送回。", "An explanation was chosen and not given. Write it and send it again.")
    return action
