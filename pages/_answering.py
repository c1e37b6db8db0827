"""Parts of 月度更正: files of answers handed in, and their receipts row by row with the workbook to send back."""

import tempfile
from functools import partial
from pathlib import Path

import polars as pl
import streamlit as st

from core import answer_receipts, answers, correction_files
from core.answer import Action, Handed, Reception, Source
from core.desk import Desk
from core.record import COLUMNS
from core.vocabulary import CorrectionKind, CorrectionReason, Duty
from pages import _downloads, _drafting, _export, _scans, _supplementing, _tables
from pages._parts import announce, empty, reporting_errors
from pages._words import _, actor_name, in_words, language, named, plain, say

_OPEN = "answers.open"


def show(present: Desk) -> None:
    """The form for whoever takes answers in, and the receipts of this person's scope."""
    if present.actor.may(Duty.LOAD):
        kinds = {str(each): say(each) for each in Source} | {"supplement": say(CorrectionKind.SUPPLEMENT)}
        kind = st.segmented_control(
            _("来件种类"), list(kinds), format_func=kinds.get, default="feedback", required=True, key="answers.kind", label_visibility="collapsed"
        )
        if kind == "supplement":
            _supplementing.ask(present)
        else:
            _hand_in(present, Source(kind))
    _receipts(present)


def _hand_in(present: Desk, source: Source) -> None:
    workbook, institution = source is Source.FEEDBACK, None
    if workbook:
        st.caption(_(
            "单位填好送回的反馈表（XLSX）逐行核对：每行各有回执，合格的成为更正、撤销备案或书面说明，有问题的不影响其他记录。"
        ))  # fmt: skip
    else:
        st.caption(_(
            "报送格式的文件，每行是一条在库记录更正后的内容：按学位证书编号（没有时按身份证件号码）对上记录，不同的字段成为信息变更；"
            "空单元格不改，要留空的写“清空”。"
        ))  # fmt: skip
        register = _drafting.institutions(present)
        institution = st.selectbox(
            _("学位授予单位"), list(register), None, register.get, key="answers.institution", placeholder=_("输入代码或名称查找"), width=500
        )
    with st.form(f"answers.form.{source}", border=True):
        left, right = st.columns(2)
        with left:
            file = (
                st.file_uploader(_("送回的反馈表（XLSX）"), ["xlsx"], key="answers.file") if workbook
                else st.file_uploader(_("更正文件（CSV、XLSX、XLS或DBF）"), ["csv", "txt", "xlsx", "xls", "dbf"], key="answers.filed")
            )
            scans = st.file_uploader(
                _("证明材料（PDF或JPG，可多份；撤销备案和变更关键信息必附）"), ["pdf", "jpg", "jpeg"], key="answers.scans",
                accept_multiple_files=True,
            )  # fmt: skip
        with right:
            first, second = st.columns(2)
            requester = first.text_input(_("提出单位经办人"), key="answers.requester")
            reasons = {str(each): say(each) for each in CorrectionReason}
            reason = second.selectbox(_("更正原因"), list(reasons), format_func=reasons.get, key="answers.reason")
            number, dated, copied_on, paper = "", None, None, None
            if workbook:
                number = first.text_input(_("书面说明文号（有说明的行必填）"), key="answers.number", max_chars=80)
                dated = second.date_input(_("说明日期"), None, format="YYYY-MM-DD", key="answers.dated")
                copied_on = first.date_input(_("抄报日期"), None, format="YYYY-MM-DD", key="answers.copied_on")
                with second:
                    paper = _scans.ask(_("说明扫描件（PDF或JPG）"), key="answers.paper")
        pressed = st.form_submit_button(_("收下并出回执"), type="primary", key="answers.take_in")
    if pressed and (file is None or not (workbook or institution)):
        st.error(_("请选择单位送回的文件。") if file is None else _("请选择学位授予单位。"))
    elif pressed:
        with reporting_errors(), st.spinner(_("正在逐行核对…")), tempfile.TemporaryDirectory(dir=present.db.folder / "work") as folder:
            kept = tuple(_scans.keep(present, scan) for scan in scans)
            handed = Handed(
                requester, CorrectionReason(reason), kept, number, dated, copied_on, _scans.keep(present, paper)
            )
            path = Path(folder) / "answer"
            path.write_bytes(file.getvalue())
            done = (
                answers.take_in(present, path, file.name, handed) if workbook
                else correction_files.take_in(present, path, file.name, handed, institution)
            )
            st.session_state[_OPEN] = done
            announce(_told(answer_receipts.one(present, done)))


def _told(head: dict[str, object]) -> str:
    sentence = _("回执第 {id} 号：已收下 {taken:,} 行，未收 {refused:,} 行，此前已收 {repeated:,} 行，未答复 {blank:,} 行。").format(
        id=head["answer_id"], **{str(each): head[str(each)] for each in Reception}
    )
    if head["same_as"]:
        sentence += _("这份文件此前已送来（回执第 {id} 号），没有重复办理。").format(id=head["same_as"])
    return sentence


def _receipts(present: Desk) -> None:
    st.subheader(_("收件回执"), anchor=False)
    total = answer_receipts.total(present)
    if not total:
        empty(_("还没有收到答复文件。单位送回的反馈表收下后，回执列在这里。"))
        return
    page = _tables.pager(total, "answers.page", quiet=True)

    def told(lines: pl.DataFrame) -> pl.DataFrame:
        return named(in_words(lines, "source", Source), "institution")

    found = told(answer_receipts.page(present, page=page, size=_tables.PAGE))
    _export.table(present, _("收件回执"), found, {
        "answer_id": _tables.number(_("编号"), width=60), "source": _tables.text(_("种类"), width=130),
        "institution": _tables.text(_("学位授予单位"), width=170), "file_name": _tables.text(_("文件"), width=180),
        "requester": _tables.text(_("经办人"), width=80), "taken": _tables.count(_("已收下"), width=70),
        "refused": _tables.count(_("未收"), width=60), "repeated": _tables.count(_("此前已收"), width=80),
        "blank": _tables.count(_("未答复"), width=70), "handed_at": _tables.moment(_("收到时间"), width=130),
    }, key="answers.list", rows=6, shape=told, read=lambda desk, part, size: answer_receipts.page(desk, page=part, size=size))  # fmt: skip
    numbers = found["answer_id"].to_list()
    opened = st.session_state.get(_OPEN)
    number = st.selectbox(
        _("打开回执"), numbers, numbers.index(opened) if opened in numbers else None, key=f"answers.choose.{opened}", width=360,
        placeholder=_("选择编号，逐行看收下与否和原因"),
    )  # fmt: skip
    if number is not None:
        _receipt(present, number)


def _receipt(present: Desk, number: int) -> None:
    head = answer_receipts.one(present, number)
    st.markdown(plain(_told(head)))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = {str(each): say(each) for each in Reception}
        outcome = st.segmented_control(
            _("只看"), list(words), format_func=words.get, key=f"answers.outcome.{number}", default="refused" if head["refused"] else None
        )
        _downloads.hand(
            present, _("下载回执（XLSX）"), partial(answer_receipts.workbook, present, number), f"反馈_回执_{number}.xlsx",
            key=f"answers.download.{number}", mime=_downloads.XLSX,
        )
        st.caption(_("{who}，{when:%Y-%m-%d %H:%M}").format(who=actor_name(head["handed_by"]), when=head["handed_at"]))
    lines = answer_receipts.lines(present, number, outcome=outcome)
    codes = {code: f"{say(column)} {code}" for code, column in COLUMNS.items()}
    shown = in_words(in_words(lines, "action", Action), "outcome", Reception)
    shown = shown.with_columns(field=shown["field"].replace_strict(codes, default=shown["field"], return_dtype=shown["field"].dtype))
    told = language()
    _export.table(present, _("回执"), shown, {
        "row": _tables.number(_("表内行号"), width=76), "record_id": _tables.number(_("记录编号"), width=80),
        "field": _tables.text(_("字段"), width=130), "action": _tables.text(_("处理"), width=90),
        "outcome": _tables.text(_("结果"), width=80), told: _tables.text(_("回执"), width=680),
    }, key=f"answers.lines.{number}.{outcome}", rows=14, chosen=_export.filter_in_words({
        _("编号"): f"{number}", _("只看"): words.get(outcome or ""),
    }))  # fmt: skip
