"""The command line: the same line as the pages, with exit codes and CSV that scripts can rely on."""

import csv
import io
import os
import subprocess
import sys
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import polars as pl
import pytest

from core import lookup, publication_run, store
from core.__main__ import main
from core.desk import DEMO_ACTORS, Desk, system_clock
from core.errors import NotAllowed
from core.rules import RULES
from tests.builders import HONORARY, NAMELESS, TERM, WRONG_BIRTH, a_csv, at_desk, people, released
from tests.test_photos import a_folder, a_photo

ROOT = Path(__file__).parents[1]
HEADER = ["row", "certificate_no", "rule", "class", "field", "value", "zh", "en"]


@pytest.fixture(autouse=True)
def _in_chinese(monkeypatch):
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")


def _program(*arguments):
    """The program as it is really started."""
    environment = {"PATH": os.environ["PATH"], "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-m", "core", *map(str, arguments)], capture_output=True, encoding="utf-8", cwd=ROOT,
        env=environment,
    )


def _run(*arguments, home=None):
    """The same in this process, which saves starting it anew."""
    before = ["--home", str(home)] if home else []
    said, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(complained):
        try:
            code = main([*before, *map(str, arguments)])
        except SystemExit as end:  # argparse leaves so
            code = end.code
    return subprocess.CompletedProcess(arguments, code, said.getvalue(), complained.getvalue())


def _lines(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_checking_a_right_file_finds_nothing_and_ends_with_0(tmp_path):
    told = _program("check", a_csv(tmp_path / "right.csv", people(12)))

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines() == [",".join(HEADER)]


def test_checking_a_faulty_file_lists_every_finding_and_ends_with_1(tmp_path):
    records = [*people(12), *people(1, first=12, **NAMELESS, **WRONG_BIRTH), *people(1, first=13, XM="=1+1", **HONORARY)]

    told = _program("check", a_csv(tmp_path / "faulty.csv", records))

    assert (told.returncode, told.stderr) == (1, "")
    assert next(csv.reader(io.StringIO(told.stdout))) == HEADER
    lines = [line for line in _lines(told.stdout) if line["class"] != "note"]
    assert {(line["row"], line["rule"], line["class"], line["field"], line["value"]) for line in lines} >= {
        ("14", "A13", "inaccurate", "ZJHM", records[12]["ZJHM"]), ("14", "I01", "incomplete", "XM", ""),
        ("15", "O01", "scope", "XWLBM", "1"), ("15", "A01", "inaccurate", "XM", "'=1+1"),
    }
    assert {line["certificate_no"] for line in lines} == {"8090142025000013", "8090142025000014"}
    assert all((line["zh"], line["en"]) == (RULES[line["rule"]].zh, RULES[line["rule"]].en) for line in lines)


def test_notes_alone_end_with_0(tmp_path):
    path = a_csv(tmp_path / "notes.csv", [*people(12), *people(1, first=12, MZM="77", MZ="某族")])

    told = _run("check", path)

    assert {line["class"] for line in _lines(told.stdout)} == {"note"}
    assert told.returncode == 0


def test_findings_go_to_a_file_when_asked_and_a_sentence_to_the_screen(tmp_path, monkeypatch):
    path = a_csv(tmp_path / "faulty.csv", [*people(12), *people(1, first=12, **NAMELESS)])
    out = tmp_path / "findings.csv"

    chinese = _run("check", path, "--out", out)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    english = _run("check", path, "--out", out)

    assert [line["rule"] for line in _lines(out.read_text(encoding="utf-8"))] == ["I01"]
    assert chinese.stdout.startswith("共13条记录，1条不能上网")
    assert english.stdout.startswith("13 records, 1 would not go on line")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "nowhere.csv"], "找不到文件"), (["check", "README.md"], ""),
        (["check", "{file}", "--term", "2024-3"], "2024-3"), (["check", "{file}", "--category", "9"], "没有报送类别"),
        (["check", "{file}", "--term", "2007-2"], "没有“2007-2”这个报送学期"),
        (["check", "{file}", "--term", "2098-1"], "没有“2098-1”这个报送学期"),
        (["check", "{file}", "--layout", "none"], "报送格式"), (["check", "{file}", "--encoding", "big5"], "big5"),
        (["check", "{file}", "--out", "{file}/findings.csv"], "无法写入"),
        (["check", "{file}", "--out", "nowhere/findings.csv"], "无法写入"),
        (["check", "{file}", "--out", "."], "无法写入"), (["check", "{file}", "--out", "{file}"], "被检查的文件"),
        (["check"], "usage"), (["nonsense"], "usage"),
    ],
    ids=[
        "no file", "no filing", "no such semester", "no such category", "before the first semester", "not yet begun",
        "no such layout", "no such encoding", "out below a file", "out in no folder", "out is a folder",
        "out is the filing", "no argument", "no command",
    ],
)
def test_what_cannot_be_done_ends_with_2_and_a_line_on_stderr(tmp_path, arguments, words):
    path = a_csv(tmp_path / "right.csv", people(1))
    (tmp_path / "README.md").write_text("no filing at all\n")
    arguments = [each.format(file=path).replace("README.md", str(tmp_path / "README.md")) for each in arguments]

    told = _run(*arguments)

    assert (told.returncode, told.stdout) == (2, "")
    assert words in told.stderr
    assert "Traceback" not in told.stderr


def _somebody(db):
    return Desk(db, DEMO_ACTORS["releaser"], system_clock)


def test_the_whole_line_can_be_driven_from_the_command_line(tmp_path):
    home, out = tmp_path / "home", tmp_path / "feedback.zip"
    path = a_csv(tmp_path / "filing.csv", [*people(12), *people(2, first=12, **NAMELESS)])

    load = _run("load", path, home=home)
    again = _run("load", path, home=home)
    early = _run("publish", "2024-2", home=home)
    approve = _run("approve", 1, "--date", "2025-09-10", "--document", "示范学位办〔2025〕1号", home=home)
    twice = _run("approve", 1, "--date", "2025-09-10", "--document", "示范学位办〔2025〕1号", home=home)
    count = _run("publish", "2024-2", home=home)
    unfed = _run("publish", "2024-2", "--freeze", home=home)
    feedback = _run("feedback", "2024-2", "--out", out, home=home)
    freeze = _run("publish", "2024-2", "--freeze", home=home)
    own = _run("release", 1, "--count", 12, home=home)
    db = store.open_store(home)
    with pytest.raises(NotAllowed, match="typed"):
        publication_run.release(_somebody(db), 1, counted=11)
    publication_run.release(_somebody(db), 1, counted=12)
    db.close()

    assert (load.returncode, load.stdout) == (0, "已接收为批次1：14条，符合12条，暂不提供2条，不属查询范围0条。\n")
    assert (again.returncode, again.stdout) == (2, "")
    assert "由“命令行”接收" in again.stderr
    assert (early.returncode, early.stdout) == (
        0, "待省级审核：12条\n关键信息不完整：2条\n可上网0条；冻结请加 --freeze。\n",
    )
    assert approve.returncode == 0
    assert twice.returncode == 2
    assert (count.returncode, count.stdout.splitlines()[-1]) == (0, "可上网12条；冻结请加 --freeze。")
    assert (unfed.returncode, "尚未反馈" in unfed.stderr) == (2, True)
    assert (freeze.returncode, freeze.stdout.splitlines()[-1]) == (0, "第1批已冻结12条；请另一人放行：release 1 --count 12。")
    assert (own.returncode, "第二人放行" in own.stderr) == (2, True)
    assert feedback.returncode == 0
    with zipfile.ZipFile(out) as archive, zipfile.ZipFile(io.BytesIO(archive.read("11.zip"))) as bundle:
        assert [name[:6] for name in bundle.namelist()] == ["北京市/反馈", "北京市/反馈", "北京市/反馈"]
    db = store.open_store(home)
    assert lookup.find(db, "张安安", "8090142025000001") is not None


def test_a_filing_can_be_returned_and_loaded_again(tmp_path):
    home = tmp_path / "home"
    path = a_csv(tmp_path / "filing.csv", people(12))
    _run("load", path, home=home)

    returned = _run("return", 1, "--reason", "签章不全", home=home)
    again = _run("load", path, home=home)

    assert (returned.returncode, returned.stdout) == (0, "批次1已退回，12条记录离开流程。\n")
    assert again.stdout.startswith("已接收为批次2")


def test_a_file_that_does_not_say_what_it_is_has_to_be_declared(tmp_path):
    home = tmp_path / "home"
    path = a_csv(tmp_path / "few.csv", people(2))

    untold = _run("load", path, home=home)
    told = _run("load", path, "--term", "2024-2", "--institution", "80901", "--category", "2.3.1", home=home)

    assert (untold.returncode, told.returncode) == (2, 0)
    assert "--institution" in untold.stderr


def test_a_folder_of_packages_is_loaded_in_one_run_and_what_is_refused_is_told(tmp_path):
    sent = tmp_path / "sent"
    for code in ("80901", "80902"):
        (sent / code / "包").mkdir(parents=True)
        a_csv(sent / code / "包" / "学士.csv", people(12, first=int(code[-1]) * 100, institution=code))
    a_csv(sent / "80901" / "另.csv", people(11, first=700))
    (sent / "80902" / "坏.csv").write_bytes(b"not a filing\n1\n")
    (sent / "80902" / "照片.zip").write_bytes(b"PK")

    loaded = _run("load", sent, home=tmp_path / "home")

    assert loaded.returncode == 2
    assert "5个报送包：接收3个批次、35条记录，符合35条" in loaded.stdout
    assert sorted(line.split(": ")[0] for line in loaded.stderr.splitlines()) == ["80902/坏.csv", "80902/照片.zip"]
    assert len(list(sent.rglob("*.*"))) == 5
    again = _run("load", sent / "80901", home=tmp_path / "home")
    assert again.returncode == 2
    assert "里没有可接收的内容" in again.stderr


def test_while_the_store_is_open_elsewhere_the_command_line_says_so(tmp_path):
    db = store.open_store(tmp_path / "home")

    told = _program("--home", tmp_path / "home", "publish", "2024-2")
    db.close()

    assert told.returncode == 2
    assert "数据库正被另一个程序使用" in told.stderr


def test_what_is_on_line_is_packaged_released_and_verified_from_the_command_line(tmp_path):
    home = tmp_path / "store"
    for filing, first in enumerate((0, 20), start=1):
        path = a_csv(tmp_path / f"{filing}.csv", people(12, first=first))
        assert _run("load", path, "--term", "2024-2", home=home).returncode == 0
        _run("approve", filing, "--date", "2025-09-01", "--document", "京学位〔2025〕1号", home=home)
        db = store.open_store(home)
        publication_run.open_term(_somebody(db), TERM)
        publication_run.pass_gate(_somebody(db), filing)
        publication_run.freeze(_somebody(db), filing)
        db.close()

        told = _run("release", filing, "--count", 12, home=home)

        assert (told.returncode, told.stdout) == (0, f"第{filing}批已放行12条，因变动留下0条；数据包：{filing}。\n")
    assert "没有变化" in _run("package", home=home).stdout
    assert "第3号全量包" in _run("package", "--full", home=home).stdout
    assert (home / "packages" / "latest").read_text() == "000003"

    verified = _program("verify-package", home / "packages")

    assert (verified.returncode, verified.stderr) == (0, "")
    assert "3个数据包" in verified.stdout and "24条" in verified.stdout
    data = home / "packages" / "000002" / "changes.parquet"
    data.write_bytes(data.read_bytes()[:-1] + b"!")
    for folder in (home / "packages", home / "packages" / "000002", tmp_path / "nowhere"):
        refused = _program("verify-package", folder)
        assert (refused.returncode, refused.stdout) == (2, "")
        assert refused.stderr.endswith("。\n") and refused.stderr.count("\n") == 1


def test_the_package_command_puts_nothing_on_line_that_was_not_released(tmp_path):
    home = tmp_path / "store"
    _run("load", a_csv(tmp_path / "1.csv", people(12)), "--term", "2024-2", home=home)
    _run("approve", 1, "--date", "2025-09-01", "--document", "京学位〔2025〕1号", home=home)
    early = _run("package", home=home)
    db = store.open_store(home)
    desk = at_desk(_somebody(db))
    released(desk, counted=12)
    with db.transaction() as tx:  # a photo that came since would change what is public
        tx.run("INSERT INTO photo (record_id, sha256, file_name, files, readable, size) VALUES (3, 'ab', 'x.jpg', 1, TRUE, 1)")
    db.close()

    changed = _run("package", "--full", home=home)

    for refused in (early, changed):
        assert (refused.returncode, "第二人放行" in refused.stderr) == (2, True)
    assert [path.name for path in sorted((home / "packages").glob("*"))] == [".writing", "000001", "latest"]


def test_photos_are_put_to_records_on_file_and_those_not_taken_are_listed(tmp_path):
    home, out, records = tmp_path / "home", tmp_path / "refused.csv", people(12)
    a_folder(tmp_path / "照片", {f"{records[0]['ZJHM']}.jpg": a_photo(), "stranger.jpg": a_photo(seed=2)})
    a_folder(tmp_path, {f"{records[1]['ZJHM']}.JPG": a_photo(seed=3)})
    _run("load", a_csv(tmp_path / "filing.csv", records), home=home)
    whose = ("--term", "2024-2", "--institution", "80901")

    early = _run("photos", tmp_path / "照片", "--term", "2024-1", "--institution", "80901", home=home)
    folder = _run("photos", tmp_path / "照片", *whose, "--out", out, home=home)
    one = _run("photos", tmp_path / f"{records[1]['ZJHM']}.JPG", *whose, home=home)
    broken = _run("photos", tmp_path / "filing.csv", *whose, home=home)

    assert (early.returncode, "没有在库报送" in early.stderr) == (2, True)
    assert (folder.returncode, folder.stdout) == (1, "照片2张：1条记录收到照片，其中0条转为符合；未收1张。\n")
    assert pl.read_csv(out).select("file_name", "zh").row(0) == ("stranger.jpg", "对不上该单位本学期的在库记录，请核对文件名。")
    assert (one.returncode, one.stdout) == (0, "照片1张：1条记录收到照片，其中0条转为符合；未收0张。\n")
    assert (broken.returncode, "zip" in broken.stderr) == (2, True)
    assert len(list((tmp_path / "照片").iterdir())) == 2
