"""Which duty each function of the core asks for, in one table: every function × every role, in the nation and in a province."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import core
from core.desk import DUTIES, Desk, actor_with
from core.errors import NotAuthorised
from core.vocabulary import Duty, Role
from tests.builders import TERM, a_desk

GIVEN: dict[str, Any] = {
    "month": "2025-08", "term": TERM, "seen": pl.DataFrame({"filing_id": [1]}), "str": "x", "int": 1, "date": date(2025, 9, 1),
    "bool": True, "Sequence[int]": [1], "list[int]": [1],
}  # fmt: skip
"""Something of the right kind for a parameter; a bare object for all others, which nobody gets to look at without the duty."""
_ASKED: dict[tuple[Duty, ...], str] = {
    (Duty.ACCOUNTS,): """
        announcements.announce announcements.lift announcements.listing announcements.total
        backup_list.listing backup_list.make backup_list.verify
        book.page book.persons book.total
        accounts.change accounts.enter accounts.listing accounts.move accounts.set_anew
    """,
    (Duty.LOAD,): """
        supplementary.enter
        correction_files.take_in
        admission.admit admission.preview answers.take_in correction.take_in dryrun.of_package inspection.foreseen
        intake.receive_all jobs.enter month.roll_over month.settle reentry.propose revocation.take_in
        revocation_list.note_told settlement.settle supply.filings_of supply.put supply.put_one
    """,
    (Duty.ANALYSE,): """
        analysis.ask
    """,
    (Duty.REVEAL,): """
        revealing.id_number
    """,
    (Duty.READ,): """
        public_history.compare public_history.shown publication.blocked publication_runs.left
        offline.page
        explanations.papers_total
        answer_receipts.lines answer_receipts.one answer_receipts.page answer_receipts.total
        answer_receipts.workbook attachments.content attachments.explanation_content attachments.of_explanation
        attachments.of_filing audit.audit corrections.evidence corrections.fields corrections.of_record
        corrections.one corrections.page corrections.scan delivery.bundle delivery.covering_letter
        delivery.everything delivery.preview delivery.workbook explanations.covers explanations.paper
        explanations.papers explanations.to_explain feedback.lines handbook.workbook ladder.workbook
        nil_returns.of_term photo_supplies.of_record photo_supplies.refused pictures.of_record pictures.small
        queue.page reentry.page reentry.total reminders.workbook revocation_list.of_record revocation_list.page
        revocation_list.paper revocation_list.papers revocation_list.timeliness revocation_list.told
        revocation_list.totals revocation_list.untold takedown.waiting trial.samples views.filing
        views.filing_findings views.record
    """,
    (Duty.APPROVE,): """
        consents.consent consents.decline explanation.give_opinion review.approve review.approve_all
        review.send_back supplements.consent
    """,
    (Duty.APPROVE, Duty.FEEDBACK): """
        delivery.acknowledge
    """,
    (Duty.FEEDBACK,): """
        explanation.copied explanation.take_in feedback.issue feedback.issue_month feedback_job.ask
        feedback_job.carry_out feedback_job.make ladder.escalate ladder.remind month.feed_back
    """,
    (Duty.DECIDE,): """
        explanation_decision.confirm explanation_decision.decide explanation_decision.decline
    """,
    (Duty.RULES,): """
        operating.change
        revision.sort_anew
        jobrevision.ask_release jobrevision.ask_revision jobrevision.carry_out revision.commit revision.put_in_force
        revision.require_possible trial.run
    """,
    (Duty.LOAD, Duty.FEEDBACK, Duty.RULES): """
        jobs.again jobs.drop jobs.own jobs.page jobs.total jobs.under_way jobs.undone
    """,
    (Duty.PUBLISH,): """
        offline.take_down
        offline.propose_back offline.put_back
        month.freeze publication_run.abandon publication_run.freeze publication_run.going publication_run.open_month
        publication_run.open_revert publication_run.open_term publication_run.pass_gate publication_run.release
        reentry.confirm review.settle
    """,
    (Duty.READ, Duty.ACCOUNTS): """
        contacts.history contacts.of_institution contacts.page contacts.totals
    """,
    (Duty.FEEDBACK, Duty.APPROVE, Duty.ACCOUNTS): """
        contacts.change contacts.confirm contacts.enter contacts.remove
    """,
    (Duty.LOAD, Duty.APPROVE): """
        nil_returns.enter nil_returns.withdraw
    """,
    (Duty.LOAD, Duty.PUBLISH): """
        takedown.take_down
        reentry.refuse
    """,
}
TABLE: dict[str, tuple[Duty, ...]] = {name: duties for duties, names in _ASKED.items() for name in names.split()}
"""The duties of which one is asked for."""
UNASKED = frozenset("""
    operating.history operating.in_force
    invariants.acts.acts_in_their_chain lookup.by_staff
    jobrevision.ask_anew public_history.figures publication.gate publication.count publication_runs.blockers
    publication_runs.run publication_runs.runs revision.outdated
    resort.judged
    offline.total
    offline.returning
    offline.listed
    feedback.require_notices
    exporting.logged exporting.note
    exporting.log offline.proposal
    exporting.hand_out marking.marked
    admission.provinces_of admission.require_fit admission.require_plausible analysis.columns answer_rows.judge
    answers.enter answers.keep attachments.attach attachments.attach_all audit.of balance.sheet causes.page
    causes.total corrections.board delivery.note_all delivery.register delivery.unopened dryrun.findings
    dryrun.of_file dryrun.to_csv dryrun.workbook excuses.explanation expected.filing_days expected.grid
    expected.lacking expected.terms expected.totals explanations.cases explanations.decisions explanations.figures
    explanations.of_record explanations.opinions feedback.notice feedback.notices feedback.notices_of feedback.runs
    feedback.waiting inspection.draft_findings inspection.draft_rules inspection.draft_sample inspection.record_checks
    intake.receive invariants.files.bundles_as_made invariants.files.corrected_rows_kept
    invariants.files.answers_as_handed_in invariants.files.publication_lists_as_frozen
    invariants.files.originals_as_received invariants.files.photos_as_kept invariants.files.rows_as_received
    invariants.files.runs_as_frozen invariants.files.scans_as_kept
    invariants.packages.nothing_taken_down_in_the_packages invariants.packages.packages_in_their_chain
    invariants.records.the_balance_closes jobrevision.ask_trial jobs.enter_asked ladder.standing ladder.timeliness
    ledger.act_of milestones.ahead milestones.of_term milestones.of_year month.late month.run_of month.settled
    month.unready month.waiting nil_returns.supersede photo_entry.put photojobs.carry_out
    publication.corrected_ready publication.ready queue.counts queue.total
    rates.overall rates.rates request.heads_of resort.filings resort.judge review.waiting revision.due stages.line
    trial.by_institution trial.totals versions.standing views.acts views.filed_row views.filing_changes
    views.filing_rules views.filing_statuses views.filing_versions views.filings views.filings_total
    views.record_findings views.rule_hits views.terms
""".split())
"""Parts of the above, and counts and lists that no duty guards but the screens': all of them within the person's scope."""


def acts() -> dict[str, Callable[..., Any]]:
    """Every public function of the core that is given the desk."""
    found = {}
    for module in pkgutil.walk_packages(core.__path__, "core."):
        if module.name.endswith("__main__") or module.name.startswith("core.demo"):
            continue
        for name, function in inspect.getmembers(importlib.import_module(module.name), inspect.isfunction):
            if function.__module__ == module.name and not name.startswith("_") and "desk" in inspect.signature(function).parameters:
                found[f"{module.name.removeprefix('core.')}.{name}"] = function
    return found


def call(desk: Desk, function: Callable[..., Any]) -> bool:
    """Whether the function lets this person on."""
    told: dict[str, Any] = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "desk":
            told[name] = desk
        elif parameter.default is inspect.Parameter.empty:
            kind = parameter.annotation if isinstance(parameter.annotation, str) else getattr(parameter.annotation, "__name__", "")
            told[name] = GIVEN.get(name, GIVEN.get(str(parameter.annotation), GIVEN.get(kind, object())))
    try:
        function(**told)
    except NotAuthorised:
        return False
    except Exception:  # what it was given makes no sense: it was let on, and stumbled
        return True
    return True


def test_every_function_has_its_row():
    assert set(acts()) == set(TABLE) | UNASKED
    assert not set(TABLE) & UNASKED


@pytest.mark.parametrize("province", [None, "11"], ids=["nation", "province"])
@pytest.mark.parametrize("role", Role, ids=str)
def test_each_role_is_let_on_exactly_where_the_table_says(tmp_path: Path, role: Role, province: str | None):
    """In a province even the roles of the centre, which nobody there holds: what is done for the whole nation stays shut."""
    begun = a_desk(tmp_path)
    desk = replace(begun, actor=actor_with("somebody", "某人", "Somebody", (role,), province))
    functions = acts()

    let_on = {name for name in TABLE if call(desk, functions[name])}

    begun.db.close()
    assert let_on == {name for name, duties in TABLE.items() if any(desk.actor.may(duty) for duty in duties)}
    assert all(desk.actor.may(duty) == (duty in DUTIES[role]) for duty in Duty) or province
