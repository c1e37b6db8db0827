"""The register of a feedback run: how far each notice has come, what was fetched, who has opened nothing; one as it is seen."""

from typing import Any

import polars as pl
import streamlit as st

from core import delivery
from core.delivery import Delivered
from core.desk import Desk
from core.feedback_workbook import COLUMNS
from core.vocabulary import Duty
from pages import _downloads, _export, _tables
from pages._parts import announce, empty, reporting_errors
from pages._words import _, actor_name, in_colour, named, say


def register(present: Desk, run_id: int) -> None:
    """The notices of a run; those ticked can be noted as acknowledged, one is shown as its institution sees it."""
    found = delivery.register(present, run_id)
    _downloads.bundles(present, run_id, found)
    who = [actor_name(key) if key else None for key in found["downloaded_by"]]
    lines = in_colour(named(found, "province", "institution"), delivered=Delivered).with_columns(
        downloaded_by=pl.Series(who, dtype=pl.String)
    )
    chosen = _export.ticked(
        present, _("反馈批次与送达"),
        lines,
        {
            "notice_id": _tables.number(_("编号"), width=50),
            "institution": _tables.text(_("学位授予单位"), width=188),
            "province": _tables.text(_("省份"), width=100),
            "records": _tables.count(_("记录"), width=60),
            "classified_records": _tables.count(_("其中涉密"), width=70),
            "round": _tables.count(_("轮次"), width=50),
            "delivered": _tables.status(_("送达"), Delivered, width=152),
            "due_on": _tables.day(_("答复期限"), width=92),
            "downloaded_at": _tables.moment(_("最近领取"), width=122),
            "downloaded_by": _tables.text(_("领取人"), width=90),
            "acknowledged_at": _tables.moment(_("签收"), width=122),
            "made_at": _tables.moment(_("生成"), width=122),
        },
        key=f"feedback.register.{run_id}",
        rows=8,
    )
    if chosen.is_empty():
        st.caption(_("勾选反馈单，可以登记签收；只勾一份时，可以下载并按单位所见预览。"))
        return
    if present.actor.may(Duty.FEEDBACK) or present.actor.may(Duty.APPROVE):
        _acknowledge(present, chosen["notice_id"].to_list())
    if chosen.height == 1:
        _preview(present, chosen.row(0, named=True))


def unopened(present: Desk, run_id: int) -> None:
    """Provinces with notices nobody there has fetched or acknowledged, and for how long."""
    found = delivery.unopened(present, run_id)
    if found.is_empty():
        empty(_("这一批的反馈单都已领取或签收。"))
        return
    st.caption(_("未领取：本省没有人下载过，单位也没有签收；学位中心自己下载不算。"))
    _export.table(
        present, _("未领取"),
        named(found, "province"),
        {
            "province": _tables.text(_("省份"), width=120),
            "unopened": _tables.count(_("未领取"), width=80),
            "notices": _tables.count(_("反馈单"), width=80),
            "records": _tables.count(_("涉及记录"), width=80),
            "days": _tables.count(_("已过天数"), width=80),
        },
        key=f"feedback.unopened.{run_id}",
        width=560,
    )


def _acknowledge(present: Desk, notice_ids: list[int]) -> None:
    with st.form(f"feedback.acknowledge.{notice_ids[0]}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        note = st.text_input(_("签收方式（必填）"), placeholder=_("如：回执文号、电话核实人"), width=360)
        pressed = st.form_submit_button(_("登记签收（{n:,} 份）").format(n=len(notice_ids)))
    if pressed:
        with reporting_errors():
            done = delivery.acknowledge(present, notice_ids, note=note)
            announce(_("已登记 {n:,} 份反馈单签收。").format(n=done))


def _preview(present: Desk, notice: dict[str, Any]) -> None:
    st.subheader(_("单位所见：{unit}").format(unit=notice["institution"]), anchor=False)
    _downloads.notice(present, notice["notice_id"])
    rows = delivery.preview(present, notice["notice_id"])
    if notice["classified_records"]:
        st.caption(_("另有 {n:,} 条涉密记录只告知数量，不列入。").format(n=notice["classified_records"]))
    if rows.is_empty():
        return
    page = _tables.pager(rows.height, f"feedback.preview.page.{notice['notice_id']}", quiet=True)
    columns = {
        column.key: _tables.text(say(column), width=min(260, 12 * column.width)) for column in COLUMNS if column.key in rows.columns
    }
    _tables.show(
        rows.slice(page * _tables.PAGE, _tables.PAGE), columns, key=f"feedback.preview.{notice['notice_id']}.{page}", rows=10
    )
