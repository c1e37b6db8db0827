"""Hand-written edge records, each with the rules it must break and the line it comes from: tests/rules/cases/*.csv.

Columns: case (a sentence), source (a paragraph of the domain notes, a notice or a standard), category (empty: 2.3.1),
term (empty: not declared), changes (CODE=value, parted by ; laid over one right record; an empty value is a blank
cell), expected (rule codes parted by spaces; a note's code is followed by ~; empty: nothing is found).
"""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core import checking
from core.deadlines import Term
from core.vocabulary import Category
from tests.builders import a_chunk, a_context, a_record

CASES = Path(__file__).parent / "cases"


def _cases() -> Iterator[object]:
    for path in sorted(CASES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                yield pytest.param(row, id=f"{path.stem}-{line}-{row['case']}")


def _changes(text: str) -> dict[str, str | None]:
    pairs = (part.split("=", 1) for part in text.split(";") if part)
    return {code: value or None for code, value in pairs}


@pytest.mark.parametrize("case", _cases())
def test_an_edge_record_breaks_exactly_the_rules_its_source_says(case: dict[str, str]):
    context = a_context(category=Category(case["category"] or Category.BACHELOR))
    context = replace(context, term=Term.parse(case["term"]) if case["term"] else None, institution=None)

    found = checking.check(a_chunk(a_record(**_changes(case["changes"]))), context).findings

    told = {rule + ("~" if cls == "note" else "") for rule, cls in found.select("rule", "class").iter_rows()}
    assert told == set(case["expected"].split()), case["source"]


def test_every_case_names_its_source():
    rows = [row for path in CASES.glob("*.csv") for row in csv.DictReader(path.open(encoding="utf-8", newline=""))]

    assert rows
    assert [row["case"] for row in rows if not row["source"].strip()] == []
    assert len({(row["case"], row["changes"], row["category"]) for row in rows}) == len(rows)
