"""A flood of findings is shown as the few causes behind it."""


from core import causes
from core.vocabulary import Duty
from tests.builders import SECRET, WRONG_BIRTH, a_filing, at_desk, people


def told(desk, filing_id, **more):
    found = causes.page(desk, filing_id, **more)
    return [(line["rule"], line["field"], line["shape"], line["value"], line["records"]) for line in found.rows(named=True)]


def test_values_that_look_alike_are_one_cause_and_the_largest_comes_first(desk):
    records = people(40, XZXM=None) + people(1, first=40, XWZSBH="8090142024000001") + people(1, first=41, XWZSBH="8090142023000002")
    filing = a_filing(desk, records).filing_id

    assert told(desk, filing) == [("I11", "XZXM", None, None, 40), ("A28", "XWZSBH", "9", None, 2)]
    assert causes.total(desk, filing) == (2, 42)


def test_different_shapes_of_one_rule_are_different_causes(desk):
    records = people(2, XWZSBH="证书待发") + people(1, first=2, XWZSBH="809014-X")
    found = told(desk, a_filing(desk, records).filing_id)

    assert ("A23", "XWZSBH", "字", "证书待发", 2) in found
    assert ("A23", "XWZSBH", "9-A", None, 1) in found


def test_a_cause_names_its_first_record_and_row(desk):
    filing = a_filing(desk, people(3) + people(2, first=3, **WRONG_BIRTH)).filing_id
    found = causes.page(desk, filing).row(0, named=True)

    assert found["filing_row"] == 5
    assert desk.db.frame("SELECT filing_row FROM record WHERE record_id = $id", id=found["record_id"]).item() == 5


def test_causes_are_paged_and_none_is_lost(desk):
    records = people(2, XZXM=None) + people(1, first=2, **WRONG_BIRTH)
    filing = a_filing(desk, records).filing_id
    pages = [told(desk, filing, page=page, size=1) for page in range(3)]

    assert [len(each) for each in pages] == [1, 1, 0]
    assert pages[0] + pages[1] == told(desk, filing)


def test_a_classified_record_gives_no_cause_to_those_without_the_duty(desk):
    filing = a_filing(desk, people(1, **SECRET | WRONG_BIRTH)).filing_id

    assert {line[0] for line in told(desk, filing)} == {"S01", "A13"}
    assert told(at_desk(desk, Duty.READ), filing) == []
    assert causes.total(at_desk(desk, Duty.READ), filing) == (0, 0)


def test_a_finding_that_is_settled_is_no_cause(desk):
    filing = a_filing(desk, people(1, **WRONG_BIRTH)).filing_id
    with desk.db.transaction() as tx:
        tx.run("UPDATE finding SET closed = 'corrected'")

    assert told(desk, filing) == []
