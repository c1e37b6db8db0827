"""Scans of resolutions and approvals are kept as they came, by hash, and nothing else passes for one."""

import os
import tracemalloc

import pytest

from core import admission, attachments, intake, reading, review, store
from core.errors import BadRequest, NotFound
from core.vocabulary import Duty
from tests.builders import a_csv, a_filing, at_desk, declared, people

PDF = b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >> endobj"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


def test_a_scan_with_a_script_inside_is_kept_byte_for_byte_and_given_back_as_a_download(desk):
    filing = a_filing(desk, people(1)).filing_id
    scan = attachments.keep(desk.db, PDF, "审核 表.pdf")
    review.approve(desk, filing, approved_on=desk.now().date(), document="示范〔2025〕9号", scan=scan)

    kept = attachments.of_filing(desk, filing).row(0, named=True)
    assert (kept["purpose"], kept["file_name"], kept["size"]) == ("approval", "审核 表.pdf", len(PDF))
    assert attachments.content(desk, filing, kept["sha256"]) == PDF


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"", b"PK\x03\x04", b"MZ\x90"],
    ids=["svg", "html", "nothing", "zip", "program"],
)
def test_what_is_no_pdf_or_jpeg_is_refused_whatever_its_name(desk, content):
    with pytest.raises(BadRequest, match="PDF or JPG"):
        attachments.keep(desk.db, content, "scan.jpg")
    assert not (desk.db.folder / "attachments").exists()


def test_a_scan_too_large_is_refused(desk):
    with pytest.raises(BadRequest, match="50 MB"):
        attachments.keep(desk.db, PDF + b" " * attachments.LARGEST, "scan.pdf")


def test_no_more_of_a_file_is_read_than_a_scan_may_have(desk, tmp_path):
    path = tmp_path / "决议.pdf"
    path.write_bytes(PDF)
    os.truncate(path, 10 * attachments.LARGEST)

    tracemalloc.start()
    try:
        with pytest.raises(BadRequest, match="50 MB"):
            attachments.keep_file(desk.db, path)
        assert tracemalloc.get_traced_memory()[1] < 3 * attachments.LARGEST
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("name", "kept"),
    [("../../etc/passwd", "passwd.jpg"), (r"C:\scan\决议.PDF", "决议.jpg"), ("...", "scan.jpg"), ("x" * 300, "x" * 80 + ".jpg")],
)
def test_a_name_leads_nowhere_and_ends_as_what_the_scan_is(desk, name, kept):
    assert attachments.keep(desk.db, JPEG, name).file_name == kept


def test_the_same_scan_kept_twice_is_on_disk_once(desk):
    assert attachments.keep(desk.db, PDF, "a.pdf").sha256 == attachments.keep(desk.db, PDF, "b.pdf").sha256
    assert len(list((desk.db.folder / "attachments").iterdir())) == 1


def test_another_provinces_scan_is_not_found(desk):
    filing = a_filing(desk, people(1)).filing_id
    scan = attachments.keep(desk.db, PDF, "a.pdf")
    review.approve(desk, filing, approved_on=desk.now().date(), document="号", scan=scan)
    elsewhere = at_desk(desk, Duty.READ, province="31")

    assert attachments.of_filing(elsewhere, filing).is_empty()
    with pytest.raises(NotFound):
        attachments.content(elsewhere, filing, scan.sha256)


def test_a_scan_nothing_refers_to_is_put_aside_when_the_store_is_opened_again(desk):
    filing = a_filing(desk, people(1)).filing_id
    used, unused = attachments.keep(desk.db, PDF, "a.pdf"), attachments.keep(desk.db, JPEG, "b.jpg")
    review.approve(desk, filing, approved_on=desk.now().date(), document="号", scan=used)
    folder = desk.db.folder
    desk.db.close()
    store.open_store(folder).close()

    assert {path.name for path in (folder / "attachments").iterdir()} == {used.sha256}
    assert (folder / "leftovers" / unused.sha256).read_bytes() == JPEG


def test_the_scan_of_the_resolution_comes_with_its_filing(desk):
    path = a_csv(desk.db.folder.parent / "filing.csv", people(1))
    source, scan = reading.open_filing(path), attachments.keep(desk.db, JPEG, "决议.jpg")
    got = intake.receive(desk, admission.preview(desk, source, declared()), declared(), source, path.name, scans=[scan])

    assert attachments.of_filing(desk, got.filing_id).select("purpose", "file_name").rows() == [("resolution", "决议.jpg")]
