"""The app as a newcomer starts it, in a browser that tells of every request it makes."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core import store
from core.demo import staff
from core.desk import system_clock

ROOT = Path(__file__).resolve().parents[2]
_CATALOGUE = ROOT / "pages" / "locale" / "en" / "LC_MESSAGES" / "desk.po"
_CHROMIUM = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
Say = Callable[[str], str]
_RUNNING: list[str] = []
"""The address of the app that runs."""


@contextmanager
def app(
    home: Path, more: Callable[[int], list[str]] = lambda port: [], *, clock: Path | None = None
) -> Iterator[str]:
    """The running app over a store with the demo's accounts, unless it has others; gives its address.

    With a clock, it goes by that (tests/browser/rehearsal.py).
    """
    db = store.open_store(home)
    staff.enter(db, system_clock())
    db.close()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    starter, told = ("tests.browser.rehearsal", {"REHEARSAL": str(clock)}) if clock else ("streamlit", {})
    command = [sys.executable, "-m", starter, "run", "dashboard.py", f"--server.port={port}", "--server.headless=true", *more(port)]
    environment = os.environ | {"DESK_HOME": str(home)} | told
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(f"{address}/_stcore/health", server)
        _RUNNING.append(address)
        yield address
    finally:
        _RUNNING.clear()
        server.terminate()
        server.wait(20)


def _wait_until_it_answers(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(address, timeout=2).close()
            return
        except OSError:
            assert server.poll() is None, "the app stopped"
            assert time.monotonic() < until, "the app did not start"
            time.sleep(0.2)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=60_000)
    executable = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=_CHROMIUM)
        yield chromium
        chromium.close()


@contextmanager
def reader(browser: Browser, language: str, who: str = "operator") -> Iterator[Page]:
    """Someone signed in to the running app and reading in a language, at 1366×768; at the end, not one request may have
    left the machine."""
    locale = {"zh": "zh-CN", "en": "en-US"}[language]
    context = browser.new_context(locale=locale, viewport={"width": 1366, "height": 768})
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.set_default_timeout(60_000)
    if _RUNNING:
        sign_in(page, who)
    yield page
    context.close()
    assert asked
    assert [url for url in asked if not re.match(r"(https?|wss?)://127\.0\.0\.1[:/]|data:|blob:", url)] == []


def sign_in(page: Page, who: str) -> None:
    """Sign in to the running app, in place of whoever was; without a page of its own, as most tests are about other things."""
    address, told = _RUNNING[-1], {"name": who, "password": staff.PASSWORD}
    ask = page.context.request.post  # by a connection that may have been closed since it was last used
    answer = ask(f"{address}/sign-in", form=told, headers={"Origin": address}, max_redirects=0, max_retries=3)
    assert answer.status == 303, who


def sit_down(page: Page, who: str) -> None:
    """Go on with the screen as someone else."""
    sign_in(page, who)
    page.reload()
    settled(page)


def words(language: str) -> Say:
    """What a Chinese sentence of the screens reads in a language."""
    with _CATALOGUE.open("rb") as file:
        english = {message.id: message.string for message in read_po(file)}
    return lambda zh: zh if language == "zh" else english[zh]


def settled(page: Page) -> None:
    """Wait until the script behind the screen has come to rest."""
    for pause in (300, 200):  # a click takes a while to reach the script, and one run may ask for another
        page.wait_for_timeout(pause)
        page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
