"""One written explanation on the screen: what it covers and when an acceptance lapses, opinions, decisions, confirmation."""

from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from core import attachments, explanation, explanation_decision, explanations
from core.desk import Desk
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import CoverState, Decision, DecisionState, Duty
from pages import _export, _scans, _tables
from pages._parts import announce, reporting_errors
from pages._words import _, actor_name, in_colour, listed, name_in, plain, say

_OPEN = ("waiting", "asked")


def show(present: Desk, paper: dict[str, Any]) -> None:
    """The paper, then for each check what it covers and what is decided; beside it the copy and the province's opinion."""
    covers = explanations.covers(present, paper["explanation_id"])
    left, right = st.columns([10, 6])
    with left:
        st.subheader(
            plain(_("{institution} {number}").format(institution=name_in(paper, "institution"), number=paper["number"])),
            anchor=False,
        )
        st.caption(_("日期 {dated:%Y-%m-%d}，{at:%Y-%m-%d} 由{who}登记，涉及 {n:,} 条记录").format(
            dated=paper["dated"], at=paper["received_at"], who=actor_name(paper["received_by"]), n=paper["records"]
        ))  # fmt: skip
        st.markdown(plain(paper["summary"]))
        _papers(present, paper["explanation_id"])
        for rule in covers["rule"].unique(maintain_order=True):
            _of_check(present, paper, rule, covers.filter(rule=rule))
    with right:
        _copy(present, paper)
        _opinions(present, paper)
        _decisions(present, paper["explanation_id"])


def _papers(present: Desk, explanation_id: int) -> None:
    purposes = {"explanation": _("书面说明"), "opinion": _("省级意见")}
    _scans.hand_out(
        present, attachments.of_explanation(present, explanation_id),
        partial(attachments.explanation_content, present, explanation_id), purposes, key=f"explanations.scan.{explanation_id}",
    )


def _of_check(present: Desk, paper: dict[str, Any], code: str, covers: pl.DataFrame) -> None:
    rule = RULES[code]
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(say(rule))}** `{code}`")
        fields = listed(say(COLUMNS[group.split("|")[0]]) for group in rule.fields)
        st.caption(
            _("采纳只对本项规则有效，只在这些字段的内容不变时有效：{fields}。内容一变即失效，重新暂不提供；不变则以后各轮继续有效。").format(
                fields=fields
            )
        )
        waits = covers.filter(pl.col("state").is_in(_OPEN))
        columns = {
            "record_id": _tables.number(_("记录编号"), width=80),
            "name": _tables.text(_("姓名"), width=90),
            "certificate_no": _tables.text(_("证书编号"), width=170),
            "state": _tables.status(_("说明状态"), CoverState),
        }
        key = f"explanations.covers.{paper['explanation_id']}.{code}.{covers['state'].hash().sum()}"
        if waits.is_empty() or not present.actor.may(Duty.DECIDE):
            _export.table(present, _("书面说明"), in_colour(covers, state=CoverState), columns, key=key, rows=6)
            return
        ordered = pl.concat([waits, covers.join(waits, on="record_id", how="anti")])
        ticked = _export.ticked(present, _("书面说明"), in_colour(ordered, state=CoverState), columns, key=key, rows=6)
        records = [each for each in ticked["record_id"] if each in set(waits["record_id"])] or waits["record_id"].to_list()
        _decide(present, paper, code, records)


def _decide(present: Desk, paper: dict[str, Any], code: str, records: list[int]) -> None:
    st.caption(_("将审定 {n:,} 条记录；勾选表中的记录可只审定其中一部分。").format(n=len(records)))
    with st.form(f"explanations.decide.{code}", border=False):
        first, second, third = st.columns([3, 6, 2], vertical_alignment="bottom")
        words = {each.value: say(each) for each in Decision}
        decision = first.selectbox(_("审定"), list(words), format_func=words.get, key=f"explanations.decision.{code}")
        note = second.text_input(_("审定意见（必填）"), key=f"explanations.note.{code}", max_chars=300)
        if third.form_submit_button(_("登记审定"), type="primary", key=f"explanations.go.{code}"):
            with reporting_errors():
                state = explanation_decision.decide(
                    present, paper["explanation_id"], code, Decision(decision), note=note, records=records
                )
                announce(_("已登记：{decision}，{n:,} 条记录，{state}。").format(
                    decision=say(Decision(decision)), n=len(records), state=say(state)
                ))  # fmt: skip


def _copy(present: Desk, paper: dict[str, Any]) -> None:
    st.subheader(_("抄报与省级意见"), anchor=False)
    if paper["copied_on"]:
        st.caption(_("已于 {day:%Y-%m-%d} 抄报所在地省级学位办。").format(day=paper["copied_on"]))
        return
    st.warning(_("尚未登记抄报，不能采纳。"))
    if present.actor.may(Duty.FEEDBACK):
        with st.form("explanations.copy", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            day = st.date_input(_("抄报日期"), present.now().date(), format="YYYY-MM-DD", key="explanations.copy_day")
            if st.form_submit_button(_("登记抄报"), key="explanations.copy_go"):
                with reporting_errors():
                    explanation.copied(present, paper["explanation_id"], copied_on=day)
                    announce(_("已登记抄报。"))


def _opinions(present: Desk, paper: dict[str, Any]) -> None:
    for line in explanations.opinions(present, paper["explanation_id"]).iter_rows(named=True):
        with st.container(border=True, gap="xsmall"):
            word = _("同意") if line["agrees"] else _("不同意")
            st.markdown(f"**{word}** {plain(line['note'])}")
            st.caption(plain(_("{paper}，{day:%Y-%m-%d}").format(paper=line["paper"], day=line["given_on"])))
    if not paper["copied_on"] or not present.actor.may(Duty.APPROVE):
        return
    with st.form("explanations.opinion"):
        first, second = st.columns(2)
        words = {True: _("同意"), False: _("不同意")}
        agrees = first.selectbox(_("省级意见"), list(words), format_func=words.get, key="explanations.agrees")
        paper_number = st.text_input(_("文号（必填）"), key="explanations.opinion_paper", max_chars=80)
        day = second.date_input(_("日期"), present.now().date(), format="YYYY-MM-DD", key="explanations.opinion_day")
        note = st.text_input(_("意见内容（必填）"), key="explanations.opinion_note", max_chars=300)
        file = _scans.ask(_("省级意见扫描件（PDF或JPG，选填）"), key="explanations.opinion_scan")
        if st.form_submit_button(_("登记省级意见"), key="explanations.opinion_go"):
            with reporting_errors():
                explanation.give_opinion(
                    present, paper["explanation_id"], agrees=agrees, note=note, paper=paper_number, given_on=day,
                    scan=_scans.keep(present, file),
                )  # fmt: skip
                announce(_("已登记省级意见。"))


def _decisions(present: Desk, explanation_id: int) -> None:
    st.subheader(_("审定记录"), anchor=False)
    found = explanations.decisions(present, explanation_id)
    if found.is_empty():
        st.caption(_("还没有审定。"))
    for line in found.iter_rows(named=True):
        with st.container(border=True, gap="xsmall"):
            st.markdown(plain(_("{rule} {decision}，{n:,} 条：{note}").format(
                rule=line["rule"], decision=say(Decision(line["decision"])), n=line["records"], note=line["note"]
            )))  # fmt: skip
            told = [_("{who} {at:%Y-%m-%d}").format(who=actor_name(line["proposed_by"]), at=line["proposed_at"])]
            if line["made_by"] and line["made_by"] != line["proposed_by"]:
                told.append(_("{who} {at:%Y-%m-%d}").format(who=actor_name(line["made_by"]), at=line["made_at"]))
            st.caption(plain(say(DecisionState(line["state"])) + " · " + listed(told)))
            if line["reply"]:
                st.caption(plain(line["reply"]))
            if line["state"] == DecisionState.PROPOSED and present.actor.may(Duty.DECIDE):
                _second(present, line)


def _second(present: Desk, line: dict[str, Any]) -> None:
    """The second person's two buttons; the one who proposed can only take it back."""
    own, decision_id = line["proposed_by"] == present.actor.key, line["decision_id"]
    with st.form(f"explanations.second.{decision_id}", border=False):
        note = st.text_input(_("不确认或撤回的理由"), key=f"explanations.reply.{decision_id}", max_chars=300)
        with st.container(horizontal=True):
            confirmed = st.form_submit_button(
                _("确认采纳"), type="primary", disabled=own, key=f"explanations.confirm.{decision_id}",
                help=_("须由提出人以外的第二人确认。") if own else None,
            )  # fmt: skip
            declined = st.form_submit_button(_("撤回") if own else _("不确认"), key=f"explanations.decline.{decision_id}")
    with reporting_errors():
        if confirmed:
            explanation_decision.confirm(present, decision_id)
            announce(_("已确认采纳，{n:,} 条记录按此办理。").format(n=line["records"]))
        if declined:
            explanation_decision.decline(present, decision_id, note=note)
            announce(_("已登记，记录回到待审定。"))
