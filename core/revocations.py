"""The register of revocations (撤销登记): degrees revoked and filings withdrawn that come again (articles 7 and 9).

Says which rows of a filing are named: by the reference table, or by lines of the same shape, LINES, from elsewhere.
Must not know rules or the database.
"""

from datetime import date
from functools import lru_cache

import polars as pl

from core import values
from core.reference import Reference, in_force

LINES = {
    "certificate": pl.String(), "person": pl.String(), "institution": pl.String(), "level": pl.String(),
    "kind": pl.String(), "effective_on": pl.Date(), "own": pl.Int64(),
}
"""What a line says; kind is degree or filing; own is the row that is itself what left the line, and not named for it."""


def of_filing(heads: pl.DataFrame, reference: Reference, today: date) -> pl.DataFrame:
    """The rows the reference table names, as `named` gives them."""
    return named(heads, _in_force(reference, today))


def named(heads: pl.DataFrame, register: pl.DataFrame) -> pl.DataFrame:
    """The rows that lines (LINES) name: row, known_revoked, known_withdrawn (facts.KNOWN), some rows more than once.

    A degree counts as revoked by its certificate number; or by person, institution and level, when it was conferred
    no later than the revocation took effect: a degree earned afterwards is another one. A filing counts as withdrawn
    by its certificate number, of this person where the register names one.
    """
    if register.is_empty():
        return pl.DataFrame(schema={"row": heads.schema["row"]})
    degrees, filings = (register.filter(pl.col("kind") == kind) for kind in ("degree", "filing"))
    same_degree = (
        heads.join(degrees.rename({"institution": "filer"}), on=["person", "level", "filer"], suffix="_theirs")
        .filter(pl.col("conferred") <= pl.col("effective_on"))
    )
    same_number = heads.join(degrees, on="certificate", suffix="_theirs")
    withdrawn = heads.join(filings, on="certificate", suffix="_theirs").filter(
        pl.col("person_theirs").is_null() | (pl.col("person") == pl.col("person_theirs"))
    )
    told = {"known_revoked": (same_degree, same_number), "known_withdrawn": (withdrawn,)}
    another = pl.col("row").ne_missing(pl.col("own"))
    return pl.concat(
        [found.filter(another).select("row", pl.lit(True).alias(name)) for name, frames in told.items() for found in frames],
        how="diagonal",
    )


@lru_cache(maxsize=2)
def _in_force(tables: Reference, today: date) -> pl.DataFrame:
    """Lines in force, numbers read as those of a filing are."""
    if "revocations" not in tables.tables:
        return pl.DataFrame(schema=LINES)
    effective = pl.col("effective_on").is_null() | (pl.col("effective_on") <= today)
    lines = tables.table("revocations").filter(effective, in_force(today)).with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64), own=pl.lit(None, pl.Int64)
    )
    if lines.is_empty():
        return lines.rename({"certificate_no": "certificate"}).select(*LINES)
    numbers = values.read(lines.select("row", ZJHM="person", XWZSBH="certificate_no"), tables)
    read = numbers.select("row", "person", "certificate")
    return lines.drop("person").join(read, on="row").select(*LINES)
