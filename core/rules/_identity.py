"""The parts of a citizen's number (公民身份号码, GB 11643-1999) that several checks read.

Must not declare rules.
"""

import polars as pl

from core.values import PLACEHOLDERS

_NUMBER = pl.col("id_number")


def given() -> pl.Expr:
    """A number was filed, and not a word in its place."""
    return (_NUMBER.is_not_null() & ~_NUMBER.is_in(PLACEHOLDERS)).fill_null(False)


def eighteen() -> pl.Expr:
    """Seventeen digits and a digit or X."""
    return (pl.col("id_form") == 18).fill_null(False)


def fifteen() -> pl.Expr:
    """The fifteen digits of cards before 1999-10-01."""
    return (pl.col("id_form") == 15).fill_null(False)


def sound() -> pl.Expr:
    """Eighteen characters whose last is the check character of the others."""
    return pl.col("id_sound").fill_null(False)


def birth() -> pl.Expr:
    """The birth date inside the number, as the number yyyymmdd; null when it has neither form."""
    old = pl.when(fifteen()).then(_NUMBER)
    text = pl.when(eighteen()).then(_NUMBER.str.slice(6, 8)).otherwise("19" + old.str.slice(6, 6))
    return text.cast(pl.Int32, strict=False)


def man() -> pl.Expr:
    """The sequence number is odd, as men's are; null when the number has neither form."""
    sequence = pl.when(eighteen()).then(_NUMBER.str.slice(16, 1)).when(fifteen()).then(_NUMBER.str.slice(14, 1))
    return sequence.is_in(["1", "3", "5", "7", "9"])


def has_birth_and_sex() -> pl.Expr:
    """A resident's card or permit, a foreigner's permanent residence card: types whose numbers tell both."""
    return pl.col("id_type").is_in(["01", "07", "08"]).fill_null(False) & (eighteen() | fifteen())
