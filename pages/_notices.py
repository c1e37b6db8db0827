"""Making notices in two steps: what would be made, then making it."""

import polars as pl
import streamlit as st

from core import feedback
from core.deadlines import Term
from core.desk import Desk
from pages._parts import announce, reporting_errors
from pages._words import _


def issue(present: Desk, term: Term, waiting: pl.DataFrame) -> None:
    """The button, and once it is pressed the counts with a second one (`waiting` as `feedback.waiting` gives it)."""
    due = waiting.filter(pl.col("to_send") > 0)
    counts = {"units": due.height, "n": due["to_send"].sum()}
    asked = st.session_state.get("feedback.asked") == term.code and not due.is_empty()
    label = _("生成反馈单（{units} 个单位，{n:,} 条）").format(**counts)
    st.button(
        label, "feedback.ask", type="primary", disabled=due.is_empty() or asked, on_click=_ask, args=(term.code,)
    )
    if not asked:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        sentence = _("将给 **{units}** 个单位各生成一份反馈单，共 **{n:,}** 条记录转为“已反馈”。")
        st.markdown(sentence.format(**counts))
        if st.button(_("确认生成"), key="feedback.issue", type="primary"):
            with reporting_errors():
                issued = feedback.issue(present, term)
                _ask(None)
                announce(_("已生成 {n:,} 份反馈单。").format(n=issued))
        st.button(_("暂不生成"), key="feedback.stop", on_click=_ask, args=(None,))


def _ask(code: str | None) -> None:
    st.session_state["feedback.asked"] = code
