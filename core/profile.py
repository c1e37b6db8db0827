"""A filing counted while it is read (批次概况): what is to be judged of it as such, and who signs on which day.

Must not know rules or the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

_SIGNED = ("conferred", "XZXM", "ZXXM")
_NO_COHORTS = pl.DataFrame(schema={"level": pl.String, "year": pl.Int32, "records": pl.UInt32})
_NOBODY_SIGNED = pl.DataFrame(schema={"conferred": pl.Date, "XZXM": pl.String, "ZXXM": pl.String, "records": pl.UInt32})
_MINORITY = 0.5
"""A president or chair whom no more than this share of a day's records name, where others are named, is rare."""


@dataclass(frozen=True)
class Counted:
    """One chunk of a filing counted."""

    totals: dict[str, int]
    births: list[date]
    cohorts: pl.DataFrame
    signed: pl.DataFrame


def count(frame: pl.DataFrame, heights: Sequence[int]) -> list[Counted]:
    """Count chunks of several filings, one below the other in a frame read by `core.values`, each of so many rows."""
    number, card = pl.col("certificate"), pl.col("id_number")
    plain, full = pl.col("certificate_mark") == "", pl.col("id_form") == 18
    parts = pl.Series("part", np.repeat(np.arange(len(heights)), heights))
    placed = frame.select(
        "certificate", "certificate_mark", "id_number", "id_form", "born", "declared", "level", parts,
        *_SIGNED, year=pl.col("entered").dt.year(),
    )
    totals = placed.group_by("part").agg(
        whole_records=pl.len(), whole_numbers=plain.sum(), whole_numbers_zero=(plain & number.str.ends_with("0")).sum(),
        whole_cards=full.sum(), whole_cards_zero=(full & card.str.ends_with("000")).sum(),
        births=pl.col("born").unique().drop_nulls(),
    ).sort("part").drop("part").to_dicts()
    cohorts = _apart(placed.filter(~pl.col("declared")), ("level", "year"))
    signed = _apart(placed, _SIGNED)
    return [
        Counted({name: told for name, told in each.items() if name != "births"}, each["births"],
                cohorts.get((part,), _NO_COHORTS), signed.get((part,), _NOBODY_SIGNED))
        for part, each in enumerate(totals)
    ]


def _apart(placed: pl.DataFrame, keys: tuple[str, ...]) -> dict[tuple[object, ...], pl.DataFrame]:
    """Records by these keys where all are told, of each filing by itself."""
    counted = placed.select("part", *keys).drop_nulls().group_by("part", *keys).len("records")
    return counted.partition_by("part", as_dict=True, include_key=False)


class Profile:
    """Counts that grow with each chunk of a filing; memory holds distinct days, cohorts and signatories only."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(
            ("whole_records", "whole_numbers", "whole_numbers_zero", "whole_cards", "whole_cards_zero"), 0
        )
        self._births: set = set()
        self._cohorts: list[pl.DataFrame] = []
        self._signed: list[pl.DataFrame] = []

    def add(self, counted: "Counted") -> None:
        """Add what was counted of the next chunk."""
        for name, count in counted.totals.items():
            self._counts[name] += count or 0
        self._births.update(counted.births)
        self._cohorts.append(counted.cohorts)
        self._signed.append(counted.signed)

    def whole(self) -> dict[str, int]:
        """Facts of the filing as such, some of facts.WHOLE."""
        return self._counts | {"whole_births": len(self._births)}

    def cohorts(self) -> pl.DataFrame:
        """Records by level and year of entry: level, year, records. Second degrees and minors enrol nobody anew."""
        return _summed(self._cohorts, ("level", "year"))

    def rare_signatories(self) -> pl.DataFrame:
        """Presidents and chairs whom only a minority of a day's records name: conferred, XZXM, ZXXM."""
        return rare_among(_summed(self._signed, _SIGNED))


def rare_among(signed: pl.DataFrame) -> pl.DataFrame:
    """Of a filing's signatories (conferred, XZXM, ZXXM, records) those whom only a minority of a day's records name."""
    if not signed["conferred"].is_duplicated().any():
        return signed.select(_SIGNED).clear()
    rare = [
        pl.col("records").sum().over("conferred", who) <= _MINORITY * pl.col("records").sum().over("conferred")
        for who in ("XZXM", "ZXXM")
    ]
    several = pl.any_horizontal(pl.col(who).n_unique().over("conferred") > 1 for who in ("XZXM", "ZXXM"))
    return signed.filter(several & pl.any_horizontal(rare)).select(_SIGNED)


def _summed(parts: list[pl.DataFrame], keys: tuple[str, ...]) -> pl.DataFrame:
    together = parts[0] if len(parts) == 1 else pl.concat(parts).group_by(keys).agg(pl.col("records").sum())
    return together.with_columns(pl.col("records").cast(pl.Int64)).sort(keys)
