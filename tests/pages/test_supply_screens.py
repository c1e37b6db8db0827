"""Photos that come alone on the screens: a zip handed to the background, one put to its record at once, and the refusals."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import store
from tests.builders import people
from tests.pages.conftest import Open, give, handed_out
from tests.pages.test_jobs import settle
from tests.pages.test_screens import CHINESE
from tests.pages.test_work import shown
from tests.test_photos import a_photo, a_zip

_FIRST = 'SELECT record_id FROM record WHERE "status" = $status AND filing_id = $filing ORDER BY record_id LIMIT 1'


def record_in(home: Path, status: str, filing: int) -> str:
    """A record of a filing in a status."""
    db = store.open_store(home)
    found = db.frame(_FIRST, status=status, filing=filing).item()
    db.close()
    return str(found)


def asked_one(open_screen: Open, number: str, content: bytes, language: str = "zh") -> AppTest:
    """The record's screen after a photo was chosen for it."""
    app = open_screen("record", language=language, record_id=number)
    app.toggle(key=f"record.photo.{number}.0.open").set_value(True).run()
    return give(app, "portrait.jpg", content)


def supplies(open_screen: Open, content: bytes, name: str, language: str = "zh") -> AppTest:
    """The screen 接收报送 after photos for an institution were handed over."""
    app = open_screen("load", language=language)
    app.segmented_control(key="load.way").select("photos").run()
    app.selectbox(key="load.alone.institution").set_value("80901").run()
    give(app, name, content)
    return app.button(key="load.alone.job").click().run()


def test_one_photo_is_put_to_its_record_and_shown_at_once_with_who_supplied_it(home: Path, open_screen: Open):
    app = asked_one(open_screen, record_in(home, "cleared", 2), a_photo())

    assert not app.exception
    assert "照片已收下" in app.success[0].value
    assert any("480 × 640" in each.value for each in app.caption)
    assert any("学位中心 数据员补交照片" in each.value for each in app.caption)
    assert not app.toggle[0].value
    assert not list((home / "work").glob("photos-*")) + list((home / "work").glob("upload-*"))


def test_a_photo_that_cannot_be_taken_is_refused_on_the_spot_and_another_may_follow(home: Path, open_screen: Open):
    number = record_in(home, "cleared", 2)
    app = asked_one(open_screen, number, a_photo(240, 320), language="en")

    assert "pixels or file size" in app.error[0].value
    assert handed_out(app)["words"]["label"] == "Photo (JPG)"
    give(app, "portrait.jpg", a_photo())
    assert "taken" in app.success[0].value
    assert not app.exception


def test_a_published_record_takes_its_first_photo_and_then_no_other(home: Path, open_screen: Open):
    number = record_in(home, "published", 1)
    app = asked_one(open_screen, number, a_photo())
    assert "照片已收下" in app.success[0].value

    app = open_screen("record", record_id=number)

    assert any("这里不能更换" in each.value for each in app.caption)
    assert not app.toggle


@pytest.mark.parametrize("actor", ["publisher", "province-11"])
def test_who_does_not_load_filings_sees_the_photo_but_no_way_to_supply_one(home: Path, open_screen: Open, actor: str):
    app = open_screen("record", actor, record_id=record_in(home, "cleared", 2))

    assert not app.exception
    assert len(app.title) == 1
    assert not app.toggle


def test_photos_for_an_institution_go_to_the_background_and_those_not_taken_are_listed(open_screen: Open, tmp_path: Path):
    records = people(3, first=100)
    pack = {f"{each['ZJHM']}.jpg": a_photo(seed=place) for place, each in enumerate(records)} | {"stranger.jpg": a_photo(seed=9)}
    app = supplies(open_screen, a_zip(tmp_path / "photos.zip", pack).read_bytes(), "photos.zip")
    assert "任务 1" in app.success[0].value

    app = settle(app)
    assert any("照片 4 张：3 条记录收到照片" in told.value for told in app.success)
    assert [(row["file_name"], row["refusal"]) for row in shown(app, "file_name", "refusal")] == [
        ("stranger.jpg", "对不上该单位本学期的在库记录，请核对文件名。")
    ]
    app = open_screen("jobs")
    assert [row["kind"] for row in shown(app, "job_id", "came_of")] == ["照片补报"]
    assert len(shown(app, "file_name", "refusal")) == 1
    assert not app.exception


def test_one_picture_for_an_institution_and_all_its_words_are_english_in_english(open_screen: Open, tmp_path: Path):
    record = people(1, first=100)[0]
    app = settle(supplies(open_screen, a_photo(), f"{record['XH']}.JPG", language="en"))

    told = [each.value for each in (*app.success, *app.caption, *app.markdown)]
    assert any("1 records took one" in sentence for sentence in told)
    assert [sentence for sentence in told if CHINESE.search(sentence)] == []


def test_photos_uploaded_for_an_institution_can_be_removed_again(home: Path, open_screen: Open, tmp_path: Path):
    app = open_screen("load")
    app.segmented_control(key="load.way").select("photos").run()
    give(app, "photos.zip", a_zip(tmp_path / "photos.zip", {"1.jpg": a_photo()}).read_bytes())
    assert len(list((home / "work").glob("upload-*"))) == 1

    app.button(key="load.alone.drop").click().run()

    assert not list((home / "work").glob("upload-*"))
    app.segmented_control(key="load.way").select("photos").run()
    assert handed_out(app)["words"]["label"] == "照片压缩包（ZIP）或一张照片（JPG）"
