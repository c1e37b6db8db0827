"""What is found of a filing as such holds all its records back from the lookup until a person has settled it."""

from datetime import date

import polars as pl
import pytest

from core import admission, balance, intake, publication, reading, review, views
from core.declaration import Declared, Resolution
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.publication import Scope
from core.vocabulary import Category, Duty
from tests.builders import NAMELESS, TERM, a_csv, a_filing, an_approval, at_desk, people, released, statuses
from tests.test_versions import again


def received(desk, records, resolution, name="filing.csv"):
    told = Declared(TERM, "80901", Category.BACHELOR, resolution=resolution)
    source = reading.open_filing(a_csv(desk.db.folder.parent / name, records, layout="named"))
    got = intake.receive(desk, admission.preview(desk, source, told), told, source, name)
    an_approval(desk, got.filing_id)
    return got


@pytest.fixture
def short(desk):
    """A filing of three records whose resolution lists four."""
    return received(desk, people(3), Resolution("示范〔2025〕3号", date(2025, 6, 18), 4, True)).filing_id


def test_a_count_that_disagrees_with_the_resolution_is_found_of_the_filing_not_of_a_record(desk, short):
    found = views.filing_findings(desk, short)

    assert found.select("rule", "class", "closed").rows() == [("X09", "inaccurate", None)]
    assert "3" in found["value"][0] and "4" in found["value"][0]
    assert statuses(desk, short) == {"cleared": 3}
    assert desk.db.frame("SELECT * FROM finding").is_empty()


def test_its_records_do_not_go_up_until_it_is_settled(desk, short):
    assert publication.ready(desk, TERM) == 0 == balance.sheet(desk)["ready"][0]
    assert publication.gate(desk, Scope(term=TERM.code)).by_province.select("ready", "held").rows() == [(0, 3)]
    assert released(desk, TERM, counted=0) == 0

    review.settle(desk, short, "X09", note="决议另页列有一人缓授，已核实。")

    assert publication.ready(desk, TERM) == 3
    assert released(desk, TERM, counted=3) == 3
    assert views.filing_findings(desk, short)["closed"].to_list() == ["决议另页列有一人缓授，已核实。"]
    assert views.acts(desk)["event"].to_list().count("settle") == 1


def test_settling_asks_for_a_note_the_duty_and_something_open(desk, short):
    with pytest.raises(BadRequest):
        review.settle(desk, short, "X09", note=" ")
    with pytest.raises(NotFound):
        review.settle(desk, short, "X10", note="已核实。")
    with pytest.raises(NotAuthorised):
        review.settle(at_desk(desk, Duty.READ, Duty.LOAD), short, "X09", note="已核实。")


def test_a_filing_whose_resolution_agrees_goes_up(desk):
    received(desk, people(3), Resolution("示范〔2025〕3号", date(2025, 6, 18), 3, True))

    assert publication.ready(desk, TERM) == 3


def test_a_filing_of_which_no_resolution_is_told_is_not_judged_by_it(desk):
    filing = received(desk, people(3), Resolution()).filing_id

    told = {row["rule"]: row for row in views.filing_rules(desk, filing).iter_rows(named=True)}
    assert [told[code]["not_evaluated"] for code in ("I17", "X09")] == [1, 1]
    assert publication.ready(desk, TERM) == 3


def test_a_filing_without_the_scan_is_incomplete(desk):
    filing = received(desk, people(1), Resolution(attached=False)).filing_id

    assert views.filing_findings(desk, filing)["rule"].to_list() == ["I17"]
    assert publication.ready(desk, TERM) == 0


def test_a_conferral_before_the_resolution_is_suspected(desk):
    received(desk, people(2), Resolution(resolved_on=date(2025, 6, 21)))

    assert desk.db.frame("SELECT rule, class FROM finding ORDER BY record_id").rows() == [("P20", "policy")] * 2


def test_several_filings_are_passed_by_one_document_all_or_none(desk):
    first = a_filing(desk, people(2), name="one.csv").filing_id
    second = a_filing(desk, people(3, first=5), name="two.csv").filing_id
    waiting = review.waiting(desk)
    assert waiting.select("filing_id", "records", "withheld").rows() == [(first, 2, 0), (second, 3, 0)]

    passed = review.approve_all(desk, waiting, approved_on=desk.now().date(), document="示范〔2025〕9号")

    assert passed == 5
    assert {views.filing(desk, each)["review_document"] for each in (first, second)} == {"示范〔2025〕9号"}
    assert review.waiting(desk).is_empty()


def test_when_one_of_several_no_longer_waits_none_is_passed(desk):
    first = a_filing(desk, people(2), name="one.csv").filing_id
    second = a_filing(desk, people(3, first=5), name="two.csv").filing_id
    seen = review.waiting(desk)
    an_approval(desk, second)

    with pytest.raises(NotAllowed) as refusal:
        review.approve_all(desk, seen, approved_on=desk.now().date(), document="示范〔2025〕9号")
    assert f"批次 {second} 在" in refusal.value.zh
    assert views.filing(desk, first)["status"] == "received"


def test_a_filing_that_changed_since_it_was_looked_at_is_not_passed_unseen_nor_are_those_chosen_with_it(desk):
    first = a_filing(desk, people(2), name="one.csv").filing_id
    second = a_filing(desk, people(3, first=5), name="two.csv").filing_id
    today = {"approved_on": desk.now().date(), "document": "示范〔2025〕9号"}
    seen = review.waiting(desk)

    third = again(desk, [*people(2, first=5), *people(1, first=7, **NAMELESS)], second)
    with pytest.raises(NotAllowed, match=f"status: {second}"):
        review.approve_all(desk, seen, **today)
    fewer = review.waiting(desk).with_columns(withheld=pl.lit(0), incomplete=pl.lit(0))
    with pytest.raises(NotAllowed, match=f"status: {third}"):
        review.approve_all(desk, fewer, **today)

    assert {views.filing(desk, each)["status"] for each in (first, third)} == {"received"}
    assert review.approve_all(desk, review.waiting(desk), **today) == 5


def test_a_province_passes_only_its_own(desk):
    first = a_filing(desk, people(2), name="one.csv").filing_id
    shanghai = at_desk(desk, Duty.READ, Duty.APPROVE, province="31")
    today = {"approved_on": desk.now().date(), "document": "示范〔2025〕9号"}

    assert review.waiting(shanghai).is_empty()
    with pytest.raises(NotFound):
        review.approve_all(shanghai, review.waiting(desk), **today)
    with pytest.raises(NotFound):
        review.approve(shanghai, first, **today)
    with pytest.raises(BadRequest):
        review.approve_all(desk, review.waiting(shanghai), **today)
