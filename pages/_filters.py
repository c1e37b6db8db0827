"""Filters that live in the address as codes, and are found again when a screen is left and come back to.

No personal data goes into an address.
"""

from collections.abc import Mapping

import streamlit as st

from core import views
from core.deadlines import Term
from core.desk import Desk
from pages._parts import cached, empty
from pages._words import _, province_names, say


def read(page: str, *names: str) -> dict[str, str | None]:
    """A screen's filters by code: those in the address, else as they were left; the address then shows them."""
    kept: dict[str, str] = st.session_state.setdefault(f"{page}.filters", {})
    given = {name: st.query_params[name] for name in names if name in st.query_params}
    if given:
        kept.clear()
        kept.update(given)
    elif kept:
        st.query_params.update(kept)
    return {name: kept.get(name) for name in names}


def put(page: str, **changes: str | None) -> None:
    """Change some filters of a screen, in the address and in memory; None takes one away."""
    kept: dict[str, str] = st.session_state.setdefault(f"{page}.filters", {})
    for name, code in changes.items():
        kept.pop(name, None)
        st.query_params.pop(name, None)
        if code:
            kept[name] = code
            st.query_params[name] = code


def choose(page: str, name: str, label: str, options: Mapping[str, str], *, every: str | None = None) -> str | None:
    """A filter as a select box over codes; `read` has read it first. `every` is the word for no filter."""
    codes, key = ([""] if every else []) + list(options), f"{page}.{name}"
    current = st.session_state.get(f"{page}.filters", {}).get(name)
    st.session_state[key] = current if current in codes else next(iter(codes), None)

    def keep() -> None:
        put(page, **{name: st.session_state[key] or None})

    chosen = st.selectbox(label, codes, key=key, on_change=keep, format_func=lambda code: options.get(code, every))
    return chosen or None


def term(page: str, present: Desk) -> Term:
    """The semester a screen is about; stops with a sentence when nothing has been filed yet."""
    codes = cached(views.terms, present)
    if not codes:
        empty(_("还没有报送数据。接收第一个报送批次后，这里才有内容。"))
        st.stop()
    read(page, "term")
    return Term.parse(choose(page, "term", _("学期"), names_of(codes)) or codes[0])


def names_of(codes: list[str]) -> dict[str, str]:
    """Semesters by code, with their full names."""
    return {code: f"{code} · {say(Term.parse(code))}" for code in codes}


def terms(present: Desk) -> dict[str, str]:
    """The semesters that have filings, latest first, with their names."""
    return names_of(cached(views.terms, present))


def provinces(present: Desk) -> dict[str, str]:
    """The provinces within this person's scope, with their names."""
    names = province_names()
    own = present.actor.province
    return names if own is None else {own: names[own]}
