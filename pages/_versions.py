"""Versions of the rulebook in words: thresholds with their units, what a version changed, and the list of them."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl
import streamlit as st

from core import ruleset
from core.desk import Desk
from core.rules import RULES
from core.ruleset import Ruleset
from core.settings import THRESHOLDS, UNITS
from core.tables import TABLES
from pages import _export, _tables
from pages._words import _, actor_name, language, listed, plain, say

_FEW = 4


def chip(version: Ruleset) -> str:
    """The version and the day it takes effect, for a screen's head."""
    return _("第 {n} 版 · {day} 起生效").format(n=version.version, day=version.effective_on)


def rule(code: str) -> str:
    """A check by its code with its sentence."""
    return f"{code} {say(RULES[code])}" if code in RULES else code


def unit(key: str) -> str:
    """The unit a threshold is told in."""
    zh, en = UNITS[THRESHOLDS[key].unit]
    return en if language() == "en" else zh


def amount(key: str, value: int) -> str:
    """A threshold's value with its unit; calendar numbers as days and months, a switch as yes or no."""
    if THRESHOLDS[key].unit == "switch":
        return _("是") if value else _("否")
    if THRESHOLDS[key].unit in ("month", "day"):
        digits = str(value)
        return "-".join(part for part in (digits[:4], digits[4:6], digits[6:]) if part)
    return f"{value:,} {unit(key)}".strip()


def said(*, off: Iterable[str], on: Iterable[str], thresholds: Mapping[str, int | None], tables: list[str],
         code: bool = False) -> list[str]:  # fmt: skip
    """What a version or a proposal changes, a sentence each."""
    values = {key: THRESHOLDS[key].usual if value is None else value for key, value in thresholds.items()}
    titles = [say(TABLES[name]) if name in TABLES else name for name in tables]
    few = listed(titles[:_FEW]) + (" …" if len(titles) > _FEW else "")
    return [
        *(_("停用：{rule}").format(rule=rule(each)) for each in off),
        *(_("启用：{rule}").format(rule=rule(each)) for each in on),
        *(_("参数：{name}改为 {value}").format(name=say(THRESHOLDS[key]), value=amount(key, values[key])) for key in values),
        *([_("代码表 {n} 张：{names}").format(n=len(titles), names=few)] if titles else []),
        *([_("检查规则随程序更新")] if code else []),
    ]


def show(present: Desk) -> None:
    """All versions, latest first; choosing one tells everything it changed."""
    st.subheader(_("历次版本"), anchor=False)
    kept = ruleset.versions(present.db)
    changes = [said(**json.loads(text)) for text in kept["changes"]]
    told = kept.with_columns(
        pl.Series("reason", [reason(row) for row in kept.iter_rows(named=True)]),
        pl.Series("who", [actor_name(key) for key in kept["made_by"]]),
        pl.Series("what", ["; ".join(each) for each in changes]),
    )
    columns = {
        "version": _tables.number(_("版次"), width=46),
        "effective_on": _tables.day(_("生效日期")),
        "what": _tables.text(_("改动内容"), width=330),
        "reason": _tables.text(_("理由"), width=230),
        "who": _tables.text(_("办理人"), width=140),
        "made_at": _tables.moment(_("提出时间"), width=125),
        "fingerprint": _tables.text(_("指纹"), width=105),
    }
    picked = _export.table(present, _("历次版本"), told, columns, key="revision.versions", select=True, rows=8)
    if picked:
        _detail(picked, changes[kept["version"].to_list().index(picked["version"])])
    else:
        st.caption(_("点选一版看全部改动。"))


def reason(version: Mapping[str, Any]) -> str:
    """Why a version was made; the program's own reasons in the session's language."""
    if version["made_by"] != "system":
        return version["reason"]
    return _("系统初始的检查规则和代码表") if version["version"] == 1 else _("程序更新后的检查规则和代码表")


def _detail(version: dict[str, Any], changes: list[str]) -> None:
    with st.container(border=True, gap="xsmall"):
        st.markdown(_("**第 {n} 版**：{reason}").format(n=version["version"], reason=plain(version["reason"])))
        st.markdown("\n".join(f"- {plain(each)}" for each in changes) or _("没有改动。"))
