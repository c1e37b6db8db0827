"""Freezing a feedback run in two steps: what it would send, then sending it; its bundles are then made as a job."""

import polars as pl
import streamlit as st

from core import feedback, feedback_job
from core.deadlines import Term
from core.desk import Desk
from pages import _watching
from pages._parts import announce, reporting_errors, runner
from pages._words import _


def issue(present: Desk, term: Term, waiting: pl.DataFrame) -> None:
    """The buttons for a semester's run and a month's round, and once one is pressed the counts with a second one.

    `waiting` as `feedback.waiting` gives it for the semester.
    """
    today = present.now().date()
    month = f"{today.year - (today.month == 1)}-{(today.month - 2) % 12 + 1:02}"
    offered = {
        term.code: (waiting, _("生成反馈单（{units} 个单位，{n:,} 条）")),
        month: (feedback.waiting(present, None), _("生成 {month} 月度反馈（{units} 个单位，{n:,} 条）")),
    }
    due = {what: table.filter(pl.col("to_send") > 0) for what, (table, _label) in offered.items()}
    asked = st.session_state.get("feedback.asked")
    with st.container(horizontal=True):
        for key, what in (("feedback.ask", term.code), ("feedback.ask.month", month)):
            counts = _counts(due[what])
            st.button(
                offered[what][1].format(month=month, **counts), key, on_click=_ask, args=(what,),
                type="primary" if what == term.code else "secondary", disabled=not counts["n"] or asked == what,
            )
    if asked in due and not due[asked].is_empty():
        _confirm(present, term, asked, _counts(due[asked]))


def made(present: Desk, run_id: int) -> None:
    """The button that has the bundles of a run made, where they are not."""
    if st.button(_("生成反馈包"), key="feedback.make", type="primary"):
        with reporting_errors():
            _make(present, run_id)
            st.rerun()


def _confirm(present: Desk, term: Term, asked: str, counts: dict[str, int]) -> None:
    with st.container(border=True):
        sentence = _("将冻结清单，给 **{units}** 个单位各生成一份反馈单，共 **{n:,}** 条记录转为“已反馈”；反馈包随后在后台生成。")
        st.markdown(sentence.format(**counts))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            contacts = st.text_input(
                _("联系方式（写入反馈函）"), key="feedback.contacts", placeholder=_("如：数据部 张老师 010-12345678"), width=360
            )
            if st.button(_("确认生成"), key="feedback.issue", type="primary"):
                with reporting_errors():
                    if asked == term.code:
                        issued = feedback.issue(present, term, contacts=contacts)
                    else:
                        issued = feedback.issue_month(present, asked, contacts=contacts)
                    if issued:
                        _make(present, feedback.runs(present)["run_id"][0])
                        st.session_state.pop("feedback.run", None)
                    _ask(None)
                    announce(_("已生成 {n:,} 份反馈单。").format(n=issued))
            st.button(_("暂不生成"), key="feedback.stop", on_click=_ask, args=(None,))


def _make(present: Desk, run_id: int) -> None:
    job_id = feedback_job.ask(present, run_id)
    runner().add([job_id])
    _watching.ask(job_id)


def _counts(due: pl.DataFrame) -> dict[str, int]:
    return {"units": due.height, "n": due["to_send"].sum()}


def _ask(what: str | None) -> None:
    st.session_state["feedback.asked"] = what
