"""The public's page in Chromium, on a desk and on a phone, in both languages: asked, found with photo, not found."""

import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from core import package_folder, pictures
from core.database import Database
from core.public.page import NONE, ONE, SENTENCES
from tests.browser.conftest import reader
from tests.builders_packages import a_full, a_number, certificates
from tests.builders_service import a_service


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("public")
    db = Database.open(folder / "store")
    drawn = BytesIO()
    Image.new("RGB", (150, 210), "steelblue").save(drawn, "JPEG")
    sha256 = hashlib.sha256(drawn.getvalue()).hexdigest()
    kept = pictures.place(db.folder, sha256)
    kept.parent.mkdir(parents=True)
    kept.write_bytes(drawn.getvalue())
    wanted = certificates(n1="张明", n2="阿依古丽·买买提")
    wanted[a_number("n1")] |= {"ZYMC": "计算机科学与技术" * 12}
    package = a_full(db, folder / "packages", wanted, photos=True, photo_of={a_number("n1"): sha256})
    package_folder.release(folder / "packages", package)
    db.close()
    return folder / "packages"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", [(1366, 768), (390, 844), (320, 568)], ids=["desk", "phone", "small phone"])
def test_a_certificate_is_looked_up_on_any_screen_in_either_language(
    root: Path, tmp_path: Path, browser: Browser, language: str, size: tuple[int, int]
):
    said = {key: pair[language == "en"] for key, pair in SENTENCES.items()}
    with a_service(root, tmp_path / "own") as service, reader(browser, language) as page:
        faults: list[str] = []
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.goto(f"http://127.0.0.1:{service.port}/?lang={language}")
        expect(page.get_by_role("heading", name=said["title"])).to_be_visible()
        expect(page.get_by_label(said["name"], exact=True)).to_be_focused()
        _fits(page)

        _ask(page, said, "张明", "８０９０１ " + a_number("n1")[5:])

        expect(page.get_by_role("status")).to_contain_text(ONE[language == "en"])
        expect(page.get_by_role("cell", name="2025-06-20")).to_be_visible()
        assert page.get_by_alt_text(said["photo"]).evaluate("photo => photo.naturalWidth") == 150
        assert page.url.endswith(f"/?lang={language}")
        _fits(page)

        _ask(page, said, "张明明", a_number("n1"))

        expect(page.get_by_role("status")).to_contain_text(NONE[language == "en"])
        expect(page.get_by_label(said["name"], exact=True)).to_have_value("张明明")
        _fits(page)
        page.get_by_role("link", name=said["other"]).click()
        expect(page.get_by_role("heading", name=SENTENCES["title"][language == "zh"])).to_be_visible()
        assert [fault for fault in faults if "favicon" not in fault and "404" not in fault] == []


def _ask(page: Page, said: dict[str, str], name: str, number: str) -> None:
    page.get_by_label(said["name"], exact=True).fill(name)
    page.get_by_label(said["number"], exact=True).fill(number)
    page.get_by_role("button", name=said["ask"], exact=True).click()


def _fits(page: Page) -> None:
    """The form is styled, and nothing is wider than the screen."""
    page.wait_for_function("getComputedStyle(document.querySelector('button')).color == 'rgb(255, 255, 255)'")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
