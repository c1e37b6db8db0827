"""任务: the work done behind the screens: how far it has come, what came of it, done again where it failed."""

import polars as pl
import streamlit as st

from core import jobs
from core.job import Job
from core.vocabulary import Duty, JobState
from pages import _export, _tables, _watching
from pages._parts import desk, empty, header, inbox
from pages._words import _, actor_name, in_colour, plain, say

present = desk(Duty.LOAD)
header(present, _("任务"), _("交后台办理的报送：进度、结果、取消和重试。办理时可以离开本页，关机后再开机接着办。"))
watch = inbox()
for trouble in watch.troubles:
    where = _("收件目录 {institution}/{name}：").format(institution=trouble.institution, name=trouble.name)
    st.warning(plain(where + say(trouble)))
folder = "/".join(watch.folder.parts[-3:])
st.caption(
    plain(_("收件目录 {folder}/单位代码/：放入数据文件，或每个报送包一个子文件夹；复制完成{seconds:.0f}秒后自动接收。").format(
        folder=folder, seconds=watch.quiet
    ))
)
total = jobs.total(present)
if not total:
    empty(_("还没有任务。在“接收报送”上传文件后选“交后台办理”，任务就在这里。"))
    st.stop()
_watching.under_way(present)

_watching.undone(present)

st.subheader(_("全部任务"), anchor=False)
shown = jobs.page(present, _tables.pager(total, "jobs.page") * _tables.PAGE, _tables.PAGE)


def told(found: list[Job]) -> pl.DataFrame:
    """Jobs as lines of a table, in words."""
    lines = {
        "job_id": ([job.job_id for job in found], pl.Int64),
        "state": ([str(job.state) for job in found], pl.String),
        "kind": ([say(job.kind) for job in found], pl.String),
        "file_name": ([_watching.works_on(job) for job in found], pl.String),
        "institution": ([job.sender for job in found], pl.String),
        "rows_done": ([job.rows_done for job in found], pl.Int64),
        "asked_by": ([actor_name(job.asked_by) for job in found], pl.String),
        "asked_at": ([job.asked_at for job in found], pl.Datetime),
        "ended_at": ([job.ended_at for job in found], pl.Datetime),
        "came_of": ([_watching.came_of(job) for job in found], pl.String),
    }
    return in_colour(pl.DataFrame([pl.Series(name, *column) for name, column in lines.items()]), state=JobState)


_export.table(
    present, _("全部任务"),
    told(shown),
    {
        "job_id": _tables.number(_("编号"), width=42),
        "state": _tables.status(_("状态"), JobState, width=86),
        "kind": _tables.text(_("任务种类"), width=86),
        "file_name": _tables.text(_("文件"), width=104),
        "came_of": _tables.text(_("结果"), width=310),
        "rows_done": _tables.count(_("行数"), width=58),
        "institution": _tables.text(_("学位授予单位"), width=78),
        "asked_by": _tables.text(_("办理人"), width=88),
        "asked_at": _tables.moment(_("交办时间"), width=124),
        "ended_at": _tables.moment(_("办结时间"), width=124),
    },
    key="jobs.all",
    rows=20,
    read=lambda desk, part, size: told(jobs.page(desk, part * size, size)),
)
for job in shown:
    _watching.refused(present, job)
