"""The synthetic nation walked along the line: received, reviewed, published and fed back, at the dates of the past.

Must not know how the nation is made.
"""

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

_WAITING, _RETURNED = 5, 4
"""In the latest semester every fifth filing still awaits its province, and one has been returned."""


@dataclass(frozen=True)
class Walked:
    """How much of the nation is now in the store."""

    filings: int
    records: int
    folder: Path


def walk(desk: Desk, *, records: int, seed: int) -> Walked:
    """Make the nation and take it through the line: earlier semesters to the end, the latest one half way.

    The files, and `truth.csv` with every fault seeded in them, stay below the store's folder `demo`.
    """
    folder = desk.db.folder / "demo" / f"{records}-{seed}"
    plan = make_nation(folder, records=records, seed=seed).filings
    latest = plan["term"].max()
    for (code,), filings in plan.group_by("term", maintain_order=True):
        term = Term.parse(code)
        for place, filing in enumerate(filings.iter_rows(named=True)):
            arrived = _on(desk, term, days_before=45 - place % 12, hour=9 + place % 8)
            filing_id = receive(arrived, folder / filing["file"], filing)
            reviewed = _on(desk, term, days_before=28 - place % 6, hour=14)
            if code == latest and place == _RETURNED:
                intake.send_back(reviewed, filing_id, reason="汇总表未盖章，请补正后重新报送。")
            elif code != latest or place % _WAITING != 3:
                document = f"示范学位办〔{term.ends.year}〕{filing_id}号"
                intake.approve(reviewed, filing_id, approved_on=reviewed.now().date(), document=document)
        if code != latest:
            feedback.issue(_on(desk, term, days_before=3, hour=10), term)
            release = _on(desk, term, days_before=1, hour=16)
            publication.publish(release, term, counted=publication.ready(release, term))
    return Walked(plan.height, plan["records"].cast(pl.Int64).sum(), folder)


def receive(desk: Desk, path: Path, filing: dict[str, str]) -> int:
    """Take one file of the nation into the store as its line in filings.csv declares it. Returns the filing's id."""
    declared = Declared(Term.parse(filing["term"]), filing["institution"], Category(filing["category"]))
    source = reading.open_filing(path)
    draft = intake.preview(desk, source, declared)
    return intake.receive(desk, draft, declared, source, path.name).filing_id


def _on(desk: Desk, term: Term, *, days_before: int, hour: int) -> Desk:
    day = term.feed_back_by - timedelta(days=days_before)
    moment = min(datetime.combine(day, time(hour)), desk.now())
    return Desk(desk.db, desk.actor, lambda: moment)
