"""The machines: every status within reach, ends as intended, and the store accepting exactly these words."""

import re
from pathlib import Path

import pytest

from core.errors import NotAllowed
from core.lifecycle import (
    ACCOUNT,
    ANNOUNCEMENT,
    CASE,
    CONTACT,
    CORRECTION,
    FILING,
    LIFECYCLES,
    NIL_RETURN,
    PUBLICATION_RUN,
    RECORD,
    AnnouncementStatus,
    CaseStatus,
    ContactStatus,
    CorrectionStatus,
    FilingStatus,
    NilStatus,
    RecordStatus,
    RunStatus,
)
from core.vocabulary import FindingClass

SCHEMA = "\n".join(path.read_text() for path in sorted((Path(__file__).parents[1] / "core/schema").glob("[0-9]*.sql")))
TABLES = {
    "filing": "filing", "record": "record", "case": "withheld_case", "nil_return": "nil_return", "correction": "correction",
    "account": "account", "publication_run": "publication_run", "contact": "contact",
    "announcement": "announcement",
}


def _allowed(table: str, column: str) -> set[str]:
    body = re.findall(rf"CREATE TABLE {table}(?:_anew)? \((.*?)\n\);", SCHEMA, re.DOTALL)[-1]
    return set(re.findall(r"'(\w+)'", re.search(rf"CHECK \({column} IN \((.*?)\)\)", body)[1]))


@pytest.mark.parametrize("machine", LIFECYCLES.values(), ids=LIFECYCLES)
def test_every_status_can_be_reached_from_the_start(machine):
    reached, before = {machine.start}, set()
    while reached != before:
        before = set(reached)
        reached |= {machine.next(status, event) for status in before for event in machine.events_from(status)}

    assert reached == set(type(machine.start)) == machine.statuses


@pytest.mark.parametrize("machine", LIFECYCLES.values(), ids=LIFECYCLES)
def test_the_store_accepts_exactly_the_statuses_of_the_machine(machine):
    assert _allowed(TABLES[machine.name], "status") == {str(status) for status in type(machine.start)}


def test_the_store_accepts_exactly_the_classes_and_reasons_there_are():
    assert _allowed("finding", "class") == {str(cls) for cls in FindingClass}
    withholding = {str(cls) for cls in FindingClass if cls.withholds and cls is not FindingClass.SCOPE}
    assert _allowed("withheld_case", "reason") == withholding


@pytest.mark.parametrize(
    ("machine", "ends"),
    [
        (FILING, {FilingStatus.REPLACED}),
        (RECORD, {RecordStatus.SUPERSEDED, RecordStatus.WITHDRAWN, RecordStatus.REVOKED}),
        (CASE, {CaseStatus.CLOSED}),
        (NIL_RETURN, {NilStatus.WITHDRAWN, NilStatus.SUPERSEDED}),
        (CORRECTION, {CorrectionStatus.DECLINED, CorrectionStatus.SETTLED, CorrectionStatus.LAPSED}),
        (ACCOUNT, set()),
        (PUBLICATION_RUN, {RunStatus.RELEASED, RunStatus.ABANDONED}),
        (CONTACT, {ContactStatus.FORMER}),
        (ANNOUNCEMENT, {AnnouncementStatus.LIFTED}),
    ],
    ids=LIFECYCLES,
)
def test_nothing_leads_out_of_the_last_statuses(machine, ends):
    assert {status for status in machine.statuses if not machine.events_from(status)} == ends


@pytest.mark.parametrize("machine", LIFECYCLES.values(), ids=LIFECYCLES)
def test_what_the_table_does_not_name_is_refused(machine):
    events = {event for _, event in machine.transitions}
    for status in machine.statuses:
        for event in events - machine.events_from(status):
            with pytest.raises(NotAllowed, match=status.en):
                machine.next(status, event)


def test_an_unknown_status_is_an_error_not_a_guess():
    with pytest.raises(ValueError, match="nowhere"):
        RECORD.next("nowhere", "publish")


def test_only_cleared_records_can_be_published():
    assert [before for before, event in RECORD.transitions if event == "publish"] == [RecordStatus.CLEARED]


def test_a_withheld_record_is_cleared_only_by_an_accepted_explanation_or_a_revised_rulebook():
    clears = {event for event in RECORD.events_from("withheld") if RECORD.next("withheld", event) == "cleared"}
    assert clears == {"accept", "release"}
