"""上网批次: frozen by hash, released by a second person in one act with its package, undone, and what moved meanwhile."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import (
    frozen_list,
    lookup,
    offline,
    package_folder,
    public_history,
    public_package,
    publication,
    publication_run,
    publication_runs,
    revision,
    revocation,
    ruleset,
    store,
    takedown,
)
from core.content import ON_LINE
from core.errors import BadRequest, NotAllowed, NotAuthorised, NotFound
from core.offline import Which
from core.public import package as packages
from core.public.verifying import verify
from core.public_package import Public
from core.revocation import Withdrawal
from core.ruleset import Proposal
from core.settings import Settings
from core.vocabulary import Duty
from tests.builders import TERM, a_desk, a_filing, a_run, at_desk, people, released, released_month, statuses
from tests.builders_corrections import a_change, first_record, settled, taken

FIRST = ("张安安", "8090142025000001")


@pytest.fixture
def desk(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(3), approved=True)
    return desk


def _public(desk):
    """Certificate numbers by the package in force."""
    package = packages.latest(public_package.root_of(desk.db))
    parts = packages.certificates(packages.chain(package)) if package else ()
    return [number for part in parts for number in part["XWZSBH"].to_list()]


def _online(desk):
    return desk.db.frame("SELECT certificate_no FROM record WHERE status = 'published' ORDER BY ALL")["certificate_no"].to_list()


def _withdrawn(desk, *which):
    return revocation.take_in(desk, Withdrawal("80901", desk.now().date(), "学位办", "误报"), [f"#{each}" for each in which])


def test_a_release_puts_exactly_the_frozen_list_on_line_and_in_the_package(desk):
    run_id = a_run(desk)
    a_filing(desk, people(2, first=10), approved=True, name="after.csv")

    done = publication_run.release(desk, run_id, counted=3)

    assert (done.moved, done.left, done.package) == (3, 0, 1)
    assert _public(desk) == _online(desk) == [f"8090142025{place:06d}" for place in (1, 2, 3)]
    assert verify(public_package.root_of(desk.db))[-1].manifest.records == 3
    told = publication_runs.run(desk, run_id)
    assert (told["status"], told["moved"], told["package"], told["frozen_by"]) == ("released", 3, 1, "colleague")


def test_whoever_froze_it_does_not_release_it_unless_the_rulebook_lets_them(desk):
    colleague = replace(desk, actor=replace(desk.actor, key="colleague"))
    run_id = a_run(desk)

    with pytest.raises(NotAllowed, match="other than the one who froze"):
        publication_run.release(colleague, run_id, counted=3)
    assert (_online(desk), _public(desk)) == ([], [])

    base = ruleset.in_force(desk.db, desk.now().date())
    revision.commit(desk, Proposal(base, Settings.of((), {"second_release": 0})), effective_on=desk.now().date(), reason="人手不足")
    with desk.db.transaction() as tx:
        tx.run("UPDATE filing SET ruleset = $now", now=ruleset.in_force(desk.db, desk.now().date()).fingerprint)
    assert publication_run.release(colleague, run_id, counted=3).moved == 3


@pytest.mark.parametrize("counted", [0, 2, 4])
def test_a_count_that_is_not_right_releases_nothing(desk, counted):
    run_id = a_run(desk)

    with pytest.raises(NotAllowed, match="3 records would go now") as refused:
        publication_run.release(desk, run_id, counted=counted)

    assert "3条" in refused.value.zh
    assert statuses(desk, 1) == {"cleared": 3}
    assert list(public_package.root_of(desk.db).glob("[0-9.l]*")) == [public_package.root_of(desk.db) / ".writing"]


def test_releasing_twice_releases_once(desk):
    run_id = a_run(desk)
    publication_run.release(desk, run_id, counted=3)

    with pytest.raises(NotAllowed, match="Released"):
        publication_run.release(desk, run_id, counted=3)

    assert len(packages.every(public_package.root_of(desk.db))) == 1
    assert desk.db.frame("SELECT count(*) AS n FROM publication").item() == 1


def test_what_moved_since_the_freeze_does_not_go_and_is_told(tmp_path):
    desk = a_desk(tmp_path)
    a_filing(desk, people(5), approved=True)
    run_id = a_run(desk)
    _withdrawn(desk, 3)
    with desk.db.transaction() as tx:
        tx.run("INSERT INTO photo (record_id, sha256, file_name, files, readable, size) VALUES (4, 'ab', 'x.jpg', 1, TRUE, 1)")
    settled(desk, *taken(desk, a_change(desk, 5, ZYMC="软件工程", ZYDM="080902")))

    assert dict(publication_run.going(desk, run_id).rows()) == {"withdrawn": 1, "altered": 1, "superseded": 1}
    with pytest.raises(NotAllowed, match="2 records would go now"):
        publication_run.release(desk, run_id, counted=5)
    done = publication_run.release(desk, run_id, counted=2)

    assert (done.moved, done.left) == (2, 3)
    assert len(_public(desk)) == len(_online(desk)) == 2
    told = publication_runs.left(desk, run_id)
    assert dict(told.select("record_id", "reason").rows()) == {3: "withdrawn", 4: "altered", 5: "superseded"}


def test_a_filing_newly_found_wrong_keeps_its_records_back(desk):
    run_id = a_run(desk)
    with desk.db.transaction() as tx:
        tx.run("INSERT INTO filing_finding (filing_id, rule, class, field) VALUES (1, 'X10', 'inaccurate', 'XWZSBH')")

    done = publication_run.release(desk, run_id, counted=0)

    assert (done.moved, done.left, _public(desk)) == (0, 3, [])
    assert set(publication_runs.left(desk, run_id)["reason"]) == {"blocked"}


def test_a_frozen_list_that_was_tampered_with_is_not_released(desk):
    run_id = a_run(desk)
    with desk.db.transaction() as tx:
        tx.run("UPDATE publication_line SET record_id = 9 WHERE record_id = 4")

    with pytest.raises(NotAllowed, match="does not match its hash"):
        publication_run.release(desk, run_id, counted=3)


def test_the_hash_tells_every_list_from_every_other(desk):
    hashes = set()
    run_id = a_run(desk)
    for change in ("version = 2", "record_id = 7", "certificate_no = NULL", "photo = 'ab'"):
        with desk.db.snapshot() as seen:
            seen.run(f"UPDATE publication_line SET {change} WHERE record_id = 3")
            hashes.add(frozen_list.fingerprint(seen, run_id))
    assert len(hashes | {publication_runs.run(desk, run_id)["sha256"]}) == 5


def test_a_semester_has_one_run_in_hand_and_one_given_up_makes_room(desk):
    run_id = a_run(desk)

    with pytest.raises(NotAllowed, match=f"Run {run_id} of it is not finished"):
        publication_run.open_term(desk, TERM)
    with pytest.raises(BadRequest):
        publication_run.abandon(desk, run_id, reason=" ")
    publication_run.abandon(desk, run_id, reason="名单有误")

    with pytest.raises(NotAllowed):
        publication_run.release(desk, run_id, counted=3)
    assert released(desk, TERM, counted=3) == 3
    assert publication_runs.runs(desk)["status"].to_list() == ["released", "abandoned"]


@pytest.mark.parametrize("act", [
    lambda desk: publication_run.freeze(desk, 1), lambda desk: publication_run.release(desk, 1, counted=3),
], ids=["freeze a draft", "release a draft"])
def test_no_step_is_skipped(desk, act):
    publication_run.open_term(desk, TERM)

    with pytest.raises(NotAllowed, match="Not allowed while"):
        act(desk)

    assert _online(desk) == []


def test_a_run_that_is_not_there_is_told(desk):
    for act in (publication_run.pass_gate, publication_run.freeze, lambda at, number: publication_run.release(at, number, counted=0)):
        with pytest.raises(NotFound, match="no publication run 9"):
            act(desk, 9)
    with pytest.raises(BadRequest):
        publication_run.open_month(desk, "2025-13")


def test_those_of_a_province_see_their_own_figures_and_release_nothing(desk):
    a_filing(desk, people(2, first=10, institution="80902"), institution="80902", approved=True)
    run_id = a_run(desk)
    reviewer = at_desk(desk, Duty.READ, Duty.PUBLISH, province="31")

    with pytest.raises(NotAuthorised):
        publication_run.release(reviewer, run_id, counted=5)
    publication_run.release(desk, run_id, counted=5)

    told = publication_runs.runs(reviewer).row(0, named=True)
    assert (told["records"], told["moved"]) == (2, 2)
    assert public_history.figures(reviewer, desk.now().date())["records"].to_list() == [2]
    assert publication_runs.runs(at_desk(desk, Duty.READ, province="35")).is_empty()


def test_a_release_is_undone_by_a_release_and_both_stay(desk):
    run_id = a_run(desk)
    publication_run.release(desk, run_id, counted=3)
    colleague = replace(desk, actor=replace(desk.actor, key="colleague"))
    _withdrawn(desk, 3)

    with pytest.raises(BadRequest, match="reason"):
        publication_run.open_revert(desk, run_id, reason="")
    undoing = publication_run.open_revert(colleague, run_id, reason="提前放行")
    publication_run.pass_gate(colleague, undoing)
    assert publication_run.freeze(colleague, undoing) == 2
    with pytest.raises(NotAllowed, match="other than the one"):
        publication_run.release(colleague, undoing, counted=2)
    assert publication_run.release(desk, undoing, counted=2).package == 2

    assert (_public(desk), _online(desk)) == ([], [])
    assert statuses(desk, 1) == {"cleared": 2, "withdrawn": 1}
    told = publication_runs.runs(desk).select("run_id", "kind", "status", "moved").rows()
    assert told == [(2, "revert", "released", 2), (1, "term", "released", 3)]
    assert released(desk, TERM, counted=2) == 2
    verify(public_package.root_of(desk.db))


def test_undoing_a_months_release_brings_the_version_before_back(desk):
    number = first_record(desk, 1)
    released(desk, TERM, counted=3)
    settled(desk, *taken(desk, a_change(desk, number, ZYMC="软件工程", ZYDM="080902")))
    assert released_month(desk, "2025-09", counted=1) == 1
    assert lookup.find(desk.db, *FIRST).content["ZYMC"] == "软件工程"
    colleague = replace(desk, actor=replace(desk.actor, key="colleague"))

    undoing = publication_run.open_revert(colleague, 2, reason="更正有误")
    publication_run.pass_gate(colleague, undoing)
    publication_run.freeze(colleague, undoing)
    publication_run.release(desk, undoing, counted=1)

    assert lookup.find(desk.db, *FIRST).content["ZYMC"] == "计算机科学与技术"
    assert len(_public(desk)) == 3
    today = desk.now().date()
    assert public_history.shown(desk, today, number=FIRST[1])["ZYMC"].to_list() == ["计算机科学与技术"]


def test_undoing_a_semesters_release_takes_off_the_version_that_is_seen_still_of_a_corrected_record(desk):
    number = first_record(desk, 1)
    run_id = a_run(desk)
    publication_run.release(desk, run_id, counted=3)
    settled(desk, *taken(desk, a_change(desk, number, ZYMC="软件工程", ZYDM="080902")))
    assert lookup.find(desk.db, *FIRST).content["ZYMC"] == "计算机科学与技术"
    colleague = replace(desk, actor=replace(desk.actor, key="colleague"))

    undoing = publication_run.open_revert(colleague, run_id, reason="提前放行")
    publication_run.pass_gate(colleague, undoing)
    assert publication_run.freeze(colleague, undoing) == 3
    publication_run.release(desk, undoing, counted=3)

    assert (_public(desk), lookup.find(desk.db, *FIRST)) == ([], None)
    assert statuses(desk, 1) == {"cleared": 3, "superseded": 1}
    assert released(desk, TERM, counted=3) == 3
    assert lookup.find(desk.db, *FIRST).content["ZYMC"] == "软件工程"
    assert len(_public(desk)) == 3


def test_once_a_month_and_its_semester_are_both_undone_nothing_of_them_is_seen(desk):
    number = first_record(desk, 1)
    released(desk, TERM, counted=3)
    settled(desk, *taken(desk, a_change(desk, number, ZYMC="软件工程", ZYDM="080902")))
    assert released_month(desk, "2025-09", counted=1) == 1
    colleague = replace(desk, actor=replace(desk.actor, key="colleague"))

    for run_id, many in ((1, 2), (2, 1)):
        undoing = publication_run.open_revert(colleague, run_id, reason="误放")
        publication_run.pass_gate(colleague, undoing)
        assert publication_run.freeze(colleague, undoing) == many
        publication_run.release(desk, undoing, counted=many)

    assert (_public(desk), lookup.find(desk.db, *FIRST)) == ([], None)


def test_only_what_was_released_can_be_undone(desk):
    run_id = a_run(desk)

    with pytest.raises(NotAllowed, match="Only a run that was released"):
        publication_run.open_revert(desk, run_id, reason="误放")


def test_a_take_down_after_a_release_follows_it_in_the_packages(desk):
    released(desk, TERM, counted=3)
    _withdrawn(desk, 3)

    takedown.take_down(desk, public_package.root_of(desk.db))

    assert len(_public(desk)) == 2
    verify(public_package.root_of(desk.db))


def test_while_a_package_is_written_a_release_waits_its_turn_and_changes_nothing(desk):
    run_id = a_run(desk)

    with package_folder.turn(public_package.root_of(desk.db)), pytest.raises(NotAllowed, match="being written"):
        publication_run.release(desk, run_id, counted=3)

    assert publication_run.release(desk, run_id, counted=3).moved == 3


@pytest.mark.parametrize("moment", ["numbered", "settle"])
def test_a_release_stored_but_cut_short_is_finished_when_the_store_is_opened(desk, monkeypatch, moment):
    """As after a power cut between storing the release and putting its package in force."""
    run_id = a_run(desk)
    whole = getattr(package_folder, moment)
    calls = []

    def cut_short(*told):
        calls.append(told)
        if moment == "numbered" or len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*told)

    monkeypatch.setattr(package_folder, moment, cut_short)
    with pytest.raises(KeyboardInterrupt):
        publication_run.release(desk, run_id, counted=3)
    monkeypatch.undo()
    assert _public(desk) == []
    desk.db.close()

    opened = replace(desk, db=store.open_store(desk.db.folder))

    assert _public(opened) == _online(opened) != []
    with pytest.raises(NotAllowed, match="Released"):
        publication_run.release(opened, run_id, counted=3)


def test_the_public_of_any_past_day_is_shown_and_two_days_are_compared(desk):
    monday = datetime(2025, 11, 3, 9)
    released(at_desk(desk, at=monday), TERM, counted=3)
    a_filing(desk, people(2, first=10), approved=True, name="later.csv")
    later = at_desk(desk, at=monday + timedelta(days=2))
    released(later, TERM, counted=2)
    _withdrawn(later, 3)
    last = at_desk(desk, at=monday + timedelta(days=4))
    settled(last, *taken(last, a_change(last, 4, ZYMC="软件工程", ZYDM="080902")))
    takedown.take_down(last, public_package.root_of(desk.db))
    released_month(last, "2025-11", counted=1)

    def on(day):
        return public_history.figures(last, date(2025, 11, day))["records"].sum()

    assert [on(day) for day in (2, 3, 4, 5, 7)] == [0, 3, 3, 5, 4]
    week = public_history.compare(last, date(2025, 11, 3), date(2025, 11, 7))
    assert (week.added, week.changed, week.removed) == (2, 1, 1)
    assert week.lines.filter(change="change")["certificate_no"].to_list() == ["8090142025000002"]
    same = public_history.compare(last, date(2025, 11, 3), date(2025, 11, 4))
    assert (same.added, same.changed, same.removed, same.lines.height) == (0, 0, 0, 0)
    all_of_it = public_history.compare(last, date(2025, 11, 1), date(2025, 11, 7))
    assert (all_of_it.added, all_of_it.changed, all_of_it.removed) == (4, 0, 0)
    theirs = public_history.compare(at_desk(last, province="31"), date(2025, 11, 1), date(2025, 11, 7))
    assert (theirs.added, theirs.lines.height) == (0, 0)
    assert isinstance(public_history.shown(last, date(2025, 11, 3)), pl.DataFrame)


@pytest.mark.parametrize(("earlier", "later"), [(date(2025, 9, 15), date(2025, 9, 16)), (date(2025, 9, 15), date(2025, 9, 14))])
def test_days_to_come_and_days_the_wrong_way_round_are_refused(desk, earlier, later):
    with pytest.raises(BadRequest):
        public_history.compare(desk, earlier, later)


ACTS = st.lists(st.sampled_from(["file", "correct", "down", "back", "revoke", "undo"]), min_size=2, max_size=5)


@settings(max_examples=4, deadline=None)
@given(acts=ACTS)
def test_whatever_is_released_taken_down_and_undone_full_and_deltas_come_to_what_is_on_line(tmp_path_factory, acts):
    desk = a_desk(tmp_path_factory.mktemp("history"))
    colleague = replace(desk, actor=replace(desk.actor, key="colleague"))
    root = public_package.root_of(desk.db)
    for place, act in enumerate(["file", *acts]):
        online = desk.db.frame("SELECT record_id, certificate_no FROM record WHERE status = 'published' ORDER BY 1").rows()
        if act == "file":
            a_filing(desk, people(2, first=10 * place), approved=True, name=f"{place}.csv")
            released(desk, TERM, counted=publication.ready(desk, TERM))
        elif act == "correct" and online:
            settled(desk, *taken(desk, a_change(desk, online[0][0], XM=f"张{'甲乙丙丁戊己'[place]}")))
        elif act == "down" and online:
            offline.take_down(desk, Which(numbers=(online[-1][1],)), "A13", reason="有误", counted=1)
        elif act == "back":
            for number in offline.listed(desk).filter(pl.col("down") > 0)["take_down_id"]:
                if many := offline.returning(desk, number):
                    offline.propose_back(colleague, number, reason="无误", counted=many)
                    offline.put_back(desk, number, counted=many)
        elif act == "revoke" and online:
            _withdrawn(desk, online[0][0])
        elif act == "undo":
            done = publication_runs.runs(desk).filter(status="released", kind="term")["run_id"]
            undoing = publication_run.open_revert(colleague, done[0], reason="误放")
            publication_run.pass_gate(colleague, undoing)
            try:
                going = publication_run.freeze(colleague, undoing)
                publication_run.release(desk, undoing, counted=going)
            except NotAllowed:
                publication_run.abandon(colleague, undoing, reason="无可撤回")
        takedown.take_down(desk, root)

        seen = desk.db.frame(f"SELECT r.certificate_no FROM record AS r WHERE {ON_LINE} ORDER BY 1")["certificate_no"].to_list()
        assert _public(desk) == seen
    with desk.db.snapshot() as now:
        full = public_package.write_full(now, Public(desk.db.folder, ruleset.in_force(desk.db, desk.now().date()), desk.now()), root)
    assert verify(root)[-1] == full


def test_nothing_is_published_but_by_a_release(desk):
    assert not hasattr(publication, "publish") and not hasattr(publication, "publish_corrected")
