"""What all screens share: the desk, the header, filters in the address, tables, and how refusals are shown.

The only module that knows both the session and `core.desk`: real sign-in replaces `_actor` and `_frame.seat`.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core import disk, store
from core.database import Database
from core.desk import INBOX, Actor, Desk, system_clock
from core.errors import CentreError
from core.inbox import Watch
from core.jobrunner import Runner
from core.vocabulary import Duty
from pages import _frame
from pages._words import _, actors, plain, province_names, say


def desk(duty: Duty | None = None) -> Desk:
    """The desk of whoever is signed in; without the duty a screen needs, its refusal is shown and nothing else."""
    if PagesManager.uses_pages_directory:  # opened by its address before the frame has run in this server (F13)
        first = not _frame.DRAWN.is_set()
        _frame.draw()
        if first:
            st.rerun()
    try:
        present = Desk(_store(home()), _actor(), system_clock)
        runner()
        if duty:
            present.require(duty)
    except CentreError as refusal:
        st.error(plain(say(refusal)))
        st.stop()
    return present


def home() -> Path:
    """The folder of the store: DESK_HOME, or the usual place."""
    return Path(os.environ.get("DESK_HOME") or store.HOME)


def runner() -> Runner:
    """Who carries jobs out, one in this server: begun with its first screen, so that jobs left unfinished go on."""
    return _behind_the_screens(home())[0]


def inbox() -> Watch:
    """Who looks into the inbox folder, one in this server."""
    return _behind_the_screens(home())[1]


@st.cache_resource(show_spinner=False)
def _behind_the_screens(folder: Path) -> tuple[Runner, Watch]:
    runner = Runner(_store(folder), {**actors(), INBOX.key: INBOX}.get, system_clock)
    return runner, Watch(Desk(_store(folder), INBOX, system_clock), runner.ask).start()


@st.cache_resource(show_spinner=False)
def _store(folder: Path) -> Database:
    return store.open_store(folder)


def _actor() -> Actor:
    return actors()[st.session_state.get("desk.actor", _frame.FIRST)]


@contextmanager
def reporting_errors() -> Iterator[None]:
    """Show what a person can act on in their language, a full disk among it; anything else is our fault and propagates."""
    try:
        with disk.told_when_full():
            yield
    except CentreError as refusal:
        st.error(plain(say(refusal)))


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
    """The head of every screen: title, chips of scope and term, one sentence. Returns the place for its main action."""
    left, right = st.columns([5, 1], vertical_alignment="bottom")
    with left, st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(title, width="content", anchor=False)
        st.badge(scope_name(present), color="gray")
        for chip in chips:
            st.badge(plain(chip), color="blue")
    left.caption(purpose)
    announced()
    return right.container(horizontal=True, horizontal_alignment="right")


def scope_name(present: Desk) -> str:
    """What the person at the desk sees: the nation, or one province."""
    if present.actor.province is None:
        return _("全国")
    return province_names()[present.actor.province]


def empty(sentence: str) -> None:
    """An empty state: why nothing is here and what fills it."""
    st.info(sentence)
