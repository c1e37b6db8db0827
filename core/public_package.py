"""打包: what is public, written as a publication package: all of it, or what differs from the packages so far (articles 3, 8).

A package is whole or not there at all. Must not know why a record is public.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from core import content, package_folder
from core.database import Database, Transaction
from core.errors import NotAllowed, NotFound
from core.public import package as packages
from core.public.package import (
    ADD,
    ALTER,
    CHANGE,
    DATA,
    DELTA,
    FIELDS,
    FULL,
    NUMBER,
    REMOVE,
    Package,
)
from core.ruleset import Ruleset

ONLINE = f"""
SELECT r.record_id, coalesce(r.parquet, f.parquet) AS parquet, r.filing_row, r.certificate_no, f.province, f.level, f.term
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE {content.ON_LINE}"""
"""What is on line now."""

_PROMISED = "SELECT manifest FROM publication_run WHERE manifest IS NOT NULL ORDER BY package DESC LIMIT 1"
"""The last package that was stored as released."""

_COUNTS = "SELECT province, level, term, count(*) AS records FROM ({public}) GROUP BY ALL ORDER BY ALL"

_WRITE = "COPY ({rows} ORDER BY " + NUMBER + ") TO '{path}' (FORMAT parquet, COMPRESSION zstd)"

_BEFORE = f"""
SELECT {', '.join(FIELDS)} FROM parquet_scan($full)
WHERE {NUMBER} NOT IN (SELECT {NUMBER} FROM last_change) {{within}}
UNION ALL
SELECT {', '.join(FIELDS)} FROM last_change WHERE {CHANGE} <> '{REMOVE}' {{within}}"""

_CHANGES = f"""
SELECT CASE WHEN b.{NUMBER} IS NULL THEN '{ADD}' WHEN n.{NUMBER} IS NULL THEN '{REMOVE}' ELSE '{ALTER}' END AS {CHANGE},
    coalesce(n.{NUMBER}, b.{NUMBER}) AS {NUMBER}, {', '.join(f'n.{code}' for code in FIELDS[1:])}
FROM now_public AS n FULL OUTER JOIN ({{before}}) AS b ON b.{NUMBER} = n.{NUMBER}
WHERE {' OR '.join(f'n.{code} IS DISTINCT FROM b.{code}' for code in FIELDS)}"""


@dataclass(frozen=True)
class Public:
    """What is to be public: a SELECT (with its parameters) of record_id, parquet, filing_row, certificate_no, province,
    level, term; the store's folder; the version of the rulebook it was judged by, and when it was settled.

    `photos` asks for the photos' files beside the package, not their hashes alone.
    """

    folder: Path
    ruleset: Ruleset
    at: datetime
    chosen: str = ONLINE
    params: dict[str, object] = field(default_factory=dict)
    photos: bool = False


def write_full(tx: Transaction, public: Public, root: Path) -> Package:
    """Write all that is public as the next package below `root`.

    Raises NotAllowed when a certificate number is missing or twice, or another package is being written.
    """
    with package_folder.turn(root):
        return package_folder.numbered(_full(tx, public, root))


def write_delta(tx: Transaction, public: Public, root: Path, *, among: str | None = None) -> Package | None:
    """Write what is public now and differs from the packages below `root` as the next package; None when nothing does.

    `among` (a SELECT of certificate numbers) says where to look, when it is known which can have changed; None looks
    everywhere. Raises NotAllowed as write_full does, and when more has changed than was looked at.
    """
    with package_folder.turn(root):
        written = _delta(tx, public, root, among)
        return written and package_folder.numbered(written)


def stage(tx: Transaction, public: Public, root: Path) -> Package | None:
    """Write what is public as `tx` sees it as the next package, whole, but not among the packages yet: `recover` puts it there.

    The first is a full one, others are deltas; None when nothing differs. Within `turn`.
    """
    written = _delta(tx, public, root, None) if packages.every(root) else _full(tx, public, root)
    if written:
        package_folder.point_ahead(root, written)
    return written


def recover(db: Database) -> None:
    """Finish or forget what a release left staged, by what the store says was released with it; within `turn`."""
    promised = db.one(_PROMISED)
    package_folder.settle(root_of(db), promised and promised["manifest"])


def root_of(db: Database) -> Path:
    """Where the packages of a store lie."""
    return db.folder / "packages"


def _full(tx: Transaction, public: Public, root: Path) -> Package:
    with package_folder.unfinished(root) as (folder, previous):
        rows = _content(tx, public, public.chosen)
        written = tx.run(_WRITE.format(rows=rows.sql, path=_quoted(folder / DATA[FULL])), **rows.params)
        _require_all_found(tx, written)
        counts = tx.frame(_COUNTS.format(public="FROM chosen")).to_dicts()
        return _completed(folder, public, previous, FULL, counts, {ADD: written, ALTER: 0, REMOVE: 0})


def _delta(tx: Transaction, public: Public, root: Path, among: str | None) -> Package | None:
    with package_folder.unfinished(root) as (folder, previous):
        if previous is None:
            raise NotAllowed("还没有全量包，不能打变更包。请先打全量包。", "There is no full package yet. Write that first.")
        within = f"SELECT * FROM ({public.chosen}) WHERE certificate_no IN ({among})" if among else public.chosen
        rows = _content(tx, public, within)
        _require_all_found(tx, tx.run(f"CREATE OR REPLACE TEMP TABLE now_public AS {rows.sql}", **rows.params))
        full, *deltas = packages.chain(previous)
        tx.run(f"CREATE OR REPLACE TEMP TABLE last_change ({', '.join(f'{code} VARCHAR' for code in (CHANGE, *FIELDS))})")
        tx.append("last_change", packages.final(deltas))
        before = _BEFORE.format(within=f"AND {NUMBER} IN ({among})" if among else "")
        path = folder / DATA[DELTA]
        tx.run(_WRITE.format(rows=_CHANGES.format(before=before), path=_quoted(path)), full=str(full.data), **public.params)
        changes = {ADD: 0, ALTER: 0, REMOVE: 0} | dict(pl.read_parquet(path, columns=[CHANGE])[CHANGE].value_counts().iter_rows())
        counts = tx.frame(_COUNTS.format(public=public.chosen), **public.params).to_dicts()
        if previous.manifest.records + changes[ADD] - changes[REMOVE] != sum(line["records"] for line in counts):
            raise NotAllowed(
                "公开的证书在所查范围之外也有变化，变更包会不完整。请对全部证书打变更包。",
                "More has changed of what is public than was looked at. Write the delta over all certificates.",
            )
        if not any(changes.values()):
            return None
        return _completed(folder, public, previous, DELTA, counts, changes)


def _content(tx: Transaction, public: Public, chosen: str) -> content.Content:
    """The content of the chosen records by FIELDS, once their numbers are found to be there and each once."""
    rows = content.of(tx, chosen, public.folder, public.ruleset.reference, **public.params)
    doubtful = tx.frame("SELECT count(*) - count(DISTINCT certificate_no) AS n FROM chosen").item()
    if doubtful:
        raise NotAllowed(
            f"将公开的记录中有{doubtful:,}条没有证书编号，或编号与另一条相同，不能打包。请先核查这些记录。",
            f"{doubtful:,} of the records to be public have no certificate number, or another's. Settle them first.",
        )
    return content.Content(f"SELECT {', '.join(FIELDS)} FROM ({rows.sql})", rows.params)


def _require_all_found(tx: Transaction, written: int) -> None:
    missing = tx.frame("SELECT count(*) AS n FROM chosen").item() - written
    if missing:
        raise NotFound(
            f"有{missing:,}条记录找不到报送的原始数据，未打包。请检查数据目录 filings。",
            f"The filed rows of {missing:,} records are missing; nothing was packaged. Check the folder filings.",
        )


def _completed(
    folder: Path, public: Public, previous: Package | None, kind: str, counts: list[dict], changes: dict[str, int]
) -> Package:
    judged_by = {"version": public.ruleset.version, "fingerprint": public.ruleset.fingerprint}
    return package_folder.completed(
        folder, previous, kind=kind, at=public.at, ruleset=judged_by, counts=counts, changes=changes,
        photos_of=public.folder if public.photos else None,
    )


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
