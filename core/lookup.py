"""学位查询: what the public sees of a certificate, given its holder's name and its number (article 3).

Takes the store alone: the public has no identity here. Must not know why a record is not to be seen.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date

import polars as pl

from core import ruleset, values
from core.database import Database
from core.record import PUBLIC
from core.reference import Reference

_FIND = """
SELECT r.filing_row, f.parquet, r.name FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.certificate_no = $certificate_no AND r.status = 'published'"""

_NAMED = {"XB": ("XBM", "sex", "sexes"), "XWSYDW": ("XWSYDWM", "institution", "institutions"),
          "XWLB": ("XWLBM", "degree", "degrees")}
"""Certificate content a file may carry as a code alone: the code's column, its value once read, its table."""

_ROW = f"""
SELECT "row", {', '.join((*PUBLIC, *(code for code, _, _ in _NAMED.values())))}
FROM read_parquet($path) WHERE "row" = $filing_row"""

_SEPARATORS = dict.fromkeys(map(ord, "・･•．.‧∙⋅●﹒"), "·")


@dataclass(frozen=True)
class Certificate:
    """Certificate content (学位证书信息): filed code → value, public columns only."""

    content: dict[str, str]


def find(db: Database, name: str, certificate_no: str) -> Certificate | None:
    """The one published certificate with this number and name, or None: the same for absent and withheld.

    Full-width figures, spaces, lower case and name separators do not matter.
    """
    number = "".join(unicodedata.normalize("NFKC", certificate_no).split()).upper()
    matches = [
        row for row in db.frame(_FIND, certificate_no=number).iter_rows(named=True)
        if _plain(row["name"] or "") == _plain(name)
    ]
    if len(matches) != 1:
        return None
    found = matches[0]
    path = str(db.folder / "filings" / found["parquet"])
    filed = db.frame(_ROW, path=path, filing_row=found["filing_row"])
    tables = ruleset.in_force(db, date.max).reference
    told = {code: (filed[code].item() or "").strip() or _named(filed, code, tables) for code in PUBLIC}
    return Certificate({code: value for code, value in told.items() if value})


def _named(filed: pl.DataFrame, code: str, tables: Reference) -> str | None:
    """The words for a code that was filed without them, as they stood on the day of conferral."""
    if code not in _NAMED:
        return None
    _, read, table = _NAMED[code]
    row = values.read(filed, tables).row(0, named=True)
    valid = tables.table(table).filter(
        pl.col("code") == row[read],
        pl.col("valid_from").is_null() | (pl.col("valid_from") <= row["conferred"]),
        pl.col("valid_to").is_null() | (pl.col("valid_to") >= row["conferred"]),
    )
    return valid["name"][-1] if valid.height else None


def _plain(name: str) -> str:
    return "".join(name.translate(_SEPARATORS).split()).casefold()
