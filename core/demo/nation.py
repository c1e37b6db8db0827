"""Making the synthetic nation: all its files, the list of its filings, and the truth about its faults.

The truth names every finding the checks must make, and no other. Must not know the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from core.demo import files, plan, records, seeding
from core.demo.faults import FAULTS, Fault
from core.demo.plan import Filing
from core.demo.seeding import Place, Seed
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import Category, FindingClass

DEFAULT_RECORDS = 20_000
TRUTH, FILINGS = "truth.csv", "filings.csv"
_BATCH = 60_000
_FIRST_ROW = 2
_DATES = ("CSRQ", "HXWRQ")


@dataclass(frozen=True)
class Nation:
    """A synthetic nation on disk.

    `filings` has file, term, institution, category, format, layout, encoding, records, in the order of
    receipt; `truth` has file, row, rule, class: one row for each finding to be made, `row` as a
    spreadsheet numbers it.
    """

    folder: Path
    filings: pl.DataFrame
    truth: pl.DataFrame


def make_nation(folder: Path, *, records: int = DEFAULT_RECORDS, seed: int = 2013) -> Nation:
    """Write so many records of invented people as filings, with `filings.csv` and `truth.csv` beside them.

    The same number and seed give the same cells. About three records in a hundred are faulty.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    filings = plan.filings(records, rng)
    seeds = seeding.seeds(filings, records, rng)
    sources: dict[Place, dict[str, str | None]] = {}
    for batch in _batches(filings):
        _write_batch(folder, batch, seeds, sources, rng)
    nation = Nation(folder, _filing_list(filings), _truth(seeds))
    nation.filings.write_csv(folder / FILINGS)
    nation.truth.write_csv(folder / TRUTH)
    return nation


def _batches(filings: list[Filing]) -> Iterator[list[Filing]]:
    batch: list[Filing] = []
    for filing in filings:
        batch.append(filing)
        if sum(each.records for each in batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _write_batch(
    folder: Path,
    batch: list[Filing],
    seeds: list[Seed],
    sources: dict[Place, dict[str, str | None]],
    rng: np.random.Generator,
) -> None:
    names = {filing.file for filing in batch}
    here = [seed for seed in seeds if seed.place.file in names]
    lent = [seed.source for seed in seeds if seed.source is not None and seed.source.file in names]
    facts = records.facts(batch, _places([*(seed.place for seed in here), *lent]), rng)
    cells = _spoilt(facts, here)
    for row in cells.join(_places(lent), on=["file", "row"], how="semi").iter_rows(named=True):
        sources[Place(row.pop("file"), row.pop("row"))] = row
    cells = _copied(cells, here, sources)
    by_file = cells.partition_by("file", as_dict=True, include_key=False)
    for filing in batch:
        files.write(
            folder / filing.file,
            _as_filed(by_file[(filing.file,)], filing),
            _header(filing),
            filing.encoding,
        )


def _spoilt(facts: pl.DataFrame, seeds: list[Seed]) -> pl.DataFrame:
    """The cells of these facts, with the faults that need no other record; in the order of the facts."""
    marks = _places([seed.place for seed in seeds]).with_columns(
        fault=pl.Series([seed.fault for seed in seeds], dtype=pl.Int64)
    )
    marked = facts.join(marks, on=["file", "row"], how="left", maintain_order="left").with_row_index(
        "order"
    )
    parts = [_stated(marked.filter(pl.col("fault").is_null()), Fault(()))]
    faulty = marked.filter(pl.col("fault").is_not_null())
    parts += [
        _stated(rows, FAULTS[number])
        for (number,), rows in faulty.partition_by("fault", as_dict=True).items()
    ]
    return pl.concat(parts).sort("order").drop("order")


def _stated(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    order = rows.select("order")
    return records.cells(rows.with_columns(**fault.facts)).with_columns(**fault.cells).hstack(order)


def _copied(
    cells: pl.DataFrame, seeds: list[Seed], sources: dict[Place, dict[str, str | None]]
) -> pl.DataFrame:
    copies = []
    for seed in seeds:
        if seed.source is not None:
            wanted = COLUMNS if seed.spoilt.copies == ("*",) else seed.spoilt.copies
            source = sources[seed.source]
            copies.append(
                {**vars(seed.place), "copied": list(wanted), **{code: source[code] for code in wanted}}
            )
    if not copies:
        return cells
    schema = {
        "file": pl.String,
        "row": pl.Int64,
        "copied": pl.List(pl.String),
        **dict.fromkeys(COLUMNS, pl.String),
    }
    joined = cells.join(
        pl.DataFrame(copies, schema=schema),
        on=["file", "row"],
        how="left",
        suffix="_copy",
        maintain_order="left",
    )
    taken = pl.col("copied").list
    return joined.select(
        "file",
        "row",
        *(
            pl.when(taken.contains(code).fill_null(False)).then(f"{code}_copy").otherwise(code).alias(code)
            for code in COLUMNS
        ),
    )


def _as_filed(cells: pl.DataFrame, filing: Filing) -> pl.DataFrame:
    filed = cells.select(filing.columns)
    if filing.layout == "named" and filing.encoding == "gb18030":
        filed = filed.with_columns(pl.col(_DATES).str.replace(r"^(\d{4})(\d\d)(\d\d)$", "$1-$2-$3"))
    return filed


def _header(filing: Filing) -> list[str]:
    if filing.layout == "named":
        return [f"{COLUMNS[code].zh}({code})" for code in filing.columns]
    return list(filing.columns)


def _places(places: list[Place]) -> pl.DataFrame:
    return pl.DataFrame([vars(place) for place in places], schema={"file": pl.String, "row": pl.Int64})


def _filing_list(filings: list[Filing]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "file": each.file,
                "term": each.term.code,
                "institution": each.institution,
                "category": Category(each.category).value,
                "format": each.format,
                "layout": each.layout,
                "encoding": each.encoding,
                "records": each.records,
            }
            for each in filings
        ]
    )


def _truth(seeds: list[Seed]) -> pl.DataFrame:
    rows = []
    for seed in seeds:
        places = [seed.place, seed.source] if seed.spoilt.within else [seed.place]
        for place in places:
            rows += [
                (place.file, place.row + _FIRST_ROW, rule, _class(rule, seed.spoilt))
                for rule in seed.spoilt.rules
            ]
    return pl.DataFrame(
        rows,
        schema={"file": pl.String, "row": pl.Int64, "rule": pl.String, "class": pl.String},
        orient="row",
    ).sort("file", "row", "rule")


def _class(rule: str, fault: Fault) -> str:
    return FindingClass.NOTE.value if rule in fault.notes else RULES[rule].cls.value
