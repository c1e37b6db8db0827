"""日历 as its reader meets it: the screen in both languages, and the file it hands out."""

from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, expect

from tests.browser.conftest import app, reader, settled, words
from tests.builders import a_desk, a_filing, people


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory):
    folder: Path = tmp_path_factory.mktemp("calendar")
    desk = a_desk(folder)
    a_filing(desk, people(5), approved=True)
    desk.db.close()
    with app(folder / "store") as address:
        yield address


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_days_shown_can_be_taken_away_as_a_calendar_file(browser: Browser, address: str, language: str):
    say = words(language)
    with reader(browser, language) as page:
        page.goto(f"{address}/calendar?lang={language}&term=2024-2&year=2026")
        page.get_by_role("heading", name=say("日历"), exact=True).wait_for()
        expect(page.locator(".year table")).to_have_count(12)
        settled(page)

        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        with page.expect_download() as taken:
            page.get_by_role("button", name=say("下载日历（.ics）")).click()
        events = Calendar.from_ical(Path(taken.value.path()).read_bytes()).events

    assert taken.value.suggested_filename == f"{say('日历')}_2024-2_2026.ics"
    assert len(events) == 6 + 24
    assert f"2024-2 {'上网' if language == 'zh' else 'Online by'}" in {str(event["SUMMARY"]) for event in events}
