"""整包上传: a whole package as one zip on the screen 接收报送: unpacked, looked at, and handed to the background.

What a session has uploaded lies in the store's `work/` folder; it goes when it is handed over, after a day, or when the
store is next opened.
"""

import shutil
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from uuid import uuid4

import polars as pl
import streamlit as st

from core import contents, dryrun, inbox, package, photo_files, unpacking
from core.contents import Contents
from core.desk import Desk
from core.dryrun import DryRun
from core.errors import CentreError
from core.inbox import Found
from core.opening import File
from core.vocabulary import Category
from pages import _downloads, _dry, _tables, _uploader, _watching
from pages._parts import announce, reporting_errors, runner
from pages._words import _, in_words, listed, plain, say

_FILE, _MOST_TOLD = "load.package.file", 5


@dataclass
class _Held:
    """The package a session has uploaded, unpacked, and what was found in it for the institution last chosen."""

    name: str = ""
    size: int = 0
    folder: Path | None = None
    looked: tuple[str, Contents] | None = None
    dry: DryRun | None = None

    def discard(self) -> None:
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = self.looked = self.dry = None


@st.cache_resource(ttl=_uploader.KEPT, on_release=_Held.discard, show_spinner=False)
def _held_by(session: str) -> _Held:
    return _Held()


def way() -> str:
    """How a filing is to be uploaded: `file`, one data file; `package`, all parts of a package as one zip; `photos`,
    photos alone for records on file."""
    names = {"file": _("单个文件"), "package": _("整包（ZIP）"), "photos": _("照片补报")}
    chosen = st.segmented_control(
        _("上传方式"), list(names), default="file", format_func=names.get, key="load.way", label_visibility="collapsed"
    )
    return chosen or "file"


def show(present: Desk, institutions: dict[str, str]) -> None:
    """Ask for a package and its sender, show what is in it, and hand it over."""
    held = _held_by(_uploader.session())
    left, right = st.columns(2)
    with left:
        institution = st.selectbox(
            _("学位授予单位"), list(institutions), None, institutions.get, key="load.package.institution",
            placeholder=_("输入代码或名称查找"),
        )  # fmt: skip
        st.caption(_("整包里放：数据文件、照片zip（选填）、决议扫描件（选填）、{sheet}（选填），并排放在一起。").format(sheet=package.SHEET))
        _downloads.hand(
            present, _("下载申报表模板"), package.template, package.SHEET, key="load.package.sheet", mime="text/csv", blank=True
        )
    with right:
        if held.folder is None:
            _await(present, held)
        if held.folder and _uploader.named(_("报送包（ZIP）"), held.name, held.size, key="load.package.other"):
            held.discard()
            st.rerun()
    if held.folder is None:
        return
    if institution is None:
        st.info(_("请选择报送单位，再看包内清单。"))
        return
    with reporting_errors(), st.spinner(_("正在识别文件…")):
        if held.looked is None or held.looked[0] != institution:
            held.looked, held.dry = (institution, contents.of(package.of_folder(held.folder), institution)), None
        found = held.looked[1]
        _inside(found, institution)
        _totals(found)
        _decide(present, held, found, institution)


def _await(present: Desk, held: _Held) -> None:
    """Ask for the zip; when all of it is here it is unpacked and gone, and where it cannot be, its uploader says why."""
    ask = partial(_uploader.ask, present, _("报送包（ZIP）"), ("zip",), key=_FILE, most=photo_files.MOST_BYTES)
    arrival = ask()
    if arrival is None:
        return
    folder = present.db.folder / "work" / f"package-{uuid4().hex}"
    try:
        with st.spinner(_("正在打开报送包…")):
            held.name, held.size = arrival.name, arrival.path.stat().st_size
            unpacking.unpack(arrival.path, folder)
            held.folder = folder
    except CentreError as refusal:
        _uploader.refuse(_FILE, refusal)
        ask()
    finally:
        arrival.path.unlink(missing_ok=True)


def _inside(found: Contents, institution: str) -> None:
    lines = [
        {
            "name": file.name, "kind": _("数据文件"), "institution": file.seen.institution,
            "category": str(kind) if (kind := _category(file)) else None,
            "term": file.declared and file.declared.term.code, "count": file.source and file.source.rows, "told": _trouble(file, institution),
        }
        for file in found.files
    ]  # fmt: skip
    if found.photos:
        name, count = found.photos
        lines.append({"name": name, "kind": _("照片"), "count": count, "told": ""})
    lines += [{"name": scan, "kind": _("决议扫描件"), "told": ""} for scan in found.scans]
    if found.sheet:
        lines.append({"name": package.SHEET, "kind": _("申报表"), "told": ""})
    kinds = dict.fromkeys(("name", "kind", "institution", "category", "term"), pl.String) | {"count": pl.Int64, "told": pl.String}
    _tables.show(
        in_words(pl.DataFrame(lines, kinds), "category", Category),
        {
            "name": _tables.text(_("文件"), width=140),
            "kind": _tables.text(_("内容"), width=130),
            "institution": _tables.text(_("文件所载单位"), width=90),
            "category": _tables.text(_("报送类别"), width=200),
            "term": _tables.text(_("学期"), width=70),
            "count": _tables.count(_("行数或张数"), width=100),
            "told": _tables.text(_("为何不能接收"), width=425),
        },
        key="load.package.inside",
    )


def _category(file: File) -> Category | None:
    return file.declared.category if file.declared else file.seen.category


def _trouble(file: File, institution: str) -> str:
    if file.refusal:
        return say(file.refusal)
    if file.seen.institution not in (None, institution):
        return _("文件所载单位与所选单位不同，请核对。")
    return ""


def _totals(found: Contents) -> None:
    if not found.totals:
        st.caption(_("申报表没有写条数，不核对。") if found.sheet else _("包里没有申报表：学期、类别按文件内容，不核对条数。"))
        return
    agree, differ = _("相符"), _("条数不符")
    lines = [
        {"kind": say(kind), "declared": declared, "found": rows, "agree": agree if declared == rows else differ}
        for kind, declared, rows in found.totals
    ]
    _tables.show(
        pl.DataFrame(lines),
        {
            "kind": _tables.text(_("申报的级别或类别"), width=300),
            "declared": _tables.count(_("申报条数"), width=90),
            "found": _tables.count(_("文件行数"), width=90),
            "agree": _tables.text(_("核对"), width=90),
        },
        key="load.package.totals",
        width="content",
    )
    if wrong := [say(kind) for kind, declared, rows in found.totals if declared != rows]:
        st.warning(plain(_("条数与申报不符：{kinds}。整包不会入库，请核对申报表或文件。").format(kinds=listed(wrong))))


def _decide(present: Desk, held: _Held, found: Contents, institution: str) -> None:
    if found.refusal:
        st.error(plain(say(found.refusal)))
    elif found.refused:
        why = [_("{name}：{why}").format(name=file.name, why=say(file.refusal)) for file in found.files if file.refusal]
        st.error("  \n".join(map(plain, [_("有文件不能接收，请按上表所说改正后重新打包上传。"), *why[:_MOST_TOLD]])))
    with st.container(horizontal=True):
        about = _("在后台检查并入库，不先看问题；大文件宜用。进度在这里和“任务”中看，可以离开本页。")
        kind = "primary" if all(declared == rows for _kind, declared, rows in found.totals) else "secondary"
        if st.button(_("交后台办理"), key="load.package.job", type=kind, disabled=found.refused, help=about):
            asked = inbox.asking(present.db, Found(institution, held.folder), way="desk")
            job_id, = runner().ask(present, [replace(asked, name=held.name)])
            _watching.ask(job_id)
            held.discard()
            announce(_("已交后台办理（任务 {id}），可以离开本页。").format(id=job_id))
        if st.button(_("试检（不报送）"), key="load.package.check", disabled=found.refused, help=_("只看问题，不保存任何内容。")):
            held.dry = None
            with reporting_errors(), st.spinner(_("正在预检…")):
                held.dry = dryrun.of_package(present, package.of_folder(held.folder), found, institution)
        if st.button(_("取消"), key="load.package.cancel"):
            held.discard()
            st.rerun()
    if held.dry:
        _dry.show(present, held.dry)

