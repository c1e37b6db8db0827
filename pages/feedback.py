"""反馈中心: the withheld records of a semester told to their institutions, and the files to send (article 6)."""

import streamlit as st

from core import feedback
from core.vocabulary import Duty
from pages import _downloads, _filters, _notices, _tables
from pages._parts import desk, empty, header
from pages._words import _, named

present = desk(Duty.READ)
header(present, _("反馈中心"), _("把暂不提供的记录按单位生成反馈单，下载后发给学位授予单位和省级学位办。"))
picker, deadline = st.columns([3, 1])
with picker:
    term = _filters.term("feedback", present)
deadline.metric(_("反馈截止"), f"{term.feed_back_by:%Y-%m-%d}")

waiting = feedback.waiting(present, term)
notices = feedback.notices(present, term)
if present.actor.may(Duty.FEEDBACK):
    _notices.issue(present, term, waiting)

left, right = st.columns([10, 9])
with left:
    st.subheader(_("各单位待反馈与已反馈"), anchor=False)
    if waiting.is_empty():
        empty(_("本学期没有暂不提供的记录。"))
    else:
        _tables.show(
            named(waiting, "province", "institution"),
            {
                "institution": _tables.text(_("学位授予单位"), width=170),
                "to_send": _tables.count(_("待反馈"), width=62),
                "sent": _tables.count(_("已反馈"), width=62),
                "unapproved": _tables.count(_("待省级审核"), width=118),
                "classified": _tables.count(_("其中涉密"), width=70),
                "province": _tables.text(_("省份"), width=96),
            },
            key="feedback.waiting",
            rows=15,
        )
with right:
    st.subheader(_("反馈单（{n:,} 份）").format(n=notices.height), anchor=False)
    if notices.is_empty():
        empty(_("本学期还没有反馈单。批次经省级审核通过后，由数据员生成。"))
        st.stop()
    _downloads.offer(present, term, notices)
    _tables.show(
        named(notices, "province", "institution"),
        {
            "notice_id": _tables.number(_("编号")),
            "institution": _tables.text(_("学位授予单位")),
            "province": _tables.text(_("省份"), width=90),
            "records": _tables.count(_("记录"), width=70),
            "round": _tables.count(_("轮次"), width=60),
            "due_on": _tables.day(_("反馈截止")),
        },
        key="feedback.notices",
        rows=8,
    )
