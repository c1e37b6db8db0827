"""Article 4's tiers: a provincial reviewer sees and touches their own province, wherever they ask."""

import ast
import hashlib
import inspect
import io
import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core import (
    admission,
    analysis,
    answer_receipts,
    attachments,
    balance,
    book,
    causes,
    consents,
    contacts,
    correction,
    corrections,
    delivery,
    expected,
    explanation,
    explanation_decision,
    explanations,
    exporting,
    feedback,
    feedback_job,
    ladder,
    milestones,
    month,
    nil_returns,
    offline,
    photo_supplies,
    public_history,
    publication,
    publication_run,
    publication_runs,
    queue,
    rates,
    reading,
    reentry,
    reminders,
    review,
    revocation,
    revocation_list,
    stages,
    supplements,
    takedown,
    views,
)
from core.deadlines import Term
from core.desk import Desk, province_reviewer
from core.errors import NotAuthorised, NotFound
from core.nil_returns import Nil
from core.publication import Blocker, Scope
from core.reentry import Override
from core.revocation import Revocation, Withdrawal
from core.supply import Whose
from core.vocabulary import Duty, Level
from tests.builders import (
    HONORARY,
    NAMELESS,
    SECRET,
    TERM,
    TOO_FAST,
    WRONG_BIRTH,
    a_csv,
    a_desk,
    a_filing,
    at_desk,
    declared,
    people,
    released,
)
from tests.builders_answers import returned, take
from tests.builders_corrections import EVIDENCE, a_change, taken
from tests.builders_explanations import PAPER, covers_of
from tests.test_photos import a_photo
from tests.test_supply import supplied

MODULES = (
    views, queue, causes, rates, feedback, publication, publication_runs, public_history,
    delivery, ladder, analysis, balance, expected, nil_returns, reminders, milestones,
    photo_supplies, stages, revocation_list, reentry, takedown, explanations, corrections, month, answer_receipts,
    offline, exporting, contacts,
)
WRITES = {
    "issue", "issue_month", "acknowledge", "note_all", "remind", "escalate", "freeze", "enter", "withdraw",
    "supersede", "note_told", "propose", "confirm", "refuse", "take_down", "settle", "feed_back", "roll_over", "require_notices",
    "put_back", "propose_back", "hand_out", "note", "change", "remove",
}
HANDED_OUT = {
    delivery.bundle, delivery.everything, delivery.workbook, ladder.workbook, reminders.workbook, answer_receipts.workbook,
}
"""Files that are noted when fetched, or not there yet: test_delivery and test_ladder ask them of another province."""
READS = [
    (module, function)
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_") and name not in WRITES
    and function not in HANDED_OUT
    and "desk" in inspect.signature(function).parameters
]
SCAN = hashlib.sha256(EVIDENCE).hexdigest()
CORE = Path(inspect.getfile(views)).parent
DECISION = b"%PDF-1.7"
DAY = timedelta(days=1)
FAULTY = (NAMELESS, WRONG_BIRTH, SECRET, HONORARY, TOO_FAST)


def _line(desk, institution, first, name):
    """A province's filing taken to the end, and another that waits for the province."""
    records = people(4, first=first, institution=institution)
    for place, fault in enumerate(FAULTY, start=4):
        records += people(1, first=first + place, institution=institution, **fault)
    filing = a_filing(desk, records, institution=institution, approved=True, name=name)
    contacts.enter(desk, institution, contacts.Contact("赵示例", "学位办", f"010-0000{institution}"))
    later = {f"{records[0]['ZJHM']}.jpg": a_photo(seed=first + 1), "stranger.jpg": a_photo()}
    supplied(desk, later, Whose(TERM, institution))
    feedback.issue(desk, TERM)
    paper = replace(PAPER, institution=institution, number=f"说明{first}号")
    explanation.take_in(desk, paper, [each for each in covers_of(desk) if each.record_id in _records_of(desk, filing.filing_id)])
    take(desk, returned(desk, desk.db.frame("SELECT max(notice_id) AS n FROM notice").item()))
    feedback_job.make(desk, feedback.runs(desk)["run_id"][0])
    released(desk, counted=publication.ready(desk, TERM))
    taken(desk, a_change(desk, _first_record(desk, filing.filing_id) + 4, XM="张明"))
    nil_returns.enter(desk, Nil(TERM, institution, Level.DOCTOR, "李示范", f"示范〔2025〕{first}号", desk.now().date()))
    _revoked(desk, institution, records)
    takedown.take_down(desk, desk.db.folder / "packages")
    waiting = people(2, first=first + 10, institution=institution, **WRONG_BIRTH) + records[2:4]
    later = a_filing(desk, waiting, institution=institution, name=f"waiting-{name}").filing_id
    again = desk.db.frame("SELECT record_id FROM finding WHERE filing_id = $id AND rule = 'P23'", id=later)["record_id"][0]
    reentry.propose(desk, again, Override("王示例", "示范〔2025〕1号", "新决议"))
    return filing.filing_id


def _revoked(desk, institution, records):
    """A degree revoked and a filing withdrawn."""
    day = desk.now().date()
    asked = Revocation(institution, f"示范撤〔2025〕{institution}号", day, day, "学位办", attachments.keep(desk.db, DECISION, "决议.pdf"))
    revocation.take_in(desk, asked, [records[2]["XWZSBH"]])
    revocation.take_in(desk, Withdrawal(institution, day, "学位办", "误报"), [records[3]["XWZSBH"]])


def _records_of(desk, filing_id):
    return set(desk.db.frame("SELECT record_id FROM record WHERE filing_id = $id", id=filing_id)["record_id"])


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
        "term": {reminders: Term(TERM.year + 1, TERM.half)}.get(module, TERM), "run_id": 1, "province": "31",
        "year": 2026, "filing_id": 1, "record_id": record_id, "notice_id": 1, "supply_id": 1, "revocation_id": 1,
        "explanation_id": 1, "answer_id": 1, "institution": "80902", "rule": "P11", "month": "2025-09", "correction_id": 1,
        "which": offline.Which(term=TERM.code), "take_down_id": 1,
        "sha256": {corrections: SCAN}.get(module, hashlib.sha256(DECISION).hexdigest()),
        "scope": Scope(term=TERM.code), "blocker": Blocker.POLICY, "day": desk.now().date(), "earlier": desk.now().date() - DAY,
        "later": desk.now().date(), "head": head, "sql": "SELECT r.*, (SELECT count(*) FROM findings) AS findings FROM records AS r ORDER BY ALL",
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
    if isinstance(answer, public_history.Compared | publication.Gate):
        return _plain(tuple(vars(answer).values()))
    if isinstance(answer, tuple):
        return [_plain(part) for part in answer]
    if isinstance(answer, bytes) and zipfile.is_zipfile(io.BytesIO(answer)):
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
    assert queue.total(reviewer, queue.QueueFilter()) == 6
    assert rates.overall(reviewer, rates.RateFilter()) == {"records": 10, "rejected": 6, "rate": 6 / 10}
    assert len(after["core.analysis.ask 0"]) == 12
    assert explanations.papers(reviewer)["explanation_id"].to_list() == [1]
    assert "80902" in str(after["core.delivery.register 0"])


def test_the_centre_sees_both(answers_before_and_after, desk):
    assert {line["province"] for line in views.filings(desk, views.FilingFilter()).rows(named=True)} == {"11", "31"}
    assert analysis.ask(desk, "SELECT count(DISTINCT province) AS n FROM records").item() == 2


@pytest.mark.parametrize(
    "naming",
    [
        lambda desk: views.filing(desk, 3),
        lambda desk: views.record(desk, _first_record(desk, 3)),
        lambda desk: delivery.workbook(desk, 2),
        lambda desk: delivery.covering_letter(desk, 2),
        lambda desk: delivery.preview(desk, 2),
        lambda desk: delivery.bundle(desk, 2, "11"),
        lambda desk: delivery.acknowledge(desk, [2], note="电话"),
        lambda desk: review.approve(desk, 4, approved_on=desk.now().date(), document="号"),
        lambda desk: review.send_back(desk, 4, reason="重报"),
        lambda desk: supplements.consent(desk, 4, document="号", consented_on=desk.now().date()),
        lambda desk: nil_returns.enter(desk, Nil(TERM, "80901", Level.MASTER, "李示范", "号", desk.now().date())),
        lambda desk: nil_returns.withdraw(desk, 2, reason="误报"),
        lambda desk: reminders.workbook(desk, Term(2025, 2), province="11"),
        lambda desk: explanations.paper(desk, 2),
        lambda desk: explanation.give_opinion(desk, 2, agrees=True, note="同意。", paper="号", given_on=desk.now().date()),
        lambda desk: answer_receipts.one(desk, 2),
        lambda desk: answer_receipts.workbook(desk, 2),
        lambda desk: corrections.one(desk, 2),
        lambda desk: corrections.scan(desk, 2, SCAN),
        lambda desk: consents.decline(desk, [2], reason="材料不全"),
    ],
    ids=["filing", "record", "workbook", "letter", "preview", "bundle", "acknowledge", "approve", "return", "consent", "nil",
         "withdraw nil", "reminders", "explanation", "opinion", "receipt", "receipt workbook", "correction", "evidence", "consent to correction"],
)
def test_naming_another_provinces_things_finds_nothing(answers_before_and_after, reviewer, desk, naming):
    with pytest.raises(NotFound):
        naming(reviewer)

    assert desk.db.frame("SELECT status FROM filing WHERE filing_id = 4").item() == "received"


@pytest.mark.parametrize(
    ("read", "arguments"),
    [(views.filing_statuses, {"filing_id": 3}), (views.filing_rules, {"filing_id": 3}), (causes.page, {"filing_id": 3}),
     (photo_supplies.refused, {"supply_id": 2}), (explanations.covers, {"explanation_id": 2}),
     (explanations.opinions, {"explanation_id": 2}), (explanations.decisions, {"explanation_id": 2}),
     (explanations.to_explain, {"institution": "80901", "rule": "P11"}),
     (attachments.of_explanation, {"explanation_id": 2}), (answer_receipts.lines, {"answer_id": 2})],
    ids=["statuses", "rules", "causes", "photos", "covers", "opinions", "decisions", "to explain", "scans", "receipt"],
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
        publication_run.open_term(reviewer, TERM)
    with pytest.raises(NotAuthorised):
        feedback.issue(reviewer, TERM)


@pytest.mark.parametrize(
    ("duty", "act"),
    [
        (Duty.READ, lambda desk: views.record(desk, _first_record(desk, 1))),
        (Duty.READ, lambda desk: queue.page(desk, queue.QueueFilter())),
        (Duty.READ, lambda desk: delivery.workbook(desk, 1)),
        (Duty.READ, lambda desk: delivery.covering_letter(desk, 1)),
        (Duty.READ, lambda desk: delivery.preview(desk, 1)),
        (Duty.READ, lambda desk: delivery.bundle(desk, 1, "31")),
        (Duty.READ, lambda desk: ladder.workbook(desk)),
        (Duty.APPROVE, lambda desk: review.approve(desk, 2, approved_on=desk.now().date(), document="号")),
        (Duty.APPROVE, lambda desk: review.send_back(desk, 2, reason="重报")),
        (Duty.APPROVE, lambda desk: supplements.consent(desk, 2, document="号", consented_on=desk.now().date())),
        (Duty.READ, lambda desk: nil_returns.of_term(desk, TERM)),
        (Duty.READ, lambda desk: reminders.workbook(desk, Term(2025, 2))),
        (Duty.PUBLISH, lambda desk: publication_run.open_term(desk, TERM)),
        (Duty.PUBLISH, lambda desk: publication_run.pass_gate(desk, 1)),
        (Duty.PUBLISH, lambda desk: publication_run.freeze(desk, 1)),
        (Duty.PUBLISH, lambda desk: publication_run.release(desk, 1, counted=0)),
        (Duty.PUBLISH, lambda desk: publication_run.abandon(desk, 1, reason="重做")),
        (Duty.PUBLISH, lambda desk: publication_run.open_revert(desk, 1, reason="误放")),
        (Duty.READ, lambda desk: publication.blocked(desk, Scope(term=TERM.code), Blocker.POLICY)),
        (Duty.READ, lambda desk: publication_runs.left(desk, 1)),
        (Duty.READ, lambda desk: public_history.compare(desk, desk.now().date(), desk.now().date())),
        (Duty.FEEDBACK, lambda desk: feedback.issue(desk, TERM)),
        (Duty.LOAD, lambda desk: revocation.take_in(desk, Withdrawal("80902", desk.now().date(), "学位办", "误报"), ["1"])),
        (Duty.LOAD, lambda desk: reentry.propose(desk, 1, Override("王示例", "号", "新决议"))),
        (Duty.PUBLISH, lambda desk: reentry.confirm(desk, 1)),
        (Duty.READ, lambda desk: revocation_list.page(desk, revocation_list.RevocationFilter())),
        (Duty.READ, lambda desk: reentry.page(desk)),
        (Duty.LOAD, lambda desk: correction.take_in(desk, [])),
        (Duty.LOAD, lambda desk: month.settle(desk, "2025-08", counted=0)),
        (Duty.LOAD, lambda desk: month.roll_over(desk, "2025-08", [1], reason="待补")),
        (Duty.PUBLISH, lambda desk: month.freeze(desk, "2025-08", counted=0)),
        (Duty.FEEDBACK, lambda desk: month.feed_back(desk, "2025-08", counted=0)),
        (Duty.APPROVE, lambda desk: consents.decline(desk, [1], reason="材料不全")),
        (Duty.READ, lambda desk: corrections.page(desk, "2025-09")),
        (Duty.ANALYSE, lambda desk: analysis.ask(desk, "SELECT 1")),
        (Duty.READ, lambda desk: explanations.papers(desk)),
        (Duty.READ, lambda desk: explanations.covers(desk, 1)),
        (Duty.FEEDBACK, lambda desk: explanation.take_in(desk, PAPER, [])),
        (Duty.APPROVE, lambda desk: explanation.give_opinion(
            desk, 1, agrees=True, note="同意。", paper="号", given_on=desk.now().date())),
        (Duty.DECIDE, lambda desk: explanation_decision.confirm(desk, 1)),
        (Duty.ACCOUNTS, lambda desk: book.page(desk, book.ActFilter())),
    ],
    ids=["record", "queue", "workbook", "letter", "preview", "bundle", "ladder", "approve", "return", "consent", "nils",
         "reminders", "open run", "pass gate", "freeze", "release", "abandon", "revert", "blocked", "left behind", "compare", "feedback",
         "revoke", "propose", "confirm", "revocations", "guard", "take in", "settle", "roll over", "publish month",
         "feed back month", "decline", "corrections", "ask", "papers", "covers", "take in paper", "opinion", "decide", "book"],
)
def test_what_needs_a_duty_is_refused_to_those_with_all_others(desk, duty, act):
    without = at_desk(desk, *(each for each in Duty if each is not duty))

    with pytest.raises(NotAuthorised) as refused:
        act(without)

    assert duty.zh in refused.value.zh


@pytest.mark.parametrize("duty", [Duty.LOAD, Duty.PUBLISH, Duty.FEEDBACK, Duty.DECIDE])
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
    assert balance.sheet(plain)["classified"].sum() > 0


def test_a_read_without_scope_is_refused(desk):
    with pytest.raises(ValueError, match="scope"):
        desk.frame("SELECT * FROM record")


def test_the_caller_cannot_name_the_scope(desk):
    with pytest.raises(TypeError):
        desk.frame("SELECT $scope AS scope", scope="11")


class _Listening(Desk):
    """A desk that keeps what is read at it."""

    def in_full(self, sql, **params):
        _HEARD.append(sql)
        return super().in_full(sql, **params)


_HEARD: list[str] = []


def test_every_statement_read_at_the_desk_compares_the_province_with_the_scope(answers_before_and_after, reviewer):
    _HEARD.clear()

    _answers(_Listening(reviewer.db, reviewer.actor, reviewer.now))

    assert len(set(_HEARD)) >= len(READS) - 5
    assert [sql for sql in _HEARD if not re.search(r"province = \$scope|WHERE \$scope IS NULL", sql)] == []


def test_past_the_desk_the_store_is_read_in_these_places_only():
    """Each reads what has no province, or what a scoped read has just given out."""
    allowed = {
        "admission.py": {"provinces_of"}, "analysis.py": {"_copies"}, "lookup.py": {"_find"},
        "pictures.py": {"_give_up"},
        "store.py": {"_sweep"}, "ledger.py": {"begin_chain"}, "commands.py": {"demo"}, "resort.py": {"_photos", "_as_corrected"},
        "desk.py": {"in_full"},
        "accounts.py": {"actor_of", "roles_of", "of_demo"},  # who may sign in, before anyone has
        "credentials.py": {"let_in", "signed_in", "refused", "known_outside", "choose", "begin"},
        "ruleset.py": {"in_force", "of_version", "versions", "refresh", "_content_of"},
        "jobs.py": {"total", "page", "under_way", "undone", "several"},  # of the centre alone, by the duty of its kind
        "jobrecovery.py": {"recover"}, "health.py": {"look"}, "retention.py": {"sweep"},
        "publication_run.py": {"scope_of"}, "publication.py": {"unfed"}, "public_package.py": {"recover"},
        "feedback_job.py": {"ask", "make", "_laid_out"},  # by those who feed back to the whole nation
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


