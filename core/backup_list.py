"""备份台账: the backups of a store as the administrator sees them: made, tried out, and both in the book of acts.

Must not know how a backup is made or brought back.
"""

from datetime import datetime

import polars as pl

from core import audit, backup, ledger, restoring
from core.audit import Verdict
from core.desk import Desk
from core.vocabulary import Duty

_SHAPE = {
    "number": pl.Int64, "made_at": pl.Datetime, "why": pl.String, "files": pl.Int64, "size": pl.Int64, "tried_at": pl.Datetime,
    "broken": pl.Int64,
}


def listing(desk: Desk) -> pl.DataFrame:
    """Every backup, the latest first: number, made_at, why (asked, release, migration, demo), files, size in bytes, tried_at and
    broken (invariants that did not hold then; null for one that was not whole). Raises NotAuthorised."""
    desk.require(Duty.ACCOUNTS)
    lines = []
    for each in reversed(backup.every(backup.folder_of(desk.db))):
        tried = restoring.tried(each)
        made_at = datetime.fromisoformat(each.made_at)
        lines.append((each.number, made_at, each.why, each.files, each.size, tried and tried.at, tried and tried.broken))
    return pl.DataFrame(lines, _SHAPE, orient="row")


def make(desk: Desk) -> int:
    """Back the store up now; returns the backup's number. Raises NotAuthorised, and as backup.make."""
    desk.require(Duty.ACCOUNTS)
    made = backup.make(desk.db, backup.folder_of(desk.db), desk.now())
    ledger.note_read(desk.db, "backup", ledger.act_of(desk, "backup", made.number), made.files)
    return made.number


def verify(desk: Desk, number: int) -> list[Verdict]:
    """Restore a backup for a trial and audit it, as `python -m core verify`; returns what the audit says. Raises NotAuthorised,
    NotFound, BrokenBackup, DiskFull."""
    desk.require(Duty.ACCOUNTS)
    verdicts = restoring.verify(restoring.chosen(backup.folder_of(desk.db), number))
    ledger.note_read(desk.db, "verify_backup", ledger.act_of(desk, "backup", number), audit.unheld(verdicts))
    return verdicts
