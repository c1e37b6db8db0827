"""What was checked but not filed says so on the screen and in what is taken away, in both languages."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.reference import sha256
from tests.builders import NAMELESS, a_csv, people
from tests.pages.conftest import Open, give
from tests.pages.test_package_screen import left, packed, uploaded
from tests.pages.test_screens import CHINESE
from tests.pages.test_work import beside_what_is_on_record, shown

LANGUAGES = pytest.mark.parametrize(("language", "stamp"), [("zh", "未报送"), ("en", "NOT FILED")])


def stamped(app: AppTest, stamp: str) -> list[str]:
    """The lines of the stamp, which is there once."""
    told, = (text.value for text in app.markdown if stamp in text.value)
    return [told, *(text.value for text in app.caption if "SHA" in text.value)]


def taken_away(app: AppTest) -> list[str]:
    """The files all findings are offered as."""
    return [button.label for button in app.get("download_button") if button.key.startswith("load.dry.")]


@LANGUAGES
def test_a_checked_file_is_stamped_and_its_findings_taken_away(open_screen: Open, tmp_path: Path, language: str, stamp: str):
    content = a_csv(tmp_path / "fresh.csv", [*people(12, first=300), *people(1, first=320, **NAMELESS)]).read_bytes()
    app = open_screen("load", language=language)
    give(app, "fresh.csv", content)
    beside_what_is_on_record(app)
    assert not app.get("download_button")
    app.button(key="load.check").click().run()

    assert not app.exception
    assert sha256(content) in stamped(app, stamp)[1]
    assert len(taken_away(app)) == 2
    assert language == "zh" or not [text for text in (*stamped(app, stamp), *(b.label for b in app.get("download_button")))
                                    if CHINESE.search(text)]
    assert len(shown(open_screen("filings"), "filing_id", "records")) == 3

    app.button(key="load.receive").click().run()
    assert not [text for text in app.markdown if stamp in text.value]


@LANGUAGES
def test_a_checked_package_is_stamped_and_nothing_of_it_is_stored(
    home: Path, open_screen: Open, tmp_path: Path, language: str, stamp: str
):
    app = uploaded(open_screen, packed(tmp_path), language=language)
    before = left(home)

    app.button(key="load.package.check").click().run()

    assert not app.exception
    assert len(stamped(app, stamp)) == 3
    assert app.selectbox(key="load.dry.part").options == ["学士.csv", "硕士.csv"]
    assert len(taken_away(app)) == 2
    assert left(home) == before
    assert len(shown(open_screen("filings"), "filing_id", "records")) == 3
