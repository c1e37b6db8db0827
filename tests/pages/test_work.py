import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import feedback, feedback_job
from core.ladder import Step
from core.record import COLUMNS
from pages import _parts, _seat
from pages._words import say
from tests.builders import NAMELESS, TERM, a_csv, a_desk, a_filing, people
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


def _press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def test_a_run_goes_from_draft_to_release_by_two_people_and_needs_the_very_number(open_screen: Open):
    app = open_screen("publish", "publisher", term=TERM_CODE)
    ready = int(next(metric for metric in app.metric if metric.label == "现在可上网").value)
    _press(app, f"起草 {TERM_CODE} 上网批次")
    assert "第 2 批已起草" in app.success[0].value
    run_id = "2"
    app = open_screen("publish", "publisher", term=TERM_CODE, run_id=run_id)
    assert "尚未反馈" in _press(app, "过关").error[0].value

    feedback = open_screen("feedback", term=TERM_CODE)
    feedback.button(key="feedback.ask").click().run()
    feedback.button(key="feedback.issue").click().run()
    app = open_screen("publish", "publisher", term=TERM_CODE, run_id=run_id)
    _press(app, "过关")
    _press(open_screen("publish", "publisher", term=TERM_CODE, run_id=run_id), "冻结清单")
    app = open_screen("publish", "publisher", term=TERM_CODE, run_id=run_id)
    app.number_input(key="publish.count").set_value(ready)
    assert "第二人放行" in _press(app, "放行上网").error[0].value

    app = open_screen("publish", "releaser", term=TERM_CODE, run_id=run_id)
    app.number_input(key="publish.count").set_value(ready + 1)
    assert "不符" in _press(app, "放行上网").error[0].value
    app.number_input(key="publish.count").set_value(ready)
    _press(app, "放行上网")

    assert app.success[0].value.startswith(f"第 {run_id} 批已放行 {ready} 条，留下 0 条")
    past = open_screen("publish", "province-11", view="past")
    assert [metric.value for metric in past.metric][:1] == ["30"]


def test_only_those_who_publish_have_the_buttons(open_screen: Open):
    for actor in ("operator", "secrecy", "province-11"):
        labels = {button.label for button in open_screen("publish", actor, run_id="1").button}
        assert not {label for label in labels if "上网批次" in label or "撤回" in label}


def test_each_blocker_shows_its_count_its_records_and_where_they_are_seen_to(open_screen: Open):
    app = open_screen("publish", "publisher", term=TERM_CODE)
    with _seat.store().transaction() as tx:
        tx.run("UPDATE record SET certificate_no = NULL WHERE record_id = (SELECT min(record_id) FROM record WHERE filing_id = 2)")
    gate = next(each.value for each in app.run().dataframe if each.key == "publish.gate")
    assert set(gate["effect"]) == {"整批暂停", "只留下这些记录"}

    seen = {}
    for row, (blocker, records) in enumerate(gate[["blocker", "records"]].itertuples(index=False)):
        app.session_state["publish.gate"] = {"selection": {"rows": [row], "columns": [], "cells": []}}
        app.run()
        assert not app.exception
        link, *_ = (each.proto for each in app.get("page_link"))
        listed = [len(each.value) for each in app.dataframe if (each.key or "").startswith("publish.blocked.")]
        seen[blocker] = (records, listed, f"{link.page}?{link.query_string}")

    queue, filings = f"queue?term={TERM_CODE}&cls=", f"filings?term={TERM_CODE}"
    assert seen == {
        "本学期尚未反馈，先反馈再上网": (8, [], f"feedback?term={TERM_CODE}"),
        "待省级审核": (20, [20], f"{filings}&status=received"),
        "涉密": (2, [], f"{queue}classified"),
        "疑似违反国家学位授予政策": (2, [2], f"{queue}policy"),
        "关键信息不完整": (2, [2], f"{queue}incomplete"),
        "关键信息不准确": (2, [2], f"{queue}inaccurate"),
        "名誉博士学位": (2, [2], filings),
        "证书编号缺失或重复": (1, [1], filings),
    }


def test_notices_take_two_clicks_and_are_made_once(open_screen: Open):
    app = open_screen("feedback", term=TERM_CODE)
    app.button(key="feedback.ask").click().run()
    assert not shown(app, "notice_id")

    app.button(key="feedback.issue").click().run()

    assert "已生成 1 份反馈单" in app.success[0].value
    assert len(shown(app, "notice_id")) == 1
    assert app.button(key="feedback.ask").disabled
    assert _parts.runner().settle(60)
    assert shown(app.run(), "notice_id", "delivered")[0]["delivered"] == ["已生成，未领取"]


def test_a_province_finds_its_own_bundle_and_the_ladder_but_makes_and_notes_no_reminders(open_screen: Open, home: Path):
    desk = a_desk(home.parent)
    feedback.issue(desk, TERM)
    feedback_job.make(desk, 1)
    desk.db.close()

    own, other = open_screen("feedback", "province-11"), open_screen("feedback", "province-35")

    assert not own.exception
    assert {button.proto.id.rsplit("-", 1)[-1] for button in own.get("download_button")} >= {"feedback.bundle", "ladder.list"}
    keys = {button.key for button in own.main.button}
    assert not keys & {"feedback.ask", "feedback.make", "ladder.remind", "ladder.escalate"}
    assert len(shown(own, "notice_id", "delivered")) == 1
    assert {row["step"][0] for row in shown(own, "notice_id", "step")} == {say(Step.ESCALATE)}
    assert not shown(other, "notice_id")
    assert not other.get("download_button")


def test_a_months_round_is_offered_beside_the_semesters_run(open_screen: Open, home: Path):
    desk = a_desk(home.parent)
    feedback.issue(desk, TERM)
    a_filing(desk, people(1, first=400, **NAMELESS), approved=True, name="late.csv")
    desk.db.close()
    app = open_screen("feedback", term=TERM_CODE)

    app.button(key="feedback.ask.month").click().run()
    app.text_input(key="feedback.contacts").set_value("数据部").run()
    app.button(key="feedback.issue").click().run()

    assert "已生成 1 份反馈单" in app.success[0].value
    assert _parts.runner().settle(60)
    options = app.run().selectbox(key="feedback.run").options
    assert ["月度" in option for option in options] == [True, False]


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



@pytest.mark.parametrize(("language", "passed", "waits"), [("zh", "省级审核", "20 条等待"), ("en", "Provincial review", "20 waiting for")])
def test_a_filing_tells_its_stages_and_where_it_stands(open_screen: Open, language: str, passed: str, waits: str):
    app = open_screen("filings", language=language, filing_id="3")

    assert f"**{passed}**" in [text.value for text in app.markdown]
    assert [text.value for text in app.caption if text.value.startswith(waits)]
    rules = shown(open_screen("filings", language=language, filing_id="2"), "rule", "share")
    assert all(0 < row["share"] <= 1 and len(row["class"]) == 1 for row in rules)
    assert {row["rule"] for row in rules} >= {"I01", "A13"}
