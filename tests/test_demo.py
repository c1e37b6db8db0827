"""The synthetic nation: every fault is found, nothing else is, and it looks like a nation."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from core import checking, reading, reference, values
from core.deadlines import Term, Workdays
from core.demo.faults import FAULTS
from core.demo.nation import Nation, make_nation
from core.demo.plan import CATEGORIES
from core.record import COLUMNS
from core.rules import Context, Sight
from core.vocabulary import Category

TODAY = date(2026, 11, 23)
RECORDS = 3_000
KEY = ["file", "row", "rule", "class"]


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


@pytest.fixture(scope="module")
def findings(nation, filed) -> pl.DataFrame:
    """The findings of all checks, each filing compared with those received before it."""
    archive, found = [], []
    for filing in nation.filings.iter_rows(named=True):
        frame, context = _enriched(filed[filing["file"]], filing, archive)
        judged = checking.judge(frame, context, frozenset(Sight)).findings
        found.append(judged.select(pl.lit(filing["file"]).alias("file"), "row", "rule", "class"))
        out_of_scope = judged.filter(pl.col("class") == "scope")["row"].implode()
        on_file = frame.filter(~pl.col("row").is_in(out_of_scope)).select(checking.HEADS)
        archive.append(on_file.with_columns(filer=pl.lit(filing["institution"])))
    return pl.concat(found)


def _enriched(
    chunk: pl.DataFrame, filing: dict[str, str], archive: list[pl.DataFrame]
) -> tuple[pl.DataFrame, Context]:
    context = Context(
        columns=frozenset(chunk.columns) - {"row"},
        today=TODAY,
        reference=reference.load(),
        workdays=Workdays.load(),
        term=Term.parse(filing["term"]),
        category=Category(filing["category"]),
        institution=filing["institution"],
        approved=True,
        archive=True,
    )
    frame = values.read(chunk, context.reference)
    if not archive:
        return checking.with_known(frame, checking.filing_facts(frame)), context
    earlier = pl.concat(archive)
    others = earlier.filter(pl.col("person").is_in(frame["person"].implode())).with_columns(
        here=pl.col("filer") == filing["institution"]
    )
    matches = (
        frame.select("row", "person", "certificate")
        .join(earlier, on="certificate", suffix="_earlier")
        .group_by("row")
        .agg(
            known_certificate_other=(pl.col("person") != pl.col("person_earlier")).any(),
            known_same_record=(pl.col("person") == pl.col("person_earlier")).any(),
        )
    )
    facts = checking.filing_facts(frame, others).join(matches, on="row", how="full", coalesce=True)
    return checking.with_known(frame, facts), context


def test_the_checks_find_every_seeded_fault_and_nothing_else(nation, findings):
    missed = nation.truth.join(findings, on=KEY, how="anti")
    false_alarms = findings.join(nation.truth, on=KEY, how="anti")

    assert missed.is_empty(), missed
    assert false_alarms.is_empty(), false_alarms


def test_every_kind_of_fault_is_seeded(nation):
    assert set(nation.truth["rule"]) == {rule for fault in FAULTS for rule in fault.rules}


def test_about_three_records_in_a_hundred_are_faulty(nation):
    faulty = nation.truth.select("file", "row").unique().height

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
    assert set(filings["category"]) == {category.value for category in CATEGORIES}
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
    for file in one.filings.filter(pl.col("format").is_in(["csv", "dbf"]))["file"]:
        assert (one.folder / file).read_bytes() == (two.folder / file).read_bytes(), file


def test_another_seed_makes_another_nation(tmp_path: Path):
    one, two = (make_nation(tmp_path / str(seed), records=700, seed=seed) for seed in (1, 2))

    assert not one.filings.equals(two.filings)
