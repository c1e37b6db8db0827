"""The catalogues of majors by edition, and those between a student's entry and conferral (专业目录).

The catalogue that counts is the one at entry; what came into force until conferral is right too. Must not declare rules.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

import polars as pl

from core.reference import Reference
from core.rules import Context
from core.rules._tables import NEVER, Line, any_of, complete, merged

MAJOR, DEGREE, CONFERRED, _ENTERED = pl.col("major"), pl.col("degree"), pl.col("conferred"), pl.col("entered")
IS_GRADUATE, IS_BACHELOR = pl.col("level").is_in(["2", "3"]), pl.col("level") == "4"
# Keys of look-ups are free of when/then without otherwise: Polars does not share what contains one.
DIGITS = MAJOR.str.strip_chars_end("TKHWSY")
"""A bachelor's major without the letters the lists gave and took over the years, and those of earlier lists too."""
TYPE = MAJOR.str.slice(0, 4)
_LONGEST = timedelta(days=8 * 365 + 2)
"""How far back the catalogues count when the entry month is not told."""
_START = pl.when(_ENTERED <= CONFERRED).then(_ENTERED).otherwise(CONFERRED - _LONGEST)
_NO_GRADUATES_YET = timedelta(days=365)
"""A list that is complete to some day is so for a year of graduates more: its next majors have none before."""
AHEAD = timedelta(days=730)
"""New names and categories are used as soon as they are published, before the catalogue's day for new students."""
SECOND_CATEGORY = IS_GRADUATE & MAJOR.str.slice(2, 1).is_in(["7", "8"])
"""Codes of disciplines granted in another category than their own (0775 计算机 in 理学); in no catalogue."""
TYPE_BEFORE_2011 = IS_GRADUATE & MAJOR.str.slice(0, 1).is_in(["4", "5"]) & (MAJOR.str.len_bytes() == 6)
"""Codes of professional types such as 430112; in no catalogue here."""
_NO_PART_OF_IT = r"[(\[【〔][^()\[\]【】〔〕]*(?:[)\]】〕]|$)|[\s,;、·—–-]"


def by_level(context: Context, *, graduates: Callable[[], pl.Expr], bachelors: Callable[[], pl.Expr]) -> pl.Expr:
    """The one answer for doctors and masters, the other for bachelors; a category has only the one it is asked for."""
    level = context.category.level.value if context.category else None
    told = [] if level == "4" else [IS_GRADUATE & graduates()]
    return any_of(*told, *([] if level in ("2", "3") else [IS_BACHELOR & bachelors()]))


def odd_name(context: Context) -> pl.Expr:
    """The major's name where it is not written just as a catalogue has one, as nearly all are; else null."""
    usual = _usual_names(context.reference)
    return pl.col("ZYMC").replace(usual, pl.Series([None] * len(usual), dtype=pl.String))


@lru_cache(maxsize=16)
def _usual_names(reference: Reference) -> pl.Series:
    tables = [reference.tables[name] for name in ("disciplines", "bachelor_majors") if name in reference.tables]
    every = pl.concat([pl.DataFrame(schema={"name": pl.String}), *(each.select("name") for each in tables)]).unique()
    return every.filter(plain(pl.col("name")) == pl.col("name"))["name"].sort()


def level_is_settled(context: Context) -> pl.Expr:
    """Which catalogue is asked is not in doubt: the level is the category's, else it is A32's finding."""
    expected = pl.lit(context.category.level.value if context.category else None, pl.String)
    return pl.col("level").is_in(["2", "3", "4"]) & (pl.col("level") == expected).fill_null(True)


def in_span(line: Line, ahead: timedelta = timedelta(0)) -> pl.Expr:
    """The line was in force on some day between entry and conferral."""
    return (line("since") <= CONFERRED + ahead) & (line("until") >= _START)


def plain(name: pl.Expr) -> pl.Expr:
    """A name in half width, without spaces, marks, what stands in brackets and words that are no part of it."""
    text = name.str.normalize("NFKC").str.replace_all(_NO_PART_OF_IT, "")
    return text.str.replace(r"(?:(?:硕士|博士)(?:专业学位)?|专业)$", "")


def types(rows: pl.DataFrame) -> pl.DataFrame:
    """First-level disciplines and professional types, by their four digits."""
    return merged(rows.with_columns(type=pl.col("code").str.slice(0, 4)), "type")


def _bare(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.col("code").str.strip_chars_end("TKHWSY"))


def majors(rows: pl.DataFrame) -> pl.DataFrame:
    """Codes of majors and disciplines, without the letters after them."""
    return merged(_bare(rows), "code")


def names(rows: pl.DataFrame) -> pl.DataFrame:
    """The names a code had, as they stand and as they are compared."""
    return merged(_bare(rows), "code", "name").with_columns(plain=plain(pl.col("name")))


def _masked(rows: pl.DataFrame, column: str, by: str) -> pl.DataFrame:
    """The categories of each edition's line as bits 1 to 14, a professional type as bit 0."""
    each = rows.with_columns(pl.col(column).fill_null("0").str.split("|")).explode(column).with_columns(
        pl.col("valid_from").min().over(by, "edition"), pl.col("valid_to").max().over(by, "edition"),
        bit=pl.lit(2).pow(pl.col(column).cast(pl.Int32)).cast(pl.Int32),
    )
    masks = each.unique([by, "edition", "bit"]).group_by(by, "edition", "valid_from", "valid_to").agg(mask=pl.sum("bit"))
    return merged(masks, by, "mask")


def categories(rows: pl.DataFrame) -> pl.DataFrame:
    """In which categories (门类) a discipline leads to a degree, its second level included."""
    return _masked(rows.with_columns(type=pl.col("code").str.slice(0, 4)), "degrees", "type")


def disciplines(rows: pl.DataFrame) -> pl.DataFrame:
    """In which categories (门类) a bachelor's major leads to a degree."""
    return _masked(_bare(rows), "discipline", "code")


def bits(rows: pl.DataFrame) -> pl.DataFrame:
    """The bit of `_masked` a degree asks for; both professional bachelor's degrees are of 工学 (08)."""
    category = pl.when(pl.col("kind") == "academic").then(pl.col("code").str.slice(1).cast(pl.Int32, strict=False))
    professional = pl.when(pl.col("kind") == "professional").then(pl.when(pl.col("level") == "4").then(8).otherwise(0))
    return rows.with_columns(bit=pl.lit(2).pow(pl.coalesce(category, professional)).cast(pl.Int32))


def span_is_covered(context: Context) -> pl.Expr:
    """Every edition between entry and conferral is complete."""
    spans = {
        table: any_of(*(
            (_START >= pl.lit(since, pl.Date)) & (CONFERRED <= pl.lit(_later(until), pl.Date))
            for since, until in complete(context, table)
        ))
        for table in ("disciplines", "bachelor_majors")
    }
    return by_level(context, graduates=lambda: spans["disciplines"], bachelors=lambda: spans["bachelor_majors"])


def _later(until: date) -> date:
    return until if until == NEVER else until + _NO_GRADUATES_YET
