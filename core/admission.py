"""受理: what may be filed, by whom and as what, and a file looked at before anything of it is stored (articles 4 and 5).

Must not know how a filing enters the store.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from core import accounts, rules, ruleset, supplements
from core import draft as drafts
from core.database import Database, Transaction
from core.deadlines import require_term
from core.declaration import Declared
from core.desk import Desk
from core.draft import Draft, Progress
from core.errors import BadRequest, DuplicateFiling, UnreadableFiling
from core.reading import Reading
from core.ruleset import Ruleset
from core.suggestion import Suggestion
from core.vocabulary import Duty

_SAME_FILE = """
SELECT filing_id, received_at, received_by FROM filing
WHERE list_contains($hashes, sha256) AND status NOT IN ('returned', 'replaced')
ORDER BY filing_id LIMIT 1"""


_KNOWN = "SELECT DISTINCT sha256 FROM filing WHERE list_contains($hashes, sha256) AND status NOT IN ('returned', 'replaced')"


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


def admit(desk: Desk, declared: Declared) -> Ruleset:
    """The version of the rulebook a declared filing is judged by today; refuses what cannot be filed, or not by this person."""
    desk.require(Duty.LOAD)
    require_plausible(desk, [declared])
    return ruleset.in_force(desk.db, desk.now().date())


def require_fit(desk: Desk, draft: Draft, declared: Declared) -> None:
    """Refuse a draft whose file is on file already or whose records are not as declared."""
    require_new(desk.db, [draft.sha256])
    require_as_declared(draft, declared)


def require_as_declared(draft: Draft, declared: Declared) -> None:
    """Refuse a draft whose records are mostly another institution's, or not as many as declared."""
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
            draft, = drafts.with_photos([draft], photos)
    except BaseException:
        draft.discard()
        raise
    return draft


def _require_total(draft: Draft, declared: Declared) -> None:
    if declared.total is None or declared.total == draft.records:
        return
    raise UnreadableFiling(
        f"申报总数为{declared.total}条，文件里有{draft.records}条（{declared.category.zh}）。请核对申报数和文件后重新报送。",
        f"{declared.total} records were declared, the file holds {draft.records} ({declared.category.en}). Check both.",
    )


def require_plausible(
    desk: Desk, filings: Sequence[Declared], provinces: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Refuse what cannot be filed: a semester that cannot be, a late supplement without its reason, an institution that
    is not in the register, by `provinces_of` where that has been asked. Returns it. Raises BadRequest."""
    today = desk.now().date()
    for declared in filings:
        require_term(declared.term, today)
        supplements.require_grounds(declared.supplement, declared.grounds, today)
    if provinces is None:
        provinces = provinces_of(desk, {declared.institution for declared in filings})
    for declared in filings:
        if declared.institution not in provinces:
            raise BadRequest(
                f"学位授予单位代码“{declared.institution}”不在单位表中。请核对代码。",
                f"Institution code “{declared.institution}” is not in the register. Check the code.",
            )
    return provinces


def provinces_of(desk: Desk, institutions: Collection[str]) -> dict[str, str]:
    """The province of each of these institutions that is in the register, by its code."""
    known = desk.db.frame(
        "SELECT code, province FROM institution WHERE list_contains($codes, code)", codes=sorted(institutions)
    )
    return dict(known.iter_rows())


def known(store: Database | Transaction, hashes: Collection[str]) -> frozenset[str]:
    """Which of these files are on file already."""
    return frozenset(store.frame(_KNOWN, hashes=sorted(hashes))["sha256"])


def require_new(store: Database | Transaction, hashes: Sequence[str]) -> None:
    """Refuse files that are on file already, or come twice. Raises DuplicateFiling."""
    same = store.frame(_SAME_FILE, hashes=list(hashes))
    if not same.is_empty():
        filing_id, received_at, received_by = same.row(0)
        zh, en = accounts.name_of(store, received_by)
        raise DuplicateFiling(
            f"这个文件已于{received_at:%Y-%m-%d %H:%M}由“{zh}”接收（批次{filing_id}），无需重复报送。",
            f"This very file was received on {received_at:%Y-%m-%d %H:%M} by {en} (filing {filing_id}).",
        )
    if len(set(hashes)) < len(hashes):
        raise DuplicateFiling("同一个文件报送了两次，只需一次。", "The very same file came twice; once is enough.")


def _require_own_records(draft: Draft, declared: Declared) -> None:
    tally = draft.checked.tally.filter(pl.col("rule") == "A22")
    if tally.is_empty() or tally["failed"][0] * 2 <= draft.records:
        return
    raise UnreadableFiling(
        f"文件中过半记录不属于所选的学位授予单位（{declared.institution}）。请核对报送单位后重新报送。",
        f"Most records do not belong to the chosen institution ({declared.institution}). Check who is filing.",
    )
