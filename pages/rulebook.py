"""规则手册: every check with its sentence, article, remedies and examples, what it has said so far, and whether it is on."""

from functools import partial

import polars as pl
import streamlit as st

from core import handbook, ruleset, views
from core.rules import RULES
from core.vocabulary import Duty, FindingClass
from pages import _downloads, _export, _filters, _rule, _tables, _versions
from pages._parts import cached, desk, empty, header
from pages._words import _, say

present = desk()
chosen = _filters.read("rulebook", "cls", "state", "rule")
version = ruleset.in_force(present.db, present.now().date())
action = header(
    present,
    _("规则手册"),
    _("每条检查规则查什么、依据哪一条、单位怎样改；数字是至今的检查结果。"),
    _versions.chip(version),
    _("{n} 条规则，{off} 条停用").format(n=len(RULES), off=len(version.settings.off)),
)
if present.actor.may(Duty.READ):
    _downloads.hand(
        present, _("导出规则手册（XLSX）"), partial(handbook.workbook, present), _("规则手册_第{n}版").format(n=version.version) + ".xlsx",
        key="rulebook.export", mime=_downloads.XLSX, place=action,
    )  # fmt: skip
places = st.columns([2, 1, 4])
with places[0]:
    cls = _filters.choose(
        "rulebook", "cls", _("问题类别"), {str(each): say(each) for each in FindingClass}, every=_("全部类别")
    )
with places[1]:
    state = _filters.choose("rulebook", "state", _("状态"), _rule.states(), every=_("全部状态"))
searched = places[2].text_input(
    _("查找"), key="rulebook.text", type="search", placeholder=_("规则代码、字段、依据或文字")
)

rules = _rule.table(version).join(cached(views.rule_hits, present), on="rule", how="left", maintain_order="left")
matching = rules.filter(
    (pl.col("cls") == cls) if cls else pl.lit(True),
    (pl.col("state") == state) if state else pl.lit(True),
    pl.concat_str("rule", "sentence", "fields", "article", separator=" ")
    .str.to_lowercase()
    .str.contains(searched.strip().lower(), literal=True),
)
if matching.is_empty():
    empty(_("没有符合的规则。换一个词，或去掉类别和状态。"))
    st.stop()
picked = _export.table(
    present, _("规则手册"),
    matching,
    {
        "rule": _tables.text(_("规则"), width=46),
        "class": _tables.status(_("类别"), FindingClass, width=178),
        "sentence": _tables.text(_("问题"), width=232),
        "fields": _tables.text(_("字段"), width=80),
        "article": _tables.text(_("依据"), width=94),
        "failed": _tables.count(_("查出"), width=58),
        "evaluated": _tables.count(_("已检"), width=64),
        "not_evaluated": _tables.count(_("未检"), width=86),
        "no_reference": _tables.count(_("参照表缺失"), width=78),
        "overturned": _tables.share(_("推翻率"), width=72),
        "state_word": _tables.text(_("状态"), width=46),
    },
    key=f"rulebook.table.{cls}.{state}.{searched}",
    select=True,
    rows=7 if chosen["rule"] in RULES else 17,
    chosen=_export.filter_in_words({
        _("问题类别"): say(FindingClass(cls)) if cls else None, _("状态"): _rule.states().get(state or ""),
        _("查找"): searched.strip() or None,
    }),
)
if picked and picked["rule"] != chosen["rule"]:
    _filters.put("rulebook", rule=picked["rule"])
    st.rerun()
if chosen["rule"] in RULES:
    _rule.detail(present, RULES[chosen["rule"]], version)
else:
    st.caption(_("点选一行看依据、参数和示例。推翻率：单位答复后书面说明被采纳的问题，占已答复的问题。"))
