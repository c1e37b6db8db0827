"""Parts of 撤销登记: the register with due dates, how timely institutions report, who is to be told; and one record's line."""

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from core import revocation_list
from core.desk import Desk
from core.lifecycle import RecordStatus
from core.revocation import Kind
from core.revocation_list import Party, RevocationFilter
from core.vocabulary import Duty
from pages import _downloads, _export, _tables
from pages._parts import announce, empty, reporting_errors
from pages._words import _, actor_name, in_words, name_in, named, plain, province_names, say


def listed(present: Desk, chosen: RevocationFilter, total: int) -> None:
    """The register, a page at a time; one that is chosen is told whole, with its papers."""
    if not total:
        empty(_("还没有撤销登记。单位报来撤销学位决议或撤销备案申请后，在上方登记。"))
        return
    found = revocation_list.page(present, chosen, page=_tables.pager(total, "revocations.page", quiet=True))
    one = _export.table(
        present, _("撤销登记"),
        _shown(found),
        {
            "revocation_id": _tables.number(_("登记号"), width=56),
            "kind": _tables.text(_("撤销类别"), width=92),
            "record_id": _tables.number(_("记录编号"), width=76),
            "name": _tables.text(_("姓名"), width=64),
            "certificate_no": _tables.text(_("学位证书编号"), width=138),
            "institution": _tables.text(_("学位授予单位"), width=130),
            "decision_no": _tables.text(_("决议文号"), width=124),
            "effective_on": _tables.day(_("生效日期"), width=92),
            "due_on": _tables.day(_("报送期限"), width=92),
            "received_on": _tables.day(_("收到日期"), width=92),
            "timely": _tables.text(_("是否按期"), width=104),
        },
        key=f"revocations.list.{chosen.kind}.{chosen.province}",
        select=True,
        rows=12,
        read=lambda desk, part, size: revocation_list.page(desk, chosen, page=part, size=size),
        shape=_shown,
        chosen=_export.filter_in_words({
            _("撤销类别"): say(Kind(chosen.kind)) if chosen.kind else None, _("省份"): province_names().get(chosen.province or ""),
        }),
    )
    if one:
        _one(present, found.filter(revocation_id=one["revocation_id"]).row(0, named=True))


def _shown(found: pl.DataFrame) -> pl.DataFrame:
    timely = [_timely(line) for line in found.iter_rows(named=True)]
    told = in_words(in_words(named(found, "institution", "province"), "kind", Kind), "former_status", RecordStatus)
    return told.with_columns(pl.Series("timely", timely, pl.String))


def _timely(line: dict[str, Any]) -> str:
    """On time or late, and that the day is provisional; nothing for filings withdrawn, which have no day."""
    if line["on_time"] is None:
        return "" if line["kind"] == "filing" else _("不计算")
    told = _("按期") if line["on_time"] else _("逾期 {days} 天").format(days=(line["received_on"] - line["due_on"]).days)
    return _("{told}（暂定）").format(told=told) if line["provisional"] else told


def _one(present: Desk, line: dict[str, Any]) -> None:
    with st.container(border=True):
        _told_whole(line)
        for told in revocation_list.told(present, line["revocation_id"]).iter_rows(named=True):
            sentence = _("{day} 告知{party}：{way}").format(day=told["told_on"], party=say(Party(told["party"])), way=told["way"])
            st.caption(plain(sentence))
        _papers(present, line["revocation_id"])
        st.page_link("pages/record.py", label=_("记录详情"), query_params={"record_id": str(line["record_id"])})


def _told_whole(line: dict[str, Any]) -> None:
    kind = Kind(line["kind"])
    sentence = _("{kind}，登记号 {id}：{requester}申请，{received} 收到，{at} 由{by}登记；撤销前为“{before}”。").format(
        kind=say(kind), id=line["revocation_id"], requester=line["requester"], received=line["received_on"],
        at=f"{line['registered_at']:%Y-%m-%d %H:%M}", by=actor_name(line["registered_by"]),
        before=say(RecordStatus(line["former_status"])),
    )
    if kind is Kind.DEGREE:
        sentence += " " + _("决议 {number}，{day} 生效，报送期限 {due}，{timely}。").format(
            number=line["decision_no"], day=line["effective_on"], due=line["due_on"] or "—", timely=_timely(line)
        )
    if line["reason"]:
        sentence += " " + _("理由：{reason}。").format(reason=line["reason"])
    if line["package"]:
        sentence += " " + _("自第 {number} 号数据包起撤下。").format(number=line["package"])
    st.markdown(plain(sentence))


def _papers(present: Desk, revocation_id: int) -> None:
    for place, scan in enumerate(revocation_list.papers(present, revocation_id).iter_rows(named=True)):
        _downloads.hand(
            present, _("决议或申请：{file_name}").format(file_name=scan["file_name"]),
            partial(revocation_list.paper, present, revocation_id, scan["sha256"]), scan["file_name"],
            key=f"revocations.paper.{revocation_id}.{place}", type="tertiary",
        )


def of_record(present: Desk, record_id: int) -> None:
    """On the screen of one record: by which door it left the line, on whose request; nothing when it did not."""
    line = revocation_list.of_record(present, record_id)
    if line:
        with st.container(border=True):
            _told_whole(line)
            _papers(present, line["revocation_id"])


def timeliness(present: Desk, chosen: RevocationFilter) -> None:
    """Degrees revoked by institution: on time, late, and by how much at most."""
    found = revocation_list.timeliness(present, chosen)
    if found.is_empty():
        empty(_("还没有撤销学位登记；撤销备案没有法定期限，不计及时情况。"))
        return
    _export.table(
        present, _("及时情况"),
        named(found, "institution"),
        {
            "institution": _tables.text(_("学位授予单位"), width=240),
            "records": _tables.count(_("撤销学位"), width=110),
            "on_time": _tables.count(_("按期"), width=90),
            "late": _tables.count(_("逾期"), width=90),
            "most_days_late": _tables.count(_("最长逾期（天）"), width=130),
            "undated": _tables.count(_("不计算"), width=120),
        },
        key="revocations.timeliness",
    )
    st.caption(_("按单位报来撤销学位的收到日期计；期限为决议生效次日起第10个工作日（管理办法第九条）。"))


def telling(present: Desk) -> None:
    """Who has yet to be told; those ticked are noted as told, with the day and how."""
    found = revocation_list.untold(present)
    if found.is_empty():
        empty(_("没有待告知的单位和省级学位办。"))
        return
    names = [
        name_in(line, "institution" if line["party"] == "institution" else "province") for line in found.iter_rows(named=True)
    ]
    columns = {
        "party": _tables.text(_("告知对象"), width=170),
        "whom": _tables.text(_("名称"), width=180),
        "kind": _tables.text(_("撤销类别"), width=120),
        "institution": _tables.text(_("学位授予单位"), width=200),
        "records": _tables.count(_("记录"), width=80),
        "since": _tables.day(_("最早登记"), width=110),
    }
    told = in_words(in_words(named(found, "institution"), "kind", Kind), "party", Party).with_columns(
        pl.Series("whom", names, pl.String), place=pl.int_range(pl.len())
    )
    if not present.actor.may(Duty.LOAD):
        _export.table(present, _("待告知"), told, columns, key="revocations.untold")
        return
    ticked = _export.ticked(present, _("待告知"), told, columns, key=f"revocations.untold.{present.db.version}")
    chosen = found[ticked["place"].to_list()]
    with st.form("revocations.tell", border=False):
        first, second, third = st.columns([2, 3, 1], vertical_alignment="bottom")
        told_on = first.date_input(_("告知日期"), present.now().date(), format="YYYY-MM-DD")
        way = second.text_input(_("告知方式（公文文号、电子邮件等）"))
        if third.form_submit_button(_("记为已告知")):
            if chosen.is_empty():
                st.error(_("请先勾选告知对象。"))
                return
            with reporting_errors():
                for line in chosen.iter_rows(named=True):
                    revocation_list.note_told(present, Party(line["party"]), line["revocations"], told_on=told_on, way=way)
                announce(_("已记录告知 {n:,} 项。").format(n=chosen.height))
