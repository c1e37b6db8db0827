"""A small store behind the screens, and a way to open one screen as somebody in some language."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import publication
from core.demo import staff
from pages import _seat
from pages._stream import AWAITED
from tests.builders import (
    HONORARY,
    NAMELESS,
    NOON,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_desk,
    a_filing,
    people,
    released,
)

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "overview", "calendar", "balance", "load", "jobs", "filings", "review", "expected", "queue", "record", "publish", "takedown",
    "feedback", "corrections", "explanations", "revocations", "lookup", "contacts", "rates", "rulebook", "revision", "codes", "settings",
    "exports", "account",
)
"""Screens the operator may enter; `people`, `announcements`, `backups` and `acts` are the administrator's alone."""
Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a published filing, one waiting to go up, and one of another province not yet approved."""
    folder = tmp_path_factory.mktemp("screens")
    desk = a_desk(folder)
    faults = (NAMELESS, WRONG_BIRTH, TOO_FAST, SECRET, HONORARY)
    a_filing(desk, people(40), approved=True, name="first.csv")
    released(desk, TERM, counted=publication.ready(desk, TERM))
    faulty = [record for place, fault in enumerate(faults) for record in people(2, first=50 + 10 * place, **fault)]
    a_filing(desk, people(30, first=100) + faulty, approved=True, name="second.csv")
    a_filing(desk, people(20, first=150, institution="10384"), institution="10384", name="third.csv")
    staff.enter(desk.db, NOON)
    desk.db.close()
    return folder / "store"


@pytest.fixture
def home(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The store as the app finds it; whatever a test does to it is forgotten afterwards."""
    folder = tmp_path / "store"
    shutil.copytree(built, folder)
    monkeypatch.setenv("DESK_HOME", str(folder))
    st.cache_data.clear()
    yield folder
    st.cache_resource.clear()


@pytest.fixture
def open_screen(home: Path) -> Open:
    """Open one screen by its name: as someone at the desk, in a language, with what its address says."""

    def open_(name: str, actor: str = "operator", language: str = "zh", **address: str) -> AppTest:
        app = signed_in(actor)
        app.session_state["desk.language"] = language
        app.run().switch_page(f"pages/{name}.py")
        for key, code in address.items():
            app.query_params[key] = code
        return app.run()

    return open_


def signed_in(actor: str) -> AppTest:
    """The app as the guard hands it to somebody who has signed in."""
    held = _seat.sessions().begin(actor, "127.0.0.1")
    app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)
    app.user = {"session": _seat.sessions().of(held).handle}
    return app


def give(app: AppTest, name: str, content: bytes, *, place: int = 0) -> AppTest:
    """Give an uploader of large files its file, by the token its screen handed out."""
    with AWAITED.receiving(handed_out(app, place)["token"], name, len(content)) as write:
        write(content)
    return app.run()


def handed_out(app: AppTest, place: int = 0) -> dict[str, Any]:
    """What an uploader of large files is told: its token, its words, and why the last file failed."""
    return json.loads(app.get("bidi_component")[place].proto.json)
