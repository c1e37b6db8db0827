"""In a browser: a photo that was missing is supplied on its record's screen, and a zip of them on 接收报送."""

from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core import store
from tests.browser.conftest import app, reader, settled, words
from tests.builders import a_desk, people
from tests.test_photos import a_folder, a_photo, a_zip
from tests.test_pictures import filed_with, first_record


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_missing_photo_is_supplied_and_its_record_cleared_on_the_spot(tmp_path: Path, browser: Browser, language: str):
    say = words(language)
    records = people(4)
    with closing((desk := a_desk(tmp_path)).db):
        number = first_record(desk, filed_with(desk, records, {"stranger.jpg": a_photo()}))
    a_folder(tmp_path, {"small.jpg": a_photo(240, 320), "portrait.jpg": a_photo(seed=2)})
    pack = {f"{each['ZJHM']}.jpg": a_photo(seed=place + 3) for place, each in enumerate(records[1:])}
    zipped = a_zip(tmp_path / "photos.zip", pack | {"nobody.jpg": a_photo(seed=9)})

    with app(tmp_path / "store") as address, reader(browser, language) as page:
        page.goto(f"{address}/record?record_id={number}&lang={language}")
        settled(page)
        page.get_by_text(say("补交照片"), exact=True).click()
        settled(page)
        page.locator("#file").set_input_files(tmp_path / "small.jpg")
        expect(page.get_by_test_id("stAlert")).to_be_visible()
        page.locator("#file").set_input_files(tmp_path / "portrait.jpg")
        expect(page.get_by_text(say("照片已收下。"), exact=False)).to_be_visible()
        expect(page.get_by_test_id("stImage").locator("img")).to_be_visible()
        _supply(page, f"{address}/load?lang={language}", say("照片补报"), zipped)
        expect(page.get_by_text(say("任务 {id} 未收的照片（{n:,} 张）").format(id=1, n=1))).to_be_visible()

    with closing(store.open_store(tmp_path / "store")) as db:
        assert db.frame("SELECT status, count(*) AS n FROM record GROUP BY ALL").rows() == [("cleared", 4)]


def _supply(page: Page, address: str, way: str, zipped: Path) -> None:
    page.goto(address)
    settled(page)
    page.get_by_text(way, exact=True).click()
    settled(page)
    choice = page.get_by_test_id("stMain").get_by_role("combobox").first
    choice.click()
    page.keyboard.insert_text("80901")
    page.get_by_role("option", name="80901").first.click()
    settled(page)
    page.locator("input[type=file]").set_input_files(zipped)
    page.get_by_test_id("stBaseButton-primary").click()
