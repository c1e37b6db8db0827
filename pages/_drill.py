"""Narrowing the queue: counts by province, institution, class and rule, and chips that undo a choice."""

from dataclasses import asdict

import polars as pl
import streamlit as st

from core import queue, reference
from core.desk import Desk
from core.lifecycle import CaseStatus
from core.queue import QueueFilter
from core.rules import RULES
from core.vocabulary import FindingClass, Level
from pages import _export, _filters, _tables
from pages._parts import cached
from pages._words import _, language, plain, province_names, say

_FILTER = {"province": "province", "institution": "institution", "class": "cls", "rule": "rule"}


def narrow(present: Desk, wanted: QueueFilter) -> None:
    """A table of counts by one cut; choosing a row narrows the queue by it and goes on to the next cut."""
    cuts = {"province": _("省份"), "institution": _("单位"), "class": _("类别"), "rule": _("规则")}
    settled = {"province"} if present.actor.province else set()
    open_cuts = [cut for cut in cuts if getattr(wanted, _FILTER[cut]) is None and cut not in settled]
    if not open_cuts:
        st.caption(_("已按省份、单位、类别和规则全部收窄。"))
        return
    if st.session_state.get("queue.by") not in open_cuts:
        st.session_state["queue.by"] = open_cuts[0]
    cut = st.segmented_control(
        _("按此分组"), open_cuts, key="queue.by", format_func=cuts.get, required=True, label_visibility="collapsed"
    )
    counted = cached(queue.counts, present, wanted, by=cut)
    labelled = counted.with_columns(pl.Series("label", [_label(cut, row) for row in counted.iter_rows(named=True)]))
    picked = _export.table(
        present, _("暂不查询核查"),
        labelled,
        {
            "label": _tables.text(cuts[cut]),
            "records": _tables.count(_("记录"), width=62),
            "findings": _tables.count(_("问题数"), width=62),
        },
        key=f"queue.counts.{cut}.{wanted}",
        chosen=_export.filter_in_words(told(asdict(wanted))),
        select=True,
        rows=15,
    )
    st.caption(_("点选一行，按它收窄。"))
    if picked:
        _filters.put("queue", **{_FILTER[cut]: picked["key"]})
        st.rerun()


def chips(chosen: dict[str, str | None]) -> None:
    """The filters in force, each a button that takes it away."""
    active = {name: code for name, code in chosen.items() if code}
    if not active:
        return
    with st.container(horizontal=True, gap="small"):
        for name, code in active.items():
            st.button(
                f"{plain(_code_name(name, code))}  ✕",
                key=f"queue.drop.{name}",
                on_click=_filters.put,
                args=("queue",),
                kwargs={name: None},
                help=_("去掉这个条件"),
            )
        if len(active) > 1:
            st.button(
                _("全部清除"),
                key="queue.clear",
                type="tertiary",
                on_click=_filters.put,
                args=("queue",),
                kwargs=dict.fromkeys(active),
            )


def told(chosen: dict[str, str | None]) -> dict[str, str | None]:
    """The filters in force by their labels, in words."""
    labels = {
        "term": _("学期"), "province": _("省份"), "institution": _("学位授予单位"), "level": _("学位级别"), "cls": _("类别"),
        "rule": _("规则"), "status": _("核实状态"),
    }  # fmt: skip
    return {labels[name]: _code_name(name, code) for name, code in chosen.items() if code}


def _label(cut: str, row: dict) -> str:
    if cut in ("province", "institution"):
        return row[language()] or row["zh"]
    return _code_name(_FILTER[cut], row["key"])


def _code_name(name: str, code: str) -> str:
    if name == "province":
        return province_names().get(code, code)
    if name == "institution":
        return reference.load().names("institutions").get(code, code) if language() == "zh" else _english(code)
    if name == "rule":
        return f"{code} {say(RULES[code])}" if code in RULES else code
    words = {"cls": FindingClass, "level": Level, "status": CaseStatus}.get(name)
    return say(words(code)) if words and code in list(words) else code


def _english(code: str) -> str:
    found = reference.load().table("institutions").filter(pl.col("code") == code)["name_en"].drop_nulls()
    return found[-1] if found.len() else code
