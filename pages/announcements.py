"""公告: what is announced at the head of every screen, on the sign-in page where wanted, and what holds releases; set and lifted."""

import polars as pl
import streamlit as st

from core import announcements
from core.announcements import Announcement, Stage
from core.vocabulary import Duty
from pages import _export, _tables
from pages._parts import announce, desk, empty, header, reporting_errors
from pages._words import _, actor_name, in_colour, plain

present = desk(Duty.ACCOUNTS)
header(present, _("公告"), _("显示在每个页面的上方；可选同时显示在登录页，或在公告期内暂停放行。"))
today = present.now().date()


def shown(lines: pl.DataFrame) -> pl.DataFrame:
    """Announcements in words."""
    return in_colour(lines, stage=Stage).with_columns(
        pl.Series("by", [actor_name(key) for key in lines["announced_by"]], pl.String),
        pl.Series("lifter", [key and actor_name(key) for key in lines["lifted_by"]], pl.String),
    )


left, right = st.columns([15, 8], gap="medium")
with left:
    total = announcements.total(present)
    picked = None
    if total:
        page = _tables.pager(total, "announcements.page", quiet=True)
        lines = announcements.listing(present, page=page)
        columns = {
            "announcement_id": _tables.number(_("编号"), width=44),
            "stage": _tables.status(_("状态"), Stage, width=90),
            "since": _tables.day(_("起始日"), width=84),
            "until": _tables.day(_("截止日"), width=84),
            "holds_release": st.column_config.CheckboxColumn(_("暂停放行"), width=66),
            "at_door": st.column_config.CheckboxColumn(_("登录页"), width=56),
            "zh": _tables.text(_("内容"), width=230),
            "by": _tables.text(_("发布人"), width=110),
            "lifter": _tables.text(_("解除人"), width=110),
            "lifted_why": _tables.text(_("解除理由")),
        }
        picked = _tables.show(shown(lines), columns, key=f"announcements.table.{page}", select=True, rows=16)
        _export.offer(
            present, _("公告"), columns, lambda desk, part, size: announcements.listing(desk, page=part, size=size), name="announcements",
            shape=shown, duty=Duty.ACCOUNTS,
        )
    else:
        empty(_("还没有公告。在右侧填写后发布。"))
with right:
    if picked and not picked["lifted_why"]:
        st.markdown(plain(picked["zh"]))
        if picked["en"]:
            st.markdown(plain(picked["en"]))
        with st.form(f"announcements.lift.{picked['announcement_id']}"):
            why = st.text_input(_("解除理由"), key="announcements.why")
            if st.form_submit_button(_("解除公告"), type="primary"):
                with reporting_errors():
                    announcements.lift(present, picked["announcement_id"], why=why)
                    announce(_("公告第 {n} 号已解除。").format(n=picked["announcement_id"]))
    else:
        with st.form("announcements.new"):
            zh = st.text_area(_("公告内容（中文）"), key="announcements.zh", height=90, max_chars=announcements.LONGEST)
            en = st.text_area(_("英文（选填）"), key="announcements.en", height=70, max_chars=announcements.LONGEST)
            first, second = st.columns(2)
            since = first.date_input(_("起始日"), today, format="YYYY-MM-DD", key="announcements.since")
            until = second.date_input(_("截止日（选填）"), None, format="YYYY-MM-DD", key="announcements.until")
            at_door = st.checkbox(_("登录页也显示"), key="announcements.door")
            holds = st.checkbox(
                _("公告期内暂停放行"), key="announcements.holds", help=_("过关、冻结和放行都停下，直到公告到期或解除；当日撤下不受影响。"),
            )  # fmt: skip
            if st.form_submit_button(_("发布公告"), type="primary"):
                with reporting_errors():
                    number = announcements.announce(present, Announcement(zh, since, until, en, at_door, holds))
                    announce(_("公告第 {n} 号已发布。").format(n=number))
