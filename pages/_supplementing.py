"""Parts of 月度更正: one record that was left out of a filing, entered as a late supplement of its own."""

import polars as pl
import streamlit as st

from core import supplementary
from core.deadlines import Term
from core.desk import Desk
from core.record import COLUMNS
from core.supplementary import Supplementary
from core.vocabulary import Category
from pages import _drafting, _scans, _supplements
from pages._parts import announce, reporting_errors
from pages._words import _, say


def ask(present: Desk) -> None:
    """The form: whose record, why it is late, the proof, and the record field by field."""
    st.caption(_("漏报的一条记录作为补报单独成批：同样检查和整理，登记省级同意并审核通过后才能上网。多条请在“接收报送”中作为补报上传。"))
    left, right = st.columns([3, 4])
    with left:
        register = _drafting.institutions(present)
        institution = st.selectbox(
            _("学位授予单位"), list(register), None, register.get, key="supplement.institution", placeholder=_("输入代码或名称查找")
        )
        first, second = st.columns(2)
        terms = _drafting.terms(present)
        term = first.selectbox(_("学期"), list(terms), None, terms.get, key="supplement.term", placeholder=_("请选择"))
        categories = {str(each): say(each) for each in Category}
        category = second.selectbox(
            _("报送类别"), list(categories), None, categories.get, key="supplement.category", placeholder=_("请选择")
        )
        grounds = _supplements.declare(present, "one")
        requester = st.text_input(_("提出单位经办人"), key="supplement.requester")
        scan = _scans.ask(_("证明材料（PDF或JPG，必附）"), key="supplement.scan")
    with right:
        codes = list(supplementary.LAYOUT.codes)
        table = pl.DataFrame({"code": codes, "name": [say(COLUMNS[code]) for code in codes], "value": [""] * len(codes)})
        filled = st.data_editor(
            table, key="supplement.fields", hide_index=True, disabled=["code", "name"], height=470, row_height=30, column_config={
                "code": st.column_config.TextColumn(_("字段代码"), width=90),
                "name": st.column_config.TextColumn(_("字段"), width=170), "value": st.column_config.TextColumn(_("内容"), width=360),
            },
        )  # fmt: skip
    if st.button(_("作为补报收下"), key="supplement.enter", type="primary"):
        if None in (institution, term, category):
            st.error(_("请选择学位授予单位、学期和报送类别。"))
            return
        with reporting_errors():
            kept = _scans.keep(present, scan)
            fields = dict(filled.select("code", "value").iter_rows())
            done = supplementary.enter(present, Supplementary(
                Term.parse(term), institution, Category(category), fields, grounds, requester, (kept,) if kept else ()
            ))
            announce(_("已作为补报入库，批次 {id}；登记省级同意并审核通过后才能上网。").format(id=done.filing_id))
