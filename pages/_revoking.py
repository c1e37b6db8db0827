"""Parts of 撤销登记: the two doors as one form, its receipts line by line, and taking what left out of the public packages."""

from datetime import date

import polars as pl
import streamlit as st

from core import revocation, ruleset, takedown
from core.deadlines import revocation_due
from core.desk import Desk
from core.errors import CentreError
from core.receipt import Receipt
from core.revocation import Kind, Revocation, Withdrawal
from core.vocabulary import Duty
from pages import _export, _scans, _seat, _tables
from pages._parts import announce, reporting_errors
from pages._words import _, plain, say

_RECEIPTS, _ROUND = "revocations.receipts", "revocations.round"


def register(present: Desk) -> None:
    """The form, for whoever receives reports; a record may be on file with no other way off the line."""
    if not present.actor.may(Duty.LOAD):
        return
    _take_down(present)
    with st.expander(_("登记撤销"), expanded=_RECEIPTS in st.session_state):
        _receipts(present)
        kinds = {str(kind): say(kind) for kind in Kind}
        kind = Kind(st.radio(_("撤销类别"), list(kinds), format_func=kinds.get, horizontal=True, key="revocations.door"))
        st.caption({
            Kind.DEGREE: _("单位决议撤销已授予的学位（管理办法第九条）：学位不再有效。"),
            Kind.FILING: _("报送有误，单位申请撤销备案（管理办法第七条）：不涉及学位本身。"),
        }[kind])
        _form(present, kind)


def _form(present: Desk, kind: Kind) -> None:
    key, today = f"revocations.{st.session_state.setdefault(_ROUND, 0)}.{kind}", present.now().date()
    first, second, third = st.columns(3)
    institution = first.text_input(_("报送单位代码"), key=f"{key}.institution", max_chars=5)
    requester = second.text_input(_("申请人"), key=f"{key}.requester", help=_("代表单位提出申请的部门或人员。"))
    received_on = third.date_input(_("收到日期"), today, None, today, key=f"{key}.received", format="YYYY-MM-DD")
    decision_no, effective_on = "", today
    if kind is Kind.DEGREE:
        decision_no = first.text_input(_("撤销学位决议文号"), key=f"{key}.decision")
        effective_on = second.date_input(_("决议生效日期"), today, key=f"{key}.effective", format="YYYY-MM-DD")
        with third:
            _due(present, effective_on, received_on)
    reason = st.text_input(
        _("撤销理由（选填）") if kind is Kind.DEGREE else _("撤销备案理由（必填）"), key=f"{key}.reason"
    )
    left, right = st.columns(2)
    numbers = left.text_area(
        _("学位证书编号，每行一个"), key=f"{key}.numbers", height=120,
        help=_("编号有重复的，填 # 加记录编号，如 #15。每行各有回执，有问题的行不影响其他行。"),
    )
    with right:
        label = _("撤销学位决议扫描件（必附）") if kind is Kind.DEGREE else _("申请扫描件（选填）")
        paper = _scans.ask(label, key=f"{key}.paper")
    if st.button(_("登记{kind}").format(kind=say(kind)), key=f"{key}.go", type="primary"):
        with reporting_errors():
            scan = _scans.keep(present, paper)
            told = {"institution": institution, "received_on": received_on, "requester": requester, "reason": reason}
            asked = (
                Revocation(decision_no=decision_no, effective_on=effective_on, paper=scan, **told)
                if kind is Kind.DEGREE else Withdrawal(paper=scan, **told)
            )
            _done(present, revocation.take_in(present, asked, [line for line in numbers.splitlines() if line.strip()]))


def _due(present: Desk, effective_on: date, received_on: date) -> None:
    """By when the institution had to report it, and whether it did."""
    due, provisional = revocation_due(ruleset.in_force(present.db, present.now().date()).workdays, effective_on)
    if due is None:
        st.caption(_("该年工作日安排未录入，不计算报送期限。"))
        return
    late = (received_on - due).days
    told = _("逾期 {days} 天").format(days=late) if late > 0 else _("按期")
    st.metric(_("报送期限（暂定）") if provisional else _("报送期限"), f"{due}", told, delta_color="off", delta_arrow="off")


def _done(present: Desk, receipts: list[Receipt]) -> None:
    """Keep the receipts for the next run, take what left out of the packages, and empty the form if anything was taken."""
    st.session_state[_RECEIPTS] = receipts
    taken = sum(each.taken for each in receipts)
    if not taken:
        st.rerun()
    st.session_state[_ROUND] += 1
    try:
        written = takedown.take_down(present, _seat.home() / "packages")
    except CentreError:  # registered all the same; the screen goes on asking for the package
        written = None
    sentence = _("已登记 {n:,} 条，当日起公众查询不到。").format(n=taken)
    if written:
        sentence += _("撤下变更包第 {number} 号已发布。").format(number=written.manifest.number)
    announce(sentence)


def _receipts(present: Desk) -> None:
    """What became of each line of the last list, once."""
    receipts: list[Receipt] = st.session_state.pop(_RECEIPTS, [])
    if not receipts:
        return
    refused = sum(not each.taken for each in receipts)
    if refused:
        st.warning(_("{n:,} 行未登记，原因见回执。").format(n=refused))
    lines = pl.DataFrame({
        "line": range(1, len(receipts) + 1), "taken": [_("已登记") if each.taken else _("未登记") for each in receipts],
        "told": [say(each) for each in receipts],
    })
    columns = {
        "line": _tables.number(_("行"), width=50), "taken": _tables.text(_("结果"), width=80), "told": _tables.text(_("回执")),
    }
    _export.table(present, _("回执"), lines, columns, key="revocations.receipt", rows=8)


def _take_down(present: Desk) -> None:
    """What is revoked or withdrawn and may still stand in the public packages; a button to take it out."""
    waiting = takedown.waiting(present)
    if not waiting or not (_seat.home() / "packages").exists():
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(plain(_("有 {n:,} 条撤销前已上网的记录尚未从公众查询数据包撤下。").format(n=waiting)))
        if st.button(_("打撤下变更包"), key="revocations.takedown", type="primary"):
            with reporting_errors():
                takedown.take_down(present, _seat.home() / "packages")
                announce(_("已从公众查询数据包撤下。"))
