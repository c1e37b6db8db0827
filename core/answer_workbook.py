"""答复表: a feedback workbook as the institution sent it back, read row by row by its headings and row keys (article 7).

Rows may have been moved, columns deleted, cells damaged: each row tells what is wrong with it. Must not know the store.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from core.errors import BadRequest, CentreError, UnreadableFiling
from core.feedback_workbook import (
    ABOUT,
    ACTION,
    COLUMNS,
    DATA,
    EXPLANATION,
    IDENTIFICATION,
    IDENTITY,
    KEY,
    NEW_VALUE,
    RowKey,
)
from core.reading import workbook
from core.reading.formulas import formulas

LONGEST = 2_000
"""Characters of an answer; a thesis title has 200."""
MOST_ROWS = 200_000
_HEADINGS = {column.zh: column.key for column in COLUMNS}
_PROOF = ("record", "rule", "field_code")
"""Columns that must say what was fed back by the row's key, where they are still there."""
_HEAD_ROWS = 20
_EXPONENT = re.compile(r"[+-]?\d(\.\d+)?[Ee][+-]?\d+")
_EXACT = 10**15
_ZIP = b"PK\x03\x04"

Cell = str | list[str]


@dataclass(frozen=True)
class AnsweredRow:
    """One row with anything in it: its number on the sheet, its key, what it still shows of record, rule and field_code, and
    the answer. `fault` is what is wrong with the answer's cells."""

    row: int
    key: RowKey | None
    shown: tuple[tuple[str, str], ...]
    action: str
    new_value: str
    note: str
    fault: CentreError | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing was answered."""
        return not (self.action or self.new_value or self.note or self.fault)


@dataclass(frozen=True)
class AnsweredWorkbook:
    """The rows, in their order, and what the hidden sheet says of the notice; None where it says nothing to be trusted."""

    rows: tuple[AnsweredRow, ...]
    notice_id: int | None


def read(path: Path) -> AnsweredWorkbook:
    """Read a returned workbook. Raises UnreadableFiling where no row can be read: another format, a password, damage, no
    sheet with the column of actions, a heading that stands twice, far too many rows."""
    with path.open("rb") as file:
        if file.read(4) != _ZIP:
            raise UnreadableFiling(
                "送回的反馈表须为XLSX文件（按内容判断）。请用Excel打开并另存为XLSX后重新送回。",
                "A returned feedback workbook must be XLSX by its content. Open it in Excel, save it as XLSX, and send it again.",
            )
    workbook.refuse_bombs(path)
    lines = workbook.parsed(path)
    filled = {name: (top, left) for name, top, left, *_ in next(lines)}
    lines.close()
    for name in sorted(filled, key=lambda each: (each != DATA, each in (ABOUT, IDENTITY))):
        top, left = filled[name]
        rows = _padded(workbook.parsed(path, name), left)
        found = _head(rows, top)
        if found:
            at, columns = found
            return AnsweredWorkbook(tuple(_rows(rows, at, columns, formulas(path, name))), _notice(path, filled))
    raise UnreadableFiling(
        f"没有找到反馈表的表头：工作表“{DATA}”须有“处理”列。请在原反馈表上填写后送回。",
        f"No heading of a feedback workbook was found: the sheet {DATA} needs the column 处理. Fill in the workbook that was sent.",
    )


def _padded(lines: Iterator[Cell | list[Cell]], left: int) -> Iterator[list[Cell]]:
    for line in islice(lines, 1, None):
        yield [""] * left + (line.split(workbook.sheets.BETWEEN) if isinstance(line, str) else list(line))


def _head(rows: Iterator[list[Cell]], top: int) -> tuple[int, dict[str, int]] | None:
    """The row (from 0) of the headings and where each column stands; None on a sheet of something else."""
    for at, cells in enumerate(islice(rows, _HEAD_ROWS), start=top):
        named = [(_HEADINGS[name], place) for place, cell in enumerate(cells) if (name := _plain(cell)) in _HEADINGS]
        columns = dict(named)
        if ACTION not in columns or len(columns) < 2:
            continue
        if len(columns) < len(named):
            raise UnreadableFiling(
                "表头中有列名出现两次，无法确定以哪一列为准。请在原反馈表上填写后送回。",
                "A heading stands twice, and either column may be meant. Fill in the workbook that was sent.",
            )
        return at, columns
    return None


def _rows(
    rows: Iterator[list[Cell]], head: int, columns: dict[str, int], computed: frozenset[tuple[int, int]]
) -> Iterator[AnsweredRow]:
    for row, cells in enumerate(rows, start=head + 2):
        if row > MOST_ROWS:
            raise UnreadableFiling(
                f"反馈表超过{MOST_ROWS:,}行，请删除多余的行后重新送回。", f"The workbook has more than {MOST_ROWS:,} rows; delete those not needed."
            )
        told = {key: _plain(cells[place]) if place < len(cells) else "" for key, place in columns.items()}
        here = {key for key, place in columns.items() if (row, place) in computed}
        if not any(told.values()) and not here:
            continue
        answer = {
            key: cells[columns[key]] if key in columns and columns[key] < len(cells) else "" for key in (ACTION, NEW_VALUE, EXPLANATION)
        }
        yield AnsweredRow(
            row, None if KEY in here else RowKey.parse(told.get(KEY)), tuple((key, told[key]) for key in _PROOF if told.get(key)),
            unicodedata.normalize("NFKC", told[ACTION]), told.get(NEW_VALUE, ""), told.get(EXPLANATION, ""),
            _fault(answer, here),
        )


def _fault(answer: dict[str, Cell], computed: set[str]) -> CentreError | None:
    if computed.intersection(answer) or any(isinstance(cell, str) and _as_formula(cell) for cell in answer.values()):
        return BadRequest(
            "答复里有公式，不能收下。请直接填写文字（选择性粘贴为数值）后重新送回。",
            "The answer holds a formula. Type the text itself (paste as values) and send it again.",
        )
    value = answer[NEW_VALUE]
    text = _plain(value)
    if _EXPONENT.fullmatch(text) or (not isinstance(value, str) and not _exact(text)):
        return BadRequest(
            "更正后内容是以数字格式保存的，可能已丢失位数。请把单元格格式设为“文本”，重新录入后送回。",
            "The new value was kept as a number and may have lost digits. Format the cell as text, type it again, and send it again.",
        )
    if any(len(_plain(cell)) > LONGEST for cell in answer.values()):
        return BadRequest(
            f"答复超过{LONGEST:,}个字符，请核对是否粘贴有误。", f"The answer is longer than {LONGEST:,} characters; check what was pasted."
        )
    return None


def _as_formula(cell: str) -> bool:
    return cell.lstrip().startswith(("=", "＝")) or re.match(r"\s*[@+＠＋]\s*[A-Za-z]+\w*\s*\(", cell) is not None


def _exact(text: str) -> bool:
    """Whether what a spreadsheet keeps as a number, day or yes/no can only be what was typed."""
    return not re.fullmatch(r"[+-]?[\d.]+", text) or (text.lstrip("+-").isdigit() and abs(int(text)) < _EXACT)


def _notice(path: Path, filled: dict[str, tuple[int, int]]) -> int | None:
    if IDENTITY not in filled:
        return None
    lines = islice(_padded(workbook.parsed(path, IDENTITY), filled[IDENTITY][1]), len(IDENTIFICATION))
    told = dict(pair for cells in lines if len(pair := _texts(cells)[:2]) == 2)
    number = told.get("notice", "")
    return int(number) if re.fullmatch(r"[1-9]\d{0,17}", number) else None


def _texts(cells: Sequence[Cell]) -> list[str]:
    return [_plain(cell) for cell in cells]


def _plain(cell: Cell) -> str:
    return (cell if isinstance(cell, str) else cell[0]).strip().encode("utf-8", "replace").decode()
