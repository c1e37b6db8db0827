"""办理设置: in force from a day on, told with what is to come and what was; the days to answer count by them."""

from datetime import date, datetime

import pytest

from core import feedback, ladder, operating, publication, publication_run, revision, ruleset
from core.errors import BadRequest, NotAllowed, NotAuthorised
from core.ladder import Step
from core.publication import Scope
from core.vocabulary import Duty
from tests.builders import NAMELESS, TERM, a_filing, at_desk, people

TODAY, OCTOBER = date(2025, 9, 15), date(2025, 10, 1)


def told(desk, key):
    return operating.in_force(desk).filter(key=key).select("value", "since", "coming", "coming_on").row(0)


def test_a_setting_is_what_it_was_until_its_day_comes_and_both_are_told(desk):
    assert told(desk, "answer_workdays") == (15, None, None, None)

    operating.change(desk, {"answer_workdays": 20}, effective_on=OCTOBER, reason="假期较长")

    assert told(desk, "answer_workdays") == (15, None, 20, OCTOBER)
    assert told(at_desk(desk, at=datetime(2025, 10, 1, 0)), "answer_workdays") == (20, OCTOBER, None, None)
    assert operating.history(desk).select("key", "before", "after", "effective_on", "reason", "made_by").rows() == [
        ("answer_workdays", 15, 20, OCTOBER, "假期较长", "tester"),
    ]


def test_history_tells_every_change_the_latest_first_and_back_to_the_usual(desk):
    operating.change(desk, {"answer_workdays": 20, "second_release": 0}, effective_on=TODAY, reason="试行")
    operating.change(desk, {"answer_workdays": 15}, effective_on=TODAY, reason="恢复")

    assert operating.history(desk).select("key", "before", "after").rows() == [
        ("answer_workdays", 20, 15), ("second_release", 1, 0), ("answer_workdays", 15, 20),
    ]
    assert told(desk, "answer_workdays") == (15, TODAY, None, None)


def test_days_to_answer_and_to_the_province_count_by_the_settings_of_the_day(desk):
    a_filing(desk, people(2, **NAMELESS), approved=True)
    operating.change(desk, {"answer_workdays": 5, "escalation_workdays": 1}, effective_on=TODAY, reason="加快")
    feedback.issue(desk, TERM)
    operating.change(desk, {"answer_workdays": 30}, effective_on=TODAY, reason="放宽")

    assert feedback.notices(desk, TERM)["due_on"].to_list() == [date(2025, 9, 22)]
    steps = [ladder.standing(at_desk(desk, at=datetime(2025, 9, day, 9)))["step"].item() for day in (22, 23, 24)]
    assert steps == [Step.WAITING, Step.REMIND, Step.ESCALATE]


def test_changing_a_setting_moves_no_record_and_makes_none_wait_to_be_sorted_anew(desk):
    a_filing(desk, people(3), approved=True)
    operating.change(desk, {"answer_workdays": 20}, effective_on=OCTOBER, reason="假期较长")
    later = at_desk(desk, at=datetime(2025, 10, 2, 9))

    assert revision.outdated(later) == 0
    assert publication.gate(later, Scope(term=TERM.code)).ready == 3
    before, after = (ruleset.of_version(desk.db, number) for number in (1, 2))
    assert before.fingerprint == after.fingerprint


def test_the_person_who_froze_may_release_when_no_second_one_is_asked_for(desk):
    a_filing(desk, people(2), approved=True)
    feedback.issue(desk, TERM)
    run_id = publication_run.open_term(desk, TERM)
    publication_run.pass_gate(desk, run_id)
    publication_run.freeze(desk, run_id)
    with pytest.raises(NotAllowed):
        publication_run.release(desk, run_id, counted=2)

    operating.change(desk, {"second_release": 0}, effective_on=TODAY, reason="试行")

    assert publication_run.release(desk, run_id, counted=2).moved == 2


@pytest.mark.parametrize(("values", "asked"), [
    ({"answer_workdays": 4}, {}), ({"answer_workdays": 61}, {}), ({"answer_workdays": 15}, {}), ({"age_highest": 70}, {}),
    ({"nothing": 1}, {}), ({"answer_workdays": 20}, {"reason": " "}), ({"answer_workdays": 20}, {"effective_on": date(2025, 9, 14)}),
], ids=["few", "many", "no change", "of a check", "unknown", "no reason", "gone by"])
def test_what_cannot_be_set_is_refused(desk, values, asked):
    with pytest.raises(BadRequest):
        operating.change(desk, values, **{"effective_on": TODAY, "reason": "试行"} | asked)

    assert operating.history(desk).is_empty()


def test_only_the_keeper_of_the_rulebook_changes_settings(desk):
    with pytest.raises(NotAuthorised):
        operating.change(
            at_desk(desk, *(duty for duty in Duty if duty is not Duty.RULES)), {"answer_workdays": 20}, effective_on=TODAY, reason="试行"
        )
