"""Parts of 上网发布: the runs so far, and one of them taken on: through the gate, frozen, released by a second person, undone."""

import polars as pl
import streamlit as st

from core import publication_run, publication_runs
from core.desk import Desk
from core.lifecycle import RecordStatus, RunStatus
from core.publication import Blocker
from core.publication_runs import Left, RunKind
from core.vocabulary import Duty
from pages import _export, _filters, _tables
from pages._parts import announce, empty, is_number, reporting_errors
from pages._words import _, actor_name, in_colour, in_words, named, plain, say

_Row = dict


def draw(present: Desk) -> None:
    """The register of runs, and below it the one that was chosen."""
    st.subheader(_("历次上网"), anchor=False)
    found = publication_runs.runs(present)
    if found.is_empty():
        empty(_("还没有上网过。起草第一批后，这里逐批列出。"))
        return
    people = {key: actor_name(key) for name in ("frozen_by", "released_by") for key in found[name].drop_nulls().unique()}
    told = found.with_columns(
        pl.col("frozen_by", "released_by").replace(people),
        of=pl.coalesce("of", pl.format(_("第{}批"), "reverts")), left=pl.col("records") - pl.col("moved"),
    )
    columns = {
        "run_id": _tables.number(_("上网批"), width=50),
        "kind": _tables.text(_("用途"), width=92),
        "of": _tables.text(_("学期、月份"), width=84),
        "status": _tables.status(_("状态"), RunStatus, width=150),
        "records": _tables.count(_("清单"), width=58),
        "moved": _tables.count(_("放行"), width=58),
        "left": _tables.count(_("留下"), width=50),
        "frozen_at": _tables.moment(_("冻结时间"), width=120),
        "frozen_by": _tables.text(_("冻结人"), width=110),
        "released_at": _tables.moment(_("放行时间"), width=120),
        "released_by": _tables.text(_("放行人"), width=110),
        "package": _tables.number(_("数据包"), width=54),
    }
    picked = _export.table(
        present, _("历次上网"),
        in_colour(in_words(told, "kind", RunKind), status=RunStatus), columns, key="publish.runs", select=True, rows=8
    )
    if picked:
        _filters.put("publish.run", run_id=str(picked["run_id"]))
    asked = st.query_params.get("run_id", "")
    one = publication_runs.run(present, int(asked)) if is_number(asked) else None
    if one:
        _one(present, one)
    else:
        st.caption(_("点选一批，看它留下了什么，或继续办理。"))


def _one(present: Desk, run: _Row) -> None:
    about = run["of"] or _("第{}批").format(run["reverts"])
    with st.container(border=True):
        st.markdown(f"**{_('第 {run_id} 批').format(run_id=run['run_id'])} · {say(RunKind(run['kind']))} {plain(about)}** · "
                    f"{say(RunStatus(run['status']))}")
        if run["reason"]:
            st.caption(_("撤回理由：{reason}").format(reason=plain(run["reason"])))
        if run["sha256"]:
            st.caption(_("冻结清单的哈希：{sha256}").format(sha256=run["sha256"]))
        if present.actor.may(Duty.PUBLISH):
            _act(present, run)
        left, right = st.columns(2)
        with left:
            _kept_back(present, run["run_id"])
        with right:
            _left(present, run["run_id"])


def _act(present: Desk, run: _Row) -> None:
    """The next step of a run, and giving it up or undoing it."""
    run_id, status = run["run_id"], RunStatus(run["status"])
    with reporting_errors():
        if status is RunStatus.DRAFT and st.button(_("过关"), type="primary", key="publish.pass"):
            publication_run.pass_gate(present, run_id)
            announce(_("第 {run_id} 批已过关，请冻结清单。").format(run_id=run_id))
        if status is RunStatus.GATED and st.button(_("冻结清单"), type="primary", key="publish.freeze"):
            frozen = publication_run.freeze(present, run_id)
            announce(_("第 {run_id} 批已冻结 {n:,} 条，请第二人放行。").format(run_id=run_id, n=frozen))
        if status is RunStatus.FROZEN:
            _release(present, run)
    if status in (RunStatus.DRAFT, RunStatus.GATED, RunStatus.FROZEN):
        _with_reason(_("放弃这一批"), "abandon", lambda why: _abandoned(present, run_id, why))
    elif status is RunStatus.RELEASED and run["kind"] != RunKind.REVERT:
        _with_reason(_("起草撤回批次"), "revert", lambda why: _undone(present, run_id, why))


def _release(present: Desk, run: _Row) -> None:
    moved = publication_run.going(present, run["run_id"])
    staying = moved["records"].sum()
    for reason, many in moved.iter_rows():
        st.warning(_("冻结后有变动、不再上网 {n:,} 条：{reason}").format(n=many, reason=_reason(reason)))
    st.caption(_("清单 {records:,} 条，将放行 {n:,} 条。须由冻结人以外的第二人放行。").format(
        records=run["records"], n=run["records"] - staying
    ))  # fmt: skip
    with st.form("publish.release", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.number_input(_("请输入将放行的条数以确认"), 0, None, None, 1, key="publish.count", width=260)
        if st.form_submit_button(_("放行上网"), type="primary") and typed is not None:
            with reporting_errors():
                done = publication_run.release(present, run["run_id"], counted=typed)
                announce(_("第 {run_id} 批已放行 {n:,} 条，留下 {left:,} 条；数据包 {package}。").format(
                    run_id=done.run_id, n=done.moved, left=done.left, package=done.package or _("无变化")
                ))  # fmt: skip


def _with_reason(label: str, key: str, act: object) -> None:
    with st.expander(label), st.form(f"publish.{key}.form", border=False):
        why = st.text_input(_("理由（必填）"), key=f"publish.{key}.reason", max_chars=200)
        if st.form_submit_button(label, key=f"publish.{key}"):
            with reporting_errors():
                act(why)


def _abandoned(present: Desk, run_id: int, why: str) -> None:
    publication_run.abandon(present, run_id, reason=why)
    announce(_("第 {run_id} 批已放弃。").format(run_id=run_id))


def _undone(present: Desk, run_id: int, why: str) -> None:
    undoing = publication_run.open_revert(present, run_id, reason=why)
    st.query_params["run_id"] = str(undoing)
    announce(_("已起草第 {run_id} 批，撤回第 {undone} 批；请过关、冻结，由第二人放行。").format(run_id=undoing, undone=run_id))


def _kept_back(present: Desk, run_id: int) -> None:
    found = publication_runs.blockers(present, run_id)
    if found.is_empty():
        return
    st.caption(_("过关时留下的（{when:%Y-%m-%d %H:%M}）").format(when=found["found_at"][0]))
    columns = {"blocker": _tables.text(_("事项")), "records": _tables.count(_("记录数")), "filings": _tables.count(_("批次数"))}
    _export.table(
        present, _("过关时留下的"), in_words(found, "blocker", Blocker), columns, key="publish.kept_back", rows=8,
        chosen=_export.filter_in_words({_("上网批"): f"{run_id}"}),
    )


def _left(present: Desk, run_id: int) -> None:
    found = publication_runs.left(present, run_id)
    if found.is_empty():
        return
    st.caption(_("冻结后有变动、没有上网的"))
    columns = {
        "record_id": _tables.number(_("记录编号"), width=80),
        "certificate_no": _tables.text(_("证书编号"), width=160),
        "institution": _tables.text(_("学位授予单位")),
        "reason": _tables.text(_("原因")),
    }

    def shown(lines: pl.DataFrame) -> pl.DataFrame:
        reasons = {reason: _reason(reason) for reason in lines["reason"].unique()}
        return named(lines, "institution").with_columns(pl.col("reason").replace(reasons))

    _export.table(
        present, _("冻结后有变动、没有上网的"), shown(found), columns, key="publish.left", rows=8, shape=shown,
        chosen=_export.filter_in_words({_("上网批"): f"{run_id}"}),
        read=lambda desk, part, size: publication_runs.left(desk, run_id, page=part, size=size),
    )


def _reason(code: str) -> str:
    return say(Left(code)) if code in set(Left) else say(RecordStatus(code))
