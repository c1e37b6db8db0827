import pytest

from core import feedback, store
from core.desk import DEMO_ACTORS, Desk
from core.explanations import CaseFilter, cases
from tests.builders import NOON, TERM
from tests.builders_explanations import PAPER, covers_of, taken_in
from tests.pages.conftest import Open
from tests.pages.test_screens import CHINESE, _without, sentences
from tests.pages.test_work import shown


@pytest.fixture
def explained(home) -> None:
    """The built store with its policy case fed back and explained by one paper."""
    desk = Desk(store.open_store(home), DEMO_ACTORS["operator"], lambda: NOON)
    feedback.issue(desk, TERM)
    assert {receipt.taken for receipt in taken_in(desk)} == {True}
    desk.db.close()


def fed_back(home) -> None:
    desk = Desk(store.open_store(home), DEMO_ACTORS["operator"], lambda: NOON)
    feedback.issue(desk, TERM)
    assert covers_of(desk) and cases(desk, CaseFilter()).height
    desk.db.close()


def test_cases_are_listed_by_institution_and_check(home, open_screen: Open):
    fed_back(home)

    app = open_screen("explanations")

    line = shown(app, "rule", "sent")[0]
    assert (line["institution"], line["rule"], line["records"], line["sent"]) == ("示例科学研究院", "P11", 2, 2)
    assert not app.exception


def test_a_paper_is_taken_in_for_a_case_and_found_among_the_papers(home, open_screen: Open):
    fed_back(home)
    app = open_screen("explanations", institution="80901", rule="P11")
    app.button(key="explanations.take_in").click().run()
    assert [error.value for error in app.error] == ["请填写书面说明的文号和摘要。"]

    app.text_input(key="explanations.number").set_value("示科院研〔2025〕9号")
    app.text_area(key="explanations.summary").set_value("衔接培养。")
    app.button(key="explanations.take_in").click().run()

    assert not app.exception
    assert "2 条记录转为已答复" in app.success[0].value
    paper = shown(open_screen("explanations"), "number", "opinion")[0]
    assert (paper["number"], paper["records"], paper["waiting"]) == ("示科院研〔2025〕9号", 2, 2)


def test_a_case_is_shown_to_the_province_without_the_form(home, open_screen: Open):
    fed_back(home)

    app = open_screen("explanations", "province-11", institution="80901", rule="P11")

    assert len(shown(app, "record_id", "certificate_no")) == 2
    assert "explanations.take_in" not in {button.key for button in app.button}


def test_a_paper_shows_what_it_covers_and_when_an_acceptance_lapses(explained, open_screen: Open):
    app = open_screen("explanations", explanation_id="1")

    assert [row["state"] for row in shown(app, "record_id", "state")] == [["待审定"], ["待审定"]]
    assert any("入学年月、获学位日期" in line.value and "内容一变即失效" in line.value for line in app.caption)


def test_a_decision_is_proposed_by_one_and_confirmed_by_another(explained, open_screen: Open):
    app = open_screen("explanations", explanation_id="1")
    app.text_input(key="explanations.note.P11").set_value("已核实培养方案。")
    app.button(key="explanations.go.P11").click().run()

    assert app.success[0].value.replace("\\", "") == "已登记：采纳，2 条记录，待第二人确认。"
    assert app.button(key="explanations.confirm.1").disabled

    app = open_screen("explanations", "publisher", explanation_id="1")
    assert not app.button(key="explanations.confirm.1").disabled
    app.button(key="explanations.confirm.1").click().run()

    assert not app.exception
    assert "2 条记录" in app.success[0].value.replace("\\", "")
    assert [row["state"] for row in shown(app, "record_id", "state")] == [["已采纳"], ["已采纳"]]


def test_without_a_note_nothing_is_decided(explained, open_screen: Open):
    app = open_screen("explanations", explanation_id="1")

    app.button(key="explanations.go.P11").click().run()

    assert [error.value for error in app.error] == ["请填写审定意见。"]


def test_a_refusal_takes_effect_at_once(explained, open_screen: Open):
    app = open_screen("explanations", explanation_id="1")
    app.selectbox(key="explanations.decision.P11").set_value("refuse")
    app.text_input(key="explanations.note.P11").set_value("学习年限不符合规定。")
    app.button(key="explanations.go.P11").click().run()

    assert [row["state"] for row in shown(app, "record_id", "state")] == [["未采纳"], ["未采纳"]]
    assert shown(open_screen("explanations"), "rule", "sent")[0]["to_send"] == 2


def test_the_province_finds_copied_papers_in_its_inbox_and_gives_its_opinion(explained, open_screen: Open):
    assert [row["number"] for row in shown(open_screen("explanations", "province-11"), "number", "opinion")] == [PAPER.number]
    assert not shown(open_screen("explanations", "province-31"), "number", "opinion")

    app = open_screen("explanations", "province-11", explanation_id="1")
    assert "explanations.go.P11" not in {button.key for button in app.button}
    app.text_input(key="explanations.opinion_paper").set_value("京学位办〔2025〕3号")
    app.text_input(key="explanations.opinion_note").set_value("情况属实。")
    app.button(key="explanations.opinion_go").click().run()

    assert any("情况属实" in line.value for line in app.markdown)
    assert not shown(open_screen("explanations", "province-11"), "number", "opinion")


def test_another_provinces_paper_is_not_shown(explained, open_screen: Open):
    app = open_screen("explanations", "province-31", explanation_id="1")

    assert len(app.warning) == 1
    assert not app.dataframe


def test_the_analyst_sees_figures_alone(explained, open_screen: Open):
    app = open_screen("explanations", "analyst")

    assert shown(app, "rule", "explained")[0]["explained"] == 2
    assert len(app.dataframe) == 1


def test_the_record_page_tells_its_explanation(explained, open_screen: Open):
    record_id = shown(open_screen("explanations", explanation_id="1"), "record_id", "state")[0]["record_id"]

    app = open_screen("record", record_id=str(record_id))

    assert any(PAPER.number in link.proto.label.replace("\\", "") for link in app.get("page_link"))


def test_an_english_paper_says_nothing_in_chinese_but_what_was_written(explained, open_screen: Open):
    app = open_screen("explanations", language="en", explanation_id="1")
    app.text_input(key="explanations.note.P11").set_value("note")
    app.button(key="explanations.go.P11").click().run()

    said = {_without(sentence, [PAPER.summary, PAPER.number, PAPER.number.replace("〔", "\\〔")]) for sentence in sentences(app)}
    assert {sentence for sentence in said if CHINESE.search(sentence)} == set()
