"""运行状况: whether the store can be worked with and is looked after: for monitors, and with no word of what is in it.

Must not know who asks, nor how the answer is sent.
"""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from core import backup, migrations, restoring
from core.database import Database
from core.restoring import Tried

_FACTS = """
SELECT (SELECT max(number) FROM migration) AS schema, (SELECT min(asked_at) FROM job WHERE state = 'queued') AS queued_since,
    (SELECT min(acted_at) FROM act) AS begun_at,
    (SELECT arg_max({'at': acted_at, 'broken': moved}, act_id) FROM act WHERE machine = 'read' AND event = 'audit') AS audited"""


@dataclass(frozen=True)
class Bounds:
    """What is well: at least so many bytes free on the disk, no job waiting longer, the last backup and the last whole audit no
    older than this."""

    free: float = 1e9
    queued: timedelta = timedelta(hours=6)
    backup: timedelta = timedelta(days=8)
    audit: timedelta = timedelta(days=35)

    @classmethod
    def told(cls, environ: Mapping[str, str]) -> "Bounds":
        """The usual bounds, but for what DESK_HEALTH says: GB free, hours waited, days since a backup, days since an audit."""
        free, queued, kept, audited = map(float, environ.get("DESK_HEALTH", "1,6,8,35").split(","))
        return cls(free * 1e9, timedelta(hours=queued), timedelta(days=kept), timedelta(days=audited))


def unopened(folder: Path, bounds: Bounds) -> dict[str, Any]:
    """What can be said of a store that does not open: that, and the disk."""
    return _told({"store": {"ok": False}, "disk": _disk(folder, bounds)})


def look(db: Database, now: datetime, bounds: Bounds) -> dict[str, Any]:
    """Each thing looked at with `ok` and its figure, and whether all are well; ages are in seconds, null where there was none yet.

    A store in which nothing was done yet lacks neither backup nor audit; from its first act on it is given as long as between two.
    """
    facts = db.frame(_FACTS).row(0, named=True)
    begun = facts["begun_at"] or now
    kept = backup.every(backup.folder_of(db))
    audits = [each for each in map(restoring.tried, kept) if each]
    if facts["audited"]:
        audits.append(Tried(**facts["audited"]))
    audited = max(audits, key=lambda each: each.at, default=None)
    made_at = datetime.fromisoformat(kept[-1].made_at) if kept else None
    waited = _age(now, facts["queued_since"])
    return _told({
        "store": {"ok": True},
        "schema": {"ok": facts["schema"] == migrations.known()[-1].number, "version": facts["schema"]},
        "disk": _disk(db.folder, bounds),
        "jobs": {"ok": (waited or 0) <= bounds.queued.total_seconds(), "oldest_queued_seconds": waited},
        "backup": {"ok": now - (made_at or begun) <= bounds.backup, "age_seconds": _age(now, made_at)},
        "audit": {
            "ok": now - (audited.at if audited else begun) <= bounds.audit and (audited is None or audited.broken == 0),
            "age_seconds": _age(now, audited and audited.at),
        },
    })


def _told(checks: dict[str, Any]) -> dict[str, Any]:
    return {"ok": all(each["ok"] for each in checks.values()), "checks": checks}


def _disk(folder: Path, bounds: Bounds) -> dict[str, Any]:
    free = shutil.disk_usage(folder).free
    return {"ok": free >= bounds.free, "free_bytes": free}


def _age(now: datetime, at: datetime | None) -> int | None:
    return None if at is None else int((now - at).total_seconds())
