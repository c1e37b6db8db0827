"""Feedback workbooks as institutions send them back: the cells of a notice's workbook, filled in and spoiled."""

import io
from dataclasses import dataclass, field
from pathlib import Path

import xlsxwriter

from core import answer_receipts, answers, feedback, feedback_workbook
from core.answer import Handed
from core.feedback_workbook import ACTION, COLUMNS, DATA, EXPLANATION, IDENTIFICATION, IDENTITY, NEW_VALUE
from core.vocabulary import CorrectionReason
from tests.builders_corrections import evidence

KEYS = [column.key for column in COLUMNS]
HEADINGS = {column.key: column.zh for column in COLUMNS}


@dataclass
class Formula:
    """A cell that is computed."""

    text: str = "=1+1"
    result: str = "软件工程"


@dataclass
class Returned:
    """A notice's workbook on an institution's desk: its columns in their order, its rows by column, its identification."""

    columns: list[str]
    rows: list[dict]
    identity: dict[str, str] | None = field(default_factory=dict)

    def answer(self, place: int, action: str, value: object = "", note: object = "") -> "Returned":
        """Fill in one row, counted from 0."""
        self.rows[place] |= {ACTION: action, NEW_VALUE: value, EXPLANATION: note}
        return self

    def row_of(self, record_id: int, rule: str) -> int:
        """The place of a finding's row."""
        return next(at for at, row in enumerate(self.rows) if (row["record"], row["rule"]) == (str(record_id), rule))

    def save(self, path: Path) -> Path:
        """Write it as XLSX."""
        content = io.BytesIO()
        with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
            sheet = book.add_worksheet(DATA)
            for place, key in enumerate(self.columns):
                sheet.write_string(0, place, HEADINGS.get(key, key))
            for at, row in enumerate(self.rows, start=1):
                for place, key in enumerate(self.columns):
                    _write(sheet, at, place, row.get(key, ""))
            book.add_worksheet("说明").write_string(0, 0, "填写方法")
            if self.identity is not None:
                hidden = book.add_worksheet(IDENTITY)
                for at, (name, value) in enumerate(self.identity.items()):
                    hidden.write_string(at, 0, name)
                    hidden.write_string(at, 1, value)
        path.write_bytes(content.getvalue())
        return path


def _write(sheet, row, column, cell):
    if isinstance(cell, Formula):
        sheet.write_formula(row, column, cell.text, None, cell.result)
    elif isinstance(cell, float | int):
        sheet.write_number(row, column, cell)
    elif cell:
        sheet.write_string(row, column, cell)


def returned(desk, notice_id: int) -> Returned:
    """The workbook of a notice, nothing filled in yet."""
    told, lines = feedback.notice(desk, notice_id), feedback.lines(desk, notice_id)
    identity = dict(zip(IDENTIFICATION, feedback_workbook._identified(told, lines), strict=True))
    return Returned(list(KEYS), feedback_workbook.cells(lines).to_dicts(), identity)


def handed(desk, **told) -> Handed:
    """What comes along: who answers, why, the proof, and the paper of the explanation."""
    usual = {
        "requester": "赵经办", "reason": CorrectionReason.TYPING, "evidence": (evidence(desk),), "number": "示科院研〔2025〕8号",
        "dated": desk.now().date(), "copied_on": desk.now().date(),
    }
    return Handed(**(usual | told))


def take(desk, workbook: Returned, **told) -> dict[int, tuple[str, str]]:
    """Hand a workbook in; what became of each row (counted as on the sheet): outcome and its English sentence."""
    path = workbook.save(desk.db.folder.parent / "returned.xlsx")
    number = answers.take_in(desk, path, "反馈.xlsx", handed(desk, **told))
    return told_of(desk, number)


def told_of(desk, number: int) -> dict[int, tuple[str, str]]:
    """The lines of a receipt by row."""
    return {row: (outcome, en) for row, outcome, en in answer_receipts.lines(desk, number).select("row", "outcome", "en").iter_rows()}
