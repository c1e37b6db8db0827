"""规则试算: a proposed version of the rulebook run over records on file, and what it would change of them (article 2).

Nothing on file is changed by a trial; its result lies in a folder of its own until the proposal is put in force or
discarded. Must not know how a version is put in force.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl

from core import at_rest, checking, resort
from core.desk import Desk
from core.rules import RULES
from core.ruleset import Proposal
from core.standing import JUDGED_ANEW, RANKS
from core.vocabulary import Duty

Progress = Callable[[int, int], None]
"""Told how many records are done, and of how many."""

_HELD = """
    FROM finding AS g
    JOIN record AS r ON r.record_id = g.record_id AND r.version = g.version
    JOIN filing AS f ON f.filing_id = r.filing_id
    WHERE ($scope IS NULL OR f.province = $scope) AND f.status NOT IN ('returned', 'replaced')
        AND r.status NOT IN ('superseded', 'withdrawn', 'revoked')
        AND ($term IS NULL OR f.term = $term) AND ($province IS NULL OR f.province = $province)
        AND list_contains($rules, g.rule)"""

_CHANGES = f"""
WITH held AS (SELECT g.record_id, g.rule, g.class, g.field, g.value, g.closed {_HELD}),
found AS (SELECT DISTINCT record_id, rule, class, field, value FROM read_parquet($found)),
changed AS (
    SELECT h.record_id, h.rule, h.class, h.field, h.value, 'passing' AS change
    FROM held AS h ANTI JOIN found AS n ON n.record_id = h.record_id AND n.rule = h.rule AND n.class = h.class
    WHERE h.closed IS NULL
    UNION ALL
    SELECT n.record_id, n.rule, n.class, n.field, n.value, 'failing' AS change
    FROM found AS n
    ANTI JOIN (SELECT * FROM held WHERE closed IS NULL) AS h
        ON h.record_id = n.record_id AND h.rule = n.rule AND h.class = n.class
    ANTI JOIN (SELECT *, coalesce(value, '') AS told FROM held WHERE NOT regexp_matches(closed, {JUDGED_ANEW})) AS a
        ON a.record_id = n.record_id AND a.rule = n.rule AND a.class = n.class AND a.told = coalesce(n.value, '')
)
SELECT c.record_id, r.version, r.filing_id, f.institution, f.province, r.status, c.rule, c.class, c.field, c.value, c.change
FROM changed AS c
JOIN record AS r ON r.record_id = c.record_id AND r.status NOT IN ('superseded', 'withdrawn', 'revoked')
JOIN filing AS f ON f.filing_id = r.filing_id AND f.status NOT IN ('returned', 'replaced')"""
"""A finding once closed by a person's decision (an accepted explanation) is not found anew while its value stands."""

_AFTER = f"""
WITH touched AS (SELECT DISTINCT record_id, version, status FROM read_parquet($changes)),
left_over AS (
    SELECT g.record_id, g.class FROM finding AS g
    JOIN touched AS t ON t.record_id = g.record_id AND t.version = g.version
    WHERE g.closed IS NULL AND NOT EXISTS (
        SELECT 1 FROM read_parquet($changes) AS c
        WHERE c.change = 'passing' AND c.record_id = g.record_id AND c.rule = g.rule AND c.class = g.class)
    UNION ALL
    SELECT c.record_id, c.class FROM read_parquet($changes) AS c
    ANTI JOIN read_parquet($answered) AS x ON x.record_id = c.record_id AND x.rule = c.rule WHERE c.change = 'failing'
), ranked AS (
    SELECT t.record_id, t.version, t.status, min(list_position({RANKS}, l.class)) AS rank
    FROM touched AS t LEFT JOIN left_over AS l ON l.record_id = t.record_id AND l.class <> 'note' GROUP BY ALL
)
SELECT record_id, version, status, rank IS NOT NULL AS fails_after,
    CASE WHEN status = 'published' THEN 'published' WHEN rank IS NULL THEN 'cleared' WHEN rank = 1 THEN 'out_of_scope'
        ELSE 'withheld' END AS status_after
FROM ranked"""
"""What an accepted explanation answers is entered, and closed at once: it holds nothing."""

_WHOLE_CHANGES = """
WITH held AS (
    SELECT g.filing_id, g.rule, g.class, g.field, g.value FROM filing_finding AS g
    JOIN filing AS f ON f.filing_id = g.filing_id
    WHERE ($scope IS NULL OR f.province = $scope) AND f.status NOT IN ('returned', 'replaced') AND g.closed IS NULL
        AND ($term IS NULL OR f.term = $term) AND ($province IS NULL OR f.province = $province)
        AND list_contains($rules, g.rule)),
found AS (SELECT filing_id, rule, class, field, value FROM read_parquet($whole)),
changed AS (
    SELECT h.*, 'passing' AS change FROM held AS h ANTI JOIN found AS n USING (filing_id, rule, class)
    UNION ALL
    SELECT n.*, 'failing' AS change FROM found AS n ANTI JOIN filing_finding AS h ON h.filing_id = n.filing_id
        AND h.rule = n.rule AND h.class = n.class
        AND (h.closed IS NULL OR (h.closed NOT LIKE 'ruleset %' AND h.value IS NOT DISTINCT FROM n.value))
)
SELECT c.*, f.institution, f.province FROM changed AS c JOIN filing AS f ON f.filing_id = c.filing_id"""

_BY_INSTITUTION = """
SELECT c.rule, c.province, c.institution, coalesce(i.zh, c.institution) AS institution_zh, i.en AS institution_en,
    count(*) FILTER (c.change = 'failing') AS failing, count(*) FILTER (c.change = 'passing') AS passing
FROM (
    SELECT rule, province, institution, change FROM read_parquet($changes)
    UNION ALL SELECT rule, province, institution, change FROM read_parquet($whole_changes)
) AS c LEFT JOIN institution AS i ON i.code = c.institution
WHERE ($scope IS NULL OR c.province = $scope) AND ($sees_classified OR c.rule NOT LIKE 'S%')
GROUP BY ALL ORDER BY failing + passing DESC, c.rule, c.institution"""

_SAMPLES = """
SELECT c.record_id, r.name, r.certificate_no, c.rule, c.class, c.field, c.value, c.change, c.status, a.status_after
FROM read_parquet($changes) AS c
JOIN read_parquet($after) AS a ON a.record_id = c.record_id AND a.version = c.version
JOIN record AS r ON r.record_id = c.record_id AND r.version = c.version
WHERE ($scope IS NULL OR c.province = $scope) AND c.rule = $rule AND ($institution IS NULL OR c.institution = $institution)
    AND ($sees_classified OR NOT EXISTS (
        SELECT 1 FROM finding AS s WHERE s.record_id = c.record_id AND s.class = 'classified' AND s.closed IS NULL))
    AND ($sees_classified OR c.class <> 'classified')
ORDER BY c.change, c.record_id LIMIT $size"""

_NOT_TRIED = frozenset({"O03"})
"""What the province has said of a filing is no check's to judge again."""
_ANSWERED = {"row": pl.Int64, "rule": pl.String}


@dataclass(frozen=True)
class Reach:
    """Which records on file a proposal is tried on: a semester, a province, or (None) all."""

    term: str | None = None
    province: str | None = None


@dataclass(frozen=True)
class Trial:
    """What a proposal would change of the records in reach. The files hold what the statements above give."""

    proposal: Proposal
    reach: Reach
    folder: Path
    filings: int
    records: int

    @property
    def rules(self) -> frozenset[str]:
        """The checks it runs again, or sees go; every one where the proposal changes nothing (重新整理)."""
        return (frozenset(RULES) if self.proposal.changes_nothing else self.proposal.changed_rules()) - _NOT_TRIED

    @property
    def changes(self) -> Path:
        """Findings that would come (failing) and go (passing), one line each."""
        return self.folder / "changes.parquet"

    @property
    def after(self) -> Path:
        """Every record touched, with its status now and after."""
        return self.folder / "after.parquet"

    @property
    def whole_changes(self) -> Path:
        """Findings about filings as such that would come and go."""
        return self.folder / "whole_changes.parquet"

    @property
    def tallies(self) -> Path:
        """What the checks tried would say of each filing, as the table rule_tally has it."""
        return self.folder / "tallies.parquet"

    def discard(self) -> None:
        """Forget the trial; nothing of it stays on disk."""
        shutil.rmtree(self.folder, ignore_errors=True)


def run(desk: Desk, proposal: Proposal, reach: Reach, progress: Progress | None = None, into: Path | None = None) -> Trial:
    """Judge the records in reach by the checks the proposal changes, and compare with what is found of them now.

    Checks it does not change are not run again. Nothing on file changes; what is found goes into the folder `into`.
    """
    desk.require(Duty.RULES)
    chosen = resort.filings(desk, term=reach.term, province=reach.province)
    folder = into or desk.db.folder / "work" / f"trial-{uuid4().hex}"
    (folder / "found").mkdir(parents=True)
    trial, proposed = Trial(proposal, reach, folder, chosen.height, chosen["records"].sum()), proposal.ruleset()
    judged = trial.rules - proposed.settings.off
    total = trial.records if judged else 0
    try:
        tell = progress or (lambda done, total: None)
        tell(0, total)
        done, told = 0, [pl.DataFrame(schema=_ANSWERED)]
        whole, tallies = ([pl.DataFrame(schema={**each, "filing_id": pl.Int64})] for each in (checking.FINDINGS, checking.TALLY))
        _write(folder, 0, pl.DataFrame(schema=checking.FINDINGS))
        for filing in chosen.iter_rows(named=True) if judged else ():
            checked, answered = resort.judged(desk, filing, proposed, judged)
            _write(folder, filing["first_record"], checked.findings.filter(pl.col("row") != checking.FILING_ROW))
            told.append(answered.select(pl.col("row") + filing["first_record"], "rule"))
            number = pl.lit(filing["filing_id"], pl.Int64)
            whole.append(checked.findings.filter(pl.col("row") == checking.FILING_ROW).with_columns(filing_id=number))
            tallies.append(checked.tally.with_columns(filing_id=number))
            done += filing["records"]
            tell(done, total)
        at_rest.write(pl.concat(tallies), trial.tallies)
        at_rest.write(pl.concat(whole), folder / "whole.parquet")
        at_rest.write(pl.concat(told).rename({"row": "record_id"}), folder / "answered.parquet")
        _compare(desk, trial)
        shutil.rmtree(folder / "found")
    except BaseException:
        trial.discard()
        raise
    return trial


def totals(desk: Desk, trial: Trial) -> dict[str, int]:
    """Findings that would be entered (failing) and closed (passing), and records that would be withheld, excluded,
    cleared, or are published and would fail (theirs are not entered)."""
    changes, after = at_rest.scan(trial.changes, ["change", "status"]), at_rest.read(trial.after)
    entered = changes.filter((pl.col("change") == "passing") | (pl.col("status") != "published")).select("change")
    whole = at_rest.scan(trial.whole_changes, ["change"])
    counted = dict(pl.concat([entered, whole]).group_by("change").len().collect().iter_rows())
    moved = after.filter(pl.col("status") != pl.col("status_after"))
    by_status = dict(moved["status_after"].value_counts().iter_rows())
    return {
        "failing": counted.get("failing", 0), "passing": counted.get("passing", 0),
        "withheld": by_status.get("withheld", 0), "excluded": by_status.get("out_of_scope", 0),
        "cleared": by_status.get("cleared", 0),
        "published_failing": after.filter((pl.col("status") == "published") & pl.col("fails_after")).height,
    }


def by_institution(desk: Desk, trial: Trial) -> pl.DataFrame:
    """Newly failing and newly passing findings by rule and institution: rule, province, institution, institution_zh,
    institution_en, failing, passing; most first."""
    return desk.frame(_BY_INSTITUTION, changes=str(trial.changes), whole_changes=str(trial.whole_changes))


def samples(desk: Desk, trial: Trial, rule: str, institution: str | None = None, *, size: int = 50) -> pl.DataFrame:
    """Some records a rule would newly fail or pass: record_id, name, certificate_no, rule, class, field, value,
    change, status, status_after."""
    desk.require(Duty.READ)
    return desk.frame(
        _SAMPLES, changes=str(trial.changes), after=str(trial.after), rule=rule, institution=institution, size=size
    )


def _write(folder: Path, first_record: int, findings: pl.DataFrame) -> None:
    found = findings.select((pl.col("row") + first_record).alias("record_id"), pl.exclude("row"))
    at_rest.write(found, folder / "found" / f"{first_record}.parquet")


def _compare(desk: Desk, trial: Trial) -> None:
    asked = {"scope": desk.actor.province, "term": trial.reach.term, "province": trial.reach.province}
    rules = sorted(trial.rules)
    desk.db.copy_out(_CHANGES, trial.changes, **asked, rules=rules, found=str(trial.folder / "found" / "*.parquet"))
    desk.db.copy_out(_WHOLE_CHANGES, trial.whole_changes, **asked, rules=rules, whole=str(trial.folder / "whole.parquet"))
    desk.db.copy_out(_AFTER, trial.after, changes=str(trial.changes), answered=str(trial.folder / "answered.parquet"))
