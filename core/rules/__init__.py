"""The rulebook: each check is one declaration with its sentence, article, class, remedy and examples.

A check is one expression over one row of a chunk read by `core.values`; true means the row is right. What it
needs to be judged at all is its `when`: where that does not hold, the check is *not evaluated* (未检), which is
neither passed nor failed. Must not know the database, statuses or today's date.
"""

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, lru_cache

import pandera.polars as pa
import polars as pl

from core.deadlines import Term, Workdays
from core.record import COLUMNS
from core.reference import Reference
from core.reference import load as load_reference
from core.vocabulary import Category, FindingClass, Remedy

Example = Mapping[str, str | None]


class Sight(StrEnum):
    """How far a check has to look: at one record, at its whole filing, or at everything on file."""

    RECORD = "record"
    FILING = "filing"
    ARCHIVE = "archive"


@dataclass(frozen=True)
class Context:
    """All a check may know beyond its row. None means: not told, so dependent checks are not evaluated."""

    columns: frozenset[str]
    today: date
    reference: Reference
    workdays: Workdays
    term: Term | None = None
    category: Category | None = None
    institution: str | None = None
    supplement: bool = False
    approved: bool | None = None
    archive: bool = False


Expression = Callable[[Context], pl.Expr]


@dataclass(frozen=True)
class Rule:
    """One check (检查规则). `fields` are filed codes; "XBM|XB" means whichever of them the file carries.

    `soft` marks the failing rows that only earn a note. `passes` and `fails` are rows laid over one right record;
    keys are filed codes or known facts (`known_…`). `found_in` gives the field at fault where it differs by row.
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
        chosen = [next((code for code in group.split("|") if code in columns), None) for group in self.fields]
        return None if None in chosen else tuple(code for code in chosen if code)

    def evaluated(self, context: Context) -> pl.Expr:
        """Whether the check can be judged on a row; never null."""
        if self.filed_fields(context.columns) is None or (self.sight is Sight.ARCHIVE and not context.archive):
            return ~_EVERY_ROW
        return _by_row(self.when(context)).fill_null(False)

    def verdict(self, context: Context) -> pl.Expr:
        """False exactly where the check is evaluated and does not hold; never null (a null is not right)."""
        return ~self.evaluated(context) | _by_row(self.holds(context)).fill_null(False)

    def as_check(self, context: Context) -> pa.Check:
        """The check as Pandera knows it; its expressions are kept in `statistics`."""
        verdict = self.verdict(context)
        return pa.Check(
            lambda data: data.lazyframe.select(verdict.alias(self.code)),
            name=self.code,
            error=self.zh,
            statistics={"verdict": verdict, "evaluated": self.evaluated(context)},
        )


RULES: dict[str, Rule] = {}
"""Every check by its code. Codes are never used again for something else."""

_REMEDIES = {
    FindingClass.CLASSIFIED: (),
    FindingClass.INCOMPLETE: (Remedy.CHANGE, Remedy.WITHDRAW),
    FindingClass.INACCURATE: (Remedy.CHANGE, Remedy.WITHDRAW),
    FindingClass.POLICY: (Remedy.EXPLAIN, Remedy.CHANGE, Remedy.WITHDRAW),
    FindingClass.SCOPE: (Remedy.CHANGE, Remedy.WITHDRAW),
    FindingClass.NOTE: (Remedy.CHANGE,),
}


_EVERY_ROW = pl.col("row").is_not_null()


def _by_row(expression: pl.Expr) -> pl.Expr:
    # A bare literal has one value however many rows there are, and keeps Polars from sharing work between checks.
    return (expression & _EVERY_ROW) | ~_EVERY_ROW


def _always(_: Context) -> pl.Expr:
    return pl.lit(True)


def rule(
    code: str, *, cls: FindingClass, fields: tuple[str, ...], zh: str, en: str,
    passes: tuple[Example, ...], fails: tuple[Example, ...],
    when: Expression = _always, soft: Expression | None = None, soft_fails: tuple[Example, ...] = (),
    article: str = "第二条", remedies: tuple[Remedy, ...] | None = None, sight: Sight = Sight.RECORD,
    category: Category | None = None, found_in: pl.Expr | None = None,
) -> Callable[[Expression], Expression]:
    """Declare a check. The decorated function returns the expression that holds on right rows.

    Its docstring says where the check's detail comes from. `when` says which rows can be judged;
    `category` is the filing category the examples are read in.
    """

    def declare(holds: Expression) -> Expression:
        if code in RULES:
            raise ValueError(f"rule code {code} is declared twice")
        unknown = [name for group in fields for name in group.split("|") if name not in COLUMNS]
        if unknown:
            raise ValueError(f"rule {code} names unknown fields {unknown}")
        RULES[code] = Rule(
            code, cls, fields, zh, en, article, remedies if remedies is not None else _REMEDIES[cls], sight, when,
            holds, soft, passes, fails, soft_fails, category, found_in,
            inspect.getdoc(holds) or "",
        )
        return holds

    return declare


def schema(context: Context) -> pa.DataFrameSchema:
    """The whole rulebook as one Pandera schema for a filing: give it a frame read by `core.checking.enrich`.

    Only an eager frame is checked; on a LazyFrame Pandera looks at names and types alone (F1).
    """
    return _schema(context, tuple(map(id, RULES.values())))


@lru_cache(maxsize=8)
def _schema(context: Context, _rulebook: tuple[int, ...]) -> pa.DataFrameSchema:
    title = context.category.zh if context.category else None
    return pa.DataFrameSchema(name=title, checks=[each.as_check(context) for each in RULES.values()])


@cache
def ruleset_version() -> str:
    """Fingerprint of the checks: changes with a declaration, with how values are read, and with a table."""
    digest = hashlib.sha256(load_reference().fingerprint.encode())
    for name in sorted([*_MODULES, __name__, "core.values", "core.garbled"]):
        digest.update(inspect.getsource(importlib.import_module(name)).encode())
    return digest.hexdigest()[:12]


_MODULES = [f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__)]
for _name in _MODULES:
    importlib.import_module(_name)
RULES = dict(sorted(RULES.items(), key=lambda item: ("OSIAXP".index(item[0][0]), item[0])))
