"""催报: what a semester still lacks, as a workbook for the provinces: a sheet each, one line for an institution and level.

Must not know how the lines come about.
"""

import io
from datetime import datetime, time

import xlsxwriter

from core import expected
from core.deadlines import Term
from core.desk import Desk
from core.errors import NotFound
from core.expected import Stage
from core.exports import inert
from core.vocabulary import Duty, Level

HEADINGS: tuple[tuple[str, int], ...] = (
    ("单位代码", 10), ("学位授予单位", 34), ("学位级别", 10), ("所缺内容", 40), ("应报依据", 26), ("报送期限", 12), ("逾期天数", 10),
)
"""Columns of the list with their widths."""

_LACKS = {
    Stage.MISSING: "未报送学位授予信息，也未登记零报送",
    Stage.RETURNED: "报送批次已被省级退回，尚未重新报送",
}


def workbook(desk: Desk, term: Term, *, province: str | None = None) -> bytes:
    """The reminders of a semester as XLSX, a sheet for each province that has any; of one when it is given.

    The same lines on the same day give the same bytes. Raises NotFound when nothing is missing.
    """
    desk.require(Duty.READ)
    today = desk.now().date()
    lines = expected.lacking(desk, term, province=province)
    if lines.is_empty():
        raise NotFound("没有应报未报的单位，无需催报。", "Nothing is missing; there is no one to remind.")
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": datetime.combine(today, time())})
        wrapped = {"text_wrap": True, "valign": "top", "num_format": "@", "font_name": "Microsoft YaHei", "font_size": 10}
        text, head = book.add_format(wrapped), book.add_format(wrapped | {"bold": True, "bg_color": "#E8EEF5", "bottom": 1})
        for (code, name), own in lines.group_by("province", "province_zh", maintain_order=True):
            sheet = book.add_worksheet(name or code)
            sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, f"{term.zh}学位授予信息催报清单（截至{today:%Y-%m-%d}）", head)
            sheet.freeze_panes(2, 2)
            for place, (heading, width) in enumerate(HEADINGS):
                sheet.set_column(place, place, width, text)
                sheet.write_string(1, place, heading, head)
            for row, line in enumerate(own.iter_rows(named=True), start=2):
                for place, cell in enumerate(_cells(line)):
                    sheet.write_string(row, place, inert(cell), text)
            sheet.autofilter(1, 0, own.height + 1, len(HEADINGS) - 1)
    return content.getvalue()


def _cells(line: dict[str, object]) -> tuple[str, ...]:
    why = expected.Why(line["why"]).zh
    return (
        str(line["institution"]), str(line["institution_zh"] or ""), Level(line["level"]).zh, _LACKS[Stage(line["stage"])],
        f"{why}（{line['filed_term']}）" if line["filed_term"] else why, f"{line['due_on']:%Y-%m-%d}", str(line["days_overdue"]),
    )
