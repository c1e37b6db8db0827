"""A file or a package checked without being filed: stamped on every file that leaves, and nothing of it stays."""

import csv
import io
import re
import zipfile
from dataclasses import replace

import fastexcel
import pytest

from core import admission, contents, dryrun, inspection, package, reading
from core.errors import CentreError, DuplicateFiling, NotAuthorised
from core.reference import sha256
from core.vocabulary import Duty
from tests.builders import NAMELESS, SECRET, WRONG_BIRTH, a_csv, a_filing, at_desk, declared, kept_files, people
from tests.test_package import MASTER

FORMULA = "=HYPERLINK(\"http://x\")"
RECORDS = [*people(3), *people(1, first=5, **NAMELESS), *people(1, first=7, XWZSBH=FORMULA), *people(2, first=8, **SECRET)]
STAMPS = pytest.mark.parametrize(("english", "stamp"), [(False, "未报送"), (True, "NOT FILED")], ids=["zh", "en"])


def dry(desk, path):
    """A file as checked at the screen, its draft gone."""
    draft = admission.preview(desk, reading.open_filing(path), declared())
    run = dryrun.of_file(desk, draft, inspection.foreseen(desk, draft), path.name)
    draft.discard()
    return run


def rows_of(content):
    """The lines of a CSV file."""
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def sheets_of(content):
    """Each sheet's cells, its printed header and its name."""
    book = fastexcel.read_excel(content)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        written = [packed.read(f"xl/worksheets/sheet{place}.xml").decode() for place in range(1, len(book.sheet_names) + 1)]
    assert not any("<f>" in sheet for sheet in written)
    return [
        ([list(row) for row in book.load_sheet(name, header_row=None, dtypes="string").to_polars().iter_rows()],
         re.search("<oddHeader>(.*)</oddHeader>", sheet)[1], name)
        for name, sheet in zip(book.sheet_names, written, strict=True)
    ]


@STAMPS
def test_csv_and_xlsx_say_that_nothing_was_filed_with_who_when_version_file_and_hash(desk, tmp_path, english, stamp):
    path = a_csv(tmp_path / "filing.csv", RECORDS)
    run = dry(desk, path)
    lines, (cells, printed, title) = rows_of(dryrun.to_csv(desk, run, english=english)), sheets_of(
        dryrun.workbook(desk, run, english=english)
    )[0]

    for head in ([line[0] for line in lines[:3]], [line[0] for line in cells[:3]]):
        assert head[0].startswith(stamp)
        assert (desk.actor.en if english else desk.actor.zh) in head[1] and "2025-09-15 12:00" in head[1]
        assert head[1].endswith("rulebook version 1" if english else "规则第1版")
        assert "filing.csv" in head[2] and sha256(path.read_bytes()) in head[2] and "7" in head[2]
    assert stamp in printed and title == stamp
    for suffix in ("csv", "xlsx"):
        assert run.file_name(suffix, english=english) == f"{stamp.replace(' ', '-')}_filing_20250915-1200.{suffix}"


@pytest.mark.parametrize(("english", "told"), [
    (False, ["filing.csv", "5", "姓名", "", "I01", "关键信息不完整", "管理办法第二条"]),
    (True, ["filing.csv", "5", "Name", "", "I01", "Key information incomplete", "Measures, art. 2"]),
], ids=["zh", "en"])
def test_each_finding_names_row_column_value_rule_sentence_and_article(desk, tmp_path, english, told):
    run = dry(desk, a_csv(tmp_path / "filing.csv", RECORDS))

    line = next(line for line in rows_of(dryrun.to_csv(desk, run, english=english)) if "I01" in line)
    cells = next(row for row in sheets_of(dryrun.workbook(desk, run, english=english))[0][0] if "I01" in row)

    assert [*line[:5], *line[6:]] == told
    assert line[5]
    assert [cell or "" for cell in cells] == line


@STAMPS
def test_what_would_run_as_a_formula_is_text_in_both_formats(desk, tmp_path, english, stamp):
    path = a_csv(tmp_path / "a,=1+1.csv", RECORDS)
    run = dry(desk, path)
    lines = rows_of(dryrun.to_csv(desk, run, english=english))
    cells = sheets_of(dryrun.workbook(desk, run, english=english))[0][0]

    assert f"'{FORMULA}" in {cell for line in lines for cell in line}
    assert f"'{FORMULA}" in {cell for line in cells for cell in line}
    assert not [cell for line in (*lines, *cells) for cell in line if str(cell or "").startswith("=")]


def test_classified_records_are_left_out_and_counted_for_those_without_that_duty(desk, tmp_path):
    run = dry(desk, a_csv(tmp_path / "filing.csv", RECORDS))
    without = at_desk(desk, *(duty for duty in Duty if duty is not Duty.CLASSIFIED))

    assert "S01" in dryrun.findings(desk, run, english=False)["规则"]
    assert "S01" not in dryrun.findings(without, run, english=False)["规则"]
    assert [line for line in rows_of(dryrun.to_csv(without, run, english=False)) if "涉密记录的2个问题" in line[0]]


def test_findings_go_on_over_several_sheets_each_with_the_stamp(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(dryrun, "_SHEET", 2)
    run = dry(desk, a_csv(tmp_path / "filing.csv", people(5, **WRONG_BIRTH)))

    sheets = sheets_of(dryrun.workbook(desk, run, english=False))

    assert len(sheets) == (dryrun.findings(desk, run, english=False).height + 1) // 2 > 1
    assert {cells[0][0][:3] for cells, *_ in sheets} == {"未报送"}


def test_a_file_without_faults_gives_a_stamped_sheet_of_no_findings(desk, tmp_path):
    run = dry(desk, a_csv(tmp_path / "filing.csv", people(2)))

    (cells, *_), = sheets_of(dryrun.workbook(desk, run, english=False))
    assert cells[0][0].startswith("未报送")
    assert cells[-1][0] == "来源文件"


def a_package(tmp_path, **more):
    """Bachelors, one without a name, and masters, in one folder."""
    folder = tmp_path / "package"
    folder.mkdir()
    a_csv(folder / "学士.csv", [*people(12), *people(1, first=30, **NAMELESS)])
    a_csv(folder / "硕士.csv", people(11, first=500, **MASTER | more))
    return package.of_folder(folder)


def test_a_package_is_checked_file_by_file_and_nothing_of_it_stays(desk, tmp_path):
    parts, before = a_package(tmp_path), (desk.db.version, kept_files(desk))

    run = dryrun.of_package(desk, parts, contents.of(parts, "80901"), "80901")

    assert [(part.name, part.records) for part in run.parts] == [("学士.csv", 13), ("硕士.csv", 11)]
    assert [part.sha256 for part in run.parts] == [sha256(path.read_bytes()) for path in parts.files]
    found = dryrun.findings(desk, run, english=False).filter(dryrun.findings(desk, run, english=False)["规则"] == "I01")
    assert found.select("来源文件", "原文件行号").rows() == [("学士.csv", 14)]
    assert (desk.db.version, kept_files(desk)) == before
    assert all(path.exists() for path in parts.files)


def test_a_package_finds_what_is_on_file_already(desk, tmp_path):
    parts = a_package(tmp_path)
    a_filing(desk, people(12), name="first.csv")
    run = dryrun.of_package(desk, parts, contents.of(parts, "80901"), "80901")

    assert run.parts[0].checked.findings.height > 12

    (tmp_path / "again").mkdir()
    same = replace(parts, files=(desk.db.folder.parent / "first.csv",))
    with pytest.raises(DuplicateFiling):
        dryrun.of_package(desk, same, contents.of(same, "80901"), "80901")


def test_a_package_that_would_be_refused_says_why_and_nothing_of_it_stays(desk, tmp_path):
    parts, before = a_package(tmp_path, XWSYDWM="80902", XWSYDW="示例上海大学"), kept_files(desk)

    with pytest.raises(CentreError):
        dryrun.of_package(desk, parts, contents.of(parts, "80901"), "80901")
    with pytest.raises(NotAuthorised):
        dryrun.of_package(at_desk(desk, Duty.READ), parts, contents.of(parts, "80901"), "80901")

    assert kept_files(desk) == before
