"""总览: which statutory day is next, whether every record is accounted for, and what waits to be done."""

import streamlit as st

from core import balance
from core.vocabulary import Duty
from pages import _today
from pages._parts import cached, desk, empty, header
from pages._words import _

present = desk()
as_of = _("截至 {now:%Y-%m-%d %H:%M}").format(now=present.now())
header(present, _("今日"), _("下一个法定期限、每条记录的去向，以及现在要办的事。"), as_of)
sheet = cached(balance.sheet, present)
if sheet.is_empty():
    empty(_("还没有报送数据。接收第一个报送批次后，这里显示期限、收支平衡和待办。"))
    if present.actor.may(Duty.LOAD):
        st.page_link("pages/load.py", label=_("去接收报送"))
    st.stop()

left, right = st.columns(2)
with left:
    _today.deadlines(present, sheet)
with right:
    _today.todo(present, sheet)
    _today.overdue(present)
_today.balance(present, sheet)
left, right = st.columns([2, 3])
with left:
    _today.trend(present)
with right:
    _today.acts(present)
