"""数据整理: the one gate every version of a record passes, whether new or corrected (articles 2, 5 and 8).

Must not know whether the draft came from a filing or a correction.
"""

from dataclasses import dataclass

import polars as pl

from core import draft as drafts
from core import ledger
from core.checking import Checked
from core.database import Database, Transaction
from core.draft import Draft
from core.ledger import Act
from core.vocabulary import FindingClass

_ORDER = list(FindingClass)
"""The primary class of a record with several findings: scope, classified, incomplete, inaccurate, policy."""

_GONE = "('superseded', 'withdrawn', 'revoked', 'out_of_scope')"

_OTHERS = f"""
SELECT DISTINCT r.person, r.level, r.conferred_on AS conferred, r.declared, r.certificate_no AS certificate,
    f.institution = $institution AS here
FROM record AS r
JOIN filing AS f ON f.filing_id = r.filing_id
JOIN read_parquet($heads) AS h ON h.person = r.person
WHERE r.status NOT IN {_GONE}
    AND ((h.level = '2' AND r.level = '3') OR (h.level = r.level AND h.conferred = r.conferred_on))"""

_MATCHES = f"""
SELECT h.row, bool_or(r.person <> h.person) AS known_certificate_other,
    bool_or(r.person = h.person) AS known_same_record
FROM read_parquet($heads) AS h
JOIN record AS r ON r.certificate_no = h.certificate
WHERE r.status NOT IN {_GONE}
GROUP BY h.row"""

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


def foresee(store: Database | Transaction, draft: Draft) -> Checked:
    """What sorting a draft would find now: its own findings and those against everything on file. Nothing is written."""
    heads = str(draft.heads)
    others = store.frame(_OTHERS, heads=heads, institution=draft.context.institution)
    return drafts.complete(draft, others, store.frame(_MATCHES, heads=heads))


def sort(tx: Transaction, draft: Draft, *, filing_id: int, first_record: int, act: Act) -> Outcome:
    """Judge a draft against everything on file and put its records, findings, tally and cases in the store."""
    checked = foresee(tx, draft)
    findings = draft.folder / "findings.parquet"
    checked.findings.write_parquet(findings)
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
        findings.filter(pl.col("class") != FindingClass.NOTE.value)
        .select("row", rank=pl.col("class").replace_strict(rank, return_dtype=pl.Int8))
        .group_by("row").agg(pl.min("rank"), findings=pl.len().cast(pl.Int32))
        .select(
            "row", "findings",
            event=pl.when(pl.col("rank") == 0).then(pl.lit("exclude")).otherwise(pl.lit("withhold")),
            **{"class": pl.col("rank").replace_strict(dict(enumerate(map(str, _ORDER))), return_dtype=pl.String)},
        )
    )
