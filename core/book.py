"""办理记录: the book of acts searched by record, by person and by day, for whoever administers the desk (article 11).

It tells who did what, when, to things named by their numbers; no record is shown. Must not know who writes in it.
"""

from dataclasses import asdict, dataclass
from datetime import date

import polars as pl

from core.desk import Desk
from core.vocabulary import Duty

_OF_RECORD = """
a.subject = 'record' AND a.subject_id = $record_id
OR a.subject = 'filing' AND a.subject_id IN (SELECT filing_id FROM record WHERE record_id = $record_id)
OR a.subject = 'publication_run' AND a.subject_id IN (SELECT run_id FROM publication_line WHERE record_id = $record_id)
OR a.subject = 'take_down' AND a.subject_id IN (SELECT take_down_id FROM taken_down WHERE record_id = $record_id)
OR a.subject = 'revocation' AND a.subject_id IN (SELECT revocation_id FROM revocation WHERE record_id = $record_id)
OR a.subject = 'override' AND a.subject_id IN (SELECT override_id FROM reentry_override WHERE record_id = $record_id)
OR a.subject = 'correction' AND a.subject_id IN (SELECT correction_id FROM correction WHERE record_id = $record_id)
OR a.subject = 'settlement' AND a.subject_id IN (SELECT settlement_id FROM correction WHERE record_id = $record_id)
OR a.subject = 'explanation' AND a.subject_id IN (SELECT explanation_id FROM explanation_cover WHERE record_id = $record_id)
OR a.subject = 'notice' AND a.subject_id IN (SELECT notice_id FROM notice_item WHERE record_id = $record_id)
OR a.subject = 'photo_supply' AND a.subject_id IN (SELECT supply_id FROM photo_supplied WHERE record_id = $record_id)
OR a.subject = 'feedback_run' AND a.subject_id IN (SELECT run_id FROM feedback_line WHERE record_id = $record_id)"""

_FOUND = f"""
FROM act AS a LEFT JOIN act_link AS k ON k.act_id = a.act_id
WHERE $scope IS NULL AND ($person IS NULL OR a.actor = $person) AND ($since IS NULL OR a.acted_at::DATE >= $since)
    AND ($until IS NULL OR a.acted_at::DATE <= $until) AND ($record_id IS NULL OR {_OF_RECORD})"""

_PAGE = f"""
SELECT a.act_id, a.acted_at, a.actor, a.machine, a.event, a.subject, a.subject_id, a.moved, a.before, a.after, a.note, k.hash
{_FOUND} ORDER BY a.act_id DESC LIMIT $size OFFSET $size * $page"""

_PERSONS = "SELECT DISTINCT a.actor FROM act AS a WHERE $scope IS NULL ORDER BY a.actor"


@dataclass(frozen=True)
class ActFilter:
    """Which acts: those that concern a record (with its filing, its runs and its papers), of a person by key, between two days."""

    record_id: int | None = None
    person: str | None = None
    since: date | None = None
    until: date | None = None


def page(desk: Desk, chosen: ActFilter, *, number: int = 0, size: int = 50) -> pl.DataFrame:
    """A page of acts, the latest first: act_id, acted_at, actor, machine (read where something was only looked at), event,
    subject, subject_id, moved, before, after, note, hash. Raises NotAuthorised."""
    desk.require(Duty.ACCOUNTS)
    return desk.frame(_PAGE, **asdict(chosen), page=number, size=size)


def total(desk: Desk, chosen: ActFilter) -> int:
    """How many acts the filter finds. Raises NotAuthorised."""
    desk.require(Duty.ACCOUNTS)
    return desk.frame(f"SELECT count(*) AS n {_FOUND}", **asdict(chosen)).item()


def persons(desk: Desk) -> list[str]:
    """The keys of everybody who ever acted. Raises NotAuthorised."""
    desk.require(Duty.ACCOUNTS)
    return desk.frame(_PERSONS)["actor"].to_list()
