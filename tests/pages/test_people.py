"""The administrator's screen of accounts, and everybody's own."""

from core import accounts, credentials
from core.vocabulary import Role
from pages import _seat
from tests.pages.conftest import Open, signed_in


def test_an_administrator_enters_an_account_and_its_password_is_shown_once(open_screen: Open):
    app = open_screen("people", "administrator")
    app.text_input(key="people.new.key").set_value("zhao")
    app.text_input(key="people.new.zh").set_value("赵示例")
    app.multiselect(key="people.new.roles").set_value([Role.ENQUIRY])

    app.button(key="FormSubmitter:people.new-建立账号").click().run()

    password = app.code[0].value
    assert app.success[0].value == "账号 zhao 已建立。"
    assert credentials.let_in(_seat.store(), "zhao", password) is True
    assert accounts.roles_of(_seat.store(), "zhao") == (Role.ENQUIRY,)
    assert not app.run().code


def test_an_account_that_does_not_fit_is_refused_with_a_sentence(open_screen: Open):
    app = open_screen("people", "administrator")
    app.text_input(key="people.new.key").set_value("zhao")
    app.text_input(key="people.new.zh").set_value("赵示例")
    app.multiselect(key="people.new.roles").set_value([Role.PROVINCE_READER])

    app.button(key="FormSubmitter:people.new-建立账号").click().run()

    assert app.error[0].value.startswith("省级岗位须选定省份")
    assert accounts.actor_of(_seat.store(), "zhao") is None


def test_everyone_sees_where_they_are_signed_in_and_can_sign_out_elsewhere(open_screen: Open):
    other = signed_in("analyst")
    app = open_screen("account", "analyst")
    assert sorted(app.dataframe[0].value["here"].to_list()) == [False, True]

    app.button(key="account.others").click().run()

    assert app.success[0].value == "其他地方的登录已全部退出。"
    assert app.dataframe[0].value["here"].to_list() == [True]
    assert not other.run().title


def test_signing_out_ends_the_session_on_the_server(open_screen: Open):
    app = open_screen("account", "analyst")

    app.button(key="seat.leave").click().run()

    assert not app.title and app.info[0].value.startswith("您已退出")
    assert _seat.sessions().listing("analyst") == []
