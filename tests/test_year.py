"""A year at the desk in any order: whatever people do, nothing is lost, nothing held is on line, every status has its history.

Invented filings of two provinces, loaded, sent anew, passed, returned, published, fed back, corrected, explained, settled,
revoked and let back by the people whose business it is, over the real store. The alarms are in tests/alarms.py.
"""

import os
import tempfile
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from core import (
    admission,
    attachments,
    consents,
    correction,
    explanation,
    explanation_decision,
    feedback,
    intake,
    ladder,
    month,
    package_folder,
    public_package,
    publication_run,
    reading,
    reentry,
    review,
    revocation,
    ruleset,
    store,
    takedown,
    versions,
)
from core.declaration import Declared
from core.desk import DEMO_ACTORS, Desk, province_reviewer
from core.errors import CentreError
from core.explanation import Cover, Explanation
from core.public import package as packages
from core.public_package import Public
from core.reentry import Override
from core.request import Request
from core.revocation import Revocation, Withdrawal
from core.ruleset import Proposal
from core.settings import Settings
from core.vocabulary import Category, CorrectionKind, CorrectionReason, Decision
from tests import alarms
from tests.builders import HONORARY, NAMELESS, SECRET, TERM, TOO_FAST, WRONG_BIRTH, a_csv, people
from tests.test_photos import a_folder, a_photo

PROOF = bool(os.environ.get("DESK_PROOF"))
PROVINCES = {"80901": "11", "80902": "31"}
FAULTS = ({}, {}, {}, NAMELESS, WRONG_BIRTH, TOO_FAST, TOO_FAST, SECRET, HONORARY, {"XWZSBH": "8090142025000001"})
REVOKED = ("decision_no", "effective_on", "paper")
BEGINS, ENDS = datetime(2025, 9, 1, 9), datetime(2026, 8, 31, 17)
lots = st.integers(0, 999)
institutions = st.sampled_from(sorted(PROVINCES))


class Year(RuleBasedStateMachine):
    """The desk over one store, and everybody who may sit at it."""

    def __init__(self):
        super().__init__()
        self.home = tempfile.TemporaryDirectory()
        self.folder = Path(self.home.name)
        self.now, self.files = BEGINS, 0
        self.db = store.open_store(self.folder / "store")
        self.seen, self.last = {}, 0
        base = ruleset.in_force(self.db, BEGINS.date())
        with self.db.transaction() as tx:
            ruleset.keep(
                tx, Proposal(base, Settings.of(thresholds={"consent_withdraw": 1}), {}), self.db.folder,
                effective_on=BEGINS.date(), reason="撤销备案须经省级同意", by="keeper", at=BEGINS,
            )

    def teardown(self):
        self.db.close()
        self.home.cleanup()

    def at(self, who):
        """The desk with someone of the centre at it, or the reviewer of a province."""
        actor = DEMO_ACTORS[who] if who in DEMO_ACTORS else province_reviewer(who, "示范", "Sample")
        return Desk(self.db, actor, lambda: self.now)

    def pick(self, lot, sql, **asked):
        """One of what a statement finds, or None."""
        found = self.db.frame(f"{sql} ORDER BY ALL", **asked)
        return found.row(lot % found.height, named=True) if found.height else None

    def tried(self, act, *args, **told):
        """What comes of an act; when it is refused, nothing has changed."""
        before = alarms.statuses(self.at("operator"))
        try:
            return act(*args, **told)
        except CentreError:
            assert alarms.statuses(self.at("operator")) == before
            return None

    def paper(self):
        return attachments.keep(self.db, b"%PDF-1.7 paper", "paper.pdf")

    def filed(self, institution, lot, many, replaces=None):
        self.files += 1
        rows = [
            people(1, first=(lot + place) % 7, institution=institution, LWTM=f"信息系统的设计与实现（{self.files}）",
                   **FAULTS[(lot // 7 + place * (lot % 3 + 1)) % len(FAULTS)])[0]
            for place in range(many)
        ]
        path = a_csv(self.folder / f"{self.files}.csv", rows)
        told = Declared(TERM, institution, Category.BACHELOR, replaces=replaces)
        source, operator = reading.open_filing(path), self.at("operator")
        self.tried(lambda: intake.receive(operator, admission.preview(operator, source, told), told, source, path.name))

    @initialize(lot=lots, far=st.integers(0, 3))
    def begins(self, lot, far):
        """A filing of each province, passed, fed back and on line, or not so far."""
        for institution, province in PROVINCES.items():
            self.filed(institution, lot, 3)
            if far:
                self.a_province_passes(0, province)
        if far > 1:
            self.the_semester_is_fed_back()
        if far > 2:
            self.the_semester_is_published()

    @rule(days=st.integers(1, 40))
    def days_pass(self, days):
        self.now = min(self.now + timedelta(days=days), ENDS)

    @rule(institution=institutions, lot=lots, many=st.integers(1, 3))
    def a_filing_comes(self, institution, lot, many):
        self.filed(institution, lot, many)

    @rule(institution=institutions, lot=lots)
    def a_filing_comes_anew(self, institution, lot):
        told = {"term": TERM.code, "institution": institution, "category": str(Category.BACHELOR), "supplement": False}
        found = versions.standing(self.at("operator"), **told)
        if found.height:
            self.filed(institution, lot, 2, replaces=found["filing_id"][lot % found.height])

    @rule(lot=lots, province=st.sampled_from(sorted(PROVINCES.values())))
    def a_province_passes(self, lot, province):
        if one := self.pick(lot, "SELECT filing_id FROM filing WHERE status = 'received'"):
            self.tried(
                review.approve, self.at(province), one["filing_id"], approved_on=self.now.date(), document="示范学位办〔2025〕1号"
            )

    @rule(lot=lots, province=st.sampled_from(sorted(PROVINCES.values())))
    def a_province_returns(self, lot, province):
        if one := self.pick(lot, "SELECT filing_id FROM filing WHERE status = 'received' AND filing_id % 3 = 0"):
            self.tried(review.send_back, self.at(province), one["filing_id"], reason="请补正")

    @rule()
    def the_semester_is_published(self):
        run_id = self.tried(publication_run.open_term, self.at("publisher"), TERM)
        if run_id and self.tried(publication_run.pass_gate, self.at("publisher"), run_id) is not None:
            self.released(run_id, self.tried(publication_run.freeze, self.at("publisher"), run_id))

    def released(self, run_id, counted):
        """A frozen run put on line by a second person."""
        if counted is not None:
            self.tried(publication_run.release, self.at("releaser"), run_id, counted=counted)

    @rule()
    def the_semester_is_fed_back(self):
        feedback.issue(self.at("operator"), TERM)

    @rule(lot=lots)
    def a_record_is_to_be_changed(self, lot):
        self._asked(lot, CorrectionKind.CHANGE, fields=(
            {"XM": "张明"}, {"ZYMC": "软件工程", "ZYDM": "080902"}, {"RXNY": "202109"}, {"RXNY": "202409"},
            {"XWZSBH": f"8090142025{lot % 9 + 1:06d}"}, {"LWLX": "毕业设计"},
        )[lot % 6])

    @rule(lot=lots)
    def a_filing_is_to_be_withdrawn(self, lot):
        self._asked(lot, CorrectionKind.WITHDRAW, reason=CorrectionReason.DUPLICATE)

    @rule(lot=lots)
    def a_photo_comes(self, lot):
        self.files += 1
        folder = a_folder(self.folder / f"photo-{self.files}", {"x.jpg": a_photo(seed=lot % 3)})
        kind = (CorrectionKind.SUPPLY_PHOTO, CorrectionKind.REPLACE_PHOTO)[lot % 2]
        self._asked(lot, kind, photo=folder, reason=CorrectionReason.PHOTO)

    def _asked(self, lot, kind, **told):
        one = self.pick(lot, "SELECT record_id, version FROM record WHERE status IN ('cleared', 'withheld', 'published', 'out_of_scope')")
        if one:
            usual = {"reason": CorrectionReason.TYPING, "requester": "赵经办", "evidence": (self.paper(),)}
            correction.take_in(self.at("secrecy" if lot % 5 == 0 else "operator"), [Request(
                kind, one["record_id"], one["version"], **(usual | told)
            )]) if lot % 5 else self.tried(
                correction.take_in, self.at("operator"), [Request(kind, one["record_id"], one["version"], **(usual | told))]
            )

    @rule(lot=lots, province=st.sampled_from(sorted(PROVINCES.values())), agrees=st.booleans())
    def a_province_consents_or_not(self, lot, province, agrees):
        if one := self.pick(lot, "SELECT correction_id FROM correction WHERE status = 'received'"):
            if agrees:
                self.tried(consents.consent, self.at(province), list(one.values()), document="同意", consented_on=self.now.date())
            else:
                self.tried(consents.decline, self.at(province), list(one.values()), reason="材料不全")

    @rule(lot=lots)
    def an_explanation_comes(self, lot):
        one = self.pick(lot, """
            SELECT g.record_id, g.version, g.rule, f.institution FROM finding AS g
            JOIN withheld_case AS w ON w.record_id = g.record_id AND w.version = g.version AND w.status IN ('sent', 'answered')
            JOIN filing AS f ON f.filing_id = g.filing_id WHERE g.closed IS NULL AND g.class <> 'note'""")
        if one:
            self.files += 1
            paper = Explanation(one["institution"], f"说明{self.files}号", self.now.date(), "学制衔接。", self.now.date())
            self.tried(explanation.take_in, self.at("operator"), paper, [Cover(one["record_id"], one["version"], one["rule"])])

    @rule(lot=lots, decision=st.sampled_from(sorted(Decision)))
    def an_explanation_is_decided(self, lot, decision):
        one = self.pick(lot, """
            SELECT explanation_id, rule FROM explanation_cover
            WHERE decision_id IS NULL AND (outcome IS NULL OR outcome = 'asked')""")
        if one:
            who = ("operator", "publisher", "secrecy")[lot % 3]
            self.tried(explanation_decision.decide, self.at(who), one["explanation_id"], one["rule"], decision, note="已核实")

    @rule(lot=lots, agrees=st.booleans())
    def a_second_person_confirms_or_not(self, lot, agrees):
        if one := self.pick(lot, "SELECT decision_id FROM explanation_decision WHERE state = 'proposed'"):
            who = self.at(("operator", "publisher", "secrecy")[lot % 3])
            if agrees:
                self.tried(explanation_decision.confirm, who, one["decision_id"])
            else:
                self.tried(explanation_decision.decline, who, one["decision_id"], note="再核")

    @rule()
    def the_month_is_settled(self):
        operator = self.at("operator")
        of = month.last_month(self.now.date())
        self.tried(month.settle, operator, of, counted=month.waiting(operator, of)[month.Act.SETTLE])

    @rule()
    def what_was_corrected_is_published(self):
        publisher = self.at("publisher")
        of = month.last_month(self.now.date())
        counted = month.waiting(publisher, of)[month.Act.PUBLISH]
        if run_id := self.tried(month.freeze, publisher, of, counted=counted):
            self.released(run_id, counted)

    @rule()
    def the_rest_is_fed_back(self):
        operator = self.at("operator")
        of = month.last_month(self.now.date())
        self.tried(month.feed_back, operator, of, counted=month.waiting(operator, of)[month.Act.FEED_BACK])

    @rule(lot=lots, degree=st.booleans())
    def a_degree_is_revoked_or_a_filing_withdrawn(self, lot, degree):
        one = self.pick(lot, """
            SELECT r.record_id, f.institution FROM record AS r JOIN filing AS f ON f.filing_id = r.filing_id
            WHERE r.followed IS NULL""")
        today = self.now.date()
        asked = (
            Revocation(one["institution"], "示范撤〔2025〕1号", max(today - timedelta(days=9), date(2025, 8, 1)), today, "学位办", self.paper())
            if degree else Withdrawal(one["institution"], today, "学位办", "误报")
        )
        self.tried(revocation.take_in, self.at("operator"), asked, [f"#{one['record_id']}"])

    @rule(lot=lots)
    def what_came_again_may_pass(self, lot):
        one = self.pick(lot, """
            SELECT g.record_id FROM finding AS g JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
            WHERE g.rule IN ('P23', 'O05') AND g.closed IS NULL AND r.followed IS NULL""")
        if one:
            self.tried(reentry.propose, self.at("operator"), one["record_id"], Override("王示例", "示范〔2025〕1号", "新决议"))

    @rule(lot=lots, agrees=st.booleans())
    def the_second_signature(self, lot, agrees):
        if one := self.pick(lot, "SELECT override_id FROM reentry_override WHERE confirmed IS NULL"):
            self.tried(reentry.confirm if agrees else reentry.refuse, self.at("publisher"), one["override_id"])

    @rule()
    def the_public_gets_a_package(self):
        root = self.db.folder / "packages"
        public = Public(self.db.folder, ruleset.in_force(self.db, self.now.date()), self.now)
        with self.db.snapshot() as seen:
            write = public_package.write_delta if packages.every(root) else public_package.write_full
            package = self.tried(write, seen, public, root)
        if package:
            package_folder.release(root, package)

    @rule()
    def what_left_is_taken_down(self):
        root = self.db.folder / "packages"
        if packages.every(root):
            self.tried(takedown.take_down, self.at("operator"), root)

    @rule(lot=lots)
    def who_has_not_answered_is_reminded(self, lot):
        operator = self.at("operator")
        if one := self.pick(lot, "SELECT notice_id FROM notice"):
            (ladder.remind if lot % 2 else ladder.escalate)(operator, [one["notice_id"]])

    @invariant()
    def all_is_well(self):
        """No alarm rings, the book explains every status there is, and a province sees its own alone."""
        desk = self.at("secrecy")
        after, acts = alarms.statuses(desk), alarms.acts_after(desk, self.last)
        assert alarms.unexplained(self.seen, after, acts) == []
        if acts.is_empty():
            assert after == self.seen
            return
        assert alarms.raised(desk) == {}
        assert alarms.strange_to(self.at(sorted(PROVINCES.values())[acts.height % 2])) == []
        self.seen, self.last = after, acts["act_id"].max()


@pytest.mark.proof
def test_a_year_at_the_desk_in_any_order_loses_nothing_and_shows_nothing_that_is_held():
    run_state_machine_as_test(Year, settings=settings(
        max_examples=100 if PROOF else 3, stateful_step_count=50 if PROOF else 14, deadline=None, derandomize=not PROOF,
        database=None, suppress_health_check=list(HealthCheck), print_blob=False,
        phases=(Phase.generate,),
    ))
