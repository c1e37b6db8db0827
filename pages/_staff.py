"""One account on the screen: its form, its password set anew, its sessions. Must not know how a password is kept."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from core import accounts
from core.accounts import Account
from core.desk import Desk
from core.lifecycle import AccountStatus
from core.sessions import Session
from core.vocabulary import Role
from pages import _seat, _tables
from pages._parts import announce, reporting_errors
from pages._words import _, language, plain, province_names, say


def english() -> bool:
    """Whether the session speaks English."""
    return language() == "en"


def role_names(roles: Sequence[str]) -> list[str]:
    """Roles in words."""
    return [say(Role(role)) for role in roles]


def sessions(found: pl.DataFrame, *, key: str) -> None:
    """Where someone is signed in."""
    columns = {
        "begun_at": _tables.moment(_("登录时间"), width=130),
        "seen_at": _tables.moment(_("最近使用"), width=130),
        "address": _tables.text(_("来自"), width=130),
        "here": st.column_config.CheckboxColumn(_("本次登录"), width=80),
    }
    _tables.show(found, columns, key=key, width=500)


def told_once() -> None:
    """A password that was just made, shown once and kept nowhere."""
    if told := st.session_state.pop("people.made", None):
        key, password = told
        st.warning(_("账号 {key} 的一次性口令，只显示这一次，请当面或电话告知本人：").format(key=plain(key)))
        st.code(password, language=None)


def new(present: Desk) -> None:
    """The form for an account that is not there yet."""
    with st.form("people.new", border=True):
        st.markdown(f"**{_('建立账号')}**")
        key = st.text_input(_("账号（小写字母、数字）"), key="people.new.key")
        account = _fields(key, {}, "people.new")
        if st.form_submit_button(_("建立账号"), type="primary"):
            with reporting_errors():
                st.session_state["people.made"] = key, accounts.enter(present, account)
                announce(_("账号 {key} 已建立。").format(key=key))


def one(present: Desk, account: dict[str, Any], open_now: Sequence[Session]) -> None:
    """What can be done with an account: other roles, a new password, disabled, signed out everywhere."""
    key = account["key"]
    with st.form(f"people.change.{key}", border=True):
        told = _fields(key, account, f"people.change.{key}")
        if st.form_submit_button(_("保存"), type="primary"):
            with reporting_errors():
                accounts.change(present, told)
                announce(_("账号 {key} 已保存。").format(key=key))
    active = account["status"] == AccountStatus.ACTIVE
    with st.container(horizontal=True):
        if st.button(_("重设口令"), key=f"people.anew.{key}"):
            with reporting_errors():
                st.session_state["people.made"] = key, accounts.set_anew(present, key)
                _seat.sessions().forgive(key)
                _seat.sessions().end_all(key)
                announce(_("账号 {key} 的口令已重设，原有登录全部退出。").format(key=key))
        if st.button(_("停用") if active else _("启用"), key=f"people.move.{key}"):
            with reporting_errors():
                accounts.move(present, key, "disable" if active else "enable")
                _seat.sessions().end_all(key)
                announce(_("账号 {key} 已停用。").format(key=key) if active else _("账号 {key} 已启用。").format(key=key))
        if open_now and st.button(_("全部退出（{n} 处）").format(n=len(open_now)), key=f"people.out.{key}"):
            _seat.sessions().end_all(key)
            announce(_("账号 {key} 已在所有地方退出。").format(key=key))
    if open_now:
        lines = [
            {"begun_at": s.begun_at, "seen_at": s.seen_at, "address": s.address, "here": s == _seat.session()} for s in open_now
        ]
        sessions(pl.DataFrame(lines), key=f"people.sessions.{key}")


def _fields(key: str, account: dict[str, Any], at: str) -> Account:
    """The fields of an account, filled with what is known of it."""
    first, second = st.columns(2)
    zh = first.text_input(_("中文姓名"), account.get("zh", ""), key=f"{at}.zh")
    en = second.text_input(_("英文姓名"), account.get("en", ""), key=f"{at}.en")
    roles = st.multiselect(
        _("岗位"), list(Role), [Role(role) for role in account.get("roles", [])], format_func=say, key=f"{at}.roles",
        placeholder=_("请选择"),
    )  # fmt: skip
    provinces = ["", *province_names()]
    province = st.selectbox(
        _("省份（省级岗位）"), provinces, provinces.index(account.get("province") or ""),
        format_func=lambda code: province_names().get(code, _("全国")), key=f"{at}.province",
    )  # fmt: skip
    outside = st.text_input(_("统一身份认证的邮箱（选填）"), account.get("outside") or "", key=f"{at}.outside")
    return Account(key.strip(), zh, en, tuple(roles), province or None, outside.strip() or None)
