"""查询范围为2008/2009学年度以后（即自2008年9月1日起）授予的博士、硕士、学士学位的学位证书信息。数据来源于各学位授予单位通过学位
授予信息报送工作备案，并经省级学位委员会办公室审核通过的学位授予信息。其中，涉密数据，关键信息不完整、不准确的数据，疑似违反国家学位授予
政策的数据，暂不提供网上查询。（通知第二项）
"""

import pytest

from core import lookup, publication
from core.deadlines import Term
from core.errors import BadRequest
from tests.builders import (
    NAMELESS,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_desk,
    a_filing,
    a_record,
    an_approval,
    released,
    statuses,
)

_OF_2008 = {
    "CSRQ": "19850307", "ZJHM": "110101198503072174", "RXNY": "200409", "KSH": "04110101150001", "BYNY": "200807",
    "XWZSBH": "8090142008000123", "ZYDM": "080605",
}


@pytest.mark.parametrize(("day", "status"), [("20080831", "out_of_scope"), ("20080901", "cleared")])
def test_the_lookup_covers_degrees_conferred_from_1_september_2008(tmp_path, day, status):
    desk = a_desk(tmp_path)

    filing = a_filing(desk, [a_record(**_OF_2008, HXWRQ=day)], term=Term(2008, 1), layout="named")

    assert status in statuses(desk, filing.filing_id)
    if status == "out_of_scope":
        rules = desk.db.frame("SELECT rule FROM finding WHERE class = 'scope'")["rule"].to_list()
        assert rules == ["O02"]


def test_no_filing_can_be_declared_for_a_semester_before_the_first(tmp_path):
    desk = a_desk(tmp_path)

    with pytest.raises(BadRequest, match="2007-2"):
        a_filing(desk, term=Term(2007, 2))


def test_what_the_province_has_not_passed_is_not_put_on_line(tmp_path):
    desk = a_desk(tmp_path)
    filing = a_filing(desk, [a_record()])

    assert publication.ready(desk, TERM) == 0
    assert released(desk, TERM, counted=0) == 0
    assert lookup.find(desk.db, "张明", "8090142025000123") is None

    an_approval(desk, filing.filing_id)

    assert released(desk, TERM, counted=1) == 1
    assert lookup.find(desk.db, "张明", "8090142025000123") is not None


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(SECRET, "classified"), (NAMELESS, "incomplete"), (WRONG_BIRTH, "inaccurate"), (TOO_FAST, "policy")],
    ids=["classified", "incomplete", "inaccurate", "policy"],
)
def test_classified_incomplete_inaccurate_and_suspect_records_are_withheld(tmp_path, fault, reason):
    desk = a_desk(tmp_path)

    filing = a_filing(desk, [a_record(**fault)], approved=True)

    assert statuses(desk, filing.filing_id) == {"withheld": 1}
    assert desk.db.frame("SELECT reason FROM withheld_case")["reason"].to_list() == [reason]
    assert publication.ready(desk, TERM) == 0
