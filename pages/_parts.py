"""What all screens share: the desk, the header, filters in the address, tables, and how refusals are shown.

The only module that knows both the session and `core.desk`; who is signed in is told by `_seat`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core import accounts, announcements, disk
from core.desk import INBOX, Desk, system_clock
from core.errors import CentreError
from core.jobrunner import Runner
from core.keeping import Keeping
from core.retention import Keeper
from core.vocabulary import Duty
from core.watch import Watch
from pages import _frame, _seat
from pages._words import _, language, plain, province_names, say


def desk(*duties: Duty) -> Desk:
    """The desk of whoever is signed in; with none of the duties a screen needs, its refusal is shown and nothing else."""
    if PagesManager.uses_pages_directory:  # opened by its address before the frame has run in this server (F13)
        first = not _frame.DRAWN.is_set()
        _frame.draw()
        if first:
            st.rerun()
    try:
        actor = _seat.actor()
        if actor is None:
            _frame.signed_out()
            st.stop()
        present = Desk(_seat.store(), actor, system_clock)
        runner()
        if duties:
            present.require(*duties)
    except CentreError as refusal:
        st.error(plain(say(refusal)))
        st.stop()
    return present


def runner() -> Runner:
    """Who carries jobs out, one in this server: begun with its first screen, so that jobs left unfinished go on."""
    return _behind_the_screens(_seat.home())[0]


def inbox() -> Watch:
    """Who looks into the inbox folder, one in this server."""
    return _behind_the_screens(_seat.home())[1]


@st.cache_resource(show_spinner=False)
def _behind_the_screens(folder: Path) -> tuple[Runner, Watch]:
    db = _seat.store()
    runner = Runner(db, partial(accounts.actor_of, db), system_clock)
    Keeper(db, _seat.sessions(), Keeping.told(os.environ), system_clock).start()
    return runner, Watch(Desk(db, INBOX, system_clock), runner.ask).start()


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Show what a person can act on in their language, a full disk among it; anything else is our fault and propagates."""
    try:
        with disk.told_when_full():
            yield
    except CentreError as refusal:
        st.error(plain(say(refusal)))


def is_number(written: str | None) -> bool:
    """Whether what stands in an address or a field can be the number of a thing in the store."""
    return bool(written) and written.isascii() and written.isdecimal() and len(written) < 19


def announce(sentence: str) -> None:
    """Run the screen again and let it open with this sentence: something was done."""
    st.session_state["desk.done"] = sentence
    st.rerun()


def announced() -> None:
    """Show what was just done, once."""
    if sentence := st.session_state.pop("desk.done", None):
        st.success(plain(sentence))


def cached(read: Any, desk: Desk, *args: Any, **kwargs: Any) -> Any:
    """A count read from the store, kept until the store or the day changes, or someone with another scope asks.

    Not for records.
    """
    seat = (str(desk.db.folder), desk.db.version, desk.now().date(), desk.actor.province, desk.actor.may(Duty.CLASSIFIED))
    return _cached(seat, f"{read.__module__}.{read.__qualname__}", args, kwargs, partial(read, desk))


@st.cache_data(max_entries=200, show_spinner=False)
def _cached(seat: tuple, name: str, args: tuple, kwargs: dict[str, Any], _read: Any) -> Any:
    return _read(*args, **kwargs)


def header(present: Desk, title: str, purpose: str, *chips: str) -> Any:
    """The head of every screen: what is announced, title, chips of scope and term, one sentence. Returns the place for its main
    action."""
    for one in cached(_standing, present).iter_rows(named=True):
        if one["holds_release"]:
            st.warning(f"**{_('暂停放行')}** {plain(one[language()])}")
        else:
            st.info(plain(one[language()]))
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    with left, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, width="content", anchor=False)
        st.badge(scope_name(present), color="gray")
        for chip in chips:
            st.badge(plain(chip), color="blue")
    left.caption(purpose)
    announced()
    return right.container(horizontal=True, horizontal_alignment="right")


def _standing(present: Desk) -> pl.DataFrame:
    return announcements.standing(present.db, present.now().date())


def scope_name(present: Desk) -> str:
    """What the person at the desk sees: the nation, or one province."""
    if present.actor.province is None:
        return _("全国")
    return province_names()[present.actor.province]


def empty(sentence: str) -> None:
    """An empty state: why nothing is here and what fills it."""
    st.info(sentence)
