"""The frame around every screen: its look, the menu in the order of the work, who is at the desk, the language.

Must not know the store; who is signed in is told by `_seat`.
"""

from threading import Event

import streamlit as st

from core import contacts
from core.desk import Actor
from core.errors import CentreError
from core.vocabulary import Duty
from pages import _look, _seat
from pages._words import LANGUAGES, _, language, plain, say, settle_language

DRAWN = Event()
"""Set once the frame has been drawn in this server: from then on it runs before every screen."""

_DOOR = "/sign-in"
_LEAVE = "<script>location.replace('/sign-in?next=' + encodeURIComponent(location.pathname + location.search))</script>"


def draw() -> st.Page:
    """Draw the frame and return the screen that was asked for; once in every run."""
    st.set_page_config(page_title="学位证书信息管理", layout="wide", initial_sidebar_state="expanded")
    _look.apply()
    try:
        actor = _seat.actor()
    except CentreError as refusal:
        told = plain(say(refusal))
        return st.navigation([st.Page(lambda: st.error(told), title="学位证书信息管理")], position="hidden")
    if actor is None:
        return st.navigation([st.Page(signed_out, title="学位证书信息管理")], position="hidden")
    settle_language(actor.key)
    menu = {
        _("总览"): [
            _screen(actor, "overview", _("今日")), _screen(actor, "calendar", _("日历")),
            _screen(actor, "balance", _("收支平衡"), Duty.READ),
        ],
        _("报送"): [
            _screen(actor, "load", _("接收报送"), Duty.LOAD),
            _screen(actor, "jobs", _("任务"), Duty.LOAD),
            _screen(actor, "filings", _("报送台账"), Duty.READ),
            _screen(actor, "review", _("省级审核"), Duty.APPROVE),
            _screen(actor, "expected", _("应报单位"), Duty.READ),
        ],
        _("核查"): [
            _screen(actor, "queue", _("暂不查询核查"), Duty.READ),
            _screen(actor, "record", _("记录详情"), Duty.READ),
        ],
        _("发布"): [
            _screen(actor, "publish", _("上网发布"), Duty.READ), _screen(actor, "takedown", _("当日撤下"), Duty.READ),
        ],
        _("反馈"): [_screen(actor, "feedback", _("反馈中心"), Duty.READ)],
        _("更正"): [
            _screen(actor, "corrections", _("月度更正"), Duty.READ), _screen(actor, "explanations", _("书面说明")),
            _screen(actor, "revocations", _("撤销登记"), Duty.READ),
        ],
        _("查询"): [_screen(actor, "lookup", _("学位查询")), _screen(actor, "contacts", _("单位联系人"), *contacts.READERS)],
        _("分析"): [_screen(actor, "rates", _("拒收分析"), Duty.ANALYSE)],
        _("管理"): [
            _screen(actor, "rulebook", _("规则手册")),
            _screen(actor, "revision", _("规则修订"), Duty.READ),
            _screen(actor, "codes", _("代码表"), Duty.READ),
            _screen(actor, "settings", _("办理设置")),
            _screen(actor, "people", _("账号管理"), Duty.ACCOUNTS),
            _screen(actor, "announcements", _("公告"), Duty.ACCOUNTS),
            _screen(actor, "acts", _("办理记录"), Duty.ACCOUNTS),
            _screen(actor, "backups", _("备份"), Duty.ACCOUNTS),
            st.Page("pages/account.py", title=_("我的账号"), visibility="hidden"),
            _screen(actor, "exports", _("导出记录"), Duty.READ),
        ],
    }
    DRAWN.set()
    shown = st.navigation(menu, expanded=True)
    seat(actor)
    return shown


def signed_out() -> None:
    """Say that nobody is signed in (any more), and lead to the door."""
    st.info(_("您已退出，或登录已超时。请重新登录。"))
    st.html(f'<a href="{_DOOR}" target="_self">{_("去登录")}</a>')
    st.html(_LEAVE, unsafe_allow_javascript=True)


def seat(actor: Actor) -> None:
    """Who is signed in and in which language, at the foot of the sidebar, with the way out."""
    with st.sidebar:
        st.caption(plain(say(actor)))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.page_link("pages/account.py", label=_("我的账号"))
            if st.button(_("退出"), key="seat.leave", type="tertiary"):
                _leave()
        _switch(actor)


def _leave() -> None:
    """Sign out: the session ends on the server, whatever the browser keeps."""
    if present := _seat.session():
        _seat.sessions().end(present.handle)
    st.session_state.clear()
    st.rerun()


def _screen(actor: Actor, name: str, title: str, *duties: Duty) -> st.Page:
    """A page; not listed for those with none of its duties, and it refuses them when opened by its address."""
    listed = not duties or any(map(actor.may, duties))
    return st.Page(
        f"pages/{name}.py", title=title, default=name == "overview", visibility="visible" if listed else "hidden"
    )


def _switch(actor: Actor) -> None:
    """The switch of languages; what is chosen is kept for the person."""
    key = "seat.language"
    st.session_state[key] = language()

    def keep() -> None:
        st.session_state["desk.language"] = st.session_state[key]
        _seat.sessions().speak(actor.key, st.session_state[key])

    st.radio(
        "中文 / English", list(LANGUAGES), key=key, format_func=LANGUAGES.get, on_change=keep, horizontal=True,
        label_visibility="collapsed",
    )  # fmt: skip
