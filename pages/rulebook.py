"""规则手册: every check with its sentence, article, remedies and examples, and what it has said so far."""

import polars as pl
import streamlit as st

from core import views
from core.rules import RULES
from core.vocabulary import FindingClass
from pages import _filters, _rule, _tables
from pages._parts import cached, desk, empty, header
from pages._words import _, say

present = desk()
chosen = _filters.read("rulebook", "cls", "text")
header(
    present,
    _("规则手册"),
    _("每条检查规则查什么、依据哪一条、单位怎样改；数字是至今的检查结果。"),
    _("{n} 条规则").format(n=len(RULES)),
)
left, right = st.columns([1, 3])
with left:
    cls = _filters.choose(
        "rulebook", "cls", _("问题类别"), {str(each): say(each) for each in FindingClass}, every=_("全部类别")
    )
searched = right.text_input(_("查找"), key="rulebook.text", type="search", placeholder=_("规则代码、字段或文字"))

rules = _rule.table().join(cached(views.rule_hits, present), on="rule", how="left", maintain_order="left")
matching = rules.filter(
    (pl.col("cls") == cls) if cls else pl.lit(True),
    pl.concat_str("rule", "sentence", "fields", separator=" ")
    .str.to_lowercase()
    .str.contains(searched.strip().lower(), literal=True),
)
if matching.is_empty():
    empty(_("没有符合的规则。换一个词，或去掉类别。"))
    st.stop()
picked = _tables.show(
    matching,
    {
        "rule": _tables.text(_("规则"), width=50),
        "class": _tables.status(_("类别"), FindingClass),
        "sentence": _tables.text(_("问题"), width=290),
        "fields": _tables.text(_("字段"), width=95),
        "article": _tables.text(_("依据"), width=110),
        "failed": _tables.count(_("查出"), width=58),
        "evaluated": _tables.count(_("已检"), width=76),
        "not_evaluated": _tables.count(_("未检"), width=98),
        "remedies": _tables.text(_("处理方式")),
    },
    key=f"rulebook.table.{cls}.{searched}",
    select=True,
)
if picked:
    _rule.detail(RULES[picked["rule"]])
else:
    st.caption(_("点选一行看依据和示例。"))
