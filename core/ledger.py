"""The one door that moves statuses, and the book of acts: who, when, what, how many (台账).

The only writer of the columns `status` and of the table `act`. Must not know why something moves.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.database import Transaction
from core.desk import Desk
from core.lifecycle import CASE, FILING, NIL_RETURN, RECORD, Lifecycle, RecordStatus

_TABLES = {
    FILING.name: ("filing", ("filing_id",)),
    RECORD.name: ("record", ("record_id", "version")),
    CASE.name: ("withheld_case", ("case_id",)),
    NIL_RETURN.name: ("nil_return", ("nil_id",)),
}
SORTED = {event: RECORD.next(RecordStatus.RECORDED, event) for event in ("clear", "withhold", "exclude")}
"""What sorting can say of a record, and the status each word leads to."""

_INSERT_ACT = """
INSERT INTO act (act_id, acted_at, actor, machine, event, subject, subject_id, moved, note)
VALUES ($act_id, $acted_at, $actor, $machine, $event, $subject, $subject_id, $moved, $note)"""

_INSERT_RECORDS = """
INSERT INTO record (record_id, version, filing_id, filing_row, name, certificate_no, person, level, conferred_on,
    declared, major, born, sex, entered, graduated, full_time, status)
SELECT $first_record + h.row, 1, $filing_id, h.row, h.name, h.certificate, h.person, h.level, h.conferred, h.declared,
    h.major, h.born, h.sex, h.entered, h.graduated, h.full_time,
    CASE coalesce(v.event, 'clear') WHEN 'clear' THEN $clear WHEN 'withhold' THEN $withhold
        WHEN 'exclude' THEN $exclude END
FROM read_parquet($heads) AS h LEFT JOIN read_parquet($verdicts) AS v ON v.row = h.row"""

_INSERT_CASES = """
INSERT INTO withheld_case (case_id, record_id, version, filing_id, reason, findings, status, round, opened_at)
SELECT $first_case + row_number() OVER (ORDER BY v.row) - 1, $first_record + v.row, 1, $filing_id, v.class, v.findings,
    $open, 1,
    $acted_at
FROM read_parquet($verdicts) AS v WHERE v.event = 'withhold'"""


@dataclass(frozen=True)
class Act:
    """Who does what to which thing, for the book; `at` is Beijing time."""

    by: str
    at: datetime
    subject: str
    subject_id: int | None
    note: str = ""


def act_of(desk: Desk, subject: str, subject_id: int | None, note: str = "") -> Act:
    """The act of the person at the desk, now."""
    return Act(desk.actor.key, desk.now(), subject, subject_id, note)


def move(tx: Transaction, machine: Lifecycle, event: str, act: Act, *, chosen: str, **params: object) -> int:
    """Let an event happen to the things a query chooses, and write the act. Returns how many moved.

    `chosen` is a SELECT of the machine's keys (filing_id; record_id, version; case_id; nil_id). Raises NotAllowed, moving
    nothing, when any of them is in a status the event does not follow.
    """
    table, keys = _TABLES[machine.name]
    match = " AND ".join(f"t.{key} = c.{key}" for key in keys)
    tx.run(f"CREATE OR REPLACE TEMP TABLE chosen AS SELECT DISTINCT {', '.join(keys)} FROM ({chosen})", **params)
    present = tx.frame(f"SELECT DISTINCT t.status FROM {table} AS t JOIN chosen AS c ON {match}")["status"]
    after = {machine.next(status, event) for status in present}
    if not after:
        return 0
    if len(after) > 1:
        raise ValueError(f"{machine.name} event {event} leads to more than one status")
    moved = tx.run(f"UPDATE {table} AS t SET status = $after FROM chosen AS c WHERE {match}", after=str(after.pop()))
    note(tx, machine, event, act, moved)
    return moved


def open_cases(tx: Transaction, act: Act, *, chosen: str, **params: object) -> int:
    """Open a case for each record a query chooses: record_id, version, filing_id, reason, findings. Returns how many."""
    many = tx.frame(f"SELECT count(*) AS n FROM ({chosen})", **params).item()
    first = tx.next_ids("withheld_case", many)
    return tx.run(
        "INSERT INTO withheld_case (case_id, record_id, version, filing_id, reason, findings, status, round, opened_at) "
        "SELECT $first + row_number() OVER (ORDER BY record_id) - 1, record_id, version, filing_id, reason, findings, "
        f"$open, 1, $acted_at FROM ({chosen})",
        **params, first=first, open=str(CASE.start), acted_at=act.at,
    )


def note(tx: Transaction, machine: Lifecycle, event: str, act: Act, moved: int) -> None:
    """Write one act in the book."""
    tx.run(
        _INSERT_ACT, act_id=tx.next_ids("act"), acted_at=act.at, actor=act.by, machine=machine.name, event=event,
        subject=act.subject, subject_id=act.subject_id, moved=moved, note=act.note,
    )


def enter_filing(tx: Transaction, filing: dict[str, object], act: Act) -> None:
    """Put a filing in the book in its first status. `filing` has every other column of the table."""
    told = {**filing, "status": str(FILING.start), "received_at": act.at, "received_by": act.by}
    tx.run(f"INSERT INTO filing {_named(told)}", **told)
    note(tx, FILING, "receive", act, 1)


def enter_nil_return(tx: Transaction, nil: dict[str, object], act: Act) -> None:
    """Put a nil return in the book in its first status. `nil` has every other column of the table."""
    told = {**nil, "status": str(NIL_RETURN.start), "entered_at": act.at, "entered_by": act.by}
    tx.run(f"INSERT INTO nil_return {_named(told)}", **told)
    note(tx, NIL_RETURN, "enter", act, 1)


def _named(told: dict[str, object]) -> str:
    return f"({', '.join(told)}) VALUES ({', '.join(f'${column}' for column in told)})"


def enter_records(
    tx: Transaction, *, filing_id: int, first_record: int, heads: Path, verdicts: Path, act: Act
) -> int:
    """Put the first versions of a filing's records in the book, as sorted, and open cases for the withheld ones.

    `heads` is Parquet of facts.HEADS; `verdicts` is Parquet of row, event (a key of SORTED), class (the
    primary one), findings (how many withhold it), for the rows that are not clear. Returns the number withheld.
    """
    shared = {"filing_id": filing_id, "first_record": first_record, "verdicts": str(verdicts)}
    words = {event: str(status) for event, status in SORTED.items()}
    entered = tx.run(_INSERT_RECORDS, **shared, **words, heads=str(heads))
    withheld = tx.frame(
        "SELECT count(*) AS n FROM read_parquet($verdicts) WHERE event = 'withhold'", verdicts=str(verdicts)
    ).item()
    first_case = tx.next_ids("withheld_case", withheld)
    tx.run(_INSERT_CASES, **shared, first_case=first_case, open=str(CASE.start), acted_at=act.at)
    note(tx, RECORD, "sort", act, entered)
    return withheld
