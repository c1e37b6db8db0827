"""Jobs on the screens: those under way with measured progress, and how those asked for in this session ended.

Must not know how a job is carried out.
"""

import streamlit as st

from core import jobs
from core.desk import Desk
from core.job import Job
from core.jobbatch import Progress
from core.vocabulary import JobState
from pages._parts import reporting_errors, runner
from pages._words import _, plain, say

_SHOWN = 5
"""How many ended jobs of one session stay in sight on the screen that asked for them."""


def ask(job_id: int) -> None:
    """Remember that this session asked for a job."""
    st.session_state["jobs.asked"] = [*st.session_state.get("jobs.asked", []), job_id][-_SHOWN:]


def under_way(present: Desk) -> None:
    """The jobs that wait or run, each with its progress and a way to cancel it; renewed every second while there are any."""
    active = [job.job_id for job in jobs.under_way(present)]
    st.fragment(_lines, run_every=1 if active else None)(present, active)


def ended(present: Desk) -> None:
    """What came of the jobs this session asked for."""
    for job_id in st.session_state.get("jobs.asked", []):
        job = jobs.one(present.db, job_id)
        if job.state is JobState.DONE:
            st.success(plain(f"{name(job)} · {came_of(job)}"))
            filing(job)
        elif job.state is JobState.FAILED:
            st.error(plain(f"{name(job)} · {say(job.state)} · {came_of(job)}"))


def name(job: Job) -> str:
    """A job by its number and file."""
    return _("任务 {id}（{file}）").format(id=job.job_id, file=job.name)


def came_of(job: Job) -> str:
    """What came of a job that ended, in one sentence; nothing of others."""
    if job.outcome:
        told = _("已入库为批次 {id}：{records:,} 条记录，{withheld:,} 条暂不提供，{cleared:,} 条符合查询要求。")
        counts = {key: sum(each[key] for each in job.outcome) for key in ("records", "withheld", "cleared")}
        return told.format(id="、".join(str(each["filing_id"]) for each in job.outcome), **counts)
    return (say(job) or "") if job.state is JobState.FAILED else ""


def filing(job: Job) -> None:
    """The way to each filing a job has stored."""
    with st.container(horizontal=True):
        for number in [str(each["filing_id"]) for each in job.outcome]:
            label = _("打开批次 {id}").format(id=number)
            st.page_link("pages/filings.py", label=label, query_params={"filing_id": number})


def how_far(told: Progress | None) -> str:
    """How far a job has come, in words: rows done of rows, rows a second, time left."""
    if told is None:
        return _("排队中")
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


def _lines(present: Desk, before: list[int]) -> None:
    active = jobs.under_way(present)
    if [job.job_id for job in active] != before:
        st.rerun()
    for job in active:
        _line(present, job)


def _line(present: Desk, job: Job) -> None:
    told = runner().progress(job.job_id)
    share = min(1.0, told.rows_done / told.rows_in_all) if told and told.rows_in_all else 0.0
    left, right = st.columns([8, 1], vertical_alignment="center")
    left.progress(share, text=plain(f"{name(job)} · {how_far(told)}"))
    if right.button(_("取消任务"), key=f"jobs.cancel.{job.job_id}", disabled=bool(told and told.storing)):
        with reporting_errors():
            runner().cancel(present, job.job_id)
            st.rerun()
