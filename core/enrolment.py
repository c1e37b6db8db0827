"""Authorised enrolment (核定招生规模): how far a cohort's conferrals exceed what the institution was allowed to enrol.

Serves check P12 (article 2). Must not know the database.
"""

import polars as pl

from core.reference import Reference


def excess(reference: Reference, institution: str, filed: pl.DataFrame, on_file: pl.DataFrame) -> int | None:
    """Percent by which the worst cohort exceeds its enrolment; 0 or less when none does, None without a table.

    `filed` and `on_file` are level, year (of entry), records: what this filing has and what is there already. A
    cohort without a line in the table cannot be judged and is left out; the numbers of its several lines add up.
    Counted by year of entry, whoever graduates late is still of the cohort that enrolled him: nothing carries over.
    """
    if "enrolment" not in reference.tables:
        return None
    allowed = (
        reference.table("enrolment").filter(pl.col("institution") == institution)
        .select("level", pl.col("year").cast(pl.Int32, strict=False), allowed=pl.col("number").cast(pl.Int64, strict=False))
        .drop_nulls().group_by("level", "year").agg(pl.col("allowed").sum())
    )
    touched = filed.select("level", pl.col("year").cast(pl.Int32))
    conferred = (
        pl.concat([filed, on_file.select("level", "year", "records")], how="vertical_relaxed")
        .with_columns(pl.col("year").cast(pl.Int32)).group_by("level", "year").agg(pl.col("records").sum())
    )
    judged = conferred.join(touched, on=["level", "year"], how="semi").join(allowed, on=["level", "year"])
    if judged.is_empty():
        return None
    above = (pl.col("records") - pl.col("allowed")) * 100 / pl.max_horizontal("allowed", 1)
    return judged.select(above.ceil().cast(pl.Int64).max()).item()
