"""An ID number in full: one record's, for a purpose, to whose work needs it, and never unnoticed (article 4)."""

from dataclasses import replace

import pytest

from core import audit, book, masking, revealing, views
from core.book import ActFilter
from core.desk import DUTIES, actor_with
from core.errors import BadRequest, NotAuthorised, NotFound
from core.revealing import Purpose
from core.vocabulary import Duty, Role
from tests.builders import NOON, SECRET, a_filing, a_number, at_desk, people
from tests.builders_corrections import first_record


@pytest.fixture
def record(desk):
    """A right record of a Beijing institution."""
    return first_record(desk, a_filing(desk, people(2)).filing_id)


def acts(desk):
    return book.page(desk, ActFilter()).filter(event="reveal").to_dicts()


def test_who_looked_when_at_which_record_and_why_is_in_the_book_before_the_number_is_told(desk, record):
    officer = replace(desk, actor=actor_with("officer", "数据员", "Officer", (Role.OPERATOR,)))

    assert revealing.id_number(officer, record, Purpose.INSTITUTION, " 来函〔2025〕3号 ") == a_number(0)

    act, = acts(desk)
    assert (act["actor"], act["acted_at"], act["machine"], act["subject"], act["subject_id"], act["moved"]) == (
        "officer", NOON, "read", "record", record, 1
    )
    assert act["note"] == "与学位授予单位核实：来函〔2025〕3号"
    assert book.page(desk, ActFilter(record_id=record)).filter(event="reveal").height == 1
    assert not [each for each in audit.audit(desk, quick=True) if each.broken]


def test_no_act_repeats_the_number_even_where_it_was_typed_as_the_occasion(desk):
    passport = first_record(desk, a_filing(desk, people(1, ZJHM="E12345678", ZJLX="护照", ZJLXM="A")).filing_id)

    revealing.id_number(desk, passport, Purpose.OTHER, f"来电称E12345678或{a_number(3)}")

    written = str(desk.db.frame("SELECT * FROM act").to_dicts())
    assert "E1*****78" in written
    assert not [number for number in ("E12345678", a_number(3)) if number in written]


@pytest.mark.parametrize("role", Role, ids=str)
def test_only_those_see_it_who_hold_records_against_evidence(desk, record, role):
    province = "11" if role.provincial else None
    someone = replace(desk, actor=actor_with("someone", "某人", "Someone", (role,), province))
    needs = {Role.OPERATOR, Role.REVIEWER, Role.SECRECY, Role.PROVINCE_REVIEWER}

    assert (Duty.REVEAL in DUTIES[role]) == (role in needs)
    if role in needs:
        assert revealing.id_number(someone, record, Purpose.SAME_PERSON, "同名") == a_number(0)
    else:
        with pytest.raises(NotAuthorised):
            revealing.id_number(someone, record, Purpose.SAME_PERSON, "同名")
        assert acts(desk) == []


def test_another_provinces_record_and_a_classified_one_are_not_found_and_nothing_is_noted(desk, record):
    secret = first_record(desk, a_filing(desk, people(1, first=9, **SECRET), name="secret.csv").filing_id)
    elsewhere = at_desk(desk, Duty.READ, Duty.REVEAL, province="35")
    plain = at_desk(desk, Duty.READ, Duty.REVEAL)

    for someone, number in ((elsewhere, record), (plain, secret), (plain, 10**9)):
        with pytest.raises(NotFound):
            revealing.id_number(someone, number, Purpose.OTHER, "核对")
    assert acts(desk) == []


def test_without_an_occasion_or_a_number_there_is_nothing_to_see(desk, record):
    none = first_record(desk, a_filing(desk, people(1, first=5, ZJHM=None), name="none.csv").filing_id)

    with pytest.raises(BadRequest):
        revealing.id_number(desk, record, Purpose.OTHER, "  ")
    with pytest.raises(NotFound):
        revealing.id_number(desk, none, Purpose.OTHER, "核对")
    assert acts(desk) == []


def test_what_is_shown_of_the_record_stays_masked_afterwards(desk, record):
    revealing.id_number(desk, record, Purpose.OTHER, "核对")

    assert views.filed_row(desk, views.record(desk, record))["ZJHM"] == masking.number(a_number(0))
