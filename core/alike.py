"""Records alike in how they were studied for and conferred (同类记录): what is so of one of them is so of all.

A filing holds few such kinds, so what only asks about study and conferral is worked out once for each. Must not
know what is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

ALIKE = (
    "institution", "XWSYDW", "training_unit", "PYDW", "degree", "degree_told", "XWLB", "level", "major", "ZYMC",
    "conferred", "entered", "graduated", "XZ", "XXXS", "XXXSM", "BZ", "SFDEXW", "declared", "second", "minor", "joint",
    "LHPYDW", "LHPYDWM", "XZXM", "ZXXM", "prior_conferred", "language_passed", "declassified", "MJ", "SFSM",
    "garbled_field", "filer", "resolved_on",
)
"""Columns of a read frame that tell how a record was studied for and conferred."""
_ANY_OF_THEM = "row"
"""A column an expression may name only to have a value for each row."""


@dataclass(frozen=True)
class Answers:
    """What is so of each row of a frame, by the name it was asked by: true, false, or null.

    `of_rows` has a line for each row, `of_kinds` for each kind of row, the kinds numbered from 0; `kind_of` is each row's.
    """

    of_rows: pl.DataFrame
    of_kinds: pl.DataFrame
    kind_of: pl.Series

    def has(self, name: str) -> bool:
        """Whether this was asked."""
        return name in self.of_rows.columns or name in self.of_kinds.columns

    def column(self, name: str) -> pl.Series:
        """One answer for every row."""
        return self.of_kinds[name].gather(self.kind_of) if name in self.of_kinds.columns else self.of_rows[name]

    def frame(self) -> pl.DataFrame:
        """All answers for every row."""
        return pl.DataFrame({name: self.column(name) for name in (*self.of_kinds.columns, *self.of_rows.columns)})

    def where(self, one: str, without: str) -> np.ndarray:
        """The places of rows of which one thing is so and another is not."""
        if not {one, without} <= set(self.of_kinds.columns):
            return (self.column(one) & ~self.column(without)).arg_true().to_numpy()
        kinds = self.of_kinds.select(pl.col(one) & ~pl.col(without)).to_series()
        return kinds.gather(self.kind_of).arg_true().to_numpy() if kinds.any() else np.empty(0, np.int64)

    def count(self, name: str, ends: np.ndarray) -> np.ndarray:
        """Of how many rows one thing is so, in each of the parts that end before these places."""
        of_kinds = name in self.of_kinds.columns
        column = self.of_kinds[name] if of_kinds else self.of_rows[name]
        so = (column.fill_null(False) if column.null_count() else column).to_numpy()
        if of_kinds:
            if so.all() or not so.any():
                return np.diff(ends, prepend=0) * int(so.all())
            so = so[self.kind_of.to_numpy()]
        return np.array([np.count_nonzero(so[start:end]) for start, end in pairwise((0, *ends))])


def answers(frame: pl.DataFrame, asked: Mapping[str, pl.Expr]) -> Answers:
    """Expressions over a read frame, which say yes or no of each row by itself, answered by the names they are asked by."""
    empty = [name for name in frame.columns if frame[name].null_count() == frame.height]
    keys = [name for name in ALIKE if name in frame.columns and name not in empty]
    known = {*keys, *empty, _ANY_OF_THEM} if keys else set()
    shared = {name: each for name, each in asked.items() if keys and set(each.meta.root_names()) <= known}
    apart = [each.alias(name) for name, each in asked.items() if name not in shared]
    of_rows = frame.lazy().select("row", *apart).collect().drop("row")  # lazy, so that what several ask is worked out once
    if not shared:
        return Answers(of_rows, pl.DataFrame(), pl.Series(dtype=pl.UInt32))
    places = pl.int_range(pl.len(), dtype=pl.UInt32)
    same = frame.select(pl.col(keys).eq_missing(pl.col(keys).first()).all()).row(0, named=True)
    telling = [name for name in keys if not same[name]] or keys[:1]
    kinds = frame.lazy().select(*telling, at=places).group_by(telling).agg("at").collect()
    kind_of = kinds.select("at", kind=places).explode("at").sort("at")["kind"]
    first = frame[kinds["at"].list.first()]
    of_kinds = first.select("row", *(each.alias(name) for name, each in shared.items())).drop("row")
    return Answers(of_rows, of_kinds, kind_of)
