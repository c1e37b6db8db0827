"""What of a record is fit to be compared with its other parts, so that one unreadable cell is one finding.

Shared by the declarations. Must not declare rules.
"""

from datetime import date
from functools import cache

import polars as pl

from core.reference import Reference
from core.rules import Context

SCOPE_STARTS = date(2008, 9, 1)
"""First day of conferral the lookup covers (notice, item 二)."""

NOT_A_DEGREE = "结业|肄业|研究生课程|课程班|进修|毕业证|专科(?:[^起升护]|$)"
"""Words of studies that end without a degree; 专科起点 and 专科升本科 do lead to one."""

_EARLIEST_BIRTH = date(1900, 1, 1)


@cache
def codes(reference: Reference, table: str) -> tuple[str, ...]:
    """The codes of a table; none when the table is not there."""
    if table not in reference.tables:
        return ()
    return tuple(dict.fromkeys(reference.table(table)["code"]))


def written(code: str) -> pl.Expr:
    """What a cell says without its outer spaces; null when it says nothing."""
    text = pl.col(code).str.strip_chars()
    return pl.when(text != "").then(text)


def text_agrees(value: str) -> pl.Expr:
    """The text beside a code is empty or stands for that code; `value` is a derived column with a `_told` twin."""
    told = pl.col(f"{value}_told")
    return told.is_null() | (told == pl.col(value)).fill_null(False)


def born_fits(context: Context) -> pl.Expr:
    """The birth date is a day on which a living person can have been born."""
    return pl.col("born").is_between(_EARLIEST_BIRTH, context.today).fill_null(False)


def conferred_fits(context: Context) -> pl.Expr:
    """The conferral date is a day that has come."""
    return (pl.col("conferred") <= context.today).fill_null(False)


def degree_fits(context: Context) -> pl.Expr:
    """The degree type is in the table, its text agrees, and it is a doctor's, master's or bachelor's."""
    return (
        pl.col("degree").is_in(codes(context.reference, "degrees"))
        & text_agrees("degree")
        & pl.col("level").is_in(["2", "3", "4"])
    ).fill_null(False)


def type_is_no_degree() -> pl.Expr:
    """The degree type itself says that no degree was conferred; code 998 is 无 in GB/T 6864-2003."""
    no_code = (pl.col("degree") == "998").fill_null(False)
    return no_code | pl.col("XWLB").str.contains(NOT_A_DEGREE).fill_null(False)


def stamp(day: str) -> pl.Expr:
    """A date column as the number yyyymmdd; differences of 10000 are whole years."""
    date_column = pl.col(day).dt
    return date_column.year() * 10000 + date_column.month().cast(pl.Int32) * 100 + date_column.day()


def whole_years(start: str, end: str) -> pl.Expr:
    """Completed years from one date column to another, as in an age."""
    return (stamp(end) - stamp(start)) // 10000


def months(start: str, end: str) -> pl.Expr:
    """Calendar months from one date column to another, the day left aside."""
    first, last = pl.col(start).dt, pl.col(end).dt
    return (last.year() - first.year()) * 12 + last.month().cast(pl.Int32) - first.month()
