"""书面说明: taken in for the records they cover, decided by two people, bound to rule and values (article 7)."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import given, settings

from core import (
    admission,
    attachments,
    audit,
    consents,
    explanation,
    explanation_decision,
    explanations,
    feedback,
    inspection,
    intake,
    reading,
    revision,
    ruleset,
    standing,
    trial,
    views,
)
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.explanation import Cover
from core.ledger import act_of
from core.rules import RULES
from core.settings import Settings
from core.vocabulary import Decision, DecisionState, Duty, FindingClass, Remedy
from tests.builders import (
    NOON,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_csv,
    a_desk,
    a_filing,
    an_approval,
    at_desk,
    declared,
    people,
    statuses,
)
from tests.builders_corrections import a_change, settled, taken
from tests.builders_explanations import PAPER, a_second, accepted, covers_of, explained, fed_back, taken_in
from tests.test_revision import proposing
from tests.test_versions import again

RENAMED = {"XM": "李改名"}
"""Another name than the number stands with on file (X04)."""
A_PDF = b"%PDF-1.4 explanation"


def cases(desk):
    return dict(desk.db.frame("SELECT record_id, status FROM withheld_case ORDER BY record_id").iter_rows())


def states(desk, explanation_id=1):
    return explanations.covers(desk, explanation_id)["state"].to_list()


def closed(desk, rule="P11"):
    return desk.db.frame("SELECT closed FROM finding WHERE rule = $rule ORDER BY record_id, version", rule=rule)["closed"].to_list()


def a_later_version(desk, record_id, **values):
    """The record's head in a new version with some filed values changed, held by the same check, as a correction enters it;
    then sent to where its findings put it."""
    head = desk.db.one(
        "SELECT r.*, f.parquet AS filed FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id "
        "WHERE r.record_id = $id ORDER BY r.version DESC LIMIT 1", id=record_id,
    )
    filed = pl.read_parquet(desk.db.folder / "filings" / (head["parquet"] or head["filed"])).filter(row=head["filing_row"])
    name = f"corrected-{record_id}-{head['version'] + 1}.parquet"
    filed.with_columns(**{code: pl.lit(value, pl.String) for code, value in values.items()}).write_parquet(
        desk.db.folder / "filings" / name
    )
    with desk.db.transaction() as tx:
        new = {"id": record_id, "version": head["version"] + 1, "before": head["version"], "parquet": name}
        tx.run("UPDATE record SET status = 'superseded' WHERE record_id = $id AND version = $before", **new)
        tx.run(
            "INSERT INTO record BY NAME SELECT * REPLACE ($version AS version, 'withheld' AS status, $parquet AS parquet) "
            "FROM record WHERE record_id = $id AND version = $before", **new,
        )
        tx.run(
            "INSERT INTO finding BY NAME SELECT * REPLACE ($version AS version, NULL AS closed) "
            "FROM finding WHERE record_id = $id AND version = $before", **new,
        )
        tx.run("CREATE OR REPLACE TEMP TABLE touched AS SELECT $id::BIGINT AS record_id, $version::INTEGER AS version", **new)
        standing.settle(tx, act_of(desk, "filing", head["filing_id"]))


def head(desk, record_id):
    return desk.db.frame(
        "SELECT status FROM record WHERE record_id = $id ORDER BY version DESC LIMIT 1", id=record_id
    ).item()


def test_a_paper_answers_the_cases_it_covers_and_is_kept_with_its_scan(desk):
    fed_back(desk, people(2, **TOO_FAST))
    paper = replace(PAPER, scan=attachments.keep(desk.db, A_PDF, "说明.pdf"))

    receipts = taken_in(desk, paper=paper)

    assert [receipt.taken for receipt in receipts] == [True, True]
    assert set(cases(desk).values()) == {"answered"}
    told = explanations.paper(desk, 1)
    assert (told["number"], told["records"], told["rules"], told["copied_on"]) == (PAPER.number, 2, ["P11"], PAPER.copied_on)
    assert states(desk) == ["waiting", "waiting"]
    kept = attachments.of_explanation(desk, 1).row(0, named=True)
    assert (kept["purpose"], attachments.explanation_content(desk, 1, kept["sha256"])) == ("explanation", A_PDF)
    assert views.acts(desk).row(0, named=True)["event"] == "answer"


@pytest.mark.parametrize(
    ("cover", "why"),
    [(Cover(999, 1, "P11"), "没有找到"), (Cover(3, 2, "P11"), "新版本"), (Cover(3, 1, "P02"), "没有此项"),
     (Cover(4, 1, "A13"), "须更正"), (Cover(7, 1, "P11"), "没有找到"), (Cover(5, 1, "P11"), "还没有反馈")],
    ids=["unknown", "moved since", "not found", "key information", "another institution's", "not fed back"],
)
def test_what_cannot_be_taken_says_why_and_stops_nothing_else(desk, cover, why):
    fed_back(desk, [*people(1, **TOO_FAST), *people(1, first=1, **WRONG_BIRTH)])
    a_filing(desk, people(2, first=5, **TOO_FAST), name="unapproved.csv")
    fed_back(desk, people(1, first=20, institution="80902", **TOO_FAST), institution="80902", name="other.csv")
    ids = {3: 1, 4: 2, 5: 3, 7: 5}
    offset = desk.db.frame("SELECT min(record_id) AS n FROM record").item() - 1
    records = desk.db.frame("SELECT record_id FROM record ORDER BY record_id")["record_id"].to_list()
    real = replace(cover, record_id=records[ids[cover.record_id] - 1] if cover.record_id in ids else 999 + offset)
    good = Cover(records[0], 1, "P11")

    refused, taken = explanation.take_in(desk, PAPER, [real, good])

    assert why in refused.zh and not refused.taken
    assert taken.taken
    assert cases(desk)[records[0]] == "answered"


def test_when_nothing_is_taken_no_paper_is_kept(desk):
    fed_back(desk, people(1, **TOO_FAST))

    assert not explanation.take_in(desk, PAPER, [Cover(999, 1, "P11")])[0].taken

    assert explanations.papers(desk).is_empty()


def test_the_same_finding_is_explained_once_at_a_time(desk):
    fed_back(desk, people(1, **TOO_FAST))
    one = covers_of(desk)

    assert [receipt.taken for receipt in explanation.take_in(desk, PAPER, one * 2)] == [True, False]
    assert not taken_in(desk, paper=replace(PAPER, number="另一文号"))[0].taken


def test_a_paper_of_the_same_number_and_day_is_the_same_paper(desk):
    fed_back(desk, people(2, **TOO_FAST))
    first, second = covers_of(desk)

    explanation.take_in(desk, PAPER, [first])
    explanation.take_in(desk, PAPER, [second])

    assert explanations.papers(desk)["records"].to_list() == [2]
    with pytest.raises(BadRequest):
        explanation.take_in(desk, replace(PAPER, dated=date(2025, 9, 1)), [second])


@pytest.mark.parametrize(
    "wrong", [{"number": " "}, {"summary": ""}, {"dated": date(2025, 9, 16)}, {"copied_on": date(2025, 9, 16)}]
)
def test_a_paper_without_number_or_summary_or_of_a_day_to_come_is_refused(desk, wrong):
    with pytest.raises(BadRequest):
        explanation.take_in(desk, replace(PAPER, **wrong), [Cover(1, 1, "P11")])


def test_an_acceptance_clears_only_once_a_second_person_has_confirmed_it(desk):
    filing = fed_back(desk, people(2, **TOO_FAST))
    taken_in(desk)

    state = explanation_decision.decide(desk, 1, "P11", Decision.ACCEPT, note="培养方案已核实。")

    assert state is DecisionState.PROPOSED
    assert statuses(desk, filing) == {"withheld": 2}
    assert states(desk) == ["proposed", "proposed"]
    with pytest.raises(NotAllowed):
        explanation_decision.confirm(desk, 1)
    with pytest.raises(NotAuthorised):
        explanation_decision.confirm(a_second(desk, *(duty for duty in Duty if duty is not Duty.DECIDE)), 1)
    assert statuses(desk, filing) == {"withheld": 2}

    explanation_decision.confirm(a_second(desk), 1)

    assert statuses(desk, filing) == {"cleared": 2}
    assert set(cases(desk).values()) == {"closed"}
    assert closed(desk) == ["explained 1", "explained 1"]
    told = explanations.decisions(desk, 1).row(0, named=True)
    assert (told["proposed_by"], told["made_by"]) == ("tester", "second")
    assert {"accept", "propose", "answer"} <= set(views.acts(desk)["event"])
    with pytest.raises(NotFound):
        explanation_decision.confirm(a_second(desk), 1)


def test_switched_off_one_person_is_enough(desk):
    filing = fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)
    base = ruleset.of_version(desk.db, 1)
    proposal = ruleset.Proposal(base, replace(base.settings, changed=(("second_explanation", 0),)), {})
    revision.commit(desk, proposal, effective_on=NOON.date(), reason="人手不足。")

    assert explanation_decision.decide(desk, 1, "P11", Decision.ACCEPT, note="已核实。") is DecisionState.MADE
    assert statuses(desk, filing) == {"cleared": 1}


def test_an_acceptance_that_is_turned_down_waits_again_with_the_reason(desk):
    filing = fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)
    explanation_decision.decide(desk, 1, "P11", Decision.ACCEPT, note="已核实。")

    with pytest.raises(BadRequest):
        explanation_decision.decline(a_second(desk), 1, note=" ")
    explanation_decision.decline(a_second(desk), 1, note="缺少培养方案。")

    assert states(desk) == ["waiting"]
    assert explanations.decisions(desk, 1).row(0, named=True)["reply"] == "缺少培养方案。"
    assert statuses(desk, filing) == {"withheld": 1}


def test_some_records_of_a_paper_can_be_accepted_and_others_refused(desk):
    filing = fed_back(desk, people(3, **TOO_FAST))
    taken_in(desk)
    first, *others = [cover.record_id for cover in covers_of(desk)]

    accepted(desk, records=[first])
    explanation_decision.decide(desk, 1, "P11", Decision.REFUSE, note="不符合规定。")

    assert statuses(desk, filing) == {"cleared": 1, "withheld": 2}
    assert states(desk) == ["accepted", "refused", "refused"]
    assert [cases(desk)[record] for record in (first, *others)] == ["closed", "open", "open"]
    figures = explanations.figures(desk).row(0, named=True)
    assert (figures["rule"], figures["explained"], figures["accepted"], figures["refused"]) == ("P11", 3, 1, 2)
    assert figures["rate"] == pytest.approx(1 / 3)


def test_what_else_withholds_a_record_keeps_it_and_is_fed_back_again(desk):
    filing = fed_back(desk, people(1, **TOO_FAST, **WRONG_BIRTH))
    taken_in(desk)

    accepted(desk)

    assert statuses(desk, filing) == {"withheld": 1}
    assert set(cases(desk).values()) == {"open"}
    assert desk.db.frame("SELECT reason, findings FROM withheld_case").row(0) == ("inaccurate", 1)
    assert feedback.issue(desk, TERM) == 1


def test_a_question_stays_on_record_until_a_later_paper_answers_it(desk):
    filing = fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)

    explanation_decision.decide(desk, 1, "P11", Decision.ASK, note="请补充课程成绩单。")

    assert (set(cases(desk).values()), states(desk)) == ({"answered"}, ["asked"])
    assert explanations.decisions(desk, 1)["note"].to_list() == ["请补充课程成绩单。"]
    assert taken_in(desk, paper=replace(PAPER, number="补充说明1号"))[0].taken
    assert (states(desk), states(desk, 2)) == (["supplemented"], ["waiting"])
    accepted(desk, 2)
    assert statuses(desk, filing) == {"cleared": 1}


def test_what_was_asked_about_can_be_decided_without_more(desk):
    filing = fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)
    explanation_decision.decide(desk, 1, "P11", Decision.ASK, note="请补充。")

    accepted(desk)

    assert statuses(desk, filing) == {"cleared": 1}


def test_a_paper_not_copied_to_the_province_cannot_be_accepted(desk):
    filing = fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk, paper=replace(PAPER, copied_on=None))

    with pytest.raises(NotAllowed):
        accepted(desk)
    with pytest.raises(NotAllowed):
        explanation.give_opinion(desk, 1, agrees=True, note="属实。", paper="京学位办1号", given_on=NOON.date())
    explanation.copied(desk, 1, copied_on=NOON.date())
    accepted(desk)

    assert statuses(desk, filing) == {"cleared": 1}


def test_the_province_finds_copied_papers_and_gives_its_opinion_with_date_and_paper(desk):
    fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)
    province = at_desk(desk, Duty.READ, Duty.APPROVE, province="11")
    assert explanations.papers(province, without_opinion=True)["explanation_id"].to_list() == [1]

    explanation.give_opinion(province, 1, agrees=False, note="与本省核查不符。", paper="京学位办〔2025〕3号", given_on=NOON.date())

    told = explanations.opinions(province, 1).row(0, named=True)
    assert (told["agrees"], told["paper"], told["given_on"]) == (False, "京学位办〔2025〕3号", NOON.date())
    assert explanations.papers(province, without_opinion=True).is_empty()
    assert explanations.paper(desk, 1)["agrees"] is False


@pytest.mark.parametrize("act", ["opinion", "decide", "confirm"])
def test_another_provinces_explanation_is_not_found(desk, act):
    fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)
    elsewhere = at_desk(desk, Duty.READ, Duty.APPROVE, province="31")

    assert explanations.papers(elsewhere).is_empty()
    assert explanations.covers(elsewhere, 1).is_empty()
    with pytest.raises(NotFound):
        explanations.paper(elsewhere, 1)
    with pytest.raises(NotFound if act == "opinion" else NotAuthorised):
        if act == "opinion":
            explanation.give_opinion(elsewhere, 1, agrees=True, note="同意。", paper="号", given_on=NOON.date())
        elif act == "decide":
            explanation_decision.decide(elsewhere, 1, "P11", Decision.ACCEPT, note="同意。")
        else:
            explanation_decision.confirm(elsewhere, 1)


def test_classified_papers_are_seen_and_decided_only_with_that_duty(desk):
    filing = fed_back(desk, [*people(1, **SECRET), *people(1, first=1, **TOO_FAST)])
    plain = at_desk(desk, *(duty for duty in Duty if duty is not Duty.CLASSIFIED))
    secret, other = covers_of(desk, "S01"), covers_of(desk)

    assert not explanation.take_in(plain, PAPER, secret)[0].taken
    assert [receipt.taken for receipt in explanation.take_in(desk, PAPER, [*secret, *other])] == [True, False]

    assert explanations.papers(plain).is_empty()
    assert explanations.covers(plain, 1).is_empty()
    assert explanations.figures(plain).is_empty()
    assert "explanation" not in set(views.acts(plain)["subject"])
    assert "S01" not in set(explanations.cases(plain, explanations.CaseFilter())["rule"])
    with pytest.raises(NotFound):
        explanation_decision.decide(plain, 1, "S01", Decision.REFUSE, note="不同意。")
    explanation_decision.decide(desk, 1, "S01", Decision.ACCEPT, note="已解密。")
    with pytest.raises(NotFound):
        explanation_decision.confirm(replace(plain, actor=replace(plain.actor, key="second")), 1)
    explanation_decision.confirm(a_second(desk), 1)
    assert statuses(desk, filing) == {"cleared": 1, "withheld": 1}


def test_key_information_is_explained_only_where_the_check_itself_allows_it_and_by_one_person(desk):
    allowed = {code for code, rule in RULES.items() if rule.cls is FindingClass.INACCURATE and Remedy.EXPLAIN in rule.remedies}
    assert allowed == {"X04", "X05", "X07"}
    a_filing(desk, people(1), approved=True, name="first.csv")
    filing = fed_back(desk, people(1, XWZSBH="8090142025000777", HXWRQ="20250701", ZYDM="080902", **RENAMED), name="later.csv")

    taken_in(desk, rule="X04")
    state = explanation_decision.decide(desk, 1, "X04", Decision.ACCEPT, note="依法改名，附户籍证明。")

    assert state is DecisionState.MADE
    assert closed(desk, "X04") == ["explained 1"]
    assert explanations.covers(desk, 1)["class"].to_list() == ["inaccurate"]
    assert filing


def test_deciding_needs_its_duty_and_a_note(desk):
    fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)

    with pytest.raises(BadRequest):
        explanation_decision.decide(desk, 1, "P11", Decision.REFUSE, note=" ")
    with pytest.raises(NotAuthorised):
        explanation_decision.decide(at_desk(desk, Duty.READ, Duty.FEEDBACK), 1, "P11", Decision.REFUSE, note="不。")
    with pytest.raises(NotAuthorised):
        explanation.take_in(at_desk(desk, Duty.READ, Duty.DECIDE), PAPER, covers_of(desk))
    with pytest.raises(NotAllowed):
        explanation_decision.decide(desk, 1, "P02", Decision.REFUSE, note="不。")


def test_the_days_a_decision_took_are_told(desk):
    fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)
    later = at_desk(desk, at=NOON + timedelta(days=6))

    explanation_decision.decide(later, 1, "P11", Decision.REFUSE, note="不符合规定。")

    assert explanations.figures(desk)["days"].to_list() == [6.0]


def test_an_explanation_carries_to_a_later_version_whose_values_are_the_same_and_lapses_when_they_change(desk):
    explained(desk, **TOO_FAST)
    record_id = desk.db.frame("SELECT record_id FROM record").item()

    a_later_version(desk, record_id, LWTM="改过的题目")
    assert (head(desk, record_id), closed(desk)) == ("cleared", ["explained 1", "explained 1"])

    a_later_version(desk, record_id, RXNY="202410")
    assert (head(desk, record_id), states(desk)) == ("withheld", ["lapsed"])

    a_later_version(desk, record_id, RXNY="202409")
    assert (head(desk, record_id), states(desk)) == ("cleared", ["accepted"])


def test_a_case_already_fed_back_is_explained_for_the_version_that_is_there(desk):
    """An acceptance proposed for one version also answers the later one with the same values."""
    fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)
    explanation_decision.decide(desk, 1, "P11", Decision.ACCEPT, note="已核实。")
    record_id = desk.db.frame("SELECT record_id FROM record").item()
    a_later_version(desk, record_id, LWTM="改过的题目")

    explanation_decision.confirm(a_second(desk), 1)

    assert head(desk, record_id) == "cleared"


def test_another_check_is_not_answered_by_the_explanation(desk):
    explained(desk, **TOO_FAST)
    record_id = desk.db.frame("SELECT record_id FROM record").item()
    with desk.db.transaction() as tx:
        tx.run("INSERT INTO finding BY NAME SELECT * REPLACE ('P14' AS rule, NULL AS closed) FROM finding")
        tx.run("CREATE OR REPLACE TEMP TABLE touched AS SELECT record_id, version FROM record")
        standing.settle(tx, act_of(desk, "filing", 1))

    assert head(desk, record_id) == "withheld"


def test_a_check_switched_on_again_does_not_hold_what_was_explained_before_the_filing_came_anew(desk):
    filing = explained(desk, **TOO_FAST)
    revision.commit(desk, proposing(desk, off=["P11"]), effective_on=NOON.date(), reason="暂停。")
    anew = again(desk, [*people(1, **TOO_FAST), *people(1, first=9, **TOO_FAST)], filing)
    assert statuses(desk, anew) == {"cleared": 2}

    proposal = replace(proposing(desk), settings=Settings())
    tried = trial.run(desk, proposal, trial.Reach())
    assert trial.totals(desk, tried)["withheld"] == 1
    revision.commit(desk, proposal, effective_on=NOON.date(), reason="恢复。", trial=tried)

    assert statuses(desk, anew) == {"cleared": 1, "withheld": 1}
    assert closed(desk) == ["explained 1", "explained 1", None]


def test_what_has_lapsed_is_explained_anew_by_another_paper(desk):
    filing = explained(desk, **TOO_FAST)
    anew = again(desk, people(1, RXNY="202410", KSH=None), filing)
    assert statuses(desk, anew) == {"withheld": 1}
    an_approval(desk, anew)
    feedback.issue(desk, TERM)

    assert [receipt.taken for receipt in taken_in(desk, paper=replace(PAPER, number="又一文号"))] == [True]
    accepted(desk, 2)

    assert statuses(desk, anew) == {"cleared": 1}
    assert closed(desk)[-1] == "explained 2"


CHANGED = st.fixed_dictionaries({}, optional={
    "RXNY": st.sampled_from(["202409", "202410", "202408"]), "HXWRQ": st.sampled_from(["20250630", "20250625"]),
    "LWTM": st.sampled_from(["另一题目", None]), "BZ": st.sampled_from(["备注", None]),
    "XWZSBH": st.sampled_from(["8090142025777777"]),
})  # fmt: skip


@settings(deadline=None, max_examples=6)
@given(changes=st.lists(CHANGED, min_size=1, max_size=6))
def test_filed_anew_no_accepted_explanation_withholds_twice_and_none_covers_other_values(changes):
    """Neither a field the check does not read nor the order of rows matters; a field it reads always does."""
    with TemporaryDirectory() as folder:
        desk = a_desk(Path(folder))
        try:
            before = people(len(changes), **TOO_FAST)
            filing = explained_all(desk, before)
            after = [
                {**record, **change, "XWZSBH": f"80901420257777{place:02d}" if "XWZSBH" in change else record["XWZSBH"]}
                for place, (record, change) in enumerate(zip(before, changes, strict=True))
            ]
            anew = again(desk, [*people(1, first=400), *after[::-1]], filing)

            found = dict(desk.db.frame(
                "SELECT certificate_no, status FROM record WHERE filing_id = $id", id=anew
            ).iter_rows())
            for record, told in zip(before, after, strict=True):
                same = all(record[code] == told[code] for code in ("RXNY", "HXWRQ", "XWZSBH"))
                assert found[told["XWZSBH"]] == ("cleared" if same else "withheld"), told
        finally:
            desk.db.close()


def explained_all(desk, records):
    filing = fed_back(desk, records)
    taken_in(desk)
    accepted(desk)
    assert statuses(desk, filing) == {"cleared": len(records)}
    return filing


@settings(deadline=None, max_examples=5)
@given(changes=st.lists(CHANGED, min_size=1, max_size=8))
def test_version_after_version_it_withholds_exactly_while_the_explained_values_differ(changes):
    with TemporaryDirectory() as folder:
        desk = a_desk(Path(folder))
        try:
            first, = people(1, **TOO_FAST)
            explained_all(desk, [first])
            record_id = desk.db.frame("SELECT record_id FROM record").item()
            present = dict(first)
            for change in changes:
                change = {code: value for code, value in change.items() if code != "XWZSBH"}
                a_later_version(desk, record_id, **change)
                present |= change
                same = all(first[code] == present[code] for code in ("RXNY", "HXWRQ"))
                assert head(desk, record_id) == ("cleared" if same else "withheld")
        finally:
            desk.db.close()


def test_a_preview_leaves_out_what_an_accepted_explanation_answers(desk):
    filing_id = explained(desk, 2, **TOO_FAST)
    records = [record | {"LWTM": "另一题目的设计与实现"} for record in people(2, **TOO_FAST)] + people(1, first=5, **TOO_FAST)
    source = reading.open_filing(a_csv(desk.db.folder.parent / "anew.csv", records))
    told = replace(declared(), replaces=filing_id)
    draft = admission.preview(desk, source, told)

    foreseen = inspection.draft_counts(3, inspection.foreseen(desk, draft, replaces=filing_id))
    received = intake.receive(desk, draft, told, source, "anew.csv").outcome

    assert (foreseen["withheld"], received.withheld) == (1, 1)


def test_a_case_whose_correction_waits_is_not_fed_back_again_when_its_explanation_is_accepted(desk):
    fed_back(desk, people(1, XM=None, **TOO_FAST))
    taken_in(desk)
    number, = cases(desk)
    waiting, = taken(desk, a_change(desk, number, XM="张明"))

    accepted(desk)

    assert cases(desk) == {number: "answered"}
    assert settled(desk, waiting).cleared == 1


def test_a_case_whose_correction_the_province_declines_is_fed_back_again(desk):
    fed_back(desk, people(1, XM=None))
    number, = cases(desk)
    with desk.db.transaction() as tx:
        base = ruleset.in_force(desk.db, NOON.date())
        proposal = ruleset.Proposal(base, Settings.of(thresholds={"consent_change": 1}), {})
        ruleset.keep(tx, proposal, desk.db.folder, effective_on=NOON.date(), reason="试行", by="tester", at=NOON)
    waiting = taken(desk, a_change(desk, number, XM="张明"))
    assert cases(desk) == {number: "answered"}

    consents.decline(desk, waiting, reason="材料不全")

    assert cases(desk) == {number: "open"}
    assert feedback.issue(desk, TERM) == 1


def test_a_case_of_which_more_was_asked_breaks_nothing_the_audit_looks_at(desk):
    fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)

    explanation_decision.decide(desk, 1, "P11", Decision.ASK, note="请附培养方案。")

    assert [verdict.invariant.name for verdict in audit.audit(desk, quick=True) if verdict.broken] == []
