"""Versions of the rulebook: tried before they take effect, put in force with who and why, and what that moves."""

from datetime import date, timedelta

import polars as pl
import pytest

from core import publication, queue, review, revision, ruleset, trial, views
from core.errors import BadRequest, NotAllowed, NotAuthorised
from core.ruleset import Proposal
from core.settings import Settings
from core.trial import Reach
from core.vocabulary import Duty
from tests.builders import (
    HONORARY,
    NAMELESS,
    NOON,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_desk,
    at_desk,
    people,
    released,
    statuses,
)
from tests.builders import (
    a_filing as any_filing,
)

TODAY = NOON.date()


def a_filing(desk, records=None, **more):
    """A filing in the layout that carries the months of study."""
    return any_filing(desk, records, **{"layout": "named"} | more)


def in_force(desk):
    return ruleset.in_force(desk.db, desk.now().date())


def proposing(desk, *, off=(), tables=None, **thresholds) -> Proposal:
    """A change of the version in force."""
    base = in_force(desk)
    settings = Settings.of([*base.settings.off, *off], dict(base.settings.changed) | thresholds)
    return Proposal(base, settings, tables or {})


def withdraw(desk, *codes):
    return revision.commit(desk, proposing(desk, off=codes), effective_on=TODAY, reason="规则有误，撤下。")


def open_rules(desk, record_id=None):
    found = desk.db.frame("SELECT record_id, rule FROM finding WHERE closed IS NULL AND class <> 'note'")
    return set(found["rule"]) if record_id is None else set(found.filter(pl.col("record_id") == record_id)["rule"])


def test_a_store_begins_with_the_shipped_rulebook_in_force_since_2008(desk):
    version = ruleset.versions(desk.db)

    assert version["version"].to_list() == [1]
    assert version["effective_on"].to_list() == [date(2008, 9, 1)]
    assert version["fingerprint"][0] == ruleset.shipped().fingerprint == in_force(desk).fingerprint


def test_opening_the_store_again_makes_no_version(desk):
    ruleset.refresh(desk.db, NOON)

    assert ruleset.versions(desk.db).height == 1


def test_a_filing_keeps_the_fingerprint_it_was_sorted_by(desk):
    first = a_filing(desk)
    revision.commit(desk, proposing(desk, age_entry=15), effective_on=TODAY, reason="入学年龄改为15岁。")
    second = a_filing(desk, people(1, first=5), name="second.csv")

    before, after = (views.filing(desk, each.filing_id)["ruleset"] for each in (first, second))

    assert before == ruleset.of_version(desk.db, 1).fingerprint
    assert after == ruleset.of_version(desk.db, 2).fingerprint == in_force(desk).fingerprint
    assert before != after


def test_the_same_filing_under_the_same_version_gives_the_same_findings_byte_for_byte(tmp_path):
    records = people(6) + people(2, first=20, **NAMELESS, **TOO_FAST) + people(2, first=40, **WRONG_BIRTH)
    found = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        desk = a_desk(tmp_path / name)
        a_filing(desk, records)
        found.append(desk.db.frame("SELECT record_id, rule, class, field, value FROM finding").write_csv())

    assert found[0] == found[1]
    assert "I01" in found[0]


def test_a_version_says_who_made_it_why_and_what_it_changed(desk):
    revision.commit(desk, proposing(desk, off=["A51"], age_entry=15), effective_on=TODAY, reason="周末授予不再提示。")

    latest = ruleset.versions(desk.db).row(0, named=True)

    assert (latest["version"], latest["made_by"], latest["reason"]) == (2, "tester", "周末授予不再提示。")
    assert latest["made_at"] == NOON and latest["effective_on"] == TODAY
    assert '"off": ["A51"]' in latest["changes"] and '"age_entry": 15' in latest["changes"]


def test_a_threshold_is_judged_by_from_its_effective_day_on(desk):
    revision.commit(desk, proposing(desk, age_entry=18), effective_on=TODAY + timedelta(days=5), reason="试行。")
    later = at_desk(desk, at=NOON + timedelta(days=5))

    assert in_force(desk).settings["age_entry"] == 14
    assert in_force(later).settings["age_entry"] == 18


def test_withdrawing_a_rule_closes_its_findings_with_that_reason_and_clears_what_it_alone_held(desk):
    held_by_it = people(2, **TOO_FAST)
    held_by_more = people(1, first=10, **TOO_FAST, **NAMELESS)
    filing = a_filing(desk, held_by_it + held_by_more + people(3, first=20))

    moved = withdraw(desk, "P11")

    assert (moved.closed, moved.cleared, moved.withheld) == (3, 2, 0)
    assert statuses(desk, filing.filing_id) == {"cleared": 5, "withheld": 1}
    closed = desk.db.frame("SELECT DISTINCT closed FROM finding WHERE rule = 'P11'")["closed"].to_list()
    assert closed == [f"ruleset {moved.version}"]
    cases = desk.db.frame("SELECT status, reason, findings FROM withheld_case ORDER BY case_id").rows()
    assert cases == [("closed", "policy", 1), ("closed", "policy", 1), ("open", "incomplete", 1)]
    assert queue.total(desk, queue.QueueFilter()) == 1


def test_a_withdrawn_rule_is_not_evaluated_in_new_filings_and_its_tally_says_so(desk):
    first = a_filing(desk, people(2, **TOO_FAST))
    withdraw(desk, "P11")
    second = a_filing(desk, people(2, first=5, **TOO_FAST), name="second.csv")

    told = desk.db.frame("SELECT filing_id, evaluated, failed, not_evaluated FROM rule_tally WHERE rule = 'P11' ORDER BY 1")

    assert told.rows() == [(first.filing_id, 0, 0, 2), (second.filing_id, 0, 0, 2)]
    assert second.outcome.cleared == 2


def test_a_scope_rule_withdrawn_brings_its_records_back_onto_the_line(desk):
    filing = a_filing(desk, people(1, XWLBM="408", XWLB="工学学士课程班") + people(1, first=3))
    assert statuses(desk, filing.filing_id) == {"out_of_scope": 1, "cleared": 1}

    withdraw(desk, "O06", "A31")

    assert statuses(desk, filing.filing_id)["cleared"] >= 1
    assert "out_of_scope" not in statuses(desk, filing.filing_id)


def test_what_the_regulation_demands_cannot_be_switched_off(desk):
    a_filing(desk, people(1, **HONORARY))

    revision.commit(desk, proposing(desk, off=["O01", "A51"]), effective_on=TODAY, reason="试图撤下法定检查。")

    assert in_force(desk).settings.off == {"A51"}
    assert open_rules(desk) == {"O01"}


def test_a_returned_filing_stays_out_whatever_rule_goes(desk):
    filing = a_filing(desk, people(2, **TOO_FAST))
    review.send_back(desk, filing.filing_id, reason="重报。")

    withdraw(desk, "P11")

    assert statuses(desk, filing.filing_id) == {"out_of_scope": 2}


def test_a_trial_tells_what_would_newly_fail_and_changes_nothing(desk):
    filing = a_filing(desk, people(3) + people(2, first=10, RXNY="202003", KSH=None))
    before = desk.db.version

    tried = trial.run(desk, proposing(desk, study_bachelor=60), Reach())

    assert desk.db.version == before
    assert trial.totals(desk, tried) == {
        "failing": 3, "passing": 0, "withheld": 3, "excluded": 0, "cleared": 0, "published_failing": 0,
    }
    line = trial.by_institution(desk, tried).row(0, named=True)
    assert (line["rule"], line["institution"], line["failing"], line["passing"]) == ("P11", "80901", 3, 0)
    sample = trial.samples(desk, tried, "P11")
    assert sample["record_id"].to_list() == desk.db.frame(
        "SELECT record_id FROM record WHERE filing_id = $f ORDER BY 1 LIMIT 3", f=filing.filing_id
    )["record_id"].to_list()
    assert set(sample["status_after"]) == {"withheld"}


def test_a_trial_tells_what_would_newly_pass(desk):
    a_filing(desk, people(2, **TOO_FAST) + people(1, first=9, **TOO_FAST, **NAMELESS))

    tried = trial.run(desk, proposing(desk, study_bachelor=12, study_after_college=6), Reach())

    told = trial.totals(desk, tried)
    assert (told["failing"], told["passing"], told["cleared"]) == (0, 0, 0)

    tried = trial.run(desk, proposing(desk, off=["P11"]), Reach())

    told = trial.totals(desk, tried)
    assert (told["failing"], told["passing"], told["cleared"]) == (0, 3, 2)


def test_a_trial_discarded_leaves_nothing_behind(desk):
    a_filing(desk, people(3))
    tried = trial.run(desk, proposing(desk, study_bachelor=60), Reach())

    tried.discard()

    assert list((desk.db.folder / "work").iterdir()) == []


@pytest.mark.parametrize(("reach", "failing"), [
    (Reach(), 4), (Reach(term="2024-2"), 4), (Reach(term="2023-2"), 0), (Reach(province="31"), 1), (Reach("2024-2", "11"), 3),
], ids=["all", "term", "another term", "province", "both"])
def test_a_trial_reaches_a_term_a_province_or_all(desk, reach, failing):
    a_filing(desk, people(3))
    a_filing(desk, people(1, first=10, institution="80902"), institution="80902", name="shanghai.csv")

    tried = trial.run(desk, proposing(desk, study_bachelor=60), reach)

    assert trial.totals(desk, tried)["failing"] == failing


def test_putting_a_tried_version_in_force_applies_what_the_trial_found(desk):
    filing = a_filing(desk, people(3) + people(1, first=10, **NAMELESS))
    proposal = proposing(desk, study_bachelor=60)
    tried = trial.run(desk, proposal, Reach())

    moved = revision.commit(desk, proposal, effective_on=TODAY, reason="延长年限。", trial=tried)

    assert (moved.entered, moved.withheld, moved.cleared) == (4, 3, 0)
    assert statuses(desk, filing.filing_id) == {"withheld": 4}
    assert views.filing(desk, filing.filing_id)["ruleset"] == in_force(desk).fingerprint
    cases = desk.db.frame("SELECT status, reason, findings FROM withheld_case ORDER BY record_id").rows()
    assert cases == [("open", "policy", 1)] * 3 + [("open", "incomplete", 2)]
    tally = desk.db.frame("SELECT evaluated, failed FROM rule_tally WHERE rule = 'P11'").row(0)
    assert tally == (4, 4)


def test_sorting_again_by_the_new_version_finds_what_the_trial_applied(desk, tmp_path):
    """The trial and a fresh receipt are the same gate."""
    records = people(3) + people(2, first=10, RXNY="202003", KSH=None) + people(1, first=20, **NAMELESS)
    a_filing(desk, records)
    proposal = proposing(desk, study_bachelor=50, age_entry=18)
    revision.commit(desk, proposal, effective_on=TODAY, reason="试。", trial=trial.run(desk, proposal, Reach()))
    (tmp_path / "fresh").mkdir()
    fresh = a_desk(tmp_path / "fresh")
    revision.commit(fresh, proposing(fresh, study_bachelor=50, age_entry=18), effective_on=TODAY, reason="试。")
    a_filing(fresh, records)

    asked = "SELECT record_id, rule, class, field, value FROM finding WHERE closed IS NULL ORDER BY ALL"

    assert desk.db.frame(asked).equals(fresh.db.frame(asked))
    assert desk.db.frame("SELECT record_id, status FROM record ORDER BY 1").equals(
        fresh.db.frame("SELECT record_id, status FROM record ORDER BY 1")
    )


def test_a_published_record_that_would_fail_is_told_and_left_on_line(desk):
    filing = a_filing(desk, people(2), approved=True)
    released(desk, TERM, counted=2)
    proposal = proposing(desk, study_bachelor=60)

    tried = trial.run(desk, proposal, Reach())
    moved = revision.commit(desk, proposal, effective_on=TODAY, reason="延长年限。", trial=tried)

    assert trial.totals(desk, tried)["published_failing"] == 2
    assert (moved.withheld, moved.entered) == (0, 0)
    assert statuses(desk, filing.filing_id) == {"published": 2}


def test_records_published_since_the_trial_are_left_alone(desk):
    filing = a_filing(desk, people(2), approved=True)
    proposal = proposing(desk, study_bachelor=60)
    tried = trial.run(desk, proposal, Reach())
    released(desk, TERM, counted=2)

    revision.commit(desk, proposal, effective_on=TODAY, reason="延长年限。", trial=tried)

    assert statuses(desk, filing.filing_id) == {"published": 2}
    assert open_rules(desk) == set()


def test_a_version_for_a_later_day_moves_nothing_until_that_day(desk):
    filing = a_filing(desk, people(2, **TOO_FAST))
    proposal = proposing(desk, off=["P11"])

    moved = revision.commit(desk, proposal, effective_on=TODAY + timedelta(days=3), reason="下周撤下。")

    assert moved.closed == 0 and revision.due(desk) == 0
    assert statuses(desk, filing.filing_id) == {"withheld": 2}
    later = at_desk(desk, at=NOON + timedelta(days=3))
    assert revision.due(later) == 2
    assert revision.put_in_force(later).cleared == 2
    assert statuses(later, filing.filing_id) == {"cleared": 2}
    assert revision.put_in_force(later).cleared == 0 == revision.due(later)


@pytest.mark.parametrize(("change", "told"), [
    ({"reason": " "}, "理由"), ({"effective_on": TODAY - timedelta(days=1)}, "早于今天"), ({"proposal": "none"}, "没有任何修改"),
], ids=["no reason", "a day gone by", "no change"])
def test_what_cannot_be_a_version_is_refused_with_a_sentence(desk, change, told):
    asked = {"proposal": proposing(desk, age_entry=15), "effective_on": TODAY, "reason": "改。"} | change
    if asked["proposal"] == "none":
        asked["proposal"] = proposing(desk)

    with pytest.raises(BadRequest) as refused:
        revision.commit(desk, asked.pop("proposal"), **asked)

    assert told in refused.value.zh
    assert ruleset.versions(desk.db).height == 1


def test_of_two_proposals_on_one_version_only_the_first_is_made(desk):
    one, two = proposing(desk, age_entry=15), proposing(desk, age_entry=16)
    revision.commit(desk, one, effective_on=TODAY, reason="先。")

    with pytest.raises(NotAllowed):
        revision.commit(desk, two, effective_on=TODAY, reason="后。")

    assert in_force(desk).settings["age_entry"] == 15


@pytest.mark.parametrize("value", [13, 7, 19])
def test_a_threshold_outside_its_limits_is_refused(value):
    if 8 <= value <= 18:
        assert Settings.of(thresholds={"age_entry": value})["age_entry"] == value
        return
    with pytest.raises(BadRequest):
        Settings.of(thresholds={"age_entry": value})


def test_only_who_keeps_the_rulebook_may_try_or_change_it(desk):
    without = at_desk(desk, *(duty for duty in Duty if duty is not Duty.RULES))
    proposal = proposing(desk, age_entry=15)

    for act in (
        lambda: trial.run(without, proposal, Reach()),
        lambda: revision.commit(without, proposal, effective_on=TODAY, reason="改。"),
        lambda: revision.put_in_force(without),
    ):
        with pytest.raises(NotAuthorised):
            act()


def test_an_accepted_explanation_is_not_found_anew(desk):
    a_filing(desk, people(1, **TOO_FAST))
    with desk.db.transaction() as tx:
        tx.run("UPDATE finding SET closed = 'explained 1' WHERE rule = 'P11'")

    tried = trial.run(desk, proposing(desk, study_bachelor=60), Reach())

    assert trial.totals(desk, tried)["failing"] == 0


def test_a_changed_table_makes_a_version_that_judges_by_it(desk):
    majors = in_force(desk).reference.table("areas")
    tables = {"areas": majors.filter(pl.col("code") != "110101")}
    filing = a_filing(desk, people(2))

    proposal = proposing(desk, tables=tables)
    tried = trial.run(desk, proposal, Reach())
    moved = revision.commit(desk, proposal, effective_on=TODAY, reason="区划调整。", trial=tried)

    assert proposal.changed_rules() == {"A16"}
    assert trial.totals(desk, tried)["failing"] == 2 == moved.entered
    assert statuses(desk, filing.filing_id) == {"cleared": 2}  # a note
    assert in_force(desk).reference.table("areas").height == majors.height - 1
    assert a_filing(desk, people(1, first=9), name="next.csv").outcome.findings == 1


def test_a_table_the_staff_edited_survives_a_new_program_and_others_follow_it(desk):
    areas = in_force(desk).reference.table("areas")
    edited = {"areas": areas.filter(pl.col("code") != "110101")}
    revision.commit(desk, proposing(desk, tables=edited), effective_on=TODAY, reason="区划调整。")
    with desk.db.transaction() as tx:  # as if the program before had shipped other sexes
        tx.run("UPDATE ruleset SET content = replace(content, $sha, 'old')", sha=in_force(desk).reference.hashes["sexes"])

    ruleset.refresh(desk.db, NOON)

    latest = ruleset.versions(desk.db).row(0, named=True)
    assert (latest["version"], latest["made_by"]) == (3, "system")
    assert in_force(desk).reference.table("areas").height == areas.height - 1
    assert in_force(desk).reference.table("sexes").height == 2


def test_a_rename_of_an_institution_shows_at_once(desk):
    institutions = in_force(desk).reference.table("institutions")
    renamed = institutions.with_columns(name=pl.when(pl.col("code") == "80901").then(pl.lit("示例研究大学")).otherwise("name"))
    a_filing(desk)

    revision.commit(desk, proposing(desk, tables={"institutions": renamed}), effective_on=TODAY, reason="更名。")

    assert views.filing(desk, 1)["institution_zh"] == "示例研究大学"


def test_a_check_of_single_records_is_tried_where_other_records_of_the_same_persons_are_on_file(desk):
    records = people(2)
    a_filing(desk, records)
    a_filing(desk, [record | {"XWZSBH": f"809014202500900{place}"} for place, record in enumerate(records)], name="again.csv")

    tried = trial.run(desk, proposing(desk, study_bachelor=60), Reach())

    assert trial.totals(desk, tried)["failing"] == 4


def test_the_provinces_word_is_not_judged_again(desk):
    a_filing(desk, people(2), approved=True)
    degrees = in_force(desk).reference.table("degrees")
    proposal = proposing(desk, tables={"degrees": degrees.head(degrees.height - 1)})

    revision.commit(desk, proposal, effective_on=TODAY, reason="试。", trial=trial.run(desk, proposal, Reach()))

    told = desk.db.frame("SELECT evaluated, failed, not_evaluated FROM rule_tally WHERE rule = 'O03'")
    assert told.rows() == [(2, 0, 0)]


def test_a_version_does_not_take_effect_before_the_one_it_changes(desk):
    revision.commit(desk, proposing(desk, age_entry=15), effective_on=TODAY + timedelta(days=9), reason="下月。")
    latest = ruleset.of_version(desk.db, 2)

    with pytest.raises(BadRequest) as refused:
        revision.commit(
            desk, Proposal(latest, Settings.of(thresholds={"age_entry": 16})), effective_on=TODAY, reason="今天。"
        )

    assert "最新版本" in refused.value.zh


def test_a_filing_that_came_after_it_was_judged_does_not_say_it_was_judged_by_the_new_version(desk):
    a_filing(desk)
    proposal, before = proposing(desk, study_bachelor=60), in_force(desk).fingerprint
    tried = trial.run(desk, proposal, Reach())
    a_filing(desk, people(1, first=5), name="later.csv")

    revision.commit(desk, proposal, effective_on=TODAY, reason="延长年限。", trial=tried)

    assert [views.filing(desk, each)["ruleset"] for each in (1, 2)] == [in_force(desk).fingerprint, before]


def test_filings_sorted_under_an_older_version_are_held_back_until_they_are_sorted_anew(desk):
    withdraw(desk, "I01")
    filing = a_filing(desk, [*people(2), *people(1, first=2, **NAMELESS)]).filing_id
    review.approve(desk, filing, approved_on=TODAY, document="号")
    assert (publication.ready(desk, TERM), revision.outdated(desk)) == (3, 0)
    base = in_force(desk)
    revision.commit(desk, Proposal(base, Settings.of()), effective_on=TODAY, reason="恢复")
    assert (publication.ready(desk, TERM), revision.outdated(desk), statuses(desk, filing)) == (0, 1, {"cleared": 3})

    present = in_force(desk)
    tried = trial.run(desk, Proposal(present, present.settings), Reach())
    revised = revision.sort_anew(desk, tried)

    assert (revised.withheld, revised.entered) == (1, 1)
    assert (publication.ready(desk, TERM), revision.outdated(desk)) == (2, 0)
    assert statuses(desk, filing) == {"cleared": 2, "withheld": 1}
    assert ruleset.versions(desk.db)["version"][0] == present.version


def test_a_trial_of_a_version_no_longer_in_force_is_not_applied(desk):
    a_filing(desk)
    present = in_force(desk)
    tried = trial.run(desk, Proposal(present, present.settings), Reach())
    withdraw(desk, "I02")

    with pytest.raises(NotAllowed):
        revision.sort_anew(desk, tried)
    with pytest.raises(NotAuthorised):
        revision.sort_anew(at_desk(desk, Duty.READ), tried)
