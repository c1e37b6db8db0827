"""What reviewers forget: every declaration has its examples, its sentences in both languages and its source."""

import re
from datetime import date

import polars as pl
import pytest

from core import checking, facts, record, reference, rules, values
from core.rules import RULES, Sight
from core.settings import Settings
from core.vocabulary import FindingClass
from tests.builders import a_chunk, a_context, a_record

EXPECTED = [
    f"{letter}{number:02d}"
    for letter, last in (("O", 6), ("S", 5), ("I", 18), ("A", 51), ("X", 12), ("P", 23)) for number in range(1, last + 1)
]
"""All 115 checks of the rule list."""
OF_THE_FILING = {"filer", "resolved_on"}
"""What a read row carries of its filing."""
SOFT_IN_A_CATEGORY = {"A09", "A34"}
"""Notes only in filings of another category than that of their examples."""
CLASS_OF_LETTER = {
    "O": {FindingClass.SCOPE},
    "S": {FindingClass.CLASSIFIED},
    "I": {FindingClass.INCOMPLETE, FindingClass.NOTE},
    "A": {FindingClass.INACCURATE, FindingClass.NOTE},
    "X": {FindingClass.INACCURATE, FindingClass.NOTE},
    "P": {FindingClass.POLICY, FindingClass.NOTE},
}


def test_the_rulebook_is_the_agreed_one_in_order_of_class():
    assert list(RULES) == EXPECTED


@pytest.mark.parametrize("code", RULES)
def test_a_rule_has_examples_of_right_and_wrong(code):
    assert RULES[code].passes
    assert RULES[code].fails
    assert bool(RULES[code].soft) == bool(RULES[code].soft_fails) or code in SOFT_IN_A_CATEGORY


@pytest.mark.parametrize("code", RULES)
def test_a_message_is_a_sentence_in_both_languages_that_says_what_to_do(code):
    rule = RULES[code]

    assert re.search(r"请.+。$", rule.zh)
    assert re.search(r"please .+\.$", rule.en)
    assert "{" not in rule.zh + rule.en


def test_no_two_rules_share_a_sentence():
    assert len({rule.zh for rule in RULES.values()}) == len({rule.en for rule in RULES.values()}) == len(RULES)


@pytest.mark.parametrize("code", RULES)
def test_a_rule_cites_an_article_and_its_source(code):
    assert re.fullmatch("第[一二三四五六七八九十]+条|通知第二项", RULES[code].article)
    assert len(RULES[code].source) > 10


@pytest.mark.parametrize("code", RULES)
def test_the_letter_of_a_code_is_its_class(code):
    assert RULES[code].cls in CLASS_OF_LETTER[code[0]]


@pytest.mark.parametrize("code", RULES)
def test_examples_change_only_columns_that_are_filed_or_facts_that_can_be_known(code):
    rule = RULES[code]
    names = {name for example in (*rule.passes, *rule.fails, *rule.soft_fails) for name in example}

    whole = RULES[code].sight is Sight.WHOLE
    assert names <= (facts.WHOLE.keys() if whole else record.COLUMNS.keys() | facts.KNOWN.keys())


@pytest.mark.parametrize("code", RULES)
def test_a_rule_reads_only_what_a_chunk_has_and_is_judged_without_other_records(code):
    context = a_context()
    known = set(RULES[code].when(context).meta.root_names())
    read = known | set(RULES[code].holds(context).meta.root_names())

    if RULES[code].sight is Sight.WHOLE:
        assert read <= {"row"} | facts.WHOLE.keys()
        return
    assert read <= {"row"} | OF_THE_FILING | record.COLUMNS.keys() | values.DERIVED.keys() | facts.KNOWN.keys()
    assert RULES[code].sight is Sight.PHOTO or not {name for name in known if name.startswith("known_")}


@pytest.mark.parametrize("code", RULES)
def test_a_rule_knows_the_filer_and_its_resolution_by_column_only_so_filings_are_judged_together(code):
    one = a_context(institution="80901", resolved_on=date(2025, 6, 20), listed=3, attached=True)
    other = a_context(institution=None, resolved_on=None, listed=None, attached=None)

    assert one == other
    for told in ("when", "holds", "soft", "covered"):
        expression = getattr(RULES[code], told)
        assert expression is None or expression(one).meta.eq(expression(other)), told


@pytest.mark.parametrize("code", [code for code, rule in RULES.items() if rule.sight is Sight.RECORD])
def test_a_rule_about_one_record_reads_no_fact_about_others(code):
    assert not {name for name in RULES[code].holds(a_context()).meta.root_names() if name.startswith("known_")}


@pytest.mark.parametrize("layout", record.LAYOUTS.values(), ids=lambda layout: layout.key)
def test_a_right_record_is_right_in_every_layout(layout):
    filed = {code: text for code, text in a_record().items() if code in layout.codes}

    findings = checking.check(a_chunk(filed), a_context(columns=frozenset(filed))).findings

    assert findings.is_empty()


@pytest.mark.parametrize("layout", record.LAYOUTS.values(), ids=lambda layout: layout.key)
def test_key_information_is_judged_in_every_layout(layout):
    context = a_context(columns=frozenset(layout.codes))
    needed = [
        code for code, rule in RULES.items()
        if rule.cls is FindingClass.INCOMPLETE and rule.sight is Sight.RECORD and code not in ("I13", "I15")
    ]

    assert all(RULES[code].filed_fields(context.columns) for code in needed)


def test_nothing_is_asked_of_what_the_filing_does_not_tell():
    untold = a_context(term=None, category=None, institution=None, approved=None, archive=False)

    tally = checking.check(a_chunk(a_record(HXWRQ="20240620")), untold).tally

    evaluated = dict(tally.select("rule", "evaluated").iter_rows())
    assert [code for code in ("A22", "A29", "A32", "A37", "O03", "P10", "X02", "X03") if evaluated[code]] == []
    assert evaluated["I01"] == 1


def test_a_missing_table_of_areas_leaves_its_rule_unevaluated():
    tables = reference.load()
    without = reference.Reference({k: v for k, v in tables.tables.items() if k != "areas"}, "none")

    tally = checking.check(a_chunk(a_record(), a_record()), a_context(reference=without)).tally

    assert tally.filter(pl.col("rule") == "A16").select("evaluated", "not_evaluated").row(0) == (0, 2)


def test_the_rulebook_has_a_stable_fingerprint_that_changes_with_a_setting():
    shipped, usual = reference.load(), Settings()

    assert re.fullmatch("[0-9a-f]{12}", rules.fingerprint(shipped, usual))
    assert rules.fingerprint(shipped, usual) == rules.fingerprint(shipped, Settings.of())
    assert rules.fingerprint(shipped, usual) != rules.fingerprint(shipped, Settings.of(off=["A51"]))
    assert rules.fingerprint(shipped, usual) != rules.fingerprint(shipped, Settings.of(thresholds={"age_entry": 15}))
