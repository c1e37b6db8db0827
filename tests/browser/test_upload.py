"""In a browser: a large file is sent as a stream, watched, cancelled and sent again, checked and filed."""

import random
import re
import time
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from core import store
from tests.browser.conftest import app, reader, settled, words
from tests.browser.test_jobs import process_of
from tests.builders import NAMELESS, a_csv, people

LARGE = 60_000_000
RECORDS, TITLE = 20_000, "大文件" * 320
"""More than that."""
SLOWLY = 6_000_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_large_file_is_sent_watched_checked_and_filed(tmp_path: Path, browser: Browser, language: str):
    path = a_csv(tmp_path / "大文件.csv", people(RECORDS, LWTM=TITLE))
    size, home, say = path.stat().st_size, tmp_path / "store", words(language)
    assert size > LARGE

    with app(home) as address, reader(browser, language) as page:
        page.goto(f"{address}/load?lang={language}")
        settled(page)
        line = _slow_down(page)
        chooser, progress = page.locator("input[type=file]"), page.get_by_role("progressbar", name=say("报送文件"))

        chooser.set_input_files(path)
        expect(page.get_by_text(_told(say("已传 {percent}%（{sent} / {all}），每秒 {rate}，约剩 {left}。传完前请不要离开本页。")))).to_be_visible()
        assert 0 < float(progress.get_attribute("value") or 0) < 1
        page.get_by_role("button", name=say("取消上传")).click()
        expect(page.get_by_role("button", name=say("选择文件"))).to_be_visible()
        _comes_to_keep(page, home)

        line.detach()
        chooser.set_input_files(path)
        expect(page.get_by_role("button", name=say("预检"), exact=True)).to_be_visible()
        _comes_to_keep(page, home, size)

        settled(page)
        page.get_by_role("button", name=say("预检"), exact=True).click()
        expect(page.get_by_role("button", name=say("接收入库"), exact=True)).to_be_visible()
        settled(page)
        page.get_by_role("button", name=say("交后台办理"), exact=True).click()
        expect(page.get_by_text(say("打开批次 {id}").format(id=1), exact=True)).to_be_visible()
        _comes_to_keep(page, home)

    with closing(store.open_store(home)) as db:
        assert db.frame("SELECT records, file_name FROM filing").rows() == [(RECORDS, "大文件.csv")]


def test_what_is_sent_is_not_held_in_memory(tmp_path: Path, browser: Browser):
    """By photos, which nobody looks into before the check: what reading a file takes would be counted otherwise."""
    small, photos = a_csv(tmp_path / "small.csv", people(12)), tmp_path / "photos.zip"
    photos.write_bytes(random.Random(119).randbytes(LARGE))
    with app(tmp_path / "store") as address, reader(browser, "zh") as page:
        page.goto(f"{address}/load")
        settled(page)
        page.locator("input[type=file]").set_input_files(small)
        expect(page.get_by_role("button", name="预检", exact=True)).to_be_visible()
        settled(page)
        before = _peak_memory(address, anew=True)

        page.locator("input[type=file][accept='.zip']").set_input_files(photos)
        expect(page.get_by_text("photos.zip（", exact=False)).to_be_visible()

        assert _peak_memory(address) - before < LARGE / 2
        _comes_to_keep(page, tmp_path / "store", LARGE, small.stat().st_size)


def test_what_cannot_be_uploaded_is_told_and_a_file_may_be_dropped_and_checked(tmp_path: Path, browser: Browser):
    path = a_csv(tmp_path / "dropped.csv", [*people(12), *people(1, first=20, **NAMELESS)])
    with app(tmp_path / "store") as address, reader(browser, "zh") as page:
        page.goto(f"{address}/load")
        settled(page)

        page.locator("input[type=file]").set_input_files({"name": "scan.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"})
        expect(page.get_by_role("alert").get_by_text("这类文件不能接收")).to_be_visible()
        _comes_to_keep(page, tmp_path / "store")

        dropped = page.evaluate_handle(
            "text => { const drag = new DataTransfer(); drag.items.add(new File([text], 'dropped.csv')); return drag; }",
            path.read_text(encoding="utf-8-sig"),
        )
        page.locator(".zone").dispatch_event("drop", {"dataTransfer": dropped})
        page.get_by_role("button", name="预检", exact=True).click()
        expect(page.get_by_text("未报送——仅为试检")).to_be_visible()
        settled(page)
        name, told = _taken(page)
        assert name.startswith("未报送_load_rules_")
        assert told[0] == "\ufeff# 未报送"
        assert [line for line in told if line.startswith("# 文件：dropped.csv，13条记录，SHA-256 ")]

        page.get_by_role("button", name="移除").click()
        expect(page.get_by_role("button", name="移除")).to_have_count(0)
        _comes_to_keep(page, tmp_path / "store")


def _taken(page: Page) -> tuple[str, list[str]]:
    """The first list of the screen taken away as CSV: what the file is called, and its lines."""
    page.get_by_role("button", name="导出").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).click()
    page.keyboard.press("Escape")
    return download.value.suggested_filename, Path(download.value.path()).read_text().splitlines()


def test_another_file_chosen_the_moment_one_is_cancelled_is_the_one_that_comes(tmp_path: Path, browser: Browser):
    first, second = tmp_path / "first.csv", a_csv(tmp_path / "second.csv", people(12))
    first.write_bytes(bytes(20_000_000))
    with app(tmp_path / "store") as address, reader(browser, "zh") as page:
        page.goto(f"{address}/load")
        settled(page)
        _slow_down(page)
        for _ in range(3):
            page.locator("input[type=file]").set_input_files(first)
            expect(page.get_by_text(re.compile("约剩 "))).to_be_visible()
            page.get_by_role("button", name="取消上传").click()
        page.locator("input[type=file]").set_input_files(second)

        expect(page.get_by_text("second.csv（", exact=False)).to_be_visible()
        _comes_to_keep(page, tmp_path / "store", second.stat().st_size)


def test_leaving_the_screen_midway_stops_the_upload_and_says_so_on_return(tmp_path: Path, browser: Browser):
    path = tmp_path / "half.csv"
    path.write_bytes(bytes(20_000_000))
    with app(tmp_path / "store") as address, reader(browser, "zh") as page:
        page.goto(f"{address}/load")
        settled(page)
        _slow_down(page)
        page.locator("input[type=file]").set_input_files(path)
        expect(page.get_by_text(re.compile("约剩 "))).to_be_visible()

        page.get_by_test_id("stSidebarNav").get_by_text("任务", exact=True).click()
        _comes_to_keep(page, tmp_path / "store")
        page.get_by_test_id("stSidebarNav").get_by_text("接收报送", exact=True).click()

        expect(page.get_by_text("上传中断，没有保存任何内容", exact=False)).to_be_visible()


def _slow_down(page: Page) -> CDPSession:
    """A line of an office, so that there is something to watch; until it is detached."""
    told = {"offline": False, "latency": 5, "downloadThroughput": -1, "uploadThroughput": SLOWLY}
    line = page.context.new_cdp_session(page)
    line.send("Network.emulateNetworkConditions", told)
    return line


def _comes_to_keep(page: Page, home: Path, *sizes: int) -> None:
    """Wait until the uploads the store keeps are these, by their sizes."""
    until = time.monotonic() + 60
    while (kept := sorted(path.stat().st_size for path in (home / "work").glob("upload-*"))) != sorted(sizes):
        assert time.monotonic() < until, kept
        page.wait_for_timeout(100)


def _told(sentence: str) -> re.Pattern[str]:
    """A sentence with whatever numbers it was filled with."""
    return re.compile(re.sub(r"\\\{\w+\\\}", ".+", re.escape(sentence)))


def _peak_memory(address: str, *, anew: bool = False) -> int:
    """The most memory the app has had in bytes, since the start or since it was asked anew."""
    process = process_of(address)
    if anew:
        (process / "clear_refs").write_text("5")
    told = (process / "status").read_text()
    return 1024 * int(re.search(r"VmHWM:\s+(\d+)", told)[1])
