"""催报: what a semester still lacks, as a workbook for the provinces: a sheet each, one line for an institution and level.

Must not know how the lines come about.
"""

from core import contacts, expected, exporting
from core.deadlines import Term
from core.desk import Desk
from core.errors import NotFound
from core.expected import Stage
from core.exporting import Format
from core.exports import by_province
from core.vocabulary import Duty, Level

HEADINGS: tuple[tuple[str, int], ...] = (
    ("单位代码", 10), ("学位授予单位", 34), ("学位级别", 10), ("所缺内容", 40), ("应报依据", 26), ("报送期限", 12), ("逾期天数", 10),
    ("单位联系人", 60),
)
"""Columns of the list with their widths."""

_LACKS = {
    Stage.MISSING: "未报送学位授予信息，也未登记零报送",
    Stage.RETURNED: "报送批次已被省级退回，尚未重新报送",
}


def workbook(desk: Desk, term: Term, *, province: str | None = None) -> bytes:
    """The reminders of a semester as XLSX, a sheet for each province that has any; of one when it is given.

    The same lines on the same day give the same bytes; it is noted who took it. Raises NotFound when nothing is missing.
    """
    desk.require(Duty.READ)
    today = desk.now().date()
    lines = expected.lacking(desk, term, province=province)
    if lines.is_empty():
        raise NotFound("没有应报未报的单位，无需催报。", "Nothing is missing; there is no one to remind.")
    lines = lines.join(contacts.addressees(desk.db, lines["institution"]), on="institution", how="left", maintain_order="left")
    title = f"{term.zh}学位授予信息催报清单（截至{today:%Y-%m-%d}）"
    exporting.note(desk, "reminders", title, Format.XLSX, lines.height, chosen=province or "")
    return by_province(lines, HEADINGS, _cells, title=title, made_on=today, filtered=True)


def _cells(line: dict[str, object]) -> tuple[str, ...]:
    why = expected.Why(line["why"]).zh
    return (
        str(line["institution"]), str(line["institution_zh"] or ""), Level(line["level"]).zh, _LACKS[Stage(line["stage"])],
        f"{why}（{line['filed_term']}）" if line["filed_term"] else why, f"{line['due_on']:%Y-%m-%d}", str(line["days_overdue"]),
        str(line["addressees"] or ""),
    )
