"""Tables: compact, paged by the store, with one way to write counts, dates and statuses, and no ID number in full.

Must not know the session or what a screen is for.
"""

from collections.abc import Mapping
from math import ceil
from typing import Any

import polars as pl
import streamlit as st

from core import masking
from pages._charts import COLOURS
from pages._words import _, say

PAGE = 50
"""Rows on one page of a table."""

_ROW, _HEAD = 30, 34


def show(
    frame: pl.DataFrame,
    columns: Mapping[str, Any],
    *,
    key: str,
    select: bool = False,
    rows: int = 12,
    width: int | str = "stretch",
    invented: bool = False,
) -> Any:
    """A compact table of the named columns only, at most so many rows high. Of `invented` persons even ID numbers are shown.

    With `select`, returns the chosen row as a dict, or None.
    """
    shown = frame.select(*columns)
    state = st.dataframe(
        shown if invented else masking.frame(shown),
        column_config=dict(columns),
        hide_index=True,
        row_height=_ROW,
        key=key,
        width=width,
        height=_HEAD + _ROW * max(1, min(rows, frame.height)),
        on_select="rerun" if select else "ignore",
        selection_mode="single-row",
        placeholder="—",
    )
    chosen = state.selection.rows if select else []
    return frame.row(chosen[0], named=True) if chosen and chosen[0] < frame.height else None


def choose(frame: pl.DataFrame, columns: Mapping[str, Any], *, key: str, rows: int = 12) -> pl.DataFrame:
    """The same table with a box before each row; returns the rows ticked. The key must change with the rows."""
    state = st.dataframe(
        masking.frame(frame.select(*columns)), column_config=dict(columns), hide_index=True, row_height=_ROW, key=key, width="stretch",
        height=_HEAD + _ROW * max(1, min(rows, frame.height)), on_select="rerun", selection_mode="multi-row", placeholder="—",
    )  # fmt: skip
    return frame[[row for row in state.selection.rows if row < frame.height]]


def pager(total: int, key: str, *, quiet: bool = False) -> int:
    """The row of a paged table that says how many there are and turns pages. Returns the page, from zero.

    With `quiet`, a table of one page goes without it.
    """
    pages = max(1, ceil(total / PAGE))
    if quiet and pages == 1:
        return 0
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.caption(_("共 {total:,} 条，每页 {size} 条").format(total=total, size=PAGE), width="content")
        number = st.pagination(pages, key=key, width="stretch")
    return min(number, pages) - 1


def text(label: str, **more: Any) -> Any:
    """A column of text or codes."""
    return st.column_config.TextColumn(label, **more)


def count(label: str, **more: Any) -> Any:
    """A column of counts, with thousands separators."""
    return st.column_config.NumberColumn(label, format="localized", **more)


def number(label: str, **more: Any) -> Any:
    """A column of reference numbers, without separators."""
    return st.column_config.NumberColumn(label, format="%d", **more)


def percent(label: str) -> Any:
    """A column of shares of a hundred."""
    return st.column_config.NumberColumn(label, format="%.2f%%")


def share(label: str, **more: Any) -> Any:
    """A column of shares of one, as percentages."""
    return st.column_config.NumberColumn(label, format="percent", **more)


def day(label: str, **more: Any) -> Any:
    """A column of dates."""
    return st.column_config.DateColumn(label, format="YYYY-MM-DD", **more)


def moment(label: str, **more: Any) -> Any:
    """A column of times, to the minute."""
    return st.column_config.DatetimeColumn(label, format="YYYY-MM-DD HH:mm", **more)


def status(label: str, word: Any, **more: Any) -> Any:
    """A column of words of the vocabulary, each in its own colour."""
    return st.column_config.MultiselectColumn(
        label, options=[say(each) for each in word], color=[COLOURS[str(each)] for each in word], **more
    )
