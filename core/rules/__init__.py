"""The rulebook: each check is one declaration with its sentence, article, class, remedy and examples.

A check is one expression over one row of a chunk read by `core.values`; true means the row is right. What it
needs to be judged at all is its `when`: where that does not hold, the check is *not evaluated* (未检), which is
neither passed nor failed. Must not know the database, statuses or today's date.
"""

import hashlib
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from functools import cache, lru_cache

import pandera.polars as pa
import polars as pl

from core.record import COLUMNS
from core.reference import Reference
from core.rules._declaration import FAR, Context, Example, Expression, Rule, Sight
from core.settings import THRESHOLDS, Settings
from core.vocabulary import Category, FindingClass, Remedy

__all__ = ["FAR", "LOCKED", "RULES", "Context", "Example", "Rule", "Sight", "code_fingerprint", "fingerprint", "rule", "schema"]

RULES: dict[str, Rule] = {}
"""Every check by its code. Codes are never used again for something else."""

LOCKED = frozenset({"O01", "O02", "O03", "S01"})
"""Checks the regulation itself demands (article 2, notice item two): they cannot be switched off."""

_REMEDIES = {
    FindingClass.CLASSIFIED: (),
    FindingClass.INCOMPLETE: (Remedy.CHANGE, Remedy.WITHDRAW),
    FindingClass.INACCURATE: (Remedy.CHANGE, Remedy.WITHDRAW),
    FindingClass.POLICY: (Remedy.EXPLAIN, Remedy.CHANGE, Remedy.WITHDRAW),
    FindingClass.SCOPE: (Remedy.CHANGE, Remedy.WITHDRAW),
    FindingClass.NOTE: (Remedy.CHANGE,),
}


def _always(_: Context) -> pl.Expr:
    return pl.lit(True)


def rule(
    code: str, *, cls: FindingClass, fields: tuple[str, ...], zh: str, en: str,
    passes: tuple[Example, ...], fails: tuple[Example, ...],
    when: Expression = _always, soft: Expression | None = None, soft_fails: tuple[Example, ...] = (),
    covered: Expression | None = None, tables: tuple[str, ...] = (),
    article: str = "第二条", remedies: tuple[Remedy, ...] | None = None, sight: Sight = Sight.RECORD,
    category: Category | None = None, found_in: pl.Expr | None = None, silent_fails: bool = False,
) -> Callable[[Expression], Expression]:
    """Declare a check. The decorated function returns the expression that holds on right rows.

    Its docstring says where the check's detail comes from. `when` says which rows can be judged, `covered` for
    which of them the reference `tables` can answer; `category` is the filing category the examples are read in.
    """

    def declare(holds: Expression) -> Expression:
        if code in RULES:
            raise ValueError(f"rule code {code} is declared twice")
        unknown = [name for group in fields for name in group.split("|") if name not in COLUMNS]
        if unknown:
            raise ValueError(f"rule {code} names unknown fields {unknown}")
        thresholds = tuple(key for key, each in THRESHOLDS.items() if code in each.rules)
        RULES[code] = Rule(
            code, cls, fields, zh, en, article, remedies if remedies is not None else _REMEDIES[cls], sight, when,
            holds, soft, covered, tables, thresholds, silent_fails, passes, fails, soft_fails, category, found_in,
            inspect.getdoc(holds) or "",
        )
        return holds

    return declare


def schema(context: Context, *, whole: bool = False) -> pa.DataFrameSchema:
    """The rulebook as one Pandera schema for a filing: give it a frame read by `core.checking.enrich`.

    With `whole`, the checks of the filing as such, over its one line of facts. Only an eager frame is checked; on a
    LazyFrame Pandera looks at names and types alone (F1).
    """
    return _schema(context, whole, tuple(map(id, RULES.values())))


@lru_cache(maxsize=16)
def _schema(context: Context, whole: bool, _rulebook: tuple[int, ...]) -> pa.DataFrameSchema:
    title = context.category.zh if context.category else None
    asked = RULES.keys() if context.only is None else context.only
    chosen = [each for each in RULES.values() if (each.sight is Sight.WHOLE) == whole and each.code in asked]
    return pa.DataFrameSchema(name=title, checks=[each.as_check(context) for each in chosen])


@cache
def code_fingerprint() -> str:
    """Fingerprint of the checks as programmed: changes with a declaration and with how values are read."""
    digest = hashlib.sha256()
    for name in sorted([*_MODULES, __name__, *_READERS]):
        digest.update(inspect.getsource(importlib.import_module(name)).encode())
    return digest.hexdigest()[:16]


def fingerprint(reference: Reference, settings: Settings) -> str:
    """Fingerprint of the rulebook as a whole: checks as programmed, reference tables, thresholds they read and switches."""
    read = [(key, value) for key, value in settings.changed if THRESHOLDS[key].rules]
    told = f"{code_fingerprint()}|{reference.fingerprint}|{sorted(settings.off)}|{read}"
    return hashlib.sha256(told.encode()).hexdigest()[:12]


_READERS = tuple(
    f"core.{name}" for name in (
        "alike archive cell certificate checking citizen comparison enrolment facts garbled photos profile revocations "
        "settings sorting twins values"
    ).split()
)
"""What else decides a verdict: how cells are read, and how facts about records come about."""
_MODULES = [f"{__name__}.{module.name}" for module in pkgutil.iter_modules(__path__)]
for _name in _MODULES:
    importlib.import_module(_name)
RULES = dict(sorted(RULES.items(), key=lambda item: ("OSIAXP".index(item[0][0]), item[0])))
