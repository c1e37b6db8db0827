"""第七条 对于备案信息无误但涉嫌违反国家有关政策授予学位的数据，须做出书面说明报教育部学位与研究生教育发展中心，
同时抄报所在地省级学位委员会办公室。
"""

from dataclasses import replace

import pytest

from core import explanation, explanation_decision, explanations, feedback, publication
from core.errors import NotAllowed
from core.excuses import explainable
from core.rules import RULES
from core.vocabulary import Decision, Duty, FindingClass, Remedy
from tests.builders import NAMELESS, TERM, TOO_FAST, WRONG_BIRTH, at_desk, people, released, statuses
from tests.builders_explanations import PAPER, a_second, accepted, covers_of, explained, fed_back, taken_in


@pytest.mark.parametrize("fault", [(NAMELESS, "I01"), (WRONG_BIRTH, "A13")], ids=["incomplete", "inaccurate"])
def test_incomplete_or_inaccurate_information_is_corrected_never_explained_away(desk, fault):
    values, rule = fault
    filing = fed_back(desk, people(1, **values))

    receipt, = explanation.take_in(desk, PAPER, covers_of(desk, rule))

    assert not receipt.taken and "须更正" in receipt.zh
    assert statuses(desk, filing) == {"withheld": 1}


def test_every_suspected_breach_may_be_explained_in_writing_but_that_a_revoked_degree_came_again():
    suspected = [rule for rule in RULES.values() if rule.cls is FindingClass.POLICY and rule.code != "P23"]

    assert suspected
    assert all(explainable(rule.code, rule.cls) and Remedy.EXPLAIN in rule.remedies for rule in suspected)
    assert not explainable("P23", FindingClass.POLICY)


def test_an_explanation_goes_to_the_centre_with_a_copy_to_the_province(desk):
    fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk, paper=replace(PAPER, copied_on=None))
    province = at_desk(desk, Duty.READ, Duty.APPROVE, province="11")
    assert explanations.papers(province, without_opinion=True).is_empty()

    with pytest.raises(NotAllowed, match="copied"):
        explanation_decision.decide(desk, 1, "P11", Decision.ACCEPT, note="已核实。")
    explanation.copied(desk, 1, copied_on=desk.now().date())

    assert explanations.papers(province, without_opinion=True)["number"].to_list() == [PAPER.number]


def test_an_explanation_alone_clears_nothing_a_person_decides_and_a_second_confirms(desk):
    filing = fed_back(desk, people(1, **TOO_FAST))
    taken_in(desk)
    assert statuses(desk, filing) == {"withheld": 1}

    explanation_decision.decide(desk, 1, "P11", Decision.ACCEPT, note="已核实。")
    assert statuses(desk, filing) == {"withheld": 1}

    explanation_decision.confirm(a_second(desk), 1)
    assert statuses(desk, filing) == {"cleared": 1}


def test_an_accepted_record_goes_on_line_with_the_others(desk):
    filing = explained(desk, **TOO_FAST)

    assert released(desk, TERM, counted=publication.ready(desk, TERM)) == 1
    assert statuses(desk, filing) == {"published": 1}


def test_a_refused_explanation_is_fed_back_again(desk):
    """第八条 将仍不符合查询要求的数据，再次反馈至学位授予单位。"""
    filing = fed_back(desk, people(2, **TOO_FAST))
    taken_in(desk)

    explanation_decision.decide(desk, 1, "P11", Decision.REFUSE, note="不符合规定。")

    assert statuses(desk, filing) == {"withheld": 2}
    assert feedback.issue(desk, TERM) == 1
    assert taken_in(desk, paper=replace(PAPER, number="第二次说明"))[0].taken
    accepted(desk, 2)
    assert statuses(desk, filing) == {"cleared": 2}
