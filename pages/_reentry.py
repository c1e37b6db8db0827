"""Parts of 撤销登记: what was revoked or withdrawn and came again, and the override by two people that lets one pass."""

from typing import Any

import polars as pl
import streamlit as st

from core import reentry
from core.desk import Desk
from core.lifecycle import RecordStatus
from core.reentry import Override, State
from core.vocabulary import Duty
from pages import _export, _tables
from pages._parts import announce, empty, reporting_errors
from pages._words import _, actor_name, in_words, named, plain


def listed(present: Desk, total: int) -> None:
    """The records the guard has stopped or let pass; one that is chosen is proposed or decided below."""
    if not total:
        empty(_("没有已撤销又再次报送的记录。"))
        return
    found = reentry.page(present, page=_tables.pager(total, "revocations.hits", quiet=True))
    why = {"P23": _("学位已撤销"), "O05": _("备案已撤销")}

    def told(lines: pl.DataFrame) -> pl.DataFrame:
        shown = in_words(in_words(named(lines, "institution"), "state", State), "status", RecordStatus)
        return shown.with_columns(pl.col("rule").replace_strict(why, return_dtype=pl.String).alias("why"))

    one = _export.table(
        present, _("再次报送"),
        told(found),
        {
            "record_id": _tables.number(_("记录编号"), width=76),
            "filing_id": _tables.number(_("批次"), width=56),
            "name": _tables.text(_("姓名"), width=80),
            "certificate_no": _tables.text(_("学位证书编号"), width=150),
            "institution": _tables.text(_("学位授予单位"), width=185),
            "why": _tables.text(_("拦截原因"), width=165),
            "status": _tables.text(_("记录状态"), width=120),
            "state": _tables.text(_("复报处理"), width=130),
            "document": _tables.text(_("文号")),
        },
        key=f"revocations.stopped.{present.db.version}",
        select=True,
        rows=10,
        read=lambda desk, part, size: reentry.page(desk, page=part, size=size),
        shape=told,
    )
    if one is None:
        st.caption(_("点选一条，可提请准予恢复或由第二人确认。"))
        return
    _one(present, found.filter(record_id=one["record_id"], rule=one["rule"]).row(0, named=True))


def _one(present: Desk, line: dict[str, Any]) -> None:
    with st.container(border=True):
        st.page_link(
            "pages/record.py", label=_("记录 {id}").format(id=line["record_id"]), query_params={"record_id": str(line["record_id"])}
        )
        if line["override_id"] is not None:
            sentence = _("{at} 由{by}提请：签署人 {signed}，文号 {document}，理由：{reason}。").format(
                at=f"{line['proposed_at']:%Y-%m-%d %H:%M}", by=actor_name(line["proposed_by"]), signed=line["signed_by"],
                document=line["document"], reason=line["reason"],
            )
            if line["decided_by"]:
                sentence += " " + _("{at} 由{by}办结。").format(
                    at=f"{line['decided_at']:%Y-%m-%d %H:%M}", by=actor_name(line["decided_by"])
                )
            st.markdown(plain(sentence))
        if line["state"] == State.PROPOSED:
            _decide(present, line)
        elif line["state"] != State.PASSED and present.actor.may(Duty.LOAD):
            _propose(present, line["record_id"])


def _propose(present: Desk, record_id: int) -> None:
    with st.form(f"revocations.propose.{record_id}", border=False):
        first, second, third = st.columns(3)
        signed_by = first.text_input(_("签署人"))
        document = second.text_input(_("文号"))
        reason = third.text_input(_("理由"))
        if st.form_submit_button(_("提请准予恢复"), type="primary"):
            with reporting_errors():
                reentry.propose(present, record_id, Override(signed_by, document, reason))
                announce(_("已提请，待发布员以第二人身份确认。"))


def _decide(present: Desk, line: dict[str, Any]) -> None:
    own = line["proposed_by"] == present.actor.key
    may_confirm = present.actor.may(Duty.PUBLISH) and not own
    if not may_confirm:
        st.caption(_("须由提请人以外的发布员确认。"))
    with st.container(horizontal=True):
        if may_confirm and st.button(_("确认准予恢复"), key="revocations.confirm", type="primary"):
            with reporting_errors():
                reentry.confirm(present, line["override_id"])
                announce(_("记录 {id} 准予恢复，已按其余问题重新整理。").format(id=line["record_id"]))
        if (own or may_confirm) and st.button(_("撤回提请") if own else _("不予恢复"), key="revocations.refuse"):
            with reporting_errors():
                reentry.refuse(present, line["override_id"])
                announce(_("该记录仍被拦截。"))
