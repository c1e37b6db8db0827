"""当日撤下: what is on line taken down at once, previewed with its count, and put back (articles 2 and 10)."""

import streamlit as st

from core import offline
from core.vocabulary import Duty
from pages import _down
from pages._parts import desk, empty, header
from pages._words import _

present = desk(Duty.READ)
header(present, _("当日撤下"), _("已上网的记录发现有误、涉密或涉嫌违规的，不等月度办理，当日从公众查询撤下；记录留存，可以恢复。"))

if present.actor.may(Duty.PUBLISH):
    _down.ask(present)
else:
    st.caption(_("撤下和恢复由发布员办理；这里可以查看。"))
st.subheader(_("历次撤下"), anchor=False)
told = offline.listed(present)
if told.is_empty():
    empty(_("还没有撤下过。撤下的记录在这里逐次列出，可以恢复。"))
    st.stop()
_down.listed(present, told)
