"""A table that is empty or partial is no answer: rows are neither passed nor failed, but not evaluated (参照表缺失)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import cache

import polars as pl
import pytest

from core import checking
from core.deadlines import Workdays
from core.rules import RULES, Context, Example, Sight
from tests.builders import a_context
from tests.builders_tables import a_reference, table, with_tables, without
from tests.rules.test_examples import KINDS, enriched, filing_of

READ_WITH = {"sexes", "countries", "ethnic_groups", "political_statuses", "id_documents", "degrees"}
"""Tables `core.values` reads cells by."""
LEANING = [(code, kind) for code, rule in RULES.items() if rule.covered for kind in KINDS if getattr(rule, kind)]


def _told_without_a_table(code: str, row: Example) -> bool:
    """Whether the record itself says all that is asked, so that no table is wanted."""
    if code == "S02":
        return bool((row.get("SFSM") or "").strip())
    if code == "A35":  # a discipline granted in another category says in which
        return row.get("ZYDM") == "0775"
    return code == "P17" and row.get("LHPYDWM") in (None, "80901")


def _tally(code: str, kind: str, rows: list[Example], emptied: Collection[str]) -> tuple[int, int, int]:
    """How many of these rows the check judges, fails and cannot judge for want of a table, with some tables emptied."""
    context = a_context(**filing_of(code, kind) | {"archive": RULES[code].sight is Sight.ARCHIVE})
    bare = replace(context, reference=without(context.reference, emptied))
    if RULES[code].sight is Sight.WHOLE:  # what of a filing is counted by a table is then not told
        checked = checking.judge_whole([{"whole_records": 1}], bare).tally
    else:
        checked = checking.judge(enriched(rows, context), bare, frozenset(Sight)).tally
    return checked.filter(pl.col("rule") == code).select("evaluated", "failed", "no_reference").row(0)


@pytest.mark.parametrize(("code", "kind"), LEANING)
def test_with_its_tables_empty_a_check_judges_nothing_and_says_why(code, kind):
    rows = [row for row in getattr(RULES[code], kind) if not _told_without_a_table(code, row)]
    tables = set(RULES[code].tables)

    judged = _tally(code, kind, rows, tables - READ_WITH or tables) if rows else (0, 0, 0)

    assert judged[:2] == (0, 0)
    assert judged[2] > 0 or not rows or kind == "passes"


@cache
def _read(context: Context, part: str) -> dict[str, bytes]:
    """One expression of every check, by code, as bytes that tell two apart."""
    expressions = {code: getattr(rule, part) for code, rule in RULES.items() if getattr(rule, part)}
    return {code: expression(context).meta.serialize() for code, expression in expressions.items()}


def _context_without(name: str | None) -> Context:
    tables = without(a_reference(), [name] if name else [])
    return a_context(reference=tables, workdays=Workdays.of(tables.table("working_days")))


@cache
def _whole() -> Context:
    return _context_without(None)


NEED_COVERAGE = [
    code for code, covered in _read(_context_without("coverage"), "covered").items()
    if covered != _read(_whole(), "covered")[code] and RULES[code].sight is Sight.RECORD
]


@pytest.mark.parametrize("code", NEED_COVERAGE)
def test_without_a_claim_to_completeness_a_check_judges_nothing(code):
    lines = a_reference().table("institutions")
    dated = lines.filter(pl.col("valid_from").is_not_null() | pl.col("valid_to").is_not_null())["code"].to_list()
    rows = [
        row for kind in KINDS for row in getattr(RULES[code], kind)
        if row.get("XWSYDWM") not in dated and not _told_without_a_table(code, row)
    ] or list(RULES[code].fails)

    evaluated, failed, no_reference = _tally(code, "fails", rows, ["coverage"])

    assert (evaluated, failed) == (0, 0)
    assert no_reference > 0


@pytest.mark.parametrize("name", sorted(a_reference().tables))
def test_a_check_names_every_table_it_reads(name):
    emptied, whole = _context_without(name), _whole()

    reading = {
        code for part in ("when", "holds", "covered", "soft")
        for code, expression in _read(emptied, part).items() if expression != _read(whole, part)[code]
    }

    assert name in READ_WITH or {code for code in reading if name not in RULES[code].tables} == set()


@pytest.mark.parametrize("code", RULES)
def test_a_check_names_only_tables_that_there_are(code):
    assert set(RULES[code].tables) <= a_reference().tables.keys()


@pytest.mark.parametrize(
    ("day", "filed", "found"),
    [
        ("20200630", {"XZXM": "陈旧任"}, False),
        ("20200630", {"XZXM": "李新任"}, True),
        ("20200701", {"XZXM": "李新任"}, False),
        ("20200701", {"XZXM": "陈旧任"}, True),
        ("20200701", {"XZXM": "李　新任"}, False),
        ("20200630", {"XZXM": "陈旧任", "ZXXM": "任何人"}, False),
        ("20200701", {"XZXM": "李新任", "ZXXM": "任何人"}, True),
        ("20200701", {"XZXM": "陈旧任", "XWSYDWM": "80902"}, False),
        ("20200701", {"XZXM": "陈旧任", "ZXXM": " "}, False),
    ],
    ids=[
        "the old one on the last day", "the new one a day early", "the new one", "the old one a day late", "a space in the name",
        "a chair no one has told of", "another chair", "no complete register", "one name is missing",
    ],
)
def test_signatories_are_held_against_the_register_where_it_is_complete(day, filed, found):
    context = a_context(reference=a_reference(), institution=None, category=None)
    row = {"XWSYDWM": "80903", "ZXXM": "迈克尔·示例", "HXWRQ": day, **filed}

    findings = checking.judge(enriched([row], context), context, frozenset(Sight)).findings

    assert (findings.filter(pl.col("rule") == "A50").height == 1) == found


@pytest.mark.parametrize(
    ("day", "judged"), [("20251231", True), ("20260105", False)], ids=["a year after the list", "later"]
)
def test_a_list_of_majors_is_complete_for_the_graduates_of_a_year_more(day, judged):
    context = a_context(reference=a_reference(), today=datetime.strptime(day, "%Y%m%d").date(), term=None)
    row = {"ZYDM": "089999", "HXWRQ": day, "BYNY": day[:6]}

    tally = checking.judge(enriched([row], context), context, frozenset(Sight)).tally

    assert tally.filter(pl.col("rule") == "A33").select("failed", "no_reference").row(0) == ((1, 0) if judged else (0, 1))


def test_one_more_complete_edition_lets_earlier_majors_be_judged():
    claim = table("coverage", [{"table": "bachelor_majors", "key": "1998"}])
    context = a_context(reference=with_tables(coverage=claim), term=None)
    row = {"ZYDM": "080699", "RXNY": "200809", "HXWRQ": "20120620", "BYNY": "201206"}

    findings = checking.judge(enriched([row], context), context, frozenset(Sight)).findings

    assert "A33" in findings["rule"].to_list()
