"""The citizen's number (公民身份号码, GB 11643-1999): its form, and whether its check character is right.

Must not know files or rules.
"""

import numpy as np
import polars as pl

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = pl.Series(list("10X98765432"))


def form(number: pl.Expr) -> pl.Expr:
    """How many characters a text of the number's form has: 18, or 15 on cards before 1999-10-01; otherwise null."""
    return (
        pl.when(number.str.contains(r"^[0-9]{17}[0-9X]$")).then(pl.lit(18, pl.Int8))
        .when(number.str.contains(r"^[0-9]{15}$")).then(pl.lit(15, pl.Int8))
    )


def _weighted(start: int, length: int) -> pl.Series:
    """The weighted sum of every group of so many digits, by the number it writes."""
    groups = np.arange(10**length)
    weights = _WEIGHTS[start : start + length]
    digits = (groups // 10 ** (length - 1 - place) % 10 for place in range(length))
    return pl.Series(sum(digit * weight for digit, weight in zip(digits, weights, strict=True)), dtype=pl.Int32)


# Looking up groups of digits costs a third of weighing seventeen single ones.
_GROUPS = [(start, length, _weighted(start, length)) for start, length in ((0, 5), (5, 4), (9, 4), (13, 4))]


def sound(number: pl.Expr, form: pl.Expr) -> pl.Expr:
    """Whether a text, of this form, is seventeen digits and their check character (ISO 7064 MOD 11-2)."""
    total = pl.sum_horizontal(
        pl.lit(weighted).gather(number.str.slice(start, length).cast(pl.UInt32, strict=False))
        for start, length, weighted in _GROUPS
    )
    expected = pl.lit(_CHECK_CHARACTERS).gather(total % 11)
    return (form == 18).fill_null(False) & (expected == number.str.slice(17, 1))
