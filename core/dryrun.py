"""试检: a file or a package checked without being filed, and what was found as files stamped 未报送 (articles 2 and 4).

Nothing is stored. Must not know the screens.
"""

import csv
import io
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import polars as pl
import xlsxwriter

from core import admission, inspection, ruleset
from core.checking import FILING_ROW, Checked
from core.contents import Contents
from core.desk import Actor, Desk
from core.draft import Draft
from core.errors import CentreError
from core.exports import inert, inert_column
from core.job import JobFile
from core.jobworker import Order, Packed, Refused
from core.package import Package
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import Duty, FindingClass

STAMP = ("未报送", "NOT FILED")
"""What everything that comes of a dry run carries, in Chinese and in English."""
_CHUNK = 50_000
_SHEET, _CELL = 1_000_000, 32_000
"""So many findings go on one sheet, so many characters into one cell of it: what a spreadsheet can hold."""
_ARTICLES = {
    "第二条": "art. 2", "第三条": "art. 3", "第五条": "art. 5", "第六条": "art. 6", "第七条": "art. 7", "第八条": "art. 8",
    "第九条": "art. 9",
}
_HEADINGS: Mapping[str, tuple[str, str, int]] = {
    "file": ("来源文件", "File", 24), "row": ("原文件行号", "Row in the file", 12), "field": ("字段", "Column", 18),
    "value": ("报送内容", "Value filed", 28), "rule": ("规则", "Rule", 8), "sentence": ("问题", "Finding", 60),
    "class": ("问题类别", "Class", 24), "article": ("依据", "Article", 16),
}
"""Columns of the findings in Chinese and in English, with their widths."""


@dataclass(frozen=True)
class Part:
    """One data file that was checked: its bytes by hash, its records, and what was found of them."""

    name: str
    sha256: str
    records: int
    checked: Checked


@dataclass(frozen=True)
class DryRun:
    """What was checked, by whom, when and by which version of the rulebook."""

    parts: tuple[Part, ...]
    by: Actor
    at: datetime
    version: int

    def told(self, *, english: bool) -> list[str]:
        """The stamp in full, a line each; what stands above the findings in every file."""
        if english:
            return [
                "NOT FILED – a trial check only: nothing was filed or stored, and this proves no filing.",
                f"Checked by {self.by.en}, {self.at:%Y-%m-%d %H:%M} (Beijing time), by rulebook version {self.version}",
                *(f"File {part.name}, {part.records:,} records, SHA-256 {part.sha256}" for part in self.parts),
            ]
        return [
            "未报送——仅为试检：没有报送，没有入库，不作为报送凭据。",
            f"试检人：{self.by.zh}；时间：{self.at:%Y-%m-%d %H:%M}（北京时间）；规则第{self.version}版",
            *(f"文件：{part.name}，{part.records:,}条记录，SHA-256 {part.sha256}" for part in self.parts),
        ]

    def file_name(self, suffix: str, *, english: bool) -> str:
        """What a file of this dry run is called: the stamp first."""
        name = self.parts[0].name.rpartition(".")[0] or self.parts[0].name
        return f"{STAMP[english].replace(' ', '-')}_{name}_{self.at:%Y%m%d-%H%M}.{suffix}"


def of_file(desk: Desk, draft: Draft, checked: Checked, name: str) -> DryRun:
    """A previewed file as a dry run."""
    return _of(desk, [Part(name, draft.sha256, draft.records, checked)])


def of_package(desk: Desk, package: Package, found: Contents, institution: str) -> DryRun:
    """Check every data file of a package against everything on file, as a load would judge it; nothing stays of it.

    `found` is what the package was found to hold. Raises what a load would refuse it for, and NotAuthorised.
    """
    desk.require(Duty.LOAD)
    today = desk.now().date()
    admission.require_plausible(desk, [file.declared for file in found.files if file.declared])
    files = tuple(
        JobFile(file.name, path.stat().st_size, file.declared) for file, path in zip(found.files, package.files, strict=True)
    )
    judged_by = ruleset.in_force(desk.db, today)
    work = desk.db.folder.resolve() / "work" / f"dry-{uuid4().hex}"
    work.mkdir()
    drafts: list[Draft] = []
    try:
        order = Order((Packed(package, files, institution, ()),), judged_by, today, work, _CHUNK)
        made, = order.carry_out(lambda place, name, rows: None)
        if isinstance(made, Refused):
            raise CentreError(made.zh, made.en)
        drafts = [submission.draft for submission in made.submissions]
        admission.require_new(desk.db, [draft.sha256 for draft in drafts])
        return _of(desk, [
            Part(file.name, draft.sha256, draft.records, inspection.foreseen(desk, draft))
            for file, draft in zip(found.files, drafts, strict=True)
        ])
    finally:
        for draft in drafts:
            draft.discard()
        shutil.rmtree(work, ignore_errors=True)


def findings(desk: Desk, run: DryRun, *, english: bool) -> pl.DataFrame:
    """Every finding of a dry run in words, by file and row; of the filing as such, without a row.

    Columns, in the language asked for: file, row, column, value filed, rule, sentence, class, article. Rows with a
    classified finding are left out for those without that duty.
    """
    tongue = int(english)
    words = {
        "field": {code: (column.zh, column.en)[tongue] for code, column in COLUMNS.items()},
        "sentence": {code: (rule.zh, rule.en)[tongue] for code, rule in RULES.items()},
        "class": {str(cls): (cls.zh, cls.en)[tongue] for cls in FindingClass},
        "article": {code: _article(rule.article, english) for code, rule in RULES.items()},
    }
    seen = [
        inspection.draft_findings(desk, part.checked).with_columns(file=pl.lit(part.name, pl.String)) for part in run.parts
    ]
    told = pl.concat(seen).with_columns(sentence="rule", article="rule").select(
        "file", pl.when(pl.col("row") != FILING_ROW).then("row").alias("row"), pl.col("field"), "value", "rule", "sentence",
        "class", "article",
    )
    told = told.with_columns(
        pl.col(name).replace_strict(known, default=pl.col(name), return_dtype=pl.String) for name, known in words.items()
    )
    return told.rename({name: heading[tongue] for name, heading in _HEADINGS.items()})


def to_csv(desk: Desk, run: DryRun, *, english: bool) -> bytes:
    """The findings as CSV below the stamp; nothing in it runs as a formula."""
    content = io.StringIO()
    lines = csv.writer(content, lineterminator="\n")
    lines.writerows([line] for line in _head(desk, run, english))
    table = findings(desk, run, english=english)
    safe = table.with_columns(inert_column(name) for name, kind in table.schema.items() if kind == pl.String)
    return ("\ufeff" + content.getvalue() + safe.write_csv()).encode()


def workbook(desk: Desk, run: DryRun, *, english: bool) -> bytes:
    """The findings as XLSX, the stamp at the head of every sheet and in its printed header; nothing runs as a formula."""
    table, above, content = findings(desk, run, english=english), _head(desk, run, english), io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties({"created": run.at, "title": STAMP[english]})
        wrapped = {"text_wrap": True, "valign": "top", "num_format": "@", "font_name": "Microsoft YaHei", "font_size": 10}
        text, head = book.add_format(wrapped), book.add_format(wrapped | {"bold": True, "bg_color": "#E8EEF5", "bottom": 1})
        stamp = book.add_format({"bold": True, "font_color": "#B00020", "font_name": "Microsoft YaHei", "font_size": 11})
        sheets = list(table.iter_slices(_SHEET)) or [table]
        for number, part in enumerate(sheets, 1):
            sheet = book.add_worksheet(f"{STAMP[english]}{number if len(sheets) > 1 else ''}")
            sheet.set_header(f"&C&B{STAMP[english]}")
            for line, told in enumerate(above):
                sheet.write_string(line, 0, told, stamp)
            _table(sheet, part, len(above) + 1, head, text)
    return content.getvalue()


def _head(desk: Desk, run: DryRun, english: bool) -> list[str]:
    """What stands above the findings: the stamp, and how many findings are left out, if any are."""
    unseen = sum(part.checked.findings.height - inspection.draft_findings(desk, part.checked).height for part in run.parts)
    zh, en = f"涉密记录的{unseen:,}个问题不在本表列出。", f"{unseen:,} findings of classified records are not listed here."
    return [*run.told(english=english), *([en if english else zh] if unseen else [])]


def _table(sheet: xlsxwriter.worksheet.Worksheet, part: pl.DataFrame, top: int, head: object, text: object) -> None:
    for place, (heading, (*_, width)) in enumerate(zip(part.columns, _HEADINGS.values(), strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(top, place, heading, head)
    sheet.freeze_panes(top + 1, 0)
    for line, cells in enumerate(part.iter_rows(), top + 1):
        for place, cell in enumerate(cells):
            sheet.write_string(line, place, inert("" if cell is None else str(cell))[:_CELL], text)


def _of(desk: Desk, parts: Sequence[Part]) -> DryRun:
    at = desk.now()
    return DryRun(tuple(parts), desk.actor, at, ruleset.in_force(desk.db, at.date()).version)


def _article(cited: str, english: bool) -> str:
    if cited in _ARTICLES:
        return f"Measures, {_ARTICLES[cited]}" if english else f"管理办法{cited}"
    return "Notice, item 2" if english and cited == "通知第二项" else cited
