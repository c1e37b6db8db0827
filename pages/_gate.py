"""Parts of 上网发布: what stands in the way, what goes up and stays by province, and what went up before."""

import polars as pl
import streamlit as st

from core import publication
from core.deadlines import Term
from core.desk import Desk
from core.lifecycle import FilingStatus, RecordStatus
from core.vocabulary import FindingClass
from pages import _tables
from pages._parts import announce, empty, reporting_errors
from pages._words import _, actor_name, in_colour, named


def confirm(present: Desk, term: Term) -> None:
    """Publish, once the number that goes up has been typed."""
    with st.form("publish.confirm"), st.container(horizontal=True, vertical_alignment="bottom"):
        typed = st.number_input(
            _("请输入“现在可上网”的记录数以确认"), 0, None, None, 1, key="publish.count", width=320
        )
        if st.form_submit_button(_("上网发布"), type="primary") and typed is not None:
            with reporting_errors():
                moved = publication.publish(present, term, counted=typed)
                announce(_("{term} 已上网 {n:,} 条记录。").format(term=term.code, n=moved))


def listed(present: Desk, term: Term) -> None:
    """Where the semester's records stand, with ways to what blocks them."""
    st.subheader(_("把关清单"), anchor=False)
    words = {"filing_status": FilingStatus, "record_status": RecordStatus, "reason": FindingClass}
    columns = {
        "records": _tables.count(_("记录数"), width=66),
        "filing_status": _tables.status(_("批次"), FilingStatus),
        "record_status": _tables.status(_("记录"), RecordStatus),
        "reason": _tables.status(_("原因"), FindingClass, width=190),
        "filings": _tables.count(_("批次数"), width=66),
    }
    _tables.show(in_colour(publication.gate(present, term), **words), columns, key="publish.gate")
    st.page_link("pages/filings.py", label=_("看待审核的批次"), query_params={"term": term.code, "status": "received"})
    st.page_link("pages/queue.py", label=_("看暂不提供的记录"), query_params={"term": term.code})


def by_province(counted: pl.DataFrame) -> None:
    """What goes up and what stays, by province (as `publication.by_province` counts it)."""
    st.subheader(_("各省上网与留下"), anchor=False)
    columns = {
        "province": _tables.text(_("省份")),
        "ready": _tables.count(_("可上网")),
        **({"held": _tables.count(_("批次待核实"))} if counted["held"].sum() else {}),
        "unapproved": _tables.count(_("待省级审核")),
        "withheld": _tables.count(_("暂不提供")),
        "published": _tables.count(_("已上网")),
    }
    _tables.show(named(counted, "province"), columns, key="publish.provinces")


def runs(present: Desk) -> None:
    """Publications so far."""
    st.subheader(_("历次上网"), anchor=False)
    done = publication.runs(present)
    if done.is_empty():
        empty(_("还没有上网过。第一次上网后，这里逐次列出。"))
        return
    people = {key: actor_name(key) for key in done["published_by"].unique()}
    columns = {
        "publication_id": _tables.number(_("次序"), width=60),
        "term": _tables.text(_("学期"), width=90),
        "records": _tables.count(_("记录数"), width=90),
        "published_at": _tables.moment(_("上网时间"), width=140),
        "published_by": _tables.text(_("办理人")),
    }
    _tables.show(done.with_columns(pl.col("published_by").replace(people)), columns, key="publish.runs", width=640)
