"""证书内容: what stands on the certificates of chosen records, public columns alone, for one record or millions (article 3).

What was filed stands as it was filed; where only its code was, the code's words as they stood on the day of conferral.
Must not know which records are to be seen.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from core import cell, reference
from core.database import Transaction
from core.public.package import NUMBER, PHOTO
from core.record import PUBLIC
from core.reference import Reference

ON_LINE = """(r.status = 'published' OR (r.online_still AND EXISTS (
        SELECT 1 FROM record AS n WHERE n.record_id = r.record_id AND n.status = 'cleared')))"""
"""A version the public sees: published, or the last one that was while the next, cleared, waits for the monthly run."""

_CODED = {"XB": ("XBM", "sexes"), "XWSYDW": ("XWSYDWM", "institutions"), "XWLB": ("XWLBM", "degrees")}
"""Content a file may carry as a code alone: the code's column and the table that has its words."""

_FILES = """
CREATE OR REPLACE TEMP TABLE chosen_file AS
SELECT parquet, $filings || parquet AS path, row_number() OVER (ORDER BY parquet) - 1 AS file
FROM (SELECT DISTINCT parquet FROM ({chosen}) WHERE parquet IS NOT NULL)"""

_CHOSEN = """
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT c.* EXCLUDE (parquet), k.file, p.sha256 AS photo
FROM ({chosen}) AS c LEFT JOIN chosen_file AS k ON k.parquet = c.parquet
LEFT JOIN photo AS p ON p.record_id = c.record_id AND p.readable"""
"""A file goes by its place among those read: millions of rows would each carry its name."""

_WHERE = """
SELECT (SELECT coalesce(list(path ORDER BY file), []) FROM chosen_file) AS paths, coalesce(min(filing_row), 0) AS first,
    coalesce(max(filing_row), 0) AS last
FROM chosen"""

_FILED = "read_parquet($paths)"
"""With the engine's own `file_index`: a row's file by its place in $paths."""
_NOTHING_FILED = f"""(
SELECT {', '.join(f"NULL::VARCHAR AS {code}" for code in (*PUBLIC, *(code for code, _ in _CODED.values())))},
    NULL::BIGINT AS "row", NULL::UBIGINT AS file_index WHERE FALSE)"""


@dataclass(frozen=True)
class Content:
    """A SELECT of the chosen records' certificate content, good as long as the transaction it was made in.

    Columns: all of PUBLIC by code, and `photo`; null where there is nothing.
    """

    sql: str
    params: dict[str, object]


def of(tx: Transaction, chosen: str, folder: Path, tables: Reference, **params: object) -> Content:
    """The content of the records a SELECT chooses; they stay in the temporary table `chosen`.

    `chosen` gives record_id, parquet and filing_row (where each was filed below `folder`, the store's), certificate_no,
    and whatever else its caller wants to keep.
    """
    tx.run(_FILES.format(chosen=chosen), filings=f"{folder / 'filings'}/", **params)
    tx.run(_CHOSEN.format(chosen=chosen), **params)
    (where,) = tx.frame(_WHERE).to_dicts()
    filed = _FILED if where["paths"] else _NOTHING_FILED
    alone = tx.frame(_ALONE.format(filed=filed), **where).unpivot(index="day", variable_name="field", value_name="code")
    tx.run("CREATE OR REPLACE TEMP TABLE code_word (field VARCHAR, code VARCHAR, day VARCHAR, word VARCHAR)")
    tx.append("code_word", _words(alone.drop_nulls("code").unique(), tables))
    joins = [
        f"\nLEFT JOIN code_word AS w_{field} ON w_{field}.field = '{field}' AND w_{field}.code = p.{code} "
        f"AND w_{field}.day = coalesce(p.HXWRQ, '')"
        for field, (code, _) in _CODED.items()
    ]
    sql = f"""
SELECT {', '.join(_shown(code) for code in PUBLIC)}, c.photo AS {PHOTO}
FROM {filed} AS p
JOIN chosen AS c ON c.file = p.file_index AND c.filing_row = p."row"{''.join(joins)}"""
    return Content(sql, where)


def _shown(code: str) -> str:
    if code == NUMBER:
        return f"c.certificate_no AS {NUMBER}"
    told = f"coalesce({_text(code)}, w_{code}.word)" if code in _CODED else _text(code)
    return f"{told} AS {code}"


def _text(code: str) -> str:
    """The filed text without what stands around it, as `cell.tidy`; only where anything does is it trimmed, which is dear."""
    around = f"regexp_matches(p.{code}, '^[{cell.EDGE}]|[{cell.EDGE}]$')"
    return f"nullif(CASE WHEN {around} THEN trim(p.{code}, '{cell.EDGE}') ELSE p.{code} END, '')"


_ALONE = f"""
SELECT DISTINCT {', '.join(f'CASE WHEN {_text(field)} IS NULL THEN p.{code} END AS {field}' for field, (code, _) in _CODED.items())},
    coalesce(p.HXWRQ, '') AS day
FROM {{filed}} AS p
WHERE p."row" BETWEEN $first AND $last
    AND ({' OR '.join(f'({_text(field)} IS NULL AND p.{code} IS NOT NULL)' for field, (code, _) in _CODED.items())})"""
"""Every code filed without its words, and the conferral days it was filed with."""


def _words(alone: pl.DataFrame, tables: Reference) -> pl.DataFrame:
    """The words for each code on each day: field, code, day, word; the last line of the table that is in force counts."""
    read = alone.with_columns(known=cell.half_width(pl.col("code")), on=cell.date(pl.col("day")))
    found = [pl.DataFrame(schema={"field": pl.String, "code": pl.String, "day": pl.String, "word": pl.String})]
    for field, (_, table) in _CODED.items():
        lines = tables.table(table).select("valid_from", "valid_to", known="code", word="name")
        joined = read.filter(field=field).join(lines, on="known", maintain_order="left_right")
        in_force = joined.filter(reference.in_force(pl.col("on")))
        found.append(in_force.group_by("field", "code", "day").agg(pl.col("word").last()))
    return pl.concat(found)
