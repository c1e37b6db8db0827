"""Answers on the screen: a returned workbook's receipt, row by row, in both languages and each province's own alone."""

from pathlib import Path

import pytest

from core import feedback
from tests.builders import TERM, a_desk
from tests.builders_answers import returned, take
from tests.pages.conftest import Open


@pytest.fixture
def handed_in(home: Path) -> None:
    """A workbook handed in: one row taken, one refused, the rest not answered."""
    desk = a_desk(home.parent)
    feedback.issue(desk, TERM)
    workbook = returned(desk, 1)
    workbook.answer(0, "信息变更", "张明").answer(1, "请改正", "张海")
    take(desk, workbook)
    desk.db.close()


@pytest.mark.parametrize(
    ("language", "said"), [("zh", "请在“处理”列选择一种"), ("en", "Choose one action in the column")], ids=["zh", "en"]
)
def test_a_receipt_is_opened_and_says_of_each_row_what_became_of_it(handed_in: None, open_screen: Open, language: str, said: str):
    app = open_screen("corrections", language=language)
    app.selectbox(key="answers.choose.None").set_value(1).run()

    assert not app.exception
    lines = next(each.value for each in app.dataframe if "outcome" in each.value.columns)
    assert lines[language].str.startswith(said).to_list() == [True]

    app.segmented_control(key="answers.outcome.1").set_value("taken").run()

    assert not app.exception
    lines = next(each.value for each in app.dataframe if "outcome" in each.value.columns)
    assert lines["row"].to_list() == [2]


def test_another_province_sees_neither_the_receipt_nor_a_way_to_hand_in(handed_in: None, open_screen: Open):
    own, other = (open_screen("corrections", f"province-{code}") for code in ("11", "31"))

    assert "answers.choose.None" in {each.key for each in own.selectbox}
    assert "answers.choose.None" not in {each.key for each in other.selectbox}
    for app in (own, other):
        assert not app.exception
        assert "answers.requester" not in {each.key for each in app.text_input}


def test_without_a_file_nothing_is_taken_in(home: Path, open_screen: Open):
    app = open_screen("corrections")
    next(each for each in app.button if each.label == "收下并出回执").click().run()

    assert [each.value for each in app.error] == ["请选择单位送回的文件。"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_corrected_records_and_one_left_out_have_their_own_forms(home: Path, open_screen: Open, language: str):
    app = open_screen("corrections", language=language)
    app.segmented_control(key="answers.kind").set_value("filing").run()
    assert not app.exception
    assert app.selectbox(key="answers.institution").options

    app.segmented_control(key="answers.kind").set_value("supplement").run()
    app.button(key="supplement.enter").click().run()

    assert not app.exception
    assert len(app.error) == 1
