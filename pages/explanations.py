"""书面说明: suspected breaches by institution and check, the papers that explain them, and what is decided (article 7)."""

import polars as pl
import streamlit as st

from core import explanations
from core.errors import NotFound
from core.explanations import CaseFilter
from core.rules import RULES
from core.vocabulary import Duty, FindingClass
from pages import _explaining, _explanation, _export, _filters, _tables
from pages._parts import cached, desk, empty, header, is_number
from pages._words import _, in_colour, named, plain, say

present = desk()
chosen = _filters.read("explanations", "province", "institution", "rule", "explanation_id")
header(present, _("书面说明"), _("涉嫌违反政策的数据由单位书面说明并抄报省级学位办；采纳与否由人决定，采纳须第二人确认。"))

if not present.actor.may(Duty.READ):
    _explaining.figures(present)
    st.stop()
if is_number(chosen["explanation_id"]):
    if st.button(_("回到书面说明"), key="explanations.back"):
        _filters.put("explanations", explanation_id=None)
        st.rerun()
    try:
        paper = explanations.paper(present, int(chosen["explanation_id"]))
    except NotFound as refusal:
        st.warning(plain(say(refusal)))
        st.stop()
    _explanation.show(present, paper)
    st.stop()

waiting, received, figures = st.tabs([_("待说明的案件"), _("收到的说明"), _("统计")])
with waiting:
    left, right = st.columns([2, 5])
    with left:
        province = _filters.choose("explanations", "province", _("省份"), _filters.provinces(present), every=_("全部省份"))
    found = cached(explanations.cases, present, CaseFilter(province=province))
    if found.is_empty():
        empty(_("没有待说明的案件。数据整理查出涉嫌违反政策的记录后，按单位和规则列在这里。"))
    else:
        classes = {code: str(rule.cls) for code, rule in RULES.items()}
        lines = named(found.with_columns(code="institution"), "institution").with_columns(
            cls=pl.col("rule").replace_strict(classes),
            why=pl.col("rule").replace_strict({code: say(rule) for code, rule in RULES.items()}),
        )
        page = _tables.pager(lines.height, f"explanations.cases.page.{province}", quiet=True)
        picked = _export.table(
            present, _("待说明的案件"),
            in_colour(lines.slice(page * _tables.PAGE, _tables.PAGE), cls=FindingClass),
            {
                "institution": _tables.text(_("学位授予单位"), width=200),
                "rule": _tables.text(_("规则"), width=46),
                "why": _tables.text(_("问题"), width=400),
                "cls": _tables.status(_("问题类别"), FindingClass, width=172),
                "records": _tables.count(_("记录"), width=58),
                "to_send": _tables.count(_("待反馈"), width=58),
                "sent": _tables.count(_("已反馈"), width=58),
                "answered": _tables.count(_("已答复"), width=66),
            },
            key=f"explanations.cases.{province}.{page}",
            select=True,
            rows=9,
            read=in_colour(lines, cls=FindingClass),
            chosen=_export.filter_in_words({_("省份"): _filters.provinces(present).get(province or "")}),
        )
        st.caption(_("点选一个案件（单位＋规则），看其记录，登记收到的书面说明。"))
        if picked:
            chosen |= {"institution": picked["code"], "rule": picked["rule"]}
            _filters.put("explanations", institution=picked["code"], rule=picked["rule"])
        one = lines.filter(code=chosen["institution"] or "", rule=chosen["rule"] or "")
        if one.height:
            _explaining.case(present, chosen["institution"], one["institution"][0], chosen["rule"])
with received:
    _explaining.papers(present)
with figures:
    _explaining.figures(present)
