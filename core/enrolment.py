"""Authorised enrolment (核定招生规模): how far a cohort's conferrals exceed what the institution was allowed to enrol.

Serves check P12 (article 2). Must not know the database.
"""

import polars as pl

from core.reference import Reference

_COHORT = ["institution", "level", "year"]


def excess(reference: Reference, filed: pl.DataFrame, on_file: pl.DataFrame) -> dict[int, int]:
    """Percent by which the worst cohort of a filing exceeds its enrolment, 0 or less when none does; by the filing's place.

    `filed` is part (the place), institution, level, year (of entry), records; `on_file` what institutions have there
    already: institution, level, year, records. A filing none of whose cohorts has a line in the table cannot be judged and
    is left out, as are such cohorts; the numbers of a cohort's several lines add up. Counted by year of entry, whoever
    graduates late is still of the cohort that enrolled him: nothing carries over.
    """
    if "enrolment" not in reference.tables:
        return {}
    of_filers = pl.col("institution").is_in(filed["institution"].unique().implode())
    allowed = (
        reference.table("enrolment").filter(of_filers)
        .select(
            "institution", "level", pl.col("year").cast(pl.Int32, strict=False),
            allowed=pl.col("number").cast(pl.Int64, strict=False),
        )
        .drop_nulls().group_by(_COHORT).agg(pl.col("allowed").sum())
    )
    before = (
        on_file.with_columns(pl.col("year").cast(pl.Int32)).group_by(_COHORT).agg(before=pl.col("records").sum())
    )
    judged = filed.with_columns(pl.col("year").cast(pl.Int32)).join(allowed, on=_COHORT).join(before, on=_COHORT, how="left")
    conferred = pl.col("records") + pl.col("before").fill_null(0)
    above = (conferred - pl.col("allowed")) * 100 / pl.max_horizontal("allowed", 1)
    return dict(judged.group_by("part").agg(above.ceil().cast(pl.Int64).max()).iter_rows())
