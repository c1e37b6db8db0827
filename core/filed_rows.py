"""在库内容: rows as filed of records on file, gathered from the files they are kept in, read and judged as one (articles 2 and 8).

Whatever filings they are of, each is judged by what is known of its own. Must not know which records, nor why.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import polars as pl

from core import at_rest, checking, facts, resort
from core.checking import Checked
from core.database import Transaction
from core.record import COLUMNS
from core.rules import Context, Sight
from core.ruleset import Ruleset

_NOTHING = {"row": pl.Int64, "filing_id": pl.Int64, "pictured": pl.Boolean} | dict.fromkeys(COLUMNS, pl.String)


@dataclass(frozen=True)
class Together:
    """Rows that can be judged at once, filing by filing: as filed, as read, and of each filing its number, how many rows are
    its, and what is known of it."""

    filed: pl.DataFrame
    frame: pl.DataFrame
    filings: Sequence[int]
    heights: Sequence[int]
    contexts: Sequence[Context]

    def with_values(self, filed: pl.DataFrame) -> "Together":
        """The same rows with other values, in the same order."""
        return replace(self, filed=filed, frame=_frame(filed, self.heights, self.contexts))


def gather(places: pl.DataFrame) -> pl.DataFrame:
    """What is filed at these places (row, the record's number; filing_id; pictured; path and filing_row): row, filing_id,
    pictured, and every code of COLUMNS."""
    if places.is_empty():
        return pl.DataFrame(schema=_NOTHING)
    parts = pl.collect_all([
        at_rest.scan(path, ["row", *COLUMNS], rows=own["filing_row"]).with_columns(path=pl.lit(path))
        for (path,), own in places.partition_by("path", as_dict=True).items()
    ])
    there = pl.concat(parts).rename({"row": "filing_row"})
    return there.join(places, on=["path", "filing_row"]).select(*_NOTHING)


def read(tx: Transaction, judged_by: Ruleset, filed: pl.DataFrame) -> list[Together]:
    """Rows (as `gather` gives them) read, those together of whose filings the same is known."""
    filings = {each["filing_id"]: each for each in tx.frame(
        "SELECT * FROM filing WHERE list_contains($ids, filing_id)", ids=filed["filing_id"].unique().to_list()
    ).iter_rows(named=True)}
    parts = filed.group_by("filing_id", "pictured").agg(height=pl.len()).sort("filing_id", "pictured")
    contexts = [
        replace(resort.context_of(filings[filing_id], judged_by), photos=pictured)
        for filing_id, pictured in parts.select("filing_id", "pictured").iter_rows()
    ]
    alike = {context: place for place, context in enumerate(dict.fromkeys(contexts))}
    parts = parts.with_columns(part=pl.int_range(pl.len()), alike=pl.Series([alike[each] for each in contexts], dtype=pl.Int64))
    ordered = filed.join(parts, on=["filing_id", "pictured"]).sort("part")
    together = []
    for place in alike.values():
        own, rows = parts.filter(pl.col("alike") == place), ordered.filter(pl.col("alike") == place).select(*_NOTHING)
        heights, known = own["height"].to_list(), [contexts[part] for part in own["part"]]
        together.append(Together(rows, _frame(rows, heights, known), own["filing_id"].to_list(), heights, known))
    return together


def heads(read: Sequence[Together]) -> pl.DataFrame:
    """The few columns by which rows are compared with others: facts.HEADS."""
    return pl.concat([pl.DataFrame(schema=facts.HEADS), *(checking.heads(each.frame, each.contexts[0]) for each in read)])


def judge(
    read: Sequence[Together], told: pl.DataFrame, sights: frozenset[Sight], *, without: frozenset[str] = frozenset()
) -> Checked:
    """What checks of these sights say of rows with what is known of each (`told`: row and some of facts.KNOWN): findings whose
    row is the record's number, and tallies with the column filing_id. Checks in `without` are not asked."""
    findings, tallies = [pl.DataFrame(schema=checking.FINDINGS)], [pl.DataFrame(schema=checking.TALLY | {"filing_id": pl.Int64})]
    for each in read:
        checked = checking.judge_parts(facts.beside(each.frame, told), each.contexts[0], sights, each.heights)
        numbers = pl.Series(each.filings, dtype=pl.Int64)
        findings.append(checked.findings.drop("part").filter(~pl.col("rule").is_in(sorted(without))))
        tallies.append(checked.tally.with_columns(filing_id=numbers.gather(checked.tally["part"])).drop("part"))
    return Checked(pl.concat(findings), pl.concat(tallies).group_by("filing_id", "rule").sum())


def _frame(filed: pl.DataFrame, heights: Sequence[int], contexts: Sequence[Context]) -> pl.DataFrame:
    return checking.read(list(zip(_slices(filed.select("row", *COLUMNS), heights), contexts, strict=True)))


def _slices(frame: pl.DataFrame, heights: Sequence[int]) -> Iterator[pl.DataFrame]:
    start = 0
    for height in heights:
        yield frame.slice(start, height)
        start += height
