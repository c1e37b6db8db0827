"""办理设置 on its screen."""

from datetime import timedelta

from core import operating
from core.desk import COMMAND_LINE, Desk, system_clock
from pages import _seat
from tests.pages.conftest import Open


def test_what_is_in_force_to_come_and_was_is_on_one_screen(open_screen: Open):
    desk = Desk(_seat.store(), COMMAND_LINE, system_clock)
    coming = desk.now().date() + timedelta(days=30)
    operating.change(desk, {"answer_workdays": 20}, effective_on=coming, reason="假期较长")

    app = open_screen("settings", "analyst")

    line = app.dataframe[0].value.set_index("setting").loc["反馈答复期限"]
    assert (line["now"], line["next"], line["coming_on"].isoformat()[:10]) == ("15 个工作日", "20 个工作日", coming.isoformat())
    assert app.dataframe[1].value["reason"].to_list() == ["假期较长"]
    assert any("DESK_IDLE_MINUTES" in each.value for each in app.caption)
