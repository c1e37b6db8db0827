"""收支平衡: what was received against where it is now, by semester, province, institution and filing (articles 5, 6, 11)."""

import polars as pl
import streamlit as st

from core import balance
from core.balance import BalanceFilter
from core.vocabulary import Duty
from pages import _export, _filters, _sheet
from pages._parts import cached, desk, empty, header
from pages._words import _

present = desk(Duty.READ)
asked = _filters.read("balance", "by", "term", "province", "institution", "gaps")
as_of = _("截至 {now:%Y-%m-%d %H:%M}").format(now=present.now())
header(present, _("收支平衡"), _("收到的每条记录现在在哪里；差额不为零的，逐级查到批次。"), as_of)

grain, first, second, third = st.columns([5, 3, 3, 2], vertical_alignment="bottom")
with grain:
    by = _sheet.choose_grain()
with first:
    term = _filters.choose("balance", "term", _("学期"), _filters.terms(present), every=_("全部学期"))
with second:
    province = _filters.choose("balance", "province", _("省份"), _filters.provinces(present), every=_("全部省份"))
with third:
    gaps = _filters.choose("balance", "gaps", _("差额"), {"1": _("仅看差额")}, every=_("不限"))

chosen = BalanceFilter(term, province, asked["institution"])
_sheet.narrowed(chosen)
sheet = cached(balance.sheet, present, chosen, by=by)
if not _sheet.alarm(sheet) and not sheet.is_empty():
    st.success(_("收支相符：收到 {n:,} 条，去向逐条对上。").format(n=sheet["received"].sum()))
_sheet.equation()
if gaps:
    sheet = sheet.filter(pl.col("gap") != 0)
if sheet.is_empty():
    empty(_("没有符合条件的内容。放宽条件，或先接收报送。"))
    st.stop()
_sheet.table(sheet, by, chosen)
_export.offer(
    present, _("收支平衡"), _sheet.columns(by), lambda desk, part, size: balance.sheet(desk, chosen, by=by)
    .filter(pl.col("gap") != 0 if gaps else pl.lit(True)).slice(part * size, size),
    name="balance", shape=lambda lines: _sheet.shown(lines, by), chosen=_export.filter_in_words({
        _("按此分列"): _sheet.grains()[by], _("学期"): term, _("省份"): _filters.provinces(present).get(province or ""),
        _("学位授予单位"): chosen.institution, _("差额"): _("仅看差额") if gaps else None,
    }),
)  # fmt: skip
