"""The administrator's screen of the book of acts: found by record, by person, by day; taken away by the one control."""

from pages import _seat
from tests.builders import NOON
from tests.pages.conftest import Open


def _lines(app):
    return app.dataframe[0].value


def test_acts_are_found_by_record_person_and_day(open_screen: Open):
    app = open_screen("acts", "administrator")
    everything = len(_lines(app))

    app.text_input(key="acts.record").set_value(str(_first(3))).run()
    assert set(_lines(app)["subject_id"]) == {3}
    assert 0 < len(_lines(app)) < everything

    app.text_input(key="acts.record").set_value("").run()
    app.selectbox(key="acts.person").set_value("colleague").run()
    assert set(_lines(app)["actor"]) == {"colleague"}

    app.selectbox(key="acts.person").set_value("").run()
    app.date_input(key="acts.days").set_value((NOON.date(), NOON.date())).run()
    assert len(_lines(app)) == everything
    assert [each.proto.label for each in app.get("download_button")][-2:] == ["CSV", "Excel"]


def test_a_record_that_is_no_number_is_told_so_and_one_nobody_touched_has_no_acts(open_screen: Open):
    app = open_screen("acts", "administrator")

    app.text_input(key="acts.record").set_value("张明").run()
    assert app.warning[0].value.startswith("记录编号是数字")
    app.text_input(key="acts.record").set_value("999999").run()
    assert app.info[0].value.startswith("没有符合条件的办理记录")


def test_the_book_is_told_in_english_too(open_screen: Open):
    app = open_screen("acts", "administrator", "en")

    assert app.title[0].value == "Book of acts"
    assert not app.exception


def _first(filing_id: int) -> int:
    return _seat.store().frame("SELECT min(record_id) FROM record WHERE filing_id = $id", id=filing_id).item()
