"""Records alike in how they were studied for and conferred (同类记录): what is so of one of them is so of all.

A filing holds few such kinds, so what only asks about study and conferral is worked out once for each. Must not
know what is asked.
"""

from collections.abc import Mapping

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


def answers(frame: pl.DataFrame, asked: Mapping[str, pl.Expr]) -> pl.DataFrame:
    """Expressions over a read frame, each as a column of the name it is asked by; every one looks at a single row."""
    empty = [name for name in frame.columns if frame[name].null_count() == frame.height]
    keys = [name for name in ALIKE if name in frame.columns and name not in empty]
    if not keys:
        return frame.select(each.alias(name) for name, each in asked.items())
    shared = {name: each for name, each in asked.items() if set(each.meta.root_names()) <= {*keys, *empty, _ANY_OF_THEM}}
    places = pl.int_range(pl.len(), dtype=pl.UInt32)
    kinds = frame.lazy().select(*keys, at=places).group_by(keys).agg("at").collect()
    kind_of = kinds.select("at", kind=places).explode("at").sort("at")["kind"]
    first = frame[kinds["at"].list.first()]
    of_kinds = first.select("row", *(each.alias(name) for name, each in shared.items()))[kind_of]
    return of_kinds.hstack(
        frame.select(each.alias(name) for name, each in asked.items() if name not in shared)
    ).drop("row")
