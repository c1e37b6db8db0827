"""在库比对: drafts judged by all checks against everything on file (articles 2 and 8). Nothing is written.

Must not know whether a draft came from a filing or a correction, nor what becomes of what is found.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from core import at_rest, comparison, enrolment, excuses, revocations
from core.checking import Checked
from core.database import Database, Transaction
from core.deadlines import Term
from core.draft import Draft, offsets
from core.facts import SAME_NUMBER
from core.rules import Context
from core.twins import near_twins

PHOTOS = "photos.parquet"
"""Drafts' photos beside their heads: part, row, sha256, file_name and what is known of each."""
_ACQUAINTED = f"""
WITH met AS MATERIALIZED (
    SELECT r.rowid AS place FROM record AS r WHERE r.person IN (SELECT person FROM read_parquet($heads))
), theirs AS (
    SELECT r.name, r.certificate_no AS certificate, r.person, r.level, r.major, r.born, r.sex, r.conferred_on AS conferred,
        r.entered, r.graduated, r.full_time, r.declared, f.institution,
        CASE WHEN r.status IN ('revoked', 'withdrawn') THEN r.status ELSE 'on_file' END AS status
    FROM record AS r
    JOIN filing AS f ON f.filing_id = r.filing_id
    WHERE r.rowid IN (SELECT place FROM met) AND NOT list_contains($except, r.filing_id)
        AND r.status NOT IN ('superseded', 'out_of_scope')
    QUALIFY row_number() OVER (PARTITION BY r.person ORDER BY r.record_id) <= {SAME_NUMBER}
)
SELECT h.row, r.* EXCLUDE (institution, status), r.institution = h.filer AS here, r.status
FROM theirs AS r
JOIN read_parquet($heads) AS h ON h.person = r.person
WHERE h.suspect OR (h.level = '2' AND r.level = '3') OR h.name <> r.name OR h.born <> r.born OR h.sex <> r.sex
    OR r.status IN ('revoked', 'withdrawn')
    OR (h.level = r.level AND (h.conferred = r.conferred OR h.major = r.major
        OR (h.full_time AND r.full_time AND h.entered < r.graduated AND r.entered < h.graduated)))"""
"""Records on file that share a person with the filing, where there is anything to say of the two; found by one column, the
others are read of those found."""

_MATCHES = """
SELECT h.row, bool_or(r.person <> h.person) AS known_certificate_other,
    bool_or(r.person = h.person) AS known_same_record
FROM record AS r
JOIN read_parquet($heads) AS h ON r.certificate_no = h.certificate
WHERE r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope') AND NOT list_contains($except, r.filing_id)
GROUP BY h.row"""

_NAMESAKES = """
WITH theirs AS (
    SELECT DISTINCT f.institution AS filer, r.name, r.born, r.person
    FROM record AS r
    JOIN filing AS f ON f.filing_id = r.filing_id
    WHERE r.filing_id IN (SELECT filing_id FROM filing WHERE list_contains($filers, institution))
        AND NOT list_contains($except, r.filing_id) AND r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope')
), ours AS (
    SELECT h.row, h.filer, h.name, h.born, h.person
    FROM read_parquet($heads) AS h
    SEMI JOIN theirs AS t ON t.filer = h.filer AND t.name = h.name AND t.born = h.born AND t.person <> h.person
)
SELECT row, filer, name, born, person FROM ours
UNION ALL
SELECT NULL AS row, t.filer, t.name, t.born, t.person
FROM theirs AS t SEMI JOIN ours AS o ON t.filer = o.filer AND t.name = o.name AND t.born = o.born"""
"""Rows with a namesake of the same birth date and another number on file here, and those namesakes."""

_REVOKED = """
SELECT r.certificate_no AS certificate, r.person, f.institution, r.level, v.kind, v.effective_on, v.filing_id, r.filing_row
FROM revocation AS v
JOIN record AS r ON r.record_id = v.record_id AND r.version = v.version
JOIN filing AS f ON f.filing_id = v.filing_id
WHERE r.certificate_no IN (SELECT certificate FROM read_parquet($heads))
    OR r.person IN (SELECT person FROM read_parquet($heads))"""
"""Degrees revoked and filings withdrawn that share a number or a person with the filing, its own among them."""

_OVERRIDDEN = """
SELECT o.filing_id, r.filing_row, r.certificate_no AS certificate, r.person, TRUE AS known_overridden
FROM reentry_override AS o
JOIN record AS r ON r.record_id = o.record_id AND r.version = o.version
WHERE o.confirmed AND list_contains($except, o.filing_id)"""
"""Records of these filings that may come back by a signed override, as they were when it was signed."""

_PHOTO_TWINS = """
SELECT DISTINCT p.row, TRUE AS known_photo_twin
FROM read_parquet($photos) AS p
JOIN read_parquet($heads) AS h ON h.row = p.row
JOIN photo AS q ON q.sha256 = p.sha256
JOIN record AS r ON r.record_id = q.record_id
WHERE r.person <> h.person AND NOT list_contains($except, r.filing_id)
    AND r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope')"""
"""Rows whose picture is another person's on file."""

_LAST_YEAR = """
SELECT institution, category, term, sum(records)::BIGINT AS records FROM filing
WHERE list_contains($filers, institution) AND status NOT IN ('returned', 'replaced') AND NOT supplement
GROUP BY ALL"""

_COHORTS = """
SELECT f.institution, r.level, year(r.entered) AS year, count(*) AS records
FROM record AS r
JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.filing_id IN (SELECT filing_id FROM filing WHERE list_contains($filers, institution))
    AND NOT list_contains($except, r.filing_id) AND r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope')
    AND r.entered IS NOT NULL AND NOT r.declared
GROUP BY ALL"""


def foresee(store: Database | Transaction, draft: Draft, *, filing_id: int = 0) -> Checked:
    """What sorting a draft would find now: its own findings and those against everything on file. Nothing is written.

    `filing_id` is the filing's own number when it is on file already: it is not compared with itself.
    """
    heads = comparison.heads_of([draft])
    return foresee_all(store, [draft], [filing_id], draft.folder / "round.parquet", heads).alone()


def answered(store: Database | Transaction, draft: Draft, found: pl.DataFrame) -> pl.DataFrame:
    """Which of the findings foreseen of a draft an accepted explanation answers: row, rule."""
    heads, numbers = draft.folder / "round.parquet", draft.folder / "numbers.parquet"
    part = pl.lit(0, pl.UInt32)
    at_rest.write(pl.DataFrame({"start": offsets([draft])}).with_columns(part=part), numbers)
    filed = [(draft.filed, draft.context.columns)]
    told = excuses.of_filed(store, filed, found.with_columns(part=part), heads=heads, numbers=numbers, work=draft.folder)
    return told.select("row", "rule")


def foresee_all(
    store: Database | Transaction, drafts: Sequence[Draft], filing_ids: Sequence[int], path: Path, heads: pl.DataFrame
) -> Checked:
    """What is found of drafts that have nobody in common, by all checks; their heads (comparison.heads_of) go to `path`,
    their photos, if any came along, beside it (PHOTOS)."""
    at_rest.write(heads, path, compression="uncompressed")
    filers = sorted({draft.context.institution for draft in drafts if draft.context.institution})
    asked = {"heads": str(path), "filers": filers, "except": list(filing_ids)}
    acquainted, matches = store.frame(_ACQUAINTED, **asked), store.frame(_MATCHES, **asked)
    filings = pl.DataFrame(
        {"part": range(len(drafts)), "filing_id": filing_ids, "start": offsets(drafts)},
        schema={"part": pl.UInt32, "filing_id": pl.Int64, "start": pl.Int64},
    )
    revoked = _own_told(store.frame(_REVOKED, **asked), filings)
    told = [matches, near_twins(store.frame(_NAMESAKES, **asked)), revocations.named(heads, revoked)]
    told.append(_overridden(heads, store.frame(_OVERRIDDEN, **asked), filings))
    if any(draft.photos for draft in drafts):
        photos = path.with_name(PHOTOS)
        at_rest.write(_pictured(drafts), photos)
        told.append(store.frame(_PHOTO_TWINS, **asked, photos=str(photos)))
    return comparison.completed(drafts, heads, acquainted, told, _wholes(store, drafts, asked))


def _own_told(revoked: pl.DataFrame, filings: pl.DataFrame) -> pl.DataFrame:
    """What left the line as revocations.LINES: of one of these filings, judged anew, with the row it has there."""
    own = pl.col("filing_row") + pl.col("start")
    return revoked.join(filings, on="filing_id", how="left").with_columns(own=own).select(*revocations.LINES)


def _overridden(heads: pl.DataFrame, signed: pl.DataFrame, filings: pl.DataFrame) -> pl.DataFrame:
    """The rows that are the very records of an override, number and person still the same: row, known_overridden."""
    if signed.is_empty():
        return pl.DataFrame(schema={"row": pl.Int64})
    rows = heads.join(filings, on="part").with_columns(filing_row=pl.col("row") - pl.col("start"))
    same = ["filing_id", "filing_row", "certificate", "person"]
    return rows.join(signed, on=same, nulls_equal=True).select("row", "known_overridden")


def _pictured(drafts: Sequence[Draft]) -> pl.DataFrame:
    """The drafts' photos: part, row as in their heads, sha256, file_name and what is known of each."""
    return pl.concat(
        draft.photos.pairs.join(draft.photos.facts, on="row", maintain_order="left")
        .with_columns(pl.col("row") + start, part=pl.lit(part, pl.UInt32))
        for part, (draft, start) in enumerate(zip(drafts, offsets(drafts), strict=True)) if draft.photos
    )


def _wholes(store: Database | Transaction, drafts: Sequence[Draft], asked: dict[str, object]) -> list[dict[str, object]]:
    """Facts of the filings as such that only everything on file and the table of enrolment tell."""
    before = {row[:3]: row[3] for row in store.frame(_LAST_YEAR, **asked).iter_rows()}
    cohorts = store.frame(_COHORTS, **asked)
    institutions = pl.Series("institution", [draft.context.institution for draft in drafts], dtype=pl.String)
    filed = comparison.one_below_the_other([draft.profile.cohorts() for draft in drafts])
    filed = filed.with_columns(institutions.gather(filed["part"]))
    excess = enrolment.excess(drafts[0].context.reference, filed, cohorts)
    return [_whole(draft.context, before, excess.get(part)) for part, draft in enumerate(drafts)]


def _whole(context: Context, before: dict[tuple[str, str, str], int], excess: int | None) -> dict[str, object]:
    if not (context.institution and context.term):
        return {}
    last_year = None
    if context.category and not context.supplement:
        a_year_ago = Term(context.term.year - 1, context.term.half).code
        last_year = before.get((context.institution, str(context.category), a_year_ago))
    return {"whole_last_year": last_year, "whole_enrolled_excess": excess}
