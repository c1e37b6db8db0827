"""The stages of one filing on the screen: what is done, when and by whom, and where it stands since when."""

from datetime import datetime
from typing import Any

import streamlit as st

from core import stages
from core.desk import Desk
from core.expected import Stage
from core.stages import Standing
from pages._words import _, actor_name, plain, say

_COLOURS = {Standing.DONE: "green", Standing.WAITING: "orange", Standing.AHEAD: "gray", Standing.NOTHING: "gray"}


def line(present: Desk, filing_id: int) -> None:
    """One box for each stage, in their order."""
    told = stages.line(present, filing_id)
    for place, stage in zip(st.columns(told.height, gap="xsmall"), told.iter_rows(named=True), strict=True):
        with place.container(border=True, height="stretch", gap="xxsmall"):
            _box(stage, present.now())


def _box(stage: dict[str, Any], now: datetime) -> None:
    standing = Standing(stage["standing"])
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="xxsmall"):
        st.markdown(f"**{_names()[Stage(stage['stage'])]}**", width="content")
        st.badge(say(standing), color="red" if stage["stage"] == Stage.RETURNED else _COLOURS[standing])
    if stage["records"] and stage["at"]:
        told = _("{n:,} 条 · {by}").format(n=stage["records"], by=actor_name(stage["by"]))
        st.caption(f"{plain(told)}  \n{stage['at']:%Y-%m-%d %H:%M}")
    if standing is Standing.WAITING:
        told = _("{n:,} 条等待 {days} 天").format(n=stage["waiting"], days=(now - stage["since"]).days)
        st.caption(f"{told}  \n" + _("自 {since:%Y-%m-%d %H:%M} 起").format(since=stage["since"]))


def _names() -> dict[Stage, str]:
    """Each stage by what is done in it, whether or not it is done."""
    return {
        Stage.RECEIVED: _("接收"), Stage.APPROVED: _("省级审核"), Stage.RETURNED: _("省级退回"), Stage.CHECKED: _("检查"),
        Stage.FED_BACK: _("反馈"), Stage.PUBLISHED: _("上网发布"),
    }  # fmt: skip
