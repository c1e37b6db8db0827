"""采纳的书面说明: which findings an accepted explanation answers, found in one place for every gate (article 7).

An acceptance is bound to the rule and to what the record says in the fields this rule reads; it holds for that record in
all its versions, and for the same person's same certificate when the filing comes anew. Must not know who decides.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from core import at_rest
from core.database import Database, Transaction
from core.desk import Desk
from core.errors import NotFound
from core.record import COLUMNS, LAYOUTS
from core.rules import RULES
from core.vocabulary import Duty, FindingClass, Remedy

BOUND = {"path": pl.String, "codes": pl.String, "row": pl.Int64, "rule": pl.String}
"""What a binding is made from: the Parquet a record's values are in, the codes its file carries, its row, the rule."""

_EXPLANATION = """
SELECT e.* FROM explanation AS e
WHERE e.explanation_id = $explanation_id AND ($scope IS NULL OR e.province = $scope)
    AND ($sees_classified OR NOT e.classified)"""

_ACCEPTED = "SELECT count(*) AS n FROM explanation_cover WHERE outcome = 'accepted'"

_OF_FILED = """
SELECT g.part, g."row", g.rule, x.explanation_id, x.fingerprint
FROM read_parquet($findings) AS g
JOIN read_parquet($numbers) AS n ON n.part = g.part
JOIN read_parquet($heads) AS h ON h.part = g.part AND h."row" = g."row" + n.start
JOIN explanation_cover AS x ON x.rule = g.rule AND x.person = h.person AND x.certificate_no = h.certificate
JOIN explanation AS e ON e.explanation_id = x.explanation_id AND e.institution = h.filer
WHERE x.outcome = 'accepted' AND g.class <> 'note'"""

_ON_FILE = """
WITH held AS (
    SELECT g.record_id, g.version, g.rule, coalesce(r.parquet, f.parquet) AS parquet, r.filing_row AS "row", f.filed_codes,
        f.layout, r.person, r.certificate_no, f.institution
    FROM finding AS g
    JOIN (SELECT DISTINCT record_id, version FROM touched) AS t ON t.record_id = g.record_id AND t.version = g.version
    JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
    JOIN filing AS f ON f.filing_id = r.filing_id
    WHERE g.closed IS NULL AND g.class <> 'note' AND r.status NOT IN ('superseded', 'withdrawn', 'revoked')
), accepted AS (
    SELECT x.*, e.institution FROM explanation_cover AS x JOIN explanation AS e ON e.explanation_id = x.explanation_id
    WHERE x.outcome = 'accepted'
)
SELECT h.* EXCLUDE (person, certificate_no, institution), x.explanation_id, x.fingerprint
FROM held AS h JOIN accepted AS x ON x.record_id = h.record_id AND x.rule = h.rule
UNION
SELECT h.* EXCLUDE (person, certificate_no, institution), x.explanation_id, x.fingerprint
FROM held AS h JOIN accepted AS x ON x.person = h.person AND x.certificate_no = h.certificate_no
    AND x.institution = h.institution AND x.rule = h.rule"""
"""Findings still open of the records touched, beside the explanations accepted for the same record and rule."""

_CLOSE = """
UPDATE finding AS g SET closed = c.closed FROM excused AS c
WHERE c.record_id = g.record_id AND c.version = g.version AND c.rule = g.rule AND g.closed IS NULL AND g.class <> 'note'"""


def explainable(rule: str, cls: str) -> bool:
    """Whether a written explanation can answer a finding: one of secrecy always; a suspicion of policy, and key information,
    where the check itself says so (a degree revoked comes back by a signed override alone)."""
    return cls == FindingClass.CLASSIFIED or (
        cls in (FindingClass.POLICY, FindingClass.INACCURATE) and Remedy.EXPLAIN in RULES[rule].remedies
    )


def fingerprints(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines (BOUND and more) with `told`: the fingerprint of what the record says in the fields the rule reads, as filed.

    Equal for equal values in equal fields, whatever else differs.
    """
    parts = [lines.clear().with_columns(told=pl.lit(None, pl.String))]
    for (path, codes, rule), part in lines.group_by("path", "codes", "rule", maintain_order=True):
        fields = RULES[rule].filed_fields(frozenset(codes.split())) or ()
        rows = at_rest.read(path, ["row", *fields], rows=part["row"].unique())
        told = {row: _fingerprint(fields, values) for row, *values in rows.iter_rows()}
        parts.append(part.with_columns(told=pl.col("row").replace_strict(told, default=None, return_dtype=pl.String)))
    return pl.concat(parts)


def located(lines: pl.DataFrame, folder: Path) -> pl.DataFrame:
    """Lines of records on file (parquet, filed_codes, layout, row, rule) as `fingerprints` takes them."""
    known = {key: " ".join(layout.codes) for key, layout in LAYOUTS.items()}
    return lines.with_columns(
        path=pl.format("{}/{}", pl.lit(str(folder / "filings")), "parquet"),
        codes=pl.coalesce("filed_codes", pl.col("layout").replace_strict(known, default=None, return_dtype=pl.String)),
    )


def of_filed(
    store: Database | Transaction, filed: Sequence[tuple[Path, frozenset[str]]], found: pl.DataFrame, *, heads: Path,
    numbers: Path, work: Path,
) -> pl.DataFrame:
    """Findings of drafts which an accepted explanation answers: part, row, rule, closed (the words to close them with).

    `filed` are the drafts' Parquet and columns, `found` their findings; `heads` and `numbers` are Parquet as the gate
    writes them, `work` is the gate's folder.
    """
    answered = pl.DataFrame(schema={"part": pl.UInt32, "row": pl.Int64, "rule": pl.String, "closed": pl.String})
    if not store.frame(_ACCEPTED).item():
        return answered
    at_rest.write(found, work / "found.parquet")
    lines = store.frame(_OF_FILED, findings=str(work / "found.parquet"), heads=str(heads), numbers=str(numbers))
    drafts = pl.DataFrame({
        "part": pl.Series(range(len(filed)), dtype=pl.UInt32), "path": [str(path) for path, _ in filed],
        "codes": [" ".join(sorted(columns.intersection(COLUMNS))) for _, columns in filed],
    })
    return _answered(lines.join(drafts, on="part"), "part", "row", "rule").cast(answered.schema)


def close_answered(tx: Transaction) -> int:
    """Close what accepted explanations answer of the records in the temporary table `touched` (record_id, version), told as
    `explained n`; returns how many findings."""
    if not tx.frame(_ACCEPTED).item():
        return 0
    answered = _answered(located(tx.frame(_ON_FILE), tx.folder), "record_id", "version", "rule")
    tx.run("CREATE OR REPLACE TEMP TABLE excused (record_id BIGINT, version INTEGER, rule VARCHAR, closed VARCHAR)")
    tx.append("excused", answered)
    return tx.run(_CLOSE)


def explanation(tx: Transaction, desk: Desk, explanation_id: int) -> dict[str, object]:
    """One explanation as kept. Raises NotFound outside the person's scope, and for classified ones without that duty."""
    seen = {"scope": desk.actor.province, "sees_classified": desk.actor.may(Duty.CLASSIFIED)}
    found = tx.frame(_EXPLANATION, explanation_id=explanation_id, **seen)
    if found.is_empty():
        raise NotFound("没有找到这份书面说明，或您无权查看。", "There is no such explanation, or it is not yours to see.")
    return found.row(0, named=True)


def _answered(lines: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Of findings beside explanations, those whose values are the ones that were explained."""
    same = fingerprints(lines).filter(pl.col("told") == pl.col("fingerprint"))
    return same.group_by(keys).agg(pl.min("explanation_id")).select(
        *keys, closed=pl.format("explained {}", "explanation_id")
    )


def _fingerprint(fields: Sequence[str], values: Sequence[str | None]) -> str:
    said = [[code, value or ""] for code, value in zip(fields, values, strict=True)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
