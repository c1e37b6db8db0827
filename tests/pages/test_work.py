import re

import pytest
from streamlit.testing.v1 import AppTest

from core.record import COLUMNS
from tests.builders import NAMELESS, TERM, a_csv, people
from tests.pages.conftest import Open, give

TERM_CODE = TERM.code


def shown(app: AppTest, *columns: str) -> list[dict[str, object]]:
    """The rows of the first table with these columns; none without such a table."""
    tables = [table.value for table in app.dataframe if set(columns) <= set(table.value.columns)]
    return tables[0].to_dict("records") if tables else []


def test_a_file_is_checked_before_anything_is_stored_and_then_received(open_screen: Open, tmp_path):
    content = a_csv(tmp_path / "fresh.csv", [*people(12, first=300), *people(1, first=320, **NAMELESS)]).read_bytes()
    app = open_screen("load")

    give(app, "fresh.csv", content)
    assert not app.exception
    assert app.selectbox(key=key_of(app, "load.institution")).value == "80901"
    assert "load.check" not in {button.key for button in app.button}  # until it is said whether it is a new version
    beside_what_is_on_record(app)
    app.button(key="load.check").click().run()
    assert shown(app, "rule", "failed")[0]["rule"] == "I01"
    assert len(filings_of(open_screen)) == 3

    app.button(key="load.receive").click().run()

    assert app.success[0].value.startswith("已入库为批次 4：13 条记录，1 条暂不提供，12 条符合查询要求")
    assert len(filings_of(open_screen)) == 4


def test_the_preview_already_compares_with_the_filing_and_with_everything_on_file(open_screen: Open, tmp_path):
    twice, on_file = people(1, first=445)[0], people(1)[0]
    records = [*people(12, first=300), twice, {**people(1, first=446)[0], "XWZSBH": twice["XWZSBH"]}, on_file]
    app = open_screen("load")

    give(app, "twice.csv", a_csv(tmp_path / "twice.csv", records).read_bytes())
    beside_what_is_on_record(app)
    app.button(key="load.check").click().run()

    assert {row["rule"]: row["failed"] for row in shown(app, "rule", "failed")} == {"X01": 2, "X03": 1}


def test_the_same_file_twice_is_told_in_the_users_language(open_screen: Open, tmp_path):
    content = a_csv(tmp_path / "first.csv", people(40)).read_bytes()
    app = open_screen("load", language="en")

    give(app, "first.csv", content)
    beside_what_is_on_record(app)
    app.button(key="load.check").click().run()

    assert "This very file was received" in app.error[0].value.replace("\\", "")


def test_a_file_that_comes_again_replaces_its_filing_and_shows_what_changed(open_screen: Open, tmp_path):
    app = open_screen("load")
    give(app, "again.csv", a_csv(tmp_path / "again.csv", people(12, first=300)).read_bytes())
    relation = app.selectbox(key=key_of(app, "load.replaces"))
    before = int(re.search(r"代替批次 (\d+)", relation.options[0])[1])
    relation.select(before).run()
    app.button(key="load.check").click().run()
    app.button(key="load.receive").click().run()
    received = app.success[0].value

    shown_page = open_screen("filings", filing_id=re.search(r"批次 (\d+)", received)[1])
    versions = shown(shown_page, "version", "added", "gone")

    assert [line["version"] for line in versions] == [2, 1]
    assert versions[0]["added"] == 12
    assert not shown_page.exception


def test_an_unreadable_file_is_refused_with_what_to_do(open_screen: Open):
    app = open_screen("load")

    give(app, "empty.csv", b"name,number\n1,2\n")

    assert len(app.error) == 1
    assert not app.exception
    assert "load.check" not in {button.key for button in app.button}


def test_a_province_approves_its_own_filing_only(open_screen: Open):
    theirs = open_screen("filings", "province-11", filing_id="3")
    own = open_screen("filings", "province-35", filing_id="3")
    assert len(theirs.warning) == 1

    next(box for box in own.text_input if box.label == "审核文号").set_value("示范学位办〔2025〕1号")
    next(button for button in own.button if button.label == "登记审核通过").click().run()

    assert own.success[0].value == "批次 3 已登记省级审核通过。"


def test_a_filing_is_not_returned_without_a_reason(open_screen: Open):
    app = open_screen("filings", "province-35", filing_id="3")

    next(button for button in app.button if button.label == "退回批次").click().run()

    assert "请填写退回理由" in app.error[0].value


def test_publishing_needs_the_very_number_that_goes_up(open_screen: Open):
    app = open_screen("publish", "publisher", term=TERM_CODE)
    ready = int(next(metric for metric in app.metric if metric.label == "现在可上网").value)
    publish = next(button for button in app.button if button.label == "上网发布")

    app.number_input(key="publish.count").set_value(ready + 1)
    publish.click().run()
    assert "不符" in app.error[0].value
    app.number_input(key="publish.count").set_value(ready)
    next(button for button in app.button if button.label == "上网发布").click().run()

    assert app.success[0].value == f"{TERM_CODE} 已上网 {ready} 条记录。".replace("-", "\\-")


def test_only_the_publisher_has_the_button(open_screen: Open):
    for actor in ("operator", "secrecy", "province-11"):
        assert "上网发布" not in {button.label for button in open_screen("publish", actor).button}


def test_notices_take_two_clicks_and_are_made_once(open_screen: Open):
    app = open_screen("feedback", term=TERM_CODE)
    app.button(key="feedback.ask").click().run()
    assert not shown(app, "notice_id")

    app.button(key="feedback.issue").click().run()

    assert "已生成 1 份反馈单" in app.success[0].value
    assert len(shown(app, "notice_id")) == 1
    assert app.button(key="feedback.ask").disabled


def test_a_published_certificate_is_found_and_a_withheld_one_is_not(open_screen: Open):
    app = open_screen("lookup", "analyst")
    published, waiting = people(1)[0], people(1, first=100)[0]

    ask(app, published)
    assert len(app.success) == 1
    assert set(app.dataframe[0].value["item"]) <= {column.zh for column in COLUMNS.values() if column.public}

    ask(app, waiting)
    assert app.info[0].value.startswith("无匹配")


def test_the_queue_narrows_by_what_the_address_says_and_chips_undo_it(open_screen: Open):
    everything = len(shown(open_screen("queue"), "record_id", "why"))
    app = open_screen("queue", rule="I01", province="11")
    assert 0 < len(shown(app, "record_id", "why")) < everything

    app.button(key="queue.clear").click().run()

    assert len(shown(app, "record_id", "why")) == everything
    assert "rule" not in app.query_params


def test_classified_records_are_seen_by_the_secrecy_officer_alone(open_screen: Open):
    seen = {row["record_id"] for row in shown(open_screen("queue", "secrecy"), "record_id", "why")}
    others = {row["record_id"] for row in shown(open_screen("queue", "operator"), "record_id", "why")}

    assert len(seen - others) == 2
    for record_id in seen - others:
        assert len(open_screen("record", "operator", record_id=str(record_id)).warning) == 1
        assert not open_screen("record", "secrecy", record_id=str(record_id)).warning


def test_a_record_shows_every_check_with_what_it_said(open_screen: Open):
    record_id = shown(open_screen("queue", rule="I01"), "record_id", "why")[0]["record_id"]
    app = open_screen("record", record_id=str(record_id))

    outcomes = {row["rule"]: row["outcome"][0] for row in shown(app, "rule", "outcome")}

    assert outcomes["I01"] == "不符"
    assert outcomes["I03"] == "通过"
    assert outcomes["A04"] == "未检"


@pytest.mark.parametrize("by", ["province", "institution", "level", "category", "term", "rule"])
def test_each_cut_has_its_table_and_says_what_it_is_taken_over(open_screen: Open, by: str):
    app = open_screen("rates", "analyst", by=by)

    assert not app.exception
    assert shown(app, "rate")
    assert any("分母" in caption.value for caption in app.caption)
    assert any("数据时间" in caption.value for caption in app.caption)


def test_the_sql_box_answers_questions_and_refuses_anything_else(open_screen: Open):
    app = open_screen("rates", "analyst")

    app.button(key="rates.run").click().run()
    assert "institution_name" in app.dataframe[-1].value.columns
    app.text_area[0].set_value("DELETE FROM records").run()
    app.button(key="rates.run").click().run()

    assert "SELECT" in app.error[0].value


def test_the_rulebook_finds_rules_by_word_and_class(open_screen: Open):
    app = open_screen("rulebook", "analyst", cls="policy")
    assert {row["class"][0] for row in shown(app, "sentence", "overturned")} == {"疑似违反国家学位授予政策"}

    app.text_input(key="rulebook.text").set_value("没有这样的词").run()

    assert app.info[0].value.startswith("没有符合的规则")


def ask(app: AppTest, record: dict[str, str | None]) -> None:
    app.text_input(key="lookup.name").set_value(record["XM"])
    app.text_input(key="lookup.number").set_value(record["XWZSBH"])
    next(button for button in app.button if button.label == "查询").click().run()


def beside_what_is_on_record(app: AppTest) -> None:
    """Say that the file is no new version of a filing on record."""
    app.selectbox(key=key_of(app, "load.replaces")).select(0).run()


def filings_of(open_screen: Open) -> list[dict[str, object]]:
    return shown(open_screen("filings"), "filing_id", "file_name")


def key_of(app: AppTest, start: str) -> str:
    """The full key of the widget whose key starts so."""
    return next(w.key for w in [*app.selectbox, *app.text_input] if w.key and w.key.startswith(start))

