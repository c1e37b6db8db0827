"""应报单位: who is expected to file a semester, how far each has come, nil returns, and reminders (articles 4 to 6)."""

from functools import partial

import streamlit as st

from core import expected, reminders
from core.deadlines import Term
from core.errors import CentreError
from core.expected import GridFilter, Stage
from core.vocabulary import Duty, Level
from pages import _downloads, _filters, _grid, _nil_returns
from pages._parts import cached, desk, empty, header
from pages._words import _, plain, say

present = desk(Duty.READ)
_filters.read("expected", "term", "province", "level", "stage", "overdue")
action = header(present, _("应报单位"), _("本学期应报送的单位和级别走到哪一步；逾期的在前。零报送不算未报。"))

places = st.columns([3, 2, 2, 2, 2])
with places[0]:
    term = Term.parse(_filters.choose("expected", "term", _("学期"), _filters.names_of(expected.terms(present))))
with places[1]:
    province = _filters.choose("expected", "province", _("省份"), _filters.provinces(present), every=_("全部省份"))
with places[2]:
    levels = {str(each): say(each) for each in Level}
    level = _filters.choose("expected", "level", _("学位级别"), levels, every=_("全部级别"))
with places[3]:
    stages = {str(each): say(each) for each in Stage}
    stage = _filters.choose("expected", "stage", _("报送进度"), stages, every=_("全部进度"))
with places[4]:
    late = _filters.choose("expected", "overdue", _("期限"), {"1": _("仅看逾期")}, every=_("不限"))

try:
    within = cached(expected.totals, present, term, GridFilter(province, level))
    wanted = GridFilter(province, level, stage, bool(late))
    found = cached(expected.totals, present, term, wanted)["units"]
    days = expected.filing_days(present, term)
except CentreError as refusal:
    st.error(plain(say(refusal)))
    st.stop()

_downloads.hand(
    present,
    _("下载催报清单"),
    partial(reminders.workbook, present, term, province=province),
    _("催报清单") + f"_{term.code}.xlsx",
    key="expected.reminders",
    mime=_downloads.XLSX,
    place=action,
    type="primary",
    disabled=not cached(expected.totals, present, term, GridFilter(province))["missing"],
)
_grid.totals(within)
st.caption(
    _("单位 {institution} 前报送，省级 {province} 前审核，{feedback} 前反馈，{publish} 前上网。").format(
        institution=days.institution, province=days.province, feedback=term.feed_back_by, publish=term.publish_by
    )
)
if found:
    _grid.table(present, term, wanted, found)
else:
    empty(_("没有符合条件的应报单位。前两年同学期报送过，或授权表中有该级学位授予权的单位列入应报。"))

left, right = st.columns([2, 3])
with left:
    _nil_returns.enter(present, term, province, level)
with right:
    _nil_returns.listed(present, term)
