"""照片核查: the checks of photos alone, over records on file and the photos they have or are to have (articles 2 and 7).

Must not know where photos come from, or what becomes of what is found.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from core import at_rest, checking, facts, resort
from core.checking import Checked
from core.rules import RULES, Sight
from core.ruleset import Ruleset

CHECKS = frozenset(code for code, rule in RULES.items() if rule.sight is Sight.PHOTO)
FOUND = {"filing_id": pl.Int64, "record_id": pl.Int64, "rule": pl.String, "class": pl.String, "field": pl.String, "value": pl.String}
"""Shape of what is found of photos on file: one line per record and check."""
_EVALUATED = {"filing_id": pl.Int64, "rule": pl.String, "evaluated": pl.Int64}


def judge(
    filings: dict[int, dict[str, Any]], records: pl.DataFrame, judged_by: Ruleset, filed: Path
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """What a version of the rulebook finds of records' photos: FOUND, and how many of them each check judged: filing_id,
    rule, evaluated.

    `filings` are as resort.filings gives them, by their numbers; `records` has record_id, filing_id, filing_row, parquet (where
    a corrected one's row is, null for one as filed), photos
    (how many each has), readable, width, height, size, contrast, twin (the picture is another person's too); `filed` is the folder of Parquet.
    """
    found, evaluated = [pl.DataFrame(schema=FOUND)], [pl.DataFrame(schema=_EVALUATED)]
    for (filing_id,), own in records.partition_by("filing_id", as_dict=True).items():
        checked = _checked(filings[filing_id], own, judged_by, filed)
        of_filing = pl.lit(filing_id, pl.Int64).alias("filing_id")
        rows = own.select("record_id", row="filing_row")
        found.append(checked.findings.join(rows, on="row", maintain_order="left").with_columns(of_filing).select(*FOUND))
        evaluated.append(checked.tally.with_columns(of_filing).select(*_EVALUATED))
    return pl.concat(found), pl.concat(evaluated)


def _checked(filing: dict[str, Any], records: pl.DataFrame, judged_by: Ruleset, filed: Path) -> Checked:
    context = replace(resort.context_of(filing, judged_by, CHECKS), photos=True)
    told = records.select(
        row="filing_row", known_photos="photos", known_photo_readable="readable",
        known_photo_width=pl.col("width").cast(pl.UInt32), known_photo_height=pl.col("height").cast(pl.UInt32),
        known_photo_bytes=pl.col("size").cast(pl.UInt32), known_photo_contrast="contrast", known_photo_twin="twin",
    )
    own = records.select("filing_row", parquet=pl.col("parquet").fill_null(filing["parquet"]))
    rows = pl.concat(
        at_rest.read(filed / name, rows=lines["filing_row"])
        for (name,), lines in own.partition_by("parquet", as_dict=True).items()
    )
    frame = facts.beside(checking.read([(rows, context)]), told)
    return checking.judge(frame, context, frozenset({Sight.PHOTO}))
