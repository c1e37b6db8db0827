"""在库复核: what is filed and known of records on file, in their present versions, beside everything else on file (articles 2 and 8).

The temporary table `asked` names them. Must not know why.
"""

from pathlib import Path

import polars as pl

from core import at_rest, cell, facts, filed_rows, revocations
from core.database import Transaction
from core.facts import SAME_NUMBER
from core.profile import rare_among
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
FROM ({{versions}}) AS r JOIN filing AS f ON f.filing_id = r.filing_id"""

_PRESENT = "SELECT * FROM record WHERE followed IS NULL AND record_id IN ({chosen})"

_ANOTHER = "a.record_id <> q.record_id"
_NEAR = f"""
CREATE OR REPLACE TEMP TABLE near AS
SELECT q.record_id FROM record AS q SEMI JOIN {{those}} AS a ON a.person = q.person AND {_ANOTHER} WHERE q.followed IS NULL
UNION SELECT q.record_id FROM record AS q SEMI JOIN {{those}} AS a ON a.certificate = q.certificate_no AND {_ANOTHER}
    WHERE q.followed IS NULL
UNION SELECT q.record_id FROM record AS q JOIN filing AS f ON f.filing_id = q.filing_id
    SEMI JOIN {{those}} AS a ON a.filer = f.institution AND a.name = q.name AND a.born = q.born AND {_ANOTHER}
    WHERE q.followed IS NULL"""
_AROUND = """
CREATE OR REPLACE TEMP TABLE around AS
SELECT r.*, f.institution FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.followed IS NULL AND r.record_id IN (SELECT record_id FROM near)"""
"""The few records that have anything in common with those asked, looked at whole."""

_OTHERS = """r.record_id <> a.record_id AND r.status <> 'superseded'
    AND (r.status <> 'out_of_scope' OR r.filing_id = a.filing_id)"""
"""A filing's own records stand beside each other even where they are out of scope, as when it was first sorted."""

_ACQUAINTED = f"""
SELECT a.record_id AS "row", {_HEADS}, r.institution = a.filer AS here,
    CASE WHEN r.status IN ('revoked', 'withdrawn') THEN r.status ELSE 'on_file' END AS status
FROM asked AS a JOIN around AS r ON r.person = a.person
WHERE {_OTHERS} AND (r.status <> 'withdrawn' OR a.once_withdrawn) AND (r.status <> 'revoked' OR a.once_revoked OR EXISTS (
    SELECT 1 FROM record AS q WHERE q.record_id = a.record_id AND q.version = 1 AND q.person IS DISTINCT FROM a.person))
QUALIFY row_number() OVER (PARTITION BY a.record_id ORDER BY r.record_id) <= {SAME_NUMBER}"""
"""What is withdrawn or revoked bars one that comes after, or is made out to be that person's; it bars none that was on file
beside it already, but for one of a revoked number."""

_MATCHES = f"""
SELECT a.record_id AS "row", bool_or(r.filing_id <> a.filing_id AND r.person <> a.person) AS known_certificate_other,
    bool_or(r.filing_id <> a.filing_id AND r.person = a.person) AS known_same_record,
    nullif(1 + count(*) FILTER (r.filing_id = a.filing_id), 1)::UINTEGER AS known_certificate_rows
FROM asked AS a JOIN around AS r ON r.certificate_no = a.certificate
WHERE {_OTHERS} AND r.status NOT IN ('withdrawn', 'revoked')
GROUP BY a.record_id"""

_REVOKED = f"""
SELECT DISTINCT a.record_id AS "row", TRUE AS known_revoked
FROM asked AS a JOIN around AS r ON r.certificate_no = a.certificate AND r.status = 'revoked' WHERE {_OTHERS}"""
"""A number revoked is nobody's: whoever has it now."""

_NAMESAKES = """
SELECT a.record_id AS "row", a.filer, a.name, a.born, a.person FROM asked AS a
UNION ALL
SELECT DISTINCT NULL, r.institution, r.name, r.born, r.person
FROM around AS r JOIN asked AS a ON a.filer = r.institution AND a.name = r.name AND a.born = r.born AND a.person <> r.person
WHERE r.status NOT IN ('superseded', 'withdrawn', 'revoked') AND (r.status <> 'out_of_scope' OR r.filing_id = a.filing_id)"""

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
    return ask_of(tx, folder, _PRESENT.format(chosen=chosen), **params)


def ask_of(tx: Transaction, folder: Path, versions: str, **params: object) -> int:
    """The same of the versions a SELECT gives with the columns of `record`."""
    return tx.run(_ASK.format(versions=versions), filings=f"{folder / 'filings'}/", **params)


def near(tx: Transaction, those: str) -> None:
    """Lay out in `near` the other records that share a person, a certificate number, or a name and birth date at one institution
    with what a table has: record_id, person, certificate, filer, name, born."""
    tx.run(_NEAR.format(those=those))


def rows(tx: Transaction) -> pl.DataFrame:
    """What is filed of the records asked, in their present versions, as filed_rows.gather gives it."""
    return filed_rows.gather(tx.frame('SELECT record_id AS "row", filing_id, pictured, path, filing_row FROM asked'))


def known(tx: Transaction, judged_by: Ruleset) -> pl.DataFrame:
    """What all else on file, the register of revocations and their photos tell of the records asked: row and facts.KNOWN."""
    asked = tx.frame("SELECT * FROM asked")
    near(tx, "asked")
    tx.run(_AROUND)
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
