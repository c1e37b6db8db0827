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

from core import checking, reference
from core.deadlines import Term
from core.rules import Sight
from core.vocabulary import Category
from tests.builders import a_chunk, a_context, a_record
from tests.builders_tables import a_reference

CASES = Path(__file__).parent / "cases"


def _rows() -> list[dict[str, str]]:
    rows = []
    for path in sorted(CASES.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            for line, row in enumerate(csv.DictReader(file), start=2):
                rows.append(row | {"id": f"{path.stem}-{line}-{row['case']}", "tables": path.stem.startswith("tables_")})
    return rows


ROWS = _rows()


def _changes(row: dict[str, str]) -> dict[str, str | None]:
    """The case's changes, over what an honest record of its category and time has beside them."""
    pairs = (part.split("=", 1) for part in row["changes"].split(";") if part)
    told = {code: value or None for code, value in pairs}
    return _honest(row["category"] or "2.3.1", told) | told


def _honest(category: str, told: dict[str, str | None]) -> dict[str, str | None]:
    """What the bachelor of June 2025 all cases are laid over would have had in another category, time or name."""
    digits = "".join(sign for sign in told.get("HXWRQ") or "" if sign.isdigit())
    day = digits if len(digits) == 8 else "20250620"
    made = {}
    if category[:3] in ("2.1", "2.2"):
        made["QZXW"] = {"2.1": "硕士学位", "2.2": "学士学位"}[category[:3]]
    if category == "2.3.2" and day < "20190709":
        made["WYKSNY"] = f"{int(day[:4]) - 1}12"
    if category[:3] == "2.3" and day < "20120914":
        made["ZYDM"] = "080605"  # 计算机科学与技术 in the catalogue of 1998
    if "XM" in told:
        made["XMPY"] = None
    return made


@cache
def _found(category: str, term: str, tables: bool) -> dict[int, set[str]]:
    """What the checks of single records say of every case of a category and term, by the case's place.

    Files named tables_… are judged with the sample tables, in which institution 80901 is complete; the others with
    those that are shipped.
    """
    asked = (category, term, tables)
    chosen = [place for place, row in enumerate(ROWS) if (row["category"], row["term"], row["tables"]) == asked]
    context = replace(
        a_context(category=Category(category or Category.BACHELOR)),
        term=Term.parse(term) if term else None, institution=None,
        reference=a_reference() if tables else reference.load(),
    )
    chunk = a_chunk(*(a_record(**_changes(ROWS[place])) for place in chosen))
    found = checking.judge(checking.enrich(chunk, context), context, frozenset({Sight.RECORD})).findings
    told: dict[int, set[str]] = {place: set() for place in chosen}
    for row, rule, cls in found.select("row", "rule", "class").iter_rows():
        told[chosen[row - 2]].add(rule + ("~" if cls == "note" else ""))
    return told


@pytest.mark.parametrize("place", [pytest.param(place, id=row["id"]) for place, row in enumerate(ROWS)])
def test_an_edge_record_breaks_exactly_the_rules_its_source_says(place: int):
    case = ROWS[place]

    assert _found(case["category"], case["term"], case["tables"])[place] == set(case["expected"].split()), case["source"]


def test_every_case_names_its_source_and_stands_once():
    assert len(ROWS) >= 400
    assert [row["id"] for row in ROWS if not row["source"].strip()] == []
    assert len({(row["case"], row["changes"], row["category"]) for row in ROWS}) == len(ROWS)
