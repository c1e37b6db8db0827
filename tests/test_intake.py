"""接收报送: what is taken in whole, what is refused, and that a refusal leaves nothing behind."""

from datetime import date, datetime

import polars as pl
import pytest

from core import admission, checking, comparison, intake, reading, reference, review, rules
from core import draft as drafts
from core.deadlines import Term
from core.errors import BadRequest, DuplicateFiling, NotAuthorised, NotFound, UnreadableFiling
from core.settings import Settings
from core.vocabulary import Category, Duty
from tests.builders import (
    HONORARY,
    NAMELESS,
    NOON,
    SECRET,
    WRONG_BIRTH,
    a_context,
    a_csv,
    a_desk,
    a_filing,
    an_approval,
    at_desk,
    declared,
    kept_files,
    people,
    statuses,
)

OF_THE_FILING = [code for code, rule in rules.RULES.items() if rule.sight is rules.Sight.WHOLE]
TABLES = ("filing", "record", "finding", "rule_tally", "withheld_case", "act")


def _rows(desk):
    return {table: desk.db.frame(f"SELECT count(*) AS n FROM {table}").item() for table in TABLES}


def _draft(desk, path, told=None):
    told = told or declared()
    return admission.preview(desk, reading.open_filing(path), told), told


def test_a_filing_is_received_with_its_rows_findings_cases_and_the_file_itself(tmp_path):
    desk = a_desk(tmp_path)
    records = [*people(4), *people(1, first=4, **NAMELESS), *people(1, first=5, **HONORARY)]

    received = a_filing(desk, records)

    filing = desk.db.one("SELECT * FROM filing")
    assert (filing["records"], filing["layout"], filing["format"], filing["file_name"]) == (6, "new27", "csv", "filing.csv")
    assert (filing["province"], filing["level"], filing["ruleset"]) == ("11", "4", rules.fingerprint(reference.load(), Settings()))
    assert (filing["received_at"], filing["received_by"], filing["status"]) == (NOON, desk.actor.key, "received")
    assert received.outcome.cleared == 4
    assert statuses(desk, 1) == {"cleared": 4, "withheld": 1, "out_of_scope": 1}
    assert (desk.db.folder / "originals" / filing["sha256"]).read_bytes() == (tmp_path / "filing.csv").read_bytes()
    filed = pl.read_parquet(desk.db.folder / "filings" / filing["parquet"])
    assert filed["XM"].to_list() == [record["XM"] for record in records]
    assert filed["row"].to_list() == [2, 3, 4, 5, 6, 7]


def test_each_check_tells_how_many_records_it_judged_failed_and_could_not_judge(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, [*people(3), *people(2, first=3, **NAMELESS)])

    tally = desk.db.frame("SELECT rule, evaluated, failed, not_evaluated FROM rule_tally")

    looked_at = tally.select("rule", together=pl.col("evaluated") + pl.col("not_evaluated"))
    assert set(looked_at.filter(~pl.col("rule").is_in(OF_THE_FILING))["together"]) == {5}
    assert set(looked_at.filter(pl.col("rule").is_in(OF_THE_FILING))["together"]) == {1}
    assert tally.filter(rule="I01").row(0) == ("I01", 5, 2, 0)
    assert tally.filter(rule="P14").row(0) == ("P14", 0, 0, 5)


def test_a_preview_stores_nothing_and_a_discarded_one_leaves_nothing(tmp_path):
    desk = a_desk(tmp_path)
    path = a_csv(tmp_path / "filing.csv", people(3, **NAMELESS))

    draft, _ = _draft(desk, path)

    assert draft.records == 3
    assert set(_rows(desk).values()) == {0}

    draft.discard()

    assert kept_files(desk) == set()


def test_the_same_file_is_refused_telling_when_and_by_whom_it_came(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk)
    rows, files = _rows(desk), kept_files(desk)
    later = at_desk(desk, at=datetime(2025, 9, 16, 8, 30))

    with pytest.raises(DuplicateFiling, match=f"2025-09-15 12:00 by {desk.actor.key}") as refusal:
        _draft(later, tmp_path / "filing.csv")

    assert "2025-09-15 12:00" in refusal.value.zh
    assert (_rows(desk), kept_files(desk)) == (rows, files)


def test_of_two_previews_of_one_file_only_the_first_is_received(tmp_path):
    desk = a_desk(tmp_path)
    path = a_csv(tmp_path / "filing.csv", people(2))
    first, told = _draft(desk, path)
    second, _ = _draft(desk, path)
    source = reading.open_filing(path)
    intake.receive(desk, first, told, source, path.name)
    rows, files = _rows(desk), {name for name in kept_files(desk) if not name.startswith("work")}

    with pytest.raises(DuplicateFiling):
        intake.receive(desk, second, told, source, path.name)

    assert (_rows(desk), kept_files(desk)) == (rows, files)


def _elsewhere(tmp_path):
    return a_csv(tmp_path / "theirs.csv", people(3, institution="80902"))


def _torn(tmp_path):
    path = a_csv(tmp_path / "torn.csv", people(300))
    path.write_bytes(path.read_bytes() + b'"never closed')
    return path


def _right(tmp_path):
    return a_csv(tmp_path / "right.csv", people(3))


@pytest.mark.parametrize(
    ("make", "told", "refusal", "words"),
    [
        (_elsewhere, declared(), UnreadableFiling, "过半记录不属于"),
        (_torn, declared(), UnreadableFiling, "引号"),
        (_right, declared(Term(2025, 2)), BadRequest, "2025-2"),
        (_right, declared(Term(2008, 1).previous()), BadRequest, "2007-2"),
        (_right, declared(institution="00000"), BadRequest, "00000"),
    ],
    ids=["another institution's records", "a torn file", "a semester yet to come", "before 2008", "no such institution"],
)
def test_a_refusal_leaves_no_row_and_no_file(tmp_path, make, told, refusal, words):
    desk = a_desk(tmp_path)

    with pytest.raises(refusal) as refused:
        _draft(desk, make(tmp_path), told)

    assert words in refused.value.zh
    assert set(_rows(desk).values()) == {0}
    assert kept_files(desk) == set()


def test_a_few_records_of_another_institution_are_findings_not_a_refusal(tmp_path):
    desk = a_desk(tmp_path)

    filing = a_filing(desk, [*people(3), *people(2, first=3, institution="80902")])

    assert statuses(desk, filing.filing_id) == {"cleared": 3, "withheld": 2}


def test_the_current_semester_can_be_filed_and_the_next_cannot(tmp_path):
    desk = a_desk(tmp_path, at=datetime(2025, 8, 31, 23, 59))
    path = a_csv(tmp_path / "filing.csv", people(1))

    _draft(desk, path)
    with pytest.raises(BadRequest):
        _draft(desk, path, declared(Term(2025, 1)))


def test_a_returned_filings_records_leave_the_line_with_a_finding_each(tmp_path):
    desk = a_desk(tmp_path)
    filing = a_filing(desk, [*people(3), *people(2, first=3, **NAMELESS), *people(1, first=5, **HONORARY)])

    moved = review.send_back(desk, filing.filing_id, reason="签章不全")

    assert moved == 5
    assert statuses(desk, filing.filing_id) == {"out_of_scope": 6}
    assert desk.db.frame("SELECT DISTINCT status FROM withheld_case")["status"].to_list() == ["closed"]
    assert desk.db.frame("SELECT count(*) AS n FROM finding WHERE rule = 'O03'").item() == 5
    assert desk.db.one("SELECT status, return_reason FROM filing") == {"status": "returned", "return_reason": "签章不全"}


def test_a_returned_filing_can_be_filed_again_as_it_was(tmp_path):
    desk = a_desk(tmp_path)
    records = people(3)
    first = a_filing(desk, records)
    review.send_back(desk, first.filing_id, reason="签章不全")

    second = a_filing(desk, records, approved=True)

    assert second.filing_id != first.filing_id
    assert statuses(desk, second.filing_id) == {"cleared": 3}
    assert len(kept_files(desk)) == 3  # two Parquet files, one original


def test_records_on_file_already_are_withheld_when_they_come_in_another_file(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(3))

    again = a_filing(desk, people(4), name="again.csv")

    assert statuses(desk, again.filing_id) == {"cleared": 1, "withheld": 3}
    found = desk.db.frame("SELECT rule FROM finding WHERE filing_id = $id", id=again.filing_id)
    assert found["rule"].to_list() == ["X03", "X03", "X03"]


def test_a_certificate_number_of_someone_else_is_withheld(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(1))
    taken = people(1)[0]["XWZSBH"]

    again = a_filing(desk, people(1, first=5, XWZSBH=taken), name="again.csv")

    found = desk.db.frame("SELECT rule FROM finding WHERE filing_id = $id", id=again.filing_id)
    assert found["rule"].to_list() == ["X02"]


@pytest.mark.parametrize(
    ("approval", "words"),
    [
        ({"approved_on": date(2025, 9, 16), "document": "号"}, "晚于今天"),
        ({"approved_on": date(2025, 9, 15), "document": " "}, "文号"),
    ],
    ids=["dated tomorrow", "without a document"],
)
def test_an_approval_that_cannot_be_is_refused(tmp_path, approval, words):
    desk = a_desk(tmp_path)
    filing_id = a_filing(desk).filing_id

    with pytest.raises(BadRequest) as refused:
        review.approve(desk, filing_id, **approval)

    assert words in refused.value.zh
    assert desk.db.one("SELECT status, reviewed_on FROM filing") == {"status": "received", "reviewed_on": None}


def test_a_filing_that_does_not_exist_can_be_neither_approved_nor_returned(tmp_path):
    desk = a_desk(tmp_path)

    with pytest.raises(NotFound):
        an_approval(desk, 99)
    with pytest.raises(NotFound):
        review.send_back(desk, 99, reason="重报")
    with pytest.raises(BadRequest):
        review.send_back(desk, a_filing(desk).filing_id, reason=" ")


def test_only_those_who_load_may_load(tmp_path):
    desk = a_desk(tmp_path)
    draft, told = _draft(desk, a_csv(tmp_path / "filing.csv", people(1)))
    reader = at_desk(desk, *(duty for duty in Duty if duty is not Duty.LOAD))

    with pytest.raises(NotAuthorised):
        admission.preview(reader, reading.open_filing(tmp_path / "filing.csv"), told)
    with pytest.raises(NotAuthorised):
        intake.receive(reader, draft, told, reading.open_filing(tmp_path / "filing.csv"), "filing.csv")

    assert set(_rows(desk).values()) == {0}


def test_a_draft_in_several_chunks_is_the_check_of_the_whole(tmp_path):
    twins = people(2, first=40, XWZSBH="80901" + "42025" + "000999")
    faulty = [*people(10, first=50, **WRONG_BIRTH), *people(2, first=60, **SECRET)]
    records = [*people(20), *people(3, first=20, **NAMELESS), twins[0], *faulty, twins[1]]
    path = a_csv(tmp_path / "filing.csv", records)
    source = reading.open_filing(path)
    context = a_context(columns=frozenset(source.columns), category=Category.BACHELOR, approved=None, archive=False)

    told = []
    draft = drafts.draw_up(source, context, tmp_path, told.append, rows=7)
    chunked = comparison.complete([draft]).alone()

    whole = checking.check(pl.concat(source.chunks()), context)
    assert len(told) == 6
    assert told[-1] == draft.records == len(records)
    assert chunked.findings.sort("row", "rule").equals(whole.findings.sort("row", "rule"))
    assert chunked.tally.filter(~pl.col("rule").is_in(OF_THE_FILING)).sort("rule").equals(whole.tally.sort("rule"))
    assert chunked.findings.filter(rule="X01").height == 2


def test_a_file_no_filing_refers_to_is_put_aside_and_never_deleted(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk)
    kept = kept_files(desk)
    stray = desk.db.folder / "filings" / "stray.parquet"
    stray.write_bytes(b"all that is left of a filing")
    desk.db.close()

    desk = a_desk(tmp_path)

    assert kept_files(desk) == kept
    assert (desk.db.folder / "leftovers" / "stray.parquet").read_bytes() == b"all that is left of a filing"


def test_once_the_province_has_spoken_its_word_is_counted_as_a_check(tmp_path):
    desk = a_desk(tmp_path)
    waiting, passed, returned = (
        a_filing(desk, people(3, first=10 * place), name=f"{place}.csv").filing_id for place in range(3)
    )
    an_approval(desk, passed)
    review.send_back(desk, returned, reason="汇总表未盖章。")

    tally = desk.db.frame("SELECT filing_id, evaluated, failed, not_evaluated FROM rule_tally WHERE rule = 'O03'")

    assert set(tally.rows()) == {(waiting, 0, 0, 3), (passed, 3, 0, 0), (returned, 3, 3, 0)}
