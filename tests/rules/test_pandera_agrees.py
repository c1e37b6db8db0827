"""Our one fused pass says of every row exactly what Pandera itself says of it (F11, F16), and never says null (F2)."""

from datetime import date

import hypothesis.strategies as st
import pandera.errors
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings

from core import checking, facts
from core.record import COLUMNS
from core.rules import RULES, Context, Sight, schema
from core.vocabulary import Category
from tests.builders import a_chunk, a_context, a_record
from tests.rules.test_examples import EXAMPLES, enriched, filing_of
from tests.rules.test_examples import _told as told_of_filing

Failures = set[tuple[int, str]]
RULE_OF_SENTENCE = {rule.zh: code for code, rule in RULES.items()}
OF_RECORDS = {code: rule for code, rule in RULES.items() if rule.sight is not Sight.WHOLE}


def by_pandera(frame: pl.DataFrame, context: Context, *, whole: bool = False) -> Failures:
    """Row and rule of every failure case of the schema's own validation."""
    try:
        schema(context, whole=whole).validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases = errors.failure_cases.with_columns(pl.col("check").replace_strict(RULE_OF_SENTENCE))
        assert cases["index"].null_count() == 0
        return {(frame["row"][index], rule) for index, rule in cases.select("index", "check").iter_rows()}
    return set()


def by_us(frame: pl.DataFrame, context: Context) -> Failures:
    findings = checking.judge(frame, context, frozenset(Sight)).findings
    return set(findings.select("row", "rule").iter_rows())


@pytest.mark.parametrize("category", Category)
def test_pandera_agrees_on_every_example(category):
    rows = [
        getattr(RULES[code], kind)[number] for code, kind, number in EXAMPLES
        if code in OF_RECORDS and filing_of(code, kind)["category"] is category
    ] or [example for rule in OF_RECORDS.values() for example in rule.fails]
    context = a_context(category=category)
    frame = enriched(rows, context)

    assert by_us(frame, context) == by_pandera(frame, context)


@pytest.mark.parametrize("example", [each for each in EXAMPLES if each[0] not in OF_RECORDS], ids=lambda each: "-".join(map(str, each)))
def test_pandera_agrees_on_filings_as_such(example):
    told, context = told_of_filing(example), a_context(**filing_of(*example[:2]))
    line = pl.DataFrame([{name: told.get(name) for name in facts.WHOLE}], schema=facts.WHOLE)
    found = checking.judge_whole([told], context).findings["rule"]

    assert by_pandera(line.with_columns(row=pl.lit(0, pl.Int64)), context, whole=True) == {(0, rule) for rule in found}


JUNK = st.sampled_from(
    [
        "", " ", "\u3000", "0", "无", "1", "x", "测试", "??", "寮犱紵", "\ufffd", "涉密",
        "20250231", "99991231", "2025/6/20",
    ]
)
SWAPS = (("CSRQ", "HXWRQ"), ("RXNY", "BYNY"), ("ZJHM", "XWZSBH"), ("XM", "DSXM"), ("XBM", "XB"), ("XWLBM", "ZYDM"))
IDS = st.sampled_from(
    [
        "11010519491231002X", "110105194912310021", "110105491231002", "810000199408230021", "932682198501010017",
        "E12345678",
    ]
)


CHANGES = st.dictionaries(st.sampled_from(list(COLUMNS)), st.none() | JUNK | st.text(max_size=6), max_size=3)
DOCUMENTS = st.tuples(st.sampled_from(["01", "06", "07", "08", None]), IDS)
DAMAGE = st.tuples(CHANGES, st.none() | st.sampled_from(SWAPS), st.none() | DOCUMENTS)
TOLD = st.fixed_dictionaries(
    {
        "category": st.none() | st.sampled_from(list(Category)),
        "institution": st.sampled_from([None, "80901", "80902"]),
        "approved": st.sampled_from([None, True, False]),
        "archive": st.booleans(),
        "without": st.sampled_from(["", "XBM GBM ZJLXM MZM RXNY MJ", "ZP BZ LWTM GB XWLBM"]),
    }
)


def damaged(changes: dict, swap: tuple[str, str] | None, document: tuple | None) -> dict[str, str | None]:
    """A right record with cells changed, two swapped, or another document's type and number."""
    record = a_record(**changes)
    if swap:
        record[swap[0]], record[swap[1]] = record[swap[1]], record[swap[0]]
    if document:
        record["ZJLXM"], record["ZJHM"] = document
    return record


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(damage=st.lists(DAMAGE, min_size=1, max_size=20), told=TOLD)
def test_pandera_agrees_on_damaged_filings(damage, told):
    columns = frozenset(COLUMNS) - set(told.pop("without").split())
    context = a_context(columns=columns, **told)
    records = [damaged(*each) for each in damage]
    filed = [{code: record[code] for code in COLUMNS if code in columns} for record in records]
    frame = checking.enrich(a_chunk(*filed), context)

    verdicts = frame.select(rule.verdict(context).alias(code) for code, rule in OF_RECORDS.items())
    evaluated = frame.select(rule.evaluated(context).alias(code) for code, rule in OF_RECORDS.items())

    assert verdicts.height == evaluated.height == len(records)
    assert not any(verdicts.null_count().row(0)) and not any(evaluated.null_count().row(0))
    assert by_us(frame, context) == by_pandera(frame, context)


def test_a_bad_row_passes_silently_as_a_lazy_frame_which_is_why_only_eager_frames_are_checked():
    context = a_context()
    chunk = a_chunk(a_record(HXWRQ="20080101", XM=None))
    frame = checking.enrich(chunk, context)

    schema(context).validate(frame.lazy(), lazy=True).collect()
    with pytest.raises(pandera.errors.SchemaErrors):
        schema(context).validate(frame, lazy=True)

    assert {"I01", "O02"} <= set(checking.check(chunk, context).findings["rule"])


def test_a_row_that_says_nothing_is_incomplete_and_nothing_else():
    context = a_context(today=date(2025, 9, 15))
    empty = dict.fromkeys(COLUMNS)

    found = checking.check(a_chunk(empty), context).findings["rule"].to_list()

    assert found == ["I01", "I02", "I03", "I04", "I05", "I06", "I07", "I08", "I09", "I10", "I11", "I16"]
