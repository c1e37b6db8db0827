"""上网发布: the gate, publication runs from draft to release by a second person, and what was public on any past day (article 5)."""

import streamlit as st

from core.vocabulary import Duty
from pages import _filters, _gate, _past, _runs
from pages._parts import desk, header
from pages._words import _

present = desk(Duty.READ)
header(present, _("上网发布"), _("过关、冻结清单，由第二人放行；放行即上网，同时写出数据包。有事项的记录留下，不耽误其他记录。"))

views = {"runs": _("上网批次"), "past": _("往日公开")}
picked = st.segmented_control(
    _("看什么"), list(views), default=st.query_params.get("view") if st.query_params.get("view") in views else "runs",
    format_func=views.get, required=True, key="publish.view", label_visibility="collapsed",
)  # fmt: skip
if picked == "past":
    _past.draw(present)
else:
    picker, figures = st.columns([1, 2])
    with picker:
        term = _filters.term("publish", present)
    with figures:
        _gate.head(present, term)
    left, right = st.columns([5, 4])
    with left:
        _gate.listed(present, term)
    with right:
        _gate.by_province(present, term)
    _runs.draw(present)
