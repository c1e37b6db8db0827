"""Jobs on the screens: those under way with measured progress, and how those asked for in this session ended.

Must not know how a job is carried out.
"""

import os
from collections.abc import Iterator

import polars as pl
import streamlit as st

from core import jobs, photo_supplies, supply
from core.desk import Desk
from core.job import DUTIES, Job
from core.jobbatch import Progress
from core.keeping import Keeping
from core.vocabulary import JobKind, JobState
from pages import _export, _tables
from pages._parts import announce, reporting_errors, runner
from pages._words import _, language, plain, say

_SHOWN = 5
"""How many ended jobs of one session stay in sight on the screen that asked for them."""
_IN_SIGHT = 8
"""So many jobs under way are shown each with its progress: a semester's packages are over a thousand."""


def ask(job_id: int) -> None:
    """Remember that this session asked for a job."""
    st.session_state["jobs.asked"] = [*st.session_state.get("jobs.asked", []), job_id][-_SHOWN:]


def under_way(present: Desk) -> None:
    """The jobs that wait or run, each with its progress and a way to cancel it; renewed every second while there are any."""
    seen = jobs.under_way(present, most=_IN_SIGHT)
    active = [job.job_id for job in seen[0]]
    st.fragment(_lines, run_every=1 if active else None)(present, active, iter([seen]))


def ended(present: Desk) -> None:
    """What came of the jobs this session asked for."""
    for job_id in st.session_state.get("jobs.asked", []):
        job = jobs.one(present.db, job_id)
        if not present.actor.may(DUTIES[job.kind]):
            continue
        if job.state is JobState.DONE:
            st.success(plain(f"{name(job)} · {came_of(job)}"))
            filing(job)
            refused(present, job)
        elif job.state is JobState.FAILED:
            st.error(plain(f"{name(job)} · {say(job.state)} · {came_of(job)}"))


def undone(present: Desk) -> None:
    """The jobs that failed or were cancelled, each with why, done again or its files deleted."""
    found = jobs.undone(present)
    if found:
        st.subheader(_("未办成或已取消，可重试"), anchor=False)
        st.caption(_("文件保留 {n} 天，到期清除。").format(n=Keeping.told(os.environ).jobs.days))
    for job in found[: _tables.PAGE]:
        told, retry, drop = st.columns([8, 1, 1], vertical_alignment="center")
        sentence = " · ".join(filter(None, [name(job), say(job.state), came_of(job)]))
        (told.error if job.state is JobState.FAILED else told.info)(plain(sentence))
        if retry.button(_("重试"), key=f"jobs.retry.{job.job_id}"):
            with reporting_errors():
                runner().retry(present, job.job_id)
                announce(_("任务 {id} 重新排队。").format(id=job.job_id))
        if drop.button(_("删除文件"), key=f"jobs.drop.{job.job_id}", help=_("删除上传的文件；之后这个任务不能重试。")):
            with reporting_errors():
                jobs.drop(present, job.job_id)
                announce(_("任务 {id} 的文件已删除。").format(id=job.job_id))


def name(job: Job) -> str:
    """A job by its number and what it works on."""
    return _("任务 {id}（{file}）").format(id=job.job_id, file=works_on(job))


def works_on(job: Job) -> str:
    """The file or package a job works on; of one without files, its kind."""
    return job.name if job.files else say(job.kind)


def came_of(job: Job) -> str:
    """What came of a job that ended, in one sentence; nothing of others."""
    if job.outcome and job.kind is JobKind.PHOTOS:
        told = _("照片 {photos:,} 张：{taken:,} 条记录收到照片，其中 {cleared:,} 条转为符合；未收 {refused:,} 张。")
        return told.format(**job.outcome[0])
    if job.outcome and job.kind is JobKind.FEEDBACK:
        return _("第 {run_id} 批：{notices:,} 份反馈表和反馈函，{provinces:,} 个省级反馈包已生成。").format(**job.outcome[0])
    if job.outcome and job.kind is not JobKind.LOAD:
        return _revised(job)
    if job.outcome:
        told = _("已入库为批次 {id}：{records:,} 条记录，{withheld:,} 条暂不提供，{cleared:,} 条符合查询要求。")
        counts = {key: sum(each[key] for each in job.outcome) for key in ("records", "withheld", "cleared")}
        return told.format(id="、".join(str(each["filing_id"]) for each in job.outcome), **counts)
    return (say(job) or "") if job.state is JobState.FAILED else ""


def _revised(job: Job) -> str:
    """What a trial found, or a revision moved."""
    told, = job.outcome
    if job.kind is JobKind.TRIAL:
        return _("试算完成：{filings:,} 个批次、{records:,} 条记录，新增 {failing:,} 个问题，撤下 {passing:,} 个。没有改动任何数据。").format(**told)
    day = job.asked.get("effective_on")
    if day and day > f"{job.ended_at:%Y-%m-%d}":
        return _("第 {version} 版已保存，自 {day} 起生效；在此之前不改动任何记录。").format(version=told["version"], day=day)
    return _(
        "第 {version} 版已生效：撤下 {closed:,} 个问题，新记入 {entered:,} 个；{cleared:,} 条记录转为符合查询要求，"
        "{withheld:,} 条转为暂不提供，{excluded:,} 条移出查询范围。"
    ).format(**told)


def filing(job: Job) -> None:
    """The way to each filing a job has stored."""
    if job.kind is not JobKind.LOAD:
        return
    with st.container(horizontal=True):
        for number in [str(each["filing_id"]) for each in job.outcome]:
            label = _("打开批次 {id}").format(id=number)
            st.page_link("pages/filings.py", label=label, query_params={"filing_id": number})


def refused(present: Desk, job: Job) -> None:
    """The photos of a supply that were not taken, each with its cause; nothing of other jobs, or where all were."""
    if job.kind is not JobKind.PHOTOS or not job.outcome or not job.outcome[0]["refused"]:
        return
    found = photo_supplies.refused(present, job.outcome[0]["supply_id"])
    causes = {each: supply.reason(each)[language() == "en"] for each in found["refusal"].unique()}
    with st.expander(_("任务 {id} 未收的照片（{n:,} 张）").format(id=job.job_id, n=found.height)):
        page = _tables.pager(found.height, f"jobs.refused.{job.job_id}", quiet=True)
        told = found.with_columns(pl.col("refusal").replace_strict(causes))
        _export.table(
            present, _("未收的照片"),
            told.slice(page * _tables.PAGE, _tables.PAGE),
            {
                "file_name": _tables.text(_("文件"), width=260),
                "refusal": _tables.text(_("为何未收"), width=460),
                "record_id": _tables.number(_("记录编号"), width=80),
            },
            key=f"jobs.refused.table.{job.job_id}",
            read=told,
        )


def how_far(told: Progress | None, kind: JobKind = JobKind.LOAD) -> str:
    """How far a job has come, in words: rows (or photos) done of rows, rows a second, time left."""
    if told is None:
        return _("排队中")
    if kind is JobKind.PHOTOS:
        return _photos_so_far(told)
    if kind is JobKind.FEEDBACK:
        if not told.rows_in_all:
            return _("正在读取冻结清单…")
        return _("已生成 {done:,} / {all:,} 份反馈表").format(done=told.rows_done, all=told.rows_in_all)
    if told.storing and not told.rows_done:
        return _("正在入库…")
    if told.storing:
        return _("{rows:,} 行已全部检查，正在入库…").format(rows=told.rows_done)
    if told.rate is None:
        return _("共 {rows:,} 行，开始检查…").format(rows=told.rows_in_all) if told.rows_in_all else _("正在识别文件…")
    if told.seconds_left is None:
        return _("已检查 {rows:,} 行，每秒 {rate:,.0f} 行").format(rows=told.rows_done, rate=told.rate)
    minutes, seconds = divmod(round(told.seconds_left), 60)
    sentence = _("已检查 {rows:,} / {all:,} 行，每秒 {rate:,.0f} 行，检查约剩 {minutes}:{seconds:02d}")
    measured = {"rows": told.rows_done, "all": told.rows_in_all, "rate": told.rate}
    return sentence.format(**measured, minutes=minutes, seconds=seconds)


def _photos_so_far(told: Progress) -> str:
    if told.storing:
        return _("{photos:,} 张已全部看过，正在入库…").format(photos=told.rows_done)
    if told.seconds_left is None:
        return _("正在识别照片…")
    minutes, seconds = divmod(round(told.seconds_left), 60)
    return _("已看 {photos:,} / {all:,} 张，约剩 {minutes}:{seconds:02d}").format(
        photos=told.rows_done, all=told.rows_in_all, minutes=minutes, seconds=seconds
    )


def _lines(present: Desk, before: list[int], seen: Iterator[tuple[list[Job], int]]) -> None:
    """Draws what the screen has `seen` first: one begun again at once, for a job that just ended, loses what it announces."""
    active, in_all = next(seen, None) or jobs.under_way(present, most=_IN_SIGHT)
    if [job.job_id for job in active] != before:
        st.rerun()
    for job in active:
        _line(present, job)
    if in_all > len(active):
        st.caption(_("另有 {n:,} 个任务在办或排队，见下表。").format(n=in_all - len(active)))


def _line(present: Desk, job: Job) -> None:
    told = runner().progress(job.job_id)
    share = min(1.0, told.rows_done / told.rows_in_all) if told and told.rows_in_all else 0.0
    left, right = st.columns([8, 1], vertical_alignment="center")
    left.progress(share, text=plain(f"{name(job)} · {how_far(told, job.kind)}"))
    if right.button(_("取消任务"), key=f"jobs.cancel.{job.job_id}", disabled=bool(told and told.storing)):
        with reporting_errors():
            runner().cancel(present, job.job_id)
            st.rerun()
