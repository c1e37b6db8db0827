"""Trials and revisions of late, as jobs, on the screen 规则修订: what came of each, and a trial taken up again."""

import os

import polars as pl
import streamlit as st

from core import jobrevision, jobs
from core.desk import Desk
from core.job import Job
from core.keeping import Keeping
from core.vocabulary import JobKind, JobState
from pages import _export, _proposal, _tables, _watching
from pages._parts import announce, reporting_errors
from pages._proposal import Work
from pages._words import _, actor_name, in_colour, say

_KINDS = (JobKind.TRIAL, JobKind.RESORT)
_SHOWN = 10


def recent(present: Desk, work: Work) -> None:
    """The latest trials and revisions, whoever asked for them; a trial whose results are still here can be opened."""
    found = [job for job in jobs.page(present, 0, _tables.PAGE) if job.kind in _KINDS][:_SHOWN]
    if not found:
        return
    st.subheader(_("近期的试算和生效"), anchor=False)
    lines = pl.DataFrame(
        {
            "job_id": [job.job_id for job in found], "state": [str(job.state) for job in found],
            "kind": [say(job.kind) for job in found], "came_of": [_watching.came_of(job) for job in found],
            "asked_by": [actor_name(job.asked_by) for job in found],
            "ended_at": pl.Series([job.ended_at for job in found], dtype=pl.Datetime),
        }
    )  # fmt: skip
    picked = _export.table(
        present, _("近期的试算和生效"),
        in_colour(lines, state=JobState),
        {
            "job_id": _tables.number(_("编号"), width=45),
            "state": _tables.status(_("状态"), JobState, width=75),
            "kind": _tables.text(_("任务种类"), width=75),
            "came_of": _tables.text(_("结果"), width=560),
            "asked_by": _tables.text(_("办理人"), width=110),
            "ended_at": _tables.moment(_("办结时间"), width=115),
        },
        key="revision.jobs",
        select=True,
        rows=5,
    )
    opened = next((job for job in found if picked and job.job_id == picked["job_id"]), None) or _left_behind(found, work)
    if opened is None or opened.job_id == work.job_id or jobrevision.found_by(present.db, opened) is None:
        kept = Keeping.told(os.environ).jobs.days
        st.caption(_("试算结果保留 {n} 天；点选一次试算，可以打开当时的修订方案和结果。").format(n=kept))
        return
    label = _("打开试算 {id} 的方案和结果").format(id=opened.job_id)
    if st.button(label, key="revision.open", help=_("代替本页现在的修订方案。")):
        with reporting_errors():
            _proposal.take_up(present, opened)
            announce(_("已打开试算 {id}。").format(id=opened.job_id))


def _left_behind(found: list[Job], work: Work) -> Job | None:
    """The latest trial that is done, for someone who comes back with nothing under work."""
    done = (job for job in found if job.kind is JobKind.TRIAL and job.state is JobState.DONE)
    return None if work.changed else next(done, None)
