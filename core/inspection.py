"""A single record, or a draft not yet in the store, looked at closely: what each check said of it (第二条).

Must not write, nor decide anything: what failed is what was found when the record was sorted.
"""

from dataclasses import replace
from typing import Any

import polars as pl

from core import archive, checking, facts, filed, masking, rules, ruleset, sorting
from core.checking import FILING_ROW, Checked
from core.deadlines import Term
from core.desk import Desk
from core.draft import Draft
from core.record import COLUMNS, LAYOUTS
from core.vocabulary import Category, Duty, FindingClass, Word


class Outcome(Word):
    """What a check said of a record (检查结果)."""

    FAILED = "failed", "不符", "Failed"
    NOT_EVALUATED = "not_evaluated", "未检", "Not evaluated"
    PASSED = "passed", "通过", "Passed"


def record_checks(desk: Desk, head: dict[str, Any], findings: pl.DataFrame) -> pl.DataFrame:
    """Every check and what it said of a record: rule, outcome (failed, not_evaluated or passed).

    `head` and `findings` are what `core.views` gives of the record. Checks of secrecy are left out for
    those without that duty.
    """
    content = filed.row(desk.db, head)
    row = {code: content.get(code) for code in COLUMNS}
    told = {code for code, value in row.items() if value} | set(findings["field"])
    judged_by = ruleset.in_force(desk.db, desk.now().date())
    context = rules.Context(
        columns=frozenset(told | set(LAYOUTS[head["layout"]].codes)), today=head["received_at"].date(),
        reference=judged_by.reference, workdays=judged_by.workdays, settings=judged_by.settings, term=Term.parse(head["term"]),
        category=Category(head["category"]), institution=head["institution"], supplement=head["supplement"],
        archive=True,
    )
    chunk = pl.DataFrame([row], schema=dict.fromkeys(COLUMNS, pl.String)).with_columns(row=pl.lit(1, pl.Int64))
    frame = facts.beside(checking.read([(chunk, context)]), pl.DataFrame(schema={"row": pl.Int64}))
    of_records = [each for each in rules.RULES.values() if each.sight is not rules.Sight.WHOLE]
    seen = [each for each in of_records if _may_see(desk, each.cls)]
    judged = frame.select(each.evaluated(context).alias(each.code) for each in seen).row(0, named=True)
    failed = set(findings["rule"])
    outcomes = [
        (code, str(Outcome.FAILED if code in failed else Outcome.PASSED if judged[code] else Outcome.NOT_EVALUATED))
        for code in judged
    ]
    return pl.DataFrame(outcomes, schema=["rule", "outcome"], orient="row")


def foreseen(desk: Desk, draft: Draft, *, replaces: int | None = None) -> Checked:
    """What receiving a draft would find now, everything on file included but the filing it replaces, and without what an
    accepted explanation answers; nothing is stored."""
    desk.require(Duty.LOAD)
    checked = archive.foresee(desk.db, draft, filing_id=replaces or 0)
    answered = archive.answered(desk.db, draft, checked.findings)
    return replace(checked, findings=checked.findings.join(answered, on=["row", "rule"], how="anti", maintain_order="left"))


def draft_counts(records: int, checked: Checked) -> dict[str, int]:
    """What a draft of so many records would come to: records, withheld, excluded, findings."""
    verdicts = sorting.verdicts_of(checked.findings)
    withheld = verdicts.filter(pl.col("event") == "withhold").height
    return {
        "records": records, "withheld": withheld, "excluded": verdicts.height - withheld,
        "findings": checked.findings.height,
    }


def draft_classes(checked: Checked) -> pl.DataFrame:
    """A draft's findings by class: class, records, findings."""
    order = {str(cls): place for place, cls in enumerate(FindingClass)}
    return (
        checked.findings.group_by("class")
        .agg(records=pl.col("row").filter(pl.col("row") != FILING_ROW).n_unique(), findings=pl.len())
        .sort(pl.col("class").replace_strict(order, return_dtype=pl.Int8))
    )


def draft_rules(desk: Desk, checked: Checked) -> pl.DataFrame:
    """A draft's tally by check, most failures first: rule, evaluated, failed, not_evaluated."""
    return _without_secrets(desk, checked.tally).sort("failed", "rule", descending=[True, False])


def draft_sample(desk: Desk, checked: Checked, size: int = 200) -> pl.DataFrame:
    """The first findings of a draft by row, as `draft_findings` gives them."""
    return draft_findings(desk, checked).head(size)


def draft_findings(desk: Desk, checked: Checked) -> pl.DataFrame:
    """The findings of a draft by row, ID numbers masked: row, rule, class, field, value.

    Rows with a classified finding are left out for those without that duty.
    """
    findings = checked.findings
    if not desk.actor.may(Duty.CLASSIFIED):
        secret = findings.filter(pl.col("class") == FindingClass.CLASSIFIED.value)["row"].unique()
        findings = findings.filter(~pl.col("row").is_in(secret.implode()))
    return masking.frame(findings.sort("row", "rule"))


def _without_secrets(desk: Desk, tally: pl.DataFrame) -> pl.DataFrame:
    unseen = [each.code for each in rules.RULES.values() if not _may_see(desk, each.cls)]
    return tally.filter(~pl.col("rule").is_in(unseen))


def _may_see(desk: Desk, cls: FindingClass) -> bool:
    return cls is not FindingClass.CLASSIFIED or desk.actor.may(Duty.CLASSIFIED)
