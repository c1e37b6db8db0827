"""收件回执: files of answers that came, what became of every row, and the receipt as a workbook for the institution (articles 7 and 11).

Every statement applies `$scope` and `$sees_classified`. Must not write.
"""

from typing import Any

import polars as pl

from core import exporting, exports
from core.answer import Action, Reception, Source
from core.desk import Desk
from core.errors import NotFound
from core.exporting import Format
from core.record import COLUMNS
from core.vocabulary import Duty

_HEADS = """
SELECT a.answer_id, a.source, a.notice_id, a.institution, i.zh AS institution_zh, i.en AS institution_en, a.province,
    p.zh AS province_zh, p.en AS province_en, a.file_name, a.requester, a.taken, a.refused, a.repeated, a.blank, a.handed_at,
    a.handed_by, (SELECT min(b.answer_id) FROM answer AS b WHERE b.sha256 = a.sha256 AND b.answer_id < a.answer_id) AS same_as
FROM answer AS a JOIN province AS p ON p.code = a.province LEFT JOIN institution AS i ON i.code = a.institution
WHERE ($scope IS NULL OR a.province = $scope)"""

_PAGE = f"{_HEADS} ORDER BY a.answer_id DESC LIMIT $size OFFSET $size * $page"

_ONE = f"{_HEADS} AND a.answer_id = $answer_id"

_TOTAL = "SELECT count(*) AS n FROM answer AS a WHERE $scope IS NULL OR a.province = $scope"

_LINES = """
SELECT l."row", l.record_id, r.certificate_no, l.rule, l.field, l.action, l.outcome, l.zh, l.en
FROM answer_line AS l JOIN answer AS a ON a.answer_id = l.answer_id
LEFT JOIN record AS r ON r.record_id = l.record_id AND r.followed IS NULL
WHERE l.answer_id = $answer_id AND ($scope IS NULL OR a.province = $scope) AND ($outcome IS NULL OR l.outcome = $outcome)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = l.record_id AND s.class = 'classified' AND s.closed IS NULL))
ORDER BY l."row"
"""

_HEADINGS = (("表内行号", 8), ("记录编号", 10), ("学位证书编号", 20), ("字段", 16), ("处理", 12), ("结果", 10), ("回执", 60), ("Receipt", 60))


def page(desk: Desk, *, page: int = 0, size: int = 50) -> pl.DataFrame:
    """Files handed in, the latest first: answer_id, source, notice_id, institution and province with names, file_name,
    requester, taken, refused, repeated, blank, handed_at, handed_by, same_as (an earlier receipt of the very same file)."""
    desk.require(Duty.READ)
    return desk.frame(_PAGE, page=page, size=size)


def total(desk: Desk) -> int:
    """How many files were handed in."""
    desk.require(Duty.READ)
    return desk.frame(_TOTAL).item()


def one(desk: Desk, answer_id: int) -> dict[str, Any]:
    """One file handed in, as `page` tells it. Raises NotFound outside the person's scope."""
    desk.require(Duty.READ)
    found = desk.frame(_ONE, answer_id=answer_id)
    if found.is_empty():
        raise NotFound("没有找到这份回执，或您无权查看。", "There is no such receipt, or it is not yours to see.")
    return found.row(0, named=True)


def lines(desk: Desk, answer_id: int, *, outcome: str | None = None) -> pl.DataFrame:
    """What became of its rows: row (on the sheet), record_id, certificate_no, rule, field, action, outcome, zh, en."""
    desk.require(Duty.READ)
    return desk.frame(_LINES, answer_id=answer_id, outcome=outcome)


def workbook(desk: Desk, answer_id: int) -> bytes:
    """The receipt as XLSX, a line for every row, to be handed to the institution; noted among what was handed out. Raises NotFound."""
    head = one(desk, answer_id)
    words = {str(each): each.zh for word in (Action, Reception) for each in word} | {
        code: f"{column.zh}（{code}）" for code, column in COLUMNS.items()
    }

    def cells(line: dict[str, Any]) -> tuple[str, ...]:
        number = "" if line["record_id"] is None else str(line["record_id"])
        told = (words.get(line[name], line[name]) or "" for name in ("field", "action", "outcome"))
        return str(line["row"]), number, line["certificate_no"] or "", *told, line["zh"], line["en"]

    shown = lines(desk, answer_id).with_columns(province=pl.lit(head["province"]), province_zh=pl.lit(head["province_zh"]))
    title = (
        f"{head['institution_zh'] or head['institution']} {Source(head['source']).zh}回执第{answer_id}号（{head['handed_at']:%Y-%m-%d}）："
        f"已收下{head['taken']:,}行，未收{head['refused']:,}行，此前已收{head['repeated']:,}行，未答复{head['blank']:,}行"
    )
    exporting.note(desk, "answers_lines", title, Format.XLSX, shown.height)
    return exports.by_province(shown, _HEADINGS, cells, title=title, made_on=head["handed_at"].date(), filtered=True)
