"""What comes at once: data files, photos, scans and the sheet of what is declared; it stands or falls as a whole."""

import json
import os
import threading
import time
import zipfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import attachments, inbox, jobs, package
from core.declaration import Declared, Grounds, Resolution
from core.desk import Desk
from core.errors import BadRequest, CentreError, DiskFull, UnreadableFiling
from core.inbox import Found
from core.jobrunner import Runner
from core.package import SHEET, Sheet
from core.suggestion import Suggestion
from core.vocabulary import Category, JobState, Level
from core.watch import Watch
from tests.builders import TERM, a_csv, people, statuses
from tests.test_photos import a_photo

PATIENCE = 60
MASTER = {"XWLBM": "308", "XWLB": "工学硕士学位", "ZYDM": "081200", "ZYMC": "计算机科学与技术", "RXNY": "202209", "XZ": "3"}
QUIET = 20.0


def a_sheet(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / SHEET
    path.write_bytes("\r\n".join(["项目,内容", *lines]).encode(encoding))
    return path


def a_package(folder: Path, *sheet: str, bachelors: int = 12, masters: int = 11) -> Path:
    """A folder with two data files of one institution and, when told, its sheet."""
    folder.mkdir(parents=True)
    a_csv(folder / "学士.csv", people(bachelors))
    a_csv(folder / "硕士.csv", people(masters, first=500, **MASTER))
    if sheet:
        a_sheet(folder, *sheet)
    return folder


def loaded(desk: Desk, folder: Path, institution: str = "80901"):
    """The job of a package, carried out."""
    runner = Runner(desk.db, {desk.actor.key: desk.actor}.get, desk.now, workers=1)
    job_id, = runner.ask(desk, [inbox.asking(desk.db, Found(institution, folder), way="inbox")])
    assert runner.settle(PATIENCE)
    return jobs.one(desk.db, job_id)


def test_a_package_of_two_files_becomes_two_filings_with_its_scan(desk, tmp_path):
    folder = a_package(tmp_path / "包", "普通高等教育本科毕业生学士学位,12", "硕士,11", "决议文号,示例学位〔2025〕3号", "决议日期,2025-06-20")
    (folder / "决议.PDF").write_bytes(b"%PDF-1.7")

    job = loaded(desk, folder)

    assert (job.state, job.zh) == (JobState.DONE, None)
    filed = desk.db.frame("SELECT filing_id, category, records, declared_total, resolution, resolved_on, attached FROM filing ORDER BY 2")
    assert filed.select("category", "records", "declared_total").rows() == [(Category.MASTER, 11, None), (Category.BACHELOR, 12, 12)]
    assert set(filed["resolution"]) == {"示例学位〔2025〕3号"}
    assert filed["resolved_on"].to_list() == [date(2025, 6, 20)] * 2
    assert filed["attached"].all()
    for filing_id in filed["filing_id"]:
        assert attachments.of_filing(desk, filing_id)["file_name"].to_list() == ["决议.pdf"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("普通高等教育本科毕业生学士学位,13", "普通高等教育本科毕业生学士学位申报13条，文件里有12条"),
        ("2.2.1,10", "学历教育硕士学位申报10条，文件里有11条"),
        ("硕士,12", "硕士申报12条，文件里有11条"),
        ("博士,1", "博士申报1条，文件里有0条"),
    ],
)
def test_a_package_whose_totals_do_not_agree_stops_as_a_whole_and_says_which(desk, tmp_path, line, told):
    job = loaded(desk, a_package(tmp_path / "包", line))

    assert job.state is JobState.FAILED
    assert told in job.zh
    assert desk.db.frame("SELECT 1 FROM filing").is_empty()
    assert list((desk.db.folder / "work").iterdir()) == []


def test_one_damaged_file_stops_its_package_and_no_other(desk, tmp_path):
    bad = a_package(tmp_path / "坏")
    (bad / "硕士.csv").write_bytes(b"PK\x03\x04 cut short")
    good = tmp_path / "好.csv"
    a_csv(good, people(10, first=900))
    runner = Runner(desk.db, {desk.actor.key: desk.actor}.get, desk.now, workers=1)

    asked = runner.ask(desk, [inbox.asking(desk.db, Found("80901", path), way="inbox") for path in (bad, good)])
    assert runner.settle(PATIENCE)

    assert [jobs.one(desk.db, job_id).state for job_id in asked] == [JobState.FAILED, JobState.DONE]
    assert desk.db.frame("SELECT file_name FROM filing")["file_name"].to_list() == ["好.csv"]
    assert statuses(desk, 1) == {"cleared": 10}


def test_a_package_refused_is_told_all_that_is_wrong_with_its_files_and_its_sheet_at_once(desk, tmp_path):
    folder = a_package(tmp_path / "包", "学期,2025-3")
    (folder / "学士.csv").write_bytes(b"")
    (folder / "硕士.csv").write_bytes(b"PK\x03\x04 cut short")

    job = loaded(desk, folder)

    assert job.state is JobState.FAILED
    assert [name for name in (SHEET, "学士.csv", "硕士.csv") if f"{name}：" not in job.zh or f"{name}: " not in job.en] == []


def test_photos_of_a_package_are_matched_over_all_its_files_and_strays_are_told_once(desk, tmp_path):
    folder = a_package(tmp_path / "包")
    bachelor, master = people(1)[0], people(1, first=500)[0]
    with zipfile.ZipFile(folder / "照片.zip", "w") as packed:
        for place, name in enumerate((bachelor["ZJHM"], master["ZJHM"], "nobody")):
            packed.writestr(f"{name}.jpg", a_photo(seed=place))

    loaded(desk, folder)

    told = desk.db.frame("SELECT photos, photos_unmatched FROM filing ORDER BY filing_id")
    assert told["photos"].to_list() == [1, 1]
    assert sorted(told["photos_unmatched"]) == [0, 1]
    whose = desk.db.frame("SELECT p.file_name, r.person FROM photo AS p JOIN record AS r ON r.record_id = p.record_id")
    assert sorted(whose.rows()) == sorted((f"{each['ZJHM']}.jpg", each["ZJHM"][:17]) for each in (bachelor, master))


def test_a_file_on_file_already_stops_its_package(desk, tmp_path):
    loaded(desk, a_package(tmp_path / "包"))
    again = a_package(tmp_path / "又", masters=12)

    job = loaded(desk, again)

    assert job.state is JobState.FAILED
    assert "无需重复报送" in job.zh
    assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == 2


def test_the_sheet_goes_before_what_the_file_suggests():
    seen = Suggestion("80902", Category.MASTER, TERM)
    sheet = Sheet(resolution=Resolution("3号"), supplement=True, grounds=Grounds("迟"), totals={Category.BACHELOR: 9})

    told = package.declared_of("a.csv", seen, sheet, "80901", scanned=True, alone=True)

    assert told == Declared(
        TERM, "80901", Category.BACHELOR, True, Resolution("3号", attached=True), total=9, grounds=Grounds("迟")
    )


def test_a_file_that_tells_neither_its_semester_nor_its_category_is_refused_with_what_to_write():
    with pytest.raises(BadRequest) as refusal:
        package.declared_of("a.csv", Suggestion(None, None, None), Sheet(), "80901", scanned=False, alone=True)

    assert SHEET in refusal.value.zh


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_sheet_is_read_in_the_encodings_people_save_it_in(tmp_path, encoding):
    path = a_sheet(
        tmp_path, "学期,2024-2", "补报,是", "补报理由,学籍核对", "同意文号,示例〔2025〕1号", "同意日期,2025-09-01", "决议人数,23",
        "学士,12", "名单.csv,学士专业学位", encoding=encoding,
    )

    sheet = package.read_sheet(path)

    assert sheet == Sheet(
        TERM, Resolution(None, None, 23), True, Grounds("学籍核对", "示例〔2025〕1号", date(2025, 9, 1)),
        {Level.BACHELOR: 12}, {"名单.csv": Category.BACHELOR_PROFESSIONAL},
    )


@pytest.mark.parametrize("line", ["学士,十二", "硕士,-3", "不知道什么,2", "决议日期,6月20日", "学期,2025春"])
def test_a_line_of_the_sheet_that_is_not_understood_is_refused(tmp_path, line):
    with pytest.raises(BadRequest):
        package.read_sheet(a_sheet(tmp_path, line))


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=300))
def test_any_bytes_as_a_sheet_are_read_or_refused_with_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("sheet") / SHEET
    path.write_bytes(content)

    try:
        package.read_sheet(path)
    except CentreError as refusal:
        assert refusal.zh
        assert refusal.en


@pytest.mark.parametrize("stranger", ["说明.docx", "sub", "link.csv"])
def test_what_has_no_place_in_a_package_is_named(tmp_path, stranger):
    folder = a_package(tmp_path / "包")
    match stranger:
        case "sub":
            (folder / "sub").mkdir()
        case "link.csv":
            (folder / stranger).symlink_to("/etc/passwd")
        case _:
            (folder / stranger).write_bytes(b"x")

    with pytest.raises(BadRequest) as refusal:
        package.of_folder(folder)

    assert stranger in refusal.value.zh


def test_what_systems_and_office_programs_leave_about_is_passed_over(tmp_path):
    folder = a_package(tmp_path / "包")
    for name in (".DS_Store", "Thumbs.db", "~$学士.xlsx", "学士.csv.part"):
        (folder / name).write_bytes(b"x")

    assert [path.name for path in package.of_folder(folder).files] == ["学士.csv", "硕士.csv"]


def test_totals_that_agree_by_level_and_category_pass():
    totals = {Category.BACHELOR: 3, Level.BACHELOR: 5, Level.DOCTOR: 0}

    package.require_totals(Sheet(totals=totals), [(Category.BACHELOR, 3), (Category.BACHELOR_ADULT, 2)])
    with pytest.raises(UnreadableFiling):
        package.require_totals(Sheet(totals=totals), [(Category.BACHELOR, 3), (Category.BACHELOR_ADULT, 3)])


class Inbox:
    """The inbox folder looked at by hand, at moments of our own."""

    def __init__(self, desk: Desk) -> None:
        self.asked = []
        self.watch = Watch(desk, lambda _, asked: self.asked.extend(asked), quiet=QUIET)
        self.folder = self.watch.folder / "80901"
        self.folder.mkdir()

    def look(self, *moments: float) -> list[str]:
        for at in moments:
            self.watch.look(at)
        return [each.name for each in self.asked]


def test_a_file_laid_into_the_inbox_is_taken_when_it_has_been_at_rest(desk):
    box = Inbox(desk)
    a_csv(box.folder / "学士.csv", people(12))

    assert box.look(0, QUIET - 1) == []
    assert box.look(QUIET) == ["学士.csv"]
    assert box.asked[0].institution == "80901"
    assert list(box.folder.iterdir()) == []


def test_a_file_still_being_copied_is_left_alone_until_it_stops_growing(desk):
    box = Inbox(desk)
    whole = a_csv(desk.db.folder.parent / "whole.csv", people(40)).read_bytes()
    growing = box.folder / "学士.csv"
    for step in range(4):
        growing.write_bytes(whole[: (step + 1) * len(whole) // 4])
        assert box.look(step * QUIET, (step + 0.9) * QUIET) == []

    assert box.look(4.5 * QUIET) == ["学士.csv"]


def test_a_package_is_taken_as_a_whole_when_its_last_part_has_come(desk):
    box = Inbox(desk)
    folder = a_package(box.folder / "一批")
    box.look(0)
    with zipfile.ZipFile(folder / "照片.zip", "w") as packed:
        packed.writestr("1.jpg", a_photo())

    assert box.look(QUIET) == []
    assert box.look(2 * QUIET) == ["一批"]
    assert box.asked[0].package.photos is not None
    assert list(box.folder.iterdir()) == []


def test_what_cannot_be_taken_stays_in_the_inbox_and_says_why(desk):
    box = Inbox(desk)
    (box.folder / "照片.zip").write_bytes(b"PK")
    (box.folder / "空").mkdir()
    (box.watch.folder / "说明.txt").write_bytes(b"x")

    assert box.look(0, QUIET) == []
    assert [(each.institution, each.name) for each in box.watch.troubles] == [("80901", "照片.zip")]
    (box.folder / "照片.zip").unlink()
    box.look(3 * QUIET)
    assert box.watch.troubles == ()


def test_a_file_asked_for_before_the_app_ended_is_not_filed_twice(desk):
    box = Inbox(desk)
    a_csv(box.folder / "学士.csv", people(12))
    runner = Runner(desk.db, {"inbox": desk.actor, desk.actor.key: desk.actor}.get, desk.now, workers=1)
    found = inbox.found_in(box.watch.folder)
    runner.ask(desk, [inbox.asking(desk.db, each, way="inbox") for each in found])  # and there the app ended
    assert runner.settle(PATIENCE)

    watch = Watch(desk, runner.ask, quiet=QUIET)
    watch.look(0)
    watch.look(QUIET)
    assert runner.settle(PATIENCE)

    assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == 1
    assert [job.state for job in jobs.page(desk, 0, 9)] == [JobState.FAILED, JobState.DONE]
    assert list(box.folder.iterdir()) == []


def test_the_inbox_is_looked_into_by_itself(desk):
    watch = Watch(desk, lambda *_: taken.append(1), quiet=0.05, every=0.02)
    taken: list[int] = []
    (watch.folder / "80901").mkdir()
    a_csv(watch.folder / "80901" / "学士.csv", people(12))

    watch.start()
    for _ in range(200):
        if taken:
            break
        watch._ended.wait(0.02)
    watch.stop()

    assert taken


def bad_entries(folder: Path) -> dict[str, Callable[[Path], object]]:
    """Ways in which one entry of an institution's folder can be bad, each by what makes it."""
    return {
        "a pipe": lambda place: os.mkfifo(place / "管道"),
        "a pipe that looks like data": lambda place: os.mkfifo(place / "管道.csv"),
        "a name in GBK": lambda place: Path(os.fsdecode(os.fsencode(place) + "/名单".encode("gbk") + b".csv")).write_bytes(b"x"),
        "a name in GBK within": lambda place: within(place).write_bytes(b"x"),
        "folders too deep": deep,
    }


def within(place: Path) -> Path:
    """A file whose name is not UTF-8, in a package's folder."""
    (place / "包").mkdir()
    return Path(os.fsdecode(os.fsencode(place / "包") + "/名单".encode("gbk") + b".csv"))


def deep(place: Path) -> None:
    """Folders within folders beyond what the system can name."""
    here = os.getcwd()
    try:
        os.chdir(place)
        for _ in range(30):
            os.mkdir("d" * 200)
            os.chdir("d" * 200)
    finally:
        os.chdir(here)


@pytest.mark.parametrize("kind", list(bad_entries(Path())))
def test_a_bad_entry_is_told_and_stops_no_other_institution(desk, kind):
    box = Inbox(desk)
    bad_entries(box.folder)[kind](box.folder)
    (box.watch.folder / "80902").mkdir()
    a_csv(box.watch.folder / "80902" / "学士.csv", people(12))

    assert box.look(0, QUIET, 2 * QUIET) == ["学士.csv"]
    trouble, = box.watch.troubles
    assert trouble.institution == "80901"
    assert (trouble.name + trouble.zh + trouble.en).isprintable()
    json.dumps(asdict(trouble), ensure_ascii=False).encode()


def no_room(*_: object) -> None:
    """Nothing can be asked for: what is in the inbox stays there."""
    raise DiskFull


def test_files_that_come_and_go_while_they_are_looked_at_do_not_end_the_watch(desk, tmp_path):
    looks, ended = [], threading.Event()
    watch = Watch(desk, no_room, quiet=0)
    folder, aside = watch.folder / "80901", tmp_path / "aside"
    a_package(folder / "包")

    def come_and_go() -> None:
        while not ended.is_set():
            with suppress(FileNotFoundError):
                (folder / "包").rename(aside)
            aside.exists() and aside.rename(folder / "包")

    mover = threading.Thread(target=come_and_go)
    mover.start()
    try:
        for at in range(2_000):
            watch.look(at)
            looks.append(watch.troubles)
    finally:
        ended.set()
        mover.join()

    assert {len(troubles) for troubles in looks} == {0, 1}


def test_one_package_that_cannot_be_asked_for_is_told_and_the_others_are_asked_for(desk):
    runner = Runner(desk.db, {"inbox": desk.actor, desk.actor.key: desk.actor}.get, desk.now, workers=1)

    def ask(desk: Desk, asked: list) -> None:
        (watch.folder / "80901" / "学士.csv").unlink(missing_ok=True)
        runner.ask(desk, asked)

    watch = Watch(desk, ask, quiet=0)
    for place, institution in enumerate(("80901", "80902")):
        (watch.folder / institution).mkdir()
        a_csv(watch.folder / institution / "学士.csv", people(12, first=100 * place))

    watch.look(0)

    assert [job.sender for job in jobs.page(desk, 0, 9)] == ["80902"]
    assert runner.settle(PATIENCE)


def test_the_watch_goes_on_when_the_whole_inbox_was_away(desk, tmp_path, caplog):
    taken: list[int] = []
    watch = Watch(desk, lambda *_: taken.append(1), quiet=0.05, every=0.01)
    watch.folder.rename(tmp_path / "away")
    watch.start()
    eventually(lambda: "could not be looked into" in caplog.text)
    (tmp_path / "away" / "80901").mkdir()
    a_csv(tmp_path / "away" / "80901" / "学士.csv", people(12))
    (tmp_path / "away").rename(watch.folder)

    eventually(lambda: taken)
    watch.stop()

    assert len(caplog.records) == 1
    assert "/" not in caplog.records[0].getMessage()


def eventually(happened: Callable[[], object]) -> None:
    """Wait, with patience, until it has happened."""
    for _ in range(PATIENCE * 50):
        if happened():
            return
        time.sleep(0.02)
    pytest.fail("it never happened")
