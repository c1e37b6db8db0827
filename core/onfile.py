"""在库复核: records on file judged again in their present versions, beside everything else on file (articles 2 and 8).

What the temporary table `asked` names is judged as one set, whatever filings it is of. Must not know why.
"""

from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from core import at_rest, cell, checking, facts, resort, revocations
from core.checking import Checked
from core.database import Transaction
from core.facts import SAME_NUMBER
from core.profile import rare_among
from core.record import COLUMNS
from core.rules import Context, Sight
from core.ruleset import Ruleset
from core.twins import near_twins

SIGNED = ("HXWRQ", "XZXM", "ZXXM")
"""Columns by which a filing's signatories are counted."""
RARE = "A50"
"""The check that asks who else of a filing's day signed; it is judged where a record changed, not beside it."""

_HEADS = """r.name, r.certificate_no AS certificate, r.person, r.level, r.major, r.born, r.sex, r.conferred_on AS conferred,
    r.entered, r.graduated, r.full_time, r.declared"""

_ASK = f"""
CREATE OR REPLACE TEMP TABLE asked AS
SELECT r.record_id, r.version, r.filing_id, r.filing_row, $filings || coalesce(r.parquet, f.parquet) AS path,
    f.institution AS filer, {_HEADS}, f.photos IS NOT NULL OR EXISTS (SELECT 1 FROM photo AS p WHERE p.record_id = r.record_id)
        AS pictured,
    EXISTS (SELECT 1 FROM finding AS g WHERE g.record_id = r.record_id AND g.rule = 'O05' AND g.closed IS NULL) AS once_withdrawn,
    EXISTS (SELECT 1 FROM finding AS g WHERE g.record_id = r.record_id AND g.rule = 'P23') AS once_revoked
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.followed IS NULL AND r.record_id IN ({{chosen}})"""

_ROWS = f"""
SELECT a.record_id AS "row", a.filing_id, a.pictured, {', '.join(f'p.{code}' for code in COLUMNS)}
FROM read_parquet($paths, filename = true) AS p JOIN asked AS a ON a.path = p.filename AND a.filing_row = p."row\""""

_OTHERS = """r.record_id <> a.record_id AND r.followed IS NULL AND r.status <> 'superseded'
    AND (r.status <> 'out_of_scope' OR r.filing_id = a.filing_id)"""
"""A filing's own records stand beside each other even where they are out of scope, as when it was first sorted."""

_ACQUAINTED = f"""
SELECT a.record_id AS "row", {_HEADS}, f.institution = a.filer AS here,
    CASE WHEN r.status IN ('revoked', 'withdrawn') THEN r.status ELSE 'on_file' END AS status
FROM asked AS a JOIN record AS r ON r.person = a.person
JOIN filing AS f ON f.filing_id = r.filing_id
WHERE {_OTHERS} AND (r.status <> 'withdrawn' OR a.once_withdrawn) AND (r.status <> 'revoked' OR a.once_revoked OR EXISTS (
    SELECT 1 FROM record AS q WHERE q.record_id = a.record_id AND q.version = 1 AND q.person IS DISTINCT FROM a.person))
QUALIFY row_number() OVER (PARTITION BY a.record_id ORDER BY r.record_id) <= {SAME_NUMBER}"""
"""What is withdrawn or revoked bars one that comes after, or is made out to be that person's; it bars none that was on file
beside it already, but for one of a revoked number."""

_MATCHES = f"""
SELECT a.record_id AS "row", bool_or(r.filing_id <> a.filing_id AND r.person <> a.person) AS known_certificate_other,
    bool_or(r.filing_id <> a.filing_id AND r.person = a.person) AS known_same_record,
    nullif(1 + count(*) FILTER (r.filing_id = a.filing_id), 1)::UINTEGER AS known_certificate_rows
FROM asked AS a JOIN record AS r ON r.certificate_no = a.certificate
WHERE {_OTHERS} AND r.status NOT IN ('withdrawn', 'revoked')
GROUP BY a.record_id"""

_REVOKED = f"""
SELECT DISTINCT a.record_id AS "row", TRUE AS known_revoked
FROM asked AS a JOIN record AS r ON r.certificate_no = a.certificate AND r.status = 'revoked' WHERE {_OTHERS}"""
"""A number revoked is nobody's: whoever has it now."""

_NAMESAKES = """
SELECT a.record_id AS "row", a.filer, a.name, a.born, a.person FROM asked AS a
UNION ALL
SELECT NULL, f.institution, r.name, r.born, r.person
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.followed IS NULL AND r.status NOT IN ('superseded', 'withdrawn', 'revoked') AND EXISTS (
    SELECT 1 FROM asked AS a WHERE a.filer = f.institution AND a.name = r.name AND a.born = r.born AND a.person <> r.person
        AND (r.status <> 'out_of_scope' OR r.filing_id = a.filing_id))"""

_PHOTOS = """
SELECT p.record_id AS "row", p.files::UINTEGER AS known_photos, p.readable AS known_photo_readable,
    p.width::UINTEGER AS known_photo_width, p.height::UINTEGER AS known_photo_height, p.size::UINTEGER AS known_photo_bytes,
    p.contrast AS known_photo_contrast, EXISTS (
        SELECT 1 FROM photo AS q JOIN record AS r ON r.record_id = q.record_id
        WHERE q.sha256 = p.sha256 AND r.person <> a.person AND r.followed IS NULL
            AND r.status NOT IN ('superseded', 'withdrawn', 'revoked', 'out_of_scope')) AS known_photo_twin
FROM photo AS p JOIN asked AS a ON a.record_id = p.record_id"""


def ask(tx: Transaction, folder: Path, chosen: str, **params: object) -> int:
    """Lay out in `asked` the present versions of the records a SELECT of record_id chooses; tells how many."""
    tx.run(_ASK.format(chosen=chosen), filings=f"{folder / 'filings'}/", **params)
    return tx.frame("SELECT count(*) AS n FROM asked").item()


def rows(tx: Transaction) -> pl.DataFrame:
    """What is filed of the records asked, in their present versions: row (the record's number), filing_id, pictured, and
    every code of COLUMNS."""
    paths = tx.frame("SELECT DISTINCT path FROM asked ORDER BY path")["path"].to_list()
    if not paths:
        return pl.DataFrame(schema={"row": pl.Int64, "filing_id": pl.Int64, "pictured": pl.Boolean} | dict.fromkeys(COLUMNS, pl.String))
    return tx.frame(_ROWS, paths=paths)


def known(tx: Transaction, judged_by: Ruleset) -> pl.DataFrame:
    """What all else on file, the register of revocations and their photos tell of the records asked: row and facts.KNOWN."""
    asked = tx.frame("SELECT * FROM asked")
    heads = asked.with_columns(row="record_id", suspect=pl.lit(False)).select(*facts.HEADS).cast(facts.HEADS)
    apart = heads.with_columns(person=_nobodys())
    acquainted = tx.frame(_ACQUAINTED).with_columns(person=_nobodys()).select(*facts.ACQUAINTED).cast(facts.ACQUAINTED)
    beside = facts.of_filing(apart, acquainted)
    if "known_certificate_rows" in beside.columns:
        beside = beside.drop("known_certificate_rows")
    days = dict(tx.frame("SELECT filing_id, received_at::DATE FROM filing WHERE filing_id IN (SELECT filing_id FROM asked)").iter_rows())
    by_day = asked.select(row="record_id", day=pl.col("filing_id").replace_strict(days, return_dtype=pl.Date))
    register = [
        revocations.of_filing(heads.join(own, on="row", how="semi"), judged_by.reference, day)
        for (day,), own in by_day.partition_by("day", as_dict=True).items()
    ]
    photos = asked.filter("pictured").select(row="record_id").join(tx.frame(_PHOTOS), on="row", how="left").with_columns(
        pl.col("known_photos").fill_null(0)
    )
    return facts.merged([beside, tx.frame(_MATCHES), tx.frame(_REVOKED), near_twins(tx.frame(_NAMESAKES)), photos, *register])


def _nobodys() -> pl.Expr:
    """A person of each row's own, unlike any number: who is beside a row is told of it by its row alone."""
    return pl.lit("record-on-file-number-") + pl.col("row").cast(pl.String)


def rare(tx: Transaction, folder: Path, filed: pl.DataFrame) -> pl.DataFrame:
    """Which of these rows (as `rows` gives them) a president or chair signed who is not the one most of their filing's day
    name: row, known_rare_signatory."""
    found = [pl.DataFrame(schema={"row": pl.Int64, "known_rare_signatory": pl.Boolean})]
    for (filing_id,), own in filed.partition_by("filing_id", as_dict=True).items():
        signed = own.select("row", *SIGNED).with_columns(conferred=cell.date(pl.col("HXWRQ")))
        few = rare_among(_signed(tx, folder, filing_id))
        keys = ["conferred", "XZXM", "ZXXM"]
        found.append(signed.join(few, on=keys, how="semi").select("row", known_rare_signatory=pl.lit(True)))
    return pl.concat(found)


def _signed(tx: Transaction, folder: Path, filing_id: int) -> pl.DataFrame:
    """Who signed how many of a filing's records on which day, as they stand now: conferred, XZXM, ZXXM, records."""
    parquet, = tx.frame("SELECT parquet FROM filing WHERE filing_id = $id", id=filing_id).row(0)
    corrected = tx.frame(
        "SELECT filing_row AS \"row\", parquet FROM record WHERE filing_id = $id AND parquet IS NOT NULL AND followed IS NULL",
        id=filing_id,
    )
    as_filed = at_rest.scan(folder / "filings" / parquet, ["row", *SIGNED])
    parts = [as_filed.join(corrected.lazy(), on="row", how="anti").collect()]
    for (name,), own in corrected.partition_by("parquet", as_dict=True).items():
        parts.append(at_rest.read(folder / "filings" / name, ["row", *SIGNED], rows=own["row"]))
    signed = pl.concat(parts).with_columns(conferred=cell.date(pl.col("HXWRQ")))
    return signed.group_by("conferred", "XZXM", "ZXXM").agg(records=pl.len().cast(pl.Int64)).sort("conferred", "XZXM", "ZXXM")


def judge(
    tx: Transaction, judged_by: Ruleset, filed: pl.DataFrame, told: pl.DataFrame, sights: frozenset[Sight], *,
    without: frozenset[str] = frozenset(),
) -> Checked:
    """What checks of these sights say of rows (as `rows` gives them) with what is known of each (`told`): findings whose row
    is the record's number, and tallies with the column filing_id. Checks in `without` are not asked."""
    filings = {each["filing_id"]: each for each in tx.frame(
        "SELECT * FROM filing WHERE list_contains($ids, filing_id)", ids=filed["filing_id"].unique().to_list()
    ).iter_rows(named=True)}
    findings, tallies = [pl.DataFrame(schema=checking.FINDINGS)], []
    for context, parts in _alike(filings, filed, judged_by).items():
        frame = facts.beside(checking.read(parts), told)
        checked = checking.judge_parts(frame, context, sights, [chunk.height for chunk, _ in parts])
        numbers = pl.Series([chunk["filing_id"][0] for chunk, _ in parts], dtype=pl.Int64)
        findings.append(checked.findings.drop("part").filter(~pl.col("rule").is_in(sorted(without))))
        tallies.append(checked.tally.with_columns(filing_id=numbers.gather(checked.tally["part"])).drop("part"))
    nothing = pl.DataFrame(schema=checking.TALLY | {"filing_id": pl.Int64})
    return Checked(pl.concat(findings), pl.concat([nothing, *tallies]).group_by("filing_id", "rule").sum())


def heads(tx: Transaction, judged_by: Ruleset, filed: pl.DataFrame) -> pl.DataFrame:
    """The few columns by which rows (as `rows` gives them) are compared with others: facts.HEADS."""
    filings = {each["filing_id"]: each for each in tx.frame(
        "SELECT * FROM filing WHERE list_contains($ids, filing_id)", ids=filed["filing_id"].unique().to_list()
    ).iter_rows(named=True)}
    read = [pl.DataFrame(schema=facts.HEADS)]
    for context, parts in _alike(filings, filed, judged_by).items():
        read.append(checking.heads(checking.read(parts), context))
    return pl.concat(read)


def _alike(
    filings: dict[int, dict[str, Any]], filed: pl.DataFrame, judged_by: Ruleset
) -> dict[Context, list[tuple[pl.DataFrame, Context]]]:
    """Rows by what is known of their filings, those that can be judged together in one list."""
    alike: dict[Context, list[tuple[pl.DataFrame, Context]]] = defaultdict(list)
    for (filing_id, pictured), chunk in filed.partition_by("filing_id", "pictured", as_dict=True).items():
        context = replace(resort.context_of(filings[filing_id], judged_by), photos=pictured)
        alike[context].append((chunk, context))
    return alike
