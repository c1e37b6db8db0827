"""暂不查询核查: withheld records, narrowed by province, institution, class and rule, down to one record."""

import polars as pl
import streamlit as st

from core import queue
from core.lifecycle import CaseStatus
from core.queue import QueueFilter
from core.rules import RULES
from core.vocabulary import Duty, FindingClass, Level
from pages import _drill, _export, _filters, _tables
from pages._parts import cached, desk, empty, header
from pages._words import _, in_colour, named, say

present = desk(Duty.READ)
chosen = _filters.read("queue", "term", "province", "institution", "level", "cls", "rule", "status")
header(present, _("暂不查询核查"), _("暂不提供网上查询的记录：先看原因集中在哪里，再逐条核查。"))

places = st.columns(3)
with places[0]:
    _filters.choose("queue", "term", _("学期"), _filters.terms(present), every=_("全部学期"))
with places[1]:
    _filters.choose("queue", "level", _("学位级别"), {str(each): say(each) for each in Level}, every=_("全部级别"))
with places[2]:
    _filters.choose(
        "queue",
        "status",
        _("核实状态"),
        {str(each): say(each) for each in CaseStatus if each != CaseStatus.CLOSED},
        every=_("全部状态"),
    )
wanted = QueueFilter(**chosen)
_drill.chips(chosen)



def shown(lines: pl.DataFrame) -> pl.DataFrame:
    """Withheld records in words, each with the sentences of its checks."""
    sentences = {code: f"{code} {say(rule)}" for code, rule in RULES.items()}
    return in_colour(named(lines, "institution"), status=CaseStatus, reason=FindingClass).with_columns(
        why=pl.col("rules").list.eval(pl.element().replace(sentences)).list.join(" ")
    )


total = cached(queue.total, present, wanted)
if not total:
    empty(_("没有符合条件的暂不提供记录。去掉一些条件；涉密记录只有保密岗位可见。"))
    st.stop()
left, right = st.columns([4, 11])
with left:
    _drill.narrow(present, wanted)
with right:
    page = _tables.pager(total, f"queue.page.{wanted}")
    found = shown(queue.page(present, wanted, number=page))
    columns = {
        "record_id": _tables.number(_("记录编号"), width=66),
        "name": _tables.text(_("姓名"), width=72),
        "reason": _tables.status(_("原因"), FindingClass),
        "why": _tables.text(_("问题"), width=250),
        "status": _tables.status(_("核实状态"), CaseStatus),
        "institution": _tables.text(_("学位授予单位"), width=145),
        "round": _tables.count(_("轮次")),
        "term": _tables.text(_("学期")),
        "certificate_no": _tables.text(_("证书编号")),
        "opened_at": _tables.moment(_("立案时间")),
    }
    picked = _tables.show(
        found,
        columns,
        key=f"queue.table.{wanted}.{page}",
        select=True,
        rows=15,
    )
    st.caption(_("点选一行打开记录详情。"))
    _export.offer(
        present, _("暂不查询核查"), columns, lambda desk, part, size: queue.page(desk, wanted, number=part, size=size),
        name="queue", shape=shown, chosen=_export.filter_in_words(_drill.told(chosen)),
    )
    if picked:
        st.session_state["record.neighbours"] = found["record_id"].to_list()
        st.switch_page("pages/record.py", query_params={"record_id": str(picked["record_id"])})
