"""上网发布: what a semester's records wait for, what would go up now, and putting it there (article 5)."""

import streamlit as st

from core import publication
from core.vocabulary import Duty
from pages import _filters, _gate
from pages._parts import desk, header
from pages._words import _

present = desk(Duty.READ)
header(present, _("上网发布"), _("省级审核通过、符合查询要求的记录上网提供查询；其余留下，并说明原因。"))

picker, deadline, waiting = st.columns([3, 1, 1])
with picker:
    term = _filters.term("publish", present)
counted = publication.by_province(present, term)
ready = counted["ready"].sum()
deadline.metric(_("上网截止"), f"{term.publish_by:%Y-%m-%d}")
waiting.metric(_("现在可上网"), f"{ready:,}")
if not ready:
    st.caption(_("现在没有可上网的记录：都已上网，或还待省级审核、暂不提供。"))
elif present.actor.may(Duty.PUBLISH):
    _gate.confirm(present, term)
else:
    st.caption(_("上网由发布员办理；这里可以查看。"))

left, right = st.columns([13, 8])
with left:
    _gate.listed(present, term)
with right:
    _gate.by_province(counted)
if present.actor.province is None:
    _gate.runs(present)
