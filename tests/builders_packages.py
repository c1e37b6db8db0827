"""Publication packages to try: sets of certificates filed straight into a store's folder, without walking the line."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import polars as pl

from core import at_rest, public_package, ruleset
from core.database import Database
from core.public.package import Package
from core.public_package import Public
from core.record import COLUMNS
from tests.builders import Record, a_record

Certificates = Mapping[str, Record]
"""Filed records by certificate number."""

MARCH = datetime(2026, 3, 2, 9, 0)


def certificates(**names: str) -> dict[str, Record]:
    """Certificates of these people; `n1="张明"` has a number ending in 1."""
    return {a_number(key): a_record(XM=name, XWZSBH=a_number(key)) for key, name in names.items()}


def a_number(key: str) -> str:
    """The certificate number behind a short key such as n12."""
    return f"8090142025{int(key[1:]):06d}"


def public(db: Database, wanted: Certificates, *, photos: bool = False, photo_of: Mapping[str, str] | None = None) -> Public:
    """These certificates, filed in a Parquet file of their own, as what is to be public."""
    name = f"{uuid4().hex}.parquet"
    rows = pl.DataFrame(list(wanted.values()), schema=dict.fromkeys(COLUMNS, pl.String)).with_row_index("row")
    at_rest.write(rows.with_columns(pl.col("row").cast(pl.Int64)), db.folder / "filings" / name)
    ids = [_record_id(number) for number in wanted]
    with db.transaction() as tx:
        for number, sha256 in (photo_of or {}).items():
            tx.run(
                "INSERT INTO photo (record_id, sha256, file_name, files, readable, size) VALUES ($id, $sha, 'x.jpg', 1, TRUE, 1)",
                id=_record_id(number), sha=sha256,
            )
    chosen = (
        "SELECT unnest($ids::BIGINT[]) AS record_id, $parquet AS parquet, unnest(range(len($ids))) AS filing_row, "
        "unnest($numbers::VARCHAR[]) AS certificate_no, '11' AS province, '4' AS level, '2024-2' AS term"
    )
    params = {"parquet": name, "ids": ids, "numbers": list(wanted)}
    return Public(db.folder, ruleset.shipped(), MARCH, chosen, params, photos)


def _record_id(number: str) -> int:
    return int("".join(filter(str.isdecimal, number)))


def a_full(db: Database, root: Path, wanted: Certificates, **asked: object) -> Package:
    """A full package of these certificates, next below the root."""
    told = public(db, wanted, **asked)
    with db.snapshot() as seen:
        return public_package.write_full(seen, told, root)


def a_delta(db: Database, root: Path, wanted: Certificates, *, among: str | None = None, **asked: object) -> Package | None:
    """What these certificates differ from the packages below the root, as the next of them."""
    told = public(db, wanted, **asked)
    with db.snapshot() as seen:
        return public_package.write_delta(seen, told, root, among=among)


def told(package_rows: object) -> dict[str, str]:
    """Names by certificate number, of frames of certificates."""
    return {row["XWZSBH"]: row["XM"] for frame in package_rows for row in frame.to_dicts()}
