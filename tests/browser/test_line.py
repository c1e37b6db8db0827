"""One walk along the whole line in Chromium, in both languages: every format in, the right ones out."""

import io
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import fastexcel
import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

from core import store
from core.demo import files
from core.record import COLUMNS, LAYOUTS
from tests.browser.conftest import Say, app, reader, settled, sit_down, words
from tests.builders import NAMELESS, WRONG_BIRTH, people

Go = Callable[[str], None]
_SENT = (
    ("dbf34", "old.dbf", "gb18030", "10001"),
    ("named", "named.xlsx", "", "10002"),
    ("named", "named.xls", "", "10003"),
    ("new27", "new.csv", "utf-8-sig", "10004"),
    ("new27", "gbk.csv", "gb18030", "10005"),
    ("new27", "unicode.csv", "utf-16", "10006"),
)
_TERM = "2024-2"


def _send(folder: Path, layout: str, name: str, encoding: str, institution: str, first: int) -> Path:
    codes = list(LAYOUTS[layout].codes)
    records = [
        *people(12, first=first, institution=institution),
        *people(1, first=first + 20, institution=institution, **NAMELESS),
        *people(1, first=first + 21, institution=institution, **WRONG_BIRTH),
    ]
    cells = pl.DataFrame(records, schema=dict.fromkeys(COLUMNS, pl.String)).select(codes)
    header = [f"{COLUMNS[code].zh}({code})" for code in codes] if layout == "named" else codes
    files.write(folder / name, cells, header, encoding)
    return folder / name


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_line_from_files_in_every_format_to_lookup_and_feedback(tmp_path: Path, browser: Browser, language: str):
    store.open_store(tmp_path / "store").close()
    say = words(language)

    with app(tmp_path / "store") as address, reader(browser, language) as page:
        go = partial(_go, page, address, language)
        go("")
        for place, (layout, name, encoding, institution) in enumerate(_SENT):
            path = _send(tmp_path, layout, name, encoding, institution, first=place * 50)
            _receive(page, say, path, place + 1)
        for filing_id in range(1, len(_SENT)):  # the last one still waits for its province
            _approve(page, say, go, filing_id)
        _see_the_queue(page, say, go)
        workbooks = _download_feedback(page, say, go)
        _publish(page, say, go, 12 * (len(_SENT) - 1))
        lookups = [people(1, first=place * 50, institution=sent[3])[0] for place, sent in enumerate(_SENT)]
        _look_up(page, say, go, lookups[0], found=True)
        _look_up(page, say, go, lookups[-1], found=False)
        withheld = people(1, first=21, institution="10001")[0]
        _look_up(page, say, go, withheld, found=False)

    assert len(workbooks) == len(_SENT) - 1
    for content in workbooks.values():
        sheet = fastexcel.read_excel(content).load_sheet(0, dtypes="string").to_polars()
        assert set(sheet["规则"]) == {"I01", "A13"}
        assert all(len(number) == 16 for number in sheet["学位证书编号"])


def _go(page: Page, address: str, language: str, where: str) -> None:
    page.goto(f"{address}/{where}{'&' if '?' in where else '?'}lang={language}")
    settled(page)


def _open(page: Page, say: Say, title: str) -> None:
    page.get_by_test_id("stSidebarNav").get_by_text(say(title), exact=True).click()
    settled(page)


def _receive(page: Page, say: Say, path: Path, filing_id: int) -> None:
    _open(page, say, "接收报送")
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_role("button", name=say("预检"), exact=True)).to_be_visible()
    page.get_by_role("button", name=say("预检"), exact=True).click()
    expect(page.get_by_role("button", name=say("接收入库"), exact=True)).to_be_visible()
    settled(page)
    page.get_by_role("button", name=say("接收入库"), exact=True).click()
    expect(page.get_by_text(say("打开批次 {id}").format(id=filing_id), exact=True)).to_be_visible()
    settled(page)


def _approve(page: Page, say: Say, go: Go, filing_id: int) -> None:
    go(f"filings?filing_id={filing_id}")
    page.get_by_label(say("审核文号")).fill(f"示范学位办〔2025〕{filing_id}号")
    page.get_by_role("button", name=say("登记审核通过"), exact=True).click()
    expect(page.get_by_text(say("批次 {id} 已登记省级审核通过。").format(id=filing_id))).to_be_visible()


def _see_the_queue(page: Page, say: Say, go: Go) -> None:
    go("queue?province=11")
    told = say("共 {total:,} 条，每页 {size} 条").format(total=2 * len(_SENT), size=50)
    expect(page.get_by_text(told)).to_be_visible()


def _publish(page: Page, say: Say, go: Go, ready: int) -> None:
    go(f"publish?term={_TERM}")
    sit_down(page, "publisher")
    waiting = page.get_by_test_id("stMetric").filter(has_text=say("现在可上网"))
    expect(waiting.get_by_test_id("stMetricValue")).to_have_text(str(ready))
    for label in (say("起草 {term} 上网批次").format(term=_TERM), say("过关"), say("冻结清单")):
        page.get_by_role("button", name=label, exact=True).click()
        settled(page)
    go(f"publish?term={_TERM}&run_id=1")
    sit_down(page, "releaser")
    page.get_by_test_id("stNumberInputField").fill(str(ready))
    page.get_by_role("button", name=say("放行上网"), exact=True).click()
    sentence = say("第 {run_id} 批已放行 {n:,} 条，留下 {left:,} 条；数据包 {package}。")
    expect(page.get_by_text(sentence.format(run_id=1, n=ready, left=0, package=1))).to_be_visible()
    sit_down(page, "operator")


def _look_up(page: Page, say: Say, go: Go, record: dict[str, str | None], *, found: bool) -> None:
    go("lookup")
    page.get_by_label(say("姓名"), exact=True).fill(record["XM"] or "")
    page.get_by_label(say("学位证书编号"), exact=True).fill(record["XWZSBH"] or "")
    page.get_by_role("button", name=say("查询"), exact=True).click()
    absent = say("无匹配：没有查到姓名与证书编号同时相符的记录。请核对后重查，或向学位授予单位咨询。")
    expect(page.get_by_text(say("查到一条学位证书信息。") if found else absent)).to_be_visible()


def _download_feedback(page: Page, say: Say, go: Go) -> dict[str, bytes]:
    go(f"feedback?term={_TERM}")
    units = len(_SENT) - 1
    label = say("生成反馈单（{units} 个单位，{n:,} 条）").format(units=units, n=2 * units)
    page.get_by_role("button", name=label, exact=True).click()
    page.get_by_role("button", name=say("确认生成"), exact=True).click()
    expect(page.get_by_text(say("已生成 {n:,} 份反馈单。").format(n=units))).to_be_visible()
    settled(page)
    fetch = page.get_by_role("button", name=say("下载全部（{n:,} 份）").format(n=units), exact=True)
    expect(fetch).to_be_visible(timeout=30_000)  # once the job behind the screens is done
    with page.expect_download() as download:
        fetch.click()
    found = {}
    with zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes())) as archive:
        for bundle in archive.namelist():
            with zipfile.ZipFile(io.BytesIO(archive.read(bundle))) as inside:
                found |= {name: inside.read(name) for name in inside.namelist() if "/反馈_" in name}
    return found
