"""A filing counted while it is read (批次概况): what is to be judged of it as such, and who signs on which day.

Must not know rules or the database.
"""

import polars as pl

_SIGNED = ("conferred", "XZXM", "ZXXM")
_MINORITY = 0.5
"""A president or chair whom no more than this share of a day's records name, where others are named, is rare."""


class Profile:
    """Counts that grow with each chunk of a filing; memory holds distinct days, cohorts and signatories only."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(
            ("whole_records", "whole_numbers", "whole_numbers_zero", "whole_cards", "whole_cards_zero"), 0
        )
        self._births: set = set()
        self._cohorts: list[pl.DataFrame] = []
        self._signed: list[pl.DataFrame] = []

    def add(self, frame: pl.DataFrame) -> None:
        """Count one chunk read by `core.values`."""
        number, card = pl.col("certificate"), pl.col("id_number")
        plain, full = pl.col("certificate_mark") == "", pl.col("id_form") == 18
        counted = frame.select(
            whole_records=pl.len(), whole_numbers=plain.sum(), whole_numbers_zero=(plain & number.str.ends_with("0")).sum(),
            whole_cards=full.sum(), whole_cards_zero=(full & card.str.ends_with("000")).sum(),
        ).row(0, named=True)
        for name, count in counted.items():
            self._counts[name] += count or 0
        self._births.update(frame["born"].unique().drop_nulls())
        enrolled = frame.filter(~pl.col("declared"))
        cohorts = enrolled.select("level", year=pl.col("entered").dt.year()).drop_nulls()
        self._cohorts.append(cohorts.group_by("level", "year").len("records"))
        self._signed.append(frame.select(_SIGNED).drop_nulls().group_by(_SIGNED).len("records"))

    def whole(self) -> dict[str, int]:
        """Facts of the filing as such, some of facts.WHOLE."""
        return self._counts | {"whole_births": len(self._births)}

    def cohorts(self) -> pl.DataFrame:
        """Records by level and year of entry: level, year, records. Second degrees and minors enrol nobody anew."""
        return _summed(self._cohorts, ("level", "year"))

    def rare_signatories(self) -> pl.DataFrame:
        """Presidents and chairs whom only a minority of a day's records name: conferred, XZXM, ZXXM."""
        signed = _summed(self._signed, _SIGNED)
        rare = [
            pl.col("records").sum().over("conferred", who) <= _MINORITY * pl.col("records").sum().over("conferred")
            for who in ("XZXM", "ZXXM")
        ]
        several = pl.any_horizontal(pl.col(who).n_unique().over("conferred") > 1 for who in ("XZXM", "ZXXM"))
        return signed.filter(several & pl.any_horizontal(rare)).select(_SIGNED)


def _summed(parts: list[pl.DataFrame], keys: tuple[str, ...]) -> pl.DataFrame:
    return pl.concat(parts).group_by(keys).agg(pl.col("records").sum().cast(pl.Int64)).sort(keys)
