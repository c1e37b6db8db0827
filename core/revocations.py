"""The register of revocations (撤销登记): degrees revoked and filings withdrawn that come again (articles 7 and 9).

Says which rows of a filing it names. Must not know rules or the database.
"""

from datetime import date

import polars as pl

from core import values
from core.reference import Reference, in_force


def of_filing(heads: pl.DataFrame, reference: Reference, today: date) -> pl.DataFrame:
    """The rows the register names: row, known_revoked, known_withdrawn (facts.KNOWN), some rows more than once.

    A degree counts as revoked by its certificate number; or by person, institution and level, when it was conferred
    no later than the revocation took effect: a degree earned afterwards is another one. A filing counts as withdrawn
    by its certificate number, of this person where the register names one.
    """
    register = _in_force(reference, today)
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
    return pl.concat(
        [found.select("row", pl.lit(True).alias(name)) for name, frames in told.items() for found in frames],
        how="diagonal",
    )


def _in_force(tables: Reference, today: date) -> pl.DataFrame:
    """Lines in force, numbers read as those of a filing are."""
    columns = ("certificate", "person", "institution", "level", "kind", "effective_on")
    if "revocations" not in tables.tables:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String) | {"effective_on": pl.Date})
    effective = pl.col("effective_on").is_null() | (pl.col("effective_on") <= today)
    lines = tables.table("revocations").filter(effective, in_force(today)).with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    if lines.is_empty():
        return lines.rename({"certificate_no": "certificate"}).select(columns)
    numbers = values.read(lines.select("row", ZJHM="person", XWZSBH="certificate_no"), tables)
    read = numbers.select("row", "person", "certificate")
    return lines.drop("person").join(read, on="row").select(columns)
