"""学位查询: the public asks with a name and a number, and learns nothing but certificates that are online."""

import pytest

from core import lookup, review
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
)

NUMBER = "8090142025000123"


def _online(tmp_path, *records, **filing):
    desk = a_desk(tmp_path)
    a_filing(desk, records, approved=True, **filing)
    released(desk, TERM, counted=len(records))
    return desk


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("张明", NUMBER), (" 张　明 ", NUMBER), ("张明", "８０９０１４２０２５０００１２３"), ("张明", " 80901 42025 000123 "),
    ],
    ids=["as filed", "spaces in the name", "full width", "spaces in the number"],
)
def test_a_published_certificate_is_found_however_it_is_typed(tmp_path, name, number):
    desk = _online(tmp_path, a_record())

    assert lookup.find(desk.db, name, number).content["XM"] == "张明"


@pytest.mark.parametrize("typed", ["阿依古丽·买买提", "阿依古丽•买买提", "阿依古丽.买买提", "阿依古丽・买买提"])
def test_the_separator_of_a_name_does_not_matter(tmp_path, typed):
    desk = _online(tmp_path, a_record(XM="阿依古丽·买买提", XMPY=None))

    assert lookup.find(desk.db, typed, NUMBER) is not None


@pytest.mark.parametrize(
    ("name", "number"), [("张明明", NUMBER), ("", NUMBER), ("张明", "8090142025000124"), ("张明", ""), ("%", NUMBER)],
    ids=["another name", "no name", "another number", "no number", "a wildcard"],
)
def test_name_and_number_must_both_be_right(tmp_path, name, number):
    desk = _online(tmp_path, a_record())

    assert lookup.find(desk.db, name, number) is None


@pytest.mark.parametrize(
    "fault", [NAMELESS, WRONG_BIRTH, TOO_FAST, SECRET, HONORARY],
    ids=["incomplete", "inaccurate", "policy", "classified", "out of scope"],
)
def test_withheld_and_out_of_scope_records_answer_like_those_that_do_not_exist(tmp_path, fault):
    desk = a_desk(tmp_path)
    a_filing(desk, [*people(1), a_record(**fault)], approved=True)
    released(desk, TERM, counted=1)

    assert lookup.find(desk.db, fault.get("XM", "张明") or "", NUMBER) is None
    assert lookup.find(desk.db, "张明", NUMBER) is None


def test_cleared_records_are_not_found_before_publication_nor_returned_ones_ever(tmp_path):
    desk = a_desk(tmp_path)
    filing = a_filing(desk, [a_record()])

    assert lookup.find(desk.db, "张明", NUMBER) is None

    review.send_back(desk, filing.filing_id, reason="签章不全")

    assert lookup.find(desk.db, "张明", NUMBER) is None


def test_what_was_filed_as_a_code_alone_is_shown_in_words(tmp_path):
    desk = _online(tmp_path, a_record(XB=None, XWLB=None, XWSYDW=None), layout="named")

    found = lookup.find(desk.db, "张明", NUMBER)

    assert found.content["XB"] == "男"
    assert found.content["XWLB"] == "工学学士学位"
    assert found.content["XWSYDW"] == "示例科学研究院"
    assert not found.content.keys() & {"XBM", "XWLBM", "XWSYDWM"}


def test_words_are_shown_as_they_were_filed(tmp_path):
    desk = _online(tmp_path, a_record(XWLB="工学学士", XBM=None), layout="named")

    content = lookup.find(desk.db, "张明", NUMBER).content

    assert (content["XWLB"], content["XB"]) == ("工学学士", "男")


def test_what_is_empty_is_not_shown(tmp_path):
    desk = _online(tmp_path, a_record(ZSZYMC=" "), layout="named")

    found = lookup.find(desk.db, "张明", NUMBER)

    assert "ZSZYMC" not in found.content
