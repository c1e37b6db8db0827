"""更正后的内容: filed rows with the changes asked for laid over them, and the files they are kept in (article 7).

What came in never changes: a corrected row has a Parquet file of its own. Must not know who asks, or when it counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import polars as pl

from core import at_rest, disk, filed_rows, onfile
from core.database import Database, Transaction
from core.errors import BadRequest, CentreError, NotFound
from core.record import COLUMNS
from core.rules import RULES, Sight
from core.ruleset import Ruleset
from core.vocabulary import FindingClass

_REFUSED = [str(FindingClass.INCOMPLETE), str(FindingClass.INACCURATE)]
_SHAPE = {"correction_id": pl.Int64, "field": pl.String, "before": pl.String, "after": pl.String}


@dataclass(frozen=True)
class Rows:
    """Records' rows before and after (row is the record's number), the new values that make the difference (row, field,
    before, after), and why some records' changes cannot be taken."""

    before: pl.DataFrame
    after: pl.DataFrame
    changed: pl.DataFrame
    refused: Mapping[int, CentreError]

    def differences(self, numbered: Mapping[int, int]) -> pl.DataFrame:
        """The differences of the corrections with these numbers, by record: correction_id, field, before, after."""
        own = self.changed.filter(pl.col("row").is_in(list(numbered)))
        number = pl.col("row").replace_strict(numbered, default=None, return_dtype=pl.Int64)
        return own.with_columns(correction_id=number).select(*_SHAPE)


def drawn(
    tx: Transaction, folder: Path, judged_by: Ruleset, asked: Mapping[int, Mapping[str, str | None]]
) -> Rows:
    """Lay new values (by record and code; spaces around them do not count, an empty one empties the field) over the present
    rows. A record with no change asked keeps its row: its photo is what changes.

    Refused: a row that cannot be found, values that change nothing, and a new value that a check of the record alone finds
    incomplete or inaccurate.
    """
    onfile.ask(tx, folder, "SELECT unnest($records::BIGINT[])", records=list(asked))
    before = onfile.rows(tx)
    told = {
        record_id: {code: (value or "").strip() or None for code, value in values.items()} for record_id, values in asked.items()
    }
    after = before
    for code in sorted({code for values in told.values() for code in values}):
        new = {record_id: values[code] for record_id, values in told.items() if code in values}
        laid = pl.col("row").replace_strict(new, default=None, return_dtype=pl.String)
        after = after.with_columns(pl.when(pl.col("row").is_in(list(new))).then(laid).otherwise(pl.col(code)).alias(code))
    changed = _changed(before, after)
    refused: dict[int, CentreError] = {
        record_id: NotFound("没有找到这条记录的原始数据。请联系系统管理员。", "The filed row is missing. Tell the administrator.")
        for record_id in set(asked).difference(before["row"])
    }
    moved = set(changed["row"])
    for record_id, values in told.items():
        if values and record_id not in moved and record_id not in refused:
            refused[record_id] = BadRequest(
                "更正后的内容与现有内容相同，没有改动。请核对后重新填写。", "The new values are what is on file already. Check them."
            )
    refused |= _failing(tx, judged_by, before, after, changed)
    return Rows(before, after, changed, refused)


def _changed(before: pl.DataFrame, after: pl.DataFrame) -> pl.DataFrame:
    found = [pl.DataFrame(schema={"row": pl.Int64, "field": pl.String, "before": pl.String, "after": pl.String})]
    for code in COLUMNS:
        differs = before[code].ne_missing(after[code])
        if differs.any():
            found.append(pl.DataFrame({"row": before["row"], "before": before[code], "after": after[code]}).filter(differs).select(
                "row", "before", "after", field=pl.lit(code)
            ).select("row", "field", "before", "after"))
    return pl.concat(found)


def _failing(
    tx: Transaction, judged_by: Ruleset, before: pl.DataFrame, after: pl.DataFrame, changed: pl.DataFrame
) -> dict[int, CentreError]:
    """Records of which a new value would be incomplete or inaccurate, or make another so; a suspicion is the run's to raise."""
    moved, nothing = pl.col("row").is_in(changed["row"].implode()), pl.DataFrame(schema={"row": pl.Int64})
    if changed.is_empty():
        return {}
    found, known = (
        filed_rows.judge(filed_rows.read(tx, judged_by, rows.filter(moved)), nothing, frozenset({Sight.RECORD})).findings
        for rows in (after, before)
    )
    wrong = found.filter(pl.col("class").is_in(_REFUSED))
    own = wrong.join(changed, on=["row", "field"], how="semi")
    bad = pl.concat([own, wrong.join(known, on=["row", "rule"], how="anti")]).unique().sort("row", "rule")
    refused: dict[int, CentreError] = {}
    for row, rule, code in bad.select("row", "rule", "field").iter_rows():
        told = RULES[rule]
        zh, en = f"“{COLUMNS[code].zh}”的新内容不符合要求：{told.zh}", f"The new {COLUMNS[code].en} will not do: {told.en}"
        refused.setdefault(row, BadRequest(zh, en))
    return refused


def keep(db: Database, rows: Rows, filing_rows: Mapping[int, int]) -> dict[int, str]:
    """Write the changed rows of these records (with their rows in their filings) to Parquet below `filings`, as a filing's:
    the name of each record's file. Of records that share a row number each goes to another file. Raises DiskFull."""
    own = rows.after.filter(pl.col("row").is_in(list(filing_rows))).with_columns(
        record_id="row", row=pl.col("row").replace_strict(filing_rows, default=None, return_dtype=pl.Int64)
    )
    placed = own.with_columns(place=pl.int_range(pl.len()).over("row")).sort("place", "row")
    where: dict[int, str] = {}
    for _, part in placed.partition_by("place", as_dict=True, maintain_order=True).items():
        name = f"{uuid4().hex}.parquet"
        laid = db.folder / "work" / name
        try:
            at_rest.write(part.select("row", *COLUMNS), laid)
            disk.write_whole(db.folder / "filings" / name, laid.read_bytes())
        finally:
            laid.unlink(missing_ok=True)
        where |= dict.fromkeys(part["record_id"], name)
    if where:
        db.secure("filings")
    return where
