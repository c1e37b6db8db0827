"""A provincial reviewer's day in Chromium, in both languages: what waits, several passed at once, one returned."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core import attachments, store, views
from core.desk import Desk, province_reviewer, system_clock
from tests.browser.conftest import Say, app, reader, settled, sit_down, words
from tests.builders import WRONG_BIRTH, a_desk, a_filing, people

REVIEWER = "province-31"


def _filed(folder: Path) -> None:
    """Three filings of Shanghai, one of Beijing."""
    desk = a_desk(folder)
    for place, institution in enumerate(("80902", "80902", "80902", "80901")):
        records = people(5, first=20 * place, institution=institution)
        wrong = people(1, first=20 * place + 10, institution=institution, **WRONG_BIRTH)
        a_filing(desk, records + wrong, institution=institution, name=f"{place}.csv")
    desk.db.close()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_reviewer_passes_several_filings_by_one_document_and_returns_another(
    tmp_path: Path, browser: Browser, language: str
):
    _filed(tmp_path)
    say = words(language)

    with app(tmp_path / "store") as address, reader(browser, language) as page:
        page.goto(f"{address}/review?lang={language}")
        settled(page)
        sit_down(page, REVIEWER)
        told = say("共 {filings:,} 个批次、{records:,} 条记录，等得最久的在前。")
        expect(page.get_by_text(told.format(filings=3, records=18))).to_be_visible()
        _tick(page, 0, 1)
        passing = say("将通过 {filings:,} 个批次，共 {records:,} 条记录；其中 {withheld:,} 条暂不提供查询，通过后列入反馈。")
        expect(page.get_by_text(passing.format(filings=2, records=12, withheld=2))).to_be_visible()
        _pass(page, say, tmp_path)
        _return(page, say, address, language)

    desk = Desk(store.open_store(tmp_path / "store"), province_reviewer("31", "上海市", "Shanghai"), system_clock)
    states = views.filings(desk, views.FilingFilter()).sort("filing_id")
    assert states["status"].to_list() == ["approved", "approved", "returned"]
    assert states["return_reason"].to_list() == [None, None, "缺少决议扫描件"]
    assert attachments.of_filing(desk, 1)["file_name"].to_list() == ["审核文件.pdf"]
    desk.db.close()


def test_what_changed_after_it_was_looked_at_is_not_passed_and_the_reviewer_is_told(tmp_path: Path, browser: Browser):
    _filed(tmp_path)
    say = words("zh")

    with app(tmp_path / "store") as address, reader(browser, "zh") as page, reader(browser, "zh") as other:
        for each in (page, other):
            each.goto(f"{address}/review?lang=zh")
            settled(each)
            sit_down(each, REVIEWER)
        _tick(page, 0, 1)
        _tick(other, 0)
        _confirm(other, say, "沪学位〔2025〕8号")
        expect(other.get_by_text("1 个批次已登记省级审核通过，共 6 条记录。")).to_be_visible()

        _confirm(page, say, "沪学位〔2025〕9号")
        expect(page.get_by_text("批次 1 在您核对之后有变化")).to_be_visible()

    desk = Desk(store.open_store(tmp_path / "store"), province_reviewer("31", "上海市", "Shanghai"), system_clock)
    assert views.filings(desk, views.FilingFilter()).sort("filing_id")["status"].to_list() == ["approved", "received", "received"]
    desk.db.close()


def _confirm(page: Page, say: Say, document: str) -> None:
    page.get_by_label(say("审核文号")).fill(document)
    page.get_by_role("button", name=say("登记审核通过"), exact=True).click()


def _tick(page: Page, *rows: int) -> None:
    table = page.get_by_test_id("stDataFrame").first
    for row in rows:
        table.click(position={"x": 17, "y": 34 + 30 * row + 15})
        settled(page)


def _pass(page: Page, say: Say, folder: Path) -> None:
    scan = folder / "审核文件.pdf"
    scan.write_bytes(b"%PDF-1.7\n%%EOF\n")
    page.get_by_label(say("审核文号")).fill("沪学位〔2025〕9号")
    page.locator("input[type=file]").set_input_files(scan)
    settled(page)
    page.get_by_role("button", name=say("登记审核通过"), exact=True).click()
    done = say("{filings:,} 个批次已登记省级审核通过，共 {records:,} 条记录。")
    expect(page.get_by_text(done.format(filings=2, records=12))).to_be_visible()


def _return(page: Page, say: Say, address: str, language: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_text(say("报送台账"), exact=True).click()
    settled(page)
    page.get_by_test_id("stDataFrame").first.click(position={"x": 17, "y": 34 + 15})
    settled(page)
    page.get_by_role("tab", name=say("退回"), exact=True).click()
    page.get_by_role("button", name=say("退回批次"), exact=True).click()
    expect(page.get_by_text({"zh": "请填写退回理由。", "en": "Give the reason for returning the filing."}[language])).to_be_visible()
    page.get_by_label(say("退回理由（必填）")).fill("缺少决议扫描件")
    page.get_by_role("button", name=say("退回批次"), exact=True).click()
    expect(page.get_by_text(say("批次 {id} 已退回，{n:,} 条记录移出查询范围。").format(id=3, n=6))).to_be_visible()
