"""Article 4's tiers: a provincial reviewer sees and touches their own province, wherever they ask."""

import ast
import inspect
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from core import (
    admission,
    analysis,
    causes,
    expected,
    exports,
    feedback,
    milestones,
    nil_returns,
    overview,
    publication,
    queue,
    rates,
    reading,
    reminders,
    review,
    supplements,
    views,
)
from core.deadlines import Term
from core.desk import Desk, province_reviewer
from core.errors import NotAuthorised, NotFound
from core.nil_returns import Nil
from core.vocabulary import Duty, Level
from tests.builders import (
    HONORARY,
    NAMELESS,
    SECRET,
    TERM,
    WRONG_BIRTH,
    a_csv,
    a_desk,
    a_filing,
    at_desk,
    declared,
    people,
)

MODULES = (views, queue, causes, rates, feedback, publication, exports, analysis, overview, expected, nil_returns, reminders, milestones)
WRITES = {"issue", "publish", "enter", "withdraw", "supersede"}
READS = [
    (module, function)
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_") and name not in WRITES
    and "desk" in inspect.signature(function).parameters
]
CORE = Path(inspect.getfile(views)).parent
FAULTY = (NAMELESS, WRONG_BIRTH, SECRET, HONORARY)


def _line(desk, institution, first, name):
    """A province's filing taken to the end, and another that waits for the province."""
    records = people(4, first=first, institution=institution)
    for place, fault in enumerate(FAULTY, start=4):
        records += people(1, first=first + place, institution=institution, **fault)
    filing = a_filing(desk, records, institution=institution, approved=True, name=name)
    feedback.issue(desk, TERM)
    publication.publish(desk, TERM, counted=publication.ready(desk, TERM))
    nil_returns.enter(desk, Nil(TERM, institution, Level.DOCTOR, "李示范", f"示范〔2025〕{first}号", desk.now().date()))
    waiting = people(2, first=first + 10, institution=institution, **WRONG_BIRTH)
    a_filing(desk, waiting, institution=institution, name=f"waiting-{name}")
    return filing.filing_id


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """Shanghai's records, with ids from 1, come first."""
    desk = a_desk(tmp_path_factory.mktemp("scope"))
    _line(desk, "80902", 0, "shanghai.csv")
    return desk


@pytest.fixture(scope="module")
def reviewer(desk):
    return replace(desk, actor=province_reviewer("31", "上海市", "Shanghai"))


@pytest.fixture(scope="module")
def answers_before_and_after(desk, reviewer):
    """What every read tells Shanghai before Beijing files anything, and after."""
    before = _answers(reviewer)
    beijing = _line(desk, "80901", 0, "beijing.csv")
    assert beijing == 3
    return before, _answers(reviewer)


def _answers(reviewer):
    answers = {}
    for module, function in READS:
        for place, arguments in enumerate(_calls(module, function, reviewer)):
            answers[f"{module.__name__}.{function.__name__} {place}"] = _plain(function(reviewer, **arguments))
    return answers


def _calls(module, function, desk):
    """Arguments to call a read with; a parameter with a new name has to be told here."""
    record_id = _first_record(desk, 1)
    head = views.record(desk, record_id)
    known = {
        "term": {exports: TERM.code, reminders: Term(TERM.year + 1, TERM.half)}.get(module, TERM),
        "year": 2026, "filing_id": 1, "record_id": record_id, "notice_id": 1,
        "head": head, "sql": "SELECT r.*, (SELECT count(*) FROM findings) AS findings FROM records AS r ORDER BY ALL",
    }
    arguments = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "chosen":
            arguments[name] = parameter.annotation()
        elif name not in ("desk", "by") and parameter.default is inspect.Parameter.empty:
            arguments[name] = known[name]
    calls = [arguments]
    if "by" in inspect.signature(function).parameters:
        cuts = re.search(r"(\w+)\[by\]", inspect.getsource(function))[1]
        calls = [arguments | {"by": key} for key in getattr(module, cuts)]
    if isinstance(arguments.get("chosen"), queue.QueueFilter):  # a filter by class or rule is another statement
        calls += [call | {"chosen": queue.QueueFilter(cls="inaccurate", rule="A13")} for call in calls]
    return calls


def _first_record(desk, filing_id):
    return desk.db.frame("SELECT min(record_id) AS n FROM record WHERE filing_id = $id", id=filing_id).item()


def _plain(answer):
    if isinstance(answer, tuple):
        return [_plain(part) for part in answer]
    if isinstance(answer, bytes):
        with zipfile.ZipFile(io.BytesIO(answer)) as archive:
            return {name: _plain(archive.read(name)) if name.endswith(".xlsx") else archive.read(name)
                    for name in archive.namelist()}
    return answer.rows(named=True) if hasattr(answer, "rows") else answer


@pytest.mark.parametrize("read", [f"{module.__name__}.{function.__name__}" for module, function in READS])
def test_what_another_province_does_changes_nothing_a_reviewer_sees(answers_before_and_after, read):
    before, after = answers_before_and_after
    asked = [key for key in before if key.split()[0] == read]

    assert asked
    assert [after[key] for key in asked] == [before[key] for key in asked]


def test_the_reviewer_does_see_their_own(answers_before_and_after, reviewer):
    _, after = answers_before_and_after

    assert views.filings_total(reviewer, views.FilingFilter()) == 2
    assert {line["province"] for line in after["core.views.filings 0"]} == {"31"}
    assert queue.total(reviewer, queue.QueueFilter()) == 4
    assert rates.overall(reviewer, rates.RateFilter()) == {"records": 8, "rejected": 4, "rate": 0.5}
    assert len(after["core.analysis.ask 0"]) == 9
    assert "80902" in str(after["core.exports.term_archive 0"])


def test_the_centre_sees_both(answers_before_and_after, desk):
    assert {line["province"] for line in views.filings(desk, views.FilingFilter()).rows(named=True)} == {"11", "31"}
    assert analysis.ask(desk, "SELECT count(DISTINCT province) AS n FROM records").item() == 2


@pytest.mark.parametrize(
    "naming",
    [
        lambda desk: views.filing(desk, 3),
        lambda desk: views.record(desk, _first_record(desk, 3)),
        lambda desk: exports.notice_workbook(desk, 2),
        lambda desk: exports.term_archive(desk, TERM.code, province="11"),
        lambda desk: review.approve(desk, 4, approved_on=desk.now().date(), document="号"),
        lambda desk: review.send_back(desk, 4, reason="重报"),
        lambda desk: supplements.consent(desk, 4, document="号", consented_on=desk.now().date()),
        lambda desk: nil_returns.enter(desk, Nil(TERM, "80901", Level.MASTER, "李示范", "号", desk.now().date())),
        lambda desk: nil_returns.withdraw(desk, 2, reason="误报"),
        lambda desk: reminders.workbook(desk, Term(2025, 2), province="11"),
    ],
    ids=["filing", "record", "workbook", "bundle", "approve", "return", "consent", "nil", "withdraw nil", "reminders"],
)
def test_naming_another_provinces_things_finds_nothing(answers_before_and_after, reviewer, desk, naming):
    with pytest.raises(NotFound):
        naming(reviewer)

    assert desk.db.frame("SELECT status FROM filing WHERE filing_id = 4").item() == "received"


@pytest.mark.parametrize(
    ("read", "arguments"),
    [(views.filing_statuses, {"filing_id": 3}), (views.filing_rules, {"filing_id": 3}), (causes.page, {"filing_id": 3})],
    ids=["statuses", "rules", "causes"],
)
def test_lists_about_another_provinces_filing_are_empty(answers_before_and_after, reviewer, read, arguments):
    assert read(reviewer, **arguments).is_empty()


@pytest.mark.parametrize("chosen", [{"province": "11"}, {"institution": "80901"}], ids=["province", "institution"])
def test_a_filter_cannot_widen_the_scope(answers_before_and_after, reviewer, chosen):
    assert queue.total(reviewer, queue.QueueFilter(**chosen)) == 0
    assert queue.page(reviewer, queue.QueueFilter(**chosen)).is_empty()


def test_a_reviewer_may_pass_a_filing_of_their_own_province(answers_before_and_after, tmp_path):
    desk = a_desk(tmp_path)
    filing = a_filing(desk, people(1, institution="80902"), institution="80902")

    review.approve(
        replace(desk, actor=province_reviewer("31", "上海市", "Shanghai")), filing.filing_id,
        approved_on=desk.now().date(), document="沪学位〔2025〕1号",
    )

    assert views.filing(desk, filing.filing_id)["status"] == "approved"


def test_a_reviewer_may_not_load_publish_or_send_feedback(reviewer, tmp_path):
    path = a_csv(tmp_path / "filing.csv", people(1, institution="80902"))
    told = declared(institution="80902")

    with pytest.raises(NotAuthorised):
        admission.preview(reviewer, reading.open_filing(path), told)
    with pytest.raises(NotAuthorised):
        publication.publish(reviewer, TERM, counted=0)
    with pytest.raises(NotAuthorised):
        feedback.issue(reviewer, TERM)


@pytest.mark.parametrize(
    ("duty", "act"),
    [
        (Duty.READ, lambda desk: views.record(desk, _first_record(desk, 1))),
        (Duty.READ, lambda desk: queue.page(desk, queue.QueueFilter())),
        (Duty.READ, lambda desk: exports.notice_workbook(desk, 1)),
        (Duty.READ, lambda desk: exports.term_archive(desk, TERM.code)),
        (Duty.APPROVE, lambda desk: review.approve(desk, 2, approved_on=desk.now().date(), document="号")),
        (Duty.APPROVE, lambda desk: review.send_back(desk, 2, reason="重报")),
        (Duty.APPROVE, lambda desk: supplements.consent(desk, 2, document="号", consented_on=desk.now().date())),
        (Duty.READ, lambda desk: nil_returns.of_term(desk, TERM)),
        (Duty.READ, lambda desk: reminders.workbook(desk, Term(2025, 2))),
        (Duty.PUBLISH, lambda desk: publication.publish(desk, TERM, counted=0)),
        (Duty.FEEDBACK, lambda desk: feedback.issue(desk, TERM)),
        (Duty.ANALYSE, lambda desk: analysis.ask(desk, "SELECT 1")),
    ],
    ids=["record", "queue", "workbook", "bundle", "approve", "return", "consent", "nils", "reminders", "publish", "feedback", "ask"],
)
def test_what_needs_a_duty_is_refused_to_those_with_all_others(desk, duty, act):
    without = at_desk(desk, *(each for each in Duty if each is not duty))

    with pytest.raises(NotAuthorised) as refused:
        act(without)

    assert duty.zh in refused.value.zh


@pytest.mark.parametrize("duty", [Duty.LOAD, Duty.PUBLISH, Duty.FEEDBACK])
def test_what_is_done_for_the_whole_nation_is_nobodys_in_a_province(desk, duty):
    with pytest.raises(NotAuthorised):
        at_desk(desk, duty, province="11").require(duty)


def test_classified_records_are_counts_for_those_without_that_duty(desk):
    plain = at_desk(desk, *(duty for duty in Duty if duty is not Duty.CLASSIFIED))
    secret = desk.db.frame("SELECT record_id FROM finding WHERE class = 'classified'")["record_id"][0]

    with pytest.raises(NotFound):
        views.record(plain, secret)
    assert views.record(desk, secret)["record_id"] == secret
    assert secret not in set(queue.page(plain, queue.QueueFilter())["record_id"])
    assert secret in set(queue.page(desk, queue.QueueFilter())["record_id"])
    assert queue.total(plain, queue.QueueFilter(cls="classified")) == 0
    assert not any(rule.startswith("S") for rule in views.filing_rules(plain, 1)["rule"])
    assert overview.balance(plain)["classified"].sum() > 0


def test_a_read_without_scope_is_refused(desk):
    with pytest.raises(ValueError, match="scope"):
        desk.frame("SELECT * FROM record")


def test_the_caller_cannot_name_the_scope(desk):
    with pytest.raises(TypeError):
        desk.frame("SELECT $scope AS scope", scope="11")


class _Listening(Desk):
    """A desk that keeps what is read at it."""

    def frame(self, sql, **params):
        _HEARD.append(sql)
        return super().frame(sql, **params)


_HEARD: list[str] = []


def test_every_statement_read_at_the_desk_compares_the_province_with_the_scope(answers_before_and_after, reviewer):
    _HEARD.clear()

    _answers(_Listening(reviewer.db, reviewer.actor, reviewer.now))

    assert len(set(_HEARD)) >= len(READS) - 4
    assert [sql for sql in _HEARD if not re.search(r"province = \$scope|WHERE \$scope IS NULL", sql)] == []


def test_past_the_desk_the_store_is_read_in_these_places_only():
    """Each reads what has no province, or what a scoped read has just given out."""
    allowed = {
        "views.py": {"filed_row"}, "admission.py": {"provinces_of"}, "analysis.py": {"_copies"}, "lookup.py": {"find"},
        "store.py": {"_sweep"}, "commands.py": {"demo"}, "public_commands.py": {"package"}, "resort.py": {"_photos"}, "desk.py": {"frame"},
        "ruleset.py": {"in_force", "of_version", "versions", "refresh", "_content_of"},
            "jobs.py": {"total", "page", "under_way", "undone", "several", "recover"},  # of the centre alone, by its duty to load
    }
    found = {}
    reads = {"db.frame", "db.one", "desk.db.frame", "desk.db.one", "self.db.frame", "db.copy_out", "db.snapshot"}
    for path in CORE.glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            calls = (ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call))
            if reads.intersection(calls):
                found.setdefault(path.name, set()).add(function.name)

    assert found == allowed


