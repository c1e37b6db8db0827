"""反馈中心: what is withheld frozen into runs, made into files, handed out and signed for, and answers called in (articles 6, 11)."""

import streamlit as st

from core import feedback
from core.vocabulary import Duty
from pages import _delivery, _export, _filters, _ladder, _notices, _tables, _watching
from pages._parts import desk, empty, header
from pages._words import _, named

present = desk(Duty.READ)
header(present, _("反馈中心"), _("把暂不提供的记录冻结成批，按单位生成反馈表和反馈函，登记送达，催办答复。"))
picker, deadline = st.columns([3, 1])
with picker:
    term = _filters.term("feedback", present)
deadline.metric(_("反馈截止"), f"{term.feed_back_by:%Y-%m-%d}")

waiting = feedback.waiting(present, term)
if present.actor.may(Duty.FEEDBACK):
    _notices.issue(present, term, waiting)
    _watching.under_way(present)
    _watching.ended(present)

runs = feedback.runs(present)
sent, units, unopened, ladder = st.tabs([_("反馈批次与送达"), _("待反馈"), _("未领取"), _("催答")], key="feedback.tab")
with sent:
    if runs.is_empty():
        empty(_("还没有反馈单。批次经省级审核通过后，由数据员生成。"))
    else:
        known = {row["run_id"]: row for row in runs.iter_rows(named=True)}
        run_id = st.selectbox(
            _("反馈批次"), list(known), key="feedback.run",
            format_func=lambda each: _("第 {run} 批 · {of} · {at} · {n:,} 份反馈单，{records:,} 条记录").format(
                run=each, of=known[each]["term"] or _("{month} 月度").format(month=known[each]["month"]),
                at=f"{known[each]['issued_at']:%Y-%m-%d}", n=known[each]["notices"], records=known[each]["records"],
            ),
            help=_("冻结清单的 SHA-256 写在每份反馈表里，文件随时可按清单原样重做。"),
        )
        run = known[run_id]
        if not run["made"] and present.actor.may(Duty.FEEDBACK):
            _notices.made(present, run_id)
        _delivery.register(present, run_id)
with units:
    if waiting.is_empty():
        empty(_("本学期没有暂不提供的记录。"))
    else:
        _export.table(
            present, _("待反馈"),
            named(waiting, "province", "institution"),
            {
                "institution": _tables.text(_("学位授予单位"), width=240),
                "to_send": _tables.count(_("待反馈"), width=80),
                "sent": _tables.count(_("已反馈"), width=80),
                "unapproved": _tables.count(_("待省级审核"), width=118),
                "classified": _tables.count(_("其中涉密"), width=80),
                "province": _tables.text(_("省份"), width=120),
            },
            key="feedback.waiting",
            rows=15,
            chosen=_export.filter_in_words({_("学期"): term.code}),
        )
with unopened:
    if runs.is_empty():
        empty(_("还没有反馈单。"))
    else:
        _delivery.unopened(present, run_id)
with ladder:
    _ladder.standing(present)
    _ladder.timeliness(present)
