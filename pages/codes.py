"""代码表: the reference tables every check leans on, their sources and completeness; and a changed one proposed (article 2)."""

import streamlit as st

from core import ruleset
from core.tables import TABLES
from core.vocabulary import Duty
from pages import _export, _filters, _keeping, _proposal, _reference, _tables, _versions
from pages._parts import desk, empty, header
from pages._words import _, say

present = desk(Duty.READ)
chosen = _filters.read("codes", "table")
version = ruleset.in_force(present.db, present.now().date())
header(
    present,
    _("代码表"),
    _("检查规则所依据的登记表和标准：从哪里来、是否完整、有哪些规则依靠它；改动随规则版本生效。"),
    _versions.chip(version),
)
seen = [each for each in TABLES.values() if not each.secret or present.actor.may(Duty.CLASSIFIED)]
if hidden := len(TABLES) - len(seen):
    st.caption(_("另有 {n} 张涉及个人的登记表，只有保密岗位可见。").format(n=hidden))
told = next((each for each in seen if each.name == chosen["table"]), None)
picked = _export.table(
    present, _("代码表"),
    _reference.table(version.reference, seen),
    {
        "title": _tables.text(_("表名"), width=206),
        "kind": _tables.text(_("种类"), width=70),
        "rows": _tables.count(_("行数"), width=70),
        "covered": _tables.text(_("完整范围"), width=240),
        "checks": _tables.count(_("依靠它的规则"), width=110),
        "source": _tables.text(_("来源")),
    },
    key="codes.list",
    select=True,
    rows=5 if told else 18,
)
if picked and picked["name"] != chosen["table"]:
    _filters.put("codes", table=picked["name"])
    st.rerun()
if told is None:
    empty(_("点选一张表，看内容、来源和完整范围，或导入新表。"))
    st.stop()

table = version.reference.table(told.name)
st.subheader(_("{table}（{n:,} 行）").format(table=say(told), n=table.height), anchor=False, divider="gray")
_keeping.proposed(present, told)
keeps = _proposal.may_keep(present)
titles = [_("内容"), _("完整范围"), *([_("导入新表")] if keeps else [])]
titles += [_("导入教育部名单")] if keeps and told.name == "institutions" else []
places = st.tabs(titles, key=f"codes.tabs.{told.name}")
with places[0]:
    _keeping.lines(present, told, table)
with places[1]:
    st.markdown(_("来源：{sources}").format(sources=_reference.sources(table) or "—"))
    _keeping.covered(present, _reference.coverage(version.reference, told.name))
if keeps:
    with places[2]:
        _keeping.bring_in(present, told)
if len(places) > 3:
    with places[3]:
        _keeping.bring_list(present)
