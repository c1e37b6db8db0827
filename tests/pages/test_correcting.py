"""Corrections on the screens: asked for on a record, listed by month, and the month's three acts with their counts typed."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.desk import system_clock
from tests.builders import a_desk
from tests.builders_corrections import a_change, taken
from tests.pages.conftest import Open

LAST = (system_clock().replace(day=1) - timedelta(days=1)).replace(hour=12)
"""The last day of the month before this one."""


def a_store(home: Path) -> list[int]:
    """Two corrections of published records taken in last month: their numbers."""
    desk = a_desk(home.parent, at=LAST)
    number = desk.db.frame("SELECT min(record_id) AS n FROM record WHERE status = 'published'").item()
    numbers = taken(
        desk, a_change(desk, number, ZYMC="软件工程", ZYDM="080902"), a_change(desk, number + 1, XM="张海")
    )
    desk.db.close()
    return numbers


def status_of(home: Path, correction_id: int) -> str:
    desk = a_desk(home.parent)
    found = desk.db.frame("SELECT status FROM correction WHERE correction_id = $id", id=correction_id).item()
    desk.db.close()
    return found


def record_of(home: Path, status: str) -> str:
    desk = a_desk(home.parent)
    found = desk.db.frame('SELECT min(record_id) AS n FROM record WHERE "status" = $status', status=status).item()
    desk.db.close()
    return str(found)


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "已收下（更正件1），待月度整理。"), ("en", "Taken (correction 1); it waits for the monthly run.")]
)
def test_a_change_is_asked_for_on_the_record_and_answered_with_its_receipt(home: Path, open_screen: Open, language: str, said: str):
    number = record_of(home, "published")
    app = open_screen("record", language=language, record_id=number)
    app.multiselect(key="record.correct.fields").set_value(["ZYMC"]).run()
    app.text_input(key=f"record.correct.{number}.ZYMC").set_value("软件工程").run()
    app.text_input(key="record.correct.requester").set_value("赵经办").run()
    app.button(key="record.correct").click().run()

    assert not app.exception
    assert "evidence" in app.error[0].value or "证明材料" in app.error[0].value

    app.multiselect(key="record.correct.fields").set_value(["LWTM"]).run()
    app.text_input(key=f"record.correct.{number}.LWTM").set_value("另一题目").run()
    app.button(key="record.correct").click().run()

    assert [each.value.replace("\\", "") for each in app.success] == [said]


def test_those_who_do_not_load_see_no_way_to_ask(home: Path, open_screen: Open):
    app = open_screen("record", "publisher", record_id=record_of(home, "published"))

    assert not app.exception
    assert "record.correct" not in {each.key for each in app.button}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_board_lists_the_month_and_one_is_opened_with_its_values(home: Path, open_screen: Open, language: str):
    first, second = a_store(home)
    app = open_screen("corrections", language=language)

    assert not app.exception
    board = next(each.value for each in app.dataframe if "checked" in each.value.columns)
    assert board["checked"].to_list() == [2, 0, 0, 0, 0]

    app.selectbox(key="corrections.open").set_value(second).run()

    assert not app.exception
    fields = next(each.value for each in app.dataframe if "before" in each.value.columns)
    assert fields["after"].to_list() == ["张海"]
    app.text_input(key="corrections.off.reason").set_value("证明材料待补")
    next(each for each in app.button if each.label in ("转入下月", "Put off to the next month")).click().run()
    assert not app.exception
    assert app.success
    board = next(each.value for each in app.dataframe if "checked" in each.value.columns)
    assert board["checked"].to_list() == [1, 0, 0, 0, 0]


def test_the_months_acts_are_done_one_after_another_each_by_its_own_person(home: Path, open_screen: Open):
    first, _ = a_store(home)
    app = open_screen("corrections")
    app.number_input(key="corrections.settle.count").set_value(1)
    _press(app, "整理更正数据")
    assert "不符" in app.error[0].value

    app.number_input(key="corrections.settle.count").set_value(2)
    _press(app, "整理更正数据")
    assert app.success[0].value.replace("\\", "").startswith("已整理 2 件：待上网 2")

    app = open_screen("corrections", "publisher")
    app.number_input(key="corrections.publish.count").set_value(2)
    _press(app, "符合要求的上网")
    assert "已冻结 2 条" in app.success[0].value and "第二人" in app.success[0].value


def _press(app, label):
    next(each for each in app.button if each.label == label).click().run()
    assert not app.exception
