"""收支平衡 on the screen: closed or red, at every grain, and from a gap down to its filing."""

import pytest

from core import store
from tests.pages.conftest import Open


def a_record_lost(home):
    """One record of the second filing is no longer in the book."""
    db = store.open_store(home)
    with db.transaction() as tx:
        tx.run("DELETE FROM record WHERE filing_id = 2 AND filing_row = 2")
    db.close()


@pytest.mark.parametrize(("by", "lines"), [("term", ["2024-2"]), ("province", ["北京市", "福建省"]), ("filing", ["3", "2", "1"])])
def test_it_is_drawn_up_by_every_grain_and_says_that_it_closes(open_screen: Open, by, lines):
    app = open_screen("balance", by=by)

    assert app.success[0].value == "收支相符：收到 100 条，去向逐条对上。"
    assert app.dataframe[0].value["name"].to_list() == lines
    assert app.dataframe[0].value["gap"].to_list() == [0] * len(lines)


def test_a_gap_is_red_on_the_first_screen_and_found_in_its_filing(home, open_screen: Open):
    a_record_lost(home)

    assert open_screen("overview").error[0].value.startswith("收支不平：1 项的收到记录与去向不符（2024-2），合计相差 1 条")
    app = open_screen("balance", by="filing", gaps="1")
    assert app.error[0].value.startswith("收支不平：1 项的收到记录与去向不符（2）")
    assert app.dataframe[0].value["name"].to_list() == ["2"]
    assert app.dataframe[0].value["gap"].to_list() == [1]


def test_a_province_sees_no_gap_of_another(home, open_screen: Open):
    a_record_lost(home)

    app = open_screen("balance", "province-35", by="province")

    assert not app.error
    assert app.dataframe[0].value["name"].to_list() == ["福建省"]
