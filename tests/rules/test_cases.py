"""Hand-written edge records, each with the rules it must break and the line it comes from: tests/rules/cases/*.csv.

Columns: case (a sentence), source (a paragraph of the domain notes, a notice or a standard), category (empty: 2.3.1),
term (empty: not declared), changes (CODE=value, parted by ; laid over one right record; an empty value is a blank
cell), expected (rule codes parted by spaces; a note's code is followed by ~; empty: nothing is found).
"""

import csv
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from core import checking
from core.deadlines import Term
from core.rules import Sight
from core.vocabulary import Category
from tests.builders import a_chunk, a_context, a_record

CASES = Path(__file__).parent / "cases"


def _rows() -> list[dict[str, str]]:
    rows = []
    for path in sorted(CASES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                rows.append(row | {"id": f"{path.stem}-{line}-{row['case']}"})
    return rows


ROWS = _rows()


def _changes(text: str) -> dict[str, str | None]:
    pairs = (part.split("=", 1) for part in text.split(";") if part)
    return {code: value or None for code, value in pairs}


@cache
def _found(category: str, term: str) -> dict[int, set[str]]:
    """What the checks of single records say of every case of a category and term, by the case's place."""
    chosen = [place for place, row in enumerate(ROWS) if (row["category"], row["term"]) == (category, term)]
    context = replace(
        a_context(category=Category(category or Category.BACHELOR)),
        term=Term.parse(term) if term else None, institution=None,
    )
    chunk = a_chunk(*(a_record(**_changes(ROWS[place]["changes"])) for place in chosen))
    found = checking.judge(checking.enrich(chunk, context), context, frozenset({Sight.RECORD})).findings
    told: dict[int, set[str]] = {place: set() for place in chosen}
    for row, rule, cls in found.select("row", "rule", "class").iter_rows():
        told[chosen[row - 2]].add(rule + ("~" if cls == "note" else ""))
    return told


@pytest.mark.parametrize("place", [pytest.param(place, id=row["id"]) for place, row in enumerate(ROWS)])
def test_an_edge_record_breaks_exactly_the_rules_its_source_says(place: int):
    case = ROWS[place]

    assert _found(case["category"], case["term"])[place] == set(case["expected"].split()), case["source"]


def test_every_case_names_its_source_and_stands_once():
    assert len(ROWS) >= 400
    assert [row["id"] for row in ROWS if not row["source"].strip()] == []
    assert len({(row["case"], row["changes"], row["category"]) for row in ROWS}) == len(ROWS)
