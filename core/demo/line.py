"""The synthetic nation walked along the line: received, reviewed, published and fed back, at the dates of the past.

Must not know how the nation is made.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from core import admission, feedback, intake, publication_run, reading, review, revision, ruleset, tables
from core.checking import FILING_ROW
from core.deadlines import Term
from core.declaration import Declared, Grounds, Resolution
from core.demo import arriving
from core.demo.nation import REGISTERS, Nation, make_nation
from core.desk import DEMO_ACTORS, Desk
from core.ruleset import Proposal
from core.settings import Settings
from core.vocabulary import Category, FindingClass

REGISTERS_SINCE = datetime(2023, 9, 1, 9)
"""When the nation's registers are put in force: before anything of it is received."""


@dataclass(frozen=True)
class Walked:
    """How much is now in the store: the nation, and what of it came twice."""

    filings: int
    records: int
    folder: Path


def walk(desk: Desk, *, records: int, seed: int) -> Walked:
    """Make the nation and take it through the line: earlier semesters to the end, the latest one half way.

    The files, and `truth.csv` with every fault seeded in them, stay below the store's folder `demo`. Of the latest
    semester some come as packages, one a second time, one late without consent; and two nil returns are signed.
    """
    folder = desk.db.folder / "demo" / f"{records}-{seed}"
    nation = make_nation(folder, records=records, seed=seed)
    plan, held = nation.filings, _held(nation)
    put_in_force(desk, folder)
    latest = plan["term"].max()
    for (code,), filings in plan.group_by("term", maintain_order=True):
        term = Term.parse(code)
        if code == latest:
            _half_way(desk, folder, term, list(filings.iter_rows(named=True)))
            continue
        for place, filing in enumerate(filings.iter_rows(named=True)):
            arrived, reviewed = _days(desk, term, place)
            filing_id = receive(arrived, folder, filing)
            _approve(reviewed, term, filing_id)
            if filing["file"] in held:
                review.settle(reviewed, filing_id, held[filing["file"]], note="经学校和省级学位办核实，可以上网。")
        feedback.issue(_on(desk, term, days_before=3, hour=10), term)
        release = _on(desk, term, days_before=1, hour=16)
        _put_on_line(release, term)
    return Walked(*desk.db.frame("SELECT count(*), sum(records)::BIGINT FROM filing").row(0), folder)


def _put_on_line(desk: Desk, term: Term) -> None:
    """A semester's run, frozen by one person and released by another."""
    publisher, releaser = (Desk(desk.db, DEMO_ACTORS[key], desk.now) for key in ("publisher", "releaser"))
    run_id = publication_run.open_term(publisher, term)
    publication_run.pass_gate(publisher, run_id)
    publication_run.release(releaser, run_id, counted=publication_run.freeze(publisher, run_id))


def _half_way(desk: Desk, folder: Path, term: Term, filings: list[dict[str, Any]]) -> None:
    """Take the latest semester half way: filings in every state they can be in."""
    for place, filing in enumerate(filings):
        arrived, reviewed = _days(desk, term, place)
        if arriving.is_packed(place, filing):
            continue
        if place == arriving.AGAIN:
            first = receive(arrived, folder, arriving.first_version(folder, filing))
            _approve(reviewed, term, first)
            receive(_on(desk, term, days_before=20, hour=9), folder, filing, replaces=first)
            continue
        filing_id = receive(arrived, folder, filing | {"supplement": place == arriving.LATE}, consented=False)
        if place == arriving.RETURNED:
            review.send_back(reviewed, filing_id, reason="汇总表未盖章，请补正后重新报送。")
        elif place != arriving.LATE:
            _approve(reviewed, term, filing_id)
    packed = [filing for place, filing in enumerate(filings) if arriving.is_packed(place, filing)]
    arriving.hand_in(desk, folder, packed, filings[arriving.RETURNED])
    arriving.sign_nil_returns(desk, term)


def _approve(desk: Desk, term: Term, filing_id: int) -> None:
    document = f"示范学位办〔{term.ends.year}〕{filing_id}号"
    review.approve(desk, filing_id, approved_on=desk.now().date(), document=document)


def put_in_force(desk: Desk, folder: Path) -> None:
    """Import the nation's registers as the next version of the rulebook, in force before its first filing arrives."""
    base = ruleset.of_version(desk.db, ruleset.versions(desk.db)["version"][0])
    imported = {path.stem: tables.read_file(path.stem, path) for path in sorted((folder / REGISTERS).glob("*.csv"))}
    before = Desk(desk.db, desk.actor, lambda: REGISTERS_SINCE)
    proposal = Proposal(base, Settings.of(thresholds={"consent_withdraw": 1}), imported)
    if proposal.ruleset().fingerprint != base.fingerprint:
        revision.commit(before, proposal, effective_on=REGISTERS_SINCE.date(), reason="示范参照表")


def receive(
    desk: Desk, folder: Path, filing: dict[str, Any], *, consented: bool = True, replaces: int | None = None
) -> int:
    """Take one file of the nation into the store as its line in filings.csv declares it. Returns the filing's id."""
    resolution = Resolution(filing["resolution"], filing["resolved_on"], filing["listed"], filing["attached"])
    declared = Declared(
        Term.parse(filing["term"]), filing["institution"], Category(filing["category"]), filing["supplement"], resolution,
        replaces=replaces, grounds=_grounds(desk, consented=consented) if filing["supplement"] else Grounds(),
    )
    source = reading.open_filing(folder / filing["file"])
    photos = folder / filing["photos"] if filing["photos"] else None
    draft = admission.preview(desk, source, declared, photos=photos)
    return intake.receive(desk, draft, declared, source, filing["file"]).filing_id


def _grounds(desk: Desk, *, consented: bool) -> Grounds:
    today, reason = desk.now().date(), "学籍信息核对延误，决议后未按时报送。"
    return Grounds(reason, f"示范学位办补〔{today.year}〕1号", today) if consented else Grounds(reason)


def _held(nation: Nation) -> dict[str, str]:
    """The filings held back as such, with the check that holds them."""
    held = nation.truth.filter(pl.col("row") == FILING_ROW, pl.col("class") != FindingClass.NOTE.value)
    return dict(held.select("file", "rule").iter_rows())


def _days(desk: Desk, term: Term, place: int) -> tuple[Desk, Desk]:
    """The days on which a semester's filing at this place arrives and is reviewed."""
    arrived = _on(desk, term, days_before=45 - place % 12, hour=9 + place % 8)
    return arrived, _on(desk, term, days_before=28 - place % 6, hour=14)


def _on(desk: Desk, term: Term, *, days_before: int, hour: int) -> Desk:
    day = term.feed_back_by - timedelta(days=days_before)
    moment = min(datetime.combine(day, time(hour)), desk.now())
    return Desk(desk.db, desk.actor, lambda: moment)
