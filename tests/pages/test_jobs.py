"""Jobs on the screens: handed over, left, watched, retried, in both languages and by those with the duty alone."""

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import jobs
from core.desk import COMMAND_LINE, Desk, system_clock
from core.job import JobFile
from core.jobs import Asking
from core.package import Package
from core.vocabulary import JobState
from pages import _parts, _watching
from pages._words import say
from tests.builders import a_csv, declared, people
from tests.pages.conftest import Open, give
from tests.pages.test_screens import CHINESE
from tests.pages.test_work import shown

PATIENCE = 60


def handed_over(open_screen: Open, content: bytes, language: str = "zh") -> AppTest:
    """The screen after a file has been handed to the background."""
    app = open_screen("load", language=language)
    give(app, "fresh.csv", content)
    for relation in (each for each in app.selectbox if each.key.startswith("load.replaces")):
        relation.select(0).run()  # another file beside what is on record
    return app.button(key="load.job").click().run()


def settle(app: AppTest) -> AppTest:
    """The screen once all jobs have ended."""
    assert _parts.runner().settle(PATIENCE)
    return app.run()


def filed_before(tmp_path: Path) -> bytes:
    """A file that was received before."""
    return a_csv(tmp_path / "first.csv", people(40)).read_bytes()


def test_a_file_handed_over_is_loaded_while_the_screen_is_left(open_screen: Open, tmp_path: Path):
    app = handed_over(open_screen, a_csv(tmp_path / "fresh.csv", people(12, first=400)).read_bytes())
    assert "任务 1" in app.success[0].value
    assert not app.exception

    assert len(open_screen("overview").title) == 1
    app = settle(app)
    assert any("已入库为批次 4：12 条记录" in told.value for told in app.success)

    rows = shown(open_screen("jobs"), "job_id", "came_of")
    assert [(row["state"], row["rows_done"]) for row in rows] == [(["已办结"], 12)]
    assert not app.exception


def test_a_failed_job_tells_why_and_is_retried_or_its_file_deleted(open_screen: Open, tmp_path: Path):
    settle(handed_over(open_screen, filed_before(tmp_path)))

    app = open_screen("jobs")
    assert "未办成" in app.error[0].value
    app = settle(app.button(key="jobs.retry.1").click().run())
    assert "未办成" in app.error[0].value
    app.button(key="jobs.drop.1").click().run()

    assert not app.exception
    assert not app.error
    assert not [button for button in app.button if str(button.key).startswith("jobs.")]
    assert [row["state"] for row in shown(app, "job_id", "came_of")] == [["未办成"]]


def test_the_jobs_screen_is_english_in_english(open_screen: Open, tmp_path: Path):
    settle(handed_over(open_screen, filed_before(tmp_path), language="en"))
    settle(handed_over(open_screen, a_csv(tmp_path / "fresh.csv", people(12, first=400)).read_bytes(), language="en"))

    app = open_screen("jobs", language="en")
    rows = shown(app, "job_id", "came_of")
    told = [*(each.value for each in (*app.error, *app.caption, *app.subheader)), *(str(list(row.values())) for row in rows)]

    assert len(rows) == 2
    assert [text for text in told if CHINESE.search(text)] == []


def test_a_job_under_way_is_watched_and_cancelled(open_screen: Open, tmp_path: Path):
    content = a_csv(tmp_path / "large.csv", people(9_000, first=1_000)).read_bytes()
    app = handed_over(open_screen, content)
    limit = time.monotonic() + PATIENCE
    while not [button for button in app.button if button.key == "jobs.cancel.1"] and time.monotonic() < limit:
        app.run()

    app = open_screen("jobs")
    app.button(key="jobs.cancel.1").click().run()
    app = settle(app)

    assert [row["state"] for row in shown(app, "job_id", "came_of")] == [["已取消"]]
    assert "已取消" in app.info[0].value
    assert len(shown(open_screen("filings"), "filing_id", "records")) == 3


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (None, "排队中"),
        ((0, None, 0.0, False), "正在识别文件…"),
        ((0, 20_000, 0.0, False), "共 20,000 行，开始检查…"),
        ((500, None, 2.0, False), "已检查 500 行，每秒 250 行"),
        ((5_000, 20_000, 2.0, False), "已检查 5,000 / 20,000 行，每秒 2,500 行，检查约剩 0:06"),
        ((20_000, 20_000, 9.0, True), "20,000 行已全部检查，正在入库…"),
    ],
)
def test_progress_is_told_as_it_was_measured(told: tuple | None, words: str):
    from core.jobrunner import Progress

    assert _watching.how_far(Progress(*told) if told else None) == words


def test_every_state_of_a_job_has_its_colour():
    from pages._charts import COLOURS

    assert {str(state) for state in JobState} <= set(COLOURS)
    assert len({say(state) for state in JobState}) == len(JobState)


def test_of_a_semesters_jobs_under_way_a_few_are_shown_with_their_progress_and_the_rest_counted(
    open_screen: Open, tmp_path: Path
):
    desk = Desk(_parts.runner()._db, COMMAND_LINE, system_clock)
    told = JobFile("waits.csv", 100, declared(), None, None)
    for place in range(_watching._IN_SIGHT + 12):
        package = Package((a_csv(tmp_path / f"{place}.csv", people(3)),))
        jobs.enter(desk, [Asking(f"{place}.csv", package, (told,))])

    app = open_screen("jobs")

    assert len([button for button in app.button if str(button.key).startswith("jobs.cancel.")]) == _watching._IN_SIGHT
    assert any("另有 12 个任务在办或排队" in said.value for said in app.caption)
