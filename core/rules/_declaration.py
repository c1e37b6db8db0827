"""What a check is: its declaration, what it may know, and its verdict on every row.

Must not know which checks there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

import pandera.polars as pa
import polars as pl

from core.deadlines import Term, Workdays
from core.reference import Reference
from core.settings import Settings
from core.vocabulary import Category, FindingClass, Remedy

Example = Mapping[str, str | None]


class Sight(StrEnum):
    """How far a check has to look: one record, its photo, its filing's other records, all on file, the filing as such."""

    RECORD = "record"
    PHOTO = "photo"
    FILING = "filing"
    ARCHIVE = "archive"
    WHOLE = "whole"


FAR = frozenset({Sight.PHOTO, Sight.FILING, Sight.ARCHIVE})
"""Checks of single records that need facts from beyond the record."""


@dataclass(frozen=True)
class Context:
    """All a check may know beyond its row. None means: not told, so dependent checks are not evaluated.

    `resolved_on` is the day of the degree committee's resolution (学位授予决议), `listed` how many names it lists,
    `attached` whether a scan of it came along; `photos` whether photos did. `only` limits the rulebook to some checks.
    The filer and its resolution reach the checks as columns (`filer`, `resolved_on`, facts.WHOLE) only, so contexts that
    differ in nothing else are equal and their filings are judged together.
    """

    columns: frozenset[str]
    today: date
    reference: Reference
    workdays: Workdays
    settings: Settings = field(default_factory=Settings)
    term: Term | None = None
    category: Category | None = None
    institution: str | None = field(default=None, compare=False)
    supplement: bool = False
    approved: bool | None = None
    archive: bool = False
    photos: bool = False
    resolved_on: date | None = field(default=None, compare=False)
    listed: int | None = field(default=None, compare=False)
    attached: bool | None = field(default=None, compare=False)
    only: frozenset[str] | None = None


Expression = Callable[[Context], pl.Expr]


@dataclass(frozen=True)
class Rule:
    """One check (检查规则). `fields` are filed codes; "XBM|XB" means whichever of them the file carries.

    `soft` marks the failing rows that only earn a note. `covered` tells whether the reference tables it leans on
    (`tables`) can answer for a row; where they cannot, the check is not evaluated for want of a table (参照表缺失).
    `thresholds` are the settings it reads. `silent_fails`: a row may fail even if nothing is known of other records.
    `passes` and `fails` are rows laid over one right record; keys are filed codes or facts (`known_…`, `whole_…`).
    `found_in` gives the field at fault where it differs by row.
    """

    code: str
    cls: FindingClass
    fields: tuple[str, ...]
    zh: str
    en: str
    article: str
    remedies: tuple[Remedy, ...]
    sight: Sight
    when: Expression
    holds: Expression
    soft: Expression | None
    covered: Expression | None
    tables: tuple[str, ...]
    thresholds: tuple[str, ...]
    silent_fails: bool
    passes: tuple[Example, ...]
    fails: tuple[Example, ...]
    soft_fails: tuple[Example, ...]
    category: Category | None
    found_in: pl.Expr | None
    source: str

    @property
    def name(self) -> str:
        """The assertion the check makes, in words."""
        return self.holds.__name__

    def filed_fields(self, columns: frozenset[str]) -> tuple[str, ...] | None:
        """The codes this check reads in a file with these columns; None when the file lacks one it needs."""
        if self.sight is Sight.WHOLE:
            return tuple(group.split("|")[0] for group in self.fields)
        chosen = [next((code for code in group.split("|") if code in columns), None) for group in self.fields]
        return None if None in chosen else tuple(code for code in chosen if code)

    def asked(self, context: Context) -> pl.Expr:
        """Whether the check would be judged on a row if its tables could answer; never null."""
        if (
            self.code in context.settings.off
            or self.filed_fields(context.columns) is None
            or (self.sight is Sight.ARCHIVE and not context.archive)
            or (self.sight is Sight.PHOTO and not context.photos)
        ):
            return ~EVERY_ROW
        return by_row(self.when(context)).fill_null(False)

    def evaluated(self, context: Context) -> pl.Expr:
        """Whether the check can be judged on a row; never null."""
        if self.covered is None:
            return self.asked(context)
        return self.asked(context) & by_row(self.covered(context)).fill_null(False)

    def verdict(self, context: Context) -> pl.Expr:
        """False exactly where the check is evaluated and does not hold; never null (a null is not right)."""
        return ~self.evaluated(context) | self.right(context)

    def right(self, context: Context) -> pl.Expr:
        """Whether the check holds on a row, be it evaluated or not; never null."""
        return by_row(self.holds(context)).fill_null(False)

    def as_check(self, context: Context) -> pa.Check:
        """The check as Pandera knows it; its expressions are kept in `statistics`."""
        verdict = self.verdict(context)
        return pa.Check(
            lambda data: data.lazyframe.select(verdict.alias(self.code)),
            name=self.code,
            error=self.zh,
            statistics={
                "right": self.right(context), "evaluated": self.evaluated(context),
                "asked": None if self.covered is None else self.asked(context),
            },
        )


EVERY_ROW = pl.col("row").is_not_null()


def by_row(expression: pl.Expr) -> pl.Expr:
    """The expression with a value for each row: a bare literal has one, and keeps Polars from sharing work."""
    return (expression & EVERY_ROW) | ~EVERY_ROW
