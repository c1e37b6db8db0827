"""The gate every record passes: rules evaluated over chunks, findings out (数据整理, articles 2 and 8).

The only caller of the rulebook's schema. Must not know where findings go.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from core import values
from core.errors import RuleFault
from core.rules import RULES, Context, Rule, Sight, schema
from core.vocabulary import FindingClass

KNOWN: dict[str, pl.DataType] = {
    "known_certificate_rows": pl.UInt32(),
    "known_certificate_other": pl.Boolean(),
    "known_same_record": pl.Boolean(),
    "known_same_day_degrees": pl.UInt32(),
    "known_master_conferred": pl.Date(),
}
"""What only a record's filing or the archive can tell, as columns; null means nothing is known.

known_certificate_rows: rows of this filing with the same certificate number.
known_certificate_other: the number is on file for another person.
known_same_record: this person is on file with this certificate number.
known_same_day_degrees: degrees of this person, level, day and institution that were not declared as second or
minor, this one included.
known_master_conferred: the latest day this person was conferred a master's degree.
"""
FINDINGS = {"row": pl.Int64, "rule": pl.String, "class": pl.String, "field": pl.String, "value": pl.String}
"""Shape of findings: long, one line per record and rule; `value` is the field as filed."""
TALLY = {"rule": pl.String, "evaluated": pl.Int64, "failed": pl.Int64, "not_evaluated": pl.Int64}
"""Shape of the tally: how many rows each check judged, failed, and could not judge."""
HEADS = ("row", "name", "certificate", "person", "level", "conferred", "declared")
"""The few columns by which records are compared with others and found again."""

@dataclass(frozen=True)
class Checked:
    """What the checks said of some rows: `findings` (FINDINGS) and `tally` (TALLY)."""

    findings: pl.DataFrame
    tally: pl.DataFrame


def check(chunk: pl.DataFrame, context: Context) -> Checked:
    """Judge a whole filing held in one frame (row and filed codes), the archive left aside."""
    frame = enrich(chunk, context)
    return judge(frame, context, frozenset(Sight))


def enrich(chunk: pl.DataFrame, context: Context) -> pl.DataFrame:
    """A filed chunk with its derived values and the facts the chunk itself tells: what `schema` validates."""
    frame = values.read(chunk, context.reference)
    return with_known(frame, filing_facts(frame))


def with_known(frame: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Lay facts (row and some of KNOWN) beside a frame that has been read; what is not told is null."""
    told = [name for name in KNOWN if name in facts.columns]
    joined = frame.join(facts.select("row", *told), on="row", how="left", maintain_order="left")
    return joined.with_columns(pl.lit(None, kind).alias(name) for name, kind in KNOWN.items() if name not in told)


def filing_facts(heads: pl.DataFrame, others: pl.DataFrame | None = None) -> pl.DataFrame:
    """What a filing's records tell about each other: row and KNOWN facts, for rows that share anything.

    `heads` has HEADS; `others` has person, level, conferred, declared, certificate and `here`: degrees on file of
    the same persons, and whether this institution conferred them.
    """
    degrees_told = ("person", "level", "conferred", "declared", "certificate")
    heads = heads.select("row", *degrees_told)
    theirs = heads.clear().drop("row").with_columns(here=pl.lit(False)) if others is None else others
    certificates = _shared(heads, "certificate").select("row", known_certificate_rows=pl.len().over("certificate"))
    people = _shared(heads, "person", theirs)
    ours = people.drop("row").with_columns(here=pl.lit(True))
    degrees = pl.concat([ours, theirs.select(ours.columns)], how="vertical_relaxed").unique()
    same_day = (
        degrees.filter(~pl.col("declared"), "here")
        .group_by("person", "level", "conferred")
        .agg(known_same_day_degrees=pl.col("certificate").n_unique())
    )
    masters = (
        degrees.filter(pl.col("level") == "3").group_by("person").agg(known_master_conferred=pl.max("conferred"))
    )
    personal = people.join(same_day, on=["person", "level", "conferred"], how="left").join(
        masters, on="person", how="left"
    )
    return personal.select("row", "known_same_day_degrees", "known_master_conferred").join(
        certificates, on="row", how="full", coalesce=True
    )


def _shared(heads: pl.DataFrame, key: str, others: pl.DataFrame | None = None) -> pl.DataFrame:
    """The rows whose key another row, or `others`, has too. Hashes first: 8 bytes a row for millions of rows."""
    hashes = heads[key].hash()
    seen_twice = hashes.is_duplicated()
    if others is not None and others.height:
        seen_twice = seen_twice | hashes.is_in(others[key].hash().implode())
    return heads.filter(seen_twice & heads[key].is_not_null())


def judge(frame: pl.DataFrame, context: Context, sights: frozenset[Sight]) -> Checked:
    """Evaluate the schema's checks of these sights over an eager frame; of the others, only how many rows they judge.

    One select over the schema's own expressions; its verdicts are Pandera's (tests/rules/test_pandera_agrees.py)
    at a cost that does not grow with the share of dirty rows (F11). Raises RuleFault when a check cannot run.
    """
    checks = {str(each.name): each.statistics for each in schema(context).checks}
    asked = [code for code in checks if RULES[code].sight in sights]
    try:
        flags = frame.lazy().select(
            *(checks[code]["verdict"].alias(code) for code in asked),
            *(parts["evaluated"].alias(f"evaluated {code}") for code, parts in checks.items()),
        ).collect()  # lazy: what several checks share is computed once
    except pl.exceptions.PolarsError as error:
        faulty = [code for code in asked if not _runs(frame, checks[code]["verdict"])]
        raise RuleFault(  # not chained: what Polars says may quote cells
            f"{', '.join(faulty) or 'the rulebook'} could not be evaluated: {type(error).__name__}"
        ) from None
    right = flags.select(pl.all().sum().cast(pl.Int64)).row(0, named=True)
    failed = dict.fromkeys(checks, 0) | {code: frame.height - right[code] for code in asked}
    findings = [_findings(frame, (~flags[code]).arg_true(), RULES[code], context) for code in asked if failed[code]]
    judged = [right[f"evaluated {code}"] for code in checks]
    tally = pl.DataFrame(
        {"rule": list(checks), "evaluated": judged, "failed": list(failed.values())}, schema_overrides=TALLY
    ).with_columns(not_evaluated=pl.lit(frame.height, pl.Int64) - pl.col("evaluated"))
    return Checked(pl.concat([pl.DataFrame(schema=FINDINGS), *findings]), tally)


def _runs(frame: pl.DataFrame, verdict: pl.Expr) -> bool:
    try:
        frame.select(verdict)
    except pl.exceptions.PolarsError:
        return False
    return True


def _findings(frame: pl.DataFrame, failing: pl.Series, rule: Rule, context: Context) -> pl.DataFrame:
    fields = rule.filed_fields(context.columns) or ()
    field = pl.lit(fields[0]) if rule.found_in is None else pl.coalesce(rule.found_in, pl.lit(fields[0]))
    cls = pl.lit(rule.cls.value)
    if rule.soft:
        cls = pl.when(rule.soft(context).fill_null(False)).then(pl.lit(FindingClass.NOTE.value)).otherwise(cls)
    needed = {"row", *fields, *field.meta.root_names(), *cls.meta.root_names()}
    places = frame.select(needed)[failing].select("row", rule=pl.lit(rule.code), **{"class": cls}, field=field)
    if rule.cls is FindingClass.CLASSIFIED:  # a finding never repeats what may be secret
        return places.with_columns(value=pl.lit(None, pl.String))
    named = places["field"].unique().to_list()
    filed = frame.select(named)[failing]
    value = pl.coalesce(pl.when(places["field"] == name).then(filed[name]) for name in named)
    return places.with_columns(value=value)


def with_failures(tally: pl.DataFrame, far: pl.DataFrame) -> pl.DataFrame:
    """The tally of a filing with the failures that came to light beyond single records."""
    failed = far.select("rule", more="failed")
    return (
        tally.join(failed, on="rule", how="left", maintain_order="left")
        .with_columns(failed=pl.col("failed") + pl.col("more").fill_null(0))
        .drop("more")
    )


def add_tallies(tallies: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Sum tallies of several chunks; in the order of the rulebook."""
    order = list(RULES)
    return (
        pl.concat(tallies).group_by("rule").sum()
        .sort(pl.col("rule").replace_strict({code: place for place, code in enumerate(order)}, default=999))
    )
