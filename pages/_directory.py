"""Parts of 单位联系人: one institution's contacts, their form, the yearly confirmation, and what was done to them. Must not know who may."""

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from core import contacts
from core.contacts import Contact, ContactFilter, Kept
from core.desk import Desk
from pages import _tables
from pages._parts import announce, reporting_errors
from pages._words import _, actor_name, event_name, name_in, plain, say


def in_words(lines: pl.DataFrame) -> pl.DataFrame:
    """How well contacts are kept, in words."""
    return lines.with_columns(pl.col("kept").list.eval(pl.element().replace_strict({str(each): say(each) for each in Kept})))


def of_one(present: Desk, institution: str) -> None:
    """Everything about one institution's contacts, with what the person at the desk may do with them."""
    known = contacts.page(present, ContactFilter(sought=institution))
    if known.is_empty():
        st.warning(_("没有找到这个学位授予单位，或不属于本省。"))
        return
    line = known.row(0, named=True)
    st.subheader(f"{institution} {plain(name_in(line, 'institution'))}", anchor=False)
    may = any(map(present.actor.may, contacts.EDITORS))
    found = contacts.of_institution(present, institution)
    if found.is_empty():
        st.caption(_("还没有联系人。"))
    for each in found.iter_rows(named=True):
        _card(present, institution, each, may=may)
    if may:
        with st.container(horizontal=True):
            if found.height and st.button(_("本年确认无误（{n} 人）").format(n=found.height), key=f"contacts.confirm.{institution}"):
                with reporting_errors():
                    announce(_("已确认 {n} 位联系人。").format(n=contacts.confirm(present, institution)))
        with st.expander(_("登记联系人"), expanded=found.height < contacts.LEAST):
            _form(present, institution, None, f"new.{found.height}")
    _history(present, institution)


def _card(present: Desk, institution: str, contact: Mapping[str, Any], *, may: bool) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(f"**{plain(contact['name'])}** · {plain(contact['post'])}")
        reached = [contact["telephone"], contact["email"]]
        st.caption(
            plain(" · ".join(filter(None, reached))) + "  \n" + _("{day} 确认").format(day=f"{contact['confirmed_on']:%Y-%m-%d}")
        )
        if may:
            with st.popover(_("更换或移除"), type="tertiary"):
                _form(present, institution, contact, str(contact["contact_id"]))
                if st.button(_("移除"), key=f"contacts.remove.{contact['contact_id']}"):
                    with reporting_errors():
                        contacts.remove(present, institution, contact["contact_id"])
                        announce(_("已移除一位联系人。"))


def _form(present: Desk, institution: str, former: Mapping[str, Any] | None, name: str) -> None:
    """The form for a contact, filled with the one it replaces."""
    at, told = f"contacts.form.{institution}.{name}", former or {}
    with st.form(at, border=False):
        first, second = st.columns(2)
        called = first.text_input(_("姓名"), told.get("name", ""), key=f"{at}.name")
        post = second.text_input(_("职务"), told.get("post", ""), key=f"{at}.post")
        telephone = first.text_input(_("咨询电话"), told.get("telephone", ""), key=f"{at}.telephone", placeholder="010-12345678")
        email = second.text_input(_("电子邮箱（选填）"), told.get("email", ""), key=f"{at}.email")
        if st.form_submit_button(_("保存")):
            contact = Contact(called, post, telephone, email)
            with reporting_errors():
                if former:
                    contacts.change(present, institution, former["contact_id"], contact)
                else:
                    contacts.enter(present, institution, contact)
                announce(_("联系人已保存，今天确认。"))


def _history(present: Desk, institution: str) -> None:
    done = contacts.history(present, institution)
    if done.is_empty():
        return
    with st.expander(_("办理经过（{n:,}）").format(n=done.height)):
        shown = done.with_columns(
            pl.Series("who", [actor_name(key) for key in done["actor"]], pl.String),
            pl.Series("what", [event_name("contact", event) for event in done["event"]], pl.String),
        )
        columns = {
            "acted_at": _tables.moment(_("时间"), width=120),
            "what": _tables.text(_("事项"), width=104),
            "name": _tables.text(_("姓名"), width=70),
            "telephone": _tables.text(_("咨询电话"), width=110),
            "who": _tables.text(_("办理人")),
        }
        _tables.show(shown, columns, key=f"contacts.history.{institution}", rows=6)
