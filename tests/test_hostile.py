"""Bad input does no harm: it is refused with a sentence, and whatever happens nothing is half-stored.

| bad input | tested in |
|---|---|
| truncated zip; zip with 100,000 entries; names with `../`, absolute; 20 GB declared in 1 MB | here; of photos also test_photos |
| symlinks in zips and in inbox folders | here; in a package's folder test_package; in a folder of photos test_photos |
| 30,000×30,000 JPEG, SVG named .jpg | test_photos (never decoded), test_attachments (no scan), test_pictures (never shown) |
| PDF with scripts | test_attachments (kept byte for byte, given back as a download), here (from a package) |
| a file changed while being read | test_together |
| two people loading the same file in the same second | test_jobs |
| an inbox file still being copied | test_package |
| disk full in mid-load: while read, while moved into the store, in its transaction, at any moment | here |
"""

import os
import random
import resource
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core import admission, attachments, inbox, intake, jobends, jobs, package, photos, reading, unpacking
from core.desk import Desk
from core.errors import BadRequest, DiskFull, DuplicateFiling
from core.inbox import Found
from core.jobrunner import Runner
from core.package import SHEET, Sheet
from core.vocabulary import JobState
from core.watch import Watch
from tests import test_crash
from tests.builders import a_csv, a_desk, declared, kept_files, people, statuses
from tests.test_attachments import PDF
from tests.test_package import a_package
from tests.test_photos import a_folder, a_photo, a_zip, a_zip_of_bytes

ROOT = Path(__file__).parents[1]
ROUNDS = 100 if os.environ.get("DESK_PROOF") else 5
PATIENCE = 60
GB = 1_000_000_000


def a_package_zip(path: Path, *, inside: str = "", **more: bytes) -> Path:
    """A package of two data files as one zip."""
    folder = a_package(path.parent / f"{path.stem}-parts")
    files = {f"{inside}{part.name}": part.read_bytes() for part in sorted(folder.iterdir())}
    return a_zip(path, files | {f"{inside}{name}": content for name, content in more.items()})


def refused(tmp_path: Path, source: Path) -> str:
    """The sentence with which a package is refused, nothing of it being left."""
    before = set(tmp_path.rglob("*"))
    with pytest.raises(BadRequest, match=r"\.$") as refusal:
        unpacking.unpack(source, tmp_path / "unpacked")
    assert set(tmp_path.rglob("*")) == before
    assert refusal.value.zh.endswith("。")
    return refusal.value.zh


def test_a_package_as_one_zip_is_the_package_of_its_folder(tmp_path):
    flat = unpacking.unpack(a_package_zip(tmp_path / "a.zip", **{"决议.pdf": PDF}), tmp_path / "flat")
    folder = unpacking.unpack(a_package_zip(tmp_path / "b.zip", inside="某大学/", **{"~$学士.csv": b"x"}), tmp_path / "folder")

    assert [part.name for part in flat.parts] == ["学士.csv", "硕士.csv", "决议.pdf"]
    assert [part.name for part in folder.parts] == ["学士.csv", "硕士.csv"]
    assert {part.parent for part in folder.parts} == {tmp_path / "folder"}


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_in_a_package_are_gbk_or_utf_8(tmp_path, encoding):
    packed = a_zip_of_bytes(tmp_path / "a.zip", {"某大学/学士名单.csv".encode(encoding): b"x"})

    parts = unpacking.unpack(packed, tmp_path / "unpacked")

    assert [part.name for part in parts.files] == ["学士名单.csv"]


def test_a_truncated_zip_is_refused(tmp_path):
    packed = a_package_zip(tmp_path / "a.zip")
    packed.write_bytes(packed.read_bytes()[:-40])

    assert "不完整" in refused(tmp_path, packed)


def test_a_zip_whose_last_part_is_damaged_is_refused_as_a_whole(tmp_path):
    packed = a_package_zip(tmp_path / "a.zip")
    content = bytearray(packed.read_bytes())
    place = content.rindex(b"PK\x03\x04") + 300
    content[place:place + 8] = bytes(8)
    packed.write_bytes(content)

    assert "已损坏" in refused(tmp_path, packed)


def test_a_zip_with_100_000_entries_is_refused(tmp_path):
    packed = tmp_path / "many.zip"
    a_zip(packed, {f"{number}.csv": b"" for number in range(100_000)}, how=zipfile.ZIP_STORED)

    assert "100000个文件" in refused(tmp_path, packed)
    with pytest.raises(BadRequest, match="100000 files"):
        photos.inspect(packed)


def test_loose_photos_are_asked_for_as_a_zip_of_their_own(tmp_path):
    packed = a_package_zip(tmp_path / "a.zip", **{f"{number}.jpg": b"" for number in range(unpacking.MOST_PARTS)})

    assert "照片请先打成一个zip" in refused(tmp_path, packed)


def test_names_that_lead_up_or_to_the_root_lead_nowhere(tmp_path):
    records = a_csv(tmp_path / "x.csv", people(12)).read_bytes()
    packed = a_zip(tmp_path / "a.zip", {"../一.csv": records, "/二.csv": records, "C:\\三.csv": records, "..\\..\\四.csv": records})
    before = set(tmp_path.rglob("*"))

    parts = unpacking.unpack(packed, tmp_path / "unpacked")

    assert {part.name for part in parts.files} == {"一.csv", "二.csv", "三.csv", "四.csv"}
    assert set(tmp_path.rglob("*")) - before == {tmp_path / "unpacked", *parts.files}


@pytest.mark.parametrize("names", [("学士.csv", "学士.CSV"), ("a/学士.csv", "../a/学士.csv")])
def test_two_members_of_one_name_are_refused(tmp_path, names):
    assert "两个文件都叫" in refused(tmp_path, a_zip(tmp_path / "a.zip", dict.fromkeys(names, b"x")))


@pytest.mark.parametrize("names", [("a/b/学士.csv",), ("a/学士.csv", "b/硕士.csv"), ("学士.csv", "照片/1.jpg")])
def test_folders_within_folders_are_refused(tmp_path, names):
    assert "文件夹" in refused(tmp_path, a_zip(tmp_path / "a.zip", dict.fromkeys(names, b"x")))


def test_what_has_no_place_in_a_package_has_none_in_its_zip(tmp_path):
    assert "说明.docx" in refused(tmp_path, a_package_zip(tmp_path / "a.zip", **{"说明.docx": b"x"}))
    assert "没有数据文件" in refused(tmp_path, a_zip(tmp_path / "b.zip", {"决议.pdf": PDF}))


def test_symlinks_in_a_zip_are_refused(tmp_path):
    packed = tmp_path / "a.zip"
    link = zipfile.ZipInfo("学士.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(packed, "w") as written:
        written.writestr(link, "/etc/passwd")

    assert "链接" in refused(tmp_path, packed)
    with pytest.raises(BadRequest):
        photos.inspect(packed)


def test_symlinks_in_the_inbox_are_not_followed(desk, tmp_path):
    a_folder(tmp_path / "outside", {"secret.csv": b"x"})
    watch = Watch(desk, lambda _, asked: taken.extend(asked), quiet=1)
    taken: list[jobs.Asking] = []
    (watch.folder / "80901").mkdir()
    (watch.folder / "80901" / "secret.csv").symlink_to(tmp_path / "outside" / "secret.csv")
    (watch.folder / "80901" / "folder").symlink_to(tmp_path / "outside")
    (watch.folder / "80902").symlink_to(tmp_path / "outside")

    for at in (0, 2, 4):
        watch.look(at)

    assert (taken, watch.troubles) == ([], ())
    assert (tmp_path / "outside" / "secret.csv").exists()


def test_20_gb_declared_in_a_zip_of_1_mb_are_refused_before_anything_is_unpacked(tmp_path):
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w") as written:
        written.writestr("学士.csv", random.Random(1).randbytes(1_000_000))
        written.getinfo("学士.csv").file_size = 20 * GB

    assert packed.stat().st_size < 1_100_000
    assert "解压后超过4 GB" in refused(tmp_path, packed)


def test_a_member_that_holds_more_than_it_declares_is_refused(tmp_path):
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as written:
        written.writestr("学士.csv", bytes(50_000_000))
        written.getinfo("学士.csv").file_size = 1_000

    assert "已损坏" in refused(tmp_path, packed)


def test_a_pdf_with_scripts_in_a_package_is_stored_as_it_came_and_never_read(desk, tmp_path):
    folder = a_package(tmp_path / "包", masters=11)
    (folder / "决议.pdf").write_bytes(PDF)
    runner = a_runner(desk)

    runner.ask(desk, [inbox.asking(desk.db, Found("80901", folder), way="desk")])

    assert runner.settle(PATIENCE)
    kept = attachments.of_filing(desk, 1).row(0, named=True)
    assert (kept["file_name"], attachments.content(desk, 1, kept["sha256"])) == ("决议.pdf", PDF)


def test_the_blank_sheet_declares_nothing(tmp_path):
    (tmp_path / SHEET).write_bytes(package.template())

    assert package.read_sheet(tmp_path / SHEET) == Sheet()


# A full disk. No file may grow beyond so many bytes: writing then fails as on a full disk, for whoever writes.


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Room for files of so many bytes only; processes started meanwhile have no more."""
    fill(size)
    try:
        yield
    finally:
        make_room()


def fill(size: int) -> None:
    """From now on no file grows beyond so many bytes."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def make_room() -> None:
    """Let files grow again."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


@pytest.fixture(autouse=True)
def room_again():
    yield
    make_room()


def log_size(desk: Desk) -> int:
    """Bytes of the database's log of writes since it last put its file in order."""
    log = desk.db.folder / "desk.duckdb.wal"
    return log.stat().st_size if log.exists() else 0


def a_runner(desk: Desk, now=None) -> Runner:
    return Runner(desk.db, {desk.actor.key: desk.actor}.get, now or desk.now, workers=1)


def drafted(desk: Desk, path: Path, photos: Path | None = None):
    source = reading.open_filing(path)
    return source, admission.preview(desk, source, declared(), photos=photos)


def assert_told(refusal: DiskFull) -> None:
    """It says that the disk is full and what to do, in both languages."""
    assert "磁盘已满" in refusal.zh and "重试" in refusal.zh
    assert "disk is full" in refusal.en and "try again" in refusal.en


def test_a_disk_full_while_a_file_is_read_is_told_and_leaves_nothing(desk, tmp_path):
    path, before = a_csv(tmp_path / "a.csv", people(300)), kept_files(desk)

    for size in (0, 5_000, path.stat().st_size - 1):
        with no_file_beyond(size), pytest.raises(DiskFull) as refusal:
            try_preview(desk, path)
        assert_told(refusal.value)
        assert kept_files(desk) == before

    assert drafted(desk, path)[1].records == 300


def try_preview(desk: Desk, path: Path) -> None:
    """A preview as screens, jobs and commands ask for one: they all tell a full disk so."""
    from core import disk

    with disk.told_when_full():
        drafted(desk, path)


def test_a_disk_full_while_photos_are_moved_into_the_store_leaves_nothing(desk, tmp_path):
    records, before = people(20), kept_files(desk)
    path, packed = a_csv(tmp_path / "a.csv", records), a_zip(tmp_path / "p.zip", {f"{records[0]['ZJHM']}.jpg": a_photo()})
    source, draft = drafted(desk, path, packed)

    with no_file_beyond(2_000), pytest.raises(DiskFull) as refusal:
        intake.receive(desk, draft, declared(), source, path.name)

    assert_told(refusal.value)
    assert kept_files(desk) == before
    assert not [each for each in (desk.db.folder / "photos").rglob("*") if each.is_file()]
    source, draft = drafted(desk, path, packed)
    assert intake.receive(desk, draft, declared(), source, path.name).filing_id == 1


@pytest.mark.parametrize("in_order", [False, True], ids=["writing its log", "putting its file in order"])
def test_a_disk_full_in_the_transaction_stores_nothing_and_the_store_goes_on(desk, tmp_path, in_order):
    path, before = a_csv(tmp_path / "a.csv", people(300)), kept_files(desk)
    source, draft = drafted(desk, path)

    def then_full(tx: intake.Transaction, _: intake.Received) -> None:
        if in_order:
            tx.run("SET wal_autocheckpoint = '1KB'")
        fill((desk.db.folder / "desk.duckdb").stat().st_size if in_order else log_size(desk) + 100)

    with pytest.raises(DiskFull) as refusal:
        intake.receive(desk, draft, declared(), source, path.name, along=then_full)

    assert_told(refusal.value)
    make_room()
    assert desk.db.frame("SELECT (SELECT count(*) FROM filing) + (SELECT count(*) FROM record) AS n").item() == 0
    assert in_order or kept_files(desk) == before
    source, draft = drafted(desk, path)
    received = intake.receive(desk, draft, declared(), source, path.name)
    assert statuses(desk, received.filing_id) == {"cleared": 300}
    desk.db.close()  # a store that was shut down could not be asked what is its own: it is put in order when opened
    desk = a_desk(tmp_path)
    own = desk.db.one("SELECT 'filings/' || parquet AS filed, 'originals/' || sha256 AS original FROM filing")
    assert kept_files(desk) == set(own.values())
    desk.db.close()


def test_what_another_load_has_stored_is_not_taken_back_with_one_that_failed(desk, tmp_path):
    path = a_csv(tmp_path / "a.csv", people(12))
    (source, first), (_, second) = drafted(desk, path), drafted(desk, path)
    intake.receive(desk, first, declared(), source, path.name)
    before = kept_files(desk) - {str(second.folder.relative_to(desk.db.folder))}

    with pytest.raises(DuplicateFiling):
        intake.receive(desk, second, declared(), source, path.name)

    assert kept_files(desk) == {each for each in before if not each.startswith("work/")}


def test_a_job_whose_file_finds_no_room_while_it_is_read_says_so_and_succeeds_when_done_again(desk, tmp_path):
    path = a_csv(tmp_path / "a.csv", people(300))
    runner, room = a_runner(desk), log_size(desk) + 8_000_000  # only the copy of the filing is larger
    path.write_bytes(path.read_bytes() + b"\n" * (room + 1 - path.stat().st_size))

    with no_file_beyond(room):
        job_id = runner.load(desk, path, path.name, declared())
        assert runner.settle(PATIENCE)

    told = jobs.one(desk.db, job_id)
    assert (told.state, told.zh, told.en) == (JobState.FAILED, DiskFull().zh, DiskFull().en)
    assert kept_files(desk) == set()
    runner.retry(desk, job_id)
    assert runner.settle(PATIENCE)
    assert (jobs.one(desk.db, job_id).state, statuses(desk, 1)) == (JobState.DONE, {"cleared": 300})


@pytest.mark.parametrize("moment", range(1, 7))
def test_a_job_met_by_a_full_disk_at_any_moment_is_done_once_there_is_room(desk, tmp_path, monkeypatch, moment):
    monkeypatch.setattr(jobends, "_PATIENCE", 0.05)
    path, asked = a_csv(tmp_path / "a.csv", people(300)), 0

    def now():
        nonlocal asked
        asked += 1
        if asked == moment:
            fill(log_size(desk) + 20)
        return desk.now()

    runner = a_runner(desk, now)
    at_desk = Desk(desk.db, desk.actor, now)
    try:
        runner.load(at_desk, path, path.name, declared())
    except DiskFull:
        make_room()
        assert path.exists()
        runner.load(at_desk, path, path.name, declared())
    runner.settle(3)
    make_room()
    assert runner.settle(PATIENCE)
    job, = jobs.page(desk, 0, 9)
    if job.state is JobState.FAILED:
        assert job.zh == DiskFull().zh
        runner.retry(desk, job.job_id)
        assert runner.settle(PATIENCE)

    assert jobs.one(desk.db, job.job_id).state is JobState.DONE
    assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == 1
    assert statuses(desk, 1) == {"cleared": 300}
    assert not [each for each in kept_files(desk) if each.startswith("work/")]
    assert list((desk.db.folder / "inbox" / "jobs").iterdir()) == []


@pytest.mark.parametrize("scans", [0, 1])
def test_a_package_in_the_inbox_waits_there_while_the_disk_is_full(desk, scans):
    runner = a_runner(desk)
    watch = Watch(desk, runner.ask, quiet=1)
    folder = a_package(watch.folder / "80901" / "包")
    for _ in range(scans):
        (folder / "决议.pdf").write_bytes(PDF)
    watch.look(0)

    with no_file_beyond(0):
        watch.look(2)

    assert [each.zh for each in watch.troubles] == [DiskFull().zh]
    assert len(list(folder.iterdir())) == 2 + scans
    watch.look(4)
    assert (watch.troubles, folder.exists()) == ((), False)
    assert runner.settle(PATIENCE)
    assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == 2


LOADER = """
import resource, sys
from pathlib import Path
from core import admission, disk, intake, reading
from core.errors import DiskFull
from tests.builders import a_desk, declared
desk = a_desk(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
for name in sys.argv[3:]:
    try:
        with disk.told_when_full():
            source = reading.open_filing(Path(name))
            intake.receive(desk, admission.preview(desk, source, declared()), declared(), source, Path(name).name)
        print("stored", flush=True)
    except DiskFull:
        print("full", flush=True)
"""


@pytest.mark.proof
def test_loads_under_a_limit_at_random_are_whole_or_not_at_all(tmp_path):
    chance = random.Random(2013)
    paths = [str(a_csv(tmp_path / f"filing-{place}.csv", test_crash._records(place))) for place in range(4)]
    seen = set()
    for number in range(ROUNDS):
        folder = tmp_path / f"round-{number}"
        folder.mkdir()
        limit = chance.choice([chance.randrange(200_000), chance.randrange(200_000, 3_000_000)])

        done = subprocess.run([sys.executable, "-c", LOADER, str(folder), str(limit), *paths], cwd=ROOT, capture_output=True, text=True)

        assert done.returncode == 0, done.stderr
        told = done.stdout.split()
        assert len(told) == len(paths)
        seen |= set(told)
        desk = test_crash._reopened(folder)
        test_crash._assert_every_filing_is_whole(desk)
        assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == told.count("stored")
        for place in range(len(paths)):
            test_crash._load_again(desk, place)
        test_crash._assert_every_filing_is_whole(desk)
        assert desk.db.frame("SELECT count(*) AS n FROM filing").item() == len(paths)
        desk.db.close()
    assert seen == {"stored", "full"}
