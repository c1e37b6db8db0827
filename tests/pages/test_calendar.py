"""日历 on the screen: the days of a semester and a year, the working days, the calculator, and the overview's countdown."""

import re
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from core import reference, revision, ruleset
from core.desk import DEMO_ACTORS, Desk, system_clock
from core.ruleset import Proposal
from core.settings import Settings
from core.store import open_store
from tests.builders_tables import table
from tests.pages.conftest import Open

CHINESE = re.compile("[\u3400-\u9fff]")


NEXT_YEAR = str(system_clock().year + 1)


def in_force(home: Path, **tables: pl.DataFrame) -> int:
    """Put tables in force today, before any screen is opened; returns the version."""
    db, today = open_store(home), system_clock().date()
    proposal = Proposal(ruleset.in_force(db, today), Settings(), tables)
    revised = revision.commit(Desk(db, DEMO_ACTORS["keeper"], system_clock), proposal, effective_on=today, reason="放假通知。")
    db.close()
    return revised.version


def rows(app: AppTest, place: int) -> list[list[str]]:
    return app.table[place].value.astype(str).to_numpy().tolist()


def page(app: AppTest) -> str:
    """The words of the month grid."""
    return "".join(element.proto.body for element in app.main.get("html"))


def captions(app: AppTest) -> str:
    return " ".join(element.value for element in app.caption)


def test_a_semester_shows_its_six_days_with_article_last_working_day_and_state(open_screen: Open):
    app = open_screen("calendar", term="2024-2", year="2025")

    told = {row[1].strip("*"): row for row in rows(app, 0)}
    assert list(told) == ["单位报送截止", "省级审核截止", "反馈数据冻结", "上网数据冻结", "反馈截止", "上网"]
    assert told["反馈截止"][0].split() == ["2025-11-30", "周日"]
    assert (told["反馈截止"][2], told["反馈截止"][3]) == ("管理办法第六条", "11-28 周五")
    assert told["省级审核截止"][5] == ":red-badge[逾期] 已通过 1，待审 1"
    assert told["上网"][5] == ":red-badge[逾期] 已上网 40，可上网 30"
    assert told["上网"][4].startswith(":red[**已过")
    assert "学位中心自定" in told["反馈数据冻结"][6]


def test_a_year_shows_both_days_of_each_month_and_its_working_days_with_the_notice(open_screen: Open):
    app = open_screen("calendar", term="2024-2", year="2024")

    told = rows(app, 1)
    assert [row[0] for row in told] == [str(month) for month in range(1, 13)]
    assert [told[9][place].replace("\N{NO-BREAK SPACE}", " ") for place in (1, 2)] == ["10-12 周六", "10-31 周四"]
    assert "2024 年放假依据：国办发明电〔2023〕7号（2023-10-25）。" in captions(app)
    grid = page(app)
    assert grid.count("<caption>") == 12
    assert '<td class="makeup due" title="2024-09 更正整理截止">12<sup>班</sup></td>' in grid
    assert '<td class="holiday">7<sup>休</sup></td>' in grid
    assert [each.value for each in app.subheader][2] == "2024 年工作日（251 个）"


@pytest.mark.parametrize(
    ("year", "told"),
    [
        ("2019", "国办发明电〔2018〕15号（2018-12-04）、国办发明电〔2019〕3号（2019-03-22）"),
        ("2012", "通知文号未核实"),
        ("2013", "国办发明电〔2012〕33号（发文日期未核实）"),
    ],
)
def test_notices_that_were_not_verified_are_plainly_said(open_screen: Open, year: str, told: str):
    assert told in captions(open_screen("calendar", term="2024-2", year=year))


def test_a_year_without_a_notice_is_plainly_provisional(open_screen: Open):
    app = open_screen("calendar", term="2024-2", year=NEXT_YEAR)

    assert [warning.value for warning in app.warning] == [f"{NEXT_YEAR} 年的放假通知尚未录入：按周一至周五推算，以下日子均为暂定。"]
    assert all("暂定" in row[1] for row in rows(app, 1))
    assert "放假依据" not in captions(app)


def test_a_notice_entered_by_a_version_makes_its_year_sure_and_the_version_says_who_and_why(home: Path, open_screen: Open):
    today = system_clock().date()
    holiday = {"date": date(int(NEXT_YEAR), 1, 1), "kind": "holiday", "official": "1", "source": "示范通知"}
    notice = {"year": NEXT_YEAR, "document": "示范〔2026〕1号", "issued_on": today}
    number = in_force(
        home,
        working_days=pl.concat([reference.load().table("working_days"), table("working_days", [holiday])]),
        holiday_notices=pl.concat([reference.load().table("holiday_notices"), table("holiday_notices", [notice])]),
    )
    in_force(home, lead_times=reference.load().table("lead_times").with_columns(workdays=pl.lit("4")))

    app = open_screen("calendar", term="2024-2", year=NEXT_YEAR)

    assert not app.warning
    assert not any("暂定" in row[1] for row in rows(app, 1))
    assert f"示范〔2026〕1号（{today}）" in captions(app)
    assert f"第 {number} 版规则带来，{today} 起生效，学位中心 规则管理员：放假通知。" in captions(app).replace("\\", "")


def test_the_calculator_tells_the_last_day_for_reporting_a_revocation(open_screen: Open):
    app = open_screen("calendar")
    app.date_input[0].set_value(date(2025, 1, 20)).run()

    assert "**2025-02-08 周六** 前报送" in [element.value for element in app.markdown]

    app.date_input[0].set_value(date(int(NEXT_YEAR), 1, 20)).run()

    assert any("前报送 · 暂定" in element.value for element in app.markdown)


@pytest.mark.parametrize(("actor", "many"), [("operator", 4), ("keeper", 4), ("province-11", 4), ("analyst", 0)])
def test_the_tables_behind_it_are_linked_for_those_who_may_see_them(open_screen: Open, actor: str, many: int):
    links = [each.proto.query_string for each in open_screen("calendar", actor).main.get("page_link")]

    assert links == ["table=working_days", "table=holiday_notices", "table=filing_days", "table=lead_times"][:many]


def test_an_english_calendar_holds_no_chinese_but_the_notices_numbers(open_screen: Open):
    app = open_screen("calendar", language="en", term="2024-2", year="2025")

    told = [cell for place in (0, 1) for row in rows(app, place) for cell in row] + [page(app)]
    assert [cell for cell in told if CHINESE.search(cell)] == []
    assert CHINESE.findall(captions(app)) == [*"国办发明电号"]


def test_tables_by_which_nothing_can_be_reckoned_are_told_and_linked(home: Path, open_screen: Open):
    in_force(home, lead_times=reference.load().table("lead_times").clear())

    for name in ("calendar", "overview"):
        app = open_screen(name)
        assert not app.exception
        assert "内部提前量表须有" in app.error[0].value
        assert len(app.title) == 1


def test_the_overview_counts_down_with_overdue_in_red(open_screen: Open):
    app = open_screen("overview")

    large = next(each for each in app.metric if each.label == "2024-2 上网")
    assert (large.value, large.proto.color) == ("2025-12-01", large.proto.RED)
    assert large.delta.startswith("已过期")
    lines = next(each.value for each in app.markdown if "单位报送截止" in each.value).split("  \n")
    assert len(lines) == 4
    assert any(":red[**已过" in line for line in lines)
