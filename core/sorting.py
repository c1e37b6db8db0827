"""数据整理: the one gate every version of a record passes, whether new or corrected (articles 2, 5 and 8).

Must not know whether the draft came from a filing or a correction.
"""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from core import draft as drafts
from core import enrolment, ledger
from core.checking import FILING_ROW, Checked
from core.database import Database, Transaction
from core.deadlines import Term
from core.draft import Draft
from core.facts import SAME_NUMBER
from core.ledger import Act
from core.twins import near_twins
from core.vocabulary import FindingClass

_ORDER = list(FindingClass)
"""The primary class of a record with several findings: scope, classified, incomplete, inaccurate, policy."""

_ACQUAINTED = f"""
WITH theirs AS (
    SELECT r.name, r.certificate_no AS certificate, r.person, r.level, r.major, r.born, r.sex, r.conferred_on AS conferred,
        r.entered, r.graduated, r.full_time, r.declared, f.institution = $institution AS here,
        CASE WHEN r.status IN ('revoked', 'withdrawn') THEN r.status ELSE 'on_file' END AS status
    FROM record AS r
    JOIN filing AS f ON f.filing_id = r.filing_id
    WHERE r.person IN (SELECT person FROM read_parquet($heads)) AND r.filing_id <> $except
        AND r.status NOT IN ('superseded', 'out_of_scope')
    QUALIFY row_number() OVER (PARTITION BY r.person ORDER BY r.record_id) <= {SAME_NUMBER}
)
SELECT h.row, r.*
FROM theirs AS r
JOIN read_parquet($heads) AS h ON h.person = r.person
WHERE h.suspect OR (h.level = '2' AND r.level = '3') OR h.name <> r.name OR h.born <> r.born OR h.sex <> r.sex
    OR r.status IN ('revoked', 'withdrawn')
    OR (h.level = r.level AND (h.conferred = r.conferred OR h.major = r.major
        OR (h.full_time AND r.full_time AND h.entered < r.graduated AND r.entered < h.graduated)))"""
"""Records on file that share a person with the filing, where there is anything to say of the two."""

_MATCHES = """
SELECT h.row, bool_or(r.person <> h.person) AS known_certificate_other,
    bool_or(r.person = h.person) AS known_same_record
FROM record AS r
JOIN read_parquet($heads) AS h ON r.certificate_no = h.certificate
WHERE r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope') AND r.filing_id <> $except
GROUP BY h.row"""

_NAMESAKES = """
WITH theirs AS (
    SELECT DISTINCT r.name, r.born, r.person
    FROM record AS r
    WHERE r.filing_id IN (SELECT filing_id FROM filing WHERE institution = $institution AND filing_id <> $except)
        AND r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope')
), ours AS (
    SELECT h.row, h.name, h.born, h.person
    FROM read_parquet($heads) AS h
    SEMI JOIN theirs AS t ON t.name = h.name AND t.born = h.born AND t.person <> h.person
)
SELECT row, name, born, person FROM ours
UNION ALL
SELECT NULL AS row, t.name, t.born, t.person FROM theirs AS t SEMI JOIN ours AS o ON t.name = o.name AND t.born = o.born"""
"""Rows with a namesake of the same birth date and another number on file here, and those namesakes."""

_PHOTO_TWINS = """
SELECT DISTINCT p.row, TRUE AS known_photo_twin
FROM read_parquet($photos) AS p
JOIN read_parquet($heads) AS h ON h.row = p.row
JOIN photo AS q ON q.sha256 = p.sha256
JOIN record AS r ON r.record_id = q.record_id
WHERE r.person <> h.person AND r.filing_id <> $except
    AND r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope')"""
"""Rows whose picture is another person's on file."""

_INSERT_PHOTOS = """
INSERT INTO photo (record_id, sha256, file_name, files, readable, width, height, size, contrast)
SELECT $first_record + row, sha256, file_name, known_photos, known_photo_readable, width, height, size, contrast
FROM read_parquet($photos)"""

_LAST_YEAR = """
SELECT sum(records)::BIGINT AS records FROM filing
WHERE institution = $institution AND category = $category AND term = $term AND status NOT IN ('returned', 'replaced')
    AND NOT supplement"""

_COHORTS = """
SELECT r.level, year(r.entered) AS year, count(*) AS records
FROM record AS r
WHERE r.filing_id IN (SELECT filing_id FROM filing WHERE institution = $institution AND filing_id <> $except)
    AND r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope') AND r.entered IS NOT NULL
    AND NOT r.declared
GROUP BY ALL"""

_INSERT_FINDINGS = """
INSERT INTO finding (record_id, version, filing_id, rule, class, field, value)
SELECT $first_record + row, 1, $filing_id, rule, class, field, value
FROM read_parquet($findings)"""


@dataclass(frozen=True)
class Outcome:
    """What sorting made of a filing."""

    records: int
    withheld: int
    excluded: int
    findings: int

    @property
    def cleared(self) -> int:
        """Records that meet the conditions and wait to be published."""
        return self.records - self.withheld - self.excluded


def foresee(store: Database | Transaction, draft: Draft, *, filing_id: int = 0) -> Checked:
    """What sorting a draft would find now: its own findings and those against everything on file. Nothing is written.

    `filing_id` is the filing's own number when it is on file already: it is not compared with itself.
    """
    context = draft.context
    asked = {"heads": str(draft.heads), "institution": context.institution, "except": filing_id}
    acquainted, matches = store.frame(_ACQUAINTED, **asked), store.frame(_MATCHES, **asked)
    told = [matches, near_twins(store.frame(_NAMESAKES, **asked))]
    if draft.photos:
        told.append(store.frame(_PHOTO_TWINS, **asked, photos=str(_kept_photos(draft))))
    return drafts.complete(draft, acquainted, tuple(told), _whole(store, draft, filing_id))


def _kept_photos(draft: Draft) -> Path:
    """The draft's photos beside its heads: row, sha256, file_name and what is known of each."""
    path = draft.folder / "photos.parquet"
    draft.photos.pairs.join(draft.photos.facts, on="row", maintain_order="left").write_parquet(path)
    return path


def _whole(store: Database | Transaction, draft: Draft, filing_id: int) -> dict[str, object]:
    """Facts of the filing as such that only everything on file and the table of enrolment tell."""
    context = draft.context
    if not (context.institution and context.term):
        return {}
    asked = {"institution": context.institution, "except": filing_id}
    last_year = None
    if context.category and not context.supplement:
        before = Term(context.term.year - 1, context.term.half).code
        last_year = store.frame(_LAST_YEAR, **asked, category=str(context.category), term=before)["records"][0]
    return {
        "whole_last_year": last_year,
        "whole_enrolled_excess": enrolment.excess(
            context.reference, context.institution, draft.profile.cohorts(), store.frame(_COHORTS, **asked)
        ),
    }


def sort(tx: Transaction, draft: Draft, *, filing_id: int, first_record: int, act: Act) -> Outcome:
    """Judge a draft against everything on file and put its records, findings, tally and cases in the store."""
    checked = foresee(tx, draft, filing_id=filing_id)
    findings = draft.folder / "findings.parquet"
    of_filing = pl.col("row") == FILING_ROW
    checked.findings.filter(~of_filing).write_parquet(findings)
    tx.append("filing_finding", checked.findings.filter(of_filing).drop("row").with_columns(
        filing_id=pl.lit(filing_id, pl.Int64)
    ))
    if draft.photos:
        tx.run(_INSERT_PHOTOS, photos=str(_kept_photos(draft)), first_record=first_record)
    tx.run(_INSERT_FINDINGS, findings=str(findings), filing_id=filing_id, first_record=first_record)
    tx.append("rule_tally", checked.tally.with_columns(filing_id=pl.lit(filing_id, pl.Int64)))
    verdicts = verdicts_of(checked.findings)
    verdicts.write_parquet(draft.folder / "verdicts.parquet")
    withheld = ledger.enter_records(
        tx, filing_id=filing_id, first_record=first_record, heads=draft.heads,
        verdicts=draft.folder / "verdicts.parquet", act=act,
    )
    return Outcome(draft.records, withheld, verdicts.height - withheld, checked.findings.height)


def verdicts_of(findings: pl.DataFrame) -> pl.DataFrame:
    """One line per record that is not clear: row, event (withhold or exclude), class (the primary one), findings."""
    rank = {str(cls): place for place, cls in enumerate(_ORDER)}
    return (
        findings.filter(pl.col("class") != FindingClass.NOTE.value, pl.col("row") != FILING_ROW)
        .select("row", rank=pl.col("class").replace_strict(rank, return_dtype=pl.Int8))
        .group_by("row").agg(pl.min("rank"), findings=pl.len().cast(pl.Int32))
        .select(
            "row", "findings",
            event=pl.when(pl.col("rank") == 0).then(pl.lit("exclude")).otherwise(pl.lit("withhold")),
            **{"class": pl.col("rank").replace_strict(dict(enumerate(map(str, _ORDER))), return_dtype=pl.String)},
        )
    )
