"""反馈表: the workbook an institution gets and sends back, its columns and its hidden identification (articles 6 and 7).

One row for each finding. Sheet 反馈数据 has a header row of COLUMNS' `zh`; the first column, hidden, is the row's key
(`RowKey`), by which a row is known wherever it has been moved; the last three are left empty for the answer. Sheet 说明 is
for people. Sheet 标识, hidden deeper than the menu shows, has IDENTIFICATION as rows of name and value. Every cell is
text and nothing can run as a formula. The same frozen list gives the same bytes. Must not know the store.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
import xlsxwriter

from core.deadlines import Term
from core.exports import inert, inert_column
from core.record import COLUMNS as FILED
from core.rules import RULES
from core.vocabulary import FindingClass, Word

DATA, ABOUT, IDENTITY = "反馈数据", "说明", "标识"
"""The sheets."""
LAYOUT = "1"
"""The version of this layout; another layout gets another."""
IDENTIFICATION = ("layout", "run", "notice", "institution", "lines", "sha256")
"""The names on the sheet 标识: this layout, the run, the notice, the institution's code, how many rows, the list's hash."""


class Since(Word):
    """What has changed since the record was last fed back (较上轮)."""

    FIRST = "first", "首次反馈", "First time"
    NEW = "new", "新发现", "Newly found"
    SAME = "same", "上轮已反馈，未变", "Told before, unchanged"
    CHANGED = "changed", "内容已改，仍有问题", "Value changed, still at fault"


@dataclass(frozen=True)
class Column:
    """One column of the workbook: its heading, by which it is found again, and its width. `answer`: for the institution."""

    key: str
    zh: str
    en: str
    width: int
    answer: bool = False


KEY = "key"
ACTION, NEW_VALUE, EXPLANATION = "action", "new_value", "explanation"
COLUMNS: tuple[Column, ...] = (
    Column(KEY, "行标识", "Row key", 12),
    Column("record", "记录编号", "Record", 10),
    Column("name", "姓名", "Name", 12),
    Column("certificate_no", "学位证书编号", "Certificate number", 22),
    Column("file_name", "来源文件", "Filed in", 20),
    Column("filing_row", "原文件行号", "Row there", 10),
    Column("sentence", "问题说明", "What is wrong", 46),
    Column("class", "问题类别", "Class", 20),
    Column("field", "字段", "Field", 14),
    Column("value", "报送内容", "Given value", 24),
    Column("remedies", "处理方式", "Remedies", 28),
    Column("round", "反馈轮次", "Round", 8),
    Column("age", "暂不提供天数", "Days withheld", 12),
    Column("since", "较上轮", "Since last round", 18),
    Column("case", "核实件编号", "Case", 10),
    Column("term", "报送学期", "Semester", 10),
    Column("rule", "规则", "Check", 8),
    Column("field_code", "字段代码", "Field code", 10),
    Column(ACTION, "处理", "Action", 14, answer=True),
    Column(NEW_VALUE, "更正后内容", "New value", 26, answer=True),
    Column(EXPLANATION, "书面说明", "Explanation", 34, answer=True),
)
"""The columns of the sheet 反馈数据, in their order."""

ACTIONS: tuple[str, ...] = ("信息变更", "撤销备案", "照片补报", "照片更正", "书面说明")
"""What an institution may choose in the column 处理 (article 7)."""

_KEY = re.compile(r"([1-9]\d*)-([1-9]\d*)-([1-9]\d*)-([1-9]\d*)")
_FROZEN_COLUMNS = 4


@dataclass(frozen=True)
class RowKey:
    """Which line of which notice a row is (行标识), and of which version of which record."""

    notice_id: int
    place: int
    record_id: int
    version: int

    @classmethod
    def parse(cls, text: str | None) -> "RowKey | None":
        """The key as it stands in a returned row; None when it is no key any more."""
        match = _KEY.fullmatch((text or "").strip())
        return cls(*map(int, match.groups())) if match else None

    @property
    def text(self) -> str:
        """As it is written into the row."""
        return f"{self.notice_id}-{self.place}-{self.record_id}-{self.version}"


def file_stem(notice: Mapping[str, Any]) -> str:
    """The name of a notice's files, without what they are and their ending."""
    return (
        f"{notice['term'] or notice['month']}_{notice['institution']}_{notice['institution_zh'] or ''}"
        f"_第{notice['round']}轮_{notice['notice_id']}"
    )


def file_name(notice: Mapping[str, Any]) -> str:
    """The name of a notice's workbook."""
    return f"反馈_{file_stem(notice)}.xlsx"


def of_what(notice: Mapping[str, Any]) -> str:
    """What a notice is of, in official words: a semester, or a month's round."""
    if notice["term"]:
        return f"{Term.parse(notice['term']).zh}（{notice['term']}）"
    year, month = notice["month"].split("-")
    return f"{year}年{int(month)}月更正后仍不符合查询要求的数据"


def cells(lines: pl.DataFrame) -> pl.DataFrame:
    """A frozen list (`feedback.lines`) as the cells of its workbook, a text column for each of COLUMNS."""
    told = {
        KEY: pl.concat_str("notice_id", "place", "record_id", "version", separator="-"),
        "record": pl.col("record_id"), "case": pl.col("case_id"), "round": "第" + pl.col("round").cast(pl.String) + "轮",
        "since": _words("since", {str(each): each.zh for each in Since}),
        "class": _words("class", {str(each): each.zh for each in FindingClass}),
        "field_code": pl.col("field"), "field": _words("field", {code: column.zh for code, column in FILED.items()}),
        "sentence": pl.coalesce("sentence", _words("rule", {code: rule.zh for code, rule in RULES.items()})),
        "remedies": pl.coalesce(
            "remedies", _words("rule", {code: "；".join(way.zh for way in rule.remedies) for code, rule in RULES.items()})
        ),
    }
    shown = lines.select(
        pl.lit("").alias(column.key) if column.answer
        else told.get(column.key, pl.col(column.key)).cast(pl.String).alias(column.key)
        for column in COLUMNS
    )
    return shown.with_columns(inert_column(name).fill_null("") for name in shown.columns)


def workbook(notice: Mapping[str, Any], lines: pl.DataFrame) -> bytes:
    """The workbook of a notice (`feedback.notice`) and its frozen list, as XLSX."""
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"created": notice["issued_at"]})
        wrapped = {"text_wrap": True, "valign": "top", "num_format": "@", "font_name": "Microsoft YaHei", "font_size": 10}
        text = book.add_format(wrapped)
        head = book.add_format(wrapped | {"bold": True, "bg_color": "#E8EEF5", "bottom": 1})
        open_ = book.add_format(wrapped | {"bold": True, "bg_color": "#FFF4D6", "bottom": 1})
        _data(book.add_worksheet(DATA), lines, text, head, open_)
        about = book.add_worksheet(ABOUT)
        about.set_column(0, 0, 18, text)
        about.set_column(1, 1, 90, text)
        for row, (name, value) in enumerate(_about(notice)):
            about.write_string(row, 0, name, head)
            about.write_string(row, 1, inert(value), text)
        hidden = book.add_worksheet(IDENTITY)
        hidden.very_hidden()
        for row, pair in enumerate(zip(IDENTIFICATION, _identified(notice, lines), strict=True)):
            for place, cell in enumerate(pair):
                hidden.write_string(row, place, cell)
    return content.getvalue()


def _data(sheet: Any, lines: pl.DataFrame, text: Any, head: Any, open_: Any) -> None:
    sheet.freeze_panes(1, _FROZEN_COLUMNS)
    for place, column in enumerate(COLUMNS):
        sheet.set_column(place, place, column.width, text, {"hidden": column.key == KEY})
    if lines.height:
        action = [column.key for column in COLUMNS].index(ACTION)
        sheet.autofilter(0, 0, lines.height, len(COLUMNS) - 1)
        sheet.data_validation(1, action, lines.height, action, {"validate": "list", "source": list(ACTIONS)})
    for place, column in enumerate(COLUMNS):
        sheet.write_string(0, place, column.zh, open_ if column.answer else head)
    write = sheet.write_string
    for row, filled in enumerate(cells(lines).iter_rows(), start=1):
        for place, cell in enumerate(filled):
            write(row, place, cell, text)


def _words(name: str, words: Mapping[str, str]) -> pl.Expr:
    return pl.col(name).replace_strict(words, default=pl.col(name), return_dtype=pl.String)


def _identified(notice: Mapping[str, Any], lines: pl.DataFrame) -> tuple[str, ...]:
    """The values of IDENTIFICATION."""
    return (
        LAYOUT, str(notice["run_id"]), str(notice["notice_id"]), notice["institution"], str(lines.height),
        notice["sha256"] or "",
    )


def _about(notice: Mapping[str, Any]) -> list[tuple[str, str]]:
    told = [
        ("学位授予单位", f"{notice['institution_zh'] or ''}（{notice['institution']}）"),
        ("反馈内容", of_what(notice)),
        ("反馈轮次", f"第{notice['round']}轮"),
        ("暂不提供查询记录", f"{notice['records']:,}条"),
        ("答复期限", f"{notice['due_on']:%Y-%m-%d}"),
        ("填写方法", (
            "请逐行在“处理”列选择处理方式，需变更的填写“更正后内容”，数据无误的填写“书面说明”并抄报省级学位办；"
            "不要改动其他列，填好后原文件送回。同一条记录可能有多行，每行是一个问题。"
            "应改的是另一字段时写成“CSRQ=20030307”，应留空的写“清空”。撤销备案和变更关键信息须附证明材料扫描件。"
        )),
    ]
    if notice["contacts"]:
        told.append(("联系方式", notice["contacts"]))
    if notice["classified_records"]:
        told.append(
            ("涉密数据", f"其中{notice['classified_records']:,}条涉密数据不在本表列出，请按保密渠道与学位中心联系。")
        )
    return told
