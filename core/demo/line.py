"""The synthetic nation walked along the line: received, reviewed, published and fed back, at the dates of the past.

Must not know how the nation is made.
"""

import tempfile
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path

import polars as pl

from core import feedback, intake, publication, reading
from core.deadlines import Term
from core.demo.nation import make_nation
from core.desk import Desk
from core.intake import Declared
from core.vocabulary import Category

_WAITING = 5
"""In the latest semester every fifth filing still awaits its province, and one of an earlier one was returned."""


@dataclass(frozen=True)
class Walked:
    """How much of the nation is now in the store."""

    filings: int
    records: int


def walk(desk: Desk, *, records: int, seed: int) -> Walked:
    """Make the nation and take it through the line: earlier semesters to the end, the latest one half way."""
    with tempfile.TemporaryDirectory(prefix="desk-demo-", dir=desk.db.folder / "work") as folder:
        make_nation(Path(folder), records=records, seed=seed)
        plan = pl.read_csv(Path(folder) / "filings.csv", infer_schema=False)
        latest = plan["term"].max()
        received = 0
        for (code,), filings in plan.group_by("term", maintain_order=True):
            term = Term.parse(code)
            for place, filing in enumerate(filings.iter_rows(named=True)):
                arrived = _on(desk, term, days_before=45 - place % 12, hour=9 + place % 8)
                filing_id = receive(arrived, Path(folder) / filing["file"], filing)
                received += 1
                waits = code == latest and place % _WAITING == 3
                if not waits:
                    intake.approve(
                        _on(desk, term, days_before=28 - place % 6, hour=14), filing_id,
                        approved_on=_on(desk, term, days_before=30 - place % 6, hour=10).now().date(),
                        document=f"示范学位办〔{term.ends.year}〕{filing_id}号",
                    )
            if code != latest:
                feedback.issue(_on(desk, term, days_before=3, hour=10), term)
                release = _on(desk, term, days_before=1, hour=16)
                publication.publish(release, term, counted=publication.ready(release, term))
    return Walked(received, plan["records"].cast(pl.Int64).sum())


def receive(desk: Desk, path: Path, filing: dict[str, str]) -> int:
    """Take one file of the nation into the store as its line in filings.csv declares it. Returns the filing's id."""
    declared = Declared(Term.parse(filing["term"]), filing["institution"], Category(filing["category"]))
    draft = intake.preview(desk, path, declared)
    return intake.receive(desk, draft, declared, reading.open_filing(path), path.name).filing_id


def _on(desk: Desk, term: Term, *, days_before: int, hour: int) -> Desk:
    day = term.feed_back_by - timedelta(days=days_before)
    moment = min(datetime.combine(day, time(hour)), desk.now())
    return Desk(desk.db, desk.actor, lambda: moment)
