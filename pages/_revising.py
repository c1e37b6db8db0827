"""Parts of 规则修订: the checks, thresholds and tables of a proposal, and the scope in which it is tried."""

import streamlit as st

from core import jobrevision
from core.desk import Desk
from core.rules import LOCKED, RULES
from core.settings import THRESHOLDS, Threshold
from core.trial import Reach
from pages import _filters, _keeping, _versions
from pages._parts import announce, reporting_errors, runner
from pages._proposal import Work
from pages._words import _, language, plain, say


def switches(work: Work) -> None:
    """Which checks are off; those the regulation itself demands are told, not offered."""
    off = [code for code in RULES if code not in LOCKED]
    st.session_state["revision.off"] = [code for code in off if code in work.off]
    st.multiselect(
        _("停用的规则"), off, key="revision.off", format_func=_versions.rule, placeholder=_("输入代码或文字，选中即停用"),
        filter_mode="contains", select_all=False,
        on_change=lambda: work.switch(frozenset(RULES).intersection(st.session_state["revision.off"])),
    )  # fmt: skip
    st.caption(_("停用的规则不再检查；从框中去掉即重新启用。"))
    with st.expander(_("法规明定、不可停用（{n} 条）").format(n=len(LOCKED))):
        st.markdown("\n".join(f"- {plain(_versions.rule(code))}" for code in RULES if code in LOCKED))


def thresholds(work: Work) -> None:
    """Every threshold with its unit, its limits and the checks that read it."""
    searched = st.text_input(
        _("查找参数"), key="revision.search", type="search", placeholder=_("参数名称、规则代码或文字"),
        label_visibility="collapsed",
    )  # fmt: skip
    wanted = searched.strip().lower()
    found = [each for each in THRESHOLDS.values() if wanted in _about(each).lower()]
    if not found:
        st.caption(_("没有这样的参数。换一个词。"))
    with st.container(height=310, border=True):
        for each in found:
            _threshold(work, each)


def tables_in(work: Work) -> None:
    """Tables the proposal replaces, each with what differs, and the way back."""
    for name in list(work.tables):
        st.markdown(_keeping.told_apart(name, work.differences[name]))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(_("取出"), key=f"revision.out.{name}", on_click=work.take_out, args=(name,))
            st.page_link("pages/codes.py", label=_("看差异"), query_params={"table": name})
    if not work.tables:
        st.caption(_("没有要换的代码表。在“代码表”中导入文件，看过差异后加入修订方案。"))
    st.page_link("pages/codes.py", label=_("打开代码表"))


def summary(work: Work) -> None:
    """What the proposal changes, in words."""
    lines = _versions.said(
        off=work.switched_off, on=work.switched_on, thresholds=work.moved, tables=sorted(work.tables)
    )
    if not lines:
        st.caption(_("还没有修改。停用规则、改参数或换代码表后，先试算再生效。"))
        return
    st.markdown(_("**与第 {n} 版相比**").format(n=work.base.version))
    st.caption("\n".join(f"- {plain(line)}" for line in lines))


def scope(present: Desk, work: Work, *, running: bool) -> None:
    """Where to try the proposal, and having it tried as a job."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        term = _choice("term", _("学期"), _filters.terms(present), _("全部学期"))
        province = _choice("province", _("省份"), _filters.provinces(present), _("全部省份"))
        kind = "secondary" if work.trial else "primary"
        asked = st.button(_("开始试算"), key="revision.try", type=kind, disabled=not work.changed or running)
    if asked:
        with reporting_errors():
            work.drop_trial()
            work.job_id = jobrevision.ask_trial(present, work.proposal(), Reach(term, province))
            runner().add([work.job_id])
            announce(_("已开始试算（任务 {id}），可以离开本页，回来看结果。没有改动任何数据。").format(id=work.job_id))


def _choice(name: str, label: str, options: dict[str, str], every: str) -> str | None:
    key = f"revision.{name}.{language()}"
    codes = ["", *options]
    chosen = st.selectbox(label, codes, key=key, format_func=lambda code: options.get(code, every), width=190)
    return chosen or None


def _about(each: Threshold) -> str:
    return " ".join([each.zh, each.en, *each.rules, *(say(RULES[code]) for code in each.rules if code in RULES)])


def _threshold(work: Work, each: Threshold) -> None:
    key = f"revision.threshold.{each.key}"
    st.session_state[key] = work.thresholds[each.key]
    checks = [_versions.rule(code) for code in each.rules if code in RULES]
    limits = _("允许 {lowest} 至 {highest}，通常为 {usual}。").format(
        lowest=each.lowest, highest=each.highest, usual=each.usual
    )
    unit = _versions.unit(each.key)
    now = work.base.settings[each.key]
    mark = "" if work.thresholds[each.key] == now else _(" · 现为 {value}").format(value=_versions.amount(each.key, now))
    st.number_input(
        plain(say(each)) + (f" ({unit})" if unit else "") + mark, each.lowest, each.highest, step=1, key=key,
        help=plain(limits) + "\n\n" + "\n\n".join(plain(check) for check in checks),
        on_change=lambda: work.set(each.key, st.session_state[key]),
    )  # fmt: skip


