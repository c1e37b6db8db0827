"""当日撤下: taken off the line and out of the packages the same day, kept inactive, and put back as it was."""

from dataclasses import replace

import pytest

from core import audit, lookup, offline, publication, revision, ruleset, takedown, trial, views
from core.__main__ import main
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.offline import Which
from core.public import package as packages
from core.ruleset import Proposal
from core.settings import Settings
from core.trial import Reach
from core.vocabulary import Duty
from tests.builders import TERM, a_desk, a_filing, a_number, at_desk, people, released, statuses
from tests.builders_corrections import a_change, first_record, settled, taken

RECORDS = people(4)
ONE = Which(numbers=(RECORDS[0]["XWZSBH"],))


@pytest.fixture
def desk(tmp_path):
    """Four records on line and in the packages, two of another institution waiting."""
    desk = a_desk(tmp_path)
    a_filing(desk, RECORDS, approved=True)
    released(desk, TERM, counted=4)
    a_filing(desk, people(2, first=50, institution="80902"), institution="80902", name="other.csv")
    yield desk
    desk.db.close()


def root(desk):
    return desk.db.folder / "packages"


def public(desk):
    parts = packages.certificates(packages.chain(packages.latest(root(desk))))
    return [number for part in parts for number in part["XWZSBH"]]


def put_back(desk, number, *, reason):
    """One record put back by two people."""
    colleague = replace(desk, actor=replace(desk.actor, key="colleague"))
    offline.propose_back(colleague, number, reason=reason, counted=1)
    return offline.put_back(desk, number, counted=1)


def sound(desk):
    return [each.invariant.name for each in audit.audit(desk) if each.broken] == []


def test_one_record_is_off_the_line_and_out_of_the_packages_at_once_and_kept(desk):
    number = offline.take_down(desk, ONE, "A13", reason="出生日期经举报核实有误", counted=1)
    takedown.take_down(desk, root(desk))

    assert statuses(desk, 1) == {"published": 3, "withheld": 1}
    assert RECORDS[0]["XWZSBH"] not in public(desk) and len(public(desk)) == 3
    head = views.record(desk, first_record(desk, 1))
    assert (head["status"], head["case_status"], head["reason"]) == ("withheld", "open", "inaccurate")
    assert lookup.find(desk.db, RECORDS[0]["XM"], RECORDS[0]["XWZSBH"]) is None
    told = offline.listed(desk).row(0, named=True)
    assert (told["take_down_id"], told["records"], told["down"], told["reason"]) == (number, 1, 1, "出生日期经举报核实有误")
    assert sound(desk)


def test_a_filter_takes_down_all_it_finds_once_the_count_is_confirmed(desk):
    chosen = Which(term=TERM.code, institution="80901", level="4")
    assert offline.total(desk, chosen) == 4
    assert offline.page(desk, chosen)["record_id"].len() == 4

    with pytest.raises(NotAllowed):
        offline.take_down(desk, chosen, "P11", reason="涉嫌违规", counted=3)
    assert statuses(desk, 1) == {"published": 4}
    offline.take_down(desk, chosen, "P11", reason="涉嫌违规", counted=4)

    assert statuses(desk, 1) == {"withheld": 4}
    assert sound(desk)


def test_what_was_taken_down_by_mistake_is_put_back_on_line_and_in_the_packages(desk):
    number = offline.take_down(desk, ONE, "A13", reason="误认", counted=1)
    takedown.take_down(desk, root(desk))

    assert offline.returning(desk, number) == 1
    assert put_back(desk, number, reason="核实无误") == 1
    assert takedown.waiting(desk) == 1
    takedown.take_down(desk, root(desk))

    assert statuses(desk, 1) == {"published": 4}
    assert len(public(desk)) == 4
    assert desk.db.frame("SELECT status FROM withheld_case").item() == "closed"
    assert [line["event"] for line in views.acts(desk).to_dicts() if line["subject"] == "take_down"] == [
        "put_back", "close", "propose_back", "take_down",
    ]
    with pytest.raises(NotFound):
        put_back(desk, number, reason="再次")
    assert sound(desk)


def test_nobody_puts_back_alone_what_was_taken_down_unless_the_rulebook_lets_them(desk):
    number = offline.take_down(desk, ONE, "A13", reason="误认", counted=1)

    with pytest.raises(NotAllowed, match="Propose it first"):
        offline.put_back(desk, number, counted=1)
    offline.propose_back(desk, number, reason="核实无误", counted=1)
    with pytest.raises(NotAllowed, match="other than the one"):
        offline.put_back(desk, number, counted=1)

    assert statuses(desk, 1) == {"published": 3, "withheld": 1}
    assert offline.proposal(desk, number)["reason"] == "核实无误"
    assert offline.proposal(at_desk(desk, province="31"), number) is None
    base = ruleset.in_force(desk.db, desk.now().date())
    revision.commit(
        desk, Proposal(base, Settings.of((), {"second_release": 0})), effective_on=desk.now().date(), reason="一人办理",
    )
    assert offline.put_back(desk, number, counted=1) == 1
    assert offline.proposal(desk, number) is None
    assert sound(desk)


def test_what_can_be_put_back_is_proposed_again_when_it_has_changed(desk):
    number = offline.take_down(desk, Which(institution="80901"), "A13", reason="误认", counted=4)
    colleague = replace(desk, actor=replace(desk.actor, key="colleague"))
    offline.propose_back(colleague, number, reason="无误", counted=4)
    taken(desk, a_change(desk, first_record(desk, 1), CSRQ="20030308", ZJHM=a_number(0, "20030308")))
    settled(desk, 1)

    with pytest.raises(NotAllowed, match="Propose it first"):
        offline.put_back(desk, number, counted=3)
    offline.propose_back(colleague, number, reason="其余无误", counted=3)

    assert offline.put_back(desk, number, counted=3) == 3
    assert sound(desk)


@pytest.mark.parametrize(("reason", "counted", "refusal"), [(" ", 1, BadRequest), ("理由", 2, NotAllowed)])
def test_a_proposal_without_reason_or_with_another_count_is_refused(desk, reason, counted, refusal):
    number = offline.take_down(desk, ONE, "A13", reason="误认", counted=1)

    with pytest.raises(refusal):
        offline.propose_back(desk, number, reason=reason, counted=counted)

    assert offline.proposal(desk, number) is None


def test_a_take_down_stands_when_its_filing_is_sorted_anew_and_when_its_neighbours_are_judged_again(desk):
    offline.take_down(desk, ONE, "A13", reason="误认", counted=1)
    today = desk.now().date()
    present = ruleset.in_force(desk.db, today)

    revision.sort_anew(desk, trial.run(desk, Proposal(present, present.settings), Reach()))
    assert statuses(desk, 1) == {"published": 3, "withheld": 1}
    revision.commit(desk, Proposal(present, Settings.of(off=frozenset({"A13"}))), effective_on=today, reason="停用")
    assert statuses(desk, 1) == {"published": 3, "withheld": 1}
    a_filing(desk, [RECORDS[0] | {"XWZSBH": "8090142025000900"}], name="twin.csv")
    twin = desk.db.frame("SELECT max(record_id) AS id FROM record").item()
    taken(desk, a_change(desk, twin, XM="张更正"))
    settled(desk, 1)

    told = desk.db.frame("SELECT status FROM record WHERE record_id = $id", id=first_record(desk, 1)).item()
    assert told == "withheld"
    assert desk.db.frame("SELECT closed FROM finding WHERE record_id = $id AND rule = 'A13'", id=first_record(desk, 1))["closed"].to_list() == [None]


def test_a_corrected_record_goes_up_by_the_usual_way_and_is_not_put_back(desk):
    number = offline.take_down(desk, ONE, "A13", reason="出生日期有误", counted=1)
    taken(desk, a_change(desk, first_record(desk, 1), CSRQ="20030308", ZJHM=a_number(0, "20030308")))
    settled(desk, 1)

    assert offline.returning(desk, number) == 0
    assert desk.db.frame("SELECT status FROM record WHERE version = 2").item() == "cleared"
    assert publication.corrected_ready(desk) == 1
    assert sound(desk)


def test_a_correction_of_something_else_leaves_it_down_until_it_is_put_back(desk):
    number = offline.take_down(desk, ONE, "A13", reason="出生日期有误", counted=1)
    takedown.take_down(desk, root(desk))
    taken(desk, a_change(desk, first_record(desk, 1), XM="张更正"))
    settled(desk, 1)

    assert desk.db.frame("SELECT status FROM record WHERE version = 2").item() == "withheld"
    assert put_back(desk, number, reason="出生日期无误") == 1
    takedown.take_down(desk, root(desk))
    assert len(public(desk)) == 4
    assert publication.corrected_ready(desk) == 1
    assert sound(desk)


def test_what_waits_for_its_corrected_version_is_taken_down_as_the_public_sees_it_and_put_back_so(desk):
    taken(desk, a_change(desk, first_record(desk, 1), XM="张更正"))
    settled(desk, 1)
    assert offline.total(desk, ONE) == 1

    number = offline.take_down(desk, ONE, "A13", reason="核实有误", counted=1)
    takedown.take_down(desk, root(desk))
    assert len(public(desk)) == 3
    put_back(desk, number, reason="无误")
    takedown.take_down(desk, root(desk))

    assert len(public(desk)) == 4
    assert statuses(desk, 1) == {"published": 3, "superseded": 1, "cleared": 1}
    assert sound(desk)


@pytest.mark.parametrize(
    ("which", "rule", "reason", "refusal"),
    [
        (Which(), "A13", "理由", BadRequest), (ONE, "A13", " ", BadRequest), (ONE, "O01", "理由", BadRequest),
        (ONE, "P23", "理由", BadRequest), (ONE, "none", "理由", BadRequest), (Which(numbers=("1",)), "A13", "理由", NotFound),
        (Which(institution="80902"), "A13", "理由", NotFound),
    ],
    ids=["nothing chosen", "no reason", "scope", "revoked", "no check", "no such number", "not on line"],
)
def test_what_cannot_be_taken_down_is_refused_with_nothing_moved(desk, which, rule, reason, refusal):
    with pytest.raises(refusal):
        offline.take_down(desk, which, rule, reason=reason, counted=1)

    assert statuses(desk, 1) == {"published": 4}
    assert offline.listed(desk).is_empty()


def test_it_takes_the_duty_to_publish_and_none_in_a_province_has_it(desk):
    for other in (at_desk(desk, Duty.READ, Duty.LOAD), at_desk(desk, province="11")):
        with pytest.raises(NotAuthorised):
            offline.take_down(other, ONE, "A13", reason="理由", counted=1)
    assert offline.total(at_desk(desk, province="31"), ONE) == 0


def test_the_commands_preview_take_down_and_put_back(desk, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    desk.db.close()
    (tmp_path / "numbers.txt").write_text(RECORDS[1]["XWZSBH"] + "\n")
    home = ["--home", str(tmp_path / "store")]
    down = [*home, "takedown", "--list", str(tmp_path / "numbers.txt"), "--rule", "A13", "--reason", "有误"]

    assert main(down) == main([*down, "--count", "1"]) == 0
    assert main([*home, "putback", "1", "--reason", "无误", "--count", "1"]) == 0
    assert main([*home, "putback", "1", "--count", "1"]) == 2
    monkeypatch.setattr("os.getuid", lambda: 4711)
    assert main([*home, "putback", "1", "--count", "1"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "将撤下1条；确认请加 --count 1。", "已撤下1条，撤下号1。", "变更包第2号已发布。",
        "已提出恢复1条，请另一账号确认：putback 1 --count 1。", "已恢复上网1条。", "变更包第3号已发布。",
    ]
