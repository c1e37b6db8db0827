"""记录详情: the certificate as it would be published, what was filed, what was found, and every check."""

import polars as pl
import streamlit as st

from core import inspection, views
from core.errors import NotFound
from core.vocabulary import Duty
from pages import _certificate, _correcting, _photos, _revealing, _revoked
from pages._parts import desk, empty, header, is_number
from pages._words import _, plain, say

present = desk(Duty.READ)
action = header(present, _("记录详情"), _("报送内容与问题并列；按记录编号查找，或从核查队列逐条进入。"))

asked = st.query_params.get("record_id", "")
with st.container(horizontal=True, vertical_alignment="bottom"):
    typed = st.text_input(_("记录编号"), asked, key=f"record.number.{asked}", type="search", width=220)
    before, after = _certificate.neighbours(asked)
    for place, sentence, shortcut in ((before, _("上一条"), "Alt+Left"), (after, _("下一条"), "Alt+Right")):
        if st.button(sentence, key=f"record.{shortcut}", disabled=place is None, shortcut=shortcut):
            st.query_params["record_id"] = str(place)
            st.rerun()
    if st.button(_("回到核查队列"), key="record.back"):
        st.switch_page("pages/queue.py")
if typed.strip() != asked:
    st.query_params["record_id"] = typed.strip()
    st.rerun()
if not is_number(asked):
    empty(_("请输入记录编号（反馈表第一列、核查队列第一列都有），或从核查队列点选一条。"))
    st.stop()

try:
    head = views.record(present, int(asked))
except NotFound as refusal:
    st.warning(plain(say(refusal)))
    st.stop()
findings = views.record_findings(present, head)
filed = views.filed_row(present, head)
checks = inspection.record_checks(present, head, findings)

_certificate.head(head)
_revoked.of_record(present, head["record_id"])
left, right = st.columns(2)
with left:
    _certificate.photo(present, head["record_id"])
    _photos.one(present, head)
    _certificate.certificate(filed, findings)
    _revealing.of_record(present, head, filed)
with right:
    _certificate.findings(findings)
    _certificate.explained(present, head)
    _certificate.checks(checks)
with st.expander(_("全部报送字段（{n} 个）").format(n=sum(1 for value in filed.values() if value))):
    _certificate.filed_fields(filed, pl.Series(findings["field"]).to_list())
_correcting.of_record(present, head, filed)
