"""What may be studied at each institution of the synthetic nation: a couple of dozen majors of its category.

Every major is in the catalogue from the students' entry to their conferral, under one name. Must not know records.
"""

from datetime import date
from functools import cache

import polars as pl

from core import reference
from core.demo.plan import Filing
from core.vocabulary import Category, Level

HALF = 12
"""So many majors of an institution end in an even digit and as many in an odd one, where the catalogue has them."""
STANDARD = {Level.BACHELOR: "080901", Level.MASTER: "0812", Level.DOCTOR: "0812"}
"""A major of every institution at each level, 计算机科学与技术: old enough for lives moved back."""
WANTING = {"bachelor": "010102", "controlled": "030101K", "graduate": "0713", "ended": "0714"}
"""Majors nobody is entitled to, by what is wrong with them; `ended` is a right that ended in 2015."""
YOUNG_TYPE, NEW_DOCTOR_TYPE = "0854", "0252"
"""A type of master's degrees since 2019, and one of doctorates since 2022; all filers of types are entitled to both."""
_BACHELOR_TYPES = {"082801": "444", "082802": "445"}
"""Professional bachelor's degrees, 建筑学 and 城市规划, by their majors."""
_ARMY, _CROSS = "11", "14"
_PROFESSIONAL = (Category.MASTER_PROFESSIONAL, Category.DOCTOR_PROFESSIONAL)


def offered(filings: list[Filing]) -> pl.DataFrame:
    """What each filing's students study: file, slot (even slots are majors ending in an even digit), kind, degree,
    major, major_name."""
    return pl.concat(
        _of_institution(_pool(each.category, each.entered, each.days.first), each.institution).with_columns(file=pl.lit(each.file))
        for each in filings
    )


def _of_institution(pool: tuple[pl.DataFrame, pl.DataFrame], institution: str) -> pl.DataFrame:
    """Its share of the even and of the odd majors: a stretch of each that begins at a place of its own."""
    start = int(institution) * 7
    chosen = []
    for side, majors in enumerate(pool):
        places = [(start + each * 5) % majors.height for each in range(min(HALF, majors.height))]
        own = majors[sorted(set(places))]
        chosen.append(own.with_columns(slot=pl.int_range(pl.len()) * 2 + side))
    return pl.concat(chosen)


@cache
def _pool(category: Category, entered: date, conferred: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Even and odd majors of a category that are in force all the while: kind, degree, major, major_name."""
    if category is Category.BACHELOR_PROFESSIONAL:
        types = pl.col("digits").replace_strict(_BACHELOR_TYPES, default=None, return_dtype=pl.String)
        majors = _bachelor(entered, conferred).with_columns(degree=types).filter(pl.col("degree").is_not_null())
    elif category.level is Level.BACHELOR:
        majors = _bachelor(entered, conferred)
    elif category in _PROFESSIONAL:
        majors = _types(category.level, entered, conferred)
    else:
        majors = _disciplines(category.level, entered, conferred)
    even = pl.col("digits").str.slice(-1).cast(pl.Int32) % 2 == 0
    told = majors.unique("digits", keep="first", maintain_order=True).sort("digits")
    columns = ("kind", "degree", "major", "major_name")
    return told.filter(even).select(columns), told.filter(~even).select(columns)


def _bachelor(entered: date, conferred: date) -> pl.DataFrame:
    category = pl.col("discipline").str.split("|").list.first()
    return _in_force("bachelor_majors", entered, conferred).filter(
        category != _ARMY, ~pl.col("code").is_in(list(WANTING.values()))
    ).select(
        digits=pl.col("code").str.strip_chars_end("TKH"), kind=pl.lit("academic"), degree=pl.lit("4") + category,
        major="code", major_name="name",
    )


def _disciplines(level: Level, entered: date, conferred: date) -> pl.DataFrame:
    field = pl.col("code").str.slice(0, 2)
    return _in_force("disciplines", entered, conferred).filter(
        pl.col("kind") == "academic", pl.col("code").str.len_chars() == 4, ~field.is_in([_ARMY, _CROSS]),
        ~pl.col("code").is_in(list(WANTING.values())),
    ).select(
        digits="code", kind="kind", degree=pl.lit(str(level)) + pl.col("degrees").str.split("|").list.first(),
        major=pl.col("code") + "00", major_name="name",
    )


def _types(level: Level, entered: date, conferred: date) -> pl.DataFrame:
    begun = pl.col("valid_from").is_null() | (pl.col("valid_from") <= entered)
    degrees = reference.load().table("degrees").filter(
        pl.col("kind") == "professional", pl.col("level") == str(level), begun, pl.col("fields").is_not_null()
    ).with_columns(type=pl.col("fields").str.split("|")).explode("type")
    own = degrees.sort(pl.col("fields").str.len_chars(), maintain_order=True).unique("type", keep="first", maintain_order=True)
    types = _in_force("disciplines", entered, conferred).filter(
        pl.col("kind") == "professional", pl.col("code").str.len_chars() == 4, pl.col("code").str.slice(0, 2) != _ARMY
    )
    return types.join(own.select("type", degree="code"), left_on="code", right_on="type").select(
        digits="code", kind="kind", degree="degree", major=pl.col("code") + "00", major_name="name"
    )


def _in_force(table: str, entered: date, conferred: date) -> pl.DataFrame:
    """Lines in force at conferral whose code had the same name at entry."""
    lines = reference.load().table(table)
    then, now = (
        lines.filter(
            (pl.col("valid_from") <= day).fill_null(True) & (pl.col("valid_to") >= day).fill_null(True)
        ) for day in (entered, conferred)
    )
    return now.join(then, on=["code", "name"], how="semi", maintain_order="left")
