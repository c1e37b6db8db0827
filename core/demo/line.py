"""The synthetic nation walked along the line: received, reviewed, published and fed back, at the dates of the past.

Must not know how the nation is made.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from core import admission, feedback, intake, publication, reading, review, revision, ruleset, tables
from core.checking import FILING_ROW
from core.deadlines import Term
from core.declaration import Declared, Grounds, Resolution
from core.demo.nation import REGISTERS, Nation, make_nation
from core.desk import Desk
from core.ruleset import Proposal
from core.vocabulary import Category, FindingClass

REGISTERS_SINCE = datetime(2023, 9, 1, 9)
"""When the nation's registers are put in force: before anything of it is received."""
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
    nation = make_nation(folder, records=records, seed=seed)
    plan, held = nation.filings, _held(nation)
    put_in_force(desk, folder)
    latest = plan["term"].max()
    for (code,), filings in plan.group_by("term", maintain_order=True):
        term = Term.parse(code)
        for place, filing in enumerate(filings.iter_rows(named=True)):
            arrived = _on(desk, term, days_before=45 - place % 12, hour=9 + place % 8)
            filing_id = receive(arrived, folder, filing)
            reviewed = _on(desk, term, days_before=28 - place % 6, hour=14)
            if code == latest and place == _RETURNED:
                review.send_back(reviewed, filing_id, reason="汇总表未盖章，请补正后重新报送。")
            elif code != latest or place % _WAITING != 3:
                document = f"示范学位办〔{term.ends.year}〕{filing_id}号"
                review.approve(reviewed, filing_id, approved_on=reviewed.now().date(), document=document)
            if code != latest and filing["file"] in held:
                review.settle(reviewed, filing_id, held[filing["file"]], note="经学校和省级学位办核实，可以上网。")
        if code != latest:
            feedback.issue(_on(desk, term, days_before=3, hour=10), term)
            release = _on(desk, term, days_before=1, hour=16)
            publication.publish(release, term, counted=publication.ready(release, term))
    return Walked(plan.height, plan["records"].cast(pl.Int64).sum(), folder)


def put_in_force(desk: Desk, folder: Path) -> None:
    """Import the nation's registers as the next version of the rulebook, in force before its first filing arrives."""
    base = ruleset.of_version(desk.db, ruleset.versions(desk.db)["version"][0])
    imported = {path.stem: tables.read_file(path.stem, path) for path in sorted((folder / REGISTERS).glob("*.csv"))}
    before = Desk(desk.db, desk.actor, lambda: REGISTERS_SINCE)
    proposal = Proposal(base, base.settings, imported)
    if proposal.ruleset().fingerprint != base.fingerprint:
        revision.commit(before, proposal, effective_on=REGISTERS_SINCE.date(), reason="示范参照表")


def receive(desk: Desk, folder: Path, filing: dict[str, Any]) -> int:
    """Take one file of the nation into the store as its line in filings.csv declares it. Returns the filing's id."""
    resolution = Resolution(filing["resolution"], filing["resolved_on"], filing["listed"], filing["attached"])
    declared = Declared(
        Term.parse(filing["term"]), filing["institution"], Category(filing["category"]), filing["supplement"], resolution,
        grounds=_grounds(desk) if filing["supplement"] else Grounds(),
    )
    source = reading.open_filing(folder / filing["file"])
    photos = folder / filing["photos"] if filing["photos"] else None
    draft = admission.preview(desk, source, declared, photos=photos)
    return intake.receive(desk, draft, declared, source, filing["file"]).filing_id


def _grounds(desk: Desk) -> Grounds:
    today = desk.now().date()
    return Grounds("学籍信息核对延误，决议后未按时报送。", f"示范学位办补〔{today.year}〕1号", today)


def _held(nation: Nation) -> dict[str, str]:
    """The filings held back as such, with the check that holds them."""
    held = nation.truth.filter(pl.col("row") == FILING_ROW, pl.col("class") != FindingClass.NOTE.value)
    return dict(held.select("file", "rule").iter_rows())


def _on(desk: Desk, term: Term, *, days_before: int, hour: int) -> Desk:
    day = term.feed_back_by - timedelta(days=days_before)
    moment = min(datetime.combine(day, time(hour)), desk.now())
    return Desk(desk.db, desk.actor, lambda: moment)
