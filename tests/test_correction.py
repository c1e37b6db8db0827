"""What institutions ask for of records: each taken in with a receipt, or refused with what to do next."""

from dataclasses import replace

import polars as pl
import pytest

from core import (
    audit,
    consents,
    correction,
    corrections,
    feedback,
    ledger,
    resort,
    review,
    ruleset,
    store,
    supply,
)
from core.database import Database
from core.errors import NotAllowed, NotAuthorised, NotFound
from core.lifecycle import RECORD
from core.ruleset import Proposal
from core.settings import Settings
from core.vocabulary import CorrectionKind, CorrectionReason, Duty
from tests.builders import NAMELESS, SECRET, TERM, a_filing, at_desk, people, released, statuses
from tests.builders_corrections import (
    a_change,
    a_request,
    a_withdrawal,
    first_record,
    settled,
    standing,
    taken,
)
from tests.test_photos import a_folder, a_photo

CHANGE = {"ZYMC": "软件工程", "ZYDM": "080902"}


@pytest.fixture
def number(desk):
    """A record withheld for want of its name, fed back."""
    number = first_record(desk, a_filing(desk, people(3, **NAMELESS), approved=True).filing_id)
    feedback.issue(desk, TERM)
    return number


def told(desk, request):
    """The receipt of one request."""
    receipt, = correction.take_in(desk, [request])
    return receipt


def test_a_change_taken_in_keeps_what_was_and_what_is_to_be_and_moves_nothing_yet(desk, number):
    receipt = told(desk, a_change(desk, number, XM=" 张明 "))

    assert receipt.taken
    waiting, = corrections.of_record(desk, number)["correction_id"]
    assert corrections.fields(desk, waiting).rows() == [("XM", None, "张明")]
    assert corrections.one(desk, waiting)["stage"] == "checked"
    assert standing(desk)[0]["status"] == "withheld"
    assert desk.db.frame("SELECT status FROM withheld_case WHERE record_id = $id", id=number).item() == "answered"
    scan, = corrections.evidence(desk, waiting)["sha256"]
    assert corrections.scan(desk, waiting, scan).startswith(b"%PDF-")


def test_each_refused_request_says_why_and_stops_no_other(desk, number):
    other = number + 1
    right = a_change(desk, other, XM="张海")
    requests = {
        "no such record": replace(right, record_id=999),
        "moved since": replace(a_change(desk, number, XM="张明"), version=7),
        "needs its evidence": replace(a_change(desk, number, XM="张明"), evidence=()),
        "person at the institution": replace(a_change(desk, number, XM="张明"), requester=" "),
        "say what it is": replace(a_change(desk, number, XM="张明"), reason=CorrectionReason.OTHER),
        "does not carry the field": a_change(desk, number, MJ="公开"),
        "No field is to be changed": a_change(desk, number),
        "late supplement": a_request(desk, number, CorrectionKind.SUPPLEMENT),
        "There is no photo": a_request(desk, number, CorrectionKind.REPLACE_PHOTO),
        "needs its evidence, scanned": replace(a_withdrawal(desk, number), evidence=()),
        "on file already": a_change(desk, number, ZYMC="计算机科学与技术"),
        "will not do": a_change(desk, number + 2, CSRQ="20030703"),
    }

    receipts = correction.take_in(desk, [*requests.values(), right, right])

    for sentence, receipt in zip(requests, receipts, strict=False):
        assert not receipt.taken and sentence in receipt.en, (sentence, receipt.en)
        assert receipt.zh.endswith("。")
    assert [receipt.taken for receipt in receipts[-2:]] == [True, False]
    assert "waiting already" in receipts[-1].en
    assert desk.db.frame("SELECT record_id FROM correction")["record_id"].to_list() == [other]


def test_only_the_present_version_can_be_corrected(desk, number):
    old = a_change(desk, number, XM="张明")
    settled(desk, *taken(desk, old))

    assert "moved since" in told(desk, replace(old, fields=CHANGE)).en
    assert told(desk, a_change(desk, number, **CHANGE)).taken


def test_what_has_left_the_line_is_not_corrected(desk):
    filing = a_filing(desk, people(2)).filing_id
    number = first_record(desk, filing)
    with desk.db.transaction() as tx:
        ledger.move(tx, RECORD, "withdraw", ledger.act_of(desk, "filing", filing),
                    chosen=f"SELECT record_id, version FROM record WHERE record_id = {number}")
    assert "Filing withdrawn" in told(desk, a_change(desk, number, **CHANGE)).en

    review.send_back(desk, filing, reason="重报")
    assert not told(desk, a_change(desk, number + 1, **CHANGE)).taken


def test_a_classified_record_is_nobodys_without_that_duty(desk):
    number = first_record(desk, a_filing(desk, people(1, **SECRET)).filing_id)
    plain = at_desk(desk, *(duty for duty in Duty if duty is not Duty.CLASSIFIED))

    assert "no such record" in told(plain, a_change(desk, number, **CHANGE)).en
    assert told(desk, a_change(desk, number, **CHANGE)).taken
    waiting, = corrections.of_record(desk, number)["correction_id"]
    assert corrections.of_record(plain, number).is_empty()
    assert corrections.fields(plain, waiting).is_empty()
    assert corrections.page(plain, "2025-09").is_empty()
    assert corrections.board(plain, "2025-09")["corrections"].sum() == 1
    with pytest.raises(NotFound):
        corrections.one(plain, waiting)


def test_corrections_are_taken_in_by_those_who_load_and_nobody_in_a_province(desk, number):
    for other in (at_desk(desk, Duty.READ, Duty.FEEDBACK), at_desk(desk, *Duty, province="11")):
        with pytest.raises(NotAuthorised):
            correction.take_in(other, [a_change(desk, number, XM="张明")])


def test_where_consent_is_asked_a_correction_waits_for_the_province_and_may_be_declined(desk, number):
    with desk.db.transaction() as tx:
        base = ruleset.in_force(desk.db, desk.now().date())
        proposal = Proposal(base, Settings.of(thresholds={"consent_change": 1}), {})
        ruleset.keep(tx, proposal, desk.db.folder, effective_on=desk.now().date(), reason="试行", by="tester", at=desk.now())
    first, second = taken(desk, a_change(desk, number, XM="张明"), a_change(desk, number + 1, XM="张海"))
    assert corrections.one(desk, first)["stage"] == "consent"
    assert settled(desk, first).corrections == 0
    with pytest.raises(NotFound):
        consents.consent(at_desk(desk, Duty.APPROVE, province="31"), [first], document="号", consented_on=desk.now().date())

    own = at_desk(desk, Duty.APPROVE, Duty.READ, province="11")
    assert consents.consent(own, [first], document="京学位〔2025〕9号", consented_on=desk.now().date()) == 1
    assert consents.decline(own, [second], reason="材料不全") == 1

    assert [corrections.one(own, each)["stage"] for each in (first, second)] == ["checked", "over"]
    assert (settled(desk, first).cleared, settled(desk, second).corrections) == (1, 0)
    with pytest.raises(NotAllowed):
        consents.consent(own, [second], document="号", consented_on=desk.now().date())


def test_a_photo_is_put_to_its_record_at_once_and_kept_as_a_request(desk):
    number = first_record(desk, a_filing(desk, people(1)).filing_id)
    folder = a_folder(desk.db.folder.parent / "one", {"x.jpg": a_photo()})

    receipt = told(desk, a_request(desk, number, CorrectionKind.SUPPLY_PHOTO, photo=folder))

    assert receipt.taken
    assert desk.db.frame("SELECT status, outcome FROM correction").row(0) == ("settled", "cleared")
    assert desk.db.frame("SELECT count(*) AS n FROM photo").item() == 1
    assert [verdict.invariant.name for verdict in audit.audit(desk, quick=True) if verdict.broken] == []


def test_another_photo_of_what_is_on_line_waits_for_the_run_and_is_then_its_next_version(desk):
    records = people(1)
    number = first_record(desk, a_filing(desk, records, approved=True).filing_id)
    supply.put_one(desk, number, "a.jpg", a_folder(desk.db.folder.parent / "one", {"a.jpg": a_photo(seed=1)}))
    released(desk, TERM, counted=1)
    before = desk.db.frame("SELECT sha256 FROM photo").item()
    other = a_folder(desk.db.folder.parent / "two", {"b.jpg": a_photo(seed=2)})

    numbers = taken(desk, a_request(desk, number, CorrectionKind.REPLACE_PHOTO, photo=other))
    assert desk.db.frame("SELECT sha256 FROM photo").item() == before
    done = settled(desk, *numbers)

    assert (done.cleared, standing(desk)[0]["version"]) == (1, 2)
    after = desk.db.frame("SELECT sha256 FROM photo").item()
    assert after != before
    assert desk.db.frame("SELECT former_sha256 FROM correction_photo").item() == before


def test_many_of_several_filings_are_taken_in_at_once_each_with_its_own_row(desk):
    filings = [
        a_filing(desk, people(3, first=first, **NAMELESS), name=f"{first}.csv").filing_id for first in (0, 10, 20)
    ]
    numbers = [first_record(desk, filing) + place for filing in filings for place in range(3)]
    names = dict(zip(numbers, "安波辰达恩帆刚海佳", strict=True))

    taken_in = taken(desk, *(a_change(desk, number, XM=f"张{name}") for number, name in names.items()))
    settled(desk, *taken_in)

    rows = desk.db.frame("SELECT record_id, name, filing_row, parquet FROM record WHERE followed IS NULL ORDER BY record_id")
    assert rows["name"].to_list() == [f"张{name}" for name in names.values()]
    assert rows.select("parquet", "filing_row").is_unique().all()
    for _, name, row, parquet in rows.iter_rows():
        filed = pl.read_parquet(desk.db.folder / "filings" / parquet).filter(row=row)
        assert filed["XM"].to_list() == [name]


def test_the_rulebook_judges_the_corrected_row(desk):
    filing = a_filing(desk, people(2, **NAMELESS)).filing_id
    number = first_record(desk, filing)
    settled(desk, *taken(desk, a_change(desk, number, XM="张明")))

    line, = resort.filings(desk).iter_rows(named=True)
    found = resort.judge(desk, line, ruleset.in_force(desk.db, desk.now().date())).findings

    assert found.filter(pl.col("rule") == "I01")["row"].to_list() == [3]
    assert not list((desk.db.folder / "work").glob("corrected-*"))
    assert statuses(desk, filing) == {"superseded": 1, "cleared": 1, "withheld": 1}


def test_corrected_rows_are_kept_when_the_store_is_next_opened(desk, number):
    waiting = taken(desk, a_change(desk, number, XM="张明"))
    folder = desk.db.folder
    desk.db.close()

    reopened = replace(desk, db=store.open_store(folder))
    try:
        assert isinstance(reopened.db, Database)
        assert settled(reopened, *waiting).cleared == 1
    finally:
        reopened.db.close()
    assert not (folder / "leftovers").exists()
