"""Who is signed in, as settled below the screens by the guard, and looked up anew in every run; and the store they work on.

The one adapter to `st.user`. Must not know what a screen shows.
"""

import os
from functools import lru_cache
from pathlib import Path

import streamlit as st

from core import accounts
from core import store as stores
from core.backup_requests import Attendant
from core.database import Database
from core.desk import Actor, system_clock
from core.sessions import Limits, Session, Sessions

SESSION_HEADER = "X-Desk-Session"
"""Set by the guard alone, after whatever a browser sent under this name was thrown away (.streamlit/config.toml)."""


def home() -> Path:
    """The folder of the store: DESK_HOME, or the usual place."""
    return Path(os.environ.get("DESK_HOME") or stores.HOME)


def store() -> Database:
    """The store behind this server. Raises StoreBusy when another program has it open."""
    return _store(home())


def sessions() -> Sessions:
    """Who is signed in to this server."""
    return _sessions(home())


@st.cache_resource(show_spinner=False)
def _store(folder: Path) -> Database:
    return stores.open_store(folder)


def attendant() -> Attendant:
    """Who makes the backups asked for at the command line while this server has the store open."""
    return Attendant(store(), system_clock)


@st.cache_resource(show_spinner=False)
def _sessions(folder: Path) -> Sessions:
    return Sessions(folder, system_clock, Limits.told(os.environ))


def session() -> Session | None:
    """The session this screen belongs to; None once it has ended, wherever it was ended."""
    found = sessions().by_handle(str(st.user.to_dict().get("session")))
    return found if found and not found.restricted else None


def actor() -> Actor | None:
    """Whoever is signed in, with the duties they have now; None when nobody is, or the account was disabled."""
    present = session()
    return present and _actor(store(), store().version, present.account)


@lru_cache(maxsize=1000)
def _actor(db: Database, version: int, key: str) -> Actor | None:
    return accounts.actor_of(db, key)


def name_of(key: str) -> tuple[str, str]:
    """Someone who acted, in Chinese and in English."""
    return _name_of(store(), store().version, key)


@lru_cache(maxsize=1000)
def _name_of(db: Database, version: int, key: str) -> tuple[str, str]:
    return accounts.name_of(db, key)
