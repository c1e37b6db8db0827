"""接收报送: a file is looked at, checked before anything is stored, and received (articles 4 and 5)."""

import streamlit as st

from core import intake
from core.errors import CentreError
from core.vocabulary import Duty
from pages import _drafting, _dry, _package, _photos, _uploader, _uploads, _watching
from pages._parts import announce, desk, header, reporting_errors, runner
from pages._words import _, plain, say

present = desk(Duty.LOAD)
header(present, _("接收报送"), _("上传报送文件，预检看问题，确认后入库；预检不保存任何内容。"))
if received := st.session_state.pop("load.received", None):
    st.page_link("pages/filings.py", label=_("打开批次 {id}").format(id=received), query_params={"filing_id": received})
_watching.ended(present)
_watching.under_way(present)
way = _package.way()
if way != "file":
    (_package if way == "package" else _photos).show(present, _drafting.institutions(present))
    st.stop()

upload = _uploads.ask(present)
if upload is None:
    st.caption(_("格式和编码按内容识别。"))
    st.stop()

if _uploader.here(_("报送文件"), upload.file, key="load.other"):
    _uploads.forget()
    st.rerun()
left, right = st.columns(2)
with left:
    encoding, layout = _drafting.overrides()
    try:
        with st.spinner(_("正在识别文件…")):
            source, suggestion = upload.look(encoding, layout)
    except CentreError as refusal:
        st.error(plain(say(refusal)))
        st.stop()
    _drafting.detected(source)
    _drafting.photos(present, upload)
with right:
    declared = _drafting.declare(present, suggestion, upload.file_id)
if declared is None:
    st.stop()
if upload.drafted != (declared, encoding, layout):
    upload.drop_draft()

buttons = st.container(horizontal=True)
checked = upload.draft or st.session_state.get("load.check")
if buttons.button(_("预检"), key="load.check", type="secondary" if checked else "primary"):
    upload.drop_draft()
    with reporting_errors():
        _drafting.check(present, upload, declared, encoding, layout)
if upload.draft and buttons.button(_("接收入库"), key="load.receive", type="primary"):
    with reporting_errors(), st.spinner(_("正在入库…")):
        _uploads.require_all_here()
        scans = _drafting.resolution_scan(present, upload.file_id)
        done = intake.receive(present, upload.hand_over(), declared, source, upload.file.name, scans=scans)
        _uploads.forget()
        st.session_state["load.received"] = str(done.filing_id)
        told = _("已入库为批次 {id}：{records:,} 条记录，{withheld:,} 条暂不提供，{cleared:,} 条符合查询要求。")
        counts = {
            "records": done.outcome.records,
            "withheld": done.outcome.withheld,
            "cleared": done.outcome.cleared,
        }
        gone = _("该级别本学期的零报送 {id} 号已被取代。").format(id=done.superseded) if done.superseded else ""
        announce(told.format(id=done.filing_id, **counts) + gone)
about = _("在后台检查并入库，不先看问题；大文件宜用。进度在这里和“任务”中看，可以离开本页。")
if buttons.button(_("交后台办理"), key="load.job", help=about):
    with reporting_errors():
        _uploads.require_all_here()
        job_id = runner().load(
            present, upload.file.path, upload.file.name, declared, encoding=encoding, layout=layout, photos=upload.photos_path,
            scans=_drafting.resolution_scan(present, upload.file_id),
        )  # fmt: skip
        _watching.ask(job_id)
        _uploads.forget()
        announce(_("已交后台办理（任务 {id}），可以离开本页。").format(id=job_id))
if buttons.button(_("取消"), key="load.cancel"):
    _uploads.forget()
    st.rerun()
if upload.draft and upload.dry:
    _dry.show(present, upload.dry)
