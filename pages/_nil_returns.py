"""Parts of 应报单位: signed nil returns entered for those who have not filed, listed, and withdrawn with a reason."""

import polars as pl
import streamlit as st

from core import expected, nil_returns
from core.deadlines import Term
from core.desk import Desk
from core.lifecycle import NilStatus
from core.nil_returns import Nil
from core.vocabulary import Duty, Level
from pages import _export, _tables
from pages._parts import announce, cached, empty, reporting_errors
from pages._words import _, actor_name, in_colour, in_words, name_in, named, say


def enter(present: Desk, term: Term, province: str | None, level: str | None) -> None:
    """The form for a nil return of one of those who have not filed."""
    st.subheader(_("登记零报送"), anchor=False)
    if not _may(present):
        st.caption(_("由学位中心数据员或本省审核员登记。"))
        return
    lacking = {
        (line["institution"], line["level"]): f"{line['institution']} {name_in(line, 'institution')} · {say(Level(line['level']))}"
        for line in cached(expected.lacking, present, term, province=province, level=level).iter_rows(named=True)
    }
    if not lacking:
        st.caption(_("没有未报送的单位，无需登记。"))
        return
    with st.form("expected.nil"):
        unit = st.selectbox(
            _("单位和级别"), list(lacking), None, lacking.get, key=f"expected.nil.unit.{term.code}", placeholder=_("请选择")
        )
        first, second = st.columns(2)
        signed_by = first.text_input(_("签署人"))
        signed_on = second.date_input(_("签署日期"), present.now().date(), format="YYYY-MM-DD")
        document = first.text_input(_("文号"))
        note = second.text_input(_("说明（选填）"))
        if st.form_submit_button(_("登记零报送"), type="primary"):
            if unit is None:
                st.error(_("请选择单位和级别。"))
                return
            with reporting_errors():
                nil = Nil(term, unit[0], Level(unit[1]), signed_by, document, signed_on, note)
                announce(_("已登记零报送 {id} 号。").format(id=nil_returns.enter(present, nil)))


def listed(present: Desk, term: Term) -> None:
    """The semester's nil returns, standing ones first; a standing one can be withdrawn."""
    found = nil_returns.of_term(present, term)
    st.subheader(_("零报送（{n:,} 份）").format(n=found.height), anchor=False)
    if found.is_empty():
        empty(_("本学期还没有零报送。确无学位授予的单位签署后，在左侧登记。"))
        return
    standing = found.filter(status=str(NilStatus.STANDING))
    who = [actor_name(key) for key in found["entered_by"]]
    told = in_colour(in_words(named(found, "institution"), "level", Level), status=NilStatus)
    _export.table(
        present, _("零报送"),
        told.with_columns(pl.Series("entered_by", who, pl.String)),
        {
            "nil_id": _tables.number(_("编号"), width=44),
            "status": _tables.status(_("状态"), NilStatus, width=90),
            "institution": _tables.text(_("学位授予单位"), width=150),
            "level": _tables.text(_("学位级别"), width=84),
            "document": _tables.text(_("文号"), width=120),
            "signed_on": _tables.day(_("签署日期"), width=90),
            "signed_by": _tables.text(_("签署人")),
            "superseded_by": _tables.number(_("取代批次")),
            "withdrawn_reason": _tables.text(_("撤回理由")),
            "note": _tables.text(_("说明")),
            "entered_by": _tables.text(_("登记人")),
        },
        key=f"expected.nils.{term.code}",
        rows=6,
        chosen=_export.filter_in_words({_("学期"): term.code}),
    )
    if _may(present) and standing.height:
        _withdraw(present, standing)


def _withdraw(present: Desk, standing: pl.DataFrame) -> None:
    labels = {
        line["nil_id"]: f"{line['nil_id']} {name_in(line, 'institution')} · {say(Level(line['level']))}"
        for line in standing.iter_rows(named=True)
    }
    with st.expander(_("撤回零报送")), st.form("expected.withdraw", border=False):
        first, second = st.columns(2)
        nil_id = first.selectbox(_("零报送"), list(labels), format_func=labels.get)
        reason = second.text_input(_("撤回理由（必填）"))
        if st.form_submit_button(_("撤回")):
            with reporting_errors():
                nil_returns.withdraw(present, nil_id, reason=reason)
                announce(_("零报送 {id} 号已撤回，该单位该级别重新列为未报。").format(id=nil_id))


def _may(present: Desk) -> bool:
    return present.actor.may(Duty.LOAD) or present.actor.may(Duty.APPROVE)
