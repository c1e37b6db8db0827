"""Who analyses and sees no record is given rows without persons: the same pseudonym for the same person, never the person."""

import stat
from dataclasses import replace

import polars as pl
import pytest

from core import analysis, pseudonyms, views
from core.desk import actor_with
from core.vocabulary import Duty, Role
from tests.builders import a_filing, a_number, at_desk, people
from tests.test_versions import again


@pytest.fixture
def analyst(desk):
    """The centre's analyst over the same store."""
    return replace(desk, actor=actor_with("analyst", "分析员", "Analyst", (Role.ANALYST,)))


def test_names_and_certificate_numbers_of_single_records_are_pseudonyms_for_an_analyst(desk, analyst):
    second = again(desk, people(2), a_filing(desk, people(3)).filing_id)

    told, withheld = (views.filing_changes(each, second) for each in (desk, analyst))

    assert told.height == withheld.height == 1
    key = pseudonyms.key_of(desk.db.folder)
    assert withheld["name"].to_list() == [pseudonyms.pseudonym(key, name) for name in told["name"]]
    assert withheld["certificate_no"].to_list() == [pseudonyms.pseudonym(key, number) for number in told["certificate_no"]]
    assert withheld.drop("name", "certificate_no").equals(told.drop("name", "certificate_no"))


def test_birth_dates_photos_and_what_was_filed_in_personal_fields_are_withheld(desk):
    rows = pl.DataFrame({
        "record_id": [1, 2, 3], "name": ["张明", None, "李红"], "sha256": ["a", "b", "c"], "file_name": ["1.jpg", None, "2.jpg"],
        "born": pl.Series(["2003-03-07", None, "2001-01-01"]).str.to_date(), "field": ["ZJHM", "ZYMC", "XM"], "value": ["1", "物理学", "3"],
    })  # fmt: skip

    shown = pseudonyms.without_persons(rows, desk.db.folder)

    assert shown["born"].to_list() == [2003, None, 2001]
    assert shown["sha256"].null_count() == shown["file_name"].null_count() == 3
    assert shown["value"].to_list() == [None, "物理学", None]
    assert shown["name"][1] is None and shown["name"][0] not in (None, "张明")


def test_the_box_of_ones_own_questions_counts_persons_by_a_pseudonym_and_tells_the_year_of_birth(desk, analyst):
    same = a_number(0)
    a_filing(desk, [*people(2, ZJHM=same), *people(1, first=2)])

    found = analysis.ask(analyst, "SELECT person, birth_year, count(*) AS n FROM records GROUP BY ALL ORDER BY n DESC")

    person = desk.db.frame("SELECT person FROM record GROUP BY person ORDER BY count(*) DESC")["person"][0]
    assert found["n"].to_list() == [2, 1]
    assert found["person"][0] == pseudonyms.pseudonym(pseudonyms.key_of(desk.db.folder), person)
    assert set(found["birth_year"]) == {2003}


def test_the_key_is_made_once_is_the_stores_own_and_nobody_elses_to_read(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir(), other.mkdir()

    key = pseudonyms.key_of(one)
    pseudonyms.key_of.cache_clear()

    assert pseudonyms.key_of(one) == key != pseudonyms.key_of(other)
    assert len(key) == 64
    assert stat.S_IMODE((one / "pseudonym.key").stat().st_mode) == 0o600


def test_who_works_on_records_without_looking_at_lists_is_given_them_as_they_are(desk):
    second = again(desk, people(2), a_filing(desk, people(3)).filing_id)

    assert views.filing_changes(at_desk(desk, Duty.LOAD), second).equals(views.filing_changes(desk, second))
    assert not views.filing_changes(at_desk(desk, Duty.ACCOUNTS, Duty.ANALYSE), second).equals(views.filing_changes(desk, second))
