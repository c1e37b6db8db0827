"""公告: who announces, when it stands, and that nothing is released while one holds it."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from core import announcements, book, feedback, publication, publication_run
from core.announcements import Announcement, Stage
from core.book import ActFilter
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.publication import Blocker, Scope
from core.vocabulary import Duty
from tests.builders import NAMELESS, TERM, a_filing, a_run, at_desk, people

TODAY = date(2025, 9, 15)
PLAIN = Announcement("国庆期间照常受理。", TODAY, date(2025, 10, 8), "Open over the holiday.")
HOLD = Announcement("公众查询平台迁移。", TODAY, date(2025, 9, 20), "The public lookup moves.", holds_release=True)


def standing(desk, *day):
    return announcements.standing(desk.db, date(2025, *day))["zh"].to_list()


def test_an_announcement_stands_from_its_first_day_through_its_last(desk):
    announcements.announce(desk, PLAIN)
    announcements.announce(desk, replace(PLAIN, zh="至解除为止。", since=date(2025, 9, 20), until=None, en=""))

    assert [standing(desk, *day) for day in ((9, 14), (9, 15), (9, 20), (10, 8), (10, 9))] == [
        [], [PLAIN.zh], [PLAIN.zh, "至解除为止。"], [PLAIN.zh, "至解除为止。"], ["至解除为止。"],
    ]
    assert announcements.listing(desk)["stage"].to_list() == [Stage.COMING, Stage.STANDS]
    assert announcements.listing(at_desk(desk, at=datetime(2025, 10, 9, 9)))["stage"].to_list() == [Stage.STANDS, Stage.OVER]


def test_without_english_the_chinese_is_told_in_both_languages(desk):
    announcements.announce(desk, replace(PLAIN, en=" "))

    assert announcements.standing(desk.db, TODAY)["en"].to_list() == [PLAIN.zh]


def test_one_that_was_lifted_stands_no_more_and_the_book_says_who_and_why(desk):
    number = announcements.announce(desk, HOLD)
    announcements.lift(at_desk(desk, Duty.ACCOUNTS), number, why="迁移已完成")

    assert standing(desk, 9, 15) == []
    assert announcements.listing(desk)["stage"].to_list() == [Stage.LIFTED]
    told = book.page(desk, ActFilter()).filter(machine="announcement").select("actor", "event", "note").rows()
    assert told == [
        ("tester-accounts", "lift", "迁移已完成"), ("tester", "announce", "【暂停放行】2025-09-15至2025-09-20 公众查询平台迁移。"),
    ]
    with pytest.raises(NotAllowed):
        announcements.lift(desk, number, why="再次")
    with pytest.raises(NotFound):
        announcements.lift(desk, 7, why="没有")
    with pytest.raises(BadRequest):
        announcements.lift(desk, number, why=" ")


@pytest.mark.parametrize("wrong", [
    {"zh": " "}, {"zh": "长" * 301}, {"en": "x" * 301}, {"until": date(2025, 9, 14)}, {"since": date(2025, 9, 1), "until": date(2025, 9, 2)},
], ids=["nothing", "long", "long english", "backwards", "over already"])
def test_what_cannot_be_announced_is_refused(desk, wrong):
    with pytest.raises(BadRequest):
        announcements.announce(desk, replace(PLAIN, **wrong))

    assert announcements.total(desk) == 0


def test_only_the_administrator_announces(desk):
    without = at_desk(desk, *(duty for duty in Duty if duty is not Duty.ACCOUNTS))

    for act in (lambda: announcements.announce(without, PLAIN), lambda: announcements.lift(without, 1, why="x"),
                lambda: announcements.listing(without)):
        with pytest.raises(NotAuthorised):
            act()


@pytest.fixture
def frozen(desk):
    """A run of three records frozen by somebody else."""
    a_filing(desk, people(3) + people(1, first=9, **NAMELESS), approved=True)
    return a_run(desk)


def test_nothing_is_released_while_an_announcement_holds_it_and_it_is_named(desk, frozen):
    announcements.announce(desk, PLAIN)
    number = announcements.announce(desk, HOLD)

    with pytest.raises(NotAllowed, match="Announcement 2 holds every release: “The public lookup moves.”") as refused:
        publication_run.release(desk, frozen, counted=3)
    assert "公告第2号暂停放行：“公众查询平台迁移。”" in refused.value.zh
    assert desk.db.frame("SELECT count(*) FROM record WHERE status = 'published'").item() == 0
    announcements.lift(desk, number, why="迁移已完成")

    assert publication_run.release(desk, frozen, counted=3).moved == 3


def test_a_hold_ends_with_its_last_day(desk, frozen):
    announcements.announce(desk, HOLD)
    with pytest.raises(NotAllowed):
        publication_run.release(at_desk(desk, at=datetime(2025, 9, 20, 23, 59)), frozen, counted=3)

    assert publication_run.release(at_desk(desk, at=datetime(2025, 9, 21, 0, 0)), frozen, counted=3).moved == 3


def test_the_gate_lists_the_hold_and_lets_no_run_through_or_be_frozen(desk):
    a_filing(desk, people(2), approved=True)
    feedback.issue(desk, TERM)
    run_id = publication_run.open_term(desk, TERM)
    number = announcements.announce(desk, HOLD)

    found = publication.gate(desk, Scope(term=TERM.code))
    assert (found.ready, found.blockers["blocker"].to_list()) == (2, [Blocker.ANNOUNCEMENT])
    with pytest.raises(NotAllowed, match="Announcement 1"):
        publication_run.pass_gate(desk, run_id)
    announcements.lift(desk, number, why="完成")
    publication_run.pass_gate(desk, run_id)
    announcements.announce(desk, HOLD)
    with pytest.raises(NotAllowed, match="Announcement 2"):
        publication_run.freeze(desk, run_id)


def test_what_was_released_is_not_undone_either_while_releases_are_held(desk, frozen):
    publication_run.release(desk, frozen, counted=3)
    undoing = publication_run.open_revert(desk, frozen, reason="误放")
    announcements.announce(desk, HOLD)

    with pytest.raises(NotAllowed, match="Announcement 1"):
        publication_run.pass_gate(desk, undoing)
