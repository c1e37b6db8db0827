"""What every cell of a filing must pass before rules see it: its size, whole numbers, right encoding.

Source: domain notes §10.1 and §10.2. Must not know file formats or rules; no message shows a cell's content.
"""

from collections.abc import Iterable, Iterator

import polars as pl

from core.errors import UnreadableFiling
from core.garbled import garbled
from core.reading.headers import Heading
from core.record import COLUMNS

LONGEST_CELL = 32_767
"""Characters: the most a spreadsheet cell can hold."""

_GARBLED_SHARE = 0.2
_SHOWN = 5
_EXPONENT = r"^\s*\d(\.\d+)?[Ee]\+\d+\s*$"


def inspected(frames: Iterable[pl.DataFrame], heading: Heading) -> Iterator[pl.DataFrame]:
    """Pass the chunks on, leaving out blank rows; refuse damage no rule could repair.

    Raises UnreadableFiling for an over-long cell, an identifier shown as 1.1E+17, names that are garbled
    in at least one of five (a single one: in half of them), or no data row at all.
    """
    known = list(heading.columns)
    damaged, names, any_row = 0, 0, False
    for frame in frames:
        if frame["XM"].null_count():
            frame = frame.filter(pl.any_horizontal(pl.col(known).is_not_null()))
        if frame.is_empty():
            continue
        any_row = True
        _refuse_long_cells(frame, heading)
        _refuse_exponents(frame, heading)
        damaged += frame.select(garbled(pl.col("XM")).sum()).item()
        names += frame["XM"].count()
        if damaged * 2 >= max(names, 1) or (damaged > 1 and damaged >= names * _GARBLED_SHARE):
            raise UnreadableFiling(
                f"{names}个姓名中有{damaged}个是乱码，文件编码可能判断有误。请手工选择编码（如GB18030或UTF-8）后重新报送。",
                f"{damaged} of {names} names are garbled: the encoding seems wrong. Choose it by hand and try again.",
            )
        yield frame
    if not any_row:
        raise no_rows()


def no_rows() -> UnreadableFiling:
    """The refusal of a file with a header and nothing below it."""
    return UnreadableFiling("文件只有表头，没有数据行，请核对后重新报送。", "The file has a header but no data rows.")


def numbers_refused(addresses: list[str]) -> UnreadableFiling:
    """The refusal of identifiers kept as numbers, of which a spreadsheet loses digits."""
    shown = "、".join(addresses[:_SHOWN]) + ("等" if len(addresses) > _SHOWN else "")
    return UnreadableFiling(
        f"{shown}单元格的号码是以数字格式保存的，可能已丢失位数。请先把该列的单元格格式设为“文本”，重新录入号码后再报送。",
        f"Cells {', '.join(addresses[:_SHOWN])} hold an identifier as a number and may have lost digits. "
        "Format the column as text first, type the values again, and file again.",
    )


def _refuse_long_cells(frame: pl.DataFrame, heading: Heading) -> None:
    bytes_ = frame.select(pl.col(heading.columns).str.len_bytes().max())
    for code in heading.columns:
        if (bytes_[code].item() or 0) <= LONGEST_CELL:
            continue
        rows = frame.filter(pl.col(code).str.len_chars() > LONGEST_CELL)["row"]
        if len(rows):
            raise UnreadableFiling(
                f"第{rows[0]}行“{COLUMNS[code].zh}”单元格（{heading.address(code, rows[0])}）超过{LONGEST_CELL}个字符，"
                "请检查文件是否损坏或引号是否成对。",
                f"Row {rows[0]}, column {code}: the cell is longer than {LONGEST_CELL} characters.",
            )


def _refuse_exponents(frame: pl.DataFrame, heading: Heading) -> None:
    codes = [code for code in heading.columns if COLUMNS[code].numeric_refused]
    damaged = frame.select("row", pl.col(codes).str.contains(_EXPONENT))
    if not damaged.select(pl.any_horizontal(pl.col(codes).any())).item():
        return
    addresses = [
        heading.address(code, row) for code in codes for row in damaged.filter(pl.col(code)).head(_SHOWN + 1)["row"]
    ]
    raise numbers_refused(addresses)
