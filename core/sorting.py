"""数据整理: the one gate every version of a record passes, whether new or corrected (articles 2, 5 and 8).

Must not know whether the draft came from a filing or a correction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import polars as pl

from core import archive, at_rest, comparison, excuses, ledger
from core.checking import FILING_ROW
from core.database import Transaction
from core.draft import Draft, offsets
from core.ledger import Act
from core.vocabulary import FindingClass

_ORDER = list(FindingClass)
"""The primary class of a record with several findings: scope, classified, incomplete, inaccurate, policy."""

_INSERT_PHOTOS = """
INSERT INTO photo (record_id, sha256, file_name, files, readable, width, height, size, contrast)
SELECT n.first_record + p.row - n.start, p.sha256, p.file_name, p.known_photos, p.known_photo_readable, p.width, p.height,
    p.size, p.contrast
FROM read_parquet($photos) AS p JOIN read_parquet($numbers) AS n ON n.part = p.part"""

_INSERT_FINDINGS = """
INSERT INTO finding (record_id, version, filing_id, rule, class, field, value, closed)
SELECT record_id, 1, filing_id, rule, class, field, value, closed
FROM read_parquet($findings)"""


@dataclass(frozen=True)
class Entering:
    """A draft about to enter the store, with the numbers it has there and the act it enters by."""

    draft: Draft
    filing_id: int
    first_record: int
    act: Act


@dataclass(frozen=True)
class Outcome:
    """What sorting made of a filing."""

    records: int
    withheld: int
    excluded: int
    findings: int

    @property
    def cleared(self) -> int:
        """Records that meet the conditions and wait to be published."""
        return self.records - self.withheld - self.excluded


def sort(tx: Transaction, entering: Sequence[Entering]) -> list[Outcome]:
    """Judge drafts against everything on file, and each against those before it, and put their records, findings,
    tallies and cases in the store. Returns what came of each.

    Drafts that have nobody and nothing in common are judged together.
    """
    outcomes: dict[int, Outcome] = {}
    heads = comparison.heads_of([each.draft for each in entering])
    for places in rounds([each.draft for each in entering], heads):
        together = [entering[place] for place in places]
        own = heads if len(places) == len(entering) else comparison.heads_of([each.draft for each in together])
        outcomes.update(zip(places, _enter(tx, together, own), strict=True))
    return [outcomes[place] for place in range(len(entering))]


def verdicts_of(findings: pl.DataFrame) -> pl.DataFrame:
    """One line per record that is not clear, by its open findings: row, event (withhold or exclude), class (the primary
    one), findings; with the column `part` where the findings are of several filings."""
    rank = {str(cls): place for place, cls in enumerate(_ORDER)}
    keys = [name for name in ("part", "row") if name in findings.columns]
    return (
        findings.filter(pl.col("class") != FindingClass.NOTE.value, pl.col("row") != FILING_ROW)
        .select(*keys, rank=pl.col("class").replace_strict(rank, return_dtype=pl.Int8))
        .group_by(keys).agg(pl.min("rank"), findings=pl.len().cast(pl.Int32))
        .select(
            *keys, "findings",
            event=pl.when(pl.col("rank") == 0).then(pl.lit("exclude")).otherwise(pl.lit("withhold")),
            **{"class": pl.col("rank").replace_strict(dict(enumerate(map(str, _ORDER))), return_dtype=pl.String)},
        )
    )


def rounds(drafts: Sequence[Draft], heads: pl.DataFrame) -> list[list[int]]:
    """The places of drafts that may be judged at once, in rounds: no two of a round share an institution, a person, a
    certificate number or a picture, and of two that do the earlier comes first. `heads` are the drafts' (comparison.heads_of)."""
    if len(drafts) == 1:
        return [[0]]
    after = [0] * len(drafts)
    neighbours = {pair for parts in _in_common(drafts, heads) for pair in pairwise(parts)}
    for earlier, later in sorted(neighbours, key=lambda pair: pair[1]):
        after[later] = max(after[later], after[earlier] + 1)
    together: dict[tuple[object, ...], list[int]] = {}
    for place, draft in enumerate(drafts):
        context = draft.context
        together.setdefault((after[place], context.today, context.reference.fingerprint), []).append(place)
    return [together[key] for key in sorted(together)]


def _in_common(drafts: Sequence[Draft], heads: pl.DataFrame) -> list[list[int]]:
    """The places of drafts that have something in common, the earlier first: one list for each thing they share."""
    institutions = pl.DataFrame({
        "part": pl.Series(range(len(drafts)), dtype=pl.UInt32),
        "institution": pl.Series([draft.context.institution for draft in drafts], dtype=pl.String),
    })
    pictures = [
        draft.photos.pairs.select("sha256", part=pl.lit(part, pl.UInt32)) for part, draft in enumerate(drafts) if draft.photos
    ]
    things = [heads.select("part", "person"), heads.select("part", "certificate"), institutions]
    if pictures:
        things.append(pl.concat(pictures).select("part", "sha256"))
    together = pl.concat(
        each.drop_nulls().select("part", key=pl.last().hash(seed=kind)).unique() for kind, each in enumerate(things)
    )
    shared = together.filter(together["key"].is_duplicated()).group_by("key").agg(pl.col("part").sort())
    return shared["part"].to_list()


def _enter(tx: Transaction, together: Sequence[Entering], heads: pl.DataFrame) -> list[Outcome]:
    drafts, folder = [each.draft for each in together], together[0].draft.folder / f"round-{uuid4().hex}"
    folder.mkdir()
    headed, photos, at = folder / "heads.parquet", folder / archive.PHOTOS, together[0].act.at
    checked = archive.foresee_all(tx, drafts, [each.filing_id for each in together], headed, heads)
    numbers = pl.DataFrame({
        "part": pl.Series(range(len(together)), dtype=pl.UInt32), "filing_id": [each.filing_id for each in together],
        "first_record": [each.first_record for each in together], "start": offsets(drafts),
    })
    at_rest.write(numbers, folder / "numbers.parquet")
    findings = _excused(tx, together, checked.findings, folder, headed).join(numbers, on="part", maintain_order="left")
    of_filing, record = pl.col("row") == FILING_ROW, (pl.col("first_record") + pl.col("row")).alias("record_id")
    at_rest.write(findings.filter(~of_filing).with_columns(record), folder / "findings.parquet")
    tx.append("filing_finding", findings.filter(of_filing).select("filing_id", "rule", "class", "field", "value"))
    tx.append("rule_tally", checked.tally.join(numbers, on="part", maintain_order="left").drop("part", "first_record", "start"))
    if photos.exists():
        tx.run(_INSERT_PHOTOS, photos=str(photos), numbers=str(folder / "numbers.parquet"))
    tx.run(_INSERT_FINDINGS, findings=str(folder / "findings.parquet"))
    verdicts = verdicts_of(findings.filter(pl.col("closed").is_null()))
    at_rest.write(verdicts.join(numbers, on="part").with_columns(record), folder / "verdicts.parquet")
    ledger.enter_records(
        tx, numbers=folder / "numbers.parquet", heads=headed, verdicts=folder / "verdicts.parquet", at=at,
        acts={each.act: each.draft.records for each in together},
    )
    counted = {
        (part, event): many
        for part, event, many in verdicts.group_by("part", "event").len().iter_rows()
    }
    found = dict(checked.findings.group_by("part").len().iter_rows())
    return [
        Outcome(each.draft.records, counted.get((part, "withhold"), 0), counted.get((part, "exclude"), 0), found.get(part, 0))
        for part, each in enumerate(together)
    ]


def _excused(
    tx: Transaction, together: Sequence[Entering], found: pl.DataFrame, folder: Path, heads: Path
) -> pl.DataFrame:
    """What was found, with `closed`: null, or that an accepted explanation answers it."""
    filed = [(each.draft.filed, each.draft.context.columns) for each in together]
    excused = excuses.of_filed(tx, filed, found, heads=heads, numbers=folder / "numbers.parquet", work=folder)
    return found.join(excused, on=["part", "row", "rule"], how="left", maintain_order="left")
