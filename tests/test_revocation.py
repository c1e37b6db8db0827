"""撤销: two doors off the line, each item with a receipt, and a guard that lets nothing back without two signatures."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core import (
    attachments,
    balance,
    feedback,
    ledger,
    lookup,
    package_folder,
    public_package,
    publication,
    reentry,
    resort,
    revocation,
    revocation_list,
    ruleset,
    takedown,
    views,
)
from core.__main__ import main
from core.desk import province_reviewer
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.public import package as packages
from core.public_package import Public
from core.reentry import Override
from core.revocation import Revocation, Withdrawal
from core.revocation_list import Party, RevocationFilter
from core.vocabulary import Duty
from tests.builders import (
    NAMELESS,
    SECRET,
    TERM,
    TOO_FAST,
    a_desk,
    a_filing,
    at_desk,
    people,
    released,
    statuses,
)
from tests.builders_corrections import a_change, settled, taken

PDF = b"%PDF-1.7"
SIGNED = Override("王示例", "示范学位〔2025〕31号", "新决议重新授予学位")
ALL = RevocationFilter()


def a_revocation(desk, **changes):
    """A decision that took effect on 1 September 2025 and was received on the 10th."""
    told = {
        "institution": "80901", "decision_no": "示范撤〔2025〕1号", "effective_on": date(2025, 9, 1),
        "received_on": date(2025, 9, 10), "requester": "示例科学研究院学位办", "paper": attachments.keep(desk.db, PDF, "决议.pdf"),
    }
    return Revocation(**told | changes)


WITHDRAWAL = Withdrawal("80901", date(2025, 9, 10), "示例科学研究院学位办", "误将未授予人员报送备案")


def numbers(records):
    return [record["XWZSBH"] for record in records]


def status_of(desk, record_id):
    return desk.db.frame("SELECT status FROM record WHERE record_id = $id ORDER BY version DESC", id=record_id)["status"][0]


def published(desk, records, name="first.csv"):
    filing_id = a_filing(desk, records, approved=True, name=name).filing_id
    released(desk, TERM, counted=publication.ready(desk, TERM))
    return filing_id


def come_again(desk, records, name="again.csv"):
    """The records filed once more, their thesis titled by the file so that it is another file."""
    titled = [record | {"LWTM": f"内部控制信息系统的研究与实现（{name}）"} for record in records]
    return a_filing(desk, titled, approved=True, name=name).filing_id


def first_record(desk, filing_id):
    return desk.db.frame("SELECT min(record_id) AS n FROM record WHERE filing_id = $id", id=filing_id).item()


def ids(desk):
    """Every record's number, in the order they came."""
    return desk.db.frame("SELECT DISTINCT record_id FROM record ORDER BY record_id")["record_id"].to_list()


def open_guard(desk, filing_id):
    found = desk.db.frame(
        "SELECT rule FROM finding WHERE filing_id = $id AND rule IN ('P23', 'O05') AND closed IS NULL", id=filing_id
    )
    return found["rule"].to_list()


@pytest.fixture
def operator(desk):
    return at_desk(desk, Duty.READ, Duty.LOAD, Duty.APPROVE, Duty.FEEDBACK)


@pytest.fixture
def publisher(desk):
    return at_desk(desk, Duty.READ, Duty.PUBLISH)


def test_a_degree_revoked_and_a_filing_withdrawn_leave_by_their_own_doors_and_are_told_apart(desk):
    records = people(4)
    filing_id = published(desk, records)

    degree = revocation.take_in(desk, a_revocation(desk), numbers(records[:2]))
    filing = revocation.take_in(desk, WITHDRAWAL, numbers(records[2:3]))

    assert [each.taken for each in (*degree, *filing)] == [True] * 3
    assert "撤销学位" in degree[0].zh and "撤销备案" in filing[0].zh
    assert statuses(desk, filing_id) == {"revoked": 2, "withdrawn": 1, "published": 1}
    assert revocation_list.totals(desk, ALL) == {"degree": 2, "filing": 1}
    line = balance.sheet(desk).row(0, named=True)
    assert (line["revoked"], line["withdrawn"], line["published"], line["gap"]) == (2, 1, 1, 0)


def test_what_left_the_line_is_off_the_lookup_at_once_and_stays_on_file(desk):
    records = people(2)
    published(desk, records)
    asked = [(record["XM"], record["XWZSBH"]) for record in records]
    assert all(lookup.find(desk.db, *each) for each in asked)

    revocation.take_in(desk, a_revocation(desk), numbers(records[:1]))
    revocation.take_in(desk, WITHDRAWAL, numbers(records[1:]))

    assert [lookup.find(desk.db, *each) for each in asked] == [None, None]
    head = views.record(desk, ids(desk)[0])
    assert (head["status"], head["certificate_no"]) == ("revoked", records[0]["XWZSBH"])
    assert views.filed_row(desk, head)["XM"] == records[0]["XM"]


@pytest.mark.parametrize(
    ("fault", "before"), [({}, "cleared"), (NAMELESS, "withheld"), ({"XWLBM": "1", "XWLB": "名誉博士学位"}, "out_of_scope")],
    ids=["cleared", "withheld", "out of scope"],
)
def test_a_record_leaves_from_wherever_it_stands_and_its_case_is_closed(desk, fault, before):
    records = people(1, **fault)
    filing_id = a_filing(desk, records, approved=True).filing_id
    feedback.issue(desk, TERM)
    assert statuses(desk, filing_id) == {before: 1}

    receipt, = revocation.take_in(desk, WITHDRAWAL, numbers(records))

    assert receipt.taken
    assert statuses(desk, filing_id) == {"withdrawn": 1}
    assert set(desk.db.frame("SELECT status FROM withheld_case")["status"]) <= {"closed"}
    assert feedback.issue(desk, TERM) == 0
    assert revocation_list.page(desk, ALL)["former_status"].to_list() == [before]


def test_each_item_has_its_receipt_and_the_good_ones_are_taken_all_the_same(desk):
    records = people(3)
    published(desk, records)
    other = people(1, first=30, institution="80902")
    a_filing(desk, other, institution="80902", name="other.csv")
    first, second, third = numbers(records)
    revocation.take_in(desk, WITHDRAWAL, [third])

    told = revocation.take_in(
        desk, a_revocation(desk), [first, "", f" {first.lower()} ", "0000000000000000", *numbers(other), third, "#x", second],
    )

    assert [each.taken for each in told] == [True, False, False, False, False, False, False, True]
    for receipt, word in zip(told[1:-1], ("空行", "第1行", "没有找到", "不是报送单位", "备案已经撤销", "没有找到"), strict=True):
        assert word in receipt.zh
    assert [status_of(desk, each) for each in ids(desk)[:3]] == ["revoked", "revoked", "withdrawn"]


def test_a_receipt_tells_nothing_of_the_person(desk):
    records = people(2)
    published(desk, records)
    told = revocation.take_in(desk, a_revocation(desk), [*numbers(records), records[0]["XWZSBH"], "123"])

    said = " ".join(f"{each.zh} {each.en}" for each in told) + " ".join(views.acts(desk)["note"])
    for record in records:
        assert record["XM"] not in said and record["XWZSBH"] not in said and record["ZJHM"] not in said


@pytest.mark.parametrize("door", ["degree", "filing"])
@pytest.mark.parametrize(("before", "word"), [("degree", "学位已经撤销"), ("filing", "备案已经撤销")])
def test_what_left_already_is_refused_by_either_door(desk, door, before, word):
    doors = {"degree": a_revocation(desk), "filing": WITHDRAWAL}
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, doors[before], numbers(records))

    receipt, = revocation.take_in(desk, doors[door], numbers(records))

    assert not receipt.taken and word in receipt.zh
    assert revocation_list.page(desk, ALL).height == 1


def test_a_number_that_several_records_share_asks_for_the_one_that_is_meant(desk):
    record = people(1)[0]
    twin = people(1, first=7, XWZSBH=record["XWZSBH"])[0]
    a_filing(desk, [record, twin])

    first, second = ids(desk)

    asked, = revocation.take_in(desk, WITHDRAWAL, [record["XWZSBH"]])
    taken, = revocation.take_in(desk, WITHDRAWAL, [f"#{second}"])

    assert not asked.taken and f"#{first}、#{second}" in asked.zh
    assert taken.taken
    assert [status_of(desk, each) for each in (first, second)] == ["cleared", "withdrawn"]


def test_a_decision_that_has_not_taken_effect_is_refused_with_a_sentence(desk):
    records = people(1)
    published(desk, records)
    tomorrow = desk.now().date() + timedelta(days=1)

    with pytest.raises(BadRequest) as refused:
        revocation.take_in(desk, a_revocation(desk, effective_on=tomorrow), numbers(records))

    assert "尚未生效" in refused.value.zh
    assert status_of(desk, ids(desk)[0]) == "published"


@pytest.mark.parametrize(
    "change",
    [{"decision_no": " "}, {"requester": ""}, {"institution": ""}, {"paper": None}, {"received_on": date(2025, 9, 16)}],
    ids=["no number", "nobody asks", "no institution", "no paper", "received tomorrow"],
)
def test_a_report_that_lacks_something_is_refused_whole(desk, change):
    records = people(1)
    published(desk, records)

    with pytest.raises(BadRequest):
        revocation.take_in(desk, a_revocation(desk, **change), numbers(records))
    with pytest.raises(BadRequest):
        revocation.take_in(desk, replace(WITHDRAWAL, reason=" "), numbers(records))

    assert statuses(desk, 1) == {"published": 1}


def test_a_list_without_an_item_or_too_long_is_refused(desk):
    for which in ([], ["", " "], ["1"] * (revocation.MOST + 1)):
        with pytest.raises(BadRequest):
            revocation.take_in(desk, WITHDRAWAL, which)


def test_a_decision_older_than_the_degree_is_refused_for_that_item(desk):
    records = people(1)
    published(desk, records)

    receipt, = revocation.take_in(desk, a_revocation(desk, effective_on=date(2025, 6, 19)), numbers(records))

    assert not receipt.taken and "授予日" in receipt.zh


def test_classified_records_are_found_by_those_with_that_duty_alone(desk):
    records = people(1, **SECRET)
    a_filing(desk, records)
    plain = at_desk(desk, *(duty for duty in Duty if duty is not Duty.CLASSIFIED))

    refused, = revocation.take_in(plain, WITHDRAWAL, numbers(records))
    by_number, = revocation.take_in(plain, WITHDRAWAL, [f"#{ids(desk)[0]}"])
    assert (refused.taken, by_number.taken) == (False, False)
    assert revocation.take_in(desk, WITHDRAWAL, numbers(records))[0].taken
    assert revocation_list.page(desk, ALL).height == 1
    assert revocation_list.page(plain, ALL).is_empty()
    assert revocation_list.totals(plain, ALL) == {"degree": 0, "filing": 0}
    assert revocation_list.of_record(plain, ids(desk)[0]) is None
    assert revocation_list.untold(plain).is_empty()


def test_only_who_receives_reports_may_register_one(desk):
    with pytest.raises(NotAuthorised):
        revocation.take_in(at_desk(desk, Duty.READ, Duty.PUBLISH), WITHDRAWAL, ["1"])
    with pytest.raises(NotAuthorised):
        revocation.take_in(at_desk(desk, Duty.LOAD, province="11"), WITHDRAWAL, ["1"])


def test_a_superseded_version_is_not_what_leaves(desk):
    records = people(1)
    a_filing(desk, records)
    with desk.db.transaction() as tx:
        ledger.move(
            tx, ledger.RECORD, "correct", ledger.act_of(desk, "filing", 1), chosen="SELECT record_id, version FROM record"
        )

    for which in (numbers(records), [f"#{ids(desk)[0]}"]):
        receipt, = revocation.take_in(desk, WITHDRAWAL, which)
        assert not receipt.taken


def test_the_registration_is_told_whole_with_its_paper_and_its_act(desk):
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, a_revocation(desk, reason="学位论文作假"), numbers(records))

    line = revocation_list.page(desk, ALL).row(0, named=True)
    told = ("kind", "record_id", "decision_no", "requester", "reason", "former_status", "due_on", "on_time", "provisional")
    assert {name: line[name] for name in told} == {
        "kind": "degree", "record_id": ids(desk)[0], "decision_no": "示范撤〔2025〕1号", "requester": "示例科学研究院学位办",
        "reason": "学位论文作假", "former_status": "published", "due_on": date(2025, 9, 15), "on_time": True, "provisional": False,
    }
    assert (line["registered_at"], line["registered_by"]) == (desk.now(), desk.actor.key)
    own = revocation_list.of_record(desk, ids(desk)[0])
    assert {name: own[name] for name in told if name != "record_id"} == {name: line[name] for name in told if name != "record_id"}
    scan = revocation_list.papers(desk, line["revocation_id"]).row(0, named=True)
    assert scan["file_name"] == "决议.pdf"
    assert revocation_list.paper(desk, line["revocation_id"], scan["sha256"]) == PDF
    act = views.acts(desk).row(0, named=True)
    assert (act["machine"], act["event"], act["subject"], act["subject_id"]) == (
        "record", "revoke", "revocation", line["revocation_id"],
    )


def test_a_province_sees_its_own_and_nothing_else(desk):
    ours, theirs = people(1), people(1, first=30, institution="80902")
    published(desk, ours)
    a_filing(desk, theirs, institution="80902", name="other.csv")
    revocation.take_in(desk, a_revocation(desk), numbers(ours))
    revocation.take_in(desk, replace(WITHDRAWAL, institution="80902"), numbers(theirs))
    beijing = replace(desk, actor=province_reviewer("11", "北京市", "Beijing"))

    assert revocation_list.page(beijing, ALL)["record_id"].to_list() == ids(desk)[:1]
    assert revocation_list.totals(beijing, ALL) == {"degree": 1, "filing": 0}
    assert revocation_list.timeliness(beijing, ALL)["institution"].to_list() == ["80901"]
    assert views.acts(beijing)["event"].to_list().count("revoke") == 1
    assert "withdraw" not in views.acts(beijing)["event"].to_list()
    assert revocation_list.of_record(beijing, ids(desk)[1]) is None
    with pytest.raises(NotFound):
        revocation_list.paper(beijing, 2, "0" * 64)


def test_timeliness_counts_by_institution_what_came_on_time_and_what_late(desk):
    records = people(4)
    published(desk, records)
    other = people(1, first=30, institution="80902")
    a_filing(desk, other, institution="80902", name="other.csv")
    revocation.take_in(desk, a_revocation(desk), numbers(records[:2]))
    revocation.take_in(desk, a_revocation(desk, effective_on=date(2025, 8, 25)), numbers(records[2:3]))
    revocation.take_in(desk, WITHDRAWAL, numbers(records[3:]))
    revocation.take_in(desk, a_revocation(desk, institution="80902"), numbers(other))

    found = revocation_list.timeliness(desk, ALL).select(
        "institution", "records", "on_time", "late", "undated", "most_days_late"
    )

    assert found.rows() == [("80901", 3, 2, 1, 0, 2), ("80902", 1, 1, 0, 0, None)]


def test_who_is_to_be_told_is_listed_until_it_is_noted(desk):
    records = people(3)
    published(desk, records)
    revocation.take_in(desk, a_revocation(desk), numbers(records[:2]))
    revocation.take_in(desk, WITHDRAWAL, numbers(records[2:]))

    waiting = revocation_list.untold(desk)
    assert waiting.select("party", "kind", "institution", "records").rows() == [
        ("institution", "degree", "80901", 2), ("institution", "filing", "80901", 1),
        ("province", "degree", "80901", 2), ("province", "filing", "80901", 1),
    ]
    with pytest.raises(BadRequest):
        revocation_list.note_told(desk, Party.PROVINCE, [1], told_on=desk.now().date(), way=" ")
    with pytest.raises(BadRequest):
        revocation_list.note_told(desk, Party.PROVINCE, [1], told_on=desk.now().date() + timedelta(days=1), way="公文")
    revocation_list.note_told(desk, Party.PROVINCE, waiting["revocations"][2].to_list(), told_on=desk.now().date(), way="学位中心函〔2025〕9号")

    assert revocation_list.untold(desk).select("party", "kind").rows() == [
        ("institution", "degree"), ("institution", "filing"), ("province", "filing"),
    ]
    assert revocation_list.told(desk, 1).select("party", "way").rows() == [("province", "学位中心函〔2025〕9号")]


# Off the public packages.


def a_package(desk, root):
    public = Public(desk.db.folder, ruleset.in_force(desk.db, desk.now().date()), desk.now())
    with desk.db.snapshot() as seen:
        package = public_package.write_full(seen, public, root)
    package_folder.release(root, package)


def test_a_removal_delta_is_put_in_force_the_same_day(desk, tmp_path):
    records, root = people(3), tmp_path / "packages"
    published(desk, records)
    a_package(desk, root)
    revocation.take_in(desk, a_revocation(desk), numbers(records[:1]))
    assert takedown.waiting(desk) == 1

    written = takedown.take_down(desk, root)

    assert (written.manifest.number, written.manifest.kind, written.manifest.records) == (2, packages.DELTA, 2)
    assert written.manifest.changes == {packages.ADD: 0, packages.ALTER: 0, packages.REMOVE: 1}
    assert packages.latest(root).manifest.number == 2
    assert takedown.waiting(desk) == 0
    assert revocation_list.page(desk, ALL)["package"].to_list() == [2]
    assert takedown.take_down(desk, root) is None


def test_what_was_not_on_line_needs_no_delta(desk, tmp_path):
    records, root = people(2), tmp_path / "packages"
    published(desk, records[:1])
    a_filing(desk, records[1:], name="second.csv")
    a_package(desk, root)
    revocation.take_in(desk, WITHDRAWAL, numbers(records[1:]))

    assert takedown.waiting(desk) == 0
    assert takedown.take_down(desk, root) is None
    assert takedown.take_down(desk, tmp_path / "none") is None


def test_a_removal_waits_for_no_package_that_publishing_still_owes(desk, tmp_path):
    records, root = people(3), tmp_path / "packages"
    published(desk, records[:2])
    a_package(desk, root)
    published(desk, records[2:], name="second.csv")
    revocation.take_in(desk, a_revocation(desk), numbers(records[:1]))

    written = takedown.take_down(desk, root)

    assert written.manifest.changes == {packages.ADD: 1, packages.ALTER: 0, packages.REMOVE: 1}
    assert packages.latest(root).manifest.records == 2


# The guard: nothing comes back without a signed override.


@pytest.mark.parametrize(
    ("door", "rule", "status"), [("degree", "P23", "withheld"), ("filing", "O05", "out_of_scope")], ids=["degree", "filing"]
)
def test_what_is_registered_stops_the_same_record_in_a_later_filing(desk, door, rule, status):
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, {"degree": a_revocation(desk), "filing": WITHDRAWAL}[door], numbers(records))

    again = come_again(desk, records)

    assert statuses(desk, again) == {status: 1}
    assert open_guard(desk, again) == [rule]
    hit = reentry.page(desk).row(0, named=True)
    assert (hit["record_id"], hit["rule"], hit["state"]) == (ids(desk)[1], rule, "stopped")
    assert reentry.total(desk) == 1


def test_a_revoked_number_is_stopped_in_anybodys_hands_and_a_revoked_person_with_another_number(desk):
    record, stranger = people(1)[0], people(1, first=40)[0]
    published(desk, [record])
    revocation.take_in(desk, a_revocation(desk), numbers([record]))

    taken = come_again(desk, [stranger | {"XWZSBH": record["XWZSBH"]}])
    renumbered = come_again(desk, [record | {"XWZSBH": "8090142025000777"}], "third.csv")

    assert open_guard(desk, taken) == open_guard(desk, renumbered) == ["P23"]


def test_the_guard_stops_a_twin_of_the_same_filing_but_not_the_revoked_record_itself_when_judged_anew(desk):
    record = people(1)[0]
    twin = people(1, first=7, XWZSBH=record["XWZSBH"])[0]
    filing_id = a_filing(desk, [record, twin]).filing_id
    revocation.take_in(desk, a_revocation(desk), [f"#{ids(desk)[0]}"])

    filing, = resort.filings(desk).to_dicts()
    judged = resort.judge(desk, filing, ruleset.in_force(desk.db, desk.now().date())).findings

    assert judged.filter(rule="P23")["row"].to_list() == [ids(desk)[1] - filing["first_record"]]
    assert filing["filing_id"] == filing_id


def test_an_override_takes_two_people_and_lets_exactly_that_record_pass(desk, operator, publisher):
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, a_revocation(desk), numbers(records))
    again = come_again(desk, records)
    record_id = first_record(desk, again)

    override = reentry.propose(operator, record_id, SIGNED)
    assert (status_of(desk, record_id), reentry.page(desk)["state"].to_list()) == ("withheld", ["proposed"])
    assert publication.ready(desk, TERM) == 0
    reentry.confirm(publisher, override)

    assert (status_of(desk, record_id), reentry.page(desk)["state"].to_list()) == ("cleared", ["passed"])
    assert desk.db.frame("SELECT status FROM withheld_case WHERE record_id = $id", id=record_id)["status"].to_list() == ["closed"]
    assert released(desk, TERM, counted=1) == 1
    assert lookup.find(desk.db, records[0]["XM"], records[0]["XWZSBH"])
    third = come_again(desk, records, "third.csv")
    assert open_guard(desk, third) == ["P23"]
    told = [(act["event"], act["actor"]) for act in views.acts(desk).iter_rows(named=True) if act["subject"] == "override"]
    assert ("propose_return", operator.actor.key) in told and ("allow_return", publisher.actor.key) in told


def test_an_override_of_a_withdrawn_filing_brings_it_back_onto_the_line(desk, operator, publisher):
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, WITHDRAWAL, numbers(records))
    record_id = first_record(desk, come_again(desk, records))

    reentry.confirm(publisher, reentry.propose(operator, record_id, SIGNED))

    assert status_of(desk, record_id) == "cleared"


def test_the_person_who_proposed_an_override_cannot_confirm_it(desk):
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, a_revocation(desk), numbers(records))
    record_id = first_record(desk, come_again(desk, records))
    override = reentry.propose(desk, record_id, SIGNED)

    with pytest.raises(NotAllowed, match="other than"):
        reentry.confirm(desk, override)

    assert status_of(desk, record_id) == "withheld"


def test_what_else_holds_the_record_still_does_after_an_override(desk, operator, publisher):
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, a_revocation(desk), numbers(records))
    record_id = first_record(desk, come_again(desk, [records[0] | TOO_FAST]))

    reentry.confirm(publisher, reentry.propose(operator, record_id, SIGNED))

    assert status_of(desk, record_id) == "withheld"
    case = desk.db.frame("SELECT reason, findings, status FROM withheld_case WHERE record_id = $id", id=record_id)
    assert case.rows() == [("policy", 1, "open")]


def test_an_override_is_refused_or_taken_back_and_may_be_proposed_again(desk, operator, publisher):
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, a_revocation(desk), numbers(records))
    record_id = first_record(desk, come_again(desk, records))

    first = reentry.propose(operator, record_id, SIGNED)
    with pytest.raises(NotAllowed):
        reentry.propose(operator, record_id, SIGNED)
    with pytest.raises(NotAuthorised):
        reentry.refuse(at_desk(desk, Duty.LOAD), first)
    reentry.refuse(publisher, first)
    assert reentry.page(desk)["state"].to_list() == ["refused"]
    with pytest.raises(NotAllowed):
        reentry.confirm(publisher, first)
    second = reentry.propose(operator, record_id, SIGNED)
    reentry.refuse(operator, second)

    assert status_of(desk, record_id) == "withheld"
    reentry.confirm(publisher, reentry.propose(operator, record_id, SIGNED))
    assert status_of(desk, record_id) == "cleared"


@pytest.mark.parametrize("left_out", ["signed_by", "document", "reason"])
def test_an_override_without_signature_number_or_reason_is_refused(desk, left_out):
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, a_revocation(desk), numbers(records))
    record_id = first_record(desk, come_again(desk, records))

    with pytest.raises(BadRequest):
        reentry.propose(desk, record_id, replace(SIGNED, **{left_out: " "}))


def test_there_is_nothing_to_override_of_a_record_the_guard_does_not_stop(desk):
    a_filing(desk, people(1, **NAMELESS))

    with pytest.raises(NotFound):
        reentry.propose(desk, ids(desk)[0], SIGNED)
    with pytest.raises(NotFound):
        reentry.propose(desk, 9_999, SIGNED)


def test_an_override_is_nobodys_without_its_duty(desk):
    with pytest.raises(NotAuthorised):
        reentry.propose(at_desk(desk, Duty.READ, Duty.PUBLISH), 1, SIGNED)
    with pytest.raises(NotAuthorised):
        reentry.confirm(at_desk(desk, Duty.READ, Duty.LOAD), 1)


def test_a_record_let_back_passes_when_the_guard_judges_it_anew_and_its_twin_does_not(desk, operator, publisher):
    records = people(1)
    published(desk, records)
    revocation.take_in(desk, a_revocation(desk), numbers(records))
    allowed = come_again(desk, records)
    reentry.confirm(publisher, reentry.propose(operator, first_record(desk, allowed), SIGNED))
    stopped = come_again(desk, [records[0] | {"XWZSBH": "8090142025000777"}], "third.csv")

    judged = _judged(desk)

    assert {filing for filing, rule in judged if rule == "P23"} == {stopped}


def _judged(desk):
    present = ruleset.in_force(desk.db, desk.now().date())
    return {
        (filing["filing_id"], rule)
        for filing in resort.filings(desk).to_dicts()
        for rule in resort.judge(desk, filing, present).findings["rule"]
    }


# What stood beside it.


@pytest.mark.parametrize(("door", "status"), [("filing", "cleared"), ("degree", "withheld")])
def test_what_stood_beside_a_record_that_leaves_is_judged_again(desk, door, status):
    record, other = people(2)
    filing_id = a_filing(desk, [record, other | {"XWZSBH": record["XWZSBH"]}], approved=True).filing_id
    first, second = ids(desk)
    assert statuses(desk, filing_id) == {"withheld": 2}

    taken, = revocation.take_in(desk, {"degree": a_revocation(desk), "filing": WITHDRAWAL}[door], [f"#{first}"])

    assert taken.taken and status_of(desk, second) == status
    found = dict(desk.db.frame("SELECT rule, closed FROM finding WHERE record_id = $id", id=second).iter_rows())
    assert found == {"X01": "revocation 1"} | ({"P23": None} if door == "degree" else {})
    assert balance.sheet(desk)["gap"].to_list() == [0]


def test_a_revoked_degree_filed_a_second_time_does_not_stay_on_line(desk, tmp_path):
    records, root = people(2), tmp_path / "packages"
    published(desk, records)
    again = come_again(desk, records[:1])
    a_package(desk, root)
    assert statuses(desk, again) == {"withheld": 1}

    revocation.take_in(desk, a_revocation(desk), [f"#{first_record(desk, again)}"])

    assert [status_of(desk, each) for each in ids(desk)] == ["withheld", "published", "revoked"]
    assert lookup.find(desk.db, records[0]["XM"], records[0]["XWZSBH"]) is None
    assert takedown.waiting(desk) == 1
    assert takedown.take_down(desk, root).manifest.changes[packages.REMOVE] == 1
    assert takedown.waiting(desk) == 0


def test_another_degree_of_the_same_person_stays_on_line_when_one_is_revoked(desk):
    records = people(1)
    other = people(1, XWZSBH="8090142025000777", ZYDM="020101", ZYMC="经济学", XWLBM="402", XWLB="经济学学士学位")
    published(desk, records + other)

    revocation.take_in(desk, a_revocation(desk), numbers(records))

    assert statuses(desk, 1)["revoked"] == 1 and status_of(desk, ids(desk)[1]) != "revoked"
    assert open_guard(desk, 1) == []


def test_a_record_with_a_revoked_number_is_still_stopped_once_something_else_of_it_is_corrected(desk):
    record, stranger = people(1)[0], people(1, first=40)[0]
    published(desk, [record])
    revocation.take_in(desk, a_revocation(desk), numbers([record]))
    filing_id = come_again(desk, [stranger | {"XWZSBH": record["XWZSBH"]}])

    settled(desk, *taken(desk, a_change(desk, first_record(desk, filing_id), ZYMC="软件工程", ZYDM="080902")))

    assert open_guard(desk, filing_id) == ["P23"]
    assert status_of(desk, first_record(desk, filing_id)) == "withheld"


# From the command line.


def test_a_list_is_registered_from_the_command_line_with_a_receipt_a_line(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    home, records = tmp_path / "store", people(2)
    desk = a_desk(tmp_path)
    published(desk, records)
    a_package(desk, home / "packages")
    desk.db.close()
    listed, paper = tmp_path / "list.txt", tmp_path / "决议.pdf"
    listed.write_text("\n".join([records[0]["XWZSBH"], "0000"]), encoding="utf-8")
    paper.write_bytes(PDF)
    report = ["--institution", "80901", "--requester", "学位办", "--decision", "示范撤〔2025〕1号", "--effective", "2025-09-01"]

    without = main(["--home", str(home), "revoke", "degree", str(listed), *report])
    code = main(["--home", str(home), "revoke", "degree", str(listed), *report, "--paper", str(paper)])

    assert (without, code) == (2, 1)
    told = capsys.readouterr().out.splitlines()
    assert told[0].startswith("1: 已登记撤销学位") and told[1].startswith("2: 没有找到")
    assert told[2:] == ["登记1条，未登记1条。", "撤下变更包第3号已发布。"]
    assert packages.latest(home / "packages").manifest.changes[packages.REMOVE] == 1


def test_the_command_says_what_is_missing(tmp_path, capsys):
    listed = tmp_path / "list.txt"
    report = ["--institution", "80901", "--requester", "学位办"]

    assert main(["--home", str(tmp_path / "store"), "revoke", "degree", str(listed), *report]) == 2
    listed.write_text("123", encoding="utf-8")
    assert main(["--home", str(tmp_path / "store"), "revoke", "degree", str(listed), *report]) == 2
    assert main(["--home", str(tmp_path / "store"), "revoke", "filing", str(listed), *report, "--received", "1 May"]) == 2
    assert "--effective" in capsys.readouterr().err
