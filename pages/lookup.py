"""学位查询: what the public sees of a certificate, given its holder's name and its number (article 3)."""

import polars as pl
import streamlit as st

from core import lookup
from core.record import COLUMNS
from pages import _tables
from pages._parts import desk, header
from pages._words import _, as_shown, say

present = desk()
header(present, _("学位查询"), _("与公众所见相同：只有已上网的记录查得到，只显示证书内容。"))
with st.form("lookup.ask", border=True), st.container(horizontal=True, vertical_alignment="bottom"):
    name = st.text_input(_("姓名"), key="lookup.name", width=240)
    number = st.text_input(_("学位证书编号"), key="lookup.number", width=300)
    asked = st.form_submit_button(_("查询"), type="primary")
if not asked:
    st.caption(_("姓名与证书编号须同时相符；全角、空格、大小写和间隔号的写法不影响查询。"))
elif not (name.strip() and number.strip()):
    st.warning(_("请同时填写姓名和学位证书编号。"))
elif certificate := lookup.by_staff(present, name, number):
    st.success(_("查到一条学位证书信息。"))
    rows = [(say(COLUMNS[code]), as_shown(code, value)) for code, value in certificate.content.items()]
    _tables.show(
        pl.DataFrame(rows, schema=["item", "value"], orient="row"),
        {"item": _tables.text(_("项目"), width=180), "value": _tables.text(_("内容"))},
        key="lookup.certificate",
        width=720,
    )
else:
    st.info(_("无匹配：没有查到姓名与证书编号同时相符的记录。请核对后重查，或向学位授予单位咨询。"))
