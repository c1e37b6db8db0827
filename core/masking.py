"""证件号码遮盖: ID numbers as screens, lists and exports show them: region and last two signs, nothing between (article 4).

Must not know who looks, nor where a table came from.
"""

import re
from collections.abc import Mapping

import polars as pl

ID_NUMBER = "ZJHM"
"""The field whose whole content is masked, whatever it looks like."""
_KEPT, _KEPT_OF_FEW = (6, 2), (2, 2)
_MANY, _FEW = 15, 8
VALUES = ("value", "before", "after", "new_value")
"""Columns that have what the field named beside them was filed with."""
_DAY = r"[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_TEXT = (
    (rf"(^|[^0-9A-Za-z])([1-9][0-9]{{5}})(?:18|19|20){_DAY}[0-9]{{2}}([0-9][0-9Xx])($|[^0-9A-Za-z])", "${1}${2}**********${3}${4}"),
    (rf"(^|[^0-9A-Za-z])([1-6][0-9]{{5}}){_DAY}[0-9]([0-9]{{2}})($|[^0-9A-Za-z])", "${1}${2}*******${3}${4}"),
    (r"(?i)(^|[^0-9A-Za-z])([A-Z]{1,2}[0-9])[0-9]{4,7}([0-9]{2}\.jpe?g)($|[^0-9A-Za-z])", "${1}${2}*****${3}${4}"),
)
"""Citizen numbers of 18 and of 15 signs wherever they stand in a text, and photos named by another document's number."""
_PATTERNS = [(re.compile(pattern), re.sub(r"\$\{(\d)\}", r"\\\1", shown)) for pattern, shown in _TEXT]


def number(told: str) -> str:
    """An ID number masked: of 15 signs or more the first six and the last two stay, of 8 or more two and two, of fewer none.

    Spaces, brackets and points stay where they are, so that what is wrong with a number can still be seen.
    """
    signs = sum(sign.isalnum() for sign in told)
    first, last = _KEPT if signs >= _MANY else _KEPT_OF_FEW if signs >= _FEW else (0, 0)
    shown, place = "", 0
    for sign in told:
        place += sign.isalnum()
        shown += sign if not sign.isalnum() or place <= first or place > signs - last else "*"
    return shown


def text(told: str) -> str:
    """A text in which whatever looks like a citizen's number is masked."""
    for _ in range(2):  # two numbers with one sign between share that sign
        for pattern, shown in _PATTERNS:
            told = pattern.sub(shown, told)
    return told


def row(filed: Mapping[str, str | None]) -> dict[str, str | None]:
    """A filed row, code → text, masked."""
    return {code: told and (number(told) if code == ID_NUMBER else text(told)) for code, told in filed.items()}


def frame(found: pl.DataFrame) -> pl.DataFrame:
    """A table masked: what was filed as an ID number by the column `field` beside it, and numbers in any text."""
    if "field" in found.columns:
        theirs = pl.col("field") == ID_NUMBER
        values = [name for name in VALUES if found.schema.get(name) == pl.String]
        found = found.with_columns(
            pl.when(theirs).then(pl.col(name).map_elements(number, pl.String)).otherwise(pl.col(name)).alias(name) for name in values
        )
    spelt = [name for name, kind in found.schema.items() if kind == pl.String]
    told = [name for name in spelt if any(found[name].str.contains(pattern).any() for pattern, _ in _TEXT)]
    return found.with_columns(_masked(pl.col(name)) for name in told)


def _masked(told: pl.Expr) -> pl.Expr:
    for _ in range(2):
        for pattern, shown in _TEXT:
            told = told.str.replace_all(pattern, shown)
    return told
