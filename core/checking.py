"""The gate every record passes: rules evaluated over chunks, findings out (数据整理, articles 2 and 8).

The only caller of the rulebook's schema. Must not know where findings go.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from core import alike, facts, revocations, values
from core.alike import Answers
from core.errors import RuleFault
from core.rules import RULES, Context, Rule, Sight, schema
from core.vocabulary import Category, FindingClass

FINDINGS = {"row": pl.Int64, "rule": pl.String, "class": pl.String, "field": pl.String, "value": pl.String}
"""Shape of findings: long, one line per record and rule; `value` is the field as filed."""
TALLY = {
    "rule": pl.String, "evaluated": pl.Int64, "failed": pl.Int64, "not_evaluated": pl.Int64, "no_reference": pl.Int64,
}
"""Shape of the tally: how many rows each check judged, failed, and could not judge, and for how many of these
because a reference table is empty or partial (参照表缺失). Checks of the filing as such count the filing as one."""
PART = {"part": pl.UInt32}
"""What is said of several filings at once has this column beside: the place of the filing among them."""
Part = tuple[pl.DataFrame, Context]
"""A filed chunk, and what is known of its filing."""
FILING_ROW = 0
"""The row number findings about the filing as such carry."""
_PART_TIME = r"业余|函授|夜大|网络|自学|半脱产|非全日制|在职"
_FULL_TIME_CATEGORIES = (
    Category.BACHELOR, Category.BACHELOR_INTERNATIONAL, Category.BACHELOR_PROFESSIONAL, Category.MASTER, Category.DOCTOR,
)
"""Where study is full time (全日制) unless it is told otherwise; elsewhere only where it is told so."""


@dataclass(frozen=True)
class Checked:
    """What the checks said of some rows: `findings` (FINDINGS) and `tally` (TALLY)."""

    findings: pl.DataFrame
    tally: pl.DataFrame

    def alone(self) -> "Checked":
        """What was said of several filings, as said of the only one there is."""
        return Checked(self.findings.drop("part"), self.tally.drop("part"))

    def apart(self, parts: int) -> "list[Checked]":
        """What was said of so many filings, of each by itself."""
        if parts == 1:
            return [self.alone()]
        findings, tallies = (
            each.partition_by("part", as_dict=True, include_key=False) for each in (self.findings, self.tally)
        )
        nothing = Checked(pl.DataFrame(schema=FINDINGS), pl.DataFrame(schema=TALLY))
        return [
            Checked(findings.get((part,), nothing.findings), tallies.get((part,), nothing.tally)) for part in range(parts)
        ]


def check(chunk: pl.DataFrame, context: Context) -> Checked:
    """Judge a whole filing held in one frame (row and filed codes), the archive left aside."""
    return judge(enrich(chunk, context), context, frozenset(Sight))


def enrich(chunk: pl.DataFrame, context: Context) -> pl.DataFrame:
    """A filed chunk with its derived values and the facts the chunk itself tells: what `schema` validates."""
    frame = read([(chunk, context)])
    return facts.beside(frame, known(heads(frame, context), context))


def read(parts: Sequence[Part]) -> pl.DataFrame:
    """Filed chunks of filings with equal contexts read as one frame, in their order: all of `values.read`, and of each
    row `filer` and `resolved_on`, as its own filing tells them."""
    chunks, contexts = [chunk for chunk, _ in parts], [context for _, context in parts]
    lengths = pl.Series([chunk.height for chunk in chunks], dtype=pl.UInt32)
    told = pl.DataFrame(
        {"filer": [each.institution for each in contexts], "resolved_on": [each.resolved_on for each in contexts]},
        schema={"filer": pl.String, "resolved_on": pl.Date},
    )
    of_rows = told.select(pl.all().repeat_by(lengths).explode(empty_as_null=False))
    return values.read(pl.concat(chunks, how="diagonal", rechunk=True), contexts[0].reference).hstack(of_rows)


def known(
    heads: pl.DataFrame, context: Context, acquainted: pl.DataFrame | None = None, told: Iterable[pl.DataFrame] = ()
) -> pl.DataFrame:
    """What is known of a filing's rows from each other, from the register of revocations, and what else is told.

    `heads` and `acquainted` are as facts.of_filing takes them, `told` are more facts by row.
    """
    register = revocations.of_filing(heads, context.reference, context.today)
    return facts.merged([facts.of_filing(heads, acquainted), register, *told])


def heads(frame: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The few columns of a read frame by which its records are compared with others: facts.HEADS."""
    unknown = facts.beside(frame, pl.DataFrame(schema={"row": pl.Int64}))
    asked = RULES.keys() if context.only is None else context.only
    far = (Sight.FILING, Sight.ARCHIVE)
    silent = [each for each in RULES.values() if each.silent_fails and each.sight in far and each.code in asked]
    form = pl.col("XXXS").fill_null("")
    full_time = form.str.contains("全日制") | pl.lit(context.category in _FULL_TIME_CATEGORIES)
    told = alike.answers(unknown, {
        "full_time": full_time & ~form.str.contains(_PART_TIME),
        **{each.code: ~each.verdict(context) for each in silent},
    })
    suspect = pl.any_horizontal(pl.lit(False), *(each.code for each in silent))
    return unknown.hstack(told.frame()).with_columns(pl.col("filer").fill_null(""), suspect=suspect).select(*facts.HEADS)


def judge(frame: pl.DataFrame, context: Context, sights: frozenset[Sight]) -> Checked:
    """Evaluate the schema's checks of these sights over an eager frame; of the others, only how many rows they judge.

    One select over the schema's own expressions; its verdicts are Pandera's (tests/rules/test_pandera_agrees.py)
    at a cost that does not grow with the share of dirty rows (F11). Raises RuleFault when a check cannot run.
    """
    return judge_parts(frame, context, sights, [frame.height]).alone()


def judge_parts(frame: pl.DataFrame, context: Context, sights: frozenset[Sight], heights: Sequence[int]) -> Checked:
    """As `judge`, over a frame of several filings one below the other, each of so many rows: what is said has one more
    column, `part`, the place of its filing among them."""
    return _judged(frame, context, sights, heights, whole=False)


def judge_whole(told: Sequence[dict[str, object]], context: Context) -> Checked:
    """Judge filings as such by their facts (some of facts.WHOLE) in equal contexts; as `judge_parts` gives it.

    Findings carry FILING_ROW and what was counted.
    """
    lines = [{name: each.get(name) for name in facts.WHOLE} for each in told]
    frame = pl.DataFrame(lines, schema=facts.WHOLE).with_columns(row=pl.lit(FILING_ROW, pl.Int64))
    return _judged(frame, context, frozenset({Sight.WHOLE}), [1] * len(lines), whole=True)


def _judged(
    frame: pl.DataFrame, context: Context, sights: frozenset[Sight], heights: Sequence[int], *, whole: bool
) -> Checked:
    checks = {str(each.name): each.statistics for each in schema(context, whole=whole).checks}
    asked = [code for code in checks if RULES[code].sight in sights]
    seen = {code: parts for code, parts in checks.items() if RULES[code].sight is not Sight.PHOTO or code in asked}
    if not checks:
        return Checked(pl.DataFrame(schema=FINDINGS | PART), pl.DataFrame(schema=TALLY | PART))
    try:
        told = alike.answers(frame, {
            **{code: checks[code]["right"] for code in asked},
            **{f"evaluated {code}": parts["evaluated"] for code, parts in seen.items()},
            **{f"asked {code}": parts["asked"] for code, parts in seen.items() if parts["asked"] is not None},
        })
    except pl.exceptions.PolarsError as error:
        faulty = [code for code in asked if not _runs(frame, checks[code]["right"] & checks[code]["evaluated"])]
        raise RuleFault(  # not chained: what Polars says may quote cells
            f"{', '.join(faulty) or 'the rulebook'} could not be evaluated: {type(error).__name__}"
        ) from None
    ends = np.cumsum(heights)
    failing = {code: told.where(f"evaluated {code}", code) for code in asked}
    parts = {code: np.searchsorted(ends, places, side="right") for code, places in failing.items()}
    findings = [
        _findings(frame, pl.Series(places), RULES[code], context, parts[code]) for code, places in failing.items() if len(places)
    ]
    return Checked(pl.concat([pl.DataFrame(schema=FINDINGS | PART), *findings]), _tally(checks, told, ends, parts))


def _tally(checks: Iterable[str], told: Answers, ends: np.ndarray, failing: Mapping[str, np.ndarray]) -> pl.DataFrame:
    """How many rows of each filing each check judged and failed, TALLY and `part`; `failing` are the filings of rows that do."""
    codes, nothing = list(checks), np.zeros(len(ends), np.int64)

    def counted(word: str, code: str, otherwise: np.ndarray) -> np.ndarray:
        return told.count(f"{word} {code}", ends) if told.has(f"{word} {code}") else otherwise

    judged = [counted("evaluated", code, nothing) for code in codes]
    wanted = [counted("asked", code, own) for code, own in zip(codes, judged, strict=True)]
    failed = [np.bincount(failing[code], minlength=len(ends)) if code in failing else nothing for code in codes]
    evaluated, in_want, failures = (np.transpose(each) for each in (judged, np.subtract(wanted, judged), failed))
    heights = np.diff(ends, prepend=0)[:, None]
    return pl.DataFrame({
        "rule": codes * len(ends), "evaluated": evaluated.ravel(), "failed": failures.ravel(),
        "not_evaluated": (heights - evaluated).ravel(), "no_reference": in_want.ravel(),
        "part": np.repeat(np.arange(len(ends)), len(codes)),
    }, schema=TALLY | PART)


def _runs(frame: pl.DataFrame, verdict: pl.Expr) -> bool:
    try:
        frame.select(verdict)
    except pl.exceptions.PolarsError:
        return False
    return True


def _findings(
    frame: pl.DataFrame, failing: pl.Series, rule: Rule, context: Context, parts: np.ndarray
) -> pl.DataFrame:
    fields = rule.filed_fields(context.columns) or ()
    field = pl.lit(fields[0]) if rule.found_in is None else pl.coalesce(rule.found_in, pl.lit(fields[0]))
    cls = pl.lit(rule.cls.value)
    if rule.soft:
        cls = pl.when(rule.soft(context).fill_null(False)).then(pl.lit(FindingClass.NOTE.value)).otherwise(cls)
    needed = {"row", *field.meta.root_names(), *cls.meta.root_names()} | (set(fields) & set(frame.columns))
    places = frame.select(needed)[failing].select("row", rule=pl.lit(rule.code), **{"class": cls}, field=field)
    part = pl.Series("part", parts, PART["part"])
    if rule.cls is FindingClass.CLASSIFIED:  # a finding never repeats what may be secret
        return places.with_columns(pl.lit(None, pl.String).alias("value"), part)
    if rule.sight is Sight.WHOLE:
        counted = [_counted(told, rule, context) for told in frame[failing].iter_rows(named=True)]
        return places.with_columns(pl.Series("value", counted), part)
    named = places["field"].unique().to_list()
    filed = frame.select(named)[failing]
    value = pl.coalesce(pl.when(places["field"] == name).then(filed[name]) for name in named)
    return places.with_columns(value.alias("value"), part)


def _counted(told: dict[str, object], rule: Rule, context: Context) -> str:
    """What a check of the filing as such compared, in words: 记录800条，决议名单790人."""
    read = set(rule.holds(context).meta.root_names())
    words = {True: "已附", False: "未附"}
    return "，".join(
        text.format(words[told[name]] if isinstance(told[name], bool) else told[name])
        for name, text in facts.COUNTED.items() if name in read and told[name] is not None
    )


def with_failures(tally: pl.DataFrame, far: pl.DataFrame) -> pl.DataFrame:
    """The tallies of filings with what came to light beyond single records: failures, and how many photos were judged."""
    of_photos = pl.col("rule").is_in([code for code, rule in RULES.items() if rule.sight is Sight.PHOTO])
    more = far.select("part", "rule", failures="failed", judged=pl.when(of_photos).then("evaluated").otherwise(0))
    return (
        tally.join(more, on=["part", "rule"], how="left", maintain_order="left")
        .with_columns(
            failed=pl.col("failed") + pl.col("failures").fill_null(0),
            evaluated=pl.col("evaluated") + pl.col("judged").fill_null(0),
            not_evaluated=pl.col("not_evaluated") - pl.col("judged").fill_null(0),
        )
        .drop("failures", "judged")
    )


def add_tallies(tallies: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Sum tallies of several chunks, of each filing by itself; in the order of the rulebook."""
    order = {code: place for place, code in enumerate(RULES)}
    together = pl.concat(tallies)
    of_filing = [name for name in PART if name in together.columns]
    return together.group_by(*of_filing, "rule").sum().sort(*of_filing, pl.col("rule").replace_strict(order, default=999))


def in_order(findings: pl.DataFrame) -> pl.DataFrame:
    """Findings in the one order they are stored in: by filing, by row, then by rule."""
    return findings.sort("part", "row", "rule")
