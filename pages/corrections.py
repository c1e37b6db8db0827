"""月度更正: a month's corrections by kind and stage, its three acts, and each correction's values before and after (article 8)."""

import streamlit as st

from core import month
from core.vocabulary import Duty
from pages import _answering, _correcting, _monthly
from pages._parts import desk, header, reporting_errors
from pages._words import _

present = desk(Duty.READ)
header(present, _("月度更正"), _("单位更正的数据每月整理一次：符合要求的上网，仍不符合的再次反馈，第5个工作日前办完。"))

monthly, answered = st.tabs([_("月度办理"), _("收答复与回执")])
with monthly, reporting_errors():
    chosen = _monthly.choose(present)
    run = month.run_of(present, chosen)
    _monthly.head(present, run)
    left, right = st.columns([13, 9])
    with left:
        kind, stage = _monthly.board(present, chosen)
    with right:
        _monthly.acts(present, run)
    _correcting.listed(present, chosen, kind, stage)
with answered:
    _answering.show(present)
