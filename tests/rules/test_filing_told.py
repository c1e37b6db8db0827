"""What is told of a filing, its resolution and semester, and what stands on the secrecy register, decides the verdict."""

from datetime import date

import polars as pl
import pytest

from core import checking
from core.deadlines import Term
from core.reference import Reference
from core.settings import Settings
from core.vocabulary import Category
from tests.builders import a_chunk, a_context, a_record
from tests.builders_tables import table, with_tables

SUSPECTED = {"RXNY": "202009", "KSH": None, "XWZSBH": "8090142024000123"}
ON_REGISTER = {"institution": "80901", "classified_on": date(2023, 1, 1), "declassified_on": None}
COMPLETE = [{"table": "secrecy_register", "key": "80901"}]


def _found(context_told: dict[str, object], **changes: str | None) -> list[str]:
    return checking.check(a_chunk(a_record(**changes)), a_context(**context_told)).findings["rule"].to_list()


def _tally(code: str, told: dict[str, object], **changes: str | None) -> tuple[int, int, int]:
    tally = checking.check(a_chunk(a_record(**changes)), a_context(**told)).tally
    return tally.filter(pl.col("rule") == code).select("evaluated", "failed", "no_reference").row(0)


def _register(*lines: dict[str, str | date | None], complete: bool = False) -> dict[str, Reference]:
    tables = {"secrecy_register": table("secrecy_register", [ON_REGISTER | line for line in lines])}
    if complete:
        tables["coverage"] = table("coverage", COMPLETE)
    return {"reference": with_tables(**tables)}


# --- the resolution (P20)


def test_a_conferral_on_the_day_of_the_resolution_is_right():
    assert _found({"resolved_on": date(2025, 6, 20)}) == []


def test_a_conferral_the_day_before_the_resolution_is_suspected():
    assert _found({"resolved_on": date(2025, 6, 21)}) == ["P20"]


def test_a_resolution_that_is_not_told_leaves_the_conferral_unjudged():
    assert _tally("P20", {"resolved_on": None}) == (0, 0, 0)


def test_a_conferral_that_cannot_be_read_is_not_held_against_the_resolution():
    assert _found({"resolved_on": date(2025, 6, 21)}, HXWRQ="20250631") == ["A36"]


# --- the semester (P22)


def test_a_late_filing_is_suspected_unless_it_is_a_supplement():
    late = {"HXWRQ": "20240115", "BYNY": "202401", **SUSPECTED}

    assert _found({"term": Term(2024, 2)}, **late) == ["A37", "P22"]
    assert _found({"term": Term(2024, 2), "supplement": True}, **late) == []
    assert _found({"term": None}, **late) == []


@pytest.mark.parametrize(("terms", "found"), [(0, ["A37", "P22"]), (1, ["A37"])])
def test_how_late_is_late_is_a_setting(terms, found):
    told = {"term": Term(2024, 2), "settings": Settings.of(thresholds={"late_terms": terms})}

    assert _found(told, HXWRQ="20250228", BYNY="202502") == found


# --- the category (I16) and the columns (I14, I15, I16)


def test_entry_and_graduation_are_not_asked_for_while_no_category_is_told():
    assert _tally("I16", {"category": None}, RXNY=None, KSH=None) == (0, 0, 0)


@pytest.mark.parametrize(("without", "missing"), [("RXNY", "BYNY"), ("BYNY", "RXNY")])
def test_of_entry_and_graduation_only_what_the_file_carries_is_asked_for(without, missing):
    filed = {code: text for code, text in a_record(KSH=None, **{missing: None}).items() if code != without}

    findings = checking.check(a_chunk(filed), a_context(columns=frozenset(filed))).findings

    assert findings.select("rule", "field").rows() == [("I16", missing)]


@pytest.mark.parametrize("code", ["DSXM", "LWTM"])
def test_a_file_without_a_column_of_the_thesis_is_not_asked_for_it(code):
    filed = {each: text for each, text in a_record(DSXM=None, LWTM=None).items() if each != code}

    assert "I14" not in checking.check(a_chunk(filed), a_context(columns=frozenset(filed))).findings["rule"]


def test_a_missing_prior_degree_withholds_equivalent_applicants_alone():
    master = {
        "XWLBM": "308", "XWLB": "工学硕士学位", "XWZSBH": "8090132025000123", "CSRQ": "19970307", "ZYDM": "0812",
        "ZJHM": "110101199703072173", "KSH": None, "RXNY": "202209", "LWLX": "应用研究",
    }
    classes = {
        category: checking.check(a_chunk(a_record(**master)), a_context(category=category)).findings["class"].to_list()
        for category in (Category.MASTER, Category.MASTER_EQUIVALENT)
    }

    assert classes == {Category.MASTER: ["note"], Category.MASTER_EQUIVALENT: ["incomplete"]}


# --- the secrecy register (S02, S05)


@pytest.mark.parametrize(
    "line",
    [{"student_no": "2021010001"}, {"certificate_no": "8090142025000123"}, {"student_no": " 2021010001 "}],
    ids=["student", "certificate", "student with spaces"],
)
def test_a_record_on_the_secrecy_register_is_held_though_its_flag_says_no(line):
    assert _found(_register(line), SFSM="否") == ["S02"]


@pytest.mark.parametrize(
    ("until", "found"),
    [(None, ["S02"]), (date(2025, 9, 16), ["S02"]), (date(2025, 9, 15), []), (date(2024, 1, 1), [])],
    ids=["never", "tomorrow", "today", "long ago"],
)
def test_a_line_of_the_register_holds_until_the_day_of_its_declassification(until, found):
    assert _found(_register({"student_no": "2021010001", "declassified_on": until}), SFSM="否") == found


def test_a_student_number_counts_within_its_institution_only():
    assert _found(_register({"institution": "80902", "student_no": "2021010001"}), SFSM="否") == []


def test_a_student_number_with_small_letters_is_found():
    assert _found(_register({"student_no": "Y2021"}), XH="y2021 ", SFSM="否") == ["S02"]


def test_without_a_register_only_the_flag_can_be_judged():
    assert _tally("S02", {}, SFSM="是") == (1, 1, 0)
    assert _tally("S02", {}, SFSM="否") == (1, 0, 0)
    assert _tally("S02", {}, SFSM=None) == (0, 0, 1)


def test_a_register_complete_for_an_institution_answers_where_there_is_no_flag():
    other = {"student_no": "2021019999"}

    assert _tally("S02", _register(other, complete=True)) == (1, 0, 0)
    assert _tally("S02", _register(other)) == (0, 0, 1)


def test_an_institution_that_stands_alone_on_the_register_is_held_whole():
    findings = checking.check(a_chunk(a_record(SFSM="否")), a_context(**_register({}))).findings

    assert findings.select("rule", "value").rows() == [("S05", None)]


def test_a_declassified_institution_is_not_held():
    assert _found(_register({"declassified_on": date(2025, 9, 15)}), SFSM="否") == []
