"""我的账号: roles and scope, where one is signed in, and signing out there; the password is changed on a page of its own."""

import polars as pl
import streamlit as st

from core import accounts
from pages import _seat, _staff
from pages._parts import announce, desk, header
from pages._words import _, listed, plain, say

present = desk()
header(present, _("我的账号"), _("本人的岗位和登录情况；不认得的登录请立即退出，并修改口令。"))

own = _seat.session()
roles = listed(say(role) for role in accounts.roles_of(present.db, present.actor.key))
st.markdown(plain(_("账号 {key}（{name}），岗位：{roles}。").format(key=present.actor.key, name=say(present.actor), roles=roles)))
st.html(f'<a href="/password?next=/account" target="_self">{_("修改口令")}</a>')

st.subheader(_("登录情况"), anchor=False)
open_now = _seat.sessions().listing(present.actor.key)
_staff.sessions(pl.DataFrame([
    {"account": each.account, "begun_at": each.begun_at, "seen_at": each.seen_at, "address": each.address,
     "here": each.handle == own.handle}
    for each in open_now
]), key="account.sessions")  # fmt: skip
others = len(open_now) - 1
if others and st.button(_("退出其他 {n} 处登录").format(n=others), key="account.others"):
    _seat.sessions().end_all(present.actor.key, but=own.handle)
    announce(_("其他地方的登录已全部退出。"))
