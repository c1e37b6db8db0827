"""Written explanations of invented records, for tests: fed back, taken in, decided by two people."""

from dataclasses import replace
from datetime import date

from core import explanation, explanation_decision, feedback
from core.desk import Desk
from core.explanation import Cover, Explanation
from core.receipt import Receipt
from core.vocabulary import Decision, Duty
from tests.builders import TERM, Record, a_filing, at_desk, people

PAPER = Explanation("80901", "示科院研〔2025〕8号", date(2025, 9, 12), "该生为硕士学位课程衔接培养，学习年限符合本校规定。", date(2025, 9, 12))
"""A paper of the example academy, copied to its province."""


def fed_back(desk: Desk, records: list[Record], *, institution: str = "80901", name: str = "filing.csv") -> int:
    """A filing of these records passed by the province, its withheld records fed back. Returns its number."""
    filing = a_filing(desk, records, institution=institution, approved=True, name=name)
    feedback.issue(desk, TERM)
    return filing.filing_id


def covers_of(desk: Desk, rule: str = "P11") -> list[Cover]:
    """Every open finding of a check in the heads of records, as an institution would answer it."""
    found = desk.db.frame(
        "SELECT g.record_id, g.version FROM finding AS g WHERE g.rule = $rule AND g.closed IS NULL ORDER BY ALL", rule=rule
    )
    return [Cover(record_id, version, rule) for record_id, version in found.iter_rows()]


def taken_in(desk: Desk, *, rule: str = "P11", paper: Explanation = PAPER) -> list[Receipt]:
    """The paper taken in for every open finding of a check."""
    return explanation.take_in(desk, paper, covers_of(desk, rule))


def a_second(desk: Desk, *duties: Duty) -> Desk:
    """Another person at the desk, with all duties or these."""
    other = at_desk(desk, *duties)
    return replace(other, actor=replace(other.actor, key="second"))


def accepted(desk: Desk, explanation_id: int = 1, rule: str = "P11", *, records: list[int] | None = None) -> None:
    """What an explanation says of a check accepted by two people."""
    explanation_decision.decide(desk, explanation_id, rule, Decision.ACCEPT, note="已核实培养方案。", records=records)
    waiting = desk.db.frame("SELECT decision_id FROM explanation_decision WHERE state = 'proposed'")["decision_id"]
    for decision_id in waiting:
        explanation_decision.confirm(a_second(desk), decision_id)


def explained(desk: Desk, many: int = 1, **fault: str | None) -> int:
    """So many records with a policy fault, fed back, explained by one paper and accepted. Returns the filing's number."""
    filing_id = fed_back(desk, people(many, **fault))
    taken_in(desk)
    accepted(desk)
    return filing_id
