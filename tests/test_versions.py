"""A filing that comes again replaces the one before, says what changed, and loses or doubles nothing (article 11)."""

from dataclasses import replace

import polars as pl
import pytest

from core import admission, balance, feedback, inspection, intake, migrations, publication, reading, review, views
from core.database import Database
from core.errors import BadRequest, UnreadableFiling
from tests.builders import (
    NOON,
    TERM,
    WRONG_BIRTH,
    a_csv,
    a_filing,
    an_approval,
    declared,
    people,
    released,
    statuses,
)


def again(desk, records, before, name="again.csv", **told):
    """The file filed anew, instead of the filing before."""
    path = a_csv(desk.db.folder.parent / name, records)
    told = replace(declared(), replaces=before, **told)
    source = reading.open_filing(path)
    return intake.receive(desk, admission.preview(desk, source, told), told, source, path.name).filing_id


def changed(desk, filing_id):
    top = views.filing_versions(desk, filing_id).filter(filing_id=filing_id).row(0, named=True)
    return top["version"], top["added"], top["gone"], top["altered"]


def test_a_new_version_says_what_was_added_what_is_gone_and_what_was_altered(desk):
    first = a_filing(desk, people(6)).filing_id
    second = again(desk, people(4) + people(1, first=4, LWTM="新的论文题目") + people(2, first=8), first)

    assert changed(desk, second) == (2, 2, 1, 1)
    found = views.filing_changes(desk, second)
    assert found["change"].to_list() == ["added", "added", "altered", "gone"]
    assert found.filter(change="altered").select("filing_row", "former_row").row(0) == (6, 6)
    assert found.filter(change="gone")["certificate_no"].to_list() == ["8090142025000006"]


def test_the_order_of_rows_is_no_change(desk):
    first = a_filing(desk, people(5)).filing_id

    assert changed(desk, again(desk, list(reversed(people(5))), first)) == (2, 0, 0, 0)


def test_a_certificate_number_put_right_is_an_alteration_of_the_same_persons_record(desk):
    first = a_filing(desk, people(2) + people(1, first=2, XWZSBH="8090142025009999")).filing_id

    assert changed(desk, again(desk, people(3), first)) == (2, 0, 0, 1)


def test_rows_filed_twice_are_matched_one_by_one(desk):
    first = a_filing(desk, people(1) + people(1)).filing_id

    assert changed(desk, again(desk, people(1) * 3, first)) == (2, 1, 0, 0)


def test_the_version_before_leaves_the_line_and_its_cases_are_closed(desk):
    first = a_filing(desk, people(3) + people(1, first=3, **WRONG_BIRTH)).filing_id
    second = again(desk, people(4), first)

    assert statuses(desk, first) == {"superseded": 4}
    assert statuses(desk, second) == {"cleared": 4}
    assert views.filing(desk, first)["status"] == "replaced"
    assert desk.db.frame("SELECT status FROM withheld_case")["status"].to_list() == ["closed"]
    assert desk.db.frame("SELECT count(*) AS n FROM finding WHERE closed IS NULL AND class <> 'note'").item() == 0


def test_a_new_version_is_not_a_duplicate_of_the_one_before_neither_foreseen_nor_found(desk):
    first = a_filing(desk, people(3)).filing_id
    path = a_csv(desk.db.folder.parent / "again.csv", people(3, LWTM="新的论文题目"))
    told = replace(declared(), replaces=first)
    draft = admission.preview(desk, reading.open_filing(path), told)

    assert inspection.foreseen(desk, draft, replaces=first).findings.is_empty()
    assert not inspection.foreseen(desk, draft).findings.is_empty()


def test_the_province_must_speak_again(desk):
    first = a_filing(desk, people(2), approved=True).filing_id
    second = again(desk, people(2, LWTM="新的论文题目"), first)

    assert views.filing(desk, second)["status"] == "received"
    assert publication.ready(desk, TERM) == 0
    an_approval(desk, second)
    assert publication.ready(desk, TERM) == 2


def test_a_returned_filing_may_come_again_as_its_next_version(desk):
    first = a_filing(desk, people(2)).filing_id
    review.send_back(desk, first, reason="缺一人")
    second = again(desk, people(3), first)

    assert changed(desk, second) == (2, 1, 0, 0)
    assert statuses(desk, first) == {"superseded": 2}


def test_the_balance_closes_over_versions(desk):
    first = a_filing(desk, people(3) + people(1, first=3, **WRONG_BIRTH)).filing_id
    again(desk, people(3), first)
    line = balance.sheet(desk).row(0, named=True)

    assert (line["received"], line["cleared"], line["superseded"], line["gap"]) == (7, 3, 4, 0)


def test_a_replaced_version_is_fed_back_to_nobody(desk):
    first = a_filing(desk, people(1, **WRONG_BIRTH), approved=True).filing_id
    an_approval(desk, again(desk, people(1), first))
    feedback.issue(desk, TERM)

    assert desk.db.frame("SELECT count(*) AS n FROM notice").item() == 0


def test_records_already_on_line_are_not_replaced_as_a_whole(desk):
    first = a_filing(desk, people(2), approved=True).filing_id
    released(desk, TERM, counted=publication.ready(desk, TERM))

    with pytest.raises(BadRequest, match="published or withdrawn"):
        again(desk, people(3), first)
    assert statuses(desk, first) == {"published": 2}
    assert views.filings_total(desk, views.FilingFilter()) == 1


def test_a_version_is_replaced_once(desk):
    first = a_filing(desk, people(2)).filing_id
    again(desk, people(3), first)

    with pytest.raises(BadRequest, match="replaced already"):
        again(desk, people(4), first, name="third.csv")
    assert views.filing_versions(desk, first)["version"].to_list() == [2, 1]


def test_only_a_filing_of_the_same_institution_semester_and_kind_is_replaced(desk):
    first = a_filing(desk, people(2, institution="80902"), institution="80902").filing_id

    with pytest.raises(BadRequest, match="another institution"):
        again(desk, people(3, first=4), first)


def test_the_same_bytes_may_come_back_once_they_were_replaced(desk):
    first = a_filing(desk, people(2), name="one.csv").filing_id
    second = again(desk, people(3), first)

    assert changed(desk, again(desk, people(2), second, name="one-again.csv")) == (3, 0, 1, 0)


@pytest.mark.parametrize("total", [2, 4], ids=["too few declared", "too many declared"])
def test_a_package_whose_declared_total_is_not_the_files_stops(desk, total):
    path = a_csv(desk.db.folder.parent / "filing.csv", people(3))

    with pytest.raises(UnreadableFiling, match=f"{total} records were declared, the file holds 3"):
        admission.preview(desk, reading.open_filing(path), replace(declared(), total=total))
    assert list((desk.db.folder / "work").iterdir()) == []


def test_a_declared_total_that_agrees_is_kept_with_the_filing(desk):
    first = a_filing(desk, people(2)).filing_id

    assert views.filing(desk, again(desk, people(3), first, total=3))["declared_total"] == 3


def test_a_store_from_before_versions_keeps_its_filings_as_first_versions(tmp_path, monkeypatch):
    older = tmp_path / "schema"
    older.mkdir()
    for path in sorted(migrations._SCHEMA.glob("000[123]_*.sql")):
        (older / path.name).write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    with monkeypatch.context() as before:
        before.setattr(migrations, "_SCHEMA", older)
        db = Database.open(tmp_path / "store")
        with db.transaction() as tx:
            tx.append("filing", pl.DataFrame([_FIRST]))
        db.close()

    db = Database.open(tmp_path / "store")

    kept = db.one("SELECT * FROM filing")
    assert {name: kept[name] for name in _FIRST} == _FIRST
    assert (kept["version"], kept["replaces"], kept["first_version"]) == (1, None, 7)


_FIRST = {
    "filing_id": 7, "term": "2024-2", "institution": "80901", "province": "11", "category": "bachelor", "level": "4",
    "supplement": False, "layout": "new27", "format": "csv", "file_name": "filing.csv", "sha256": "0" * 64, "size": 1,
    "records": 1, "first_record": 1, "parquet": "a.parquet", "ruleset": "a", "received_at": NOON, "received_by": "tester",
    "status": "received", "filed_codes": "XM",
}
