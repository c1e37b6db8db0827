"""Numbers one slip of the pen apart (疑似证件号录入错误): two persons of one name and birth date who may be one.

Serves check X06 (article 2). Work grows with the number of namesakes, not with their pairs. Must not know rules or
the database.
"""

import polars as pl

_LONGEST = 20
"""Longer numbers are of no document."""
_ALIKE = ("filer", "name", "born")


def near_twins(people: pl.DataFrame) -> pl.DataFrame:
    """Which of these people have a namesake born the same day whose number is one slip away: row, known_near_twin.

    `people` has row, filer (only people of one institution are compared), name, born and person (the number); those
    without a row are only compared with. A slip is one
    wrong character, or two neighbours that changed places; numbers of different lengths are never one slip apart.
    """
    told = people.filter(pl.all_horizontal(pl.col(name).is_not_null() for name in (*_ALIKE, "person")))
    namesakes = told.filter(told.select(pl.struct(_ALIKE).hash()).to_series().is_duplicated())
    numbered = namesakes.filter(pl.col("person").str.len_chars() <= _LONGEST)
    numbered = numbered.filter(pl.any_horizontal(_shared(part) for part in _thirds()))
    longest = numbered["person"].str.len_chars().max() or 0
    keys = [key for place in range(longest) for key in (_one_hidden(place), _two_sorted(place))]
    near = numbered.filter(pl.col("row").is_not_null() & pl.any_horizontal(pl.lit(False), *map(_met, keys)))
    return near.select("row").unique().with_columns(known_near_twin=pl.lit(True))


def _thirds() -> tuple[pl.Expr, pl.Expr]:
    """The first and the last third of a number: one slip leaves one of them whole."""
    number = pl.col("person")
    third = number.str.len_chars() // 3
    return number.str.slice(0, third), number.str.slice(number.str.len_chars() - third)


def _shared(part: pl.Expr) -> pl.Expr:
    return pl.struct(*_ALIKE, part.alias("part")).is_duplicated()


def _met(key: pl.Expr) -> pl.Expr:
    """Whether a row shares a key, filer, name and birth date with another number."""
    return key.is_not_null() & (pl.col("person").n_unique().over(*_ALIKE, key) > 1)


def _one_hidden(place: int) -> pl.Expr:
    number = pl.col("person")
    rest = number.str.slice(0, place) + "\0" + number.str.slice(place + 1)
    return pl.when(number.str.len_chars() > place).then(rest)


def _two_sorted(place: int) -> pl.Expr:
    number = pl.col("person")
    one, other = number.str.slice(place, 1), number.str.slice(place + 1, 1)
    pair = pl.when(one <= other).then(one + other).otherwise(other + one)
    rest = number.str.slice(0, place) + pair + number.str.slice(place + 2)
    return pl.when(number.str.len_chars() > place + 1).then(rest)
