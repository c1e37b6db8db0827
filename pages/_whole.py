"""What was found of a filing as such, and the centre's word on it: until then its records wait."""

from typing import Any

import streamlit as st

from core import review, views
from core.desk import Desk
from core.rules import RULES
from core.vocabulary import Duty, FindingClass
from pages import _facts
from pages._charts import badge
from pages._parts import announce, reporting_errors
from pages._words import _, article, plain, say


def findings(present: Desk, filing_id: int) -> None:
    """Each finding about the whole filing: class, sentence, what was counted; open ones with a form to settle them."""
    found = views.filing_findings(present, filing_id)
    if found.is_empty():
        return
    waits = [row for row in found.iter_rows(named=True) if _holds(row)]
    st.subheader(_("批次整体的问题（{n}）").format(n=found.height), anchor=False)
    if waits:
        st.warning(_("本批次有 {n} 个问题待核实：核实之前，批次的全部记录都不上网。").format(n=len(waits)))
    for row in found.iter_rows(named=True):
        with st.container(border=True, gap="xsmall"):
            _finding(row)
            if _holds(row) and present.actor.may(Duty.PUBLISH):
                _settle(present, filing_id, row["rule"])


def _holds(row: dict[str, Any]) -> bool:
    return row["closed"] is None and FindingClass(row["class"]).withholds


def _finding(row: dict[str, Any]) -> None:
    rule = RULES[row["rule"]]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        badge(say(FindingClass(row["class"])), row["class"])
        st.markdown(f"**{plain(say(rule))}** `{rule.code}`", width="content")
    st.markdown(plain(_facts.counted(row["value"]) if row["value"] else _("（空）")))
    st.caption(_("依据：{article}").format(article=article(rule.article)))
    if row["closed"]:
        st.caption(_closed(row["closed"]))


def _closed(note: str) -> str:
    version = note.removeprefix("ruleset ")
    if version != note:
        return _("规则修订后撤下（第 {n} 版）").format(n=version)
    return _("已核实：{note}").format(note=plain(note))


def _settle(present: Desk, filing_id: int, rule: str) -> None:
    with st.form(f"filings.settle.{filing_id}.{rule}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        note = st.text_input(_("核实情况（必填）"), key=f"filings.note.{filing_id}.{rule}", max_chars=300)
        if st.form_submit_button(_("核实"), type="primary"):
            with reporting_errors():
                review.settle(present, filing_id, rule, note=note)
                announce(_("批次 {id} 的这个问题已核实。").format(id=filing_id))
