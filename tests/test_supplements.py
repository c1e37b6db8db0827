"""补报: a late supplement needs its reason, and the province's consent before it is passed."""

from dataclasses import replace
from datetime import date

import pytest

from core import admission, intake, reading, review, supplements, views
from core.declaration import Grounds
from core.errors import BadRequest, NotAllowed
from tests.builders import LATE, TERM, a_csv, a_filing, an_approval, declared, people

CONSENTED = Grounds("学籍信息核对延误。", "示范学位办补〔2025〕1号", date(2025, 9, 12))


@pytest.mark.parametrize(
    "grounds",
    [Grounds(), Grounds("  "), replace(CONSENTED, consented_on=None), replace(CONSENTED, consent=None),
     replace(CONSENTED, consented_on=date(2025, 9, 16))],
    ids=["no reason", "an empty reason", "a consent without its day", "a day without its consent", "a consent of tomorrow"],
)  # fmt: skip
def test_a_supplement_without_its_reason_or_with_half_a_consent_is_refused(desk, tmp_path, grounds):
    source = reading.open_filing(a_csv(tmp_path / "filing.csv", people(1)))
    told = replace(declared(), supplement=True, grounds=grounds)

    with pytest.raises(BadRequest):
        admission.preview(desk, source, told)
    draft = admission.preview(desk, source, replace(told, grounds=LATE))
    with pytest.raises(BadRequest):
        intake.receive(desk, draft, told, source, "filing.csv")

    assert desk.db.frame("SELECT * FROM filing").is_empty()


def test_a_regular_filing_has_no_grounds(desk, tmp_path):
    source = reading.open_filing(a_csv(tmp_path / "filing.csv", people(1)))

    with pytest.raises(BadRequest):
        admission.preview(desk, source, replace(declared(), grounds=LATE))


def test_a_supplement_keeps_its_reason_and_consent(desk):
    filing = views.filing(desk, a_filing(desk, grounds=CONSENTED).filing_id)

    assert filing["supplement"]
    assert (filing["supplement_reason"], filing["consent_document"], filing["consented_on"]) == (
        CONSENTED.reason, CONSENTED.consent, CONSENTED.consented_on,
    )


def test_a_supplement_without_consent_is_not_approved_until_the_province_has_given_it(desk):
    filing = a_filing(desk, grounds=LATE).filing_id
    with pytest.raises(NotAllowed):
        an_approval(desk, filing)
    assert views.filing(desk, filing)["status"] == "received"

    supplements.consent(desk, filing, document="示范学位办补〔2025〕1号", consented_on=date(2025, 9, 12))
    an_approval(desk, filing)

    assert views.filing(desk, filing)["status"] == "approved"
    assert views.filing(desk, filing)["consent_document"] == "示范学位办补〔2025〕1号"
    assert views.acts(desk)["event"].to_list()[:2] == ["approve", "consent"]


def test_a_supplement_that_came_with_its_consent_is_approved_at_once(desk):
    an_approval(desk, a_filing(desk, grounds=CONSENTED).filing_id)


def test_a_supplement_without_consent_can_be_returned(desk):
    filing = a_filing(desk, grounds=LATE).filing_id

    review.send_back(desk, filing, reason="不同意补报")

    assert views.filing(desk, filing)["status"] == "returned"


@pytest.mark.parametrize(
    "told", [{"document": " "}, {"consented_on": date(2025, 9, 16)}], ids=["no document", "of tomorrow"]
)
def test_a_consent_needs_its_document_and_a_day_that_has_come(desk, told):
    filing = a_filing(desk, grounds=LATE).filing_id

    with pytest.raises(BadRequest):
        supplements.consent(desk, filing, **{"document": "号", "consented_on": date(2025, 9, 12), **told})


@pytest.mark.parametrize("kind", ["regular", "consented", "returned"])
def test_nothing_else_takes_a_consent(desk, kind):
    filing = a_filing(desk, grounds={"consented": CONSENTED, "returned": LATE}.get(kind)).filing_id
    if kind == "returned":
        review.send_back(desk, filing, reason="不同意补报")

    with pytest.raises(NotAllowed):
        supplements.consent(desk, filing, document="号", consented_on=date(2025, 9, 12))


def test_a_supplement_is_of_the_semester_it_is_filed_for(desk):
    assert views.filing(desk, a_filing(desk, grounds=CONSENTED).filing_id)["term"] == TERM.code
