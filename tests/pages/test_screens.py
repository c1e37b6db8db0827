import re

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from core import reference
from core.demo import staff
from core.rules import RULES, Sight
from core.tables import TABLES
from pages import _seat
from pages._words import plain
from tests.builders import NOON
from tests.pages.conftest import PAGES, Open, signed_in

CHINESE = re.compile("[\u3400-\u9fff\uff00-\uffef\u3000-\u303f]+")
SHOWN = {*[next(code for code, rule in RULES.items() if rule.sight is sight) for sight in Sight],
         next(code for code, rule in RULES.items() if rule.thresholds)}  # fmt: skip
"""A check of each kind, and one with thresholds."""


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_screen_opens_in_both_languages(open_screen: Open, name: str, language: str):
    app = open_screen(name, language=language)

    assert not app.exception
    assert len(app.title) == 1


@pytest.mark.parametrize(
    ("name", "address"),
    [*((name, {}) for name in PAGES), ("filings", {"filing_id": "2"}), ("filings", {"filing_id": "3"}),
     ("record", {"record_id": "REFUSED"}), ("queue", {"rule": "I01"}), ("rates", {"by": "rule"}),
     *(("codes", {"table": name}) for name in TABLES), *(("rulebook", {"rule": code}) for code in SHOWN)],
)  # fmt: skip
def test_an_english_screen_says_nothing_in_chinese_but_data(open_screen: Open, name: str, address: dict[str, str]):
    if name == "record" and address:
        address = {"record_id": str(withheld_record(open_screen))}

    app = open_screen(name, language="en", **address)

    assert not app.exception
    assert {sentence for sentence in sentences(app) if CHINESE.search(sentence)} == set()


@pytest.mark.parametrize("name", ["people", "acts"])
def test_the_administrators_english_screens_say_nothing_in_chinese_either(open_screen: Open, name: str):
    app = open_screen(name, "administrator", language="en")

    assert not app.exception
    assert {sentence for sentence in sentences(app) if CHINESE.search(sentence)} == set()


def test_language_is_switched_in_the_sidebar_and_stays_with_the_person(home: object):
    app = signed_in("analyst").run()
    assert app.title[0].value == "今日"

    app.sidebar.radio[0].set_value("en").run()
    app.switch_page("pages/lookup.py").run()

    assert app.title[0].value == "Lookup"
    assert "Centre analyst" in app.sidebar.caption[0].value
    assert signed_in("analyst").run().title[0].value == "Today"
    assert signed_in("operator").run().title[0].value == "今日"


def test_the_address_may_ask_for_english(home: object):
    app = signed_in("operator")
    app.query_params["lang"] = "en"

    assert app.run().title[0].value == "Today"


def test_an_empty_store_says_what_fills_it(tmp_path: object, monkeypatch: pytest.MonkeyPatch, open_screen: Open):
    monkeypatch.setenv("DESK_HOME", str(tmp_path / "empty"))
    staff.enter(_seat.store(), NOON)

    for name in PAGES:
        app = open_screen(name)
        assert not app.exception, name
        assert len(app.title) == 1, name
    assert open_screen("overview").info[0].value.startswith("还没有报送数据")


def withheld_record(open_screen: Open) -> int:
    """The first record of the queue."""
    return int(open_screen("queue").dataframe[-1].value["record_id"].iloc[0])


def sentences(app: AppTest) -> set[str]:
    """Every word of a screen that is not data: texts, labels, options and table headings."""
    said: set[str] = set()
    for kind in ("title", "subheader", "caption", "markdown", "info", "warning", "error", "success"):
        said |= {element.value for element in app.get(kind)}
    for kind in ("button", "selectbox", "text_input", "text_area", "number_input", "checkbox", "metric", "expander", "tab"):
        said |= {element.label for element in app.get(kind)}
    said |= {option for box in app.selectbox for option in box.options}
    for table in app.dataframe:
        said.add(table.proto.columns.encode().decode("unicode_escape") if table.proto.columns else "")
    data = sorted(filter(CHINESE.search, _data()), key=len, reverse=True)
    return {_without(sentence, data) for sentence in said}


def _data() -> set[str]:
    names = set(reference.load().table("institutions").filter(pl.col("name_en").is_null())["name"])
    cited = {source for table in reference.load().tables.values() for source in table["source"].unique()}
    cited |= set(reference.load().table("holiday_notices")["document"])
    return names | cited | {plain(rule.source) for rule in RULES.values()} | {"张安安", "中文"}


def _without(sentence: str, data: list[str]) -> str:
    for words in data:
        sentence = sentence.replace(words, "")
    return sentence
