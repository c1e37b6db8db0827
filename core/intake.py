"""接收报送: a file looked at, drafted and received (articles 4 and 5).

Must not know the province's word on it, publication, or how cases are answered.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import polars as pl

from core import attachments, ledger, nil_returns, pictures, reference, rules, ruleset, sorting, supplements, versions
from core import draft as drafts
from core.attachments import Scan
from core.database import Database, Transaction
from core.deadlines import require_term
from core.declaration import Declared
from core.desk import Desk, name_of
from core.draft import Draft, Progress
from core.errors import BadRequest, DuplicateFiling, UnreadableFiling
from core.reading import Reading
from core.ruleset import Ruleset
from core.sorting import Outcome
from core.suggestion import Suggestion, suggest
from core.vocabulary import Duty

_SAME_FILE = """
SELECT filing_id, received_at, received_by FROM filing
WHERE sha256 = $sha256 AND status NOT IN ('returned', 'replaced')
ORDER BY filing_id LIMIT 1"""

@dataclass(frozen=True)
class Received:
    """A filing now in the store, what sorting made of it, and the nil return it superseded, if there was one."""

    filing_id: int
    outcome: Outcome
    superseded: int | None = None


def context_for(
    source: Reading, declared: Declared | Suggestion, judged_by: Ruleset, *, today: date, archive: bool,
    photos: bool = False,
) -> rules.Context:
    """All the rules may know of a filing: its columns, what is declared, today, and the version's tables."""
    told = declared if isinstance(declared, Declared) else Declared(declared.term, declared.institution, declared.category)
    return rules.Context(
        columns=frozenset(source.columns), today=today, reference=judged_by.reference, workdays=judged_by.workdays,
        settings=judged_by.settings, term=told.term, category=told.category, institution=told.institution,
        supplement=told.supplement, archive=archive, resolved_on=told.resolution.resolved_on,
        listed=told.resolution.listed, attached=told.resolution.attached, photos=photos,
    )


def look(source: Reading) -> Suggestion:
    """What the file itself suggests of its institution, category and semester."""
    first = next(iter(source.chunks(5_000)), None)
    if first is None:
        return Suggestion(None, None, None)
    return suggest(first, reference.load())


def admit(desk: Desk, declared: Declared) -> Ruleset:
    """The version of the rulebook a declared filing is judged by today; refuses what cannot be filed, or not by this person."""
    desk.require(Duty.LOAD)
    _require_plausible(desk, declared)
    return ruleset.in_force(desk.db, desk.now().date())


def require_fit(desk: Desk, draft: Draft, declared: Declared) -> None:
    """Refuse a draft whose file is on file already or whose records are not as declared."""
    _require_new(desk.db, draft.sha256)
    _require_own_records(draft, declared)
    _require_total(draft, declared)


def preview(
    desk: Desk, source: Reading, declared: Declared, *, progress: Progress | None = None, photos: Path | None = None
) -> Draft:
    """Read and judge an opened file without storing anything of it: the draft can be received or discarded.

    `photos` is the folder or zip of photos that came with it. Raises UnreadableFiling, DuplicateFiling, or BadRequest
    for a semester, institution or file that cannot be, or a late supplement without its reason.
    """
    judged_by, today = admit(desk, declared), desk.now().date()
    context = context_for(source, declared, judged_by, today=today, archive=True, photos=photos is not None)
    draft = drafts.draw_up(source, context, desk.db.folder / "work", progress)
    try:
        require_fit(desk, draft, declared)
        if photos:
            draft = drafts.with_photos(draft, photos)
    except BaseException:
        draft.discard()
        raise
    return draft


def receive(
    desk: Desk, draft: Draft, declared: Declared, source: Reading, file_name: str, *, scans: Sequence[Scan] = (),
    along: Callable[[Transaction, Received], None] | None = None,
) -> Received:
    """Take a drafted filing into the store: rows, findings, statuses and cases, all of it or nothing.

    `scans` are those of the degree committee's resolution, already kept.
    Writes the filing's Parquet and original, then one transaction; `along` writes what must stand or fall with it. A
    standing nil return of its level and semester is superseded. Raises DuplicateFiling, or BadRequest as `preview` does.
    """
    desk.require(Duty.LOAD)
    _require_plausible(desk, declared)
    db, parquet = desk.db, f"{draft.folder.name.removeprefix('draft-')}.parquet"
    filed, original = db.folder / "filings" / parquet, db.folder / "originals" / draft.sha256
    os.replace(draft.filed, filed)
    if not original.exists():
        os.replace(draft.original, original)
    db.secure("filings", "originals")
    if draft.photo_source:
        pictures.keep(draft.photo_source, set(draft.photos.pairs["sha256"]), db.folder)
    try:
        with db.transaction() as tx:
            _require_new(tx, draft.sha256)
            judged_by = rules.fingerprint(draft.context.reference, draft.context.settings)
            ruleset.require_in_force(tx, judged_by, desk.now().date())
            filing_id = tx.next_ids("filing")
            act = ledger.act_of(desk, "filing", filing_id, declared.term.code)
            drafted = replace(draft, filed=filed)
            changed = _changes(tx, drafted, declared, filed.parent)
            numbers = {"version": 1, "replaces": None, "first_version": filing_id} | _take_place(tx, declared, act)
            last_row = tx.frame("SELECT max(row) AS n FROM read_parquet($heads)", heads=str(draft.heads)).item()
            first_record = tx.next_ids("record", last_row + 1)
            ledger.enter_filing(tx, {
                "filing_id": filing_id, "term": declared.term.code, "institution": declared.institution,
                "province": _province(desk, declared.institution), "category": str(declared.category),
                "level": str(declared.category.level), "supplement": declared.supplement, "layout": source.layout,
                "format": source.format, "encoding": source.encoding, "file_name": file_name,
                "sha256": draft.sha256, "size": draft.size, "records": draft.records,
                "first_record": first_record, "parquet": parquet, "ruleset": judged_by,
                "filed_codes": " ".join(sorted(source.columns)), **_resolution(declared), **_photos(draft),
                "declared_total": declared.total, **numbers, **supplements.columns(declared.grounds),
            }, act)
            for scan in scans:
                attachments.attach(tx, desk, scan, subject="filing", subject_id=filing_id, purpose="resolution")
            if changed is not None:
                versions.enter_changes(tx, drafted, changed, filing_id=filing_id, first_record=first_record)
            nil_id = nil_returns.supersede(
                tx, desk, filing_id, term=declared.term, institution=declared.institution, level=declared.category.level
            )
            outcome = sorting.sort(tx, drafted, filing_id=filing_id, first_record=first_record, act=act)
            received = Received(filing_id, outcome, nil_id)
            if along:
                along(tx, received)
    except BaseException:
        filed.unlink()
        raise
    finally:
        draft.discard()
    return received


def _changes(tx: Transaction, draft: Draft, declared: Declared, filings: Path) -> pl.DataFrame | None:
    return versions.changes(tx, draft, declared.replaces, filings=filings) if declared.replaces else None


def _take_place(tx: Transaction, declared: Declared, act: ledger.Act) -> dict[str, int]:
    if declared.replaces is None:
        return {}
    return versions.replace(
        tx, declared.replaces, act, term=declared.term.code, institution=declared.institution,
        category=str(declared.category), supplement=declared.supplement,
    )


def _require_total(draft: Draft, declared: Declared) -> None:
    if declared.total is None or declared.total == draft.records:
        return
    raise UnreadableFiling(
        f"申报总数为{declared.total}条，文件里有{draft.records}条（{declared.category.zh}）。请核对申报数和文件后重新报送。",
        f"{declared.total} records were declared, the file holds {draft.records} ({declared.category.en}). Check both.",
    )


def _resolution(declared: Declared) -> dict[str, object]:
    told = declared.resolution
    return {
        "resolution": told.number, "resolved_on": told.resolved_on, "listed": told.listed, "attached": told.attached,
    }


def _photos(draft: Draft) -> dict[str, object]:
    if draft.photos is None:
        return {}
    return {
        "photos": draft.photos.pairs.height, "photos_unmatched": draft.photos.unmatched,
        "photos_ambiguous": draft.photos.ambiguous,
    }


def _require_plausible(desk: Desk, declared: Declared) -> None:
    today = desk.now().date()
    require_term(declared.term, today)
    supplements.require_grounds(declared.supplement, declared.grounds, today)
    _province(desk, declared.institution)


def _province(desk: Desk, institution: str) -> str:
    known = desk.db.one("SELECT province FROM institution WHERE code = $code", code=institution)
    if known is None:
        raise BadRequest(
            f"学位授予单位代码“{institution}”不在单位表中。请核对代码。",
            f"Institution code “{institution}” is not in the register. Check the code.",
        )
    return known["province"]


def _require_new(store: Database | Transaction, sha256: str) -> None:
    same = store.frame(_SAME_FILE, sha256=sha256)
    if same.is_empty():
        return
    filing_id, received_at, received_by = same.row(0)
    zh, en = name_of(received_by)
    raise DuplicateFiling(
        f"这个文件已于{received_at:%Y-%m-%d %H:%M}由“{zh}”接收（批次{filing_id}），无需重复报送。",
        f"This very file was received on {received_at:%Y-%m-%d %H:%M} by {en} (filing {filing_id}).",
    )


def _require_own_records(draft: Draft, declared: Declared) -> None:
    tally = draft.checked.tally.filter(pl.col("rule") == "A22")
    if tally.is_empty() or tally["failed"][0] * 2 <= draft.records:
        return
    raise UnreadableFiling(
        f"文件中过半记录不属于所选的学位授予单位（{declared.institution}）。请核对报送单位后重新报送。",
        f"Most records do not belong to the chosen institution ({declared.institution}). Check who is filing.",
    )
