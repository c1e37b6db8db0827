"""In a browser: a job is handed over, its progress moves by itself, the page is left, the app is killed and goes on."""

import os
import signal
from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser, expect

from core import store
from tests.browser.conftest import app, reader
from tests.builders import a_csv, people


def test_a_job_goes_on_when_its_page_is_left_and_after_the_app_is_killed(tmp_path: Path, browser: Browser):
    path = a_csv(tmp_path / "large.csv", people(60_000))
    home = tmp_path / "store"
    with app(home) as address, reader(browser, "zh") as page:
        page.goto(f"{address}/load")
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_role("button", name="交后台办理").click()
        expect(page.get_by_text("可以离开本页", exact=False).first).to_be_visible()
        expect(page.get_by_text("large.csv", exact=False).first).to_be_visible()
        page.goto(f"{address}/jobs")
        expect(page.get_by_text("取消任务")).to_be_visible()
        _kill(address)
    with app(home) as address, reader(browser, "zh") as page:
        page.goto(f"{address}/jobs")
        expect(page.get_by_text("取消任务")).to_be_visible()
        expect(page.get_by_text("60,000 行", exact=False).first).to_be_visible()
        expect(page.get_by_text("取消任务")).to_have_count(0)  # by itself: nobody touches the page
        page.goto(f"{address}/filings?filing_id=1")
        expect(page.get_by_text("批次 1", exact=False).first).to_be_visible()
    with closing(store.open_store(home)) as db:
        assert db.frame("SELECT records FROM filing").rows() == [(60_000,)]
        assert db.frame("SELECT count(*) AS n FROM record").item() == 60_000


def _kill(address: str) -> None:
    """Kill the app at this address, at once."""
    os.kill(int(process_of(address).name), signal.SIGKILL)


def process_of(address: str) -> Path:
    """What the system tells of the app at this address."""
    port = f"--server.port={address.rsplit(':', 1)[1]}".encode()
    return next(path.parent for path in Path("/proc").glob("[0-9]*/cmdline") if port in path.read_bytes().split(b"\0"))
