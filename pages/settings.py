"""办理设置: settings no check reads: in force, to come and as they were, each with its day; changed from a day on with a reason."""

import os

import polars as pl
import streamlit as st

from core import operating
from core.sessions import Limits
from core.settings import THRESHOLDS
from core.vocabulary import Duty
from pages import _export, _tables, _versions
from pages._parts import announce, desk, header, reporting_errors
from pages._words import _, actor_name, plain, say

present = desk()
header(
    present, _("办理设置"),
    _("法规留给中心定的期限和程序：现行的、将生效的、历次改动。检查规则的参数在“规则修订”，启动参数由服务器的环境变量定。"),
)

left, right = st.columns([15, 8], gap="medium")
with left:
    found = operating.in_force(present)
    shown = found.with_columns(
        pl.Series("setting", [say(THRESHOLDS[key]) for key in found["key"]], pl.String),
        pl.Series("now", [_versions.amount(*row) for row in found.select("key", "value").iter_rows()], pl.String),
        pl.Series(
            "next", [value if value is None else _versions.amount(key, value) for key, value in found.select("key", "coming").iter_rows()],
            pl.String,
        ),
    )
    picked = _export.table(
        present, _("办理设置"), shown,
        {
            "setting": _tables.text(_("设置"), width=300),
            "now": _tables.text(_("现行"), width=90),
            "since": _tables.day(_("生效日期"), width=90),
            "next": _tables.text(_("将改为"), width=90),
            "coming_on": _tables.day(_("将于"), width=90),
        },
        key="settings.now", select=True, rows=10,
    )  # fmt: skip
with right:
    if not present.actor.may(Duty.RULES):
        st.caption(_("由规则管理员改动；每次改动自生效日期起算，不影响已发出的反馈单。"))
    elif picked is None:
        st.caption(_("点选一项设置，改它的值和生效日期。"))
    else:
        told = THRESHOLDS[picked["key"]]
        with st.form(f"settings.change.{told.key}"):
            st.markdown(f"**{plain(say(told))}**")
            if told.unit == "switch":
                value = st.selectbox(
                    _("改为"), [1, 0], 1 - picked["value"], lambda value: _versions.amount(told.key, value), key=f"settings.value.{told.key}"
                )
            else:
                value = st.number_input(
                    _("改为（{lowest} 至 {highest}，通常 {usual}）").format(
                        lowest=told.lowest, highest=told.highest, usual=told.usual
                    ),
                    told.lowest, told.highest, picked["value"], step=1, key=f"settings.value.{told.key}",
                )  # fmt: skip
            effective_on = st.date_input(_("生效日期"), present.now().date(), format="YYYY-MM-DD", key="settings.day")
            reason = st.text_input(_("理由"), key="settings.reason")
            if st.form_submit_button(_("生效"), type="primary"):
                with reporting_errors():
                    version = operating.change(present, {told.key: value}, effective_on=effective_on, reason=reason)
                    announce(_("已改，随规则第 {n} 版自 {day} 起生效。").format(n=version, day=effective_on))

done = operating.history(present)
if done.height:
    st.subheader(_("历次改动"), anchor=False)
    lines = done.with_columns(
        pl.Series("setting", [say(THRESHOLDS[key]) for key in done["key"]], pl.String),
        pl.Series("was", [_versions.amount(*row) for row in done.select("key", "before").iter_rows()], pl.String),
        pl.Series("becomes", [_versions.amount(*row) for row in done.select("key", "after").iter_rows()], pl.String),
        pl.Series("who", [actor_name(key) for key in done["made_by"]], pl.String),
    )
    _export.table(
        present, _("历次改动"), lines,
        {
            "version": _tables.number(_("版次"), width=46),
            "effective_on": _tables.day(_("生效日期"), width=90),
            "setting": _tables.text(_("设置"), width=300),
            "was": _tables.text(_("之前"), width=110),
            "becomes": _tables.text(_("之后"), width=110),
            "reason": _tables.text(_("理由"), width=230),
            "who": _tables.text(_("办理人"), width=140),
            "made_at": _tables.moment(_("提出时间"), width=125),
        },
        key="settings.history", rows=8,
    )  # fmt: skip
limits = Limits.told(os.environ)
st.caption(
    _("由环境变量定的：登录闲置 {idle:g} 分钟（DESK_IDLE_MINUTES），登录最长 {longest:g} 小时（DESK_SESSION_HOURS）。").format(
        idle=limits.idle.total_seconds() / 60, longest=limits.longest.total_seconds() / 3600
    )
)
