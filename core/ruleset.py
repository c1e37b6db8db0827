"""Versions of the rulebook (规则版本): which checks are on, which thresholds and tables they use, since when and why.

A version is never changed; a change makes the next one. Its tables are kept by hash in the store's folder `tables`.
Serves article 2. Must not know filings or records.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl

from core import disk, reference
from core.database import Database, Transaction
from core.deadlines import Workdays
from core.errors import NotAllowed, NotFound
from core.reference import Reference
from core.rules import LOCKED, RULES, code_fingerprint, fingerprint
from core.settings import Settings

FIRST_DAY = date(2008, 9, 1)
"""The first version is in force from the first day the lookup covers (notice, item two)."""

_IN_FORCE = """
SELECT version, fingerprint FROM ruleset WHERE effective_on <= $day ORDER BY version DESC LIMIT 1"""

_ALL = """
SELECT version, fingerprint, content, effective_on, reason, made_at, made_by FROM ruleset ORDER BY version DESC"""

_NOTHING: dict[str, Any] = {"off": [], "thresholds": {}, "tables": {}, "shipped": {}, "code": None}
"""What stands before the first version."""

_ONE = """
SELECT version, fingerprint, content, effective_on, reason, made_at, made_by FROM ruleset WHERE version = $version"""

_INSERT = """
INSERT INTO ruleset (version, fingerprint, content, effective_on, reason, made_at, made_by)
VALUES ($version, $fingerprint, $content, $effective_on, $reason, $made_at, $made_by)"""


@dataclass(frozen=True, eq=False)
class Ruleset:
    """One version of the rulebook, ready to judge with. Version 0 is what the program ships, kept in no store."""

    version: int
    settings: Settings
    reference: Reference
    workdays: Workdays
    effective_on: date = FIRST_DAY

    @property
    def fingerprint(self) -> str:
        """What identifies the version: equal checks, thresholds, switches and tables give an equal one."""
        return fingerprint(self.reference, self.settings)


@dataclass(frozen=True)
class Proposal:
    """What a next version would change of `base`: settings, and whole tables by name. Nothing of it is stored.

    Checks the regulation itself demands stay on whatever is asked (rules.LOCKED).
    """

    base: Ruleset
    settings: Settings
    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", Settings(self.settings.off - LOCKED, self.settings.changed))

    def ruleset(self) -> Ruleset:
        """The version as it would be, to try it."""
        return _proposed(self.base, self.settings, tuple(sorted((name, _csv(table)) for name, table in self.tables.items())))

    @property
    def changes_nothing(self) -> bool:
        """Whether it is the version it starts from."""
        return self.settings == self.base.settings and self.ruleset().fingerprint == self.base.fingerprint

    def changed_rules(self) -> frozenset[str]:
        """The checks whose verdict can differ: switched, with another threshold, or leaning on a changed table."""
        settings = self.base.settings.off ^ self.settings.off
        moved = dict(set(self.base.settings.changed) ^ set(self.settings.changed))
        tables = {name for name, table in self.tables.items() if not table.equals(self.base.reference.tables.get(name))}
        return frozenset(
            code for code, rule in RULES.items()
            if code in settings or moved.keys() & set(rule.thresholds) or tables & set(rule.tables) or tables & READ_BY_ALL
        )


_READ: dict[tuple[tuple[str, str], ...], Reference] = {}

READ_BY_ALL = frozenset({"sexes", "countries", "ethnic_groups", "political_statuses", "id_documents", "degrees"})
"""Tables by which cells are read before any check looks at them."""


def shipped() -> Ruleset:
    """The rulebook as it comes with the program: for checking a file without a store."""
    return Ruleset(0, Settings(), reference.load(), Workdays.load())


def in_force(db: Database, day: date) -> Ruleset:
    """The version in force on a day: the latest of those that have taken effect by then."""
    return of_version(db, db.frame(_IN_FORCE, day=day)["version"][0])


def require_in_force(tx: Transaction, fingerprint: str, day: date) -> None:
    """Refuse what was judged by another version than the one in force; raises NotAllowed."""
    if tx.frame(_IN_FORCE, day=day)["fingerprint"][0] != fingerprint:
        raise NotAllowed(
            "检查规则刚刚更新，请重新预检后再接收。", "The rulebook has just changed; check the file again before receiving it."
        )


def of_version(db: Database, version: int) -> Ruleset:
    """A version by its number; raises NotFound."""
    row = db.one(_ONE, version=version)
    if row is None:
        raise NotFound("没有这个规则版本。", "There is no such version of the rulebook.")
    return _ruleset(row["content"], row["version"], row["effective_on"], db.folder / "tables")


def versions(db: Database) -> pl.DataFrame:
    """All versions, latest first: version, fingerprint, effective_on, reason, made_at, made_by, changes.

    `changes` says what differs from the one before: switches, thresholds and tables by name, as JSON.
    """
    rows = db.frame(_ALL).to_dicts()
    contents = [json.loads(row.pop("content")) for row in rows]
    older = [*contents[1:], _NOTHING]
    return pl.DataFrame(
        [row | {"changes": json.dumps(_changes(now, before), ensure_ascii=False)}
         for row, now, before in zip(rows, contents, older, strict=True)]
    )


def keep(
    tx: Transaction, proposal: Proposal, folder: Path, *, effective_on: date, reason: str, by: str, at: datetime
) -> int:
    """Store the proposal as the next version and return its number; its changed tables are written first, by hash.

    `folder` is the store's.
    """
    content = _content_of(tx, proposal.base.version)
    content["tables"] = content["tables"] | {
        name: _keep_table(folder / "tables", _csv(table)) for name, table in proposal.tables.items()
    }
    content["off"] = sorted(proposal.settings.off)
    content["thresholds"] = dict(proposal.settings.changed)
    return _insert(tx, content, folder, effective_on=effective_on, reason=reason, by=by, at=at)


def refresh(db: Database, at: datetime) -> None:
    """Bring the store up to the program: with other checks or tables than the last version's, a version is added.

    A table the staff have edited stays as they made it; others follow what is shipped.
    """
    (db.folder / "tables").mkdir(exist_ok=True)
    shipped_tables = {path.stem: path.read_bytes() for path in sorted(reference.FOLDER.glob("*.csv"))}
    hashes = {name: reference.sha256(content) for name, content in shipped_tables.items()}
    kept = db.frame(_ALL)
    number = kept["version"][0] if kept.height else None
    before = _content_of(db, number) if number else _NOTHING
    ours = {name: sha for name, sha in before["tables"].items() if before["shipped"].get(name) != sha}
    content = before | {"code": code_fingerprint(), "shipped": hashes, "tables": hashes | ours}
    for name in hashes.keys() - ours.keys():
        _keep_table(db.folder / "tables", shipped_tables[name])
    if content == before:
        return
    reason = "程序更新后的检查规则和代码表" if number else "系统初始的检查规则和代码表"
    with db.transaction() as tx:
        _insert(tx, content, db.folder, effective_on=at.date() if number else FIRST_DAY, reason=reason, by="system", at=at)


def _insert(tx: Transaction, content: dict[str, Any], folder: Path, **told: Any) -> int:
    version = tx.next_ids("ruleset")
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    made = _ruleset(text, version, told["effective_on"], folder / "tables")
    tx.run(
        _INSERT, version=version, fingerprint=made.fingerprint, content=text, effective_on=told["effective_on"],
        reason=told["reason"], made_at=told["at"], made_by=told["by"],
    )
    return version


def _changes(now: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    thresholds = dict(now["thresholds"].items() ^ before["thresholds"].items())
    return {
        "off": sorted(set(now["off"]) - set(before["off"])), "on": sorted(set(before["off"]) - set(now["off"])),
        "thresholds": {key: now["thresholds"].get(key) for key in sorted(thresholds)},
        "tables": sorted(name for name, sha in now["tables"].items() if before["tables"].get(name) != sha),
        "code": now["code"] != before["code"],
    }


def _content_of(db: Database | Transaction, version: int) -> dict[str, Any]:
    return json.loads(db.frame(_ONE, version=version)["content"][0])


def _keep_table(folder: Path, content: bytes) -> str:
    sha = reference.sha256(content)
    path = folder / f"{sha}.csv"
    if not path.exists():
        disk.write_whole(path, content)
    return sha


def _csv(table: pl.DataFrame) -> bytes:
    return table.write_csv().encode()


@lru_cache(maxsize=16)
def _ruleset(content: str, version: int, effective_on: date, tables: Path) -> Ruleset:
    told = json.loads(content)
    settings = Settings.of(told["off"], told["thresholds"])
    known = _tables(told["tables"], tables)
    return Ruleset(version, settings, known, Workdays.of(known.table("working_days")), effective_on)


def _tables(hashes: dict[str, str], folder: Path) -> Reference:
    """The same content is the same object, whichever store it lies in."""
    if hashes == reference.load().hashes:
        return reference.load()
    asked = tuple(sorted(hashes.items()))
    if asked not in _READ:
        _READ[asked] = reference.read({name: folder / f"{sha}.csv" for name, sha in asked})
    return _READ[asked]


@lru_cache(maxsize=8)
def _proposed(base: Ruleset, settings: Settings, changed: tuple[tuple[str, bytes], ...]) -> Ruleset:
    known = reference.with_changed(base.reference, dict(changed)) if changed else base.reference
    return Ruleset(base.version, settings, known, Workdays.of(known.table("working_days")), base.effective_on)
