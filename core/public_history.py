"""往日公开: what was public at the end of any past day, from the packages in force then, and two days compared (articles 3 and 5).

Packages are chained by hash, so that a past day cannot be told otherwise than it was. A province sees its own figures and
certificates. Must not know why something went up or down.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import polars as pl

from core import at_rest, public_package, typed
from core.desk import Desk
from core.errors import BadRequest
from core.public import package as packages
from core.public.package import ADD, ALTER, CHANGE, DELTA, FIELDS, NUMBER, REMOVE, Package
from core.vocabulary import Duty

_FIGURES = pl.Schema({"province": pl.String, "level": pl.String, "term": pl.String, "records": pl.Int64})

_SEEN = """
WITH told AS (
    SELECT c.*, w.record_id, w.province, w.institution
    FROM read_parquet($path) AS c
    LEFT JOIN (
        SELECT r.certificate_no, max(r.record_id) AS record_id, any_value(f.province) AS province, any_value(f.institution) AS institution
        FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
        WHERE r.certificate_no IN (SELECT XWZSBH FROM read_parquet($path))
        GROUP BY r.certificate_no) AS w ON w.certificate_no = c.XWZSBH
)"""

_LIST = f"""{_SEEN}
SELECT told.change, told.XWZSBH AS certificate_no, told.XM AS name, told.record_id, told.province, told.institution,
    i.zh AS institution_zh, i.en AS institution_en
FROM told LEFT JOIN institution AS i ON i.code = told.institution
WHERE ($scope IS NULL OR told.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = told.record_id AND s.class = 'classified' AND s.closed IS NULL))
ORDER BY told.change DESC, told.XWZSBH
LIMIT $size OFFSET $size * $page"""

_COUNTS = f"""{_SEEN}
SELECT told.change, count(*) AS records FROM told WHERE $scope IS NULL OR told.province = $scope GROUP BY told.change"""


_OWN = """
SELECT DISTINCT r.certificate_no FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
WHERE r.certificate_no IN (SELECT unnest($numbers::VARCHAR[])) AND ($scope IS NULL OR f.province = $scope)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = r.record_id AND s.class = 'classified' AND s.closed IS NULL))"""


@dataclass(frozen=True)
class Compared:
    """What two days differ by: certificates added, changed and removed, and the first of them: change, certificate_no, name,
    record_id, province, institution with names."""

    added: int
    changed: int
    removed: int
    lines: pl.DataFrame


def figures(desk: Desk, day: date) -> pl.DataFrame:
    """How many certificates were public at the end of a day: province, level, term, records; within this person's scope."""
    package = _on(desk, day)
    counted = pl.DataFrame(package.manifest.counts if package else [], schema=_FIGURES)
    return counted.filter(pl.col("province") == desk.actor.province) if desk.actor.province else counted


def shown(desk: Desk, day: date, *, number: str | None = None, size: int = 50) -> pl.DataFrame:
    """Certificates that were public at the end of a day, by FIELDS and in order: the first of them, or the one with a number.

    In a province, its own. Raises BadRequest for a day to come, BrokenPackage when a package was altered.
    """
    desk.require(Duty.READ)
    package = _on(desk, day)
    found = pl.DataFrame(schema=dict.fromkeys(FIELDS, pl.String))
    for part in packages.certificates(packages.chain(package)) if package else ():
        seen = part if number is None else part.filter(pl.col(NUMBER) == typed.number(number))
        own = desk.in_full(_OWN, numbers=seen[NUMBER].to_list())["certificate_no"]
        found = pl.concat([found, seen.filter(pl.col(NUMBER).is_in(own.implode()))])
        if found.height >= size:
            break
    return found.head(size)


def compare(desk: Desk, earlier: date, later: date, *, page: int = 0, size: int = 200) -> Compared:
    """What came, changed and went between the ends of two days, with a page of them. Raises BadRequest when they are
    the wrong way round or a day is to come, BrokenPackage when a package between was altered."""
    desk.require(Duty.READ)
    if earlier > later:
        raise BadRequest("前一日期须不晚于后一日期。", "The first day must not be after the second.")
    before, after = _on(desk, earlier), _on(desk, later)
    with _laid_out(desk, _difference(before, after)) as path:
        counts = dict(desk.frame(_COUNTS, path=str(path)).iter_rows())
        lines = desk.frame(_LIST, path=str(path), page=page, size=size)
    return Compared(counts.get(ADD, 0), counts.get(ALTER, 0), counts.get(REMOVE, 0), lines)


def _on(desk: Desk, day: date) -> Package | None:
    """The package in force at the end of a day; None before the first."""
    if day > desk.now().date():
        raise BadRequest("请选择今天或以前的日期。", "Choose today or a day gone by.")
    found = None
    for package in packages.every(public_package.root_of(desk.db)):
        if datetime.fromisoformat(package.manifest.made_at).date() <= day:
            found = package
    return found


def _difference(before: Package | None, after: Package | None) -> pl.DataFrame:
    """Certificates that differ between two packages: change, and what stands (of a removed one, what stood)."""
    nothing = pl.DataFrame(schema={CHANGE: pl.String} | dict.fromkeys(FIELDS, pl.String))
    if after is None or before == after:
        return nothing
    if before is None:
        return pl.concat([nothing, *(
            part.select(pl.lit(ADD).alias(CHANGE), *FIELDS) for part in packages.certificates(packages.chain(after))
        )])
    between = [
        packages.opened(after.folder.with_name(packages.folder_name(number)))
        for number in range(before.manifest.number + 1, after.manifest.number + 1)
    ]
    for previous, package in zip([before, *between], between, strict=False):
        packages.require_follows(previous, package)
    last = packages.final([package for package in between if package.manifest.kind == DELTA])
    stood = pl.concat([nothing.drop(CHANGE), *(
        part.join(last, on=NUMBER, how="semi") for part in packages.certificates(packages.chain(before))
    )])
    stands = last.filter(pl.col(CHANGE) != REMOVE).drop(CHANGE)
    fresh = stands.join(stood, on=list(FIELDS), how="anti", nulls_equal=True)
    known = pl.col(NUMBER).is_in(stood[NUMBER].implode())
    return pl.concat([
        fresh.select(pl.when(known).then(pl.lit(ALTER)).otherwise(pl.lit(ADD)).alias(CHANGE), *FIELDS),
        stood.join(stands, on=NUMBER, how="anti").select(pl.lit(REMOVE).alias(CHANGE), *FIELDS),
    ])


@contextmanager
def _laid_out(desk: Desk, rows: pl.DataFrame) -> Iterator[Path]:
    path = desk.db.folder / "work" / f"compared-{uuid4().hex}.parquet"
    try:
        at_rest.write(rows, path)
        yield path
    finally:
        path.unlink(missing_ok=True)
