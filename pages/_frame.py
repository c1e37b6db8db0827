"""The frame around every screen: its look, the menu in the order of the work, who is at the desk, the language.

Must not know the store.
"""

from threading import Event
from typing import Any

import streamlit as st

from core.desk import Actor
from core.vocabulary import Duty
from pages import _look
from pages._words import LANGUAGES, _, actors, language, say

DRAWN = Event()
"""Set once the frame has been drawn in this server: from then on it runs before every screen."""

FIRST = "operator"
"""Who is at the desk until someone else sits down."""


def draw() -> st.Page:
    """Draw the frame and return the screen that was asked for; once in every run."""
    st.set_page_config(page_title="学位证书信息管理", layout="wide", initial_sidebar_state="expanded")
    _look.apply()
    actor = seat()
    menu = {
        _("总览"): [_screen(actor, "overview", _("今日")), _screen(actor, "calendar", _("日历"))],
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
        _("发布"): [_screen(actor, "publish", _("上网发布"), Duty.READ)],
        _("反馈"): [_screen(actor, "feedback", _("反馈中心"), Duty.READ)],
        _("查询"): [_screen(actor, "lookup", _("学位查询"))],
        _("分析"): [_screen(actor, "rates", _("拒收分析"), Duty.ANALYSE)],
        _("管理"): [
            _screen(actor, "rulebook", _("规则手册")),
            _screen(actor, "revision", _("规则修订"), Duty.READ),
            _screen(actor, "codes", _("代码表"), Duty.READ),
        ],
    }
    DRAWN.set()
    return st.navigation(menu, expanded=True)


def seat() -> Actor:
    """Who is at the desk and in which language: in the demo, a switch at the foot of the sidebar."""
    seats = {key: say(actor) for key, actor in actors().items()}
    about = _("演示用：切换岗位，看到的范围和可办的事随之变化。")
    with st.sidebar:
        _switch(st.selectbox, "actor", FIRST, seats, label=_("当前办理人"), help=about)
        _switch(st.radio, "language", language(), LANGUAGES, horizontal=True, label_visibility="collapsed")
    return actors()[st.session_state["desk.actor"]]


def _screen(actor: Actor, name: str, title: str, duty: Duty | None = None) -> st.Page:
    """A page; not listed for those without its duty, and it refuses them when opened by its address."""
    listed = duty is None or actor.may(duty)
    return st.Page(
        f"pages/{name}.py", title=title, default=name == "overview", visibility="visible" if listed else "hidden"
    )


def _switch(
    widget: Any, name: str, first: str, options: dict[str, str], label: str = "中文 / English", **look: Any
) -> None:
    """A widget whose choice outlives it: its words change with the language, and it would start anew with them."""
    kept, key = f"desk.{name}", f"seat.{name}.{label}"
    st.session_state[key] = st.session_state.setdefault(kept, first)

    def keep() -> None:
        st.session_state[kept] = st.session_state[key]

    widget(label, list(options), key=key, format_func=options.get, on_change=keep, **look)
