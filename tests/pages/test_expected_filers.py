"""应报单位 on the screen: the grid, nil returns, and what the overview says of who is overdue."""

from datetime import datetime

import pytest
from streamlit.testing.v1 import AppTest

from core import expected
from core.deadlines import Term
from pages._parts import cached
from tests.builders import a_csv, a_desk, a_filing, at_desk, people
from tests.pages.conftest import Open, give
from tests.pages.test_work import shown

DUE = "2025-2"
"""Whoever filed 2024-2 is expected to file it, and it is long due."""


def field(app: AppTest, kind: str, label: str):
    return next(each for each in app.get(kind) if each.label == label)


def metric(app: AppTest, label: str) -> str:
    return next(each.value for each in app.metric if each.label == label)


def enter(app: AppTest, signed_by: str = "李示范") -> AppTest:
    field(app, "selectbox", "单位和级别").set_value(("80901", "4"))
    field(app, "text_input", "签署人").set_value(signed_by)
    field(app, "text_input", "文号").set_value("示范〔2026〕9号")
    return next(button for button in app.button if button.label == "登记零报送").click().run()


def test_the_grid_shows_who_is_missing_with_the_totals_on_top(open_screen: Open):
    app = open_screen("expected", term=DUE)

    assert [(row["institution"], row["stage"][0]) for row in shown(app, "institution", "stage", "due_on")] == [
        ("示例科学研究院", "未报送"), ("厦门大学", "未报送"),
    ]
    assert (metric(app, "应报"), metric(app, "未报"), metric(app, "逾期"), metric(app, "零报送")) == ("2", "2", "2", "0")


def test_the_address_narrows_the_grid_to_a_province_a_level_a_stage_and_what_is_overdue(open_screen: Open):
    def many(**address: str) -> int:
        return len(shown(open_screen("expected", term=DUE, **address), "institution", "stage", "due_on"))

    assert many(overdue="1") == many(stage="missing") == many(level="4") == 2
    assert many(province="35") == 1
    assert many(stage="nil") == many(level="2") == 0


def test_a_reviewer_sees_the_own_province_only(open_screen: Open):
    app = open_screen("expected", "province-35", term=DUE)

    assert [row["institution"] for row in shown(app, "institution", "stage", "due_on")] == ["厦门大学"]
    assert len(field(app, "selectbox", "单位和级别").options) == 1


def test_a_nil_return_is_entered_listed_and_withdrawn(open_screen: Open):
    app = enter(open_screen("expected", "province-11", term=DUE))
    assert app.success[0].value == "已登记零报送 1 号。"
    assert (metric(app, "未报"), metric(app, "零报送")) == ("0", "1")
    assert [(row["document"], row["signed_by"]) for row in shown(app, "nil_id", "document")] == [("示范〔2026〕9号", "李示范")]

    app = open_screen("expected", "province-11", term=DUE)
    field(app, "text_input", "撤回理由（必填）").set_value("误报")
    next(button for button in app.button if button.label == "撤回").click().run()

    assert app.success[0].value.startswith("零报送 1 号已撤回")
    assert (metric(app, "未报"), metric(app, "零报送")) == ("1", "0")


def test_a_nil_return_without_its_signature_is_refused(open_screen: Open):
    app = enter(open_screen("expected", term=DUE), signed_by=" ")

    assert "签署人" in app.error[0].value
    assert metric(app, "零报送") == "0"


@pytest.mark.parametrize("actor", ["publisher", "keeper"])
def test_those_without_the_duty_have_no_form(open_screen: Open, actor: str):
    assert "登记零报送" not in {button.label for button in open_screen("expected", actor, term=DUE).button}


@pytest.mark.parametrize(("actor", "many"), [("operator", 2), ("province-35", 1), ("analyst", 2)])
def test_the_overview_tells_how_many_are_overdue_in_one_line(open_screen: Open, actor: str, many: int):
    app = open_screen("overview", actor)

    told = [each.proto.label for each in app.get("page_link")] + [each.value for each in app.markdown]
    assert [line for line in told if "逾期未报送" in line] == [f"{DUE}：{many} 个单位逾期未报送"]


def test_a_supplement_is_checked_with_its_reason_alone_and_passed_after_consent(home, open_screen: Open, tmp_path):
    content = a_csv(tmp_path / "late.csv", people(12, first=700)).read_bytes()
    app = open_screen("load")
    give(app, "late.csv", content)
    field(app, "checkbox", "补报").check().run()
    app.button(key="load.check").click().run()
    assert "补报须填写理由" in app.error[0].value

    field(app, "text_input", "补报理由（必填）").set_value("核对延误").run()
    app.button(key="load.check").click().run()
    app.button(key="load.receive").click().run()
    assert app.success[0].value.startswith("已入库为批次 4")

    app = open_screen("filings", "province-11", filing_id="4")
    assert "登记审核通过" not in {button.label for button in app.button}
    field(app, "text_input", "同意补报文号").set_value("示范学位办补〔2026〕1号")
    next(button for button in app.button if button.label == "登记同意补报").click().run()

    assert "已登记省级同意补报" in app.success[0].value
    assert "登记审核通过" in {button.label for button in open_screen("filings", "province-11", filing_id="4").button}


def test_counts_kept_for_the_screens_are_those_of_the_day(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1))
    before, after = (at_desk(desk, at=datetime(2026, month, 30, 9)) for month in (9, 11))

    late = [cached(expected.totals, each, Term.parse(DUE))["late_institutions"] for each in (before, after)]

    assert late == [0, 1]
