"""Parts of 代码表: a table's lines searched and handed out, a file compared with it, and its way into a proposal."""

from datetime import date
from functools import partial

import polars as pl
import streamlit as st

from core import exporting
from core.desk import Desk
from core.errors import CentreError
from core.exporting import Format
from core.tables import TABLES, Table
from pages import _downloads, _export, _imports, _proposal, _reference, _tables
from pages._imports import Incoming
from pages._parts import announce, empty
from pages._words import _, plain, say

_BOM = b"\xef\xbb\xbf"


def lines(present: Desk, told: Table, table: pl.DataFrame) -> None:
    """A page of a table's lines, narrowed by any text in them; and the whole table to take away."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        searched = st.text_input(
            _("查找"), key=f"codes.text.{told.name}", type="search", placeholder=_("任何一列中的文字"), width=320
        )
        _downloads.hand(
            present, _("下载全表（CSV）"), partial(_as_csv, present, told, table), f"{told.name}.csv", key=f"codes.csv.{told.name}",
            mime="text/csv",
        )  # fmt: skip
        st.caption(_("下载的文件改好后可原样导入。"), width="content")
    found = _with(table, searched.strip().lower())
    if found.is_empty():
        empty(_("没有符合的行。换一个词。") if table.height else _("这张表是空的：依靠它的规则未检。由规则管理员导入。"))
        return
    page = _tables.pager(found.height, f"codes.page.{told.name}.{searched}")
    part = found.slice(page * _tables.PAGE, _tables.PAGE)
    _export.table(
        present, say(told), part, _reference.columns(part), key=f"codes.lines.{told.name}", rows=12, read=found,
        chosen=_export.filter_in_words({_("查找"): searched.strip() or None}),
    )


def covered(present: Desk, lines: pl.DataFrame) -> None:
    """For which keys and days the table is complete, a page at a time."""
    if lines.is_empty():
        st.caption(_("没有完整范围的说明：标准按全表使用；登记表缺少的内容不判错，只记为“参照表缺失”。"))
        return
    st.caption(_("在这些范围和日期内，表中没有的就是没有；此外缺少的不判错，只记为“参照表缺失”。"))
    page = _tables.pager(lines.height, "codes.covered.page")
    part = lines.slice(page * _tables.PAGE, _tables.PAGE)
    _export.table(present, _("完整范围"), part, _reference.columns(part), key="codes.covered", rows=10, read=lines)


def bring_in(present: Desk, told: Table) -> None:
    """A file of the whole table: what it would change, and only then its way into the proposal."""
    st.caption(_("上传整张表（CSV、XLSX、XLS，表头同下载的文件）。先看差异，加入修订方案、试算并生效后才改动。"))
    file = _uploader(told.name)
    if file is None:
        return
    try:
        incoming = _imports.plain_table(present, file, told, _proposal.current(present))
    except CentreError as refusal:
        st.error(plain(say(refusal)))
        return
    _propose(present, incoming)


def bring_list(present: Desk) -> None:
    """The ministry's list of schools of a day: what it would change of institutions and of their completeness."""
    st.caption(_("教育部公布的全国高等学校名单（XLS、XLSX、CSV）：只取本科学校；新校和新校名自名单之日起，不撤销任何学校。"))
    listed_on = st.date_input(
        _("名单截止日期"), None, max_value=present.now().date(), min_value=date(2008, 9, 1), format="YYYY-MM-DD",
        key="codes.listed", width=200,
    )  # fmt: skip
    file = _uploader("ministry")
    if file is None or listed_on is None:
        st.caption(_("请选择名单截止日期和文件。"))
        return
    try:
        incoming = _imports.ministry_list(present, file, listed_on, _proposal.current(present))
    except CentreError as refusal:
        st.error(plain(say(refusal)))
        return
    _propose(present, incoming)


def proposed(present: Desk, told: Table) -> None:
    """What the proposal under work would change of this table."""
    work = _proposal.peek()
    if work and told.name in work.tables and _proposal.may_keep(present):
        with st.container(border=True):
            st.markdown(_("这张表已在修订方案中，尚未生效。"))
            _difference(present, told.name, work.differences[told.name], key="proposed")
            st.page_link("pages/revision.py", label=_("打开规则修订，试算并生效"))


def _uploader(name: str) -> object:
    key = f"codes-file.{name}.{st.session_state.get('codes.round', 0)}"
    return st.file_uploader(_("代码表文件"), ["csv", "xlsx", "xls"], key=key, label_visibility="collapsed", max_upload_size=32)


def _propose(present: Desk, incoming: Incoming) -> None:
    changed = [name for name, found in incoming.differences.items() if found.height]
    if not changed:
        st.info(_("与现行的代码表相同，没有改动。"))
        return
    for name in changed:
        _difference(present, name, incoming.differences[name], key="incoming")
    if st.button(_("加入修订方案"), key="codes.propose", type="primary"):
        work = _proposal.current(present)
        for name in changed:
            work.put(name, incoming.tables[name], incoming.differences[name])
        _imports.forget()
        announce(_("已加入修订方案，尚未生效。请到“规则修订”试算并生效。"))


def told_apart(name: str, found: pl.DataFrame) -> str:
    """How many lines a change of a table adds, takes away and alters (`found` as core.tables.difference gives it)."""
    counts = dict(found["change"].value_counts().iter_rows())
    told = _("**{title}**：新增 {added:,} 行，删去 {gone:,} 行，改动 {altered:,} 行")
    return told.format(title=say(TABLES[name]), **{each: counts.get(each, 0) for each in ("added", "gone", "altered")})


def _difference(present: Desk, name: str, found: pl.DataFrame, *, key: str) -> None:
    words = {"added": _("新增"), "gone": _("删去"), "altered": _("改动")}
    st.markdown(told_apart(name, found))
    page = _tables.pager(found.height, f"codes.{key}.page.{name}.{found.height}")

    def shown(lines: pl.DataFrame) -> pl.DataFrame:
        return lines.with_columns(
            pl.col("change").replace_strict(words),
            *(pl.Series(side, [_reference.in_words(cell or "") for cell in lines[side]], pl.String) for side in ("before", "after")),
        )

    part = shown(found.slice(page * _tables.PAGE, _tables.PAGE))
    columns = {
        "change": _tables.text(_("变化"), width=60),
        "key": _tables.text(_("行"), width=200),
        "before": _tables.text(_("原内容"), width=330),
        "after": _tables.text(_("新内容"), width=330),
    }
    _export.table(present, say(TABLES[name]), part, columns, key=f"codes.{key}.{name}", rows=8, read=found, shape=shown)


def _with(table: pl.DataFrame, wanted: str) -> pl.DataFrame:
    if not wanted:
        return table
    cells = pl.concat_str(pl.all().cast(pl.String), separator="\n", ignore_nulls=True)
    return table.filter(cells.str.to_lowercase().str.contains(wanted, literal=True))


def _as_csv(present: Desk, told: Table, table: pl.DataFrame) -> bytes:
    exporting.note(present, "codes", say(told), Format.CSV, table.height)
    return _BOM + table.write_csv().encode()
