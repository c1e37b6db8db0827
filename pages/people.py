"""账号管理: who may sign in, as what, over which province; passwords set anew, accounts disabled, sessions ended."""

import polars as pl
import streamlit as st

from core import accounts
from core.lifecycle import AccountStatus
from core.vocabulary import Duty
from pages import _export, _seat, _staff, _tables
from pages._parts import desk, header
from pages._words import _, in_colour, listed, named, plain

present = desk(Duty.ACCOUNTS)
header(present, _("账号管理"), _("建立账号、定岗位和省份；岗位一改，下一次点击就按新岗位办。"))
_staff.told_once()

found = accounts.listing(present)
open_now = _seat.sessions().listing()
at_work = pl.DataFrame({"key": [each.account for each in open_now]}, schema={"key": pl.String}).group_by("key").len("sessions")
shown = named(found, "province").join(at_work, on="key", how="left").with_columns(
    pl.col("sessions").fill_null(0),
    pl.Series("who", found["en" if _staff.english() else "zh"]),
    pl.Series("posts", [listed(_staff.role_names(roles)) for roles in found["roles"]], pl.String),
)
left, right = st.columns([15, 8])
with left:
    chosen = _export.table(
        present, _("账号管理"),
        in_colour(shown, status=AccountStatus),
        {
            "key": _tables.text(_("账号"), width=104),
            "who": _tables.text(_("姓名"), width=176),
            "posts": _tables.text(_("岗位"), width=132),
            "province": _tables.text(_("省份"), width=96),
            "status": _tables.status(_("状态"), AccountStatus, width=64),
            "sessions": _tables.count(_("登录"), width=62),
        },
        key="people.table",
        select=True,
        rows=18,
        duty=Duty.ACCOUNTS,
    )
with right:
    if chosen is None:
        st.caption(_("点选一个账号，在这里改岗位、重设口令或停用；或建立新账号。"))
        _staff.new(present)
    else:
        st.subheader(plain(chosen["key"]), anchor=False)
        _staff.one(present, found.filter(key=chosen["key"]).row(0, named=True), [s for s in open_now if s.account == chosen["key"]])
