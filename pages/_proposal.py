"""The revision under work: a proposal and its trial, kept on the server and known to a session by a token only.

Tables may hold what is told of persons, so nothing of it goes into the session or the address. What is left behind
of a trial is swept away when the store is next opened.
"""

from dataclasses import dataclass, field
from uuid import uuid4

import polars as pl
import streamlit as st

from core import ruleset, trial
from core.desk import Desk
from core.rules import LOCKED
from core.ruleset import Proposal, Ruleset
from core.settings import THRESHOLDS, Settings
from core.trial import Progress, Reach, Trial
from core.vocabulary import Duty


@dataclass
class Work:
    """A proposal being made: checks off, thresholds and tables that differ from `base`; and its trial, once tried.

    Whatever changes the proposal drops the trial: it speaks of another one.
    """

    base: Ruleset
    off: frozenset[str]
    thresholds: dict[str, int]
    tables: dict[str, pl.DataFrame] = field(default_factory=dict)
    differences: dict[str, pl.DataFrame] = field(default_factory=dict)
    trial: Trial | None = None
    totals: dict[str, int] = field(default_factory=dict)
    found: pl.DataFrame = field(default_factory=pl.DataFrame)
    tried_at: int = 0

    @property
    def switched_off(self) -> list[str]:
        """Checks the proposal switches off."""
        return sorted(self.off - self.base.settings.off)

    @property
    def switched_on(self) -> list[str]:
        """Checks the proposal switches on again."""
        return sorted(self.base.settings.off - self.off)

    @property
    def moved(self) -> dict[str, int]:
        """Thresholds the proposal changes, with their new values."""
        return {key: value for key, value in self.thresholds.items() if value != self.base.settings[key]}

    @property
    def changed(self) -> bool:
        """Whether the proposal changes anything."""
        return bool(self.switched_off or self.switched_on or self.moved or self.tables)

    def switch(self, off: frozenset[str]) -> None:
        """Switch exactly these checks off, those the regulation demands left on."""
        if off - LOCKED != self.off:
            self.drop_trial()
            self.off = off - LOCKED

    def set(self, key: str, value: int) -> None:
        """Give a threshold a value."""
        if value != self.thresholds[key]:
            self.drop_trial()
            self.thresholds[key] = value

    def put(self, name: str, table: pl.DataFrame, difference: pl.DataFrame) -> None:
        """Replace a reference table; `difference` is what that changes (core.tables.difference)."""
        self.drop_trial()
        self.tables[name], self.differences[name] = table, difference

    def take_out(self, name: str) -> None:
        """Leave a reference table as it is."""
        self.drop_trial()
        self.tables.pop(name, None)
        self.differences.pop(name, None)

    def table(self, name: str) -> pl.DataFrame:
        """A reference table as it would be."""
        return self.tables.get(name, self.base.reference.table(name))

    def proposal(self) -> Proposal:
        """The proposal as core takes it."""
        return Proposal(self.base, Settings.of(self.off, self.thresholds), dict(self.tables))

    def try_it(self, present: Desk, reach: Reach, progress: Progress) -> None:
        """Try the proposal on records on file; an earlier trial is forgotten."""
        self.drop_trial()
        tried_at = present.db.version
        self.trial = trial.run(present, self.proposal(), reach, progress)
        self.totals = trial.totals(present, self.trial)
        self.found = trial.by_institution(present, self.trial)
        self.tried_at = tried_at

    def drop_trial(self) -> None:
        """Forget the trial, if there is one."""
        if self.trial:
            self.trial.discard()
        self.trial, self.totals, self.found = None, {}, pl.DataFrame()
        st.session_state.pop("revision.asked", None)


def may_keep(present: Desk) -> bool:
    """Whether the person at the desk keeps the rulebook."""
    return present.actor.may(Duty.RULES)


def latest(present: Desk) -> Ruleset:
    """The version a proposal starts from: the latest made, though its day may not have come."""
    return ruleset.of_version(present.db, ruleset.versions(present.db)["version"][0])


def current(present: Desk) -> Work:
    """This session's proposal; one that changes nothing starts from the latest version anew."""
    work = _shelf().get(st.session_state.get("revision.token", ""))
    newest = latest(present)
    if work is None or work.base is not newest and not work.changed:
        forget()
        work = _begin(newest)
    return work


def peek() -> Work | None:
    """This session's proposal, when it changes something."""
    work = _shelf().get(st.session_state.get("revision.token", ""))
    return work if work and work.changed else None


def forget() -> None:
    """Discard this session's proposal and its trial."""
    work = _shelf().pop(st.session_state.pop("revision.token", ""), None)
    if work:
        work.drop_trial()


def _begin(base: Ruleset) -> Work:
    token = uuid4().hex
    st.session_state["revision.token"] = token
    values = {key: base.settings[key] for key in THRESHOLDS}
    _shelf()[token] = Work(base, base.settings.off, values)
    return _shelf()[token]


@st.cache_resource(show_spinner=False)
def _shelf() -> dict[str, Work]:
    return {}
