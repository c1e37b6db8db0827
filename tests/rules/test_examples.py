"""Every rule does what its declaration says: its examples, laid over one right record, break it and nothing else."""

from datetime import date
from functools import cache

import polars as pl
import pytest

from core import checking, facts
from core.deadlines import Term
from core.rules import RULES, Context, Example, Sight
from core.vocabulary import Category, FindingClass
from tests.builders import a_chunk, a_context, a_record
from tests.builders_tables import a_reference, table, with_tables

KINDS = ("passes", "fails", "soft_fails")
EXAMPLES = [
    (rule.code, kind, number) for rule in RULES.values() for kind in KINDS for number in range(len(getattr(rule, kind)))
]
_ON_FILE_SINCE_2008 = with_tables(
    coverage=table("coverage", [{"table": "archive", "key": "*", "valid_from": date(2008, 9, 1)}])
)
FILINGS = {
    ("A37", "passes"): {"term": Term(2024, 2)},
    ("A37", "fails"): {"term": Term(2024, 2)},
    ("O03", "fails"): {"approved": False},
    ("I15", "soft_fails"): {"category": Category.MASTER},
    ("P20", "passes"): {"resolved_on": date(2025, 6, 20)},
    ("P20", "fails"): {"resolved_on": date(2025, 6, 20)},
    ("P22", "passes"): {"term": Term(2024, 2)},
    ("P22", "fails"): {"term": Term(2024, 2)},
    **{("P18", kind): {"category": None} for kind in KINDS},
    **{("S05", kind): {"institution": None} for kind in KINDS},
    **{(code, kind): {"reference": _ON_FILE_SINCE_2008} for code in ("P08", "P09") for kind in KINDS},
    **{
        (code, kind): {"institution": None, "reference": a_reference()} | ({} if code == "P13" else {"category": None})
        for code in (
            "A20", "A21", "A31", "A33", "A34", "A35", "A50", "P01", "P02", "P03", "P04", "P13", "P15", "P17", "P19", "P21",
        )
        for kind in KINDS
    },
    **{(code, kind): {"photos": True} for code in ("I12", "A43", "A44", "A45", "X08") for kind in KINDS},
}
"""What must be known of the filing where a rule looks beyond the record."""
ALSO: dict[tuple[str, str, int], set[str]] = {
    ("P08", "fails", 0): {"I15"}, ("P09", "fails", 0): {"I15"}, ("O04", "fails", 4): {"A31"}, ("P11", "fails", 1): {"P16"},
    ("P22", "fails", 0): {"A37"}, ("A49", "passes", 2): {"I14"}, ("A39", "passes", 1): {"I16"}, ("A40", "fails", 0): {"I16"},
    ("A40", "fails", 2): {"I16"}, ("A40", "soft_fails", 1): {"I16"},
}
"""What else is rightly found in an example."""


def enriched(rows: list[Example], context: Context) -> pl.DataFrame:
    """The rows laid over the right record and read, with the facts they claim to be known and no others."""
    filed = [{name: text for name, text in row.items() if name not in facts.KNOWN} for row in rows]
    frame = checking.read([(a_chunk(*(a_record(**changes) for changes in filed)), context)])
    return frame.with_columns(
        _fact(pl.Series(name, [row.get(name) for row in rows], pl.String), kind)
        for name, kind in facts.KNOWN.items()
    )


def _fact(told: pl.Series, kind: pl.DataType) -> pl.Series:
    if kind == pl.Boolean:
        return told == "true"
    return told.str.to_date() if kind == pl.Date else told.cast(kind)


def _told(example: tuple[str, str, int]) -> dict[str, object]:
    """What an example of a check of the filing as such tells of it."""
    code, kind, number = example
    row = getattr(RULES[code], kind)[number]
    return {name: _fact(pl.Series([text]), facts.WHOLE[name])[0] for name, text in row.items()}


def filing_of(code: str, kind: str) -> dict[str, object]:
    """The filing an example is read in."""
    tables = {"reference": a_reference()} if RULES[code].covered else {}
    return {"term": None, "category": RULES[code].category or Category.BACHELOR} | tables | FILINGS.get((code, kind), {})


@cache
def found() -> dict[tuple[str, str, int], dict[str, tuple[str, str]]]:
    """Rule, class and field of every finding in every example, judged together filing by filing."""
    filings: dict[str, list[tuple[str, str, int]]] = {}
    result = {each: {} for each in EXAMPLES}
    for each in EXAMPLES:
        if RULES[each[0]].sight is Sight.WHOLE:
            lines = checking.judge_whole([_told(each)], a_context(**filing_of(*each[:2]))).findings
            result[each] = {rule: (cls, field) for rule, cls, field in lines.select("rule", "class", "field").iter_rows()}
        else:
            filings.setdefault(str(filing_of(*each[:2])), []).append(each)
    for group in filings.values():
        context = a_context(**filing_of(*group[0][:2]))
        frame = enriched([getattr(RULES[code], kind)[number] for code, kind, number in group], context)
        lines = checking.judge(frame, context, frozenset(Sight)).findings
        for row, rule, cls, field in lines.select("row", "rule", "class", "field").iter_rows():
            result[group[row - 2]][rule] = cls, field
    return result


@pytest.mark.parametrize(("code", "kind", "number"), EXAMPLES, ids=lambda part: str(part))
def test_an_example_breaks_its_own_rule_and_no_other(code, kind, number):
    findings = found()[code, kind, number]

    own = set() if kind == "passes" else {code}
    assert set(findings) == own | ALSO.get((code, kind, number), set())


@pytest.mark.parametrize("code", RULES)
def test_a_finding_has_the_class_of_its_rule_or_is_a_note_where_the_rule_says_so(code):
    classes = {kind: {found()[each][code][0] for each in EXAMPLES if each[:2] == (code, kind)} for kind in KINDS[1:]}

    assert classes["fails"] == {RULES[code].cls}
    assert classes["soft_fails"] <= {FindingClass.NOTE}


def test_an_unknown_country_is_only_a_note_outside_international_students():
    context = a_context()
    frame = enriched([{"GBM": "000", "GB": None}], context)

    lines = checking.judge(frame, context, frozenset(Sight)).findings

    assert lines.filter(pl.col("rule") == "A09")["class"].to_list() == [FindingClass.NOTE]


@pytest.mark.parametrize(
    ("changes", "rule", "field"),
    [
        ({"LWTM": "锟斤拷锟斤拷"}, "A47", "LWTM"),
        ({"DSXM": "/"}, "A49", "DSXM"),
        ({"ZYMC": None}, "I08", "ZYMC"),
        ({"ZXXM": None}, "I11", "ZXXM"),
        ({"ZYMC": "某课程班"}, "O06", "ZYMC"),
    ],
)
def test_a_finding_names_the_field_at_fault(changes, rule, field):
    context = a_context()

    lines = checking.check(a_chunk(a_record(**changes)), context).findings

    assert (rule, field, changes.get(field)) in lines.select("rule", "field", "value").rows()


def test_a_classified_finding_never_repeats_what_was_filed():
    record = a_record(LWLX="涉密论文", LWTM="秘密★10年 某材料研究", BZ="机密")

    lines = checking.check(a_chunk(record), a_context()).findings

    assert lines["rule"].to_list() == ["S01", "S03"]
    assert lines["value"].to_list() == [None, None]
