"""Making the synthetic nation: all its files, its registers, the list of its filings, and the truth about its faults.

The truth names every finding the checks must make, and no other. Must not know the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from core.checking import FILING_ROW
from core.demo import files, filing_faults, pictures, plan, records, registers, seeding
from core.demo.fault import Fault
from core.demo.faults import FAULTS
from core.demo.plan import Filing
from core.demo.seeding import Place, Seed
from core.record import COLUMNS
from core.rules import RULES
from core.vocabulary import FindingClass

DEFAULT_RECORDS = 20_000
TRUTH, FILINGS, REGISTERS = "truth.csv", "filings.csv", "reference"
_BATCH = 60_000
_FIRST_ROW = 2
_DATES = ("CSRQ", "HXWRQ")
Cells = dict[str, str | None]


@dataclass(frozen=True)
class Nation:
    """A synthetic nation on disk.

    `filings` has file, term, institution, category, format, layout, encoding, records, and what is declared of the
    resolution: resolution, resolved_on, listed, attached; supplement; photos, a file; in the order of receipt.
    `truth` has file, row, rule, class: one row for each finding to be made, `row` as a spreadsheet numbers it, 0 for
    the filing as such. The folder `reference` has the nation's registers.
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
    filings = plan.numbered(filing_faults.spoilt(plan.filings(records, rng), rng))
    seeds = seeding.seeds(filings, records, rng)
    sources: dict[Place, Cells] = {}
    named = [_write_batch(folder, batch, seeds, sources, rng) for batch in _batches(filings)]
    registers.write(folder / REGISTERS, filings, pl.concat(named))
    nation = Nation(folder, _filing_list(filings), _truth(filings, seeds))
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
    folder: Path, batch: list[Filing], seeds: list[Seed], sources: dict[Place, Cells], rng: np.random.Generator
) -> pl.DataFrame:
    """Write the files of a batch; returns the records a register is to name (registers.NAMED)."""
    names = {filing.file for filing in batch}
    here = [seed for seed in seeds if seed.place.file in names]
    lent = [seed.source for seed in seeds if seed.source is not None and seed.source.file in names]
    facts = records.facts(batch, _roles(here, lent), rng)
    cells = _spoilt(facts, here)
    for row in cells.join(_places(lent), on=["file", "row"], how="semi").iter_rows(named=True):
        sources[Place(row.pop("file"), row.pop("row"))] = row
    cells = _copied(cells, here, sources)
    by_file = cells.partition_by("file", as_dict=True, include_key=False)
    for filing in batch:
        filed = by_file[(filing.file,)]
        if filing.pictures is not None:
            filed = pictures.named(filed, filing)
            pictures.write(folder / _photos(filing), filed, filing, rng)
        files.write(folder / filing.file, _as_filed(filed, filing), _header(filing), filing.encoding)
    return _named(cells, here)


def _spoilt(facts: pl.DataFrame, seeds: list[Seed]) -> pl.DataFrame:
    """The cells of these facts, with the faults that need no other record; in the order of the facts."""
    marks = _places([seed.place for seed in seeds]).with_columns(
        fault=pl.Series([seed.fault for seed in seeds], dtype=pl.Int64)
    )
    marked = facts.join(marks, on=["file", "row"], how="left", maintain_order="left").with_row_index("order")
    parts = [_stated(marked.filter(pl.col("fault").is_null()), Fault(()))]
    faulty = marked.filter(pl.col("fault").is_not_null())
    parts += [_stated(rows, FAULTS[number]) for (number,), rows in faulty.partition_by("fault", as_dict=True).items()]
    return pl.concat(parts).sort("order").drop("order")


def _stated(rows: pl.DataFrame, fault: Fault) -> pl.DataFrame:
    bent = rows.with_columns(**fault.facts)
    if "born" in fault.facts:
        bent = bent.with_columns(born=records.in_slot(pl.col("born")))
    return records.cells(bent).with_columns(**fault.cells).hstack(rows.select("order"))


def _copied(cells: pl.DataFrame, seeds: list[Seed], sources: dict[Place, Cells]) -> pl.DataFrame:
    """The cells with those of other records copied in, and then bent where a fault says so."""
    copying = {seed.place: seed for seed in seeds if seed.source is not None}
    if not copying:
        return cells
    ordered = cells.with_row_index("order")
    targets = ordered.join(_places(list(copying)), on=["file", "row"], how="semi")
    changed: dict[int, list[Cells]] = {}
    for row in targets.iter_rows(named=True):
        seed = copying[Place(row["file"], row["row"])]
        wanted = COLUMNS if seed.spoilt.copies == ("*",) else seed.spoilt.copies
        changed.setdefault(seed.fault, []).append(row | {code: sources[seed.source][code] for code in wanted})
    bent = [
        pl.DataFrame(rows, schema=ordered.schema).with_columns(**FAULTS[number].after) for number, rows in changed.items()
    ]
    untouched = ordered.join(targets, on="order", how="anti")
    return pl.concat([untouched, *bent]).sort("order").drop("order")


def _named(cells: pl.DataFrame, seeds: list[Seed]) -> pl.DataFrame:
    listed = [seed for seed in seeds if seed.spoilt.register is not None]
    marks = _places([seed.place for seed in listed]).with_columns(
        register=pl.Series([seed.spoilt.register.value for seed in listed], dtype=pl.String)
    )
    return cells.join(marks, on=["file", "row"]).select(
        "register", institution="XWSYDWM", student_no="XH", certificate_no="XWZSBH", person="ZJHM",
        level=pl.col("XWLBM").str.slice(0, 1), conferred=pl.col("HXWRQ").str.to_date("%Y%m%d"),
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


def _photos(filing: Filing) -> str:
    return f"{filing.file.rsplit('.', 1)[0]}.zip"


def _places(places: list[Place]) -> pl.DataFrame:
    return pl.DataFrame([vars(place) for place in places], schema={"file": pl.String, "row": pl.Int64})


def _roles(seeds: list[Seed], lent: list[Place]) -> pl.DataFrame:
    roles = [records.ALONE if seed.source is None else records.BORROWS for seed in seeds]
    told = _places([*(seed.place for seed in seeds), *lent])
    return told.with_columns(role=pl.Series([*roles, *[records.LENDS] * len(lent)], dtype=pl.String))


def _filing_list(filings: list[Filing]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "file": each.file,
                "term": each.term.code,
                "institution": each.institution,
                "category": each.category.value,
                "format": each.format,
                "layout": each.layout,
                "encoding": each.encoding,
                "records": each.records,
                "resolution": f"学位〔{each.days.resolved.year}〕1号" if each.listed is not None else None,
                "resolved_on": each.resolved_on,
                "listed": each.listed,
                "attached": each.attached,
                "supplement": each.supplement,
                "photos": _photos(each) if each.pictures is not None else None,
            }
            for each in filings
        ],
        schema_overrides={"resolved_on": pl.Date, "listed": pl.Int64, "attached": pl.Boolean, "photos": pl.String},
        infer_schema_length=None,
    )


def _truth(filings: list[Filing], seeds: list[Seed]) -> pl.DataFrame:
    by_file = {filing.file: filing for filing in filings}
    rows = [row for filing in filings for row in _truth_of(filing)]
    for seed in seeds:
        for place, found in ((seed.place, seed.spoilt.found(by_file[seed.place.file])), (seed.source, seed.spoilt.lender)):
            rows += [(place.file, place.row + _FIRST_ROW, rule, _class(rule, seed.spoilt)) for rule in found]
    return pl.DataFrame(
        rows, schema={"file": pl.String, "row": pl.Int64, "rule": pl.String, "class": pl.String}, orient="row"
    ).sort("file", "row", "rule")


def _truth_of(filing: Filing) -> Iterator[tuple[str, int, str, str]]:
    """What is to be found of a filing as such, of its photos, and of every record of the army's."""
    of_filing = filing_faults.found(filing)
    if of_filing:
        yield filing.file, FILING_ROW, *of_filing
    for row in range(filing.records if filing.army else 0):
        yield filing.file, row + _FIRST_ROW, "S05", RULES["S05"].cls.value
    for row, (rule, cls) in pictures.found(filing).items():
        yield filing.file, row + _FIRST_ROW, rule, cls.value


def _class(rule: str, fault: Fault) -> str:
    return FindingClass.NOTE.value if rule in fault.notes else RULES[rule].cls.value
