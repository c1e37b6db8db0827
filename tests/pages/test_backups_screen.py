"""备份 on its screen: made, tried out, and told how one is brought back."""

from core import backup, restoring
from pages import _seat
from tests.pages.conftest import Open


def test_the_administrator_backs_up_at_a_click_and_sees_it_listed(open_screen: Open):
    app = open_screen("backups", "administrator")
    before = len(app.dataframe[0].value) if app.dataframe else 0

    app.button(key="backups.make").click().run()

    newest = backup.every(backup.folder_of(_seat.store()))[-1]
    assert app.success[0].value == f"第 {newest.number} 号备份已做好。"
    assert len(app.dataframe[0].value) == before + 1
    assert app.dataframe[0].value["why"].iloc[0] == "人工备份"
    assert app.dataframe[0].value["held"].isna().iloc[0]


def test_what_came_of_trying_one_out_is_listed_with_it(open_screen: Open):
    open_screen("backups", "administrator").button(key="backups.make").click().run()
    restoring.verify(restoring.chosen(backup.folder_of(_seat.store())))

    app = open_screen("backups", "administrator")

    assert app.dataframe[0].value["held"].iloc[0] == "相符"
