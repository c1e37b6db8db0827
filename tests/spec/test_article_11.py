"""第十一条 学位授予单位须按时保质完成学位获得者备案工作，对报送的备案数据负责，并对暂不提供网上查询的数据及时进行核查、更正。

因核查、更正不及时影响学位获得者利益的，由相关学位授予单位承担责任：故须留有何时告知、何人领取、何时答复的证据。
"""

from dataclasses import replace
from datetime import datetime

from core import audit, delivery, feedback, feedback_job, ladder, ledger
from core.delivery import Delivered
from core.ladder import Step
from core.lifecycle import CASE
from core.vocabulary import Duty
from tests.builders import NAMELESS, TERM, a_desk, a_filing, at_desk, people


def _fed_back(folder):
    desk = a_desk(folder)
    a_filing(desk, people(3, **NAMELESS), approved=True)
    feedback.issue(desk, TERM)
    feedback_job.make(desk, 1)
    return desk


def _answered(desk, many):
    with desk.db.transaction() as tx:
        ledger.move(
            tx, CASE, "answer", ledger.act_of(desk, "notice", 1), many=many,
            chosen="SELECT case_id FROM withheld_case WHERE status = 'sent' ORDER BY case_id LIMIT $many",
        )


def _on(desk, month, day):
    return at_desk(desk, at=datetime(2025, month, day, 9))


def test_it_can_be_shown_when_an_institution_was_told_who_fetched_it_and_that_it_was_acknowledged(tmp_path):
    desk = _fed_back(tmp_path)
    province = at_desk(desk, Duty.READ, Duty.APPROVE, province="11", at=datetime(2025, 9, 18, 15, 20))
    delivery.bundle(province, 1, "11")
    delivery.acknowledge(province, [1], note="回执〔2025〕7号")

    line, = delivery.register(desk, 1).to_dicts()

    assert line["delivered"] == Delivered.ACKNOWLEDGED
    assert line["issued_at"] == line["made_at"] == datetime(2025, 9, 15, 12)
    assert (line["opened_at"], line["opened_by"]) == (datetime(2025, 9, 18, 15, 20), province.actor.key)
    assert line["acknowledged_note"] == "回执〔2025〕7号"


def test_an_institution_that_does_not_answer_is_reminded_and_then_listed_to_its_province(tmp_path):
    desk = _fed_back(tmp_path)

    def step(at):
        return ladder.standing(at)["step"].item()

    assert step(_on(desk, 10, 11)) == Step.WAITING
    assert step(_on(desk, 10, 13)) == Step.REMIND
    ladder.remind(_on(desk, 10, 13), [1])
    assert step(_on(desk, 10, 17)) == Step.REMINDED
    assert step(_on(desk, 10, 18)) == Step.ESCALATE
    ladder.escalate(_on(desk, 10, 20), [1])
    assert step(_on(desk, 10, 20)) == Step.ESCALATED


def test_how_timely_an_institution_answers_is_a_figure_of_its_own(tmp_path):
    desk = _fed_back(tmp_path)
    _answered(_on(desk, 9, 30), 1)
    _answered(_on(desk, 10, 20), 1)

    line, = ladder.timeliness(_on(desk, 10, 21)).to_dicts()

    assert [line[name] for name in ("records", "in_time", "late", "never", "median_days")] == [3, 1, 1, 1, 25.0]


def test_an_answer_once_in_time_stays_in_time_whatever_becomes_of_it(tmp_path):
    desk = _fed_back(tmp_path)
    _answered(_on(desk, 9, 30), 3)
    with desk.db.transaction() as tx:
        act = ledger.act_of(_on(desk, 11, 7), "notice", 1)
        ledger.move(tx, CASE, "refuse", act, chosen="SELECT case_id FROM withheld_case")

    assert ladder.timeliness(_on(desk, 11, 8))["in_time"].item() == 3
    assert ladder.standing(_on(desk, 11, 8)).is_empty()


def test_the_evidence_of_what_was_done_cannot_be_changed_unseen(tmp_path):
    desk = _fed_back(tmp_path)
    assert [each.first for each in audit.audit(desk) if each.broken] == []

    with desk.db.snapshot() as seen:
        seen.run("UPDATE act SET acted_at = acted_at - INTERVAL 1 DAY WHERE event = 'send'")
        told = {each.invariant.name: each.broken for each in audit.of(replace(desk, db=seen), quick=True) if each.broken}

    assert told == {"acts_in_their_chain": 1}
