"""Publication packages beside the book: sound in their chain, and without what was taken out of them."""

from pathlib import Path

import polars as pl
import pyarrow as pa

from core.desk import Desk
from core.errors import BrokenPackage
from core.invariants import invariant
from core.public import package as packages
from core.public import verifying
from core.public.package import NUMBER

_OUT = """
SELECT DISTINCT r.certificate_no AS number
FROM (
    SELECT record_id, version FROM revocation WHERE package IS NOT NULL
    UNION ALL SELECT record_id, online_version FROM taken_down WHERE package IS NOT NULL AND put_back_at IS NULL
) AS v JOIN record AS r ON r.record_id = v.record_id AND r.version = v.version
WHERE r.certificate_no NOT IN (
    SELECT certificate_no FROM record WHERE (status = 'published' OR online_still) AND certificate_no IS NOT NULL)"""


@invariant(
    "上网数据包逐个完好，前后相接，增量逐次相加即为全量。",
    "Every publication package is sound and follows the one before; full and deltas come to the next full.", bytes_read=True,
)
def packages_in_their_chain(desk: Desk) -> pl.DataFrame:
    """Articles 3 and 8: what the public site was given can be shown."""
    root = desk.db.folder / "packages"
    if not any(root.glob("[0-9]*")):
        return _named([])
    try:
        verifying.verify(root)
    except BrokenPackage as refusal:
        return _named([refusal.zh])
    return _named([])


@invariant(
    "已从数据包撤下的证书不在公众查询中。", "What was taken out of the packages is not among what the public can look up.",
)
def nothing_taken_down_in_the_packages(desk: Desk) -> pl.DataFrame:
    """Article 9: a degree revoked is nowhere public."""
    out = desk.db.frame(_OUT)["number"]
    if out.is_empty():
        return _named([])
    return _named(f"证书{number}" for number in sorted(set(out) & _public(desk.db.folder / "packages", out)))


def _public(root: Path, among: pl.Series) -> set[str]:
    """Which of these numbers the packages in force hold."""
    try:
        last = packages.latest(root)
        if last is None:
            return set()
        held: set[str] = set()
        for part in packages.certificates(packages.chain(last)):
            held |= set(part.filter(pl.col(NUMBER).is_in(among.implode()))[NUMBER])
        return held
    except (BrokenPackage, OSError, pa.ArrowInvalid):
        return set()  # told by the chain's own invariant


def _named(things: object) -> pl.DataFrame:
    return pl.DataFrame({"what": pl.Series(list(things), dtype=pl.String)})
