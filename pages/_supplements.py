"""Parts of screens about late supplements (补报): their grounds as declared, and the province's consent to them."""

import streamlit as st

from core import supplements
from core.declaration import Grounds
from core.desk import Desk
from pages._parts import announce, reporting_errors
from pages._words import _


def declare(present: Desk, file_id: str) -> Grounds:
    """Why a supplement is late, and the province's consent if it has been given already."""
    reason = st.text_input(_("补报理由（必填）"), key=f"load.late.reason.{file_id}", help=_("按单位的补报公函填写。"))
    first, second = st.columns(2)
    document = first.text_input(_("省级同意补报文号（可后补）"), key=f"load.late.consent.{file_id}")
    day = second.date_input(
        _("同意日期"), None, None, present.now().date(), key=f"load.late.day.{file_id}", format="YYYY-MM-DD"
    )
    return Grounds(reason.strip() or None, document.strip() or None, day)


def consent(present: Desk, filing_id: int) -> None:
    """The form for the province's consent; until it is given, the filing cannot be passed."""
    st.warning(_("这是补报，省级尚未同意；登记同意后才能登记审核通过。"))
    with st.form("filings.consent", border=False):
        document = st.text_input(_("同意补报文号"))
        consented_on = st.date_input(_("同意日期"), present.now().date(), format="YYYY-MM-DD")
        if st.form_submit_button(_("登记同意补报"), type="primary"):
            with reporting_errors():
                supplements.consent(present, filing_id, document=document, consented_on=consented_on)
                announce(_("批次 {id} 已登记省级同意补报。").format(id=filing_id))
