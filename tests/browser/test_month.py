"""One month at the desk in Chromium: fed back, corrected, consented to, settled, and on line by a second person.

September 2026: its corrections are due by the fifth working day of October, which is the 13th, counted over the National Day
holiday and the make-up Saturday (10 October) after it.
"""

import re
from datetime import datetime
from pathlib import Path

import fastexcel
from playwright.sync_api import Browser, Page, expect

from core import ruleset
from core.ruleset import Proposal
from core.settings import Settings
from tests.browser import rehearsal
from tests.browser.conftest import app, reader, settled, sit_down, words
from tests.builders import NAMELESS, TERM, a_desk, a_filing, people, released
from tests.builders_corrections import first_record

SEPTEMBER, OCTOBER = datetime(2026, 9, 18, 9), datetime(2026, 10, 9, 9)
WITHHELD = people(1, first=5, institution="80902")[0]
"""The record that goes round, as it ought to have been filed."""


def _a_semester_on_line(folder: Path) -> int:
    """A semester on line but for a record filed without its name; changes need the province's consent. Returns that record."""
    desk = a_desk(folder, at=SEPTEMBER)
    with desk.db.transaction() as tx:
        base = ruleset.in_force(desk.db, SEPTEMBER.date())
        told = {"effective_on": SEPTEMBER.date(), "reason": "信息变更须经省级同意", "by": "keeper", "at": SEPTEMBER}
        ruleset.keep(tx, Proposal(base, Settings.of(thresholds={"consent_change": 1}), {}), desk.db.folder, **told)
    a_filing(desk, people(2, institution="80902"), institution="80902", approved=True, name="first.csv")
    assert released(desk, TERM, counted=2) == 2
    nameless = people(1, first=5, institution="80902", **NAMELESS)
    number = first_record(desk, a_filing(desk, nameless, institution="80902", approved=True, name="second.csv").filing_id)
    desk.db.close()
    return number


def test_a_month_from_feedback_to_republication_with_a_make_up_saturday(tmp_path: Path, browser: Browser):
    number, clock = _a_semester_on_line(tmp_path), tmp_path / "clock"
    rehearsal.set_to(clock, SEPTEMBER)

    with app(tmp_path / "store", clock=clock) as address, reader(browser, "zh") as page:
        _go(page, f"{address}/feedback?term={TERM.code}")
        listed = _feed_back(page)
        _go(page, f"{address}/record?record_id={number}")
        _ask(page, tmp_path)
        _go(page, f"{address}/corrections?month=2026-09")
        sit_down(page, "province-31")
        _consent(page)

        rehearsal.set_to(clock, OCTOBER)
        sit_down(page, "operator")
        expect(page.get_by_text("2026-10-13", exact=True)).to_be_visible()
        expect(page.get_by_text("还有 4 天", exact=True)).to_be_visible()
        _act(page, "整理更正数据")
        expect(page.get_by_text("已整理 1 件：待上网 1，仍不符合 0", exact=False)).to_be_visible()
        sit_down(page, "publisher")
        _act(page, "符合要求的上网")
        expect(page.get_by_text("已冻结 1 条为第 2 批，请第二人在“上网发布”放行。")).to_be_visible()
        _look_up(page, f"{address}/lookup", "无匹配：")
        _go(page, f"{address}/publish?run_id=2")
        sit_down(page, "releaser")
        _release(page)
        _look_up(page, f"{address}/lookup", "查到一条学位证书信息。")

        page.goto(f"{address}/corrections?lang=en")
        expect(page.get_by_text(words("en")("还有 {n} 天").format(n=4), exact=True)).to_be_visible()

    assert listed == {"I01"}


def _go(page: Page, where: str) -> None:
    page.goto(where)
    settled(page)


def _press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _feed_back(page: Page) -> set[str]:
    """Feed the semester back and fetch its one workbook; the checks it lists."""
    _press(page, "生成反馈单（1 个单位，1 条）")
    _press(page, "确认生成")
    expect(page.get_by_text("已生成 1 份反馈单。")).to_be_visible()
    settled(page)
    page.get_by_test_id("stDataFrame").first.click(position={"x": 17, "y": 34 + 15})
    with page.expect_download() as download:
        _press(page, "下载这份反馈表")
    book = fastexcel.read_excel(Path(download.value.path()).read_bytes())
    return set(book.load_sheet(0, dtypes="string").to_polars()["规则"])


def _ask(page: Page, folder: Path) -> None:
    """Hand in the correction of a name, with its evidence."""
    page.get_by_text("更正（0 件）").click()
    settled(page)  # a list opened while the panel unfolds closes again
    page.get_by_role("combobox", name="要变更的字段").click()
    page.keyboard.insert_text("XM")
    page.get_by_role("option").filter(has_text=re.compile(" XM$")).click()
    page.locator("input[aria-label$=' XM']").fill(WITHHELD["XM"] or "")
    scan = folder / "证明.pdf"
    scan.write_bytes(b"%PDF-1.7\n%%EOF\n")
    page.get_by_label("提出单位经办人").fill("赵经办")
    page.keyboard.press("Tab")
    settled(page)
    with page.expect_response("**/_stcore/upload_file/**"):
        page.get_by_test_id("stFileUploader").locator("input[type=file]").last.set_input_files(scan)
    settled(page)
    _press(page, "收下更正")
    expect(page.get_by_text("更正（1 件）")).to_be_visible()


def _consent(page: Page) -> None:
    page.get_by_role("combobox", name="打开更正件").click()
    page.keyboard.press("ArrowDown")
    page.get_by_role("option").first.click()
    page.get_by_label("同意的文号，或不同意的理由").fill("沪学位〔2026〕31号")
    _press(page, "同意更正")
    expect(page.get_by_text("已记下省级同意。")).to_be_visible()


def _act(page: Page, name: str) -> None:
    """Type the one thing that waits for an act, and do it."""
    page.get_by_test_id("stNumberInputField").first.fill("1")
    _press(page, name)


def _release(page: Page) -> None:
    page.get_by_test_id("stNumberInputField").fill("1")
    _press(page, "放行上网")
    expect(page.get_by_text("第 2 批已放行 1 条，留下 0 条；数据包 2。")).to_be_visible()


def _look_up(page: Page, where: str, told: str) -> None:
    _go(page, where)
    page.get_by_label("姓名", exact=True).fill(WITHHELD["XM"] or "")
    page.get_by_label("学位证书编号", exact=True).fill(WITHHELD["XWZSBH"] or "")
    _press(page, "查询")
    expect(page.get_by_text(told)).to_be_visible()
