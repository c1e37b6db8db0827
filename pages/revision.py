"""规则修订: a next version of the rulebook proposed, tried on records on file, and put in force (articles 2 and 8)."""

import streamlit as st

from core import ruleset
from core.vocabulary import Duty, JobState
from pages import _proposal, _revising, _trials, _trying, _versions, _watching
from pages._parts import cached, desk, empty, header
from pages._words import _

present = desk(Duty.READ)
today = present.now().date()
header(
    present,
    _("规则修订"),
    _("停用规则、改参数、换代码表：先试算看影响，再写明理由生效；每次修订成为规则的一个新版本。"),
    _versions.chip(ruleset.in_force(present.db, today)),
)
if held := cached(_trying.held, present, today):
    _trying.release(present, held)
if outdated := cached(_trying.outdated, present, today):
    _trying.anew(present, outdated)

if _proposal.may_keep(present):
    work = _proposal.current(present)
    asked = work.look(present)
    running = asked is not None and asked.state in (JobState.QUEUED, JobState.RUNNING)
    _watching.ended(present)
    _watching.under_way(present)
    _watching.undone(present)
    left, right = st.columns([5, 8], gap="medium")
    with left:
        st.subheader(_("修订方案"), anchor=False)
        if work.base.version != _proposal.latest(present).version:
            st.warning(_("别人刚生效了一个新版本。请放弃这个方案，在新版本上重新提出。"))
        switches, thresholds, tables = st.tabs([_("规则开关"), _("参数"), _("代码表")])
        with switches:
            _revising.switches(work)
        with thresholds:
            _revising.thresholds(work)
        with tables:
            _revising.tables_in(work)
        _revising.summary(work)
    with right:
        st.subheader(_("试算"), anchor=False)
        _revising.scope(present, work, running=running)
        if work.trial:
            _trying.results(present, work)
            _trying.confirm(present, work)
        elif running:
            st.caption(_("正在试算，进度在上方；可以离开本页，结果回来再看。"))
        else:
            empty(_("还没有试算。试算只看影响，不改动任何数据；看过结果才能生效。"))
    _trials.recent(present, work)
else:
    st.caption(_("您可以查看历次版本；修订由规则管理员提出。"))
_versions.show(present)
