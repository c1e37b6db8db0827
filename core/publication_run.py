"""上网批次: a run taken from its draft through the gate, frozen by hash, and released by a second person (articles 5 and 8).

What a run froze is never changed; what moved meanwhile does not go, and is told. A release moves its records and writes
its package in one act. Must not know what is a blocker, nor file formats.
"""

import re
from dataclasses import dataclass, replace

import polars as pl

from core import announcements, backup, frozen_list, ledger, package_folder, public_package, publication, ruleset
from core.database import Database, Transaction
from core.deadlines import Term, require_term
from core.desk import Desk
from core.errors import BadRequest, NotAllowed, NotFound
from core.ledger import Act
from core.lifecycle import PUBLICATION_RUN, RECORD, RunStatus
from core.public_package import Public
from core.publication import Blocker, Scope
from core.vocabulary import Duty

_RUN = """
SELECT run_id, kind, term, month, reverts, reason, status, frozen_by, records, sha256, publication_id
FROM publication_run WHERE run_id = $run_id"""

_OPEN = """
SELECT run_id, status FROM publication_run
WHERE kind = $kind AND term IS NOT DISTINCT FROM $term AND month IS NOT DISTINCT FROM $month AND reverts IS NOT DISTINCT FROM $reverts
    AND status IN ('draft', 'gated', 'frozen')"""

_FROZEN = """
UPDATE publication_run SET frozen_at = $acted_at, frozen_by = $by, records = $records, sha256 = $sha256 WHERE run_id = $run_id"""

_RELEASED = """
UPDATE publication_run SET released_at = $acted_at, released_by = $by, moved = $moved, publication_id = $publication_id,
    package = $package, manifest = $manifest
WHERE run_id = $run_id"""


@dataclass(frozen=True)
class Released:
    """What a release did: records that went up (or, of one that undoes another, down), those on the list that had moved and did
    not, and the package it wrote, if anything public changed."""

    run_id: int
    moved: int
    left: int
    package: int | None


def open_term(desk: Desk, term: Term) -> int:
    """Begin a run for a semester, or go on with its draft; returns its number. Raises NotAllowed while one of it is through the
    gate and not yet released or given up."""
    desk.require(Duty.PUBLISH)
    require_term(term, desk.now().date())
    return _open(desk, "term", term=term.code)


def open_month(desk: Desk, month: str) -> int:
    """Begin a run for a month's corrections, such as 2025-09; as open_term."""
    desk.require(Duty.PUBLISH)
    if not re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])", month or ""):
        raise BadRequest("月份请按“2025-09”的形式填写。", "Write the month like 2025-09.")
    return _open(desk, "month", month=month)


def open_revert(desk: Desk, run_id: int, *, reason: str) -> int:
    """Begin a run that undoes a release: what it put on line, and nothing has moved since, goes off again, and a version that
    was on line before comes back. Both stay in history. Raises BadRequest without a reason, NotAllowed for what is no release."""
    desk.require(Duty.PUBLISH)
    if not reason.strip():
        raise BadRequest("请填写撤回的理由。", "Give the reason for undoing the release.")
    with desk.db.snapshot() as seen:
        undone = _run(seen, run_id)
    if undone["status"] != RunStatus.RELEASED or undone["kind"] == "revert":
        raise NotAllowed("只能撤回已放行的上网批次。", "Only a run that was released can be undone.")
    return _open(desk, "revert", reverts=run_id, reason=reason.strip())


def pass_gate(desk: Desk, run_id: int) -> pl.DataFrame:
    """Take a run through the gate (把关); returns what is kept back, as Gate has it (`blockers`). It is kept with the run. Raises
    NotAllowed for what stops the whole run."""
    desk.require(Duty.PUBLISH)
    scope = scope_of(desk.db, run_id)
    _require_unstopped(desk, scope)
    found = publication.gate(desk, scope).blockers
    with desk.db.transaction() as tx:
        act = ledger.act_of(desk, "publication_run", run_id)
        _move(tx, "pass", act, run_id)
        tx.append("publication_blocker", found.select(
            "blocker", "records", "filings", run_id=pl.lit(run_id, pl.Int64), found_at=pl.lit(act.at)
        ))
    return found


def freeze(desk: Desk, run_id: int) -> int:
    """Fix a run's list: every record that would go now, by hash (冻结); returns how many. Raises NotAllowed before the gate, when
    something has come to stop it, and when there is nothing to undo."""
    desk.require(Duty.PUBLISH)
    scope = scope_of(desk.db, run_id)
    _require_unstopped(desk, scope)
    with desk.db.transaction() as tx:
        act = ledger.act_of(desk, "publication_run", run_id)
        _move(tx, "freeze", act, run_id)
        asked = scope.params(desk)
        records = frozen_list.write(tx, run_id, scope, asked)
        if not records and scope.publication_id:
            raise NotAllowed("该批上网的记录都已另有变动，没有可撤回的。", "All that release put on line has moved since; nothing is left to undo.")
        tx.run(_FROZEN, run_id=run_id, acted_at=act.at, by=act.by, records=records, sha256=frozen_list.fingerprint(tx, run_id))
    return records


def release(desk: Desk, run_id: int, *, counted: int) -> Released:
    """Put exactly the frozen list on line and its package in force, in one act (放行, article 5).

    Records that moved since the freeze (revoked, corrected, taken down, newly found wrong) stay behind and are kept with the
    run. `counted` is how many go, as seen and typed. The store is backed up before. All of it or nothing, however it ends; safe
    to repeat. Raises NotAllowed for who froze it (setting second_release), a count not right, a list not as frozen, a run
    released already, and while an announcement holds every release.
    """
    desk.require(Duty.PUBLISH)
    backup.before(desk.db, desk.now(), "release")
    root, judged_by = public_package.root_of(desk.db), ruleset.in_force(desk.db, desk.now().date())
    with package_folder.turn(root):
        public_package.recover(desk.db)
        try:
            with desk.db.transaction() as tx:
                run = _run(tx, run_id)
                PUBLICATION_RUN.next(run["status"], "release")
                announcements.require_none_holds(tx, desk.now().date())
                if run["frozen_by"] == desk.actor.key and judged_by.settings["second_release"]:
                    raise NotAllowed("须由冻结人以外的第二人放行。", "Someone other than the one who froze it must release it.")
                if frozen_list.fingerprint(tx, run_id) != run["sha256"]:
                    raise NotAllowed(
                        "冻结清单与冻结时的哈希不符，没有放行。请联系系统管理员。",
                        "The frozen list does not match its hash; nothing was released. Tell the administrator.",
                    )
                scope = _scope(tx, run)
                left = frozen_list.leave_behind(tx, run_id, scope, scope.params(desk))
                _require_counted(run["records"] - left, counted)
                act = ledger.act_of(desk, "publication_run", run_id)
                publication_id = _publish(tx, act, run)
                staged = public_package.stage(tx, Public(desk.db.folder, judged_by, act.at, photos=True), root)
                tx.run(
                    _RELEASED, run_id=run_id, acted_at=act.at, by=act.by, moved=counted, publication_id=publication_id,
                    package=staged and staged.manifest.number, manifest=staged and staged.sha256,
                )
                _move(tx, "release", act, run_id)
        finally:
            public_package.recover(desk.db)
    return Released(run_id, counted, left, staged and staged.manifest.number)


def abandon(desk: Desk, run_id: int, *, reason: str) -> None:
    """Give up a run that was not released; its list stays in history. Raises BadRequest without a reason."""
    desk.require(Duty.PUBLISH)
    if not reason.strip():
        raise BadRequest("请填写放弃的理由。", "Give the reason for giving it up.")
    with desk.db.transaction() as tx:
        _move(tx, "abandon", ledger.act_of(desk, "publication_run", run_id, reason.strip()), run_id)


def going(desk: Desk, run_id: int) -> pl.DataFrame:
    """What of a frozen list would stay behind now: reason, records. The rest would go."""
    desk.require(Duty.PUBLISH)
    with desk.db.snapshot() as seen:
        run = _run(seen, run_id)
        scope = _scope(seen, run)
        return frozen_list.moved(seen, run_id, scope, scope.params(desk))


def scope_of(db: Database, run_id: int) -> Scope:
    """What a run is about. Raises NotFound."""
    with db.snapshot() as seen:
        return _scope(seen, _run(seen, run_id))


def _open(desk: Desk, kind: str, *, term: str | None = None, month: str | None = None, reverts: int | None = None, reason: str = "") -> int:
    about = {"kind": kind, "term": term, "month": month, "reverts": reverts}
    with desk.db.transaction() as tx:
        for number, status in tx.frame(_OPEN, **about).rows():
            if status == RunStatus.DRAFT:
                return number
            raise NotAllowed(
                f"第{number}批正在办理，请先放行或放弃它。", f"Run {number} of it is not finished; release it or give it up first.",
            )
        run_id = tx.next_ids("publication_run")
        act = ledger.act_of(desk, "publication_run", run_id, term or month or f"撤回第{reverts}批：{reason}")
        ledger.enter_publication_run(tx, about | {"run_id": run_id, "reason": reason}, act)
    return run_id


def _publish(tx: Transaction, act: Act, run: dict) -> int | None:
    """Move the records that go; returns the publication's number, of one that puts something on line."""
    run_id, chosen = run["run_id"], frozen_list.GOING
    if run["kind"] == "revert":
        ledger.move(tx, RECORD, "revert", act, chosen=frozen_list.GOING_BACK, run_id=run_id)
        frozen_list.see_no_more(tx, _run(tx, run["reverts"])["publication_id"])
        return None
    many = tx.frame(f"SELECT count(*) AS n FROM ({chosen})", run_id=run_id).item()
    if not many:
        return None
    publication_id = tx.next_ids("publication")
    tx.run(
        "INSERT INTO publication (publication_id, term, records, published_at, published_by) "
        "VALUES ($publication_id, $of, $records, $acted_at, $by)",
        publication_id=publication_id, of=run["term"] or run["month"], records=many, acted_at=act.at, by=act.by,
    )
    tx.run(
        f"UPDATE record AS r SET publication_id = $publication_id FROM ({chosen}) AS up "
        "WHERE r.record_id = up.record_id AND r.version = up.version", publication_id=publication_id, run_id=run_id,
    )
    told = replace(act, subject="publication", subject_id=publication_id, note=run["term"] or run["month"])
    ledger.move(tx, RECORD, "publish", told, chosen=chosen, run_id=run_id)
    return publication_id


def _run(tx: Transaction, run_id: int) -> dict:
    found = tx.frame(_RUN, run_id=run_id).to_dicts()
    if not found:
        raise NotFound(f"没有第{run_id}批上网。请刷新页面。", f"There is no publication run {run_id}. Refresh the page.")
    return found[0]


def _scope(tx: Transaction, run: dict) -> Scope:
    if run["kind"] == "revert":
        return Scope(publication_id=_run(tx, run["reverts"])["publication_id"] or -1)
    return Scope(term=run["term"], month=run["month"])


def _move(tx: Transaction, event: str, act: Act, run_id: int) -> None:
    _run(tx, run_id)
    ledger.move(tx, PUBLICATION_RUN, event, act, chosen="SELECT run_id FROM publication_run WHERE run_id = $run_id", run_id=run_id)


def _require_unstopped(desk: Desk, scope: Scope) -> None:
    announcements.require_none_holds(desk.db, desk.now().date())
    if publication.unfed(desk.db, scope):
        stop = Blocker.FEEDBACK
        raise NotAllowed(f"不能继续：{stop.zh}。请先办理。", f"It cannot go on: {stop.en}. See to it first.")


def _require_counted(present: int, counted: int) -> None:
    if present != counted:
        raise NotAllowed(
            f"将上网记录现为{present:,}条，与您输入的{counted:,}条不符。请核对后重新输入。",
            f"{present:,} records would go now, not the {counted:,} you typed. Check and type again.",
        )
