"""The one door for statuses, and the book of acts behind it."""

import pytest

from core import feedback, ledger, review
from core.errors import NotAllowed
from core.lifecycle import FILING, RECORD
from tests.builders import (
    HONORARY,
    NAMELESS,
    NOON,
    TERM,
    a_desk,
    a_filing,
    an_approval,
    at_desk,
    people,
    released,
    statuses,
)

_OF_FILING = "SELECT record_id, version FROM record WHERE filing_id = $filing_id"


def _acts(desk):
    return desk.db.frame("SELECT machine, event, subject, subject_id, moved FROM act ORDER BY act_id").rows()


def test_every_step_of_the_line_is_one_act_in_the_book(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, [*people(3), *people(2, first=3, **NAMELESS)], approved=True)
    feedback.issue(desk, TERM)
    released(desk, TERM, counted=3)

    assert _acts(desk) == [
        ("filing", "receive", "filing", 1, 1),
        ("record", "sort", "filing", 1, 5),
        ("filing", "approve", "filing", 1, 1),
        ("case", "send", "feedback_run", 1, 2),
        ("publication_run", "open", "publication_run", 1, 1),
        ("publication_run", "pass", "publication_run", 1, 1),
        ("publication_run", "freeze", "publication_run", 1, 1),
        ("record", "publish", "publication", 1, 3),
        ("publication_run", "release", "publication_run", 1, 1),
    ]
    who_and_when = desk.db.frame("SELECT DISTINCT actor, acted_at FROM act ORDER BY actor").rows()
    assert who_and_when == [("colleague", NOON), (desk.actor.key, NOON)]


def test_an_event_moves_all_the_chosen_or_none(tmp_path):
    desk = a_desk(tmp_path)
    filing = a_filing(desk, [*people(3), *people(1, first=3, **NAMELESS)])
    acts = _acts(desk)

    with pytest.raises(NotAllowed), desk.db.transaction() as tx:
        ledger.move(
            tx, RECORD, "publish", ledger.act_of(desk, "filing", filing.filing_id), chosen=_OF_FILING,
            filing_id=filing.filing_id,
        )

    assert statuses(desk, filing.filing_id) == {"cleared": 3, "withheld": 1}
    assert _acts(desk) == acts


def test_moving_nothing_writes_nothing(tmp_path):
    desk = a_desk(tmp_path)

    with desk.db.transaction() as tx:
        moved = ledger.move(tx, RECORD, "publish", ledger.act_of(desk, "filing", 9), chosen=_OF_FILING, filing_id=9)

    assert moved == 0
    assert _acts(desk) == []


def test_an_event_that_would_part_the_chosen_is_an_error(tmp_path):
    desk = a_desk(tmp_path)
    filing = a_filing(desk, [*people(1), *people(1, first=1, **HONORARY)])
    parting = type(RECORD)("record", "记录", RECORD.start, {**RECORD.transitions, (RECORD.word("cleared"), "revoke"): RECORD.word("withheld")})

    with pytest.raises(ValueError, match="more than one"), desk.db.transaction() as tx:
        ledger.move(
            tx, parting, "revoke", ledger.act_of(desk, "filing", filing.filing_id), chosen=_OF_FILING,
            filing_id=filing.filing_id,
        )

    assert statuses(desk, filing.filing_id) == {"cleared": 1, "out_of_scope": 1}


def test_a_filing_can_be_approved_once_and_not_returned_after(tmp_path):
    desk = a_desk(tmp_path)
    filing_id = a_filing(desk, approved=True).filing_id

    with pytest.raises(NotAllowed):
        an_approval(desk, filing_id)
    with pytest.raises(NotAllowed):
        review.send_back(desk, filing_id, reason="重报")

    assert statuses(desk, filing_id) == {"cleared": 1}
    assert FILING.events_from("approved") == {"replace"}


def test_the_book_tells_who_acted(tmp_path):
    desk = a_desk(tmp_path)
    filing_id = a_filing(desk).filing_id
    beijing = at_desk(desk, province="11")

    an_approval(beijing, filing_id)

    act = desk.db.frame("SELECT actor, note FROM act WHERE event = 'approve'").row(0)
    assert act == (beijing.actor.key, f"示范学位办〔2025〕{filing_id}号")
