"""零报送: signed, kept apart from records, withdrawn with a reason, superseded by a filing that says so."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core import nil_returns, review, views
from core.deadlines import Term
from core.desk import province_reviewer
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.nil_returns import Nil
from core.vocabulary import Category, Duty, Level
from tests.builders import TERM, a_filing, at_desk, people

NIL = Nil(TERM, "80901", Level.DOCTOR, "李示范", "示范〔2025〕9号", date(2025, 9, 10), "本学期未召开会议")


@pytest.fixture
def reviewer(desk):
    return replace(desk, actor=province_reviewer("11", "北京市", "Beijing"))


def only(desk):
    return nil_returns.of_term(desk, TERM).row(0, named=True)


def test_a_nil_return_is_kept_as_it_was_signed_with_its_act(desk):
    nil_id = nil_returns.enter(desk, NIL)

    kept = only(desk)
    assert {name: kept[name] for name in ("nil_id", "institution", "province", "level", "status")} == {
        "nil_id": nil_id, "institution": "80901", "province": "11", "level": "2", "status": "standing",
    }
    assert (kept["signed_by"], kept["document"], kept["signed_on"], kept["note"]) == (
        "李示范", "示范〔2025〕9号", date(2025, 9, 10), "本学期未召开会议",
    )
    assert (kept["entered_at"], kept["entered_by"]) == (desk.now(), desk.actor.key)
    act = views.acts(desk).row(0, named=True)
    assert (act["machine"], act["event"], act["subject"], act["subject_id"]) == ("nil_return", "enter", "nil_return", nil_id)
    assert "李示范" not in act["note"]


def test_a_reviewer_enters_it_for_the_own_province_and_sees_the_act(reviewer):
    nil_returns.enter(reviewer, NIL)

    assert views.acts(reviewer)["event"].to_list() == ["enter"]


def test_a_reviewer_neither_enters_nor_sees_nor_withdraws_it_for_another_province(desk):
    other = replace(desk, actor=province_reviewer("31", "上海市", "Shanghai"))
    with pytest.raises(NotFound):
        nil_returns.enter(other, NIL)
    nil_id = nil_returns.enter(desk, NIL)

    assert nil_returns.of_term(other, TERM).is_empty()
    assert views.acts(other).is_empty()
    with pytest.raises(NotFound):
        nil_returns.withdraw(other, nil_id, reason="误报")
    assert only(desk)["status"] == "standing"


def test_it_is_nobodys_without_the_duty_to_load_or_to_review(desk):
    nil_returns.enter(at_desk(desk, Duty.LOAD), NIL)
    nobody = at_desk(desk, *(duty for duty in Duty if duty not in (Duty.LOAD, Duty.APPROVE)))

    with pytest.raises(NotAuthorised):
        nil_returns.enter(nobody, replace(NIL, level=Level.MASTER))
    with pytest.raises(NotAuthorised):
        nil_returns.withdraw(nobody, 1, reason="误报")


@pytest.mark.parametrize(
    "change",
    [{"signed_by": " "}, {"document": ""}, {"signed_on": date(2025, 9, 16)}, {"term": Term(2025, 2)}, {"term": Term(2007, 2)}],
    ids=["no signature", "no document", "signed tomorrow", "a semester to come", "before 2008-1"],
)
def test_what_is_left_out_or_cannot_be_is_refused(desk, change):
    with pytest.raises(BadRequest):
        nil_returns.enter(desk, replace(NIL, **change))

    assert nil_returns.of_term(desk, TERM).is_empty()


def test_an_unknown_institution_is_refused(desk):
    with pytest.raises(NotFound):
        nil_returns.enter(desk, replace(NIL, institution="00000"))


@pytest.mark.parametrize("approved", [False, True], ids=["received", "approved"])
def test_it_is_refused_beside_records_of_that_level_and_semester(desk, approved):
    filing = a_filing(desk, approved=approved)

    with pytest.raises(NotAllowed, match=f"filing {filing.filing_id}"):
        nil_returns.enter(desk, replace(NIL, level=Level.BACHELOR))
    nil_returns.enter(desk, NIL)
    nil_returns.enter(desk, replace(NIL, level=Level.BACHELOR, term=Term(2024, 1)))
    nil_returns.enter(desk, replace(NIL, level=Level.BACHELOR, institution="80903"))


def test_it_is_taken_when_the_only_filing_was_returned(desk):
    review.send_back(desk, a_filing(desk).filing_id, reason="并无授予")

    nil_returns.enter(desk, replace(NIL, level=Level.BACHELOR))


def test_it_is_entered_once(desk):
    nil_returns.enter(desk, NIL)

    with pytest.raises(NotAllowed):
        nil_returns.enter(desk, NIL)


def test_it_is_withdrawn_with_a_reason_once_and_may_then_be_entered_again(desk):
    nil_id = nil_returns.enter(desk, NIL)
    with pytest.raises(BadRequest):
        nil_returns.withdraw(desk, nil_id, reason=" ")

    nil_returns.withdraw(desk, nil_id, reason="误报")

    assert (only(desk)["status"], only(desk)["withdrawn_reason"]) == ("withdrawn", "误报")
    assert views.acts(desk)["event"].to_list() == ["withdraw", "enter"]
    with pytest.raises(NotAllowed):
        nil_returns.withdraw(desk, nil_id, reason="误报")
    assert nil_returns.enter(desk, NIL) != nil_id


def test_a_later_filing_of_that_level_and_semester_supersedes_it_and_says_so(desk):
    nil_id = nil_returns.enter(desk, replace(NIL, level=Level.BACHELOR))
    later = at_desk(desk, at=desk.now() + timedelta(days=3))

    received = a_filing(later)

    assert received.superseded == nil_id
    assert (only(desk)["status"], only(desk)["superseded_by"]) == ("superseded", received.filing_id)
    assert "supersede" in views.acts(desk)["event"].to_list()


def test_a_filing_of_another_level_semester_or_institution_leaves_it_standing(desk):
    nil_returns.enter(desk, NIL)
    nil_returns.enter(desk, replace(NIL, level=Level.BACHELOR, term=Term(2023, 2)))
    nil_returns.enter(desk, replace(NIL, level=Level.BACHELOR, institution="80903"))

    assert a_filing(desk, category=Category.BACHELOR).superseded is None

    assert set(desk.db.frame("SELECT status FROM nil_return")["status"]) == {"standing"}


def test_a_withdrawn_one_is_not_superseded(desk):
    nil_id = nil_returns.enter(desk, replace(NIL, level=Level.BACHELOR))
    nil_returns.withdraw(desk, nil_id, reason="误报")

    assert a_filing(desk, people(2)).superseded is None
    assert only(desk)["status"] == "withdrawn"
