"""A small store behind the screens, and a way to open one screen as somebody in some language."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import publication
from tests.builders import (
    HONORARY,
    NAMELESS,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_desk,
    a_filing,
    people,
)

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "overview", "calendar", "load", "jobs", "filings", "review", "expected", "queue", "record", "publish", "feedback",
    "lookup", "rates", "rulebook", "revision", "codes",
)
Open = Callable[..., AppTest]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a published filing, one waiting to go up, and one of another province not yet approved."""
    folder = tmp_path_factory.mktemp("screens")
    desk = a_desk(folder)
    faults = (NAMELESS, WRONG_BIRTH, TOO_FAST, SECRET, HONORARY)
    a_filing(desk, people(40), approved=True, name="first.csv")
    publication.publish(desk, TERM, counted=publication.ready(desk, TERM))
    faulty = [record for place, fault in enumerate(faults) for record in people(2, first=50 + 10 * place, **fault)]
    a_filing(desk, people(30, first=100) + faulty, approved=True, name="second.csv")
    a_filing(desk, people(20, first=150, institution="10384"), institution="10384", name="third.csv")
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
        app = AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=30)
        app.session_state["desk.actor"] = actor
        app.session_state["desk.language"] = language
        app.run().switch_page(f"pages/{name}.py")
        for key, code in address.items():
            app.query_params[key] = code
        return app.run()

    return open_


