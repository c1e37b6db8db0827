"""打包: what is public, written as a publication package: all of it, or what differs from the packages so far (articles 3, 8).

A package is whole or not there at all. Must not know why a record is public.
"""

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import polars as pl

from core import content, disk, pictures
from core.database import Transaction
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
    LATEST,
    MANIFEST,
    NUMBER,
    PHOTO,
    PHOTOS,
    REMOVE,
    Manifest,
    Package,
)
from core.ruleset import Ruleset

ONLINE = """
SELECT r.record_id, f.parquet, r.filing_row, r.certificate_no, f.province, f.level, f.term
FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.status = 'published'"""
"""What is on line now."""

_COUNTS = "SELECT province, level, term, count(*) AS records FROM ({public}) GROUP BY ALL ORDER BY ALL"

_WRITE = "COPY ({rows} ORDER BY " + NUMBER + ") TO '{path}' (FORMAT parquet, COMPRESSION zstd)"

_BEFORE = f"""
SELECT {', '.join(FIELDS)} FROM read_parquet($full)
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
    with _next_package(root) as (folder, previous):
        rows = _content(tx, public, public.chosen)
        written = tx.run(_WRITE.format(rows=rows.sql, path=_quoted(folder / DATA[FULL])), **rows.params)
        _require_all_found(tx, written)
        counts = tx.frame(_COUNTS.format(public="FROM chosen")).to_dicts()
        return _completed(folder, public, previous, FULL, counts, {ADD: written, ALTER: 0, REMOVE: 0})


def write_delta(tx: Transaction, public: Public, root: Path, *, among: str | None = None) -> Package | None:
    """Write what is public now and differs from the packages below `root` as the next package; None when nothing does.

    `among` (a SELECT of certificate numbers) says where to look, when it is known which can have changed; None looks
    everywhere. Raises NotAllowed as write_full does, and when more has changed than was looked at.
    """
    with _next_package(root) as (folder, previous):
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


def release(root: Path, package: Package) -> None:
    """Put a package in force: the lookup goes over to it. Never back: what undoes a package is a package after it."""
    standing = packages.latest(root)
    if standing and standing.manifest.number >= package.manifest.number:
        raise NotAllowed(
            f"第{standing.manifest.number}号包已经发布，不能退回到更早的包。请打新包。",
            f"Package {standing.manifest.number} is released already. Going back takes a new package.",
        )
    disk.write_whole(root / LATEST, package.folder.name.encode())
    disk.secure(root)


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


@contextmanager
def _next_package(root: Path) -> Iterator[tuple[Path, Package | None]]:
    """A folder to write the next package into, and the package before it; nothing is left of a package not completed."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / ".writing").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NotAllowed("正在打另一个数据包，请稍后再试。", "Another package is being written. Try again later.") from None
        unfinished = root / ".part"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        try:
            yield unfinished, next(reversed(packages.every(root)), None)
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def _completed(
    folder: Path, public: Public, previous: Package | None, kind: str, counts: list[dict], changes: dict[str, int]
) -> Package:
    """The package made whole: photos beside it, its manifest, everything on disk, and the folder under its own name."""
    data = folder / DATA[kind]
    photos = _lay_beside(folder, public.folder, data) if public.photos else 0
    with data.open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    number = previous.manifest.number + 1 if previous else 1
    manifest = Manifest(
        number=number, kind=kind, made_at=f"{public.at:%Y-%m-%dT%H:%M:%S}",
        ruleset={"version": public.ruleset.version, "fingerprint": public.ruleset.fingerprint},
        records=sum(line["records"] for line in counts), changes=changes, counts=counts,
        files=[{"name": data.name, "sha256": digest, "size": data.stat().st_size, "rows": sum(changes.values())}],
        photos=photos, previous=previous.sha256 if previous else None,
    )
    disk.write_whole(folder / MANIFEST, manifest.written())
    for each in (*(path for path in folder.rglob("*") if path.is_dir()), folder):
        disk.secure(each)
    finished = folder.with_name(packages.folder_name(number))
    folder.rename(finished)
    disk.secure(finished.parent)
    return packages.opened(finished)


def _lay_beside(folder: Path, store: Path, data: Path) -> int:
    """Put the photos of the package's certificates beside it, those whose bytes are kept; tells how many."""
    laid = 0
    for sha256 in pl.read_parquet(data, columns=[PHOTO])[PHOTO].drop_nulls().unique():
        kept, beside = pictures.place(store, sha256), folder / PHOTOS / sha256[:2] / sha256
        if not kept.exists():
            continue
        beside.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(kept, beside)
        except OSError as fault:
            if fault.errno not in (errno.EXDEV, errno.EPERM, errno.EMLINK):
                raise
            disk.write_whole(beside, kept.read_bytes())
        laid += 1
    return laid


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
