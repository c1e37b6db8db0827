"""省级审核: filings that wait for the province's word, passed several at a time by one document (notice item two)."""

import polars as pl
import streamlit as st

from core import review
from core.desk import Desk
from core.vocabulary import Category, Duty
from pages import _export, _filters, _scans, _tables
from pages._parts import announce, desk, empty, header, reporting_errors
from pages._words import _, in_words, named

_DATE, _DOCUMENT, _SCAN = "review.date", "review.document", "review.scan"


def _pass(present: Desk, chosen: pl.DataFrame) -> None:
    """What passing these filings means, then the document it is done by."""
    records, withheld = chosen["records"].sum(), chosen["withheld"].sum()
    st.info(
        _("将通过 {filings:,} 个批次，共 {records:,} 条记录；其中 {withheld:,} 条暂不提供查询，通过后列入反馈。").format(
            filings=chosen.height, records=records, withheld=withheld
        )
    )
    with st.form("review.approve", border=False):
        first, second = st.columns(2)
        first.date_input(_("审核日期"), present.now().date(), format="YYYY-MM-DD", key=_DATE)
        second.text_input(_("审核文号"), key=_DOCUMENT)
        _scans.ask(_("审核文件扫描件（PDF或JPG，选填）"), key=_SCAN)
        st.form_submit_button(_("登记审核通过"), type="primary", on_click=_confirm, args=(chosen,))


def _confirm(seen: pl.DataFrame) -> None:
    """What the person confirms is what stood on the screen, whatever the store says by now."""
    told = st.session_state
    told["review.confirmed"] = seen, told[_DATE], told[_DOCUMENT], told[_SCAN]


def _passed(present: Desk) -> None:
    """Pass what was just confirmed, if anything was."""
    confirmed = st.session_state.pop("review.confirmed", None)
    if confirmed is None:
        return
    seen, approved_on, document, file = confirmed
    with reporting_errors():
        records = review.approve_all(
            present, seen, approved_on=approved_on, document=document, scan=_scans.keep(present, file)
        )
        announce(_("{filings:,} 个批次已登记省级审核通过，共 {records:,} 条记录。").format(filings=seen.height, records=records))


present = desk(Duty.APPROVE)
_filters.read("review", "term", "province")
header(present, _("省级审核"), _("等待省级审核的批次；勾选后一并登记通过，要退回的到报送台账逐个退回并写明理由。"))
_passed(present)
places = st.columns([2, 2, 5])
with places[0]:
    term = _filters.choose("review", "term", _("学期"), _filters.terms(present), every=_("全部学期"))
with places[1]:
    province = _filters.choose("review", "province", _("省份"), _filters.provinces(present), every=_("全部省份"))

waiting = review.waiting(present, term=term, province=province)
if waiting.is_empty():
    empty(_("没有等待省级审核的批次。新批次接收后列在这里。"))
    st.stop()
st.caption(_("共 {filings:,} 个批次、{records:,} 条记录，等得最久的在前。").format(
    filings=waiting.height, records=waiting["records"].sum()
))  # fmt: skip
shown = in_words(named(waiting, "institution"), "category", Category)
chosen = _export.ticked(
    present, _("省级审核"),
    shown,
    {
        "filing_id": _tables.number(_("批次"), width=50),
        "version": _tables.number(_("版本"), width=50),
        "term": _tables.text(_("学期"), width=62),
        "institution": _tables.text(_("学位授予单位"), width=180),
        "category": _tables.text(_("报送类别")),
        "records": _tables.count(_("记录数"), width=70),
        "withheld": _tables.count(_("暂不提供"), width=76),
        "incomplete": _tables.count(_("不完整"), width=66),
        "inaccurate": _tables.count(_("不准确"), width=66),
        "policy": _tables.count(_("涉嫌违规"), width=76),
        "received_at": _tables.moment(_("接收时间"), width=125),
    },
    key=f"review.table.{hash(tuple(waiting['filing_id']))}",
    chosen=_export.filter_in_words({_("学期"): term, _("省份"): _filters.provinces(present).get(province or "")}),
)
if chosen.is_empty():
    st.caption(_("勾选批次后，在这里登记审核日期和文号。"))
else:
    _pass(present, chosen)
