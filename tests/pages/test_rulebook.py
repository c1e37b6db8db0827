"""The rulebook on the screens: found, tried before it is changed, changed with a reason, and seen by the right people."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from core import facts, reference, revision, ruleset, store
from core.desk import DEMO_ACTORS, Desk
from core.rules import LOCKED, RULES
from core.ruleset import Proposal
from core.settings import THRESHOLDS, Settings
from core.tables import TABLES
from pages import _facts, _parts
from tests.builders import NOON, a_csv, people
from tests.pages.conftest import Open, give
from tests.pages.test_screens import CHINESE, sentences
from tests.pages.test_work import shown

HELD = "I01"
"""The check that holds the records without a name."""
JOBS = {"revision.try", "revision.commit", "revision.release", "revision.anew"}
"""What is then done behind the screens."""
KEPT = {"revision.try", "revision.ask", "revision.drop", "codes.propose"}
"""What only the keeper of the rulebook may press."""


def test_a_rule_is_found_by_any_word_of_it_and_by_its_state(open_screen: Open):
    app = open_screen("rulebook", "keeper")
    assert len(shown(app, "rule", "state_word")) == len(RULES)

    app.text_input(key="rulebook.text").set_value(HELD.lower()).run()
    assert HELD in {row["rule"] for row in shown(app, "rule", "state_word")}
    app.selectbox(key="rulebook.state").set_value("off").run()

    assert app.info[0].value.startswith("没有符合的规则")


def test_a_rule_tells_its_thresholds_with_units_and_what_its_tables_cover(open_screen: Open):
    with_threshold = next(code for code, rule in RULES.items() if rule.thresholds)
    with_table = next(code for code, rule in RULES.items() if "authorisations" in rule.tables)

    thresholds = shown(open_screen("rulebook", rule=with_threshold), "item", "now", "limits")
    tables = shown(open_screen("rulebook", rule=with_table), "title", "rows", "covered")

    assert {row["item"] for row in thresholds} == {THRESHOLDS[key].zh for key in RULES[with_threshold].thresholds}
    assert next(row for row in tables if row["title"] == TABLES["authorisations"].zh)["covered"].startswith("空")


def test_examples_speak_of_facts_in_words(open_screen: Open):
    rule = next(code for code, rule in RULES.items() if any(key.startswith("known_") for each in rule.fails for key in each))

    app = open_screen("rulebook", rule=rule)

    assert all(_facts.label(name) != name for name in (*facts.KNOWN, *facts.WHOLE))
    examples = [table.value for table in app.dataframe if set(table.value.columns) == {"place", "field", "value"}]
    assert examples
    assert not [word for table in examples for word in table["field"] if "_" in word]


def test_the_handbook_is_for_those_who_may_see_records(open_screen: Open):
    def offered(actor: str) -> bool:
        labels = [button.label for button in open_screen("rulebook", actor).get("download_button")]
        return "导出规则手册（XLSX）" in labels

    assert offered("operator")
    assert not offered("analyst")


def test_a_rule_switched_off_is_tried_first_then_put_in_force_and_its_records_are_cleared(open_screen: Open):
    assert shown(open_screen("queue", rule=HELD), "record_id", "why")
    app = open_screen("revision", "keeper")
    assert app.button(key="revision.try").disabled

    switched_off(app, HELD)
    press(app, "revision.try")
    assert metric(app, "撤下问题") == metric(app, "将放行") == 2
    assert [row["rule"] for row in shown(app, "rule", "failing", "passing")] == [HELD]
    assert shown(open_screen("queue", rule=HELD), "record_id", "why")
    press(app, "revision.ask")
    assert "请填写修改理由。" in press(app, "revision.commit")
    app.text_input(key="revision.reason").set_value("规则有误，撤下。").run()
    said = press(app, "revision.commit")

    assert "撤下 2 个问题，新记入 0 个；2 条记录转为符合查询要求" in said
    latest = shown(app, "version", "what", "reason")[0]
    assert (latest["version"], latest["reason"]) == (2, "规则有误，撤下。")
    assert HELD in latest["what"]
    assert not shown(open_screen("queue", rule=HELD), "record_id", "why")
    assert {row["state_word"] for row in shown(open_screen("rulebook", state="off"), "rule", "state_word")} == {"停用"}
    assert "转为符合查询要求" in {row["what"] for row in shown(open_screen("overview"), "who", "what")}


def test_a_trial_goes_on_while_its_screen_is_left_and_can_be_opened_by_someone_who_comes_back(open_screen: Open):
    app = open_screen("revision", "keeper")
    switched_off(app, HELD)
    app.button(key="revision.try").click().run()
    assert "可以离开本页" in app.success[0].value
    assert _parts.runner().settle(60)

    other = open_screen("revision", "keeper")
    assert not other.metric
    assert [(row["kind"], row["state"]) for row in shown(other, "job_id", "came_of")] == [("规则试算", ["已办结"])]
    assert "撤下 2 个" in shown(other, "job_id", "came_of")[0]["came_of"]
    press(other, "revision.open")

    assert metric(other, "撤下问题") == 2
    assert [option.split(" ")[0] for option in other.multiselect(key="revision.off").value] == [HELD]
    press(other, "revision.ask")
    other.text_input(key="revision.reason").set_value("规则有误，撤下。").run()
    assert "第 2 版已生效" in press(other, "revision.commit")
    assert not app.run().exception


def test_a_revision_under_way_is_told_to_others_of_that_duty_alone(open_screen: Open):
    app = open_screen("revision", "keeper")
    switched_off(app, HELD)
    press(app, "revision.try")

    assert not shown(open_screen("revision", "operator"), "job_id", "came_of")
    assert not shown(open_screen("jobs", "operator"), "job_id", "came_of")


def test_what_the_regulation_demands_cannot_be_switched_off(open_screen: Open):
    app = open_screen("revision", "keeper")

    offered = {option.split(" ")[0] for option in app.multiselect(key="revision.off").options}

    assert offered == set(RULES) - LOCKED


def test_a_threshold_is_found_changed_within_limits_and_tried(open_screen: Open):
    key = "study_bachelor"
    app = open_screen("revision", "keeper")
    app.text_input(key="revision.search").set_value(THRESHOLDS[key].zh).run()
    assert [each.key for each in app.number_input] == [f"revision.threshold.{key}"]

    app.number_input[0].set_value(12).run()
    said = press(app, "revision.try")

    assert "没有改动任何数据" in said
    assert "现为 33" in app.number_input(key=f"revision.threshold.{key}").label
    app.number_input(key=f"revision.threshold.{key}").set_value(20).run()
    assert not app.metric, "a trial speaks of the proposal it tried"


def test_a_proposal_given_up_changes_nothing(open_screen: Open):
    app = open_screen("revision", "keeper")
    switched_off(app, HELD)
    press(app, "revision.try")

    press(app, "revision.drop")

    assert app.multiselect(key="revision.off").value == []
    assert len(shown(app, "version", "what", "reason")) == 1


def test_a_version_for_later_moves_nothing_until_its_day(open_screen: Open):
    app = open_screen("revision", "keeper")
    switched_off(app, HELD)
    press(app, "revision.try")
    app.date_input[0].set_value(app.date_input[0].value + timedelta(days=30)).run()
    app.text_input(key="revision.reason").set_value("下月起停用。").run()
    press(app, "revision.ask")

    said = press(app, "revision.commit")

    assert "已保存" in said
    assert len(shown(open_screen("queue", rule=HELD), "record_id", "why")) == 2


def test_a_version_whose_day_has_come_lets_go_what_it_still_holds(home: Path, open_screen: Open):
    planned(home)
    told = open_screen("revision", "operator")
    assert any("未办结" in each.value for each in told.markdown)
    assert "revision.release" not in {button.key for button in told.button}

    app = open_screen("revision", "keeper")
    said = press(app, "revision.release")

    assert "2 条记录转为符合查询要求" in said
    assert not shown(open_screen("queue", rule=HELD), "record_id", "why")
    assert not any("未办结" in each.value for each in app.markdown)


def test_filings_sorted_by_an_older_version_are_sorted_anew_by_a_button_that_is_the_keepers(home: Path, open_screen: Open):
    desk = Desk(store.open_store(home), DEMO_ACTORS["keeper"], lambda: NOON)
    proposal = Proposal(ruleset.of_version(desk.db, 1), Settings.of((), {"study_bachelor": 30}))
    revision.commit(desk, proposal, effective_on=NOON.date(), reason="改年限。")
    desk.db.close()
    told = open_screen("revision", "operator")
    assert any("按旧规则版本整理" in each.value for each in told.markdown)
    assert "revision.anew" not in {button.key for button in told.button}

    app = open_screen("revision", "keeper")
    said = press(app, "revision.anew")

    assert "第 2 版已生效" in said
    assert not any("按旧规则版本整理" in each.value for each in app.markdown)


@pytest.mark.parametrize("actor", ["operator", "publisher", "secrecy", "province-11"])
def test_without_the_duty_versions_and_tables_are_only_read(open_screen: Open, actor: str):
    versions, table = open_screen("revision", actor), open_screen("codes", actor, table="countries")

    assert shown(versions, "version", "what")
    assert shown(table, "code", "name")
    for app in (versions, table, open_screen("rulebook", actor, rule=HELD)):
        assert not app.exception
        assert not KEPT & {button.key for button in app.button}
        assert not [each for each in app.button if each.key and each.key.startswith("rulebook.switch")]
        assert not app.file_uploader
        assert not app.multiselect


def test_registers_about_persons_are_listed_for_the_secrecy_officer_alone(open_screen: Open):
    secret = {each.zh for each in TABLES.values() if each.secret}

    assert secret <= {row["title"] for row in shown(open_screen("codes", "secrecy"), "title", "rows")}
    assert not secret & {row["title"] for row in shown(open_screen("codes", "keeper"), "title", "rows")}
    for name in (each.name for each in TABLES.values() if each.secret):
        assert open_screen("codes", "keeper", table=name).info[0].value.startswith("点选一张表")


def test_a_table_is_searched_in_any_column(open_screen: Open):
    app = open_screen("codes", "operator", table="countries")

    app.text_input(key="codes.text.countries").set_value("usa").run()

    assert "美国" in {row["name"] for row in shown(app, "code", "alpha3")}


def test_an_imported_table_shows_its_difference_before_it_goes_into_the_proposal(open_screen: Open):
    before = reference.load().table("ethnic_groups")
    after = before.with_columns(name=pl.when(pl.col("code") == "02").then(pl.lit("改名族")).otherwise("name"))
    app = open_screen("codes", "keeper", table="ethnic_groups")

    app.file_uploader[0].set_value(("groups.csv", as_exported(after.slice(0, 57)), "text/csv")).run()
    changes = shown(app, "change", "key", "before", "after")
    assert {row["change"] for row in changes} == {"改动", "删去"}
    assert next(row for row in changes if row["key"] == "02")["after"] == "名称 改名族"
    app.button(key="codes.propose").click().run()
    assert "已加入修订方案，尚未生效" in app.success[0].value

    app.switch_page("pages/revision.py").run()
    assert any("民族" in each.value for each in app.caption)
    press(app, "revision.try")
    app.text_input(key="revision.reason").set_value("民族名称更新。").run()
    press(app, "revision.ask")
    said = press(app, "revision.commit")

    assert "第 2 版已生效" in said
    kept = shown(open_screen("codes", table="ethnic_groups"), "code", "aliases")
    assert next(row for row in kept if row["code"] == "02")["name"] == "改名族"


def test_a_table_can_be_taken_out_of_the_proposal_again(open_screen: Open):
    after = reference.load().table("sexes").with_columns(name=pl.lit("某"))
    app = open_screen("codes", "keeper", table="sexes")
    app.file_uploader[0].set_value(("sexes.csv", as_exported(after), "text/csv")).run()
    app.button(key="codes.propose").click().run()
    app.switch_page("pages/revision.py").run()

    app.button(key="revision.out.sexes").click().run()

    assert app.button(key="revision.try").disabled


def test_the_same_table_again_changes_nothing(open_screen: Open):
    app = open_screen("codes", "keeper", table="countries")

    app.file_uploader[0].set_value(("same.csv", as_exported(reference.load().table("countries")), "text/csv")).run()

    assert app.info[0].value.startswith("与现行的代码表相同")
    assert "codes.propose" not in {button.key for button in app.button}


@pytest.mark.parametrize(("language", "told"), [("zh", "表头应为"), ("en", "The header must be")])
def test_a_file_that_is_no_such_table_is_refused_in_the_users_language(open_screen: Open, language: str, told: str):
    app = open_screen("codes", "keeper", language, table="countries")

    app.file_uploader[0].set_value(("wrong.csv", b"code,label\n1,2\n", "text/csv")).run()

    assert app.error[0].value.startswith(told)
    assert not app.exception


def test_the_ministrys_list_is_laid_over_the_institutions_and_their_coverage(home: Path, open_screen: Open):
    listed = "学校名称,学校标识码,主管部门,办学层次\n"
    listed += "".join(f"示例{sign}学院,41110890{place:02d},教育部,本科\n" for place, sign in enumerate("甲乙丙丁戊己", 10))
    app = open_screen("codes", "keeper", table="institutions")

    app.date_input(key="codes.listed").set_value(NOON.date()).run()
    app.file_uploader[1].set_value(("list.csv", listed.encode("utf-8-sig"), "text/csv")).run()

    assert not app.exception
    told = {each.value for each in app.markdown}
    assert any(TABLES["institutions"].zh in each and "新增 6 行" in each for each in told)
    assert any(TABLES["coverage"].zh in each and "新增 1 行" in each for each in told)
    assert not list((home / "work").glob("upload-*"))
    app.button(key="codes.propose").click().run()
    assert "已加入修订方案" in app.success[0].value


@pytest.mark.parametrize("name", ["revision", "codes"])
def test_the_keepers_screens_say_nothing_in_chinese_but_data(open_screen: Open, name: str):
    app = open_screen(name, "keeper", "en", table="countries")
    if name == "revision":
        app.number_input(key="revision.threshold.study_bachelor").set_value(48).run()
        press(app, "revision.try")
        press(app, "revision.ask")

    assert not app.exception
    assert {sentence for sentence in sentences(app) if CHINESE.search(sentence)} == set()


def test_what_is_found_of_a_filing_as_such_waits_for_the_publishers_word(open_screen: Open, tmp_path: Path):
    content = a_csv(tmp_path / "listed.csv", people(12, first=300)).read_bytes()
    app = open_screen("load")
    give(app, "listed.csv", content)
    names = next(each for each in app.number_input if each.label == "名单人数")
    names.set_value(99).run()
    next(each for each in app.selectbox if each.key.startswith("load.replaces")).select(0).run()
    app.button(key="load.check").click().run()
    assert shown(app, "row", "sentence", "value")[0]["row"] == "整个批次"
    app.button(key="load.receive").click().run()
    assert not [each for each in open_screen("filings", filing_id="4").button if each.label == "核实"]

    filing = open_screen("filings", "publisher", filing_id="4")
    assert "核实之前，批次的全部记录都不上网" in filing.warning[0].value
    verify(filing)
    assert filing.error[0].value == "请填写核实情况。"
    next(each for each in filing.text_input if each.label == "核实情况（必填）").set_value("名单有误，已更正。")
    verify(filing)

    assert filing.success[0].value == "批次 4 的这个问题已核实。"
    assert not filing.warning
    assert any("名单有误，已更正" in each.value for each in filing.caption)


def planned(home: Path) -> None:
    """A version made long before its day, withdrawing HELD."""
    desk = Desk(store.open_store(home), DEMO_ACTORS["keeper"], lambda: NOON)
    proposal = Proposal(ruleset.of_version(desk.db, 1), Settings.of([HELD]))
    revision.commit(desk, proposal, effective_on=NOON.date() + timedelta(days=1), reason="下周起停用。")
    desk.db.close()


def press(app: AppTest, key: str) -> str:
    """Press a button and give what the screen then says, also of a job once it has ended; once more, for AppTest renames
    its widgets after a rerun."""
    app.button(key=key).click().run()
    assert not app.exception
    said = " ".join(each.value for each in [*app.success, *app.error])
    if key in JOBS:
        assert _parts.runner().settle(60)
    app.run()
    return " ".join([said, *(each.value for each in app.success)]) if key in JOBS else said


def switched_off(app: AppTest, code: str) -> None:
    """Choose a check to be switched off; in Chinese, the language in which AppTest writes options."""
    box = app.multiselect(key="revision.off")
    box.set_value([*box.value, code]).run()


def verify(app: AppTest) -> None:
    next(each for each in app.button if each.label == "核实").click().run()


def metric(app: AppTest, label: str) -> int:
    return int(next(each for each in app.metric if each.label == label).value.replace(",", ""))


def as_exported(table: pl.DataFrame) -> bytes:
    return b"\xef\xbb\xbf" + table.write_csv().encode()
