"""接收报送: a file looked at, drafted and received (articles 4 and 5).

Must not know the province's word on it, publication, or how cases are answered.
"""

import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from core import admission, attachments, ledger, nil_returns, pictures, rules, ruleset, sorting, supplements, versions
from core.attachments import Scan
from core.database import Database, Transaction
from core.declaration import Declared
from core.desk import Desk
from core.draft import Draft
from core.errors import DiskFull
from core.reading import Reading
from core.sorting import Entering, Outcome
from core.vocabulary import Duty

_KNOWN = "SELECT parquet, sha256 FROM filing WHERE list_contains($parquets, parquet) OR list_contains($hashes, sha256)"


@dataclass(frozen=True)
class Submission:
    """A drafted filing at the door: what is declared of it, the shape of its file, and the scans of its resolution."""

    draft: Draft
    declared: Declared
    layout: str
    format: str
    encoding: str | None
    codes: tuple[str, ...]
    file_name: str
    scans: tuple[Scan, ...] = ()

    @classmethod
    def of(
        cls, draft: Draft, declared: Declared, source: Reading, file_name: str, scans: Sequence[Scan] = ()
    ) -> "Submission":
        """A draft with what is declared of it and the file it was made from."""
        return cls(draft, declared, source.layout, source.format, source.encoding, source.columns, file_name, tuple(scans))

    @property
    def parquet(self) -> str:
        """The name of its rows' file in the store."""
        return f"{self.draft.folder.name.removeprefix('draft-')}.parquet"

    def columns(self) -> dict[str, object]:
        """What the table of filings keeps of it, but for its numbers there."""
        declared, draft, told = self.declared, self.draft, self.declared.resolution
        return {
            "term": declared.term.code, "institution": declared.institution, "category": str(declared.category),
            "level": str(declared.category.level), "supplement": declared.supplement, "layout": self.layout,
            "format": self.format, "encoding": self.encoding, "file_name": self.file_name, "sha256": draft.sha256,
            "size": draft.size, "records": draft.records, "parquet": self.parquet,
            "ruleset": rules.fingerprint(draft.context.reference, draft.context.settings),
            "filed_codes": " ".join(sorted(self.codes)), "resolution": told.number, "resolved_on": told.resolved_on,
            "listed": told.listed, "attached": told.attached, "declared_total": declared.total,
            "photos": draft.photos.pairs.height if draft.photos else None,
            "photos_unmatched": draft.photos.unmatched if draft.photos else None,
            "photos_ambiguous": draft.photos.ambiguous if draft.photos else None,
            **supplements.columns(declared.grounds),
        }


@dataclass(frozen=True)
class Received:
    """A filing now in the store, what sorting made of it, and the nil return it superseded, if there was one."""

    filing_id: int
    outcome: Outcome
    superseded: int | None = None


def receive(
    desk: Desk, draft: Draft, declared: Declared, source: Reading, file_name: str, *, scans: Sequence[Scan] = (),
    along: Callable[[Transaction, Received], None] | None = None,
) -> Received:
    """Take a drafted filing into the store: rows, findings, statuses and cases, all of it or nothing.

    `scans` are those of the degree committee's resolution, already kept.
    Writes the filing's Parquet and original, then one transaction; `along` writes what must stand or fall with it. A
    standing nil return of its level and semester is superseded. Raises DuplicateFiling, DiskFull, or BadRequest as `preview`
    does.
    """
    submission = Submission.of(draft, declared, source, file_name, scans)
    received, = receive_all(desk, [submission], along and (lambda tx, all_received: along(tx, all_received[0])))
    return received


def receive_all(
    desk: Desk, submissions: Sequence[Submission], along: Callable[[Transaction, list[Received]], None] | None = None
) -> list[Received]:
    """Take several drafted filings into the store in their order, as `receive` does one: all of them or nothing."""
    desk.require(Duty.LOAD)
    provinces = admission.require_plausible(desk, [submission.declared for submission in submissions])
    try:
        with pictures.kept(desk.db, _photos(submissions)), desk.db.transaction() as tx:
            received = _entered(tx, desk, _kept(desk.db, submissions), provinces)
            if along:
                along(tx, received)
    except BaseException:
        _take_back(desk.db, submissions)
        raise
    finally:
        for submission in submissions:
            submission.draft.discard()
    return received


def _photos(submissions: Sequence[Submission]) -> dict[Path, set[str]]:
    """The photos that are somebody's, by hash, of each folder or zip: filings of one package share theirs."""
    wanted: dict[Path, set[str]] = defaultdict(set)
    for draft in (submission.draft for submission in submissions):
        if draft.photo_source:
            wanted[draft.photo_source].update(draft.photos.pairs["sha256"])
    return wanted


def _kept(db: Database, submissions: Sequence[Submission]) -> list[Submission]:
    """Submissions whose rows and originals have been put where the store keeps them."""
    kept = []
    for submission in submissions:
        draft = submission.draft
        parquet, original = db.folder / "filings" / submission.parquet, db.folder / "originals" / draft.sha256
        os.replace(draft.filed, parquet)
        kept.append(replace(submission, draft=replace(draft, filed=parquet)))
        if not original.exists():
            os.replace(draft.original, original)
    db.secure("filings", "originals")
    return kept


def _take_back(db: Database, submissions: Sequence[Submission]) -> None:
    """Delete the rows and originals of submissions that did not enter the store; a filing's own stay, whoever stored it.

    Where the store was shut down for want of room it cannot be asked: they lie until it is next opened, and no filing is theirs.
    """
    parquets, hashes = [each.parquet for each in submissions], [each.draft.sha256 for each in submissions]
    with suppress(DiskFull), db.transaction() as tx:
        known = tx.frame(_KNOWN, parquets=parquets, hashes=hashes)
        for folder, names, kept in (("filings", parquets, known["parquet"]), ("originals", hashes, known["sha256"])):
            for name in set(names).difference(kept):
                (db.folder / folder / name).unlink(missing_ok=True)


def _entered(tx: Transaction, desk: Desk, submissions: Sequence[Submission], provinces: Mapping[str, str]) -> list[Received]:
    today = desk.now().date()
    for fingerprint in {rules.fingerprint(each.draft.context.reference, each.draft.context.settings) for each in submissions}:
        ruleset.require_in_force(tx, fingerprint, today)
    admission.require_new(tx, [submission.draft.sha256 for submission in submissions])
    first_filing = tx.next_ids("filing", len(submissions))
    next_record = tx.next_ids("record", sum(submission.draft.last_row + 1 for submission in submissions))
    entering, filings, changed = [], {}, []
    for filing_id, submission in enumerate(submissions, first_filing):
        declared = submission.declared
        act = ledger.act_of(desk, "filing", filing_id, declared.term.code)
        if declared.replaces:
            found = versions.changes(tx, submission.draft, declared.replaces, filings=submission.draft.filed.parent)
            changed.append((submission.draft, found, filing_id, next_record))
        filings[act] = {
            **submission.columns(), "filing_id": filing_id, "first_record": next_record,
            "province": provinces[declared.institution], "version": 1, "replaces": None, "first_version": filing_id,
            **_take_place(tx, declared, act),
        }
        entering.append(Entering(submission.draft, filing_id, next_record, act))
        next_record += submission.draft.last_row + 1
    ledger.enter_filings(tx, filings)
    for filing_id, submission in enumerate(submissions, first_filing):
        for scan in submission.scans:
            attachments.attach(tx, desk, scan, subject="filing", subject_id=filing_id, purpose="resolution")
    for draft, found, filing_id, first_record in changed:
        versions.enter_changes(tx, draft, found, filing_id=filing_id, first_record=first_record)
    superseded = nil_returns.supersede(tx, desk, {
        filing_id: (submission.declared.term, submission.declared.institution, submission.declared.category.level)
        for filing_id, submission in enumerate(submissions, first_filing)
    })
    outcomes = sorting.sort(tx, entering)
    return [
        Received(each.filing_id, outcome, superseded.get(each.filing_id))
        for each, outcome in zip(entering, outcomes, strict=True)
    ]


def _take_place(tx: Transaction, declared: Declared, act: ledger.Act) -> dict[str, int]:
    if declared.replaces is None:
        return {}
    return versions.replace(
        tx, declared.replaces, act, term=declared.term.code, institution=declared.institution,
        category=str(declared.category), supplement=declared.supplement,
    )
