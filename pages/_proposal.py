"""The revision under work: a proposal and its trial, kept on the server and known to a session by a token only.

Tables may hold what is told of persons, so nothing of it goes into the session or the address. A trial is a job: it goes
on while the screen is left, and what it found lies with the job, from which the proposal can be taken up again.
"""

from dataclasses import dataclass, field
from uuid import uuid4

import polars as pl
import streamlit as st

from core import jobrevision, jobs, ruleset, tables, trial
from core.desk import Desk
from core.job import Job
from core.rules import LOCKED
from core.ruleset import Proposal, Ruleset
from core.settings import THRESHOLDS, Settings
from core.trial import Trial
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
    job_id: int | None = None
    trial: Trial | None = None
    totals: dict[str, int] = field(default_factory=dict)
    found: pl.DataFrame = field(default_factory=pl.DataFrame)

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

    def look(self, present: Desk) -> Job | None:
        """The trial asked for, with what it found once it is done; None while none is asked for."""
        if self.trial and not self.trial.folder.exists():  # given up in another session that had opened it
            self.drop_trial()
        if self.job_id is None:
            return None
        job = jobs.one(present.db, self.job_id)
        if self.trial is None and (found := jobrevision.found_by(present.db, job)):
            self.trial, self.totals = found, trial.totals(present, found)
            self.found = trial.by_institution(present, found)
        return job

    def drop_trial(self) -> None:
        """Forget the trial, if there is one; one under way goes on as a job of its own."""
        if self.trial:
            self.trial.discard()
        self.job_id, self.trial, self.totals, self.found = None, None, {}, pl.DataFrame()
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


def take_up(present: Desk, job: Job) -> None:
    """Put the proposal a trial tried in place of this session's, with what the trial found."""
    proposal = jobrevision.proposal_of(present.db, job)
    _shelf().pop(st.session_state.pop("revision.token", ""), None)
    work = _begin(proposal.base)
    work.off, work.job_id = proposal.settings.off, job.job_id
    work.thresholds |= dict(proposal.settings.changed)
    for name, table in proposal.tables.items():
        work.tables[name] = table
        work.differences[name] = tables.difference(name, proposal.base.reference.table(name), table)


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
