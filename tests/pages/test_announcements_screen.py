"""公告 on the screens: shown at the head of each, set and lifted by the administrator, on the sign-in page where wanted."""

from datetime import date

from core import announcements
from core.announcements import Announcement
from core.desk import COMMAND_LINE, Desk, system_clock
from pages import _doorway, _seat
from tests.pages.conftest import PAGES, Open, signed_in

TOLD = Announcement("<b>系统</b>今晚维护。", date(2025, 1, 1), None, "Maintenance *tonight*.")


def announced(announcement: Announcement = TOLD) -> int:
    return announcements.announce(Desk(_seat.store(), COMMAND_LINE, system_clock), announcement)


def test_every_screen_shows_what_is_announced_in_its_language(home: object):
    announced()
    app = signed_in("operator").run()

    for name in PAGES:
        app.switch_page(f"pages/{name}.py").run()
        assert any("系统" in each.value and "今晚维护" in each.value for each in app.info), name
    app.sidebar.radio[0].set_value("en").run()

    assert any(each.value == r"Maintenance \*tonight\*\." for each in app.info)


def test_the_administrator_announces_a_hold_and_lifts_it(open_screen: Open):
    app = open_screen("announcements", "administrator")
    app.text_area(key="announcements.zh").set_value("公众查询平台迁移。")
    app.checkbox(key="announcements.holds").check()
    app.button(key="FormSubmitter:announcements.new-发布公告").click().run()

    assert app.success[0].value == "公告第 1 号已发布。"
    assert app.warning[0].value == "**暂停放行** 公众查询平台迁移。"
    assert app.dataframe[0].value["holds_release"].to_list() == [True]
    assert open_screen("publish", "publisher").warning[0].value == "**暂停放行** 公众查询平台迁移。"


def test_nothing_to_say_is_refused_with_a_sentence(open_screen: Open):
    app = open_screen("announcements", "administrator")

    app.button(key="FormSubmitter:announcements.new-发布公告").click().run()

    assert app.error[0].value.startswith("请填写公告内容")


def test_the_sign_in_page_tells_it_as_text_alone():
    page = _doorway.sign_in_page("zh", "/", demo=None, provider=None, refusal=None, announced=[TOLD.zh]).body.decode()

    assert "&lt;b&gt;系统&lt;/b&gt;今晚维护。" in page
    assert "<b>系统" not in page
