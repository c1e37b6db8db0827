"""The uploader of large files on its screen: handed out, filled, failed, cleared away, in both languages."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.arrivals import LARGEST, TooLarge
from pages._stream import AWAITED
from tests.builders import a_csv, people
from tests.pages.conftest import Open, give, handed_out
from tests.pages.test_screens import CHINESE
from tests.pages.test_work import key_of
from tests.test_photos import a_photo, a_zip


def fresh(folder: Path) -> bytes:
    """A filing that is not on record."""
    return a_csv(folder / "fresh.csv", people(12, first=300)).read_bytes()


def uploaded(home: Path) -> list[Path]:
    """What lies uploaded in the store."""
    return sorted((home / "work").glob("upload-*"))


def test_every_session_has_a_token_of_its_own_and_keeps_it_until_it_is_used(open_screen: Open):
    mine, other = open_screen("load"), open_screen("load")
    token = handed_out(mine)["token"]

    assert handed_out(mine.run())["token"] == token
    assert handed_out(other)["token"] != token


def test_an_english_uploader_says_nothing_in_chinese(open_screen: Open):
    told = handed_out(open_screen("load", language="en"))

    assert [sentence for sentence in told["words"].values() if CHINESE.search(sentence)] == []


def test_a_failed_upload_is_told_where_it_happened_and_another_may_follow(home: Path, open_screen: Open, tmp_path: Path):
    app = open_screen("load", language="en")
    token = handed_out(app)["token"]
    with pytest.raises(TooLarge), AWAITED.receiving(token, "huge.csv", LARGEST + 1):
        pass

    app.run()
    assert handed_out(app)["told"].startswith("The file is over 8 GB")
    assert handed_out(app)["token"] != token
    give(app, "fresh.csv", fresh(tmp_path))

    assert not app.exception
    assert any("fresh" in each.value for each in app.markdown)
    assert len(uploaded(home)) == 1


def test_an_upload_removed_leaves_nothing_and_another_may_follow(home: Path, open_screen: Open, tmp_path: Path):
    app = give(open_screen("load"), "fresh.csv", fresh(tmp_path))
    give(app, "photos.zip", a_zip(tmp_path / "photos.zip", {"1.jpg": a_photo()}).read_bytes())
    assert len(uploaded(home)) == 2

    app.button(key="load.other").click().run()

    assert uploaded(home) == []
    assert handed_out(app)["words"]["label"] == "报送文件"


def test_photos_come_the_same_way_and_are_found_to_be_whose_they_are(open_screen: Open, tmp_path: Path):
    records = people(12, first=300)
    packed = a_zip(tmp_path / "photos.zip", {f"{record['ZJHM']}.jpg": a_photo() for record in records[:3]}).read_bytes()
    app = give(open_screen("load"), "fresh.csv", a_csv(tmp_path / "fresh.csv", records).read_bytes())
    app.selectbox(key=key_of(app, "load.replaces")).select(0).run()

    give(app, "photos.zip", packed)
    app.button(key="load.check").click().run()

    assert any("3 条记录有照片" in each.value for each in app.run().caption)


def test_with_photos_or_without_them_it_is_another_draft(open_screen: Open, tmp_path: Path):
    packed = a_zip(tmp_path / "photos.zip", {"1.jpg": a_photo()}).read_bytes()
    app = give(open_screen("load"), "fresh.csv", fresh(tmp_path))

    assert checked(app)
    give(app, "photos.zip", packed)
    assert not may_receive(app)
    assert checked(app)
    app.button(key="load.photos.drop").click().run()
    assert not may_receive(app)


def may_receive(app: AppTest) -> bool:
    """Whether the draft may be received; AppTest forgets a choice when the screen runs itself again."""
    app.selectbox(key=key_of(app, "load.replaces")).select(0).run()
    return "load.receive" in {button.key for button in app.button}


def checked(app: AppTest) -> bool:
    """Whether a draft may be received once it was checked."""
    may_receive(app)
    app.button(key="load.check").click().run()
    return may_receive(app)


def test_a_filing_waits_for_photos_that_are_still_coming(home: Path, open_screen: Open, tmp_path: Path):
    app = give(open_screen("load"), "fresh.csv", fresh(tmp_path))
    app.selectbox(key=key_of(app, "load.replaces")).select(0).run()

    with AWAITED.receiving(handed_out(app)["token"], "photos.zip", None):
        app.button(key="load.job").click().run()

    assert app.error[0].value.startswith("照片压缩包还在上传")
    assert len(uploaded(home)) == 2
    assert "load.photos.drop" in {button.key for button in app.run().button}


def test_what_nobody_comes_back_for_is_deleted(home: Path, open_screen: Open, tmp_path: Path):
    """Streamlit lets go of what a session held after a day; here at once."""
    left = open_screen("load")
    with AWAITED.receiving(handed_out(left)["token"], "left.csv", None) as write:
        write(fresh(tmp_path))
    give(open_screen("load"), "fresh.csv", fresh(tmp_path))
    assert len(uploaded(home)) == 2

    st.cache_resource.clear()

    assert uploaded(home) == []
