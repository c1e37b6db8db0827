"""单位联系人: whom each institution names for its graduates' enquiries, those with too few or unconfirmed this year first seen (article 10)."""

import polars as pl
import streamlit as st

from core import contacts
from core.contacts import ContactFilter, Kept
from core.vocabulary import Duty
from pages import _directory, _export, _filters, _tables
from pages._parts import cached, desk, empty, header
from pages._words import _, named, say

present = desk(*contacts.READERS)
chosen = _filters.read("contacts", "province", "kept", "institution")
header(present, _("单位联系人"), _("各学位授予单位解答本单位咨询的专人和电话：至少两位，每年确认一次；反馈函和催答清单随之写明。"))

places = st.columns([2, 2, 3])
with places[0]:
    province = _filters.choose("contacts", "province", _("省份"), _filters.provinces(present), every=_("全部省份"))
with places[1]:
    kept = _filters.choose("contacts", "kept", _("联系人状况"), {str(each): say(each) for each in Kept}, every=_("全部状况"))
with places[2]:
    sought = st.text_input(
        _("学位授予单位"), key="contacts.sought", type="search", placeholder=_("单位代码或名称的一部分；没报送过的也能查到")
    ).strip()

wanted = ContactFilter(province, kept, sought or None)
within = cached(contacts.totals, present, ContactFilter(province, None, sought or None))
st.caption(
    _("共 {institutions:,} 个单位：不足两人 {few:,} 个，本年未确认 {stale:,} 个，齐全 {good:,} 个。").format(**within)
)


def shown(lines: pl.DataFrame) -> pl.DataFrame:
    """Institutions in words."""
    return _directory.in_words(named(lines, "province", "institution"))


left, right = st.columns([7, 4], gap="medium")
with left:
    total = contacts.totals(present, wanted)["institutions"]
    if not total:
        empty(_("没有符合条件的单位。放宽条件，或按名称查找后登记联系人。"))
    else:
        page = _tables.pager(total, f"contacts.page.{province}.{kept}", quiet=True)
        columns = {
            "institution": _tables.text(_("学位授予单位"), width=180),
            "province": _tables.text(_("省份"), width=84),
            "kept": _tables.status(_("状况"), Kept, width=150),
            "confirmed_on": _tables.day(_("最早确认"), width=110),
            "people": _tables.text(_("联系人")),
        }
        lines = contacts.page(present, wanted, number=page)
        picked = _tables.show(
            shown(lines).with_columns(code=lines["institution"]), columns, key=f"contacts.table.{province}.{kept}.{page}",
            select=True, rows=15,
        )
        _export.offer(
            present, _("单位联系人"), columns, lambda desk, part, size: contacts.page(desk, wanted, number=part, size=size),
            name="contacts", shape=shown, duty=Duty.READ if present.actor.may(Duty.READ) else Duty.ACCOUNTS,
            chosen=_export.filter_in_words({
                _("省份"): _filters.provinces(present).get(province or ""), _("联系人状况"): say(Kept(kept)) if kept else None,
                _("学位授予单位"): sought or None,
            }),
        )  # fmt: skip
        if picked:
            _filters.put("contacts", institution=picked["code"])
            chosen["institution"] = picked["code"]
with right:
    if chosen["institution"]:
        _directory.of_one(present, chosen["institution"])
    else:
        st.caption(_("点选一个单位，登记、更换或确认它的联系人。"))
