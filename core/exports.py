"""Files that leave the desk: feedback workbooks and bundles, tables as CSV (反馈文件, article 6).

Identifiers are text, nothing in a cell can run as a formula, and classified records are told by number alone.
Must not know how notices come about.
"""

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import polars as pl
import xlsxwriter

from core.deadlines import Term
from core.desk import Desk
from core.errors import NotFound
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import Duty, FindingClass

_NOTICE = """
SELECT n.notice_id, n.term, n.institution, i.zh AS institution_zh, n.province, p.zh AS province_zh, n.round, n.records,
    n.classified_records, n.due_on, n.issued_at
FROM notice AS n
JOIN province AS p ON p.code = n.province
LEFT JOIN institution AS i ON i.code = n.institution
WHERE ($scope IS NULL OR n.province = $scope)
    AND ($notice_id IS NULL OR n.notice_id = $notice_id) AND ($term IS NULL OR n.term = $term)
    AND ($province IS NULL OR n.province = $province)
ORDER BY n.province, n.institution, n.notice_id"""

_LINES = """
SELECT t.notice_id, r.record_id, r.filing_id, r.filing_row, f.file_name, r.name, r.certificate_no, g.rule, g.class, g.field, g.value
FROM notice_item AS t
JOIN notice AS n ON n.notice_id = t.notice_id
JOIN record AS r ON r.record_id = t.record_id AND r.version = t.version
JOIN filing AS f ON f.filing_id = r.filing_id
JOIN finding AS g ON g.record_id = t.record_id AND g.version = t.version
WHERE g.closed IS NULL AND ($scope IS NULL OR n.province = $scope)
    AND ($notice_id IS NULL OR n.notice_id = $notice_id) AND ($term IS NULL OR n.term = $term)
    AND ($province IS NULL OR n.province = $province)
    AND NOT EXISTS (SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.class = 'classified')
ORDER BY t.notice_id, r.filing_id, r.filing_row, g.rule"""

HEADINGS: tuple[tuple[str, int], ...] = (
    ("记录编号", 12), ("来源文件", 22), ("原文件行号", 10), ("姓名", 14), ("学位证书编号", 22), ("问题说明", 46),
    ("问题类别", 22), ("字段", 16), ("报送内容", 26), ("处理方式", 30), ("反馈截止", 12), ("规则", 8), ("字段代码", 10),
    ("处理", 14), ("更正后内容", 26), ("书面说明", 34),
)
"""Columns of a feedback workbook with their widths; the last three are left empty for the institution."""

ACTIONS: tuple[str, ...] = ("信息变更", "撤销备案", "照片补报", "照片更正", "书面说明")
"""What an institution may choose in the column 处理 (article 7)."""

_FORMULA_START = tuple("=+-@\t\r\n＝＋－＠")


def inert(text: str | None) -> str:
    """Text that no spreadsheet runs as a formula: a leading apostrophe where one could."""
    if not text:
        return ""
    return f"'{text}" if text.startswith(_FORMULA_START) else text


def inert_column(name: str) -> pl.Expr:
    """`inert` over a column of text; null stays null."""
    text = pl.col(name)
    return pl.when(text.str.contains(r"^[=+\-@\t\r\n＝＋－＠]")).then("'" + text).otherwise(text).alias(name)


def to_csv(table: pl.DataFrame, *, notes: list[str]) -> bytes:
    """A table as CSV that Excel opens rightly; `notes` (definition, as-of time) stand above the header as #-lines."""
    safe = table.with_columns(inert_column(name) for name, kind in table.schema.items() if kind == pl.String)
    return ("\ufeff" + "".join(f"# {note}\n" for note in notes) + safe.write_csv()).encode()


def notice_workbook(desk: Desk, notice_id: int) -> tuple[str, bytes]:
    """One institution's feedback workbook: file name and xlsx. Raises NotFound outside scope."""
    desk.require(Duty.READ)
    notices = desk.frame(_NOTICE, notice_id=notice_id, term=None, province=None)
    if notices.is_empty():
        raise NotFound("没有找到这份反馈单。", "There is no such notice.")
    notice = notices.row(0, named=True)
    return _file_name(notice), _workbook(notice, desk.frame(_LINES, notice_id=notice_id, term=None, province=None))


def term_archive(desk: Desk, term: str, *, province: str | None = None) -> bytes:
    """All workbooks of a semester as one zip, in a folder per province; of one province when it is given.

    A province's bundle opens with a list of its notices. Raises NotFound when there is nothing to send.
    """
    desk.require(Duty.READ)
    notices = desk.frame(_NOTICE, notice_id=None, term=term, province=province)
    if notices.is_empty():
        raise NotFound("本学期还没有反馈单。请先生成反馈。", "No notices for this semester yet. Issue them first.")
    lines = desk.frame(_LINES, notice_id=None, term=term, province=province)
    of_notice = lines.partition_by("notice_id", as_dict=True)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for (_, folder), group in notices.group_by("province", "province_zh", maintain_order=True):
            listed = _entry(f"{folder}/反馈清单_{term}_{folder}.xlsx", group["issued_at"].max())
            archive.writestr(listed, _summary(group))
            for notice in group.iter_rows(named=True):
                told = of_notice.get((notice["notice_id"],), lines.clear())
                archive.writestr(_entry(f"{folder}/{_file_name(notice)}", notice["issued_at"]), _workbook(notice, told))
    return packed.getvalue()


def _entry(name: str, made: datetime) -> zipfile.ZipInfo:
    """A place in a zip dated by its notice, so that the same notices always give the same bytes."""
    entry = zipfile.ZipInfo(name, made.timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _file_name(notice: dict[str, Any]) -> str:
    return (
        f"反馈_{notice['term']}_{notice['institution']}_{notice['institution_zh'] or ''}"
        f"_第{notice['round']}轮_{notice['notice_id']}.xlsx"
    )


def _workbook(notice: dict[str, Any], lines: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": notice["issued_at"]})
        text, head, open_ = _formats(book)
        sheet = book.add_worksheet("反馈数据")
        sheet.freeze_panes(1, 5)
        for place, (heading, width) in enumerate(HEADINGS):
            sheet.set_column(place, place, width, text)
            sheet.write_string(0, place, heading, open_ if place >= len(HEADINGS) - 3 else head)
        for row, cells in enumerate(_cells(notice, lines), start=1):
            for place, cell in enumerate(cells):
                sheet.write_string(row, place, inert(cell), text)
        if lines.height:
            sheet.autofilter(0, 0, lines.height, len(HEADINGS) - 1)
            sheet.data_validation(
                1, len(HEADINGS) - 3, lines.height, len(HEADINGS) - 3, {"validate": "list", "source": list(ACTIONS)}
            )
        about = book.add_worksheet("说明")
        about.set_column(0, 0, 18, text)
        about.set_column(1, 1, 90, text)
        for row, (key, value) in enumerate(_about(notice)):
            about.write_string(row, 0, key, head)
            about.write_string(row, 1, value, text)
    return content.getvalue()


def _formats(book: xlsxwriter.Workbook) -> Iterator[Any]:
    wrapped = {"text_wrap": True, "valign": "top", "num_format": "@", "font_name": "Microsoft YaHei", "font_size": 10}
    yield book.add_format(wrapped)
    yield book.add_format(wrapped | {"bold": True, "bg_color": "#E8EEF5", "bottom": 1})
    yield book.add_format(wrapped | {"bold": True, "bg_color": "#FFF4D6", "bottom": 1})


def _cells(notice: dict[str, Any], lines: pl.DataFrame) -> Iterator[tuple[str | None, ...]]:
    for line in lines.iter_rows(named=True):
        rule, column = RULES[line["rule"]], COLUMNS[line["field"]]
        yield (
            str(line["record_id"]), line["file_name"], str(line["filing_row"]), line["name"], line["certificate_no"],
            rule.zh, FindingClass(line["class"]).zh, column.zh, line["value"],
            "；".join(remedy.zh for remedy in rule.remedies), f"{notice['due_on']:%Y-%m-%d}", rule.code, column.code,
            "", "", "",
        )


def _about(notice: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "学位授予单位", f"{notice['institution_zh'] or ''}（{notice['institution']}）"
    yield "报送学期", f"{Term.parse(notice['term']).zh}（{notice['term']}）"
    yield "反馈轮次", f"第{notice['round']}轮"
    yield "暂不提供查询记录", f"{notice['records']:,}条"
    yield "反馈截止", f"{notice['due_on']:%Y-%m-%d}"
    yield "填写方法", (
        "请逐行在“处理”列选择处理方式，需变更的填写“更正后内容”，数据无误的填写“书面说明”并抄报省级学位办；"
        "不要改动其他列，填好后原文件送回。"
    )
    if notice["classified_records"]:
        yield "涉密数据", f"其中{notice['classified_records']:,}条涉密数据不在本表列出，请按保密渠道与学位中心联系。"


def _summary(notices: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        book.set_properties({"created": notices["issued_at"].max()})
        text, head, _ = _formats(book)
        sheet = book.add_worksheet("反馈清单")
        sheet.freeze_panes(1, 0)
        widths = {"单位代码": 12, "学位授予单位": 30, "反馈轮次": 10, "暂不提供记录": 14, "其中涉密": 10, "反馈截止": 12}
        for place, (heading, width) in enumerate(widths.items()):
            sheet.set_column(place, place, width, text)
            sheet.write_string(0, place, heading, head)
        for row, notice in enumerate(notices.iter_rows(named=True), start=1):
            cells = (
                notice["institution"], notice["institution_zh"], f"第{notice['round']}轮", f"{notice['records']:,}",
                f"{notice['classified_records']:,}", f"{notice['due_on']:%Y-%m-%d}",
            )
            for place, cell in enumerate(cells):
                sheet.write_string(row, place, inert(cell), text)
    return content.getvalue()
