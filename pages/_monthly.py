"""Parts of 月度更正: the month, the board by kind and stage, and the three acts with their counts typed."""

from datetime import date

import polars as pl
import streamlit as st

from core import corrections, month
from core.corrections import Stage
from core.desk import Desk
from core.month import Act, Run
from core.vocabulary import CorrectionKind, Duty
from pages import _export, _tables
from pages._parts import announce, cached, reporting_errors
from pages._words import _, say

_DUTY = {Act.SETTLE: Duty.LOAD, Act.PUBLISH: Duty.PUBLISH, Act.FEED_BACK: Duty.FEEDBACK}
_MONTHS = 6
"""So many months can be chosen, this one among them."""
_WIDTHS = {Stage.CONSENT: 78, Stage.CLEARED: 74, Stage.WITHHELD: 86, Stage.OVER: 52}
"""Pixels of columns whose heading is long or short."""


def choose(present: Desk) -> str:
    """The month whose corrections are looked at: last month, unless another is chosen."""
    months = [f"{present.now():%Y-%m}"]
    while len(months) < _MONTHS:
        year, number = map(int, months[-1].split("-"))
        months.append(month.last_month(date(year, number, 1)))
    asked = st.query_params.get("month", months[1])
    return st.segmented_control(
        _("更正月份"), months[::-1], default=asked if asked in months else months[1], required=True, key="corrections.month",
    )  # fmt: skip


def head(present: Desk, run: Run) -> None:
    """The cut-off, the due date with the days left, what came late and what waits for a province."""
    until, due, late, unready = st.columns(4)
    left = (run.due - present.now().date()).days
    until.metric(_("更正截至"), f"{run.last_day:%Y-%m-%d}")
    told = _("还有 {n} 天").format(n=left) if left >= 0 else _("已过 {n} 天").format(n=-left)
    due.metric(_("办理截止（第5个工作日）"), f"{run.due:%Y-%m-%d}", told if run.official else _("{told}，暂定").format(told=told),
               delta_color="off", delta_arrow="off")
    late.metric(_("截止后收到，归入下月"), f"{month.late(present, run.month):,}")
    unready.metric(_("待省级同意"), f"{month.unready(present, run.month):,}")


def board(present: Desk, chosen: str) -> tuple[str | None, str | None]:
    """Kinds by stages with their counts; returns the kind and the stage chosen for the list below."""
    st.subheader(_("更正进展"), anchor=False)
    told = cached(corrections.board, present, chosen)
    counts = {(kind, stage): many for kind, stage, many in told.iter_rows()}
    lines = [
        {"kind": say(kind), **{str(stage): counts.get((str(kind), str(stage)), 0) for stage in Stage}}
        for kind in CorrectionKind
    ]
    columns = {"kind": _tables.text(_("更正类别"), width=144)} | {
        str(stage): _tables.count(say(stage), width=_WIDTHS.get(stage, 66)) for stage in Stage
    }
    _export.table(
        present, _("更正进展"), pl.DataFrame(lines), columns, key="corrections.board",
        chosen=_export.filter_in_words({_("更正月份"): chosen}),
    )
    kinds = {str(each): say(each) for each in CorrectionKind}
    stages = {str(each): say(each) for each in Stage}
    with st.container(horizontal=True):
        kind = st.selectbox(_("更正类别"), list(kinds), None, kinds.get, key="corrections.kind", placeholder=_("全部更正类别"))
        stage = st.selectbox(_("办理阶段"), list(stages), None, stages.get, key="corrections.stage", placeholder=_("全部阶段"))
    return kind, stage


def acts(present: Desk, run: Run) -> None:
    """The three acts in their order: what waits for each, and doing it once its count has been typed."""
    st.subheader(_("本月三步"), anchor=False)
    waiting = cached(month.waiting, present, run.month)
    many, when = month.settled(present, run.month)
    if when:
        st.caption(_("本月已整理 {n:,} 件，最近一次 {when:%Y-%m-%d %H:%M}。").format(n=many, when=when))
    for number, act in enumerate(Act, start=1):
        count = waiting[act]
        mark = ":material/check_circle:" if not count else ":material/pending:"
        with st.container(border=True):
            st.markdown(f"{mark} **{number} {say(act)}** · {_('待办 {n:,}').format(n=count)}")
            if count and present.actor.may(_DUTY[act]):
                _confirm(present, run, act)
            elif count:
                st.caption(_("由有“{duty}”职责的人员办理。").format(duty=say(_DUTY[act])))


def _confirm(present: Desk, run: Run, act: Act) -> None:
    with st.form(f"corrections.{act}", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.number_input(_("请输入待办数以确认"), 0, None, None, 1, key=f"corrections.{act}.count", width=220)
        if st.form_submit_button(say(act), type="primary") and typed is not None:
            with reporting_errors():
                announce(_done(present, run, act, typed))


def _done(present: Desk, run: Run, act: Act, typed: int) -> str:
    if act is Act.PUBLISH:
        run_id = month.freeze(present, run.month, counted=typed)
        if run_id is None:
            return _("没有待上网的更正。")
        return _("已冻结 {n:,} 条为第 {run_id} 批，请第二人在“上网发布”放行。").format(n=typed, run_id=run_id)
    if act is Act.FEED_BACK:
        return _("已生成 {n:,} 份反馈单。").format(n=month.feed_back(present, run.month, counted=typed))
    done = month.settle(present, run.month, counted=typed)
    if done is None:
        return _("没有待整理的更正。")
    sentence = _(
        "已整理 {n:,} 件：待上网 {cleared:,}，仍不符合 {withheld:,}，撤销备案 {withdrawn:,}，记录另有变动失效 {lapsed:,}；"
        "相关记录变动 {neighbours:,} 条。"
    )
    return sentence.format(
        n=done.corrections, cleared=done.cleared, withheld=done.withheld, withdrawn=done.withdrawn, lapsed=done.lapsed,
        neighbours=done.neighbours,
    )
