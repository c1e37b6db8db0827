"""The one door that moves statuses, and the book of acts: who, when, what, how many (台账).

The only writer of the columns `status` and of the table `act`. Must not know why something moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

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

_INSERT_RECORDS = """
INSERT INTO record (record_id, version, filing_id, filing_row, name, certificate_no, person, level, conferred_on,
    declared, major, born, sex, entered, graduated, full_time, status)
SELECT n.first_record + h.row - n.start, 1, n.filing_id, h.row - n.start, h.name, h.certificate, h.person, h.level, h.conferred, h.declared,
    h.major, h.born, h.sex, h.entered, h.graduated, h.full_time,
    CASE coalesce(v.event, 'clear') WHEN 'clear' THEN $clear WHEN 'withhold' THEN $withhold
        WHEN 'exclude' THEN $exclude END
FROM read_parquet($heads) AS h
JOIN read_parquet($numbers) AS n ON n.part = h.part
LEFT JOIN read_parquet($verdicts) AS v ON v.record_id = n.first_record + h.row - n.start"""

_INSERT_CASES = """
INSERT INTO withheld_case (case_id, record_id, version, filing_id, reason, findings, status, round, opened_at)
SELECT $first_case + row_number() OVER (ORDER BY v.record_id) - 1, v.record_id, 1, v.filing_id, v.class, v.findings, $open,
    1, $acted_at
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
    _note_all(tx, machine, event, {act: moved})


def _note_all(tx: Transaction, machine: Lifecycle, event: str, acts: Mapping[Act, int]) -> None:
    """Write acts in the book, each with how many things it moved."""
    first = tx.next_ids("act", len(acts))
    tx.append("act", pl.DataFrame([
        {
            "act_id": first + place, "acted_at": act.at, "actor": act.by, "machine": machine.name, "event": event,
            "subject": act.subject, "subject_id": act.subject_id, "moved": moved, "note": act.note,
        }
        for place, (act, moved) in enumerate(acts.items())
    ]))


def enter_filings(tx: Transaction, filings: Mapping[Act, dict[str, object]]) -> None:
    """Put filings in the book in their first status, by the act each comes with. A filing has every other column of the
    table."""
    tx.append("filing", pl.DataFrame(
        [
            {**filing, "status": str(FILING.start), "received_at": act.at, "received_by": act.by}
            for act, filing in filings.items()
        ],
        infer_schema_length=None,
    ))
    _note_all(tx, FILING, "receive", dict.fromkeys(filings, 1))


def enter_nil_return(tx: Transaction, nil: dict[str, object], act: Act) -> None:
    """Put a nil return in the book in its first status. `nil` has every other column of the table."""
    told = {**nil, "status": str(NIL_RETURN.start), "entered_at": act.at, "entered_by": act.by}
    tx.append("nil_return", pl.DataFrame([told]))
    note(tx, NIL_RETURN, "enter", act, 1)


def enter_records(
    tx: Transaction, *, numbers: Path, heads: Path, verdicts: Path, at: datetime, acts: Mapping[Act, int]
) -> None:
    """Put the first versions of filings' records in the book, as sorted, and open cases for the withheld ones.

    `numbers` is Parquet of part, filing_id, first_record and start, `heads` of facts.HEADS and part, rows numbered from
    `start`; `verdicts` of record_id, filing_id, event (a key of SORTED), class (the primary one) and findings (how many
    withhold it), for the records that are not clear. `acts` are the filings' with how many records each has.
    """
    told = {"numbers": str(numbers), "heads": str(heads), "verdicts": str(verdicts)}
    words = {event: str(status) for event, status in SORTED.items()}
    entered = tx.run(_INSERT_RECORDS, **told, **words)
    if entered != sum(acts.values()):
        raise ValueError(f"{entered} records entered, not {sum(acts.values())}")
    withheld = tx.frame("SELECT count(*) AS n FROM read_parquet($verdicts) WHERE event = 'withhold'", **told).item()
    first_case = tx.next_ids("withheld_case", withheld)
    tx.run(_INSERT_CASES, **told, first_case=first_case, open=str(CASE.start), acted_at=at)
    _note_all(tx, RECORD, "sort", acts)
