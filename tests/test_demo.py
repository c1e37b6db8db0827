"""The synthetic nation: every fault is found, nothing else is, and it looks like a nation."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from core import (
    attachments,
    audit,
    balance,
    contacts,
    corrections,
    expected,
    explanations,
    jobs,
    nil_returns,
    reading,
    reference,
    revocation_list,
    views,
)
from core.checking import FILING_ROW
from core.deadlines import Term
from core.demo import cycle, directory, line
from core.demo.faults import FAULTS
from core.demo.nation import Nation, make_nation
from core.demo.plan import CATEGORIES
from core.desk import Desk
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import Category, JobState
from tests.builders import a_desk

NOW = datetime(2026, 11, 23, 12)
RECORDS = 6_000
PROOF_RECORDS = 1_000_000 if os.environ.get("DESK_PROOF") else RECORDS
KEY = ["file", "row", "rule", "class"]
FINDINGS = """
SELECT f.file_name AS file, r.filing_row::BIGINT AS row, g.rule, g.class
FROM finding AS g
JOIN record AS r ON r.record_id = g.record_id
JOIN filing AS f ON f.filing_id = g.filing_id
UNION ALL
SELECT f.file_name AS file, $filing_row::BIGINT AS row, g.rule, g.class
FROM filing_finding AS g
JOIN filing AS f ON f.filing_id = g.filing_id"""


@pytest.fixture(scope="module")
def nation(tmp_path_factory) -> Nation:
    return make_nation(tmp_path_factory.mktemp("nation"), records=RECORDS, seed=7)


@pytest.fixture(scope="module")
def filed(nation) -> dict[str, pl.DataFrame]:
    """What the reader makes of each file, read as its bytes suggest."""
    return {
        file: pl.concat(reading.open_filing(nation.folder / file).chunks())
        for file in nation.filings["file"]
    }


def _found(nation: Nation, folder: Path) -> pl.DataFrame:
    """What a store holds against each record and filing once all of the nation has been received, in order."""
    desk = a_desk(folder, at=NOW)
    line.put_in_force(desk, nation.folder)
    for filing in nation.filings.iter_rows(named=True):
        line.receive(desk, nation.folder, filing)
    found = desk.db.frame(FINDINGS, filing_row=FILING_ROW)
    desk.db.close()
    return found


@pytest.mark.proof
def test_the_checks_find_every_seeded_fault_and_nothing_else(nation, tmp_path):
    whole = nation if PROOF_RECORDS == RECORDS else make_nation(tmp_path / "nation", records=PROOF_RECORDS, seed=119)

    found = _found(whole, tmp_path)

    missed = whole.truth.join(found, on=KEY, how="anti")
    false_alarms = found.join(whole.truth, on=KEY, how="anti")
    assert missed.is_empty(), missed
    assert false_alarms.is_empty(), false_alarms
    assert found.height == whole.truth.height


def test_every_kind_of_fault_is_seeded(nation):
    assert {rule for fault in FAULTS for rule in fault.rules} <= set(nation.truth["rule"])


def test_every_check_has_a_fault_to_find(nation):
    by_the_province = {"O03"}  # told by the province's word on a filing, not by what is filed

    assert set(RULES) - set(nation.truth["rule"]) == by_the_province


def test_about_three_records_in_a_hundred_are_faulty(nation):
    of_records = nation.truth.filter(pl.col("row") != FILING_ROW, pl.col("rule") != "S05")  # S05: all of the army's
    faulty = of_records.select("file", "row").unique().height

    assert 0.03 * RECORDS <= faulty <= 0.045 * RECORDS


def test_every_file_reads_back_as_planned(nation, filed):
    for filing in nation.filings.iter_rows(named=True):
        opened = reading.open_filing(nation.folder / filing["file"])

        assert opened.format == filing["format"], filing["file"]
        assert opened.layout == filing["layout"], filing["file"]
        assert filed[filing["file"]].height == filing["records"], filing["file"]
        assert set(opened.columns) <= set(COLUMNS)


def test_the_nation_is_varied(nation):
    filings = nation.filings
    institutions = reference.load().table("institutions").select(institution="code", province="province")

    provinces = filings.join(institutions, on="institution")["province"]

    assert set(provinces) == set(reference.load().table("provinces")["code"])
    assert set(filings["category"]) == {category.value for category in CATEGORIES} == set(Category)
    assert set(filings["format"]) == {"csv", "xlsx", "xls", "dbf"}
    assert set(filings["layout"]) == {"dbf34", "named", "new27"}
    assert {"utf-8", "utf-8-sig", "gb18030", "utf-16"} <= set(filings["encoding"])
    assert set(filings["term"]) == {"2023-1", "2023-2", "2024-1", "2024-2", "2025-1", "2025-2"}


def test_nine_records_in_ten_are_of_second_semesters(nation):
    second = nation.filings.filter(pl.col("term").str.ends_with("-2"))["records"].sum()

    assert nation.filings["records"].sum() == RECORDS
    assert 0.85 <= second / RECORDS <= 0.95


def test_one_filing_is_one_institution_semester_and_category(nation):
    assert not nation.filings.select("institution", "term", "category").is_duplicated().any()


def test_people_carry_rare_characters_and_middle_dots(filed):
    names = pl.concat(chunk["XM"] for chunk in filed.values())

    assert names.str.contains(r"[\x{20000}-\x{3FFFF}]").any()
    assert names.str.contains("·").any()


def test_citizen_numbers_name_a_whole_prefecture_or_none_as_no_living_persons_do(filed):
    numbers = pl.concat(chunk["ZJHM"] for chunk in filed.values())

    citizens = numbers.filter(numbers.str.contains(r"^[1-6]\d{16}[\dX]$"))

    assert citizens.len() > RECORDS * 0.8
    assert citizens.str.slice(4, 2).is_in(["00", "99"]).all()


def test_the_same_seed_makes_the_same_nation(tmp_path: Path):
    one, two = (make_nation(tmp_path / name, records=700, seed=3) for name in ("one", "two"))

    assert one.truth.equals(two.truth)
    texts = one.filings.filter(pl.col("format").is_in(["csv", "dbf"]))["file"].to_list()
    photos = one.filings["photos"].drop_nulls().to_list()
    for file in [*texts, *photos, *(f"reference/{path.name}" for path in (one.folder / "reference").iterdir())]:
        assert (one.folder / file).read_bytes() == (two.folder / file).read_bytes(), file


def test_another_seed_makes_another_nation(tmp_path: Path):
    one, two = (make_nation(tmp_path / str(seed), records=700, seed=seed) for seed in (1, 2))

    assert not one.filings.equals(two.filings)


@pytest.fixture(scope="module")
def walked(tmp_path_factory) -> Iterator[tuple[Desk, line.Walked]]:
    """A desk after the demo."""
    desk = a_desk(tmp_path_factory.mktemp("walked"), at=NOW)
    yield desk, line.walk(desk, records=2_000, seed=3)
    desk.db.close()


def test_the_demo_leaves_a_desk_with_work_to_do(walked):
    sheet = balance.sheet(walked[0])
    assert sheet["gap"].to_list() == [0] * 6
    latest, earlier = sheet.row(0, named=True), sheet[1:]
    assert latest["ready"] > 0 and latest["to_send"] > 0 and latest["unapproved"] > 0 and latest["published"] == 0
    assert earlier["ready"].sum() == earlier["to_send"].sum() == 0


def test_what_the_demo_finds_is_the_truth_it_leaves_beside_it(walked):
    desk, told = walked
    replaced = desk.db.frame("SELECT file_name AS file FROM filing WHERE status = 'replaced'")
    by_the_province = desk.db.frame("SELECT file_name AS file, 'O03' AS rule FROM filing WHERE status = 'returned'")

    found = desk.db.frame(FINDINGS, filing_row=FILING_ROW).join(replaced, on="file", how="anti")
    found = found.join(by_the_province, on=["file", "rule"], how="anti")

    truth = pl.read_csv(told.folder / "truth.csv")
    assert found.select(KEY).sort(KEY).equals(truth.select(KEY).sort(KEY))


def test_the_latest_semester_of_the_demo_has_a_filing_in_every_state(walked):
    desk, told = walked
    latest = views.filings(desk, views.FilingFilter(term="2025-2"))

    assert set(latest["status"]) == {"received", "approved", "returned", "replaced"}
    late = latest.filter("supplement").row(0, named=True)
    assert (late["status"], views.filing(desk, late["filing_id"])["consent_document"]) == ("received", None)
    again = latest.filter(version=2)["filing_id"].item()
    changes = views.filing_versions(desk, again).filter(version=2).select("added", "gone", "altered").row(0)
    assert changes == (4, 2, 3)
    assert told.filings == 61


def test_the_demo_has_packages_done_failed_and_cancelled_and_nil_returns(walked):
    desk, _ = walked
    found = {job.state: job for job in jobs.page(desk, 0, 9)}

    assert set(found) == {JobState.DONE, JobState.FAILED, JobState.CANCELLED}
    assert "条数与申报不符" in found[JobState.FAILED].zh and found[JobState.FAILED].can_be_retried
    loaded = [each["filing_id"] for job in jobs.page(desk, 0, 9) for each in job.outcome]
    assert len(loaded) >= 2
    assert {attachments.of_filing(desk, each)["file_name"].item() for each in loaded} == {"学位授予决议.jpg"}
    term = Term.parse("2025-2")
    assert nil_returns.of_term(desk, term)["status"].to_list() == ["standing", "withdrawn"]
    grid = expected.totals(desk, term)
    assert min(grid[stage] for stage in ("missing", "nil", "received", "approved", "overdue")) > 0


def test_the_demo_goes_round_the_cycle_with_something_in_every_lane(walked):
    desk, _ = walked

    cycle.go_round(desk)

    lanes = {stage for month in ("2026-09", "2026-10") for stage in corrections.board(desk, month)["stage"]}
    assert lanes >= {"consent", "checked", "cleared", "withheld", "published", "fed_back"}
    papers = explanations.papers(desk)
    assert all(papers.select(pl.col("waiting", "accepted", "refused").sum()).row(0))
    assert revocation_list.totals(desk, revocation_list.RevocationFilter()) == {"degree": 1, "filing": 1}
    assert [verdict.invariant.name for verdict in audit.audit(desk, quick=True) if verdict.broken] == []


def test_most_institutions_of_the_demo_name_two_contacts_and_some_must_be_reminded(walked):
    desk, _ = walked

    directory.enter(desk)

    told = contacts.totals(desk, contacts.ContactFilter())
    assert told["good"] > told["institutions"] / 2
    assert told["few"] > 0 and told["stale"] > 0
