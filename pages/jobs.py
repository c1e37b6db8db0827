"""任务: the work done behind the screens: how far it has come, what came of it, done again where it failed."""

import polars as pl
import streamlit as st

from core import jobs
from core.vocabulary import Duty, JobState
from pages import _tables, _watching
from pages._parts import announce, desk, empty, header, inbox, reporting_errors, runner
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

undone = jobs.undone(present)
if undone:
    st.subheader(_("未办成或已取消，可重试"), anchor=False)
    st.caption(_("文件保留七天，之后随程序重新启动清除。"))
for job in undone[: _tables.PAGE]:
    told, retry, drop = st.columns([8, 1, 1], vertical_alignment="center")
    sentence = " · ".join(filter(None, [_watching.name(job), say(job.state), _watching.came_of(job)]))
    (told.error if job.state is JobState.FAILED else told.info)(plain(sentence))
    if retry.button(_("重试"), key=f"jobs.retry.{job.job_id}"):
        with reporting_errors():
            runner().retry(present, job.job_id)
            announce(_("任务 {id} 重新排队。").format(id=job.job_id))
    if drop.button(_("删除文件"), key=f"jobs.drop.{job.job_id}", help=_("删除上传的文件；之后这个任务不能重试。")):
        with reporting_errors():
            jobs.drop(present, job.job_id)
            announce(_("任务 {id} 的文件已删除。").format(id=job.job_id))

st.subheader(_("全部任务"), anchor=False)
shown = jobs.page(present, _tables.pager(total, "jobs.page") * _tables.PAGE, _tables.PAGE)
lines = pl.DataFrame(
    {
        "job_id": [job.job_id for job in shown],
        "state": [str(job.state) for job in shown],
        "kind": [say(job.kind) for job in shown],
        "file_name": [job.name for job in shown],
        "institution": pl.Series([job.sender for job in shown], dtype=pl.String),
        "rows_done": [job.rows_done for job in shown],
        "asked_by": [actor_name(job.asked_by) for job in shown],
        "asked_at": [job.asked_at for job in shown],
        "ended_at": pl.Series([job.ended_at for job in shown], dtype=pl.Datetime),
        "came_of": [_watching.came_of(job) for job in shown],
    }
)
_tables.show(
    in_colour(lines, state=JobState),
    {
        "job_id": _tables.number(_("编号"), width=45),
        "state": _tables.status(_("状态"), JobState, width=75),
        "kind": _tables.text(_("任务种类"), width=75),
        "file_name": _tables.text(_("文件"), width=130),
        "came_of": _tables.text(_("结果"), width=330),
        "rows_done": _tables.count(_("行数"), width=70),
        "institution": _tables.text(_("学位授予单位"), width=80),
        "asked_by": _tables.text(_("办理人"), width=120),
        "asked_at": _tables.moment(_("交办时间"), width=115),
        "ended_at": _tables.moment(_("办结时间"), width=115),
    },
    key="jobs.all",
    rows=20,
)
