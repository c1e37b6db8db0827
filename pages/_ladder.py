"""Institutions that have not answered: whom to remind, whom to list to the province, and how each has answered so far."""

from functools import partial

import polars as pl
import streamlit as st

from core import ladder
from core.desk import Desk
from core.ladder import Step
from core.vocabulary import Duty
from pages import _downloads, _export, _tables
from pages._parts import announce, empty, reporting_errors
from pages._words import _, in_colour, named


def standing(present: Desk) -> None:
    """The notices with records still unanswered, the longest overdue first; steps are noted for those ticked."""
    found = ladder.standing(present)
    if found.is_empty():
        empty(_("没有未答复的反馈单。"))
        return
    due = found.filter(pl.col("step").is_in([str(Step.ESCALATE), str(Step.ESCALATED)]))
    st.caption(_("答复期限过后先催答；再过 5 个工作日仍未答复的，列入清单报省级学位办。逾期按工作日计。"))
    chosen = _export.ticked(
        present, _("催答"),
        in_colour(named(found, "province", "institution"), step=Step),
        {
            "notice_id": _tables.number(_("编号"), width=50),
            "institution": _tables.text(_("学位授予单位"), width=200),
            "province": _tables.text(_("省份"), width=90),
            "outstanding": _tables.count(_("未答复"), width=84),
            "answered": _tables.count(_("已答复"), width=70),
            "due_on": _tables.day(_("答复期限"), width=95),
            "days_overdue": _tables.count(_("逾期工作日"), width=88),
            "step": _tables.status(_("催答步骤"), Step, width=122),
            "reminders": _tables.count(_("催答次数"), width=72),
            "reminded_at": _tables.moment(_("最近催答"), width=124),
            "escalated_at": _tables.moment(_("报省级"), width=124),
        },
        key=f"feedback.ladder.{present.db.version}",
        rows=8,
    )
    with st.container(horizontal=True):
        if present.actor.may(Duty.FEEDBACK):
            ids = chosen["notice_id"].to_list()
            if st.button(_("记为已催答"), key="ladder.remind", disabled=not ids):
                with reporting_errors():
                    announce(_("已记 {n:,} 份反馈单催答；未到期的不记。").format(n=ladder.remind(present, ids)))
            if st.button(_("记为已报省级"), key="ladder.escalate", disabled=not ids):
                with reporting_errors():
                    announce(_("已记 {n:,} 份反馈单报省级；未到这一步的不记。").format(n=ladder.escalate(present, ids)))
        if not due.is_empty():
            _downloads.hand(
                present, _("下载报省级清单（{n:,} 份）").format(n=due.height), partial(ladder.workbook, present),
                f"反馈_逾期未答复_{present.now():%Y%m%d}.xlsx", key="ladder.list", mime=_downloads.XLSX,
            )


def timeliness(present: Desk) -> None:
    """How each institution has answered over all rounds."""
    found = ladder.timeliness(present)
    if found.is_empty():
        return
    st.subheader(_("各单位答复及时情况"), anchor=False)
    _export.table(
        present, _("各单位答复及时情况"),
        named(found, "province", "institution"),
        {
            "institution": _tables.text(_("学位授予单位"), width=200),
            "province": _tables.text(_("省份"), width=90),
            "records": _tables.count(_("反馈记录"), width=76),
            "in_time": _tables.count(_("按期答复"), width=76),
            "late": _tables.count(_("逾期答复"), width=76),
            "never": _tables.count(_("逾期未答"), width=76),
            "not_yet": _tables.count(_("期限未到"), width=76),
            "settled": _tables.count(_("无需答复"), width=76),
            "median_days": _tables.count(_("答复天数中位数"), width=110),
        },
        key="feedback.timeliness",
        rows=8,
    )
