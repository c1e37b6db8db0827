"""The screen of institutions' contacts (article 10)."""

from core import contacts
from core.contacts import Contact, ContactFilter
from core.desk import COMMAND_LINE, Desk
from pages import _seat
from tests.builders import NOON
from tests.pages.conftest import Open

ZHAO = Contact("赵示例", "学位办主任", "010-00001234")


def at_work() -> Desk:
    return Desk(_seat.store(), COMMAND_LINE, lambda: NOON)


def test_an_operator_enters_a_contact_and_confirms_it(open_screen: Open):
    app = open_screen("contacts", institution="80901")
    for part, value in {"name": "赵示例", "post": "学位办主任", "telephone": "010-00001234"}.items():
        app.text_input(key=f"contacts.form.80901.new.0.{part}").set_value(value)

    app.button(key="FormSubmitter:contacts.form.80901.new.0-保存").click().run()

    assert app.success[0].value == "联系人已保存，今天确认。"
    assert contacts.of_institution(at_work(), "80901")["telephone"].to_list() == ["010-00001234"]
    app = open_screen("contacts", institution="80901")
    app.button(key="contacts.confirm.80901").click().run()
    assert app.success[0].value == "已确认 1 位联系人。"


def test_those_with_too_few_are_filtered_and_a_wrong_telephone_is_refused_with_a_sentence(open_screen: Open):
    app = open_screen("contacts", institution="80901", kept="few")
    assert len(app.dataframe[0].value) == 2
    app.text_input(key="contacts.form.80901.new.0.name").set_value("赵示例")
    app.text_input(key="contacts.form.80901.new.0.post").set_value("主任")

    app.button(key="FormSubmitter:contacts.form.80901.new.0-保存").click().run()

    assert app.error[0].value.startswith("电话请连区号填写")
    assert contacts.totals(at_work(), ContactFilter(kept="few"))["institutions"] == 2


def test_who_may_only_read_sees_contacts_and_no_form(open_screen: Open):
    contacts.enter(at_work(), "80901", ZHAO)

    app = open_screen("contacts", "enquiry", institution="80901")

    assert any("赵示例" in each.value for each in app.markdown)
    assert not [box for box in app.text_input if box.key.startswith("contacts.form")]
    assert not [button for button in app.main.button if button.key.startswith("contacts.")]


def test_a_province_sees_its_own_institutions_alone(open_screen: Open):
    contacts.enter(at_work(), "10384", ZHAO)

    app = open_screen("contacts", "province-11", institution="10384")

    assert app.dataframe[0].value["institution"].to_list() == ["示例科学研究院"]
    assert app.warning[0].value.startswith("没有找到")
