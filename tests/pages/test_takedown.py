"""当日撤下 on the screen: previewed, confirmed by its count, listed, and nobody's in a province."""

from core import offline, store
from core.desk import Actor, Desk, system_clock
from core.offline import Which
from core.vocabulary import Duty
from tests.pages.conftest import Open


def test_records_are_previewed_taken_down_and_put_back_on_the_screen(home, open_screen: Open):
    app = open_screen("takedown", "publisher")
    app.text_area[0].set_value("8090142025000001").run()
    app.text_input(key="takedown.0.reason").set_value("举报核实有误").run()
    app.button(key="takedown.0.preview").click().run()

    assert "**将撤下 1 条已上网的记录：**" in [each.value for each in app.main.markdown]
    assert app.dataframe[0].value["certificate_no"].to_list() == ["8090142025000001"]
    app.number_input(key="takedown.0.count").set_value(1).run()
    app.button(key="takedown.0.go").click().run()

    assert app.success[0].value.startswith("已撤下 1 条")
    assert app.dataframe[0].value["down"].to_list() == [1]


def test_a_count_that_is_not_the_previews_takes_nothing_down(home, open_screen: Open):
    app = open_screen("takedown", "publisher")
    app.text_area[0].set_value("8090142025000001").run()
    app.text_input(key="takedown.0.reason").set_value("举报核实有误").run()
    app.button(key="takedown.0.preview").click().run()
    app.number_input(key="takedown.0.count").set_value(2).run()
    app.button(key="takedown.0.go").click().run()

    assert app.error[0].value.startswith("符合条件的记录现为1条")


def test_a_province_looks_at_take_downs_and_has_no_button(home, open_screen: Open):
    db = store.open_store(home)
    desk = Desk(db, Actor("one", "一", "One", frozenset(Duty)), system_clock)
    offline.take_down(desk, Which(numbers=("8090142025000001",)), "A13", reason="有误", counted=1)
    db.close()

    assert open_screen("takedown", "province-11").dataframe[0].value["records"].to_list() == [1]
    assert not open_screen("takedown", "province-35").dataframe
    assert not open_screen("takedown", "province-11").text_area
