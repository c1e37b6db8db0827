"""The balance sheet on the screen: where every record received is now, red where it does not close, down to one filing."""

import polars as pl
import streamlit as st

from core.balance import BalanceFilter
from pages import _filters, _tables
from pages._words import _, language, listed

_NEXT = {"term": ("province", "term"), "province": ("institution", "province"), "institution": ("filing", "institution")}
"""What a chosen line is looked at by next, and the filter it becomes."""


def grains() -> dict[str, str]:
    """What the sheet can be drawn up by."""
    return {"term": _("学期"), "province": _("省份"), "institution": _("学位授予单位"), "filing": _("报送批次")}


def equation() -> None:
    """What the sheet says when it closes."""
    st.caption(_("收到 ＝ 已上网 ＋ 待上网 ＋ 暂不提供（四类） ＋ 不属范围 ＋ 学位撤销 ＋ 备案撤销 ＋ 被更正取代。"))


def alarm(sheet: pl.DataFrame) -> bool:
    """A red sentence when anything received is not accounted for; tells whether it was shown."""
    gaps = sheet.filter(pl.col("gap") != 0)
    if gaps.is_empty():
        return False
    sentence = _("收支不平：{n:,} 项的收到记录与去向不符（{which}），合计相差 {gap:,} 条。请立即报告系统管理员。")
    shown = named(gaps)["name"].head(5).to_list() + ["…"] * (gaps.height > 5)
    st.error(sentence.format(n=gaps.height, which=listed(shown), gap=gaps["gap"].abs().sum()))
    return True


def named(sheet: pl.DataFrame) -> pl.DataFrame:
    """The sheet with `name`: of a province or institution its name, else the semester or the filing's number."""
    names = [pl.col(f"{each}") for each in (language(), "zh") if each in sheet.columns and "file_name" not in sheet.columns]
    return sheet.with_columns(pl.coalesce(*names, pl.col("key").cast(pl.String)).alias("name"))


def columns(by: str) -> dict[str, object]:
    """The sheet's columns with their headings."""
    counts = {
        "received": _("收到"), "published": _("已上网"), "cleared": _("待上网"), "classified": _("涉密"),
        "incomplete": _("不完整"), "inaccurate": _("不准确"), "policy": _("涉嫌违规"), "out_of_scope": _("不属范围"),
        "revoked": _("学位撤销"), "withdrawn": _("备案撤销"), "superseded": _("被取代"), "gap": _("差额"),
    }  # fmt: skip
    told = {"name": _tables.text(grains()[by], width=180 if by == "institution" else 100)}
    if by == "filing":
        told |= {"term": _tables.text(_("学期"), width=70), "institution": _tables.text(_("学位授予单位"), width=150)}
    return told | {name: _tables.count(label) for name, label in counts.items()}


def shown(sheet: pl.DataFrame, by: str) -> pl.DataFrame:
    """The sheet as its table shows it: of a filing its institution by name."""
    told = named(sheet)
    if by == "filing":
        told = told.with_columns(pl.coalesce(*dict.fromkeys((language(), "zh", "institution"))).alias("institution"))
    return told


def choose_grain() -> str:
    """By what the sheet is drawn up: as the address says, a semester at a time unless it does."""
    told = st.session_state.get("balance.filters", {}).get("by")
    by = st.segmented_control(
        _("按此分列"), list(grains()), default=told if told in grains() else "term", format_func=grains().get, required=True,
        key=f"balance.by.{told}",
    )  # fmt: skip
    if by != told:
        _filters.put("balance", by=by)
    return by


def table(sheet: pl.DataFrame, by: str, chosen: BalanceFilter) -> None:
    """A page of the sheet; a chosen line is looked at more closely."""
    page = _tables.pager(sheet.height, f"balance.page.{by}.{chosen}", quiet=True)
    part = shown(sheet.slice(page * _tables.PAGE, _tables.PAGE), by)
    picked = _tables.show(part, columns(by), key=f"balance.table.{by}.{chosen}.{page}", select=True, rows=14)
    if by == "filing":
        st.caption(_("点选一行打开批次。"))
    else:
        st.caption(_("点选一行，看它分列到下一级。"))
    if picked and by == "filing":
        st.switch_page("pages/filings.py", query_params={"filing_id": str(picked["key"])})
    if picked:
        further, name = _NEXT[by]
        _filters.put("balance", by=further, **{name: str(picked["key"])})
        st.rerun()


def narrowed(chosen: BalanceFilter) -> None:
    """The institution looked at, with a button that takes it away; semester and province have boxes of their own."""
    if chosen.institution and st.button(f"{chosen.institution}  ✕", key="balance.drop", help=_("去掉这个条件")):
        _filters.put("balance", institution=None)
        st.rerun()

