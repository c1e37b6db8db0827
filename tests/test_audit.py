"""审计: each thing that must hold in the store is broken by hand, and the audit finds that one and no other."""

from contextlib import contextmanager
from dataclasses import replace

import pytest

from core import (
    attachments,
    audit,
    feedback_job,
    handbook,
    publication,
    revocation,
    takedown,
)
from core.__main__ import main
from core.errors import NotAllowed
from core.invariants import INVARIANTS
from core.revocation import Revocation
from core.supply import Whose
from tests.builders import NAMELESS, TERM, TOO_FAST, WRONG_BIRTH, a_desk, a_filing, at_desk, people, released
from tests.builders_answers import returned, take
from tests.builders_corrections import a_change, a_withdrawal, first_record, settled, taken
from tests.builders_explanations import accepted, taken_in
from tests.test_photos import a_photo
from tests.test_supply import supplied


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A store in which everything has happened: published, packaged, fed back, explained, corrected, revoked, withdrawn."""
    desk = a_desk(tmp_path_factory.mktemp("audit"))
    records = people(6) + people(1, first=6, **NAMELESS) + people(2, first=7, **WRONG_BIRTH) + people(3, first=9, **TOO_FAST)
    filing = a_filing(desk, records, approved=True).filing_id
    supplied(desk, {f"{records[0]['ZJHM']}.jpg": a_photo(seed=1)}, Whose(TERM, "80901"))
    now, root = desk.now(), desk.db.folder / "packages"
    released(desk, TERM, counted=publication.ready(desk, TERM))
    feedback_job.make(desk, 1)
    taken_in(desk)
    accepted(desk)
    first = first_record(desk, filing)
    taken(desk, a_change(desk, first + 6, XM="张明"), a_withdrawal(desk, first + 7))
    settled(desk, 1, 2)
    decision = attachments.keep(desk.db, b"%PDF-1.7", "决议.pdf")
    revocation.take_in(
        desk, Revocation("80901", "示范撤〔2025〕1号", now.date(), now.date(), "学位办", decision), [records[5]["XWZSBH"]]
    )
    takedown.take_down(desk, root)
    take(desk, returned(desk, 1))
    handbook.workbook(desk)
    handbook.workbook(desk)
    a_filing(desk, people(2, first=50, institution="80902"), institution="80902", name="other.csv")
    return desk


def broken(desk, *, quick=True):
    return {each.invariant.name for each in audit.of(desk, quick=quick) if each.broken}


BREAKS = {
    "the_balance_closes": "UPDATE withheld_case SET filing_id = 2 WHERE status <> 'closed'",
    "one_head_version": "UPDATE record SET followed = CASE version WHEN 2 THEN TRUE END WHERE record_id IN ("
    "SELECT record_id FROM record WHERE version = 2 AND status = 'cleared')",
    "versions_in_order": "INSERT INTO record SELECT * FROM record WHERE followed; UPDATE act SET moved = moved + 1 "
    "WHERE machine = 'record' AND event IN ('enter', 'correct')",
    "records_in_their_filing": "UPDATE filing SET first_record = first_record + 1 WHERE filing_id = 2",
    "nothing_faulty_on_line": "INSERT INTO finding SELECT record_id, version, filing_id, 'A13', 'inaccurate', 'CSRQ', NULL, NULL "
    "FROM record WHERE status = 'published' LIMIT 1",
    "withheld_for_a_reason": "UPDATE finding SET closed = 'replaced' WHERE record_id IN ("
    "SELECT record_id FROM record WHERE status = 'withheld')",
    "excluded_for_a_reason": "UPDATE record SET status = 'out_of_scope' WHERE record_id IN ("
    "SELECT max(record_id) FROM record)",
    "a_case_for_each_withheld": "UPDATE withheld_case SET version = 99 WHERE status <> 'closed'",
    "findings_of_known_records": "INSERT INTO finding VALUES (999999, 1, 1, 'N01', 'note', 'XM', NULL, NULL)",
    "findings_closed_for_a_reason": "UPDATE finding SET closed = 'explained 77' WHERE closed LIKE 'explained %'",
    "tallies_cover_every_record": "UPDATE rule_tally SET evaluated = evaluated - 1 WHERE filing_id = 1 AND rule = 'I01'",
    "filings_told_by_acts": "UPDATE filing SET status = 'approved' WHERE filing_id = 2",
    "statuses_told_by_acts": "UPDATE act SET moved = moved + 1 WHERE machine = 'record' AND event = 'revoke'",
    "published_in_a_run": "UPDATE publication SET records = records + 1",
    "lists_as_frozen": "UPDATE publication_run SET records = records + 1",
    "revoked_by_a_registration": "UPDATE revocation SET version = 99",
    "sent_in_a_notice": "UPDATE notice_item SET case_id = 999",
    "notices_add_up": "UPDATE notice SET incomplete = incomplete + 1",
    "settled_in_a_settlement": "UPDATE settlement SET corrections = corrections + 1",
    "answers_add_up": "UPDATE answer SET taken = taken + 1",
    "exports_all_noted": "DELETE FROM export_log WHERE export_id = 1",
    "publication_lists_as_frozen": "UPDATE publication_line SET certificate_no = 'other' WHERE run_id = 1",
    "explained_by_a_decision": "UPDATE explanation_decision SET state = 'proposed'",
    "numbers_given_once": "UPDATE counter SET value = 1 WHERE name = 'revocation'",
    "runs_as_frozen": "UPDATE feedback_line SET value = '另一值' WHERE place = 1",
    "acts_in_their_chain": "UPDATE act SET note = note || '改' WHERE act_id = 3",
    "corrected_rows_kept": "UPDATE record SET parquet = 'gone.parquet' WHERE version = 2",
    "nothing_taken_down_in_the_packages": "UPDATE record SET certificate_no = (SELECT min(certificate_no) FROM record "
    "WHERE status = 'published') WHERE status = 'revoked'; UPDATE record SET certificate_no = 'other' WHERE status = 'published'",
}
"""How each is broken, and no other with it."""


def test_a_store_in_which_everything_has_happened_holds(desk):
    verdicts = audit.audit(desk)

    assert [(each.invariant.name, each.first) for each in verdicts if each.broken] == []
    assert [each.invariant.name for each in verdicts] == list(INVARIANTS)


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_in_the_book_is_found_and_nothing_else(desk, name):
    with desk.db.snapshot() as seen:  # nothing of it stays
        for statement in BREAKS[name].split("; "):
            seen.run(statement)
        within = replace(desk, db=seen)

        beside = {"acts_in_their_chain"} if "act SET" in BREAKS[name] else set()  # the book cannot be altered unseen
        assert broken(within) == {name} | beside


@contextmanager
def altered(path, content=None):
    """A file with other bytes, or gone; as it was afterwards."""
    before = path.read_bytes()
    path.unlink() if content is None else path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


FILES = {
    "originals_as_received": "originals/*", "answers_as_handed_in": "answers/*", "scans_as_kept": "attachments/*", "photos_as_kept": "photos/*/*",
    "bundles_as_made": "feedback/1/*.zip", "packages_in_their_chain": "packages/000001/certificates.parquet",
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [b"%PDF other bytes", None], ids=["altered", "gone"])
def test_a_file_altered_or_gone_is_found_and_nothing_else(desk, name, content):
    path = sorted(each for each in desk.db.folder.glob(FILES[name]) if each.is_file())[0]
    beside = {"packages_in_their_chain"} if name == "photos_as_kept" and content else set()  # one file, linked beside a package

    with altered(path, content):
        assert broken(desk, quick=False) == {name} | beside


def test_a_filings_rows_gone_are_found(desk):
    name = desk.db.frame("SELECT parquet FROM filing WHERE filing_id = 2").item()

    with altered(desk.db.folder / "filings" / name):
        assert broken(desk, quick=False) == {"rows_as_received"}


def test_every_invariant_is_broken_by_some_test():
    assert set(INVARIANTS) == {*BREAKS, *FILES, "rows_as_received"}


def test_every_invariant_has_its_sentence_in_both_languages():
    assert all(each.zh.endswith("。") and each.en.endswith(".") for each in INVARIANTS.values())


def test_an_audit_is_the_centres(desk):
    with pytest.raises(NotAllowed):
        audit.audit(at_desk(desk, province="11"))


def test_the_command_ends_with_0_and_lists_what_is_broken_with_1(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    desk = a_desk(tmp_path)
    a_filing(desk)
    desk.db.close()
    home = ["--home", str(tmp_path / "store")]

    assert main([*home, "audit"]) == 0
    told = capsys.readouterr().out
    assert told == f"查了{len(INVARIANTS)}项约束，{len(INVARIANTS)}项相符，0项不符。\n"

    next((tmp_path / "store" / "originals").iterdir()).write_bytes(b"other")
    assert main([*home, "audit", "--quick"]) == 0
    capsys.readouterr()
    assert main([*home, "audit"]) == 1
    first, second, third = capsys.readouterr().out.splitlines()
    assert first == "不符 originals_as_received：报送的原始文件都在，内容与接收时的指纹一致。"
    assert second.startswith("    1: originals ")
    assert third.endswith("1项不符。")
