"""The one door that moves statuses, and the book of acts: who, when, what, how many (台账).

The only writer of the columns `status` and of the tables `act` and `act_link`. Must not know why something moves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import polars as pl

from core import chain
from core.database import Database, Transaction
from core.desk import Desk
from core.lifecycle import (
    ACCOUNT,
    ANNOUNCEMENT,
    CASE,
    CONTACT,
    CORRECTION,
    FILING,
    NIL_RETURN,
    PUBLICATION_RUN,
    RECORD,
    Lifecycle,
    RecordStatus,
)

_TABLES = {
    FILING.name: ("filing", ("filing_id",)),
    RECORD.name: ("record", ("record_id", "version")),
    CASE.name: ("withheld_case", ("case_id",)),
    NIL_RETURN.name: ("nil_return", ("nil_id",)),
    CORRECTION.name: ("correction", ("correction_id",)),
    ACCOUNT.name: ("account", ("account_id",)),
    PUBLICATION_RUN.name: ("publication_run", ("run_id",)),
    CONTACT.name: ("contact", ("contact_id",)),
    ANNOUNCEMENT.name: ("announcement", ("announcement_id",)),
}
READ = "read"
"""What stands for a lifecycle where something was only looked at."""
_LINE = {"subject_id": pl.Int64, "before": pl.String, "after": pl.String}
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

_FEW = 1_000_000
_IN_ONE_THREAD = " QUALIFY row_number() OVER () > 0"
"""Fewer records are put in by one thread, which fills whole row groups; of several each leaves a part of one, to be
written twice."""

_INSERT_VERSIONS = """
INSERT INTO record (record_id, version, filing_id, filing_row, name, certificate_no, person, level, conferred_on,
    declared, major, born, sex, entered, graduated, full_time, status, parquet)
SELECT h.record_id, c.version + 1, c.filing_id, c.filing_row, h.name, h.certificate, h.person, h.level, h.conferred, h.declared,
    h.major, h.born, h.sex, h.entered, h.graduated, h.full_time, $recorded, c.parquet
FROM entering AS h JOIN changed AS c ON c.record_id = h.record_id"""

_INSERT_CASES = """
INSERT INTO withheld_case (case_id, record_id, version, filing_id, reason, findings, status, round, opened_at)
SELECT $first_case + row_number() OVER (ORDER BY v.record_id) - 1, v.record_id, 1, v.filing_id, v.class, v.findings, $open,
    1, $acted_at
FROM read_parquet($verdicts) AS v WHERE v.event = 'withhold'"""

_ENDS_WAITING = {
    event: f"UPDATE notice_item AS t SET {column} = $acted_at FROM chosen AS c "
    "WHERE t.case_id = c.case_id AND t.answered_at IS NULL AND t.closed_at IS NULL"
    for event, column in (("answer", "answered_at"), ("close", "closed_at"))
}
"""When what a notice asks was answered, or asks it no longer: article 11's evidence."""


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

    `chosen` is a SELECT of the machine's keys, as _TABLES has them. Raises NotAllowed, moving nothing, when any of the things
    is in a status the event does not follow.
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
    if machine is CASE and event in _ENDS_WAITING:
        tx.run(_ENDS_WAITING[event], acted_at=act.at)
    before, after = " ".join(sorted(map(str, present))), str(machine.next(present[0], event))
    note(tx, machine, event, act, moved, before=before, after=after)
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


def note(
    tx: Transaction, machine: Lifecycle, event: str, act: Act, moved: int, *, before: str | None = None, after: str | None = None
) -> None:
    """Write one act in the book, with what stood before it and after where that is not told by its event."""
    _write(tx, [_line(machine.name, event, act, moved, before, after)])


def note_read(db: Database, event: str, act: Act, many: int) -> None:
    """Write in the book that something was looked at which nobody looks at unnoticed; no screen counts it."""
    with db.transaction(counts=False) as tx:
        note_read_within(tx, event, act, many)


def note_read_within(tx: Transaction, event: str, act: Act, many: int) -> None:
    """The same within the transaction that says more of it."""
    _write(tx, [_line(READ, event, act, many)])


def begin_chain(db: Database) -> None:
    """Chain the acts of a store whose book was none; one of which any line is chained is left as it is, for the audit to see."""
    if not db.frame("SELECT 1 FROM act_link LIMIT 1").is_empty():
        return
    lines = db.frame(f"SELECT {', '.join(chain.FIELDS)} FROM act ORDER BY act_id")
    if lines.height:
        with db.transaction() as tx:
            tx.append("act_link", lines.select("act_id").with_columns(hash=pl.Series(list(chain.links(lines.iter_rows(named=True))))))


def _note_all(tx: Transaction, machine: Lifecycle, event: str, acts: Mapping[Act, int]) -> None:
    """Write acts in the book, each with how many things it moved."""
    _write(tx, [_line(machine.name, event, act, moved) for act, moved in acts.items()])


def _line(
    machine: str, event: str, act: Act, moved: int, before: str | None = None, after: str | None = None
) -> dict[str, object]:
    return {
        "acted_at": act.at, "actor": act.by, "machine": machine, "event": event, "subject": act.subject,
        "subject_id": act.subject_id, "moved": moved, "note": act.note, "before": before, "after": after,
    }


def _write(tx: Transaction, told: list[dict[str, object]]) -> None:
    """Add lines to the book and their links to its chain."""
    first = tx.next_ids("act", len(told))
    lines = [{"act_id": first + place, **line} for place, line in enumerate(told)]
    last = tx.frame("SELECT hash FROM act_link WHERE act_id = $last", last=first - 1)
    hashes = chain.links(lines, last.item() if last.height else chain.START)
    tx.append("act", pl.DataFrame(lines, schema_overrides=_LINE))
    tx.append("act_link", pl.DataFrame([{"act_id": line["act_id"], "hash": hash} for line, hash in zip(lines, hashes, strict=True)]))


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
    many = sum(acts.values())
    entered = tx.run(_INSERT_RECORDS + (_IN_ONE_THREAD if many < _FEW else ""), **told, **words)
    if entered != many:
        raise ValueError(f"{entered} records entered, not {many}")
    withheld = tx.frame("SELECT count(*) AS n FROM read_parquet($verdicts) WHERE event = 'withhold'", **told).item()
    first_case = tx.next_ids("withheld_case", withheld)
    tx.run(_INSERT_CASES, **told, first_case=first_case, open=str(CASE.start), acted_at=at)
    _note_all(tx, RECORD, "sort", acts)


def enter_versions(tx: Transaction, act: Act) -> int:
    """Put the next versions of corrected records in the book, not yet sorted; tells how many. The temporary table `entering` has
    record_id and facts.HEADS; `changed` has record_id, version (the one corrected), filing_id, filing_row and parquet (where the
    corrected row is)."""
    entered = tx.run(_INSERT_VERSIONS, recorded=str(RECORD.start))
    note(tx, RECORD, "enter", act, entered)
    return entered


def enter_corrections(tx: Transaction, corrections: pl.DataFrame, act: Act) -> None:
    """Put corrections in the book in their first status. They have the other columns of the table, but for what comes of them."""
    told = corrections.with_columns(status=pl.lit(str(CORRECTION.start)), received_at=pl.lit(act.at), received_by=pl.lit(act.by))
    tx.append("correction", told)
    note(tx, CORRECTION, "receive", act, corrections.height)


def enter_publication_run(tx: Transaction, run: dict[str, object], act: Act) -> None:
    """Put a publication run in the book in its first status. `run` has run_id, kind, term, month, reverts and reason."""
    told = {**run, "status": str(PUBLICATION_RUN.start), "opened_at": act.at, "opened_by": act.by}
    tx.append("publication_run", pl.DataFrame(
        [told], schema_overrides={"term": pl.String, "month": pl.String, "reverts": pl.Int64}
    ))
    note(tx, PUBLICATION_RUN, "open", act, 1)
