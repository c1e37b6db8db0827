"""第二条 学位证书网上查询的范围为学位授予单位按照《中华人民共和国学位条例》的有关规定所授予的博士、硕士、学士学位（不含名誉博士学位），
数据来源于各学位授予单位通过学位授予信息报送工作备案的学位授予信息。其中，涉密数据，关键信息不完整、不准确的数据，违反国家学位授予政策的
数据，暂不提供网上查询。
"""

import polars as pl
import pytest

from core import feedback, lookup, public_package, publication
from core.public import package as packages
from tests.builders import (
    HONORARY,
    NAMELESS,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_desk,
    a_filing,
    a_record,
    people,
    released,
    statuses,
)


def test_an_honorary_doctorate_is_outside_the_lookup_and_is_nobodys_case(tmp_path):
    desk = a_desk(tmp_path)

    filing = a_filing(desk, [a_record(**HONORARY)], approved=True)

    assert statuses(desk, filing.filing_id) == {"out_of_scope": 1}
    assert desk.db.frame("SELECT * FROM withheld_case").is_empty()
    assert publication.ready(desk, TERM) == 0
    assert feedback.issue(desk, TERM) == 0


def test_faulty_records_stay_behind_while_the_right_ones_of_the_same_filing_go_up(tmp_path):
    desk = a_desk(tmp_path)
    faulty = [
        *people(1, first=5, **NAMELESS), *people(1, first=6, **WRONG_BIRTH), *people(1, first=7, **TOO_FAST),
        *people(1, first=8, **SECRET),
    ]
    filing = a_filing(desk, [*people(5), *faulty], approved=True)

    assert released(desk, TERM, counted=5) == 5

    assert statuses(desk, filing.filing_id) == {"published": 5, "withheld": 4}
    assert lookup.find(desk.db, "张安安", "8090142025000001") is not None
    assert all(lookup.find(desk.db, record["XM"] or "", record["XWZSBH"]) is None for record in faulty)


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (WRONG_BIRTH | NAMELESS, "incomplete"),
        (WRONG_BIRTH | TOO_FAST, "inaccurate"),
        (WRONG_BIRTH | TOO_FAST | SECRET, "classified"),
    ],
    ids=["incomplete before inaccurate", "inaccurate before policy", "classified before all"],
)
def test_a_record_with_several_faults_has_every_finding_and_one_reason(tmp_path, faults, reason):
    desk = a_desk(tmp_path)
    alone = {"ZJHM": "110101200303072137"}

    a_filing(desk, [a_record(**alone, **faults)])

    found = desk.db.frame("SELECT rule FROM finding WHERE class <> 'note' ORDER BY rule")["rule"].to_list()
    expected = {"CSRQ": "A13", "XM": "I01", "RXNY": "P11", "LWLX": "S01"}
    assert found == sorted(expected[field] for field in faults if field in expected)
    assert desk.db.frame("SELECT reason FROM withheld_case")["reason"].to_list() == [reason]


def test_a_note_does_not_withhold(tmp_path):
    desk = a_desk(tmp_path)

    filing = a_filing(desk, [a_record(MZM="77", MZ="某族")], layout="named")

    assert statuses(desk, filing.filing_id) == {"cleared": 1}
    assert set(desk.db.frame("SELECT class FROM finding")["class"]) == {"note"}


def test_no_class_of_article_2_gets_into_the_public_package(tmp_path):
    desk = a_desk(tmp_path)
    faulty = [
        *people(1, first=5, **NAMELESS), *people(1, first=6, **WRONG_BIRTH), *people(1, first=7, **TOO_FAST),
        *people(1, first=8, **SECRET), *people(1, first=9, **HONORARY),
    ]
    a_filing(desk, [*people(2), *faulty], approved=True)

    released(desk, TERM, counted=2)

    rows = pl.read_parquet(packages.latest(public_package.root_of(desk.db)).data)
    assert rows["XWZSBH"].to_list() == [record["XWZSBH"] for record in people(2)]
