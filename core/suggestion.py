"""What a file itself says of its institution, category and semester, when nobody has declared them.

A suggestion is made only when at least nine in ten of ten or more records agree; otherwise the checks that need
it are not evaluated. Must not know the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from core import reference, values
from core.deadlines import Term, term_of
from core.reading import Reading
from core.reference import Reference
from core.vocabulary import Category

_TELLING = ("HXWRQ", "XWSYDWM", "XWLBM", "XWLB", "XWZSBH", "ZJLXM", "ZJLX", "GBM", "GB", "WYKSNY")
"""The filed columns a suggestion is read from."""
_LEAST = 10
_SHARE = 0.9
_REGULAR = {"2": Category.DOCTOR, "3": Category.MASTER, "4": Category.BACHELOR}
_PROFESSIONAL = {
    "2": Category.DOCTOR_PROFESSIONAL, "3": Category.MASTER_PROFESSIONAL, "4": Category.BACHELOR_PROFESSIONAL,
}
_EQUIVALENT = {"2": Category.DOCTOR_EQUIVALENT, "3": Category.MASTER_EQUIVALENT}


@dataclass(frozen=True)
class Suggestion:
    """The institution code, category and semester most of a file agrees on; None where it does not."""

    institution: str | None
    category: Category | None
    term: Term | None


def look(source: Reading) -> Suggestion:
    """What an opened file itself suggests of its institution, category and semester."""
    return look_at([source.first()])[0]


def look_at(chunks: Sequence[pl.DataFrame | None]) -> list[Suggestion]:
    """What the first rows of each of several files suggest (Reading.first), all read together."""
    told = [chunk.select("row", *(code for code in _TELLING if code in chunk.columns)) for chunk in chunks if chunk is not None]
    frame = values.read(pl.concat(told, how="diagonal"), reference.load()) if told else None
    suggestions, start = [], 0
    for chunk in chunks:
        if chunk is None:
            suggestions.append(Suggestion(None, None, None))
            continue
        suggestions.append(_suggested(frame.slice(start, chunk.height), reference.load()))
        start += chunk.height
    return suggestions


def _suggested(frame: pl.DataFrame, tables: Reference) -> Suggestion:
    months = frame["conferred"].dt.month_start().unique().drop_nulls()
    terms = {month: term_of(month).code for month in months}
    day = _agreed(frame["conferred"].dt.month_start().replace_strict(terms, default=None, return_dtype=pl.String))
    return Suggestion(
        _agreed(frame["institution"]), _category(frame, tables), Term.parse(day) if day else None
    )


def _category(frame: pl.DataFrame, tables: Reference) -> Category | None:
    level = _agreed(frame["level"])
    if level not in _REGULAR:
        return None
    letter = _agreed(frame["certificate"].str.extract("^([A-Z])").fill_null("-"))
    kinds = dict(tables.table("degrees").select("code", "kind").iter_rows())
    professional = _agreed(frame["degree"].replace_strict(kinds, default=None, return_dtype=pl.String))
    if level == "4":
        passport = _agreed(frame["id_type"]) == "06" and _agreed(frame["country"]) != "156"
        adult = letter == "C" or frame["language_passed"].is_not_null().mean() > 0.5
        if letter == "L" or passport:
            return Category.BACHELOR_INTERNATIONAL
        if adult:
            return Category.BACHELOR_ADULT
    elif letter == "T":
        return _EQUIVALENT[level]
    return _PROFESSIONAL[level] if professional == "professional" else _REGULAR[level]


def _agreed(column: pl.Series) -> str | None:
    told = column.drop_nulls()
    if told.len() < _LEAST:
        return None
    if (told == told[0]).all():
        return told[0]
    most = told.value_counts(sort=True, name="rows").row(0)
    return most[0] if most[1] >= _SHARE * told.len() else None
