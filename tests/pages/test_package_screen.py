"""A whole package on the screen: uploaded as one zip, looked into, handed over, refused, in both languages."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import package
from core.errors import DiskFull
from core.package import SHEET
from tests.builders import a_csv, people
from tests.pages.conftest import Open, give, handed_out, signed_in
from tests.pages.test_jobs import settle
from tests.pages.test_screens import CHINESE
from tests.pages.test_work import shown
from tests.test_attachments import PDF
from tests.test_hostile import fill, make_room
from tests.test_package import MASTER
from tests.test_photos import a_photo, a_zip


def packed(folder: Path, *, bachelors: int = 12, **more: bytes) -> bytes:
    """A package of two data files, photos, a scan and the sheet that declares 12 and 11 records."""
    photos = a_zip(folder / "p.zip", {"1.jpg": a_photo(), "2.jpg": a_photo()})
    files = {
        "学士.csv": a_csv(folder / "b.csv", people(bachelors, first=300)).read_bytes(),
        "硕士.csv": a_csv(folder / "m.csv", people(11, first=500, **MASTER)).read_bytes(),
        "照片.zip": photos.read_bytes(), "决议.pdf": PDF,
        SHEET: "项目,内容\r\n学士,12\r\n2.2.1,11\r\n".encode(),
    }
    return a_zip(folder / "whole.zip", files | more).read_bytes()


def opened(open_screen: Open, language: str = "zh") -> AppTest:
    """The screen that asks for a package."""
    return open_screen("load", language=language).button_group(key="load.way").set_value("package").run()


def uploaded(open_screen: Open, content: bytes, *, language: str = "zh", institution: str = "80901") -> AppTest:
    """The screen with a package uploaded and its sender chosen."""
    return given(opened(open_screen, language), content, institution)


def given(app: AppTest, content: bytes, institution: str = "80901") -> AppTest:
    """A package uploaded and its sender chosen."""
    give(app, "package.zip", content)
    return app.selectbox(key="load.package.institution").select(institution).run()


def left(home: Path) -> list[Path]:
    """What lies in the store's work folder."""
    return sorted((home / "work").iterdir())


def test_a_package_is_looked_into_handed_over_and_loaded(home: Path, open_screen: Open, tmp_path: Path):
    app = uploaded(open_screen, packed(tmp_path))

    inside = {row["name"]: row for row in shown(app, "name", "told")}
    assert {name: row["count"] for name, row in inside.items() if row["count"] > 0} == {"学士.csv": 12, "硕士.csv": 11, "照片.zip": 2}
    assert inside["硕士.csv"]["category"] == "学历教育硕士学位"
    assert [inside[name]["institution"] for name in ("学士.csv", "硕士.csv")] == ["80901"] * 2
    assert [row["agree"] for row in shown(app, "declared", "found")] == ["相符", "相符"]

    app = settle(app.button(key="load.package.job").click().run())

    assert not app.exception
    assert any("已入库为批次 4、5：23 条记录" in each.value for each in app.success)
    assert left(home) == []


def test_totals_that_do_not_agree_and_files_that_cannot_be_taken_are_told_before_anything_is_handed_over(
    open_screen: Open, tmp_path: Path
):
    app = uploaded(open_screen, packed(tmp_path, bachelors=10))
    assert [row["agree"] for row in shown(app, "declared", "found")] == ["条数不符", "相符"]
    assert "学士" in app.warning[0].value

    app = uploaded(open_screen, packed(tmp_path, **{"坏.xlsx": b"PK\x03\x04 cut short"}))
    assert [row["name"] for row in shown(app, "name", "told") if row["told"]] == ["坏.xlsx"]
    assert app.button(key="load.package.job").disabled


@pytest.mark.parametrize("content", [b"no zip", "deep"])
def test_a_zip_that_is_no_package_is_refused_and_nothing_of_it_stays(home: Path, open_screen: Open, tmp_path: Path, content):
    app = uploaded(open_screen, content if content != "deep" else a_zip(tmp_path / "d.zip", {"a/b/c.csv": b"x"}).read_bytes())

    assert any(words in handed_out(app)["told"] for words in ("重新打包", "放在一起"))
    assert not app.exception
    assert left(home) == []


@pytest.mark.parametrize("room", [1_000, None], ids=["for no zip", "for the zip alone"])
def test_a_full_disk_is_told_on_the_screen_and_the_package_may_come_again(home: Path, open_screen: Open, tmp_path: Path, room):
    content, app = packed(tmp_path), opened(open_screen, "en")
    fill(room or len(content))
    try:
        with nullcontext() if room is None else pytest.raises(DiskFull):
            give(app, "package.zip", content)
        app.run()
    finally:
        make_room()

    assert "disk is full" in handed_out(app)["told"]
    assert left(home) == []
    assert len(shown(given(app, content), "name", "told")) == 5


@pytest.mark.usefixtures("home")
def test_the_app_opened_on_a_full_disk_says_so():
    app = signed_in("operator")
    fill(1_000)
    try:
        app.run()
    finally:
        make_room()

    assert not app.exception
    assert "磁盘已满" in app.error[0].value


def test_the_package_screen_is_english_in_english(open_screen: Open, tmp_path: Path):
    app = uploaded(open_screen, packed(tmp_path, bachelors=10), language="en")

    told = [each.value for each in (*app.caption, *app.warning, *app.info, *app.markdown)]
    cells = [str(value) for row in shown(app, "name", "told") for key, value in row.items() if key not in ("name",)]
    cells += [str(value) for row in shown(app, "declared", "found") for value in row.values()]
    assert [text for text in (*told, *cells) if CHINESE.search(text.replace(SHEET, ""))] == []


@pytest.mark.parametrize("button", ["load.package.cancel", "load.package.other"])
def test_a_package_removed_leaves_nothing(home: Path, open_screen: Open, tmp_path: Path, button: str):
    app = uploaded(open_screen, packed(tmp_path))
    assert len(left(home)) == 1

    app.button(key=button).click().run()

    assert not app.exception
    assert left(home) == []
    again = app.button_group(key="load.way").set_value("package").run()
    assert handed_out(again)["words"]["label"] == "报送包（ZIP）"


def test_the_blank_sheet_can_be_downloaded(open_screen: Open):
    app = opened(open_screen)

    assert package.template().startswith("\ufeff项目,内容".encode())
    assert not app.exception
