"""撤下: what has left the line taken out of the public packages the same day, ahead of the next run (articles 2 and 9).

Must not know why a record has left.
"""

from pathlib import Path

from core import package_folder, public_package, ruleset
from core.desk import Desk
from core.errors import NotAllowed
from core.public import package as packages
from core.public.package import Package
from core.public_package import Public
from core.vocabulary import Duty

_LEFT = """
SELECT v.revocation_id, r.certificate_no, f.province FROM revocation AS v
JOIN record AS r ON r.record_id = v.record_id AND r.version = v.version
JOIN filing AS f ON f.filing_id = v.filing_id
WHERE v.package IS NULL AND (v.former_status = 'published' OR EXISTS (
    SELECT 1 FROM record AS q WHERE q.certificate_no = r.certificate_no AND q.record_id <> r.record_id
        AND q.status = 'withheld' AND q.publication_id IS NOT NULL))"""
"""What left and was on line, itself or the same number filed twice."""

_DOWN = """
SELECT r.certificate_no, f.province FROM taken_down AS d
JOIN record AS r ON r.record_id = d.record_id AND r.version = d.online_version
JOIN filing AS f ON f.filing_id = d.filing_id
WHERE d.package IS NULL"""
"""What was taken down by hand, or put back."""

_DUE = f"SELECT certificate_no, province FROM ({_LEFT}) UNION ALL {_DOWN}"

_WAITING = f"SELECT count(*) AS n FROM ({_DUE}) AS f WHERE $scope IS NULL OR f.province = $scope"

_NUMBERS = f"SELECT certificate_no FROM ({_DUE})"

_SETTLED = (
    f"UPDATE revocation SET package = $package WHERE revocation_id IN (SELECT revocation_id FROM ({_LEFT}))",
    "UPDATE taken_down SET package = $package WHERE package IS NULL",
)


def waiting(desk: Desk) -> int:
    """How many records revoked, withdrawn, taken down or put back are not known to stand so in the packages yet."""
    desk.require(Duty.READ)
    return desk.frame(_WAITING).item()


def take_down(desk: Desk, root: Path) -> Package | None:
    """Write a delta that takes what has left the line out of the packages below `root`, and puts back what came back; in force.

    Looks at those certificates alone; at all that is public when more has changed since the last package. None where there
    is nothing to take out, or no package at all: the lookup at the desk shows none of them anyway. Raises NotAllowed while
    another package is being written: ask again.
    """
    if not desk.actor.may(Duty.PUBLISH):
        desk.require(Duty.LOAD)
    if not packages.every(root) or not waiting(desk):
        return None
    with package_folder.turn(root):
        public_package.recover(desk.db)
    now = desk.now()
    public = Public(desk.db.folder, ruleset.in_force(desk.db, now.date()), now)
    with desk.db.snapshot() as seen:
        try:
            written = public_package.write_delta(seen, public, root, among=_NUMBERS)
        except NotAllowed:
            written = public_package.write_delta(seen, public, root)
    last = package_folder.release_last(root)
    with desk.db.transaction() as tx:
        for settled in _SETTLED:
            tx.run(settled, package=last.manifest.number)
    return written
