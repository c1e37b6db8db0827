"""版本: a filing that comes again, what changed in it, and the version before it leaving the line (articles 4 and 11).

Must not know how a filing is read or sorted.
"""

from pathlib import Path

import polars as pl

from core import at_rest, ledger
from core.database import Database, Transaction
from core.desk import Desk
from core.draft import Draft
from core.errors import BadRequest
from core.ledger import Act
from core.lifecycle import CASE, FILING, RECORD, FilingStatus
from core.record import COLUMNS

CHANGES = {"change": pl.String, "row": pl.Int64, "former_id": pl.Int64}
"""Shape of changes: what happened, the new file's row (null when the record is gone), the record it was before."""

_STANDING = """
SELECT f.filing_id, f.version, f.file_name, f.records, f.received_at
FROM filing AS f
WHERE ($scope IS NULL OR f.province = $scope) AND f.term = $term AND f.institution = $institution
    AND f.category = $category AND f.supplement = $supplement AND f.status <> 'replaced'
    AND NOT EXISTS (
        SELECT 1 FROM record AS r WHERE r.filing_id = f.filing_id AND r.status IN ('published', 'withdrawn', 'revoked'))
ORDER BY f.filing_id DESC"""

_REPLACED = """
SELECT f.version, f.first_version, f.term, f.institution, f.category, f.supplement, f.status, f.parquet,
    (SELECT count(*) FROM record AS r WHERE r.filing_id = f.filing_id
        AND r.status IN ('published', 'withdrawn', 'revoked')) AS settled
FROM filing AS f WHERE f.filing_id = $filing_id"""

_FORMER = """
SELECT r.record_id AS former_id, r.certificate_no AS certificate, r.person, r.level, hash({content}) AS content
FROM record AS r JOIN read_parquet($parquet) AS p ON p."row" = r.filing_row
WHERE r.filing_id = $filing_id AND r.version = 1"""

_PRESENT = """
SELECT p."row", hash({content}) AS content FROM read_parquet($filed) AS p"""

_ENTER = """
INSERT INTO filing_change (filing_id, change, record_id, former_id)
SELECT $filing_id, change, $first_record + "row", former_id FROM read_parquet($changes)"""

_BY = (("content", "place"), ("certificate", "person"), ("certificate",), ("person", "level"))
"""How records of two versions are found to be the same one: word for word, then by what least changes."""


def standing(desk: Desk, *, term: str, institution: str, category: str, supplement: bool) -> pl.DataFrame:
    """Filings of this kind which a new file may replace: filing_id, version, file_name, records,
    received_at; the latest first."""
    return desk.frame(_STANDING, term=term, institution=institution, category=category, supplement=supplement)


def changes(store: Database | Transaction, draft: Draft, replaced: int, *, filings: Path) -> pl.DataFrame:
    """What a draft changes in the filing it replaces, as CHANGES: added, gone and altered records.

    `filings` is the folder of filed Parquet.
    """
    parquet = filings / str(_replaced(store, replaced)["parquet"])
    known = at_rest.columns_of(parquet)
    content = ", ".join(f'p."{code}"' for code in COLUMNS if code in known)
    former = store.frame(_FORMER.format(content=content), filing_id=replaced, parquet=str(parquet))
    heads = pl.read_ipc(draft.heads, columns=["row", "certificate", "person", "level"])
    present = heads.join(store.frame(_PRESENT.format(content=content), filed=str(draft.filed)), on="row")
    former, present = (
        each.with_columns(place=pl.int_range(pl.len()).over("content")) for each in (former.sort("former_id"), present.sort("row"))
    )
    found = []
    for keys in _BY:
        same = _once(present, keys).join(_once(former, keys), on=keys, suffix="_former")
        present = present.join(same, on="row", how="anti")
        former = former.join(same, on="former_id", how="anti")
        if keys != _BY[0]:
            found.append(same.select(pl.lit("altered").alias("change"), "row", "former_id"))
    found += [
        present.select(pl.lit("added").alias("change"), "row", pl.lit(None, pl.Int64).alias("former_id")),
        former.select(pl.lit("gone").alias("change"), pl.lit(None, pl.Int64).alias("row"), "former_id"),
    ]
    return pl.concat(found).cast(CHANGES).sort("change", "row", "former_id")


def _once(records: pl.DataFrame, keys: tuple[str, ...]) -> pl.DataFrame:
    """Records whose keys are filled in and nobody else's."""
    told = records.drop_nulls(keys)
    return told.filter(~told.select(pl.struct(keys)).to_series().is_duplicated())


def replace(tx: Transaction, replaced: int, act: Act, **same: object) -> dict[str, int]:
    """Take a filing's records out of the line because a new version of it came; returns the new version's numbers.

    `same` are the columns in which both must agree. Raises BadRequest when another version came first, when the
    filing is another one's, or when records of it are on line or revoked already: those are corrected one by one.
    """
    before = _replaced(tx, replaced)
    if any(before[name] != value for name, value in same.items()):
        raise BadRequest(
            "要代替的批次不是同一单位、学期和类别的。请重新选择。", "The filing to replace is of another institution, semester or kind."
        )
    if before["status"] == FilingStatus.REPLACED:
        raise BadRequest(
            f"批次{replaced}已被新版本代替，不能再代替。请刷新后重新选择。",
            f"Filing {replaced} has been replaced already. Refresh and choose again.",
        )
    if before["settled"]:
        raise BadRequest(
            f"批次{replaced}有{before['settled']}条记录已上网或已撤销，不能整批代替；请对有变动的记录报送更正。",
            f"{before['settled']} records of filing {replaced} are published or withdrawn: correct single records instead.",
        )
    ledger.move(
        tx, CASE, "close", act, filing_id=replaced,
        chosen="SELECT case_id FROM withheld_case WHERE filing_id = $filing_id AND status <> 'closed'",
    )
    tx.run("UPDATE finding SET closed = 'replaced' WHERE filing_id = $filing_id AND closed IS NULL", filing_id=replaced)
    tx.run("UPDATE filing_finding SET closed = 'replaced' WHERE filing_id = $filing_id AND closed IS NULL", filing_id=replaced)
    ledger.move(
        tx, RECORD, "replace", act, filing_id=replaced,
        chosen="SELECT record_id, version FROM record WHERE filing_id = $filing_id "
        "AND status IN ('cleared', 'withheld', 'out_of_scope')",
    )
    ledger.move(
        tx, FILING, "replace", act, filing_id=replaced, chosen="SELECT filing_id FROM filing WHERE filing_id = $filing_id"
    )
    return {"version": before["version"] + 1, "replaces": replaced, "first_version": before["first_version"]}


def enter_changes(tx: Transaction, draft: Draft, found: pl.DataFrame, *, filing_id: int, first_record: int) -> None:
    """Keep with the new version what changed in it."""
    path = draft.folder / "changes.parquet"
    at_rest.write(found, path)
    tx.run(_ENTER, changes=str(path), filing_id=filing_id, first_record=first_record)


def _replaced(store: Database | Transaction, filing_id: int) -> dict[str, object]:
    found = store.frame(_REPLACED, filing_id=filing_id)
    if found.is_empty():
        raise BadRequest("要代替的批次不存在。请重新选择。", "There is no such filing to replace. Choose again.")
    return found.row(0, named=True)
