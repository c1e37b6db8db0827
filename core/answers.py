"""收答复: a returned feedback workbook taken in row by row, each row with its receipt (articles 7 and 8).

What stands goes through the doors there are: corrections, withdrawals, written explanations. Must not know screens.
"""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from core import answer_rows, answer_workbook, correction, disk, explanation
from core.answer import EMPTIED, REPEATED, Action, Answer, Handed, Reception, Source, Told
from core.database import Transaction
from core.desk import Desk
from core.errors import BadRequest, CentreError
from core.explanation import Cover, Explanation
from core.request import Request
from core.vocabulary import CorrectionKind, Duty

LARGEST = 50 * 1024**2
"""Bytes of a file handed in."""
_SUMMARY = 500

_PENDING = """
SELECT c.record_id, c.kind, d.field, coalesce(d.after, '') AS after
FROM correction AS c LEFT JOIN correction_field AS d ON d.correction_id = c.correction_id
WHERE c.status IN ('received', 'ready') AND c.record_id IN (SELECT unnest($records::BIGINT[])) AND ($scope IS NULL OR c.province = $scope)"""

_EXPLAINED = """
SELECT x.record_id, x.rule FROM explanation_cover AS x JOIN explanation AS e ON e.explanation_id = x.explanation_id
WHERE x.outcome IS NULL AND e.institution = $institution AND e.number = $number AND ($scope IS NULL OR e.province = $scope)"""


def take_in(desk: Desk, path: Path, file_name: str, handed: Handed) -> int:
    """Take in a returned feedback workbook; returns the number of its receipt (`answer_receipts`).

    Every row with anything in it has a line: taken, refused and why, taken before, or not answered. Rows that stand become
    corrections of their records, withdrawals, or covers of one written explanation; a refused row stops no other record's,
    but a record's changes are taken together or not at all, for only one correction of it can wait. Handing the same
    workbook in again doubles nothing. Raises UnreadableFiling or NotFound where no row can be told, NotAuthorised, DiskFull,
    BadRequest without the person who answers.
    """
    desk.require(Duty.LOAD)
    if not handed.requester.strip():
        raise BadRequest("请填写单位答复的经办人。", "Give the person at the institution who answers.")
    content = original(path)
    sheet = answer_workbook.read(path)
    judged = answer_rows.judge(desk, sheet)
    told = dict(judged.told)
    asked = _requests(judged.answers, judged.spoiled, handed, told)
    told |= enter(desk, asked)
    told |= _explain(desk, judged.notice["institution"], [each for each in judged.answers if each.action is Action.EXPLAIN
                                                            and each.row not in told], handed)
    actions = {answer.row: str(answer.action) for answer in judged.answers}
    named = {row.row: next((str(each) for each in Action if each.zh == row.action), None) for row in sheet.rows}
    lines = [
        {"row": row.row, "action": actions.get(row.row, named[row.row]),
         **{name: (judged.lines.get(row.row) or {}).get(name) for name in ("record_id", "rule", "field")}}
        for row in sheet.rows
    ]
    return keep(desk, content, {
        "source": str(Source.FEEDBACK), "notice_id": judged.notice["notice_id"], "institution": judged.notice["institution"],
        "province": judged.notice["province"], "file_name": Path(file_name).name[-120:], "requester": handed.requester.strip(),
    }, lines, told)


def original(path: Path) -> bytes:
    """The bytes of a file handed in. Raises BadRequest for one that is too large."""
    if path.stat().st_size > LARGEST:
        raise BadRequest("文件超过50 MB，请拆分后分别送来。", "The file is over 50 MB; send it in parts.")
    return path.read_bytes()


def _requests(
    answers: Sequence[Answer], spoiled: frozenset[int], handed: Handed, told: dict[int, Told]
) -> list[tuple[Request, list[int]]]:
    """What is asked of each record, with the rows that ask it; rows of one record that contradict each other are told so."""
    of_record: dict[int, list[Answer]] = defaultdict(list)
    for answer in answers:
        of_record[answer.record_id].append(answer)
    asked = []
    for record_id, own in of_record.items():
        kinds = {answer.action for answer in own}
        changes = [answer for answer in own if answer.action is Action.CHANGE]
        if Action.WITHDRAW in kinds and len(kinds) > 1:
            told |= dict.fromkeys((answer.row for answer in own), Told(
                Reception.REFUSED, "同一条记录既申请撤销备案又作其他答复，无法确定以哪个为准。请核对后重新送回。",
                "The record is to be withdrawn and answered otherwise as well. Keep one of the two and send it again.",
            ))
            continue
        if Action.WITHDRAW in kinds:
            asked.append((_request(CorrectionKind.WITHDRAW, record_id, own, {}, handed), [answer.row for answer in own]))
        elif changes and record_id in spoiled:
            told |= dict.fromkeys((answer.row for answer in changes), Told(
                Reception.REFUSED, "同一条记录的另一行填写有误，一条记录的变更须一并收下。请改好后一起重新送回。",
                "Another row of this record is wrong, and its changes are taken together. Mend it and send them again together.",
            ))
        elif changes:
            values = {(answer.field, answer.new_value) for answer in changes}
            if len({field for field, _ in values}) < len(values):
                told |= dict.fromkeys((answer.row for answer in changes), Told(
                    Reception.REFUSED, "同一条记录的同一字段填了不同的更正后内容。请核对后重新送回。",
                    "Different new values were given for one field of the record. Check them and send it again.",
                ))
                continue
            fields = {field: None if value == EMPTIED else value for field, value in values}
            asked.append((_request(CorrectionKind.CHANGE, record_id, changes, fields, handed), [answer.row for answer in changes]))
    return asked


def _request(
    kind: CorrectionKind, record_id: int, answers: Sequence[Answer], fields: Mapping[str, str | None], handed: Handed
) -> Request:
    notes = "；".join(dict.fromkeys(answer.note for answer in answers if answer.note))
    return Request(kind, record_id, answers[0].version, handed.reason, handed.requester, fields, notes[:_SUMMARY], handed.evidence)


def enter(desk: Desk, asked: Sequence[tuple[Request, list[int]]]) -> dict[int, Told]:
    """Take in requests as correction.take_in does, but for those that wait already just as asked; what is said of their rows."""
    waiting: dict[tuple[int, str], dict[str, str]] = defaultdict(dict)
    for record_id, kind, code, after in desk.in_full(_PENDING, records=[request.record_id for request, _ in asked]).iter_rows():
        waiting[record_id, kind] |= {code: after} if code else {}
    told, new = {}, []
    for request, rows in asked:
        if _same(request, waiting.get((request.record_id, request.kind))):
            told |= dict.fromkeys(rows, REPEATED)
        else:
            new.append((request, rows))
    receipts = correction.take_in(desk, [request for request, _ in new]) if new else []
    for (_, rows), receipt in zip(new, receipts, strict=True):
        told |= dict.fromkeys(rows, Told.of(receipt))
    return told


def _same(request: Request, waiting: dict[str, str] | None) -> bool:
    """Whether what waits is what is asked: of fields asked for but not waiting, the value was on file already."""
    asked = {code: (value or "").strip() for code, value in request.fields.items()}
    return waiting is not None and waiting.items() <= asked.items()


def _explain(desk: Desk, institution: str, answers: Sequence[Answer], handed: Handed) -> dict[int, Told]:
    """Take in what is explained as covers of one paper; what is said of the rows."""
    if not answers:
        return {}
    known = set(desk.frame(_EXPLAINED, institution=institution, number=handed.number.strip()).iter_rows())
    told = {answer.row: REPEATED for answer in answers if (answer.record_id, answer.rule) in known}
    new = [answer for answer in answers if answer.row not in told]
    try:
        if handed.dated is None:
            raise BadRequest(
                "有书面说明的行，但没有登记说明的文号和日期。请填写后把反馈表再送一次。",
                "Some rows are explained, but the number and date of the explanation were not given. Give them and hand it in again.",
            )
        summary = "；".join(dict.fromkeys(answer.note for answer in new))[:_SUMMARY]
        paper = Explanation(institution, handed.number, handed.dated, summary, handed.copied_on, handed.paper)
        covers = [Cover(answer.record_id, answer.version, answer.rule) for answer in new]
        receipts = explanation.take_in(desk, paper, covers) if new else []
    except CentreError as why:
        return told | {answer.row: Told.refused(why) for answer in new}
    return told | {answer.row: Told.of(receipt) for answer, receipt in zip(new, receipts, strict=True)}


def keep(
    desk: Desk, content: bytes, head: Mapping[str, object], lines: Sequence[Mapping[str, object]], told: Mapping[int, Told]
) -> int:
    """Keep a file handed in and the receipt of each of its rows (row, record_id, rule, field, action); returns its number."""
    sha256 = hashlib.sha256(content).hexdigest()
    disk.write_whole(desk.db.folder / "answers" / sha256, content)
    desk.db.secure("answers")
    outcomes = [told[line["row"]].outcome for line in lines]
    with desk.db.transaction() as tx:
        number = tx.next_ids("answer")
        tx.append("answer", pl.DataFrame([{
            "answer_id": number, **head, "sha256": sha256, **{str(each): outcomes.count(each) for each in Reception},
            "handed_at": desk.now(), "handed_by": desk.actor.key,
        }], schema_overrides={"notice_id": pl.Int64}))
        _keep_lines(tx, number, lines, told)
    return number


def _keep_lines(
    tx: Transaction, number: int, lines: Sequence[Mapping[str, object]], told: Mapping[int, Told]
) -> None:
    shape = {"answer_id": pl.Int64, "row": pl.Int64, "record_id": pl.Int64, "rule": pl.String, "field": pl.String,
             "action": pl.String, "outcome": pl.String, "zh": pl.String, "en": pl.String}
    tx.append("answer_line", pl.DataFrame([
        {"answer_id": number, **line, "outcome": str(told[line["row"]].outcome), "zh": told[line["row"]].zh, "en": told[line["row"]].en}
        for line in lines
    ], schema=shape))
