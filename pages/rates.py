"""拒收分析: what share of records sorting withheld, cut five ways, with the figures behind each chart; and a SQL box."""

import streamlit as st

from core import rates
from core.rates import RateFilter
from core.vocabulary import Duty, Level
from pages import _cuts, _filters
from pages._parts import cached, desk, empty, header
from pages._words import _, say

present = desk(Duty.ANALYSE)
chosen = _filters.read("rates", "term", "province", "level", "by")
header(
    present,
    _("拒收分析"),
    _("暂不提供率高在哪里、因为什么；图后有表，表可下载。"),
    _("截至 {now:%Y-%m-%d %H:%M}").format(now=present.now()),
)

places = st.columns([3, 2, 2, 2])
with places[0]:
    by = _filters.choose("rates", "by", _("按什么看"), _cuts.cuts())
with places[1]:
    term = _filters.choose("rates", "term", _("学期"), _filters.terms(present), every=_("全部学期"))
with places[2]:
    province = _filters.choose("rates", "province", _("省份"), _filters.provinces(present), every=_("全部省份"))
with places[3]:
    level = _filters.choose(
        "rates", "level", _("学位级别"), {str(each): say(each) for each in Level}, every=_("全部级别")
    )

wanted = RateFilter(term, province, level)
overall = cached(rates.overall, present, wanted)
if not overall["records"]:
    empty(_("这个范围内还没有整理过的记录。换一个学期或省份，或先接收报送。"))
else:
    _cuts.cut(present, wanted, by, overall)
_cuts.sql_box(present)
