"""What people write into addresses and names is only ever text: no statement, no Markdown and no page comes of it."""

import pytest

from pages import _seat
from pages._words import plain
from tests.pages.conftest import PAGES, Open

ASKED = (
    "term", "year", "month", "province", "institution", "level", "stage", "overdue", "status", "text", "cls", "rule", "state", "kind",
    "by", "gaps", "table", "view", "filing_id", "record_id", "run_id", "explanation_id", "lang",
)
"""Everything a screen reads from its address."""
HOSTILE = ("' OR '1'='1", "'; DROP TABLE record; --", '"><script>alert(1)</script>', "../../etc/passwd", "\x00", "9" * 400, "-1", "%")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_in_an_address_reaches_a_statement_or_a_page(open_screen: Open, name: str):
    def counted() -> int:
        return _seat.store().frame("SELECT count(*) AS n FROM record").item()

    open_screen(name)
    before = counted()

    for written in HOSTILE:
        app = open_screen(name, "operator", **dict.fromkeys(ASKED, written))

        assert not app.exception, written
        told = [element.value for kind in (app.markdown, app.caption, app.error, app.warning, app.info) for element in kind]
        assert not [text for text in told if "<script" in text]
    assert counted() == before


def test_a_filed_name_is_shown_as_it_is_and_no_markup_comes_of_it():
    told = plain("<b>*张* [a](javascript:alert(1)) :red[x] $y$ `z` ![p](http://x) ~u~ |v|\n# w")

    assert "\n" not in told
    for mark in "<>*[]():$`!~|#_":
        assert told.count(mark) == told.count(f"\\{mark}"), mark
