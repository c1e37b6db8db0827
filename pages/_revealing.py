"""Part of 记录详情: the ID number, masked; in full for one viewing of at most a minute, for a purpose that goes into the book."""

from typing import Any

import streamlit as st

from core import masking, revealing
from core.desk import Desk
from core.revealing import Purpose
from core.vocabulary import Duty
from pages._parts import reporting_errors
from pages._words import _, plain, say

SECONDS = 60
"""How long a number in full stays on the screen; turning to anything else takes it away at once."""


def of_record(present: Desk, head: dict[str, Any], masked: dict[str, str | None]) -> None:
    """The masked number of a record, and for those with the duty the way to see it in full."""
    shown = masked.get(masking.ID_NUMBER)
    if not shown:
        return
    told = None
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_("证件号码：{number}").format(number=plain(shown)), width="content")
        if present.actor.may(Duty.REVEAL):
            told = _asked(present, int(head["record_id"]))
    if told:
        st.fragment(_shown, run_every=SECONDS)([told])


def _asked(present: Desk, record_id: int) -> str | None:
    """The number in full, once it has been asked for with a purpose."""
    purposes = {str(each): say(each) for each in Purpose}
    with st.popover(_("查看完整号码"), icon=":material/visibility:", type="tertiary", width="content"):
        with st.form(f"record.reveal.{record_id}", clear_on_submit=True, border=False):
            purpose = st.selectbox(_("用途"), list(purposes), format_func=purposes.get, key=f"record.reveal.purpose.{record_id}")
            why = st.text_input(_("事由（必填）"), key=f"record.reveal.why.{record_id}", max_chars=200,
                                placeholder=_("来函文号、更正件编号等"))  # fmt: skip
            st.caption(_("查看人、时间、记录和用途会记入办理记录；号码最多显示一分钟。"))
            asked = st.form_submit_button(_("查看"), type="primary")
        if asked:
            with reporting_errors():
                return revealing.id_number(present, record_id, Purpose(purpose), why)
    return None


def _shown(numbers: list[str]) -> None:
    """A number the first time; when the minute is over, the screen without it."""
    if not numbers:
        st.rerun()
    st.code(numbers.pop(), language=None, width="content")
