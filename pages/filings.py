"""报送台账: every filing with its status; one filing's checks, and the province's word on it (notice item two)."""

import polars as pl
import streamlit as st

from core import views
from core.lifecycle import FilingStatus
from core.views import FilingFilter
from core.vocabulary import Category, Duty
from pages import _export, _filing, _filters, _tables
from pages._parts import desk, empty, header, is_number
from pages._words import _, in_colour, in_words, named, say

present = desk(Duty.READ)
chosen = _filters.read("filings", "term", "province", "status", "text", "filing_id")
header(present, _("报送台账"), _("每个报送批次的状态；选一个批次看检查结果，登记省级审核或退回。"))

places = st.columns([2, 2, 2, 3])
with places[0]:
    term = _filters.choose("filings", "term", _("学期"), _filters.terms(present), every=_("全部学期"))
with places[1]:
    province = _filters.choose("filings", "province", _("省份"), _filters.provinces(present), every=_("全部省份"))
with places[2]:
    state = _filters.choose(
        "filings", "status", _("批次状态"), {str(each): say(each) for each in FilingStatus}, every=_("全部状态")
    )
with places[3]:
    searched = st.text_input(
        _("单位或文件名"),
        chosen["text"] or "",
        key="filings.text",
        type="search",
        placeholder=_("单位代码、名称或文件名的一部分"),
    )


def shown(lines: pl.DataFrame) -> pl.DataFrame:
    """Filings in words."""
    return in_colour(in_words(named(lines, "province", "institution"), "category", Category), status=FilingStatus)


wanted = FilingFilter(term, province, state, searched.strip() or None)
total = views.filings_total(present, wanted)
if not total:
    empty(_("没有符合条件的报送批次。放宽条件，或先接收报送。"))
    st.stop()
page = _tables.pager(total, f"filings.page.{wanted}")
columns = {
    "filing_id": _tables.number(_("批次"), width=50),
    "status": _tables.status(_("状态"), FilingStatus),
    "term": _tables.text(_("学期"), width=62),
    "province": _tables.text(_("省份"), width=94),
    "institution": _tables.text(_("学位授予单位"), width=160),
    "category": _tables.text(_("报送类别"), width=204),
    "records": _tables.count(_("记录数"), width=60),
    "received_at": _tables.moment(_("接收时间"), width=125),
    "file_name": _tables.text(_("文件名")),
}
picked = _tables.show(
    shown(views.filings(present, wanted, page=page)),
    columns,
    key=f"filings.table.{wanted}.{page}",
    select=True,
)
_export.offer(
    present, _("报送台账"), columns, lambda desk, part, size: views.filings(desk, wanted, page=part, size=size), name="filings",
    shape=shown, chosen=_export.filter_in_words({
        _("学期"): term, _("省份"): _filters.provinces(present).get(province or ""),
        _("批次状态"): say(FilingStatus(state)) if state else None, _("单位或文件名"): wanted.text,
    }),
)  # fmt: skip
if picked:
    _filters.put("filings", filing_id=str(picked["filing_id"]))
    chosen["filing_id"] = str(picked["filing_id"])
if is_number(chosen["filing_id"]):
    _filing.detail(present, int(chosen["filing_id"]))
else:
    st.caption(_("点选一行查看批次详情。"))
