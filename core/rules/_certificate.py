"""What checks of certificate numbers share: which form belongs to which day, and whose number it really is.

Must not declare rules.
"""

from datetime import date

import polars as pl

from core.rules import Context
from core.rules._readable import conferred_fits

LETTERS_START = date(2006, 1, 1)
DIGITS_START = date(2016, 1, 1)
BOTH_FROM = date(2015, 12, 1)
BOTH_UNTIL = date(2016, 3, 31)
"""Between these two days either form may appear: late resolutions of 2015 were printed in 2016."""

_NUMBER = pl.col("certificate")
_OTHER = pl.when(pl.col("certificate_mark").ne_missing("")).then(_NUMBER)


def mark() -> pl.Expr:
    """The kind letters, "" for plain digits; null when the number has no known form."""
    return pl.col("certificate_mark")


def core() -> pl.Expr:
    """The sixteen characters after a prefix letter, if there is one."""
    return pl.when(_NUMBER.str.len_bytes() == 17).then(_NUMBER.str.slice(1)).otherwise(_NUMBER)


def graduation_number() -> pl.Expr:
    """Eighteen digits built like a graduation certificate's (毕业证书编号): school, kind, year, level, serial.

    Kinds: 1 regular, 5 adult, 6 self-study, 7 online. Levels: 01 doctor, 02 master, 04 second bachelor, 05 bachelor,
    06 college.
    """
    likely = _OTHER.str.contains(r"^[0-9]{5}[1567](?:19|20)[0-9]{2}0[12456][0-9]{6}$")
    return (likely & _NUMBER.ne_missing(pl.col("id_number"))).fill_null(False)


def well_formed(context: Context) -> pl.Expr:
    """The number has the form of its day; of either era when the day is not known."""
    late = conferred_fits(context) & (pl.col("conferred") > BOTH_UNTIL)
    return mark().is_not_null() & (~late | (mark() == "")).fill_null(False)
