"""An ID number seen in full in Chromium, in both languages: for a purpose, for one viewing, and gone again."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from core import book, store
from core.book import ActFilter
from core.desk import COMMAND_LINE, Desk, system_clock
from tests.browser.conftest import app, reader, settled, words
from tests.builders import a_desk, a_filing, a_number, people
from tests.builders_corrections import first_record

NUMBER = "110101200303079999"
"""As filed: its check character is another."""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_number_is_seen_for_a_purpose_and_is_gone_when_something_else_is_turned_to(tmp_path: Path, browser: Browser, language: str):
    desk = a_desk(tmp_path)
    records = [*people(1, ZJHM=NUMBER), *people(2, first=1)]
    record = first_record(desk, a_filing(desk, records, approved=True).filing_id)
    desk.db.close()
    say = words(language)
    look = os.environ.get("DESK_LOOK")

    with app(tmp_path / "store") as address, reader(browser, language) as page:
        page.goto(f"{address}/record?record_id={record}&lang={language}")
        settled(page)
        expect(page.get_by_text(say("证件号码：{number}").format(number="110101**********99")).last).to_be_visible()
        assert NUMBER not in page.content()
        if look:
            page.screenshot(path=f"{look}/masked-{language}.png")
        _see(page, say, "来函〔2025〕3号")
        shown = page.get_by_test_id("stCode")
        expect(shown).to_have_text(NUMBER)
        if look:
            page.screenshot(path=f"{look}/revealed-{language}.png")
            if language == "zh":
                page.wait_for_timeout(63_000)
                expect(shown).to_have_count(0)
                page.screenshot(path=f"{look}/gone-{language}.png")
                _see(page, say, "再核")
                expect(shown).to_have_text(NUMBER)
        page.goto(f"{address}/record?record_id={record + 1}&lang={language}")
        settled(page)
        expect(shown).to_have_count(0)
        page.goto(f"{address}/record?record_id={record}&lang={language}")
        settled(page)
        expect(shown).to_have_count(0)
        assert NUMBER not in page.content() and a_number(1) not in page.content()

    told = Desk(store.open_store(tmp_path / "store"), COMMAND_LINE, system_clock)
    acts = book.page(told, ActFilter(record_id=record)).filter(event="reveal")
    assert set(acts["actor"]) == {"operator"} and acts["note"][-1] == "与学位授予单位核实：来函〔2025〕3号"
    told.db.close()


def _see(page, say, why):
    page.get_by_role("button", name=say("查看完整号码")).click()
    page.get_by_role("combobox", name=say("用途")).click()
    page.get_by_role("option", name=_purpose(say)).click()
    page.get_by_role("textbox", name=say("事由（必填）")).fill(why)
    page.get_by_test_id("stFormSubmitButton").get_by_role("button", name=say("查看"), exact=True).click()
    settled(page)
    page.keyboard.press("Escape")


def _purpose(say):
    return "与学位授予单位核实" if say("查看") == "查看" else "To verify with the institution"
