"""Parts of 上网发布: what would go up now, what stands in the way with a way to it, and both by province."""

import polars as pl
import streamlit as st

from core import publication, publication_run
from core.deadlines import Term
from core.desk import Desk
from core.publication import Blocker, Scope
from core.vocabulary import Duty
from pages import _export, _tables
from pages._parts import announce, cached, empty, reporting_errors
from pages._words import _, in_words, named, say

_QUEUED = (Blocker.CLASSIFIED, Blocker.POLICY, Blocker.INCOMPLETE, Blocker.INACCURATE)


def head(present: Desk, term: Term) -> None:
    """The day it must be on line, how many would go now, and beginning a run."""
    deadline, waiting, begin = st.columns([1, 1, 3], vertical_alignment="bottom")
    deadline.metric(_("上网截止"), f"{term.publish_by:%Y-%m-%d}")
    waiting.metric(_("现在可上网"), f"{cached(publication.gate, present, Scope(term=term.code)).ready:,}")
    with begin:
        if not present.actor.may(Duty.PUBLISH):
            st.caption(_("上网由发布员办理；这里可以查看。"))
        elif st.button(_("起草 {term} 上网批次").format(term=term.code), key="publish.open"):
            with reporting_errors():
                run_id = publication_run.open_term(present, term)
                st.query_params["run_id"] = str(run_id)
                announce(_("第 {run_id} 批已起草，请过关、冻结。").format(run_id=run_id))


def listed(present: Desk, term: Term) -> None:
    """What stands in the way of the semester, each with its count and where it is seen to."""
    st.subheader(_("把关清单"), anchor=False)
    scope = Scope(term=term.code)
    found = cached(publication.gate, present, scope).blockers
    if found.is_empty():
        empty(_("没有任何事项：本学期收到的记录都可上网或已上网。"))
        return
    effects = {str(each): _("整批暂停") if each.stops else _("只留下这些记录") for each in Blocker}
    columns = {
        "blocker": _tables.text(_("事项"), width=252),
        "effect": _tables.text(_("影响"), width=112),
        "records": _tables.count(_("记录数"), width=64),
        "filings": _tables.count(_("批次数"), width=58),
        "institutions": _tables.count(_("单位数"), width=80),
    }
    told = found.with_columns(effect=pl.col("blocker").replace_strict(effects))
    picked = _export.table(
        present, _("把关清单"), in_words(told, "blocker", Blocker).with_columns(code=told["blocker"]), columns, key="publish.gate",
        select=True, chosen=_export.filter_in_words({_("学期"): term.code}),
    )
    if picked:
        _seen(present, term, scope, Blocker(picked["code"]))
    else:
        st.caption(_("点选一项，看是哪些记录、到哪里办理。"))


def _seen(present: Desk, term: Term, scope: Scope, blocker: Blocker) -> None:
    """Where a blocker is seen to, and its first records."""
    if blocker is Blocker.ANNOUNCEMENT:
        st.caption(_("公告见页面上方；由系统管理员解除，或待公告到期。"))
        return
    ways = {
        Blocker.FEEDBACK: ("feedback", _("到反馈中心办理"), {}),
        Blocker.UNAPPROVED: ("filings", _("看待审核的批次"), {"status": "received"}),
        Blocker.RETURNED: ("filings", _("看退回的批次"), {"status": "returned"}),
        Blocker.OUTDATED: ("revision", _("到规则修订重新整理"), {}),
        **{each: ("queue", _("到核查队列办理"), {"cls": str(each)}) for each in _QUEUED},
    }
    page, label, more = ways.get(blocker, ("filings", _("看本学期的批次"), {}))
    st.page_link(f"pages/{page}.py", label=label, query_params={"term": term.code, **more})
    if blocker is Blocker.FEEDBACK:
        return
    records = publication.blocked(present, scope, blocker)
    if records.is_empty():
        st.caption(_("您的岗位只能看到条数。"))
        return
    columns = {
        "record_id": _tables.number(_("记录编号"), width=80),
        "name": _tables.text(_("姓名"), width=90),
        "certificate_no": _tables.text(_("证书编号"), width=160),
        "conferred_on": _tables.day(_("获学位日期"), width=100),
        "institution": _tables.text(_("学位授予单位")),
    }
    picked = _export.table(
        present, say(blocker), named(records, "institution"), columns, key=f"publish.blocked.{blocker}", select=True, rows=6,
        read=lambda desk, part, size: publication.blocked(desk, scope, blocker, page=part, size=size),
        shape=lambda lines: named(lines, "institution"), chosen=_export.filter_in_words({_("学期"): term.code}),
    )
    if picked:
        st.page_link("pages/record.py", label=_("看这条记录"), query_params={"record_id": str(picked["record_id"])})


def by_province(present: Desk, term: Term) -> None:
    """What goes up and what stays, by province."""
    st.subheader(_("各省上网与留下"), anchor=False)
    counted = cached(publication.gate, present, Scope(term=term.code)).by_province
    columns = {
        "province": _tables.text(_("省份"), width=74),
        "ready": _tables.count(_("可上网")),
        **({"held": _tables.count(_("批次待核实"))} if counted["held"].sum() else {}),
        "unapproved": _tables.count(_("待省级审核")),
        "withheld": _tables.count(_("暂不提供")),
        "published": _tables.count(_("已上网")),
    }
    _export.table(
        present, _("各省上网与留下"), named(counted, "province"), columns, key="publish.provinces",
        chosen=_export.filter_in_words({_("学期"): term.code}),
    )
