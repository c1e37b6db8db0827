"""Parts of 月度更正 and 记录详情: a list of corrections, one of them before and after with its evidence, and asking for one."""

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from core import consents, correction, corrections, month
from core.corrections import Stage
from core.desk import Desk
from core.record import COLUMNS
from core.request import KEY, Request
from core.vocabulary import CorrectionKind, CorrectionReason, Duty
from pages import _downloads, _export, _scans, _tables
from pages._parts import announce, empty, reporting_errors
from pages._words import _, named, plain, say

_SIZE = 50


def listed(present: Desk, chosen: str, kind: str | None, stage: str | None) -> None:
    """A month's corrections, and below the one that is selected: what it changes and what can be done with it."""
    found = corrections.page(present, chosen, kind=kind, stage=stage, size=_SIZE)
    st.subheader(_("更正件"), anchor=False)
    if found.is_empty():
        empty(_("没有这样的更正件。单位的更正从记录详情或退回的反馈表收下后，列在这里。"))
        return
    words = {"kind": CorrectionKind, "stage": Stage, "reason": CorrectionReason}

    def shown(lines: pl.DataFrame) -> pl.DataFrame:
        return named(lines, "institution").with_columns(
            pl.col(name).replace_strict({str(each): say(each) for each in word}, default=pl.col(name)).alias(name)
            for name, word in words.items()
        )

    _export.table(present, _("更正件"), shown(found), {
        "correction_id": _tables.number(_("编号"), width=60), "kind": _tables.text(_("更正类别"), width=100),
        "stage": _tables.text(_("办理阶段"), width=130), "record_id": _tables.number(_("记录编号"), width=80),
        "institution": _tables.text(_("学位授予单位"), width=170), "reason": _tables.text(_("更正原因"), width=130),
        "requester": _tables.text(_("经办人"), width=80), "received_at": _tables.moment(_("收到时间"), width=130),
        "rolled_because": _tables.text(_("转入本月原因"), width=130),
    }, key="corrections.list", shape=shown, chosen=_export.filter_in_words({
        _("更正月份"): chosen, _("更正类别"): say(CorrectionKind(kind)) if kind else None,
        _("办理阶段"): say(Stage(stage)) if stage else None,
    }), read=lambda desk, part, size: corrections.page(desk, chosen, kind=kind, stage=stage, page=part, size=size))  # fmt: skip
    numbers = found["correction_id"].to_list()
    number = st.selectbox(_("打开更正件"), numbers, None, key="corrections.open", placeholder=_("选择编号，看更正前后内容和证明材料"), width=360)
    if number is not None:
        _one(present, chosen, number)


def _one(present: Desk, chosen: str, number: int) -> None:
    told = corrections.one(present, number)
    changed = corrections.fields(present, number)
    left, right = st.columns([3, 2])
    with left:
        _differences(changed)
        st.page_link("pages/record.py", label=_("看这条记录"), query_params={"record_id": str(told["record_id"])})
    with right:
        _evidence(present, number)
        if told["note"]:
            st.caption(plain(told["note"]))
        if told["kind"] == CorrectionKind.SUPPLEMENT:
            filing_id = str(told["filing_id"])
            st.page_link("pages/filings.py", label=_("打开批次 {id}").format(id=filing_id), query_params={"filing_id": filing_id})
            return
        if told["stage"] == Stage.CONSENT and present.actor.may(Duty.APPROVE):
            _consent(present, number)
        if told["stage"] in (Stage.CONSENT, Stage.CHECKED) and present.actor.may(Duty.LOAD):
            _put_off(present, chosen, number)


def _differences(changed: pl.DataFrame) -> None:
    if changed.is_empty():
        st.caption(_("这件更正不改字段。"))
        return
    lines = changed.with_columns(
        field=pl.col("field").replace_strict({code: say(column) for code, column in COLUMNS.items()}),
        key=pl.Series([_("是") if code in KEY else "" for code in changed["field"]], dtype=pl.String),
    )
    _tables.show(lines, {
        "field": _tables.text(_("字段"), width=150), "key": _tables.text(_("关键信息"), width=110),
        "before": _tables.text(_("更正前"), width=220), "after": _tables.text(_("更正后"), width=220),
    }, key="corrections.fields")  # fmt: skip


def _evidence(present: Desk, number: int) -> None:
    scans = corrections.evidence(present, number)
    if scans.is_empty():
        st.caption(_("没有证明材料。"))
    for scan in scans.iter_rows(named=True):
        _downloads.hand(
            present, _("证明材料：{name}").format(name=scan["file_name"]),
            lambda scan=scan: corrections.scan(present, number, scan["sha256"]), scan["file_name"],
            key=f"corrections.scan.{scan['sha256']}",
        )  # fmt: skip


def _consent(present: Desk, number: int) -> None:
    with st.form("corrections.consent"):
        words = st.text_input(_("同意的文号，或不同意的理由"), key="corrections.words")
        with st.container(horizontal=True):
            yes = st.form_submit_button(_("同意更正"), type="primary")
            no = st.form_submit_button(_("不同意"))
    with reporting_errors():
        if yes:
            consents.consent(present, [number], document=words, consented_on=present.now().date())
            announce(_("已记下省级同意。"))
        if no:
            consents.decline(present, [number], reason=words)
            announce(_("已记下省级不同意。"))


def _put_off(present: Desk, chosen: str, number: int) -> None:
    with st.form("corrections.off", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        reason = st.text_input(_("转入下月的理由"), key="corrections.off.reason")
        if st.form_submit_button(_("转入下月")):
            with reporting_errors():
                month.roll_over(present, chosen, [number], reason=reason)
                announce(_("已转入下月。"))


def of_record(present: Desk, head: dict[str, Any], filed: dict[str, str | None]) -> None:
    """On a record: the corrections it has had, and asking for one where this person may."""
    had = corrections.of_record(present, int(head["record_id"]))
    if not present.actor.may(Duty.LOAD) and had.is_empty():
        return
    with st.expander(_("更正（{n} 件）").format(n=had.height)):
        if not had.is_empty():
            words = {"kind": CorrectionKind, "stage": Stage, "reason": CorrectionReason}
            _export.table(present, _("更正件"), had.with_columns(
                pl.col(name).replace_strict({str(each): say(each) for each in word}, default=pl.col(name)).alias(name)
                for name, word in words.items()
            ), {
                "correction_id": _tables.number(_("编号"), width=60), "kind": _tables.text(_("更正类别"), width=90),
                "stage": _tables.text(_("办理阶段"), width=140), "reason": _tables.text(_("更正原因"), width=140),
                "requester": _tables.text(_("经办人"), width=90), "received_at": _tables.moment(_("收到时间"), width=130),
            }, key="record.corrections")  # fmt: skip
        if present.actor.may(Duty.LOAD):
            _ask(present, head, filed)


def _ask(present: Desk, head: dict[str, Any], filed: dict[str, str | None]) -> None:
    kinds = {str(each): say(each) for each in CorrectionKind if each is not CorrectionKind.SUPPLEMENT}
    kind = CorrectionKind(st.segmented_control(
        _("更正类别"), list(kinds), default="change", format_func=kinds.get, required=True, key="record.correct.kind"
    ))
    fields: dict[str, str | None] = {}
    left, right = st.columns(2)
    with left:
        if kind is CorrectionKind.CHANGE:
            names = {code: f"{say(column)} {code}" for code, column in COLUMNS.items()}
            for code in st.multiselect(_("要变更的字段"), list(names), format_func=names.get, key="record.correct.fields",
                                       placeholder=_("输入字段名称或代码")):  # fmt: skip
                given = st.text_input(names[code], filed.get(code) or "", key=f"record.correct.{head['record_id']}.{code}")
                if given != (filed.get(code) or ""):  # as it is shown, perhaps masked, it is no new value
                    fields[code] = given
        scan = _scans.ask(_("证明材料（PDF或JPG，关键信息必附）"), key="record.correct.scan")
        picture = None
        if kind in (CorrectionKind.SUPPLY_PHOTO, CorrectionKind.REPLACE_PHOTO):
            picture = st.file_uploader(_("照片"), ["jpg", "jpeg"], key="record.correct.photo")
    with right:
        reasons = {str(each): say(each) for each in CorrectionReason}
        reason = st.selectbox(_("更正原因"), list(reasons), format_func=reasons.get, key="record.correct.reason")
        requester = st.text_input(_("提出单位经办人"), key="record.correct.requester")
        note = st.text_input(_("说明"), key="record.correct.note")
    if st.button(_("收下更正"), key="record.correct", type="primary"):
        with reporting_errors(), tempfile.TemporaryDirectory(dir=present.db.folder / "work") as folder:
            evidence = tuple(each for each in [_scans.keep(present, scan)] if each)
            if picture:
                (Path(folder) / "photo.jpg").write_bytes(picture.getvalue())
            asked = Request(
                kind, int(head["record_id"]), int(head["version"]), CorrectionReason(reason), requester, fields, note, evidence,
                Path(folder) if picture else None,
            )
            receipt, = correction.take_in(present, [asked])
            if receipt.taken:
                announce(say(receipt))
            st.error(plain(say(receipt)))
