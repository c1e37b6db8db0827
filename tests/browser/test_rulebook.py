"""The rulebook changed in Chromium, in both languages: a table imported, its difference seen, tried, and put in force."""

from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

from core import reference, store
from core.tables import TABLES
from tests.browser.conftest import Say, app, reader, settled, sit_down, words
from tests.builders import a_desk, a_filing, people

TABLE = "ethnic_groups"
OTHER_NAME = "示例族"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_table_with_one_changed_line_is_seen_tried_and_put_in_force(tmp_path: Path, browser: Browser, language: str):
    desk = a_desk(tmp_path)
    a_filing(desk, people(30), approved=True, layout="named")
    desk.db.close()
    say = words(language)
    changed = a_changed_table(tmp_path / "changed.csv")

    with app(tmp_path / "store") as address, reader(browser, language) as page:
        page.goto(f"{address}/codes?table={TABLE}&lang={language}")
        settled(page)
        sit_down(page, "keeper")
        _import(page, say, language, changed)
        _try(page, say)
        _put_in_force(page, say)
        page.goto(f"{address}/codes?table={TABLE}&lang={language}")
        settled(page)
        expect(page.get_by_text(say("第 {n} 版 · {day} 起生效").split(" ·")[0].format(n=2))).to_be_visible()

    db = store.open_store(tmp_path / "store")
    kept = db.frame("SELECT version, reason FROM ruleset ORDER BY version")
    found = db.frame("SELECT count(*) AS n FROM finding WHERE closed IS NULL").item()
    db.close()
    assert kept.rows()[1:] == [(2, "民族名称更新")]
    assert found == 30


def a_changed_table(path: Path) -> Path:
    """The table as it is exported, with one name changed and no other way of writing it."""
    han = pl.col("code") == "01"
    table = reference.load().table(TABLE).with_columns(
        name=pl.when(han).then(pl.lit(OTHER_NAME)).otherwise("name"), aliases=pl.when(han).then(None).otherwise("aliases")
    )  # fmt: skip
    path.write_bytes(b"\xef\xbb\xbf" + table.write_csv().encode())
    return path


def _import(page: Page, say: Say, language: str, path: Path) -> None:
    page.get_by_role("tab", name=say("导入新表"), exact=True).click()
    page.locator("input[type=file]").set_input_files(path)
    title = {"zh": TABLES[TABLE].zh, "en": TABLES[TABLE].en}[language]
    told = say("**{title}**：新增 {added:,} 行，删去 {gone:,} 行，改动 {altered:,} 行").replace("**", "")
    expect(page.get_by_text(told.format(title=title, added=0, gone=0, altered=1))).to_be_visible()
    page.get_by_role("button", name=say("加入修订方案"), exact=True).click()
    expect(page.get_by_text(say("已加入修订方案，尚未生效。请到“规则修订”试算并生效。"))).to_be_visible()


def _try(page: Page, say: Say) -> None:
    page.get_by_test_id("stSidebarNav").get_by_text(say("规则修订"), exact=True).click()
    settled(page)
    page.get_by_role("button", name=say("开始试算"), exact=True).click()
    expect(page.get_by_text(say("已开始试算（任务 {id}），可以离开本页，回来看结果。没有改动任何数据。").format(id=1))).to_be_visible()
    expect(page.get_by_test_id("stMetricValue").first).to_have_text("30")
    settled(page)


def _put_in_force(page: Page, say: Say) -> None:
    page.get_by_label(say("修改理由（必填）")).fill("民族名称更新")
    page.get_by_role("button", name=say("下一步：核对影响"), exact=True).click()
    page.get_by_role("button", name=say("确认生效"), exact=True).click()
    told = say(
        "第 {version} 版已生效：撤下 {closed:,} 个问题，新记入 {entered:,} 个；{cleared:,} 条记录转为符合查询要求，"
        "{withheld:,} 条转为暂不提供，{excluded:,} 条移出查询范围。"
    ).format(version=2, closed=0, entered=30, cleared=0, withheld=0, excluded=0)
    expect(page.get_by_text(told).first).to_be_visible()
